"""What people have made of one answer in a body, kind by kind.

Owns the leniency: other marks, other order, notes below. What is as a page writes it is read the
same way as there.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final, NamedTuple

from issue_scaffold.issue.answers import Answer, Upload
from issue_scaffold.issue.dialect import GAP, NO_RESPONSE, NONE
from issue_scaffold.issue.form import Field, FieldKind, collapsed
from issue_scaffold.issue.reading import DoubtKind
from issue_scaffold.issue.sections import skip_space
from issue_scaffold.text.lines import line_end

_BOX: Final = re.compile(r"^[ \t]*[-*+] \[([ xX])\][ \t]*", re.MULTILINE)
_BULLET: Final = re.compile(r"^[-*+] ", re.MULTILINE)
_FENCE: Final = re.compile(r"(`{3,}(?!`)|~{3,}(?!~))[^\n]*\n")
# A name in brackets, of a link if an address follows.
_BRACKET: Final = re.compile(r"!?\[(?P<name>[^\]\n]*)(?:\](?:\((?P<url>[^)\s]{1,4000})\))?)?")
# The tag of a picture or a film, or an address alone.
_SHOWN_FILE: Final = re.compile(
    r"<(?:img|video)\s(?P<tag>[^<>\n]{0,4000})>|(?P<bare>https?://[^\s<>]{1,4000})"
)
_ATTRIBUTE: Final = re.compile(r'(alt|src)="([^"]*)"')
_EMPTY: Final = frozenset({"", NO_RESPONSE})


class Stray(NamedTuple):
    """What isn't from the form, by its first line, and where in the section it stands."""

    kind: DoubtKind
    text: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An answer, the other one that it can be, and what in the section is not from the form."""

    answer: Answer
    other: Answer
    strays: tuple[Stray, ...] = ()


def read_piece(field: Field, text: str) -> Piece:
    """Return what a section holds; `text` is all of it below its heading."""
    if field.render:
        return _fenced(text)
    if field.is_several_choice:
        return _several(field, text)
    return _READERS[field.kind](field, text)


def _sure(answer: Answer, *strays: Stray) -> Piece:
    return Piece(answer=answer, other=answer, strays=strays)


def _rest(text: str, begin: int, end: int | None = None) -> tuple[Stray, ...]:
    """Return what is said of a part of a section that follows an answer: its first line."""
    part = text[begin:end]
    bare = part.strip()
    if not bare:
        return ()
    at = begin + len(part) - len(part.lstrip())
    return (Stray(DoubtKind.UNKNOWN_TEXT, bare.partition("\n")[0], at),)


def _heads(text: str) -> Iterator[tuple[str, int]]:
    """Yield what may be an answer with a note below: all, the first block, the first line.

    Each comes with the offset at which the rest begins.
    """
    bare = text.strip()
    begin = len(text) - len(text.lstrip())
    yield bare, begin + len(bare)
    if "\n" in bare:
        for head in (bare.partition(GAP)[0], bare.partition("\n")[0]):
            yield head, begin + len(head)


def _text(_: Field, text: str) -> Piece:
    if text.strip() in _EMPTY:
        return _sure(None)
    return _sure(text.removeprefix("\n").removeprefix("\n").removesuffix("\n").removesuffix("\n"))


def fence_of(text: str, at: int) -> str | None:
    """Return the fence with which a section begins whose text stands at an offset."""
    opening = _FENCE.match(text, skip_space(text, at))
    if opening is None:
        return None
    return opening[1]


def fenced_ends(text: str, fence: str, begin: int, end: int) -> list[tuple[int, int]]:
    """Return where a fence ends in a part of a text, and where the white space behind it does."""
    closing = re.compile(rf"\n{fence}(?=(\s*))")
    ends = [match.span(1) for match in closing.finditer(text, begin, end)]
    return [(low, high) for low, high in ends if low < high or high == end]


def _line(text: str, at: int) -> str:
    """Return what stands from an offset on in its line."""
    return text[at : line_end(text, at)]


def _fenced(text: str) -> Piece:
    opening = _FENCE.match(text, len(text) - len(text.lstrip()))
    if opening is None:
        if text.strip() in _EMPTY:
            return _sure(None)
        return _sure(text.strip("\n"))
    closing = f"\n{opening[1]}"
    at = text.rfind(closing)
    while at >= 0 and _line(text, at + len(closing)).strip():
        at = text.rfind(closing, 0, at)
    if at + 1 < opening.end():
        return _sure(text.strip("\n"))
    answer = text[opening.end() : max(opening.end(), at)]
    return _sure(answer or None, *_rest(text, at + len(closing)))


def _single(field: Field, text: str) -> Piece:
    for head, end in _heads(text):
        option = field.option(head)
        if option is not None:
            return _sure(option.label, *_rest(text, end))
        if head in _EMPTY or head == NONE:
            return _sure(None, *_rest(text, end))
    return _sure(text.strip())


def _several(field: Field, text: str) -> Piece:
    for head, end in _heads(text):
        if head in _EMPTY or head == NONE:
            return _sure((), *_rest(text, end))
        found = _chosen(field, head)
        if found is not None:
            return Piece(answer=found[0], other=found[1], strays=_rest(text, end))
    return _sure(_parts(field, text))


def _chosen(field: Field, text: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return two lists of options that a text can be, in any order; None if it is none."""
    if _BULLET.match(text):
        return _bulleted(field, text)
    words = collapsed(text)
    # What has been read up to an offset, in two ways at most.
    fronts: dict[int, list[tuple[str, ...]]] = {0: [()]}
    waiting = [0]
    while waiting:
        at = heappop(waiting)
        for end, label in _next_options(field, words, at):
            longer = [(*front, label) for front in fronts[at] if label not in front]
            if longer and end not in fronts:
                heappush(waiting, end)
            fronts[end] = [*fronts.get(end, ()), *longer][:2]
    found = sorted({_in_order(field, labels) for labels in fronts.get(len(words), ())})
    if not found:
        return None
    return found[-1], found[0]


def _next_options(field: Field, words: str, at: int) -> Iterator[tuple[int, str]]:
    """Yield the options that can stand at an offset, with where the next one would begin."""
    for option in field.options:
        end = at + len(option.name)
        if not words.startswith(option.name, at):
            continue
        if end == len(words):
            yield end, option.label
        elif words.startswith(", ", end):
            yield end + len(", "), option.label


def _bulleted(field: Field, text: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    items = [field.option(item) for item in _BULLET.split(text)[1:]]
    labels = {item.label for item in items if item is not None}
    if None in items:
        return None
    found = _in_order(field, labels)
    return found, found


def _in_order(field: Field, labels: Collection[str]) -> tuple[str, ...]:
    return tuple(option.label for option in field.options if option.label in labels)


def _parts(field: Field, text: str) -> tuple[str, ...]:
    """Return the parts of a text that isn't made of options alone, with these first."""
    parts = [part.strip() for part in re.split(r",|\n", _BULLET.sub("", text)) if part.strip()]
    known = [option.label for part in parts if (option := field.option(part)) is not None]
    others = [part for part in parts if field.option(part) is None]
    return (*_in_order(field, frozenset(known)), *others)


def _boxes(field: Field, text: str) -> Piece:
    found = list(_BOX.finditer(text))
    ends = [*(box.start() for box in found), len(text)][1:]
    states: dict[str, bool] = {}
    strays: list[Stray] = []
    # A box that stands there once more says nothing new.
    seen: set[str] = set()
    if found:
        strays += _rest(text, 0, found[0].start())
    elif text.strip() not in _EMPTY:
        strays += _rest(text, 0)
    for box, end in zip(found, ends, strict=True):
        item = text[box.end() : end]
        if item in seen:
            continue
        seen.add(item)
        name, stray = _box_name(field, item, box.end())
        strays += stray
        if name is not None:
            states.setdefault(name, box[1] != " ")
    for option in field.options:
        if option.name not in states:
            strays.append(Stray(DoubtKind.MISSING_OPTION, option.name, 0))
    return _sure({option.name: states.get(option.name, False) for option in field.options}, *strays)


def _box_name(field: Field, item: str, at: int) -> tuple[str | None, tuple[Stray, ...]]:
    """Return the name of the option that a box is, and what stands in its place and below it.

    The item begins at an offset of the section, behind the box's mark.
    """
    for head, length in _heads(item):
        option = field.option(head)
        if option is not None:
            below = _rest(item, length)
            return option.name, tuple(stray._replace(at=at + stray.at) for stray in below)
    line = collapsed(item.partition("\n")[0])
    return None, (Stray(DoubtKind.UNKNOWN_OPTION, line, at),)


def _uploads(_: Field, text: str) -> Piece:
    if text.strip() in _EMPTY:
        return _sure(())
    files: list[Upload] = []
    strays: list[Stray] = []
    end = 0
    for found in _files(text):
        files.append(_upload(found))
        strays += _rest(text, end, found.start())
        end = found.end()
    return _sure(tuple(files), *strays, *_rest(text, end))


def _files(text: str) -> Iterator[re.Match[str]]:
    """Yield links, and what else stands for a file between them."""
    end = 0
    for link in _BRACKET.finditer(text):
        if link["url"]:
            if link.start() > end + 1:
                yield from _SHOWN_FILE.finditer(text, end, link.start())
            yield link
            end = link.end()
    yield from _SHOWN_FILE.finditer(text, end)


def _upload(found: re.Match[str]) -> Upload:
    if found.re is _BRACKET:
        return Upload(found["name"], found["url"])
    if found["bare"]:
        return Upload(found["bare"].rpartition("/")[2], found["bare"])
    attributes = dict(_ATTRIBUTE.findall(found["tag"]))
    return Upload(attributes.get("alt", ""), attributes.get("src", ""))


_READERS: Final[Mapping[FieldKind, Callable[[Field, str], Piece]]] = {
    FieldKind.INPUT: _text,
    FieldKind.TEXTAREA: _text,
    FieldKind.DROPDOWN: _single,
    FieldKind.CHECKBOXES: _boxes,
    FieldKind.UPLOAD: _uploads,
}
