"""Changes to a text by offset, so that comments, order and quoting around them stay as they were.

Owns splicing and the few shapes of splice that fixes need; knows nothing about rules. An edit never reformats.
"""

from collections.abc import Iterable
from typing import NamedTuple

from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar


class Edit(NamedTuple):
    """Replace `text[start:end]`."""

    start: int
    end: int
    text: str


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
    """Return the text with the edits spliced in, last first; the caller sees to it that none overlap."""
    for edit in sorted(set(edits), key=lambda edit: (edit.start, edit.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def overlaps(edits: Iterable[Edit], others: Iterable[Edit]) -> bool:
    """Tell whether two sets of edits touch the same text; equal edits count as one, insertions at one place don't."""
    taken = list(others)
    return any(
        edit != other and edit.start <= other.end and other.start <= edit.end
        for edit in edits
        for other in taken
    )


def quoted(value: str) -> str:
    """Return a text as a quoted YAML scalar on one line."""
    if "\n" in value or not value.isprintable():
        escaped = (
            value.replace("\\", "\\\\")
            .replace('"', '\\"')
            .replace("\n", "\\n")
            .replace("\t", "\\t")
        )
        return f'"{escaped}"'
    if '"' in value or "\\" in value:
        return "'" + value.replace("'", "''") + "'"
    return f'"{value}"'


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
    """Return the edits that take one `key: value` out of a mapping, with its line and the comment on it."""
    if len(mapping.entries) < 2 or entry.merged:  # noqa: PLR2004 - the last entry can't go: `{}` is another thing
        return None
    if mapping.flow:
        return _remove_from_flow(source, mapping, entry)
    if owns_line(source, entry):
        return (Edit(source.line_start(entry.key.start), entry_end(source, entry), ""),)
    following = mapping.entries[mapping.entries.index(entry) + 1 :]
    if not following:
        return None
    # The first key of a list item: the next one moves up behind the dash.
    between = source.text[entry_end(source, entry) : following[0].key.start]
    return None if between.strip() else (Edit(entry.key.start, following[0].key.start, ""),)


def _remove_from_flow(source: Source, mapping: Mapping, entry: Entry) -> tuple[Edit, ...] | None:
    index = mapping.entries.index(entry)
    if index + 1 < len(mapping.entries):
        start, end = entry.key.start, mapping.entries[index + 1].key.start
    else:
        before = mapping.entries[index - 1]
        start, end = max(before.key.end, before.value.end), max(entry.value.end, entry.key.end)
    return (
        None
        if "#" in source.text[start:end] or "\n" in source.text[start:end]
        else (Edit(start, end, ""),)
    )


def replace_key(entry: Entry, name: str) -> Edit:
    """Return the edit that renames a key."""
    return Edit(entry.key.start, entry.key.end, name)


def one_line(source: Source, node: Node) -> str | None:
    """Return a node's text if it was written on one line, else None."""
    raw = source.text[node.start : node.end]
    return None if "\n" in raw or (isinstance(node, Scalar) and node.style in {"|", ">"}) else raw


def insert_line(source: Source, offset: int, line: str) -> Edit:
    """Return the edit that puts whole lines at the beginning of a line (or after an unfinished last one)."""
    text = line.replace("\n", source.newline)
    if offset and source.text[offset - 1] != "\n":
        return Edit(offset, offset, source.newline + text)
    return Edit(offset, offset, text + source.newline)
