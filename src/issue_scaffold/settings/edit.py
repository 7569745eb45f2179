"""Writing to the settings file: what is accepted or own, with every other byte of it left.

The text is edited at the places of the tree; the result is read back before it counts.
"""

from collections.abc import Container
from collections.abc import Mapping as Table
from collections.abc import Sequence as List
from typing import Final, Literal, NamedTuple

from issue_scaffold.errors import UsageError
from issue_scaffold.text import lines, splice
from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.edits import Edit, apply_edits, insert_lines, replace_key, set_value
from issue_scaffold.text.one_document import read_document
from issue_scaffold.text.reindent import Layout, dashed, layout
from issue_scaffold.text.scalars import yaml_scalar
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar, Sequence, resolve
from issue_scaffold.text.tree_values import is_null, mapping_of, mappings_in, string_of

_HEADER: Final = "# Settings of issue-scaffold for this repository.\n"
_BOM: Final = "\ufeff"
_LABELS_CONFIG: Final = "labels_config"
# What is accepted of a file is said by either: an entry that is brought up to date keeps one.
_EITHER: Final = {"sha256": "difference", "difference": "sha256"}

Row = Table[str, str | None]
Name = Literal["accepted", "own"]


class SettingsList(NamedTuple):
    """One of the lists of the settings file at `file`, whose entries each have a path."""

    name: Name
    file: str

    def with_rows(
        self, text: str, path: str, rows: List[Row], *, instead_of: str | None = None
    ) -> str:
        """Return the file's text in which just these are the entries of a path.

        An entry of the same unit is brought up to date, others of the path go. `instead_of` is the
        path that they have so far. Raises UsageError when the text isn't a settings file.
        """
        body = text.removeprefix(_BOM)
        bom = text[: len(text) - len(body)]
        known_as = instead_of or path
        if not body.strip():
            body = _HEADER
        elif not body.endswith("\n"):
            body += lines.newline(body)
        _root(body, self.file)
        try:
            paths = {path, known_as}
            edited = self._without(self._updated(body, paths, rows), paths, rows)
            done = self._says(edited, path, rows)
        except NotUnderstoodError:
            done = False
        if not done:
            raise UsageError(
                f"{self.file}: `{self.name}` can't be edited as it is written",
                hint="write it as a block list",
            )
        return bom + edited

    def _updated(self, text: str, paths: Container[str | None], rows: List[Row]) -> str:
        """Return the text in which each row is some entry."""
        for row in rows:
            items = _of(self._list(text), paths)
            if any(_says(item, row) for item in items):
                continue
            taken = [item for item in items if any(_says(item, other) for other in rows)]
            known = [item for item in items if item not in taken and _is_for(item, row)]
            edits = _updates(text, known[0], row) if known else self._added(text, row)
            text = apply_edits(text, edits)
        return text

    def _without(self, text: str, paths: Container[str | None], rows: List[Row]) -> str:
        """Return the text without entries of these paths that aren't among the rows."""
        listed = self._list(text)
        places = _superfluous(listed, paths, rows)
        if listed is None or not places:
            return text
        placed = splice.placed_items(listed, text)
        if listed.flow:
            return apply_edits(text, splice.remove_flow(text, placed, places))
        edits = splice.remove_block(text, placed, places, frozenset())
        if len(places) == len(placed):
            key = self._entry(text)
            edits.append(splice.empty(text, None if key is None else key.key, placed, "[]"))
        return apply_edits(text, edits)

    def _says(self, text: str, path: str, rows: List[Row]) -> bool:
        found = _of(self._list(text), {path})
        if len(found) != len(rows):
            return False
        return all(any(_says(item, row) for item in found) for row in rows)

    def _entry(self, text: str) -> Entry | None:
        root = read_document(text)
        return mapping_of(root).own(self.name)

    def _list(self, text: str) -> Sequence | None:
        entry = self._entry(text)
        listed = None if entry is None else entry.value
        return listed if isinstance(listed, Sequence) else None

    def _added(self, text: str, row: Row) -> list[Edit]:
        entry = self._entry(text)
        if entry is None:
            rows = [f"{self.name}:", *_lines(row, Layout(2, 4))]
            return [insert_lines(text, len(text), rows)]
        listed = entry.value
        if isinstance(listed, Sequence) and listed.items:
            return _another(text, listed, row)
        if isinstance(listed, Sequence) or is_null(listed):

            def lines_at(indent: int) -> list[str]:
                return _lines(row, Layout(indent, indent + 2))

            return splice.fill(text, None, entry.key, listed, lines_at)
        raise UsageError(
            f"{self.file}: `{self.name}` must be a list", hint="its entries have path and reason"
        )


def with_labels_config(text: str, path: str, file: str) -> str:
    """Return the settings file's text with the path of the labels config recorded.

    Raises UsageError when the text isn't a settings file that can be edited.
    """
    root = _root(text.removeprefix(_BOM), file) if text.strip() else None
    entry = None if root is None else root.own(_LABELS_CONFIG)
    shift = len(text) - len(text.removeprefix(_BOM))
    if entry is not None:
        edit = set_value(text[shift:], entry, yaml_scalar(path))
        return text[:shift] + apply_edits(text[shift:], [edit])
    ending = lines.newline(text)
    if not text.strip():
        text = _HEADER
    elif not text.endswith("\n"):
        text += ending
    if root is not None and root.flow:
        raise UsageError(
            f"{file}: `{_LABELS_CONFIG}` can't be added to braces", hint="write it as a block"
        )
    return f"{text}{_LABELS_CONFIG}: {yaml_scalar(path)}{ending}"


def _root(text: str, file: str) -> Mapping | None:
    try:
        root = read_document(text)
    except NotUnderstoodError as error:
        line, column = lines.position(text, error.offset)
        raise UsageError(f"{file}:{line}:{column}: not valid YAML: {error}") from error
    if root is None or isinstance(root, Mapping):
        return root
    raise UsageError(f"{file} must hold a mapping", hint="its keys: accepted, ignore, labels")


def _of(listed: Sequence | None, paths: Container[str | None]) -> list[Mapping]:
    """Return the entries of these paths."""
    return [item for item in mappings_in(listed) if _path_of(item) in paths]


def _superfluous(
    listed: Sequence | None, paths: Container[str | None], rows: List[Row]
) -> set[int]:
    """Return the places of these paths' entries that aren't among the rows, or are there twice."""
    left = list(rows)
    places = set()
    for place, item in enumerate(() if listed is None else listed.items):
        row = next((row for row in left if _says(item, row)), None)
        if row is not None:
            left.remove(row)
        elif _path_of(item) in paths:
            places.add(place)
    return places


def _path_of(item: Node) -> str | None:
    named = item.get("path") if isinstance(item, Mapping) else None
    return named.value if isinstance(named, Scalar) else None


def _is_for(item: Mapping, row: Row) -> bool:
    """Whether an entry is the one to be brought up to date: of the same unit, or of none."""
    unit = item.get("unit")
    if unit is None or "unit" not in row:
        return unit is None and "unit" not in row
    return _is(unit, row["unit"])


def _another(text: str, accepted: Sequence, row: Row) -> list[Edit]:
    """Return the edits that add an entry to those there are, in the list's own style."""
    placed = splice.placed_items(accepted, text)
    to = layout(accepted, text)
    if to is None:
        fields = ", ".join(_field(key, row, in_flow=True) for key in row)
        return splice.insert_flow(text, placed, None, [f"{{{fields}}}"])
    return [splice.insert_block(text, placed, None, [_lines(row, to)])]


def _updates(text: str, known: Mapping, row: Row) -> list[Edit]:
    """Return the edits that bring one entry up to date, each value in the quoting that it has."""
    edits = []
    for entry in known.written:
        key = string_of(entry.key)
        if key not in row and _EITHER.get(key) in row:
            key = _EITHER[key]
            edits.append(replace_key(entry, key))
        if key in row and not _is(entry.value, row[key]):
            written = _scalar(row[key], entry.value, in_flow=known.flow)
            edits.append(set_value(text, entry, written))
    return edits


def _says(known: Node, row: Row) -> bool:
    """Whether an entry says just what a row does."""
    if not isinstance(known, Mapping):
        return False
    values = known.fields
    return values.keys() == row.keys() and all(_is(values[key], row[key]) for key in row)


def _is(node: Node, value: str | None) -> bool:
    scalar = resolve(node)
    if not isinstance(scalar, Scalar):
        return False
    if value is None:
        return scalar.is_null
    return scalar.is_text and scalar.value == value


def _lines(row: Row, to: Layout) -> list[str]:
    first, *others = [_field(key, row, in_flow=False) for key in row]
    return dashed([first, *(" " * to.content + line for line in others)], to)


def _field(key: str, row: Row, *, in_flow: bool) -> str:
    return f"{key}: {_scalar(row[key], in_flow=in_flow)}"


def _scalar(value: str | None, before: Node | None = None, *, in_flow: bool) -> str:
    if value is None:
        return "null"
    if isinstance(before, Scalar):
        return yaml_scalar(value, before.style, in_flow=in_flow)
    return yaml_scalar(value, in_flow=in_flow)
