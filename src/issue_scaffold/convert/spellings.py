"""Other spellings of comments, tasks, labels and blocks, brought to those that Markdown knows.

Owns how people write a comment as a link definition (`[//]: # (text)`), a task without its dash,
and a heading or a bold label as HTML. Code and HTML comments stay as they are.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

# https://stackoverflow.com/questions/4823468 has the spellings; the label may be any word.
_OPENING: Final = re.compile(r"^ {0,3}\[[^\]\n]+\]:\s*(?:#|<>)\s+(?P<mark>[(\"']?)(?P<text>.*)$")
_CLOSING: Final = {"(": ")", '"': '"', "'": "'"}
_BARE_TASK: Final = re.compile(r"^(\s*)\[([ xX]?)\][ \t]+(?=\S)")
_TIGHT_TASK: Final = re.compile(r"^(\s*(?:[-*+]|\d+[.)])[ \t]+)\[\](?=[ \t]+\S)")
_HTML_HEADING: Final = re.compile(r"^ {0,3}<h(?P<level>[1-6])>\s*(?P<text>[^<]+?)\s*</h[1-6]>\s*$")
_HTML_LABEL: Final = re.compile(r"^ {0,3}<(b|strong)>\s*(?P<text>[^<*]+?)\s*</\1>(?P<rest>[^<]*)$")
_FENCE: Final = re.compile(r"^\s*(`{3,}|~{3,})")
_MOST_LINES: Final = 40
# A quote's mark, a list item's, or a table's row.
_CONTAINER: Final = re.compile(r"^ {0,3}(>|[-*+](?=\s|$)|\d{1,9}[.)](?=\s|$)|\|)")
_NUMBER: Final = re.compile(r"(?!1[.)]\s+\S)\d{1,9}[.)](?:\s|$)")
# Anything but an empty line or a heading.
_GOING_ON: Final = re.compile(r"\s*[^\s#]")
_BESIDE_TAGS: Final = re.compile(
    r"(?<=</summary>)[ \t]{0,9}(?=\S)|(?<=</details>)[ \t]{0,9}(?=[^\s<])"
    r"|(?<=[^\s>])[ \t]{0,9}(?=</details>)"
)
_TAG_LINE: Final = re.compile(r".*(?:</summary>|</details>)\s*$")
# A bold label, a key, choices in a line.
_LABEL_LINE: Final = re.compile(
    r"(?P<mark>\*\*|__)(?:(?!(?P=mark)).)+(?P=mark)\s*:?\s*$"
    r"|(?P<bold>\*\*|__)(?:(?!(?P=bold)).)+(?::(?P=bold)|(?P=bold)\s*:)"
    r"|[A-Z][\w ()/]{1,40}:\s*(?:$|\\?\[|(?i:e\.g\.))|(?i:choose|pick|select) one\b"
)
# What may follow a question mark: a remark in brackets, choices.
_BEHIND_QUESTION: Final = re.compile(r"[ *_]*|\(.*\)|\w[\w ]{0,40}(?:/ ?\w[\w ]{0,40})+")
_LONGEST_CHOICES: Final = 120
_QUESTION_WORD: Final = re.compile(
    r"(?:what|which|how|why|when|where|who|is|are|do|does|did|have|has|can|could|would|will"
    r"|any|anything)\b",
    re.IGNORECASE,
)
# The text that a note fences off is the field's own, however it may look.
_FENCING: Final = re.compile(r"\(form: [^\n]*\bfenced\b")
_FENCED: Final = re.compile(r"\(form: end\)")


class _Prose:
    """Tells line by line what is neither in code nor in an HTML comment."""

    def __init__(self) -> None:
        self._fence = ""
        self._in_comment = False

    def has(self, line: str) -> bool:
        """Return whether a line is prose; tell `read` of it once it is spelled."""
        found = _FENCE.match(line)
        if self._fence:
            if found and found.group(1).startswith(self._fence):
                self._fence = ""
            return False
        if self._in_comment or line.lstrip().startswith("<!--"):
            self._in_comment = _stays_open(line, in_comment=self._in_comment)
            return False
        if found:
            self._fence = found.group(1)
            return False
        return True

    def read(self, line: str) -> None:
        """Take note of a line of prose: a comment may begin in it."""
        self._in_comment = _stays_open(line, in_comment=False)


def usual_spelling(text: str) -> str:
    """Return a Markdown text with its comments as HTML comments, and a dash before each task.

    Lines that are a heading or begin with a bold label in HTML are so in Markdown.
    What people write right below a list, a quote, a table or a summary, and Markdown takes for a
    part of it, is set apart by an empty line.
    """
    lines = text.split("\n")
    done: list[str] = []
    prose = _Prose()
    while len(done) < len(lines):
        line = lines[len(done)]
        if prose.has(line):
            done.extend(_respelled(lines, len(done)))
            prose.read(done[-1])
        else:
            done.append(line)
    return "\n".join(_set_apart(done))


def _set_apart(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines, with an empty one where another block begins in its author's eyes."""
    prose = _Prose()
    is_fenced = False
    container = before = ""
    for whole in lines:
        is_fenced = _is_fenced(whole, is_fenced)
        if is_fenced or not prose.has(whole):
            yield from [""] * bool(_TAG_LINE.match(before))
            yield whole
            before = container = ""
            continue
        prose.read(whole)
        for line in _BESIDE_TAGS.sub(r"\n\n", whole).split("\n"):
            if _begins_anew(container, before, line):
                yield ""
                container = ""
            yield line
            container, before = _container_below(container, line), line


def _is_fenced(line: str, before: bool) -> bool:
    """Return whether a line is within the text that a note fences off."""
    return (before or _FENCING.search(line) is not None) and _FENCED.search(line) is None


def _container_below(container: str, line: str) -> str:
    """Return the sign of the quote, list or table that the line below one could go on with."""
    if _GOING_ON.match(line) is None:
        return ""
    return _container(line) or container


def _container(line: str) -> str:
    """Return the sign of a quote, list or table that a line is a part of."""
    found = _CONTAINER.match(line)
    if found is None:
        return ""
    return found.group(1)[-1]


def _begins_anew(container: str, before: str, line: str) -> bool:
    """Return whether a line below another one isn't meant as its continuation."""
    if not line.strip() or not before.strip():
        return False
    if _TAG_LINE.match(before) or line.lstrip().startswith("</details>"):
        return True
    if line[0].isspace():
        return False
    if not container:
        return _lists_anew(before, line)
    return _leaves(container, before, line)


def _lists_anew(before: str, line: str) -> bool:
    """Return whether a list begins below a text: Markdown wants 1 and words for that."""
    leads = before.rstrip(" *_").endswith(":") or _asks(line)
    return leads and _NUMBER.match(line) is not None


def _leaves(container: str, before: str, line: str) -> bool:
    """Return whether a line stands below a quote, a list or a table, and is none of it."""
    sign = _container(line)
    if container == "|":
        return "|" not in line
    if sign:
        return container == ">" and sign != ">"
    return _LABEL_LINE.match(line) is not None or _asks_anew(before, line)


def _asks_anew(before: str, line: str) -> bool:
    """Return whether a line is a question, rather than the end of the text before it."""
    if not _asks(line) or not line[0].isupper():
        return False
    ended = before.rstrip(" *_`").endswith((".", "!", "?", ":", "\u2026"))
    return ended or _QUESTION_WORD.match(line) is not None


def _asks(line: str) -> bool:
    """Return whether a line ends in a question mark, or in choices behind one."""
    _, mark, rest = line.replace("\uff1f", "?").rpartition("?")
    rest = rest.strip()
    if not mark or len(rest) > _LONGEST_CHOICES:
        return False
    return _BEHIND_QUESTION.fullmatch(rest) is not None


def _stays_open(line: str, *, in_comment: bool) -> bool:
    """Return whether an HTML comment goes on below a line."""
    opened, closed = line.rfind("<!--"), line.rfind("-->")
    if opened < 0 and closed < 0:
        return in_comment
    return opened > closed


def _respelled(lines: Sequence[str], at: int) -> list[str]:
    """Return the comment that begins on a line, or that line as a task or as it is."""
    found = _OPENING.match(lines[at])
    if found is not None:
        comment = _comment(lines, at, found)
        if comment:
            return comment
    heading = _HTML_HEADING.match(lines[at])
    if heading is not None:
        return [f"{'#' * int(heading['level'])} {heading['text']}"]
    label = _HTML_LABEL.match(lines[at])
    if label is not None:
        return [f"**{label['text']}**{label['rest']}"]
    task = _BARE_TASK.sub(lambda match: f"{match[1]}- [{match[2] or ' '}] ", lines[at])
    return [_TIGHT_TASK.sub(r"\1[ ]", task)]


def _comment(lines: Sequence[str], at: int, found: re.Match[str]) -> list[str]:
    """Return the lines of a link definition that is a comment; none if it never ends."""
    closing = _CLOSING.get(found["mark"], "")
    said = [found["text"], *lines[at + 1 : at + _MOST_LINES]]
    for count, line in enumerate(said, start=1):
        if line.rstrip().endswith(closing):
            whole = "\n".join(said[:count]).rstrip().removesuffix(closing)
            return f"<!-- {whole.strip().replace('-->', '--&gt;')} -->".split("\n")
        if not line.strip():
            break
    return []
