"""Notes that a Markdown template carries for the form that it was, or is to be: `(form: required, input)`.

A note stands at the end of a comment, in words that a reporter can read past. Owns how notes are written and read;
when one is needed is decided in `to_markdown`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, get_args

from issue_scaffold.convert.form import ElementType

END: Final = "(form: end)"
_NOTE: Final = re.compile(r"\s*\(form: ([^\n]*)\)\Z")
_PART: Final = re.compile(r'\s*([a-z]+)(?:=("(?:[^"\\]|\\.)*"|[^\s,]+))?\s*(?:,|\Z)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What Markdown can't say of an element; None and False where it says nothing.

    `prefilled` makes the text below a value instead of a placeholder, `fenced` says that it goes on to the comment
    `(form: end)`, `headed` that the label repeats a heading which stands on its own. `ticks` are the places, from 1,
    of the checkboxes that are required.
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

    def __str__(self) -> str:
        """Return the note as it is written."""
        return f"(form: {', '.join(self._parts())})"

    def _parts(self) -> Iterator[str]:
        if self.type:
            yield self.type
        for flag in ("required", "multiple", "prefilled", "fenced", "headed"):
            if getattr(self, flag):
                yield flag
        if self.ticks:
            yield f"ticks={'+'.join(map(str, self.ticks))}"
        if self.default is not None:
            yield f"default={self.default}"
        for name in ("id", "label", "accept"):
            value = getattr(self, name)
            if value is not None:
                plain = re.fullmatch(r"[\w.-]+", value)
                yield f"{name}={value if plain else json.dumps(value, ensure_ascii=False)}"


def split_note(comment: str) -> tuple[str, Note | None]:
    """Return what a comment says without its note, and the note; what isn't well-formed is no note."""
    found = _NOTE.search(comment)
    if not found or found.group(0).strip() == END:
        return comment, None
    note = _read(found.group(1))
    return (comment, None) if note is None else (comment[: found.start()].rstrip(), note)


def _read(text: str) -> Note | None:
    values: dict[str, object] = {}
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            return None
        at = part.end()
        key, raw = part.group(1), part.group(2)
        if raw is None and key in get_args(ElementType):
            values["type"] = key
        elif raw is None and key in {"required", "multiple", "prefilled", "fenced", "headed"}:
            values[key] = True
        elif raw is not None and key in {"id", "label", "accept"}:
            values[key] = json.loads(raw) if raw.startswith('"') else raw
        elif raw is not None and key == "default" and raw.isdecimal():
            values[key] = int(raw)
        elif raw is not None and key == "ticks" and re.fullmatch(r"\d+(\+\d+)*", raw):
            values[key] = tuple(int(number) for number in raw.split("+"))
        else:
            return None
    return Note(**values)  # type: ignore[arg-type]
