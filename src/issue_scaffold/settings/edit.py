"""Writing to `.github/scaffold.yml`: accepted deviations, with every other byte of the file left.

The text is edited at the places of the tree; the result is read back before it counts.
"""

from collections.abc import Mapping as Table
from typing import Final

from issue_scaffold.errors import UsageError
from issue_scaffold.text import lines, splice
from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.edits import Edit, apply_edits, insert_lines, set_value
from issue_scaffold.text.one_document import read_document
from issue_scaffold.text.reindent import Layout, dashed, layout
from issue_scaffold.text.scalars import yaml_scalar
from issue_scaffold.text.tree import Mapping, Node, Scalar, Sequence, resolve

_HEADER: Final = "# Settings of issue-scaffold for this repository.\n"
_BOM: Final = "\ufeff"
_FILE: Final = ".github/scaffold.yml"
_LABELS_CONFIG: Final = "labels_config"

_Row = Table[str, str | None]


def with_accepted(
    text: str, *, path: str, sha256: str | None, reason: str, instead_of: str | None = None
) -> str:
    """Return the settings file's text with one accepted deviation added, or brought up to date.

    `instead_of` is the path that its entry has so far, `sha256` None accepts that the file is
    deleted. Raises UsageError when the text isn't a settings file.
    """
    row: _Row = {"path": path, "sha256": sha256, "reason": reason}
    body = text.removeprefix(_BOM)
    bom = text[: len(text) - len(body)]
    if not body.strip():
        body = _HEADER
    elif not body.endswith("\n"):
        body += lines.newline(body)
    root = _root(body)
    try:
        edited = apply_edits(body, _edits(body, root, row, instead_of or path))
        found = _find(_accepted(read_document(edited)), path)
    except NotUnderstoodError:
        found = None
    if found is None or not _says(found, row):
        raise UsageError(
            f"{_FILE}: `accepted` can't be edited as it is written", hint="write it as a block list"
        )
    return bom + edited


def with_labels_config(text: str, path: str) -> str:
    """Return the settings file's text with the path of the labels config recorded.

    Raises UsageError when the text isn't a settings file that can be edited.
    """
    root = _root(text.removeprefix(_BOM)) if text.strip() else None
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
            f"{_FILE}: `{_LABELS_CONFIG}` can't be added to braces", hint="write it as a block"
        )
    return f"{text}{_LABELS_CONFIG}: {yaml_scalar(path)}{ending}"


def _root(text: str) -> Mapping | None:
    try:
        root = read_document(text)
    except NotUnderstoodError as error:
        line, column = lines.position(text, error.offset)
        raise UsageError(f"{_FILE}:{line}:{column}: not valid YAML: {error}") from error
    if root is None or isinstance(root, Mapping):
        return root
    raise UsageError(f"{_FILE} must hold a mapping", hint="its keys: accepted, ignore, labels")


def _accepted(root: Node | None) -> Node | None:
    if not isinstance(root, Mapping):
        return None
    entry = root.own("accepted")
    return None if entry is None else entry.value


def _find(accepted: Node | None, path: str) -> Mapping | None:
    """Return the entry of a path, if there is one."""
    if not isinstance(accepted, Sequence):
        return None
    for item in accepted.items:
        if isinstance(item, Mapping):
            named = item.get("path")
            if isinstance(named, Scalar) and named.value == path:
                return item
    return None


def _edits(text: str, root: Mapping | None, row: _Row, known_as: str) -> list[Edit]:
    entry = root.own("accepted") if root else None
    if entry is None:
        return [insert_lines(text, len(text), ["accepted:", *_lines(row, Layout(2, 4))])]
    accepted = entry.value
    known = _find(accepted, known_as)
    if known is not None:
        return _updates(text, known, row)
    if isinstance(accepted, Sequence) and accepted.items:
        return _another(text, accepted, row)
    if isinstance(accepted, Sequence) or (isinstance(accepted, Scalar) and accepted.is_null):

        def lines_at(indent: int) -> list[str]:
            return _lines(row, Layout(indent, indent + 2))

        return splice.fill(text, None, entry.key, accepted, lines_at)
    raise UsageError(
        f"{_FILE}: `accepted` must be a list", hint="entries have path, sha256 and reason"
    )


def _another(text: str, accepted: Sequence, row: _Row) -> list[Edit]:
    """Return the edits that add an entry to those there are, in the list's own style."""
    placed = splice.placed_items(accepted, text)
    to = layout(accepted, text)
    if to is None:
        fields = ", ".join(_field(key, row, in_flow=True) for key in row)
        return splice.insert_flow(text, placed, None, [f"{{{fields}}}"])
    return [splice.insert_block(text, placed, None, [_lines(row, to)])]


def _updates(text: str, known: Mapping, row: _Row) -> list[Edit]:
    """Return the edits that bring one entry up to date, each value in the quoting that it has."""
    edits = []
    for entry in known.written:
        if isinstance(entry.key, Scalar) and entry.key.value in row:
            value = row[entry.key.value]
            if not _is(entry.value, value):
                written = _scalar(value, entry.value, in_flow=known.flow)
                edits.append(set_value(text, entry, written))
    return edits


def _says(known: Mapping, row: _Row) -> bool:
    values = known.fields
    return all(key in values and _is(values[key], value) for key, value in row.items())


def _is(node: Node, value: str | None) -> bool:
    scalar = resolve(node)
    if not isinstance(scalar, Scalar):
        return False
    if value is None:
        return scalar.is_null
    return scalar.is_text and scalar.value == value


def _lines(row: _Row, to: Layout) -> list[str]:
    first, *others = [_field(key, row, in_flow=False) for key in row]
    return dashed([first, *(" " * to.content + line for line in others)], to)


def _field(key: str, row: _Row, *, in_flow: bool) -> str:
    return f"{key}: {_scalar(row[key], in_flow=in_flow)}"


def _scalar(value: str | None, before: Node | None = None, *, in_flow: bool) -> str:
    if value is None:
        return "null"
    if isinstance(before, Scalar):
        return yaml_scalar(value, before.style, in_flow=in_flow)
    return yaml_scalar(value, in_flow=in_flow)
