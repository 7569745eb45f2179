"""Finding the labels in a labels config of any of the known shapes. On the path of `check`: nothing here writes.

Shapes: a list of mappings; a mapping of names to fields; either of them under `labels:` (in a settings file only
there), also under `labels.include`, which one settings app has.
"""

from collections.abc import Mapping as Table
from typing import NamedTuple

from issue_scaffold.labels import label as labels
from issue_scaffold.text.by_meaning import Difference
from issue_scaffold.text.structured import tree

_OWN_FIELDS = frozenset({"name", "color", "description"})


class Located(NamedTuple):
    """A label, where its name stands, and the mapping that holds its fields."""

    label: labels.Label
    name: tree.Scalar
    body: tree.Mapping


class LabelsFile(NamedTuple):
    """A labels config as read. `holder` is the list or mapping of labels, or the null in its place, or None.

    `key` is the key that leads to the holder, None at the top level.
    """

    text: str
    is_json: bool
    root: tree.AnyNode | None
    key: tree.Scalar | None
    holder: tree.AnyNode | None
    located: tuple[Located, ...]

    @property
    def labels(self) -> tuple[labels.Label, ...]:
        """The labels alone."""
        return tuple(place.label for place in self.located)


def is_settings(path: str) -> bool:
    """Say whether the file holds more than labels."""
    return path.endswith("settings.yml")


def read_labels(path: str, text: str) -> LabelsFile:
    """Return the labels config; raise NotUnderstoodError when it has none of the known shapes."""
    is_json = path.endswith(".json")
    root = tree.read(text, is_json=is_json)
    key, holder = _holder(root, only_below_key=is_settings(path))
    return LabelsFile(
        text=text, is_json=is_json, root=root, key=key, holder=holder, located=_located(holder)
    )


def _holder(
    root: tree.AnyNode | None, *, only_below_key: bool
) -> tuple[tree.Scalar | None, tree.AnyNode | None]:
    if isinstance(root, tree.Mapping):
        entry = root.own("labels")
        if entry is not None and (only_below_key or not _is_body(entry[1])):
            include = entry[1].own("include") if isinstance(entry[1], tree.Mapping) else None
            return (
                include if include is not None and isinstance(include[1], tree.Sequence) else entry
            )
        if only_below_key:
            return None, None
    elif only_below_key and root is not None and not _is_null(root):
        raise tree.NotUnderstoodError("settings that are no mapping")
    return None, root


def _located(holder: tree.AnyNode | None) -> tuple[Located, ...]:
    if holder is None or _is_null(holder):
        return ()
    if isinstance(holder, tree.Sequence):
        return tuple(_from_item(item) for item in holder.items)
    if isinstance(holder, tree.Mapping):
        return tuple(_from_entry(key, value) for key, value in holder.entries)
    raise tree.NotUnderstoodError("labels that are neither a list nor a mapping")


def _from_item(item: tree.AnyNode) -> Located:
    if not isinstance(item, tree.Mapping):
        raise tree.NotUnderstoodError("a label that is no mapping")
    fields = item.resolved()
    name = fields.get("name")
    if not isinstance(name, tree.Scalar) or name.is_null:
        raise tree.NotUnderstoodError("a label without a name")
    return Located(label=_label(name.value, fields), name=name, body=item)


def _from_entry(key: tree.Scalar, value: tree.AnyNode) -> Located:
    if not isinstance(value, tree.Mapping) or not _is_body(value):
        raise tree.NotUnderstoodError("a mapping that is none of labels")
    return Located(label=_label(key.value, value.resolved()), name=key, body=value)


def _is_body(node: tree.AnyNode) -> bool:
    """Say whether a mapping holds the fields of one label."""
    if not isinstance(node, tree.Mapping):
        return False
    fields = node.resolved()
    return any(isinstance(fields.get(key), tree.Scalar) for key in ("color", "description"))


def _is_null(node: tree.AnyNode) -> bool:
    return isinstance(node, tree.Scalar) and node.is_null


def _label(name: str, fields: Table[str, tree.AnyNode]) -> labels.Label:
    color = _text(fields.get("color"))
    return labels.Label(
        name=name,
        color=None if color is None else labels.normalise_color(color),
        description=_text(fields.get("description")),
        extras=tuple(
            sorted(
                (key, tree.canonical(node))
                for key, node in fields.items()
                if key not in _OWN_FIELDS
            )
        ),
        aliases=tuple(
            alias for key in labels.ALIAS_FIELDS if key in fields for alias in _names(fields[key])
        ),
    )


def _text(node: tree.AnyNode | None) -> str | None:
    """Return a scalar's text, None when it is missing, null or empty; raise NotUnderstoodError on a collection."""
    if node is None:
        return None
    if not isinstance(node, tree.Scalar):
        raise tree.NotUnderstoodError("a colour or description that is no text")
    return None if node.is_null else node.value or None


def _names(node: tree.AnyNode) -> list[str]:
    """Return the names in a field of aliases: one, a list of them, or a list of mappings with `name`."""
    nodes = node.items if isinstance(node, tree.Sequence) else (node,)
    names = (
        item.resolved().get("name") if isinstance(item, tree.Mapping) else item for item in nodes
    )
    return [name.value for name in names if isinstance(name, tree.Scalar) and not name.is_null]


def differences(path: str, rendered: str, ours: str) -> tuple[Difference, ...]:
    """Return the labels that are missing or otherwise than rendered; raise NotUnderstoodError as `read_labels` does."""
    file = read_labels(path, ours)
    found = labels.compare(read_labels(path, rendered).labels, file.labels)
    return tuple(_at(difference, file) for difference in found)


def _at(difference: labels.LabelDifference, file: LabelsFile) -> Difference:
    if difference.place is None:
        return Difference(message=difference.message)
    place = file.located[difference.place]
    entry = place.body.own(difference.key)
    node = place.name if entry is None else entry[1]
    return Difference(message=difference.message, line=node.line + 1, column=node.column + 1)
