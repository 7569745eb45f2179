"""What a line of a template asks for: a label, a short answer, one of several choices.

Owns the wording by which people write such things; every function looks at one already parsed piece
of text. Where the wording leaves a choice, the answer is the one that keeps most room for the
reporter.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from issue_scaffold.convert.blocks import Line, List, ListItem
from issue_scaffold.text.emoji import is_emoji

MAX_LABEL: Final = 120
_MAX_PROMPT_LABEL: Final = 60
_MAX_PROMPT_WORDS: Final = 4
_MAX_SHORT_ANSWER: Final = 60
_MAX_CHOICE: Final = 40
_COLONS: Final = ":\uff1a"  # the second one is Chinese
_UNITS: Final = frozenset(
    {
        "second",
        "seconds",
        "minute",
        "minutes",
        "hour",
        "hours",
        "day",
        "days",
        "week",
        "weeks",
        "sprint",
        "sprints",
        "month",
        "months",
        "year",
        "years",
        "points",
    }
)
# A bold line that begins so tells the reader something; it doesn't ask.
_TELLING: Final = re.compile(
    r"(?i)^(please|note|important|warning|caution|attention|tip|do not|don't|wait)\b"
)
_EXAMPLE: Final = re.compile(
    r"(?i)^(e\.?\s?g\.?|i\.?\s?e\.?|ex\.?|for example|example)(\b|[\s:.,])"
)
_ONE_OF: Final = re.compile(
    r"(?i)^(?:(?:choose|select|pick)\s+)?(?:either\s+)?one of(?: the following)?\s*:?\s*(.+)$"
)
# Either bracket may be escaped.
_BRACKETED: Final = re.compile(r"\\?\[([^\[\n]*?)\\?\]")
_YES_NO: Final = re.compile(r"(?i)yes\s*/\s*no\s*\.?")
_SEPARATOR: Final = re.compile(r"\s*[,/|;]\s*(?:or\s+)?|\s+or\s+")
_CHOOSE_ONE: Final = re.compile(
    r"(?i)\b(?:choose|select|pick|check|tick|mark|keep)\s+(?:only\s+|exactly\s+|just\s+)?one\b"
    r"|\b(?:only|exactly|just)\s+one\b(?=.{0,30}$)|^one of(?: the following)?\s*:?$"
)
# A label that ends in one of these words is answered in one line, even where no example says so.
_SHORT_ANSWERS: Final = frozenset(
    {
        "version",
        "versions",
        "os",
        "browser",
        "device",
        "platform",
        "url",
        "link",
        "email",
        "username",
        "release",
        "commit",
        "sha",
        "hash",
        "shell",
        "editor",
    }
)
_ASKS: Final = re.compile(
    r"(?i)^(describe|explain|list|provide|what|why|how|when|which|add|enter|tell|give|write"
    r"|summari[sz]e|paste|include|a (?:clear|short|brief|concise)|as an?|we need"
    r"|please (?:describe|explain|list|provide|add|enter|give|include))\b"
)


class Prompt(NamedTuple):
    """A request for a short answer: its label, and the source of what stood behind it."""

    label: str
    rest: str


def without_colon(text: str) -> str:
    """Return a label without the colon at its end."""
    return text.strip().rstrip(_COLONS).rstrip() or text.strip()


def bare(label: str) -> str:
    """Return a label without the signs and emoji in front of its first word, if that leaves one."""
    at = next(
        (index for index, char in enumerate(label) if char.isalnum() and not is_emoji(char)), 0
    )
    return label[at:].strip()


def bold_label(line: Line) -> Prompt | None:
    """Return the label that a line begins with in bold, and what follows; None for emphasis."""
    label, rest = line.label, line.rest
    if not label or len(label) > MAX_LABEL or _TELLING.match(bare(label)):
        return None
    end = label.rstrip()[-1]
    if not rest:
        is_sentence = end == "." and "?" not in label
        return None if is_sentence else Prompt(label, "")
    if end in _COLONS + "?":
        return Prompt(label, rest)
    if rest[0] in _COLONS:
        return Prompt(f"{label}:", rest[1:].strip())
    return None


def short_prompt(line: Line, *, in_list: bool) -> Prompt | None:
    """Return the label and the rest of a line like `Version:` or `OS: [e.g. iOS]`, if it is one.

    Outside of a list the label must be shorter, as prose has colons too.
    """
    bold = bold_label(line)
    if bold and _is_short_rest(bold.rest, line):
        return Prompt(without_colon(bold.label), bold.rest)
    if line.label is not None and not in_list:
        return None
    for label, rest in _splits(line.raw, at_brackets=in_list):
        if _is_short_label(label, in_list=in_list) and _is_short_rest(rest, line):
            return Prompt(label, rest)
    return None


def _splits(text: str, *, at_brackets: bool) -> Iterator[tuple[str, str]]:
    """Yield what may be a label and the rest: split at the first colon, or a bracket before it."""
    for at, char in enumerate(text):
        label = text[:at].rstrip("\\ ").strip()
        if char in _COLONS:
            yield label, text[at + 1 :].strip()
            return
        if char == "[" and at_brackets and at > 0:
            yield label, text[at:].strip()


def _is_short_label(text: str, *, in_list: bool) -> bool:
    if len(text) > _MAX_PROMPT_LABEL or set(text) & set("[]"):
        return False
    if not any(char.isalnum() for char in text):
        return False
    return in_list or (len(text.split()) <= _MAX_PROMPT_WORDS and "," not in text)


def _is_short_rest(rest: str, line: Line) -> bool:
    if not rest:
        return True
    if line.rich:
        return False
    if bracketed(rest) is not None:
        return True
    return len(rest) <= _MAX_SHORT_ANSWER and _EXAMPLE.match(rest) is not None


def is_prompt_list(block: List) -> bool:
    """Return whether a list is one of short prompts: of lines, at least half of them prompts."""
    if block.ordered or block.has_boxes:
        return False
    if not all(item.is_line and _is_prompt_like(item.line) for item in block.items):
        return False
    prompts = sum(short_prompt(item.line, in_list=True) is not None for item in block.items)
    return prompts * 2 >= len(block.items)


def _is_prompt_like(line: Line) -> bool:
    return len(line.raw) <= 2 * _MAX_PROMPT_LABEL and not line.rich


def prompt_of(item: ListItem) -> Prompt:
    """Return what an item of a list of prompts asks for."""
    return short_prompt(item.line, in_list=True) or Prompt(item.line.raw, "")


def bracketed(text: str) -> str | None:
    """Return what stands in the brackets that enclose a whole text; None without them."""
    found = _BRACKETED.fullmatch(text)
    if found is None:
        return None
    return found.group(1).strip()


def placeholder_of(rest: str) -> str:
    """Return what stands behind a label as an example to show: `[e.g. iOS]` without brackets."""
    inner = bracketed(rest)
    if inner is None:
        return rest
    if _EXAMPLE.match(inner):
        return inner
    return f"[{inner}]"


def choices_in(text: str) -> tuple[str, ...]:
    """Return the choices of a text, if it offers any: `[low/high]`, `one of: a, b or c`."""
    inner = bracketed(text)
    if inner is not None:
        if _EXAMPLE.match(inner) or "://" in inner:
            return ()
        return _choices(inner.split("/"))
    if _YES_NO.fullmatch(text.strip()):
        return _choices(text.split("/"), around=" .")
    found = _ONE_OF.match(text.strip())
    if not found or "\n" in text:
        return ()
    listed = found.group(1).strip().rstrip(".")
    return _choices(_SEPARATOR.split(listed), around=" `'\"“”")


def _choices(parts: Sequence[str], around: str | None = None) -> tuple[str, ...]:
    """Return the parts, without the signs around them, if they can be choices; else nothing."""
    choices = tuple(part.strip(around) for part in parts)
    words = {choice.casefold() for choice in choices}
    if not choices[1:] or len(words) < len(choices) or words <= _UNITS:
        return ()
    if not all(_is_short_choice(choice) for choice in choices):
        return ()
    return choices


def _is_short_choice(text: str) -> bool:
    return 0 < len(text) <= _MAX_CHOICE and len(text.split()) <= _MAX_PROMPT_WORDS


def asks_for_one(text: str) -> bool:
    """Return whether a text says that only one of several options may be chosen."""
    return bool(_CHOOSE_ONE.search(" ".join(text.split()).rstrip(".!")))


def is_short_answer(text: str) -> bool:
    """Return whether a line of text is an example of a short answer, or a quantity in brackets."""
    if "\n" in text or len(text) > _MAX_SHORT_ANSWER + 20:
        return False
    inner = bracketed(text)
    if inner is None:
        return _EXAMPLE.match(text) is not None
    is_quantity = {part.strip().casefold() for part in inner.split("/")} <= _UNITS
    return is_quantity or _EXAMPLE.match(inner) is not None


def is_brief(text: str) -> bool:
    """Return whether the text behind a label leaves room for one line only."""
    if is_short_answer(text):
        return True
    if len(text) > _MAX_SHORT_ANSWER:
        return False
    return bracketed(text) is not None or len(text.split()) <= _MAX_PROMPT_WORDS


def wants_short_answer(label: str) -> bool:
    """Return whether a label that nothing follows is answered in one line, by its last word."""
    words = re.findall(r"\w+", without_colon(label).casefold())
    return bool(words) and words[-1] in _SHORT_ANSWERS and "?" not in label


def is_emphasised(text: str) -> bool:
    """Return whether a text behind a label is in italics as a whole."""
    return re.fullmatch(r"_[^_]+_|\*[^*]+\*", text) is not None


def asks(text: str) -> bool:
    """Return whether a text tells reporters what to write, rather than greeting them."""
    return bool(_ASKS.match(text.lstrip("_*> [(")))
