"""Adding and removing the items of a list or mapping: no byte outside an edit's own lines changes.

Works on the places of the one tree; what an item means is its callers' business. All text here ends
with a line break, unless it is empty: callers put the user's ending back.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.edits import Edit, insert_lines
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.lines import column, line_start, newline, next_line
from issue_scaffold.text.tree import Mapping, Node
from issue_scaffold.text.tree import Sequence as List

_COMMA: Final = late_pattern(r"\s*,")
_COMMENT: Final = late_pattern(r"[ \t]*(,?)[ \t]*#[^\r\n]*")
_DASH: Final = late_pattern(r"^[ \t]*(-)(?=\s)", re.MULTILINE)
_PROPERTIES: Final = late_pattern(r"[&!]\S*\s")


class Placed(NamedTuple):
    """One item: from its dash or key (in a flow collection, from itself) to the end of its content.

    `column` is where it begins on its line.
    """

    start: int
    end: int
    column: int
    node: Node


def placed_items(collection: List | Mapping, text: str) -> list[Placed]:
    """Return the items of a collection; raise NotUnderstoodError where a dash can't be found."""
    if isinstance(collection, Mapping):
        return [_placed(text, entry.key.start, entry.value) for entry in collection.written]
    found = []
    before = line_start(text, collection.start)
    for node in collection.items:
        find = _properties if collection.flow else _dash
        start = find(text, before, node.start)
        found.append(_placed(text, start, node))
        before = node.end
    return found


def _placed(text: str, start: int, node: Node) -> Placed:
    return Placed(start=start, end=node.end, column=column(text, start), node=node)


def insert_block(
    text: str, placed: Sequence[Placed], after: int | None, blocks: Sequence[list[str]]
) -> Edit:
    """Return the insertion of items, each its lines, after that at place `after` or at the end."""
    place = len(placed) - 1 if after is None else after
    at = next_line(text, placed[place].end)
    if placed[place] is placed[-1]:
        at = _past_comments(text, at, placed[0].column)
    rows: list[str] = []
    is_apart = _are_apart(text, placed) and not _line_at(text, at).strip()
    for block in blocks:
        rows += ["", *block] if is_apart else block
    return insert_lines(text, at, rows)


def remove_block(
    text: str, placed: Sequence[Placed], places: Iterable[int], obsolete: frozenset[str]
) -> list[Edit]:
    """Return the removal of block items with their lines.

    The `obsolete` comment lines straight above them go too. Other comments stay. Blank lines go
    where they would pile up.
    """
    return [_removal(text, placed[place], obsolete, is_first=place == 0) for place in places]


def insert_flow(
    text: str, placed: Sequence[Placed], after: int | None, new: Sequence[str]
) -> list[Edit]:
    """Return the insertion of items into a collection in brackets or braces that is not empty.

    A comment behind the item before stays there.
    """
    place = len(placed) - 1 if after is None else after
    model = placed[-1]
    gap = text[_gap_start(text, model.start) : model.start]
    if len(placed) == 1 and "\n" not in gap:
        gap = " "
    end = placed[place].end
    comment = _COMMENT.match(text, end)
    if comment is None or "\n" not in gap:
        return [Edit(end, end, "".join(f",{gap}{item}" for item in new))]
    rows = [gap + item for item in new]
    if comment[1]:
        return [Edit(comment.end(), comment.end(), "".join(f"{row}," for row in rows))]
    return [
        Edit(end, end, ","),
        Edit(comment.end(), comment.end(), ",".join(rows)),
    ]


def remove_flow(text: str, placed: Sequence[Placed], places: set[int]) -> list[Edit]:
    """Return the removal of items and their commas.

    Raises NotUnderstoodError for a comment between two of them.
    """
    if len(places) == len(placed):
        for before, item in pairwise(placed):
            _refuse_comment(text, before.end, item.start)
        return [Edit(placed[0].start, _past_comma(text, placed[-1].end))]
    changes = []
    for place in sorted(places):
        if any(earlier not in places for earlier in range(place)):
            start, end = placed[place - 1].end, placed[place].end
        else:
            start, end = placed[place].start, placed[place + 1].start
        item = placed[place]
        _refuse_comment(text, min(start, item.start), item.start)
        _refuse_comment(text, item.end, max(end, item.end))
        changes.append(Edit(start, end))
    return changes


def obsolete_comments(base: str, theirs: str) -> frozenset[str]:
    """Return the comment lines that the template had and has no longer, stripped."""
    was, now = ({line.strip() for line in text.splitlines()} for text in (base, theirs))
    return frozenset(line for line in was - now if line.startswith("#"))


def _refuse_comment(text: str, start: int, end: int) -> None:
    if "#" in text[start:end]:
        raise NotUnderstoodError("a comment between items in brackets")


def _past_comma(text: str, at: int) -> int:
    found = _COMMA.match(text, at)
    if found is None:
        return at
    return found.end()


def _dash(text: str, start: int, end: int) -> int:
    found = _DASH.search(text, start, end)
    if found is None:
        raise NotUnderstoodError("no dash before a list item")
    return found.start(1)


def _properties(text: str, start: int, end: int) -> int:
    """Return where an item in brackets begins: at its anchor or tag, if it has one."""
    found = _PROPERTIES.search(text, start, end)
    if found is None:
        return end
    return found.start()


def _gap_start(text: str, at: int) -> int:
    """Return where the white space before an item starts: at its line break, or after a sign."""
    start = len(text[:at].rstrip(" \t\r\n"))
    found = re.search(r"\r?\n[ \t]*\Z", text[start:at])
    if found is None:
        return start
    return start + found.start()


def _past_comments(text: str, at: int, indent: int) -> int:
    """Return where a list ends: past comments at the file's end or indented like its items."""
    rest = text[at:].rstrip()
    if not rest:
        return at
    if all(not line.strip() or line.lstrip().startswith("#") for line in rest.splitlines()):
        return next_line(text, at + len(rest))
    while indent and text[at : next_line(text, at)].lstrip(" ").startswith("#"):
        line = text[at : next_line(text, at)]
        if len(line) - len(line.lstrip(" ")) < indent:
            break
        at = next_line(text, at)
    return at


def _are_apart(text: str, placed: Sequence[Placed]) -> bool:
    """Say whether most items have a blank line before them."""
    blank = [not _line_at(text, next_line(text, item.end)).strip() for item in placed[:-1]]
    return bool(blank) and sum(blank) * 2 > len(blank)


def _line_at(text: str, start: int) -> str:
    return text[start : next_line(text, start)]


def _line_before(text: str, start: int) -> str:
    return text[line_start(text, max(start - 1, 0)) : start]


def _removal(text: str, item: Placed, obsolete: frozenset[str], *, is_first: bool) -> Edit:
    start, end = line_start(text, item.start), next_line(text, item.end)
    while _line_before(text, start).strip() in obsolete:
        start = line_start(text, start - 1)
    if _line_at(text, end).strip():
        return Edit(start, end)
    if is_first and not _line_before(text, start).strip().startswith("#"):
        while end < len(text) and not _line_at(text, end).strip():
            end = next_line(text, end)
        return Edit(start, end)
    while start and not _line_before(text, start).strip():
        start = line_start(text, start - 1)
    return Edit(start, end)


def fill(
    text: str,
    key_name: str | None,
    key: Node | None,
    holder: Node | None,
    lines_at: Callable[[int], list[str]],
) -> list[Edit]:
    """Return the edits that write the first items of a YAML collection as a block.

    `holder` is the empty collection or null in its place, `key` the key before it. Where `key_name`
    is to lead to the collection but `key` is not there yet, it is written too. `lines_at` gives the
    items' lines at an indentation.
    """
    if key is not None and holder is not None:
        colon = text.index(":", key.end) + 1
        end = max(holder.end, colon)
        rows = lines_at(column(text, key.start) + 2)
        return [Edit(colon, end), insert_lines(text, next_line(text, end), rows)]
    if key_name is not None:
        rows = [f"{key_name}:", *lines_at(2)]
        if holder is None and text.strip() and not text.endswith(newline(text) * 2):
            rows.insert(0, "")
        written = insert_lines(text, len(text), rows)
    else:
        at = len(text) if holder is None else next_line(text, holder.end)
        written = insert_lines(text, at, lines_at(0))
    if holder is None:
        return [written]
    return [_emptied(text, holder), written]


def empty(text: str, key: Node | None, placed: Sequence[Placed], sign: str) -> Edit:
    """Return the insertion of `[]` or `{}` in place of the block items that are all taken away."""
    if key is None:
        return insert_lines(text, line_start(text, placed[0].start), [sign])
    colon = text.index(":", key.end) + 1
    return Edit(colon, colon, f" {sign}")


def _emptied(text: str, holder: Node) -> Edit:
    """Return the removal of an empty root, with its line when nothing else is on it."""
    start = len(text[: holder.start].rstrip(" "))
    is_alone = (
        start == line_start(text, start)
        and not text[holder.end : next_line(text, holder.end)].strip()
    )
    if is_alone:
        return Edit(start, next_line(text, holder.end))
    return Edit(start, holder.end)
