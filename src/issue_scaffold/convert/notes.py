"""Notes of a Markdown template for the form that it was, or is to be: `(form: required, input)`.

A note stands at the end of a comment, in words that a reporter can read past. Owns how notes are
written and read; when one is needed is decided in `to_markdown`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, get_args

from issue_scaffold.convert.blocks import Block, Comment
from issue_scaffold.convert.form import ElementType

END: Final = "(form: end)"
_NOTE: Final = re.compile(r"\s*\(form: ([^\n]*)\)\Z")
_FLAGS: Final = ("required", "multiple", "prefilled", "fenced", "headed", "example")
_TEXTS: Final = ("id", "label", "accept")
_PART: Final = re.compile(r'\s*([a-z]+)(?:=("(?:[^"\\]|\\.)*"|[^\s,]+))?\s*(?:,|\Z)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What Markdown can't say of an element; None and False where it says nothing.

    `prefilled` makes the text below a value instead of a placeholder, `fenced` says that it goes
    on to the comment `(form: end)`, `headed` that the label repeats a heading which stands on its
    own, `example` that the comment ends in the placeholder. `ticks` are the places, from 1, of the
    checkboxes that are required.
    """

    type: ElementType | None = None
    id: str | None = None
    label: str | None = None
    required: bool = False
    ticks: tuple[int, ...] = ()
    multiple: bool = False
    default: int | None = None
    accept: str | None = None
    prefilled: bool = False
    fenced: bool = False
    headed: bool = False
    example: bool = False

    def __str__(self) -> str:
        """Return the note as it is written."""
        return f"(form: {', '.join(self._parts())})"

    def _parts(self) -> Iterator[str]:
        if self.type:
            yield self.type
        for flag in _FLAGS:
            if getattr(self, flag):
                yield flag
        if self.ticks:
            yield f"ticks={'+'.join(map(str, self.ticks))}"
        if self.default is not None:
            yield f"default={self.default}"
        for name in _TEXTS:
            value = getattr(self, name)
            if value is None:
                continue
            if not re.fullmatch(r"[\w.-]+", value):
                value = json.dumps(value, ensure_ascii=False)
            yield f"{name}={value}"


def split_note(comment: str) -> tuple[str, Note | None]:
    """Return what a comment says without its note, and the note; an ill-formed note is text."""
    found = _NOTE.search(comment)
    if not found or found.group(0).strip() == END:
        return comment, None
    note = _read(found.group(1))
    if note is None:
        return comment, None
    return comment[: found.start()].rstrip(), note


def note_of(block: Block | None) -> Note | None:
    """Return the note that a block carries, if it is a comment with one."""
    if not isinstance(block, Comment):
        return None
    return split_note(block.text)[1]


def _read(text: str) -> Note | None:
    values: dict[str, Any] = {}
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            return None
        try:
            said = _part(part.group(1), part.group(2))
        except ValueError:  # an escape that JSON doesn't have, a number of thousands of digits
            return None
        if not said:
            return None
        values |= said
        at = part.end()
    return Note(**values)


def _part(key: str, raw: str | None) -> dict[str, Any]:
    """Return what one part of a note sets; nothing if it is none. Raises ValueError."""
    if raw is None:
        return _word(key)
    if key in _TEXTS and raw.startswith('"'):
        return {key: json.loads(raw)}
    if key in _TEXTS:
        return {key: raw}
    if key == "default" and raw.isdecimal():
        return {key: int(raw)}
    if key == "ticks" and re.fullmatch(r"\d+(\+\d+)*", raw):
        return {key: tuple(map(int, raw.split("+")))}
    return {}


def _word(key: str) -> dict[str, Any]:
    if key in _FLAGS:
        return {key: True}
    if key in get_args(ElementType):
        return {"type": key}
    return {}
