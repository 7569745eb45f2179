"""Changes to a text by offset, so that comments, order and quoting around them stay as they were.

Owns what an edit is, how edits are applied, and the few shapes of edit that fixes need; knows
nothing about rules. Whole items of lists and mappings come and go by `text.splice`.
"""

from collections.abc import Iterable
from typing import NamedTuple

from issue_scaffold.text import lines
from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.scalars import quoted
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Alias, Entry, Mapping, Node, Scalar


class Edit(NamedTuple):
    """Put `text` in place of what stands from `start` to `end`."""

    start: int
    end: int
    text: str = ""


class Fix(NamedTuple):
    """What mends a problem: edits of the file (or of the file at `path`), or a new name for it.

    `unsafe` marks a guess. `drop_bom` removes a byte order mark, which is no part of the text.
    """

    edits: tuple[Edit, ...] = ()
    unsafe: bool = False
    path: str | None = None
    rename: str | None = None
    drop_bom: bool = False


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with every edit made; equal edits are made once.

    Insertions at one place stay in the order given, deletions may overlap. Raises
    NotUnderstoodError for a replacement of what another edit has replaced already.
    """
    pieces: list[str] = []
    at = 0
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: (edit.start, edit.end)):
        if edit.start < at and edit.text and edit.end > edit.start:
            raise NotUnderstoodError("two edits of one place")
        pieces += [text[at : edit.start], edit.text]
        at = max(at, edit.end)
    return "".join([*pieces, text[at:]])


def overlaps(edits: Iterable[Edit], others: Iterable[Edit]) -> bool:
    """Tell whether two sets of edits touch the same text.

    Equal edits count as one, insertions at one place don't.
    """
    taken = list(others)
    return any(
        edit != other and edit.start <= other.end and other.start <= edit.end
        for edit in edits
        for other in taken
    )


def quote(source: Source, node: Scalar) -> Fix | None:
    """Put a plain scalar of one line in quotes, as it was written."""
    raw = source.text[node.start : node.end]
    if node.style or node.tag or not raw or "\n" in raw or not raw.isprintable():
        return None
    return Fix((Edit(node.start, node.end, quoted(raw)),))


def owns_line(source: Source, entry: Entry) -> bool:
    """Tell whether nothing but blanks precedes the entry's key on its line."""
    start = source.line_start(entry.key.start)
    return not source.text[start : entry.key.start].strip()


def entry_end(source: Source, entry: Entry) -> int:
    """Return where the lines of a block entry end: after the line break of its last line."""
    end = max(entry.value.end, entry.key.end)
    if end > entry.key.start and source.text[end - 1] == "\n":
        return end
    return source.next_line(end)


def remove_entry(source: Source, mapping: Mapping, entry: Entry) -> tuple[Edit, ...] | None:
    """Return the edits that take one `key: value` out of a mapping, with the rest of its line.

    None where it can't go: the last entry of all, for `{}` is another thing, or a place that holds
    a comment of the user's.
    """
    if len(mapping.written) < 2 or entry.merged:  # noqa: PLR2004 - the last entry stays
        return None
    if mapping.flow:
        return _remove_from_flow(source, mapping, entry)
    if owns_line(source, entry):
        return (Edit(source.line_start(entry.key.start), entry_end(source, entry), ""),)
    following = mapping.written[mapping.written.index(entry) + 1 :]
    if not following:
        return None
    # The first key of a list item: the next one moves up behind the dash.
    between = source.text[entry_end(source, entry) : following[0].key.start]
    if between.strip():
        return None
    return (Edit(entry.key.start, following[0].key.start, ""),)


def _remove_from_flow(source: Source, mapping: Mapping, entry: Entry) -> tuple[Edit, ...] | None:
    written = mapping.written
    index = written.index(entry)
    if entry is not written[-1]:
        start, end = entry.key.start, written[index + 1].key.start
        between = source.text[max(entry.key.end, entry.value.end) : end]
    else:
        before = written[index - 1]
        start, end = max(before.key.end, before.value.end), max(entry.value.end, entry.key.end)
        between = source.text[start : entry.key.start]
    if "#" in between or "\n" in between:
        return None
    return (Edit(start, end, ""),)


def replace_key(entry: Entry, name: str) -> Edit:
    """Return the edit that renames a key."""
    return Edit(entry.key.start, entry.key.end, name)


def one_line(source: Source, node: Node) -> str | None:
    """Return a node's text if it was written on one line, else None."""
    raw = source.text[node.start : node.end]
    if "\n" in raw or (isinstance(node, Scalar) and node.style in {"|", ">"}):
        return None
    return raw


def insert_line(source: Source, offset: int, line: str) -> Edit:
    """Return the edit that puts whole lines at the beginning of a line.

    At the end of an unfinished last line, it finishes that one first.
    """
    rows = line.split("\n")
    if offset and source.text[offset - 1] != "\n":
        return Edit(offset, offset, "".join(source.newline + row for row in rows))
    return insert_lines(source.text, offset, rows)


def insert_lines(text: str, at: int, rows: Iterable[str]) -> Edit:
    """Return the insertion of whole lines at the start of a line, ended as the text's are."""
    ending = lines.newline(text)
    return Edit(at, at, "".join(row + ending for row in rows))


def set_value(text: str, entry: Entry, value: str) -> Edit:
    """Return the edit that writes another value behind a key, in its place or in that of none."""
    node = entry.value
    if isinstance(node, Scalar | Alias) and node.start != node.end:
        return Edit(node.start, node.end, value)
    colon = text.index(":", entry.key.end) + 1
    return Edit(colon, max(node.end, colon), f" {value}")
