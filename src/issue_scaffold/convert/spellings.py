"""Other spellings of comments, tasks and labels, brought to those that Markdown has a name for.

Owns how people write a comment as a link definition (`[//]: # (text)`), a task without its dash,
and a heading or a bold label as HTML. Code and HTML comments stay as they are, and so does the
number of lines.
"""

import re
from collections.abc import Sequence
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


def usual_spelling(text: str) -> str:
    """Return a Markdown text with its comments as HTML comments, and a dash before each task.

    Lines that are a heading or begin with a bold label in HTML are so in Markdown.
    """
    lines = text.split("\n")
    done: list[str] = []
    fence = ""
    in_comment = False
    while len(done) < len(lines):
        line = lines[len(done)]
        found = _FENCE.match(line)
        if fence:
            done.append(line)
            if found and found.group(1).startswith(fence):
                fence = ""
        elif in_comment or line.lstrip().startswith("<!--"):
            done.append(line)
            in_comment = _stays_open(line, in_comment=in_comment)
        elif found:
            done.append(line)
            fence = found.group(1)
        else:
            done.extend(_respelled(lines, len(done)))
            in_comment = _stays_open(done[-1], in_comment=False)
    return "\n".join(done)


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
