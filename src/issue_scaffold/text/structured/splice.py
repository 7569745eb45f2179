"""Adding and removing the items of a list or mapping by splicing text: no byte outside an edit's own lines changes.

Works on offsets alone; what an item means is its callers' business. All text here ends with a line break, unless it
is empty (see `MeaningMerge` callers, who put the user's ending back).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from issue_scaffold.text.structured import tree

_COMMA: Final = re.compile(r"\s*,")
_COMMENT: Final = re.compile(r"[ \t]*(,?)[ \t]*#[^\r\n]*")
_DASH: Final = re.compile(r"^[ \t]*(-)(?=\s)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Put `text` in place of what stands from `start` to `end`."""

    start: int
    end: int
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item: from its dash or key (in a flow collection, from itself) to the end of its content."""

    start: int
    end: int
    column: int
    node: tree.AnyNode


def splice(text: str, changes: Iterable[Change]) -> str:
    """Return the text with every change made; deletions may overlap, two replacements raise NotUnderstoodError."""
    pieces: list[str] = []
    at = 0
    for change in sorted(changes, key=lambda change: (change.start, change.end)):
        if change.start < at and change.text and change.end > change.start:
            raise tree.NotUnderstoodError("two edits of one place")
        pieces += [text[at : change.start], change.text]
        at = max(at, change.end)
    return "".join([*pieces, text[at:]])


def line_start(text: str, at: int) -> int:
    """Return the offset of the first character of the line that holds `at`."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Return the offset after the line break of the line that holds `at`."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def items(collection: tree.Sequence | tree.Mapping, text: str) -> list[Item]:
    """Return the items of a collection; raise NotUnderstoodError where a block item's dash can't be found."""
    found = []
    if isinstance(collection, tree.Mapping):
        for key, value in collection.entries:
            end = tree.content_end(value, text)
            found.append(Item(start=key.start, end=end, column=key.column, node=value))
        return found
    before = line_start(text, collection.start)
    for node in collection.items:
        end = tree.content_end(node, text)
        start = node.start if collection.flow else _dash(text, before, node.start)
        found.append(Item(start=start, end=end, column=start - line_start(text, start), node=node))
        before = end
    return found


def insert_block(
    text: str, placed: Sequence[Item], after: int | None, blocks: Sequence[list[str]]
) -> Change:
    """Return the insertion of items, each a list of lines, after the item at place `after`, or at the end."""
    at_end = after is None or after == len(placed) - 1
    at = line_end(text, placed[-1 if after is None else after].end)
    if at_end:
        at = _past_comments(text, at, placed[0].column)
    follows = text[at : line_end(text, at)]
    apart = [""] if _are_apart(text, placed) and not follows.strip() else []
    return insert_lines(text, at, [line for block in blocks for line in (*apart, *block)])


def insert_lines(text: str, at: int, lines: Sequence[str]) -> Change:
    """Return the insertion of whole lines at the start of a line."""
    return Change(start=at, end=at, text="".join(line + tree.newline(text) for line in lines))


def remove_block(
    text: str, placed: Sequence[Item], places: Iterable[int], obsolete: frozenset[str]
) -> list[Change]:
    """Return the removal of block items with their lines, and with `obsolete` comment lines straight above them.

    Other comments stay. Blank lines go where they would pile up.
    """
    return [_removal(text, placed[place], obsolete, is_first=place == 0) for place in places]


def insert_flow(
    text: str, placed: Sequence[Item], after: int | None, new: Sequence[str]
) -> list[Change]:
    """Return the insertion of items into a collection in brackets or braces that is not empty.

    A comment behind the item before stays there.
    """
    place = len(placed) - 1 if after is None else after
    model = placed[-1]
    gap = text[_gap_start(text, model.start) : model.start]
    gap = gap if "\n" in gap or len(placed) > 1 else " "
    end = placed[place].end
    comment = _COMMENT.match(text, end)
    if comment is None or "\n" not in gap:
        return [Change(start=end, end=end, text="".join(f",{gap}{item}" for item in new))]
    rows = [gap + item for item in new]
    if comment[1]:
        return [
            Change(start=comment.end(), end=comment.end(), text="".join(f"{row}," for row in rows))
        ]
    return [
        Change(start=end, end=end, text=","),
        Change(start=comment.end(), end=comment.end(), text=",".join(rows)),
    ]


def remove_flow(text: str, placed: Sequence[Item], places: set[int]) -> list[Change]:
    """Return the removal of items and their commas; raise NotUnderstoodError if a comment stands in between."""
    if len(places) == len(placed):
        for before, item in pairwise(placed):
            _refuse_comment(text, before.end, item.start)
        return [Change(start=placed[0].start, end=_past_comma(text, placed[-1].end))]
    changes = []
    for place in sorted(places):
        if any(earlier not in places for earlier in range(place)):
            start, end = placed[place - 1].end, placed[place].end
        else:
            start, end = placed[place].start, placed[place + 1].start
        item = placed[place]
        _refuse_comment(text, min(start, item.start), item.start)
        _refuse_comment(text, item.end, max(end, item.end))
        changes.append(Change(start=start, end=end))
    return changes


def obsolete_comments(base: str, theirs: str) -> frozenset[str]:
    """Return the comment lines that the template had and has no longer, stripped."""
    was, now = ({line.strip() for line in text.splitlines()} for text in (base, theirs))
    return frozenset(line for line in was - now if line.startswith("#"))


def _refuse_comment(text: str, start: int, end: int) -> None:
    if "#" in text[start:end]:
        raise tree.NotUnderstoodError("a comment between items in brackets")


def _past_comma(text: str, at: int) -> int:
    found = _COMMA.match(text, at)
    return at if found is None else found.end()


def _dash(text: str, start: int, end: int) -> int:
    found = _DASH.search(text, start, end)
    if found is None:
        raise tree.NotUnderstoodError("no dash before a list item")
    return found.start(1)


def _gap_start(text: str, at: int) -> int:
    """Return where the white space before an item starts: at its line break, or after the sign before it."""
    start = len(text[:at].rstrip(" \t\r\n"))
    found = re.search(r"\r?\n[ \t]*\Z", text[start:at])
    return start if found is None else start + found.start()


def _past_comments(text: str, at: int, column: int) -> int:
    """Return where a list ends: past the comments at the file's end, or past those indented like its items."""
    rest = text[at:].rstrip()
    if not rest:
        return at
    if all(not line.strip() or line.lstrip().startswith("#") for line in rest.splitlines()):
        return line_end(text, at + len(rest))
    while column and text[at : line_end(text, at)].lstrip(" ").startswith("#"):
        line = text[at : line_end(text, at)]
        if len(line) - len(line.lstrip(" ")) < column:
            break
        at = line_end(text, at)
    return at


def _are_apart(text: str, placed: Sequence[Item]) -> bool:
    """Say whether most items have a blank line before them."""
    blank = [not _line_at(text, line_end(text, item.end)).strip() for item in placed[:-1]]
    return bool(blank) and sum(blank) * 2 > len(blank)


def _line_at(text: str, start: int) -> str:
    return text[start : line_end(text, start)]


def _line_before(text: str, start: int) -> str:
    return text[line_start(text, max(start - 1, 0)) : start]


def _removal(text: str, item: Item, obsolete: frozenset[str], *, is_first: bool) -> Change:
    start, end = line_start(text, item.start), line_end(text, item.end)
    while _line_before(text, start).strip() in obsolete:
        start = line_start(text, start - 1)
    if _line_at(text, end).strip():
        return Change(start=start, end=end)
    if is_first and not _line_before(text, start).strip().startswith("#"):
        while end < len(text) and not _line_at(text, end).strip():
            end = line_end(text, end)
        return Change(start=start, end=end)
    while start and not _line_before(text, start).strip():
        start = line_start(text, start - 1)
    return Change(start=start, end=end)


def fill(
    text: str,
    key_name: str | None,
    key: tree.Scalar | None,
    holder: tree.AnyNode | None,
    lines_at: Callable[[int], list[str]],
) -> list[Change]:
    """Return the changes that write the first items of a YAML collection as a block.

    `holder` is the empty collection or null in its place, `key` the key before it. Where `key_name` is to lead to the
    collection but `key` is not there yet, it is written too. `lines_at` gives the items' lines at an indentation.
    """
    if key is not None and holder is not None:
        colon = text.index(":", key.end) + 1
        lines = insert_lines(text, line_end(text, max(holder.end, colon)), lines_at(key.column + 2))
        return [Change(start=colon, end=max(holder.end, colon)), lines]
    end = len(text)
    if key_name is not None:
        gap = (
            [""]
            if holder is None and text.strip() and not text.endswith(tree.newline(text) * 2)
            else []
        )
        lines = insert_lines(text, end, [*gap, f"{key_name}:", *lines_at(2)])
    elif holder is None:
        lines = insert_lines(text, end, lines_at(0))
    else:
        lines = insert_lines(text, line_end(text, holder.end), lines_at(0))
    return [lines] if holder is None else [_emptied(text, holder), lines]


def empty(text: str, key: tree.Scalar | None, placed: Sequence[Item], sign: str) -> Change:
    """Return the insertion of `[]` or `{}` in place of the block items that are all taken away."""
    if key is None:
        return insert_lines(text, line_start(text, placed[0].start), [sign])
    colon = text.index(":", key.end) + 1
    return Change(start=colon, end=colon, text=f" {sign}")


def _emptied(text: str, holder: tree.AnyNode) -> Change:
    """Return the removal of an empty root, with its line when nothing else is on it."""
    start = len(text[: holder.start].rstrip(" "))
    is_alone = (
        start == line_start(text, start)
        and not text[holder.end : line_end(text, holder.end)].strip()
    )
    return Change(start=start, end=line_end(text, holder.end) if is_alone else holder.end)
