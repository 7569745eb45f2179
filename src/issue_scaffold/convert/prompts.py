"""What a line of a template asks for: a label, a short answer, one of several choices.

Owns the wording by which people write such things; every function looks at one already parsed piece of text. Where
the wording leaves a choice, the answer is the one that keeps most room for the reporter.
"""

import re
from collections.abc import Sequence
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
    }
    | {"month", "months", "year", "years", "points"}
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
_YES_NO: Final = re.compile(r"(?i)yes\s*/\s*no\s*\.?")
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
    }
    | {"commit", "sha", "hash", "shell", "editor"}
)
_ASKS: Final = re.compile(
    r"(?i)^(describe|explain|list|provide|what|why|how|when|which|add|enter|tell|give|write|summari[sz]e|paste"
    r"|include|a (?:clear|short|brief|concise)|as an?|we need"
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
    """Return the label that a bold beginning of a line is, with what follows it; None for mere emphasis."""
    if not line.label or len(line.label) > MAX_LABEL or _TELLING.match(bare(line.label)):
        return None
    if not line.rest:
        return (
            None
            if line.label.rstrip().endswith(".") and "?" not in line.label
            else Prompt(line.label, "")
        )
    if line.label.rstrip()[-1] in _COLONS + "?":
        return Prompt(line.label, line.rest)
    if line.rest[0] in _COLONS:
        return Prompt(f"{line.label}:", line.rest[1:].strip())
    return None


def short_prompt(line: Line, *, in_list: bool) -> Prompt | None:
    """Return the label and the rest of a line like `Version:` or `OS: [e.g. iOS]`; None for other text.

    Outside of a list the label must be shorter, as prose has colons too.
    """
    bold = bold_label(line)
    if bold and _is_short_rest(bold.rest, line):
        return Prompt(without_colon(bold.label), bold.rest)
    if line.label is not None and not in_list:
        return None
    for at, char in enumerate(line.raw):
        bracket = char == "[" and in_list and at > 0
        if char not in _COLONS and not bracket:
            continue
        label, rest = line.raw[:at].rstrip("\\ "), line.raw[at if bracket else at + 1 :].strip()
        if _is_short_label(label, in_list=in_list) and _is_short_rest(rest, line):
            return Prompt(label.strip(), rest)
        if not bracket:
            return None
    return None


def _is_short_label(label: str, *, in_list: bool) -> bool:
    text = label.strip()
    if (
        not any(char.isalnum() for char in text)
        or len(text) > _MAX_PROMPT_LABEL
        or set(text) & set("[]")
    ):
        return False
    return in_list or (len(text.split()) <= _MAX_PROMPT_WORDS and "," not in text)


def _is_short_rest(rest: str, line: Line) -> bool:
    if not rest:
        return True
    if line.rich:
        return False
    return bracketed(rest) is not None or (
        bool(_EXAMPLE.match(rest)) and len(rest) <= _MAX_SHORT_ANSWER
    )


def is_prompt_list(block: List) -> bool:
    """Return whether a list is one of short prompts: no tasks, one line each, and at least half of them a prompt."""
    if (
        block.ordered
        or block.has_boxes
        or any(item.blocks or not item.line.raw for item in block.items)
    ):
        return False
    prompts = sum(short_prompt(item.line, in_list=True) is not None for item in block.items)
    short = all(
        len(item.line.raw) <= 2 * _MAX_PROMPT_LABEL and not item.line.rich for item in block.items
    )
    return short and prompts * 2 >= len(block.items)


def prompt_of(item: ListItem) -> Prompt:
    """Return what an item of a list of prompts asks for."""
    return short_prompt(item.line, in_list=True) or Prompt(item.line.raw, "")


def bracketed(text: str) -> str | None:
    """Return what stands in the brackets that enclose a whole text; None without them."""
    if text.startswith("\\["):
        text = text[1:]
    closed = text.removesuffix("\\]") if text.endswith("\\]") else text.removesuffix("]")
    inner = closed[1:]
    return (
        inner.strip()
        if text.startswith("[") and closed != text and "[" not in inner and "\n" not in inner
        else None
    )


def placeholder_of(rest: str) -> str:
    """Return what stands behind a label as the example that a field shows: `[e.g. iOS]` without its brackets."""
    inner = bracketed(rest)
    if inner is None:
        return rest
    return inner if _EXAMPLE.match(inner) else f"[{inner}]"


def choices_in(text: str) -> tuple[str, ...]:
    """Return the choices that a text offers: `[low/medium/high]`, `one of: a, b or c`; nothing if it offers none."""
    inner = bracketed(text)
    if inner is not None:
        if _EXAMPLE.match(inner) or "/" not in inner or "://" in inner:
            return ()
        return _choices([part.strip() for part in inner.split("/")])
    if _YES_NO.fullmatch(text.strip()):
        return _choices([part.strip(" .") for part in text.split("/")])
    found = _ONE_OF.match(text.strip())
    if not found or "\n" in text:
        return ()
    listed = found.group(1).strip().rstrip(".")
    return _choices(
        [part.strip(" `'\"“”") for part in re.split(r"\s*[,/|;]\s*(?:or\s+)?|\s+or\s+", listed)]
    )


def _choices(parts: Sequence[str]) -> tuple[str, ...]:
    words = {part.casefold() for part in parts}
    if len(parts) < 2 or len(words) < len(parts) or words <= _UNITS:  # noqa: PLR2004 - one is no choice
        return ()
    fits = all(
        part and len(part) <= _MAX_CHOICE and len(part.split()) <= _MAX_PROMPT_WORDS
        for part in parts
    )
    return tuple(parts) if fits else ()


def asks_for_one(text: str) -> bool:
    """Return whether a text says that only one of several options may be chosen."""
    return bool(_CHOOSE_ONE.search(" ".join(text.split()).rstrip(".!")))


def is_short_answer(text: str) -> bool:
    """Return whether a single line of text is an example of a short answer, or a quantity in brackets."""
    if "\n" in text or len(text) > _MAX_SHORT_ANSWER + 20:
        return False
    inner = bracketed(text)
    if inner is not None:
        quantity = {part.strip().casefold() for part in inner.split("/")} <= _UNITS
        return quantity or bool(_EXAMPLE.match(inner))
    return bool(_EXAMPLE.match(text))


def is_brief(text: str) -> bool:
    """Return whether the text behind a label leaves room for one line only."""
    if len(text) > _MAX_SHORT_ANSWER:
        return is_short_answer(text)
    return (
        not text
        or bracketed(text) is not None
        or is_short_answer(text)
        or len(text.split()) <= _MAX_PROMPT_WORDS
    )


def wants_short_answer(label: str) -> bool:
    """Return whether a label that nothing follows is answered in one line, by its last word."""
    words = re.findall(r"\w+", without_colon(label).casefold())
    return bool(words) and words[-1] in _SHORT_ANSWERS and "?" not in label


def is_emphasised(text: str) -> bool:
    """Return whether a text behind a label is in italics as a whole."""
    mark = text[:1]
    return (
        bool(mark)
        and mark in "_*"
        and len(text) > 2  # noqa: PLR2004
        and text.count(mark) == 2  # noqa: PLR2004
        and text.endswith(mark)
    )


def asks(text: str) -> bool:
    """Return whether a text tells reporters what to write, rather than greeting them."""
    return bool(_ASKS.match(text.lstrip("_*> [(")))
