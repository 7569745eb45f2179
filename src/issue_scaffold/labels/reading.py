"""Finding the labels in a labels config of any of the known shapes. On the path of `check`: nothing here writes.

Shapes: a list of mappings; a mapping of names to fields; either of them under `labels:` (in a settings file only
there), also under `labels.include`, which one settings app has.
"""

from collections.abc import Mapping as Table
from typing import NamedTuple

from issue_scaffold.labels import label as labels
from issue_scaffold.text.by_meaning import Difference, NotUnderstoodError
from issue_scaffold.text.lines import position
from issue_scaffold.text.one_document import read_document
from issue_scaffold.text.tree import (
    Alias,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Value,
    canonical,
    resolve,
)

_OWN_FIELDS = frozenset({"name", "color", "description"})


class LocatedLabel(NamedTuple):
    """A label, where its name stands, and the mapping that holds its fields.

    `shared` says that the mapping stands elsewhere: the label is an alias of it.
    """

    label: labels.Label
    name: Scalar
    body: Mapping
    shared: bool


class LabelsFile(NamedTuple):
    """A labels config as read. `holder` is the list or mapping of labels, or the null in its place, or None.

    `key` is the key that leads to the holder, None at the top level.
    """

    text: str
    is_json: bool
    root: Value | None
    key: Node | None
    holder: Value | None
    located: tuple[LocatedLabel, ...]

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
    root = read_document(text, is_json=is_json)
    key, holder = _holder(root, only_below_key=is_settings(path))
    return LabelsFile(
        text=text, is_json=is_json, root=root, key=key, holder=holder, located=_located(holder)
    )


def _holder(root: Value | None, *, only_below_key: bool) -> tuple[Node | None, Value | None]:
    if isinstance(root, Mapping):
        entry = root.own("labels")
        if entry is not None:
            below = resolve(entry.value)
            if only_below_key or not _is_body(below):
                include = below.own("include") if isinstance(below, Mapping) else None
                if include is not None and isinstance(resolve(include.value), Sequence):
                    entry = include
                return entry.key, resolve(entry.value)
        if only_below_key:
            return None, None
    elif only_below_key and root is not None and not _is_null(root):
        raise NotUnderstoodError("settings that are no mapping")
    return None, root


def _located(holder: Value | None) -> tuple[LocatedLabel, ...]:
    if holder is None or _is_null(holder):
        return ()
    if isinstance(holder, Sequence):
        return tuple(_from_item(item) for item in holder.items)
    if isinstance(holder, Mapping):
        return tuple(_from_entry(entry.key, entry.value) for entry in holder.written)
    raise NotUnderstoodError("labels that are neither a list nor a mapping")


def _from_item(item: Node) -> LocatedLabel:
    body = resolve(item)
    if not isinstance(body, Mapping):
        raise NotUnderstoodError("a label that is no mapping")
    fields = body.fields
    name = resolve(fields["name"]) if "name" in fields else None
    if not isinstance(name, Scalar) or name.is_null:
        raise NotUnderstoodError("a label without a name")
    return LocatedLabel(_label(name.value, fields), name, body, isinstance(item, Alias))


def _from_entry(key: Node, value: Node) -> LocatedLabel:
    body = resolve(value)
    if not isinstance(key, Scalar) or not isinstance(body, Mapping) or not _is_body(body):
        raise NotUnderstoodError("a mapping that is none of labels")
    return LocatedLabel(_label(key.value, body.fields), key, body, isinstance(value, Alias))


def _is_body(node: Value) -> bool:
    """Say whether a mapping holds the fields of one label."""
    if not isinstance(node, Mapping):
        return False
    return any(isinstance(node.get(key), Scalar) for key in ("color", "description"))


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null


def _label(name: str, fields: Table[str, Node]) -> labels.Label:
    color = _text(fields.get("color"))
    extras = [(key, canonical(node)) for key, node in fields.items() if key not in _OWN_FIELDS]
    return labels.Label(
        name=name,
        color=None if color is None else labels.normalise_color(color),
        description=_text(fields.get("description")),
        extras=tuple(sorted(extras)),
        aliases=tuple(
            alias for key in labels.ALIAS_FIELDS if key in fields for alias in _names(fields[key])
        ),
    )


def _text(node: Node | None) -> str | None:
    """Return a scalar's text, None when it is missing, null or empty.

    Raises NotUnderstoodError on a collection.
    """
    if node is None:
        return None
    value = resolve(node)
    if not isinstance(value, Scalar):
        raise NotUnderstoodError("a colour or description that is no text")
    return None if value.is_null else value.value or None


def _names(node: Node) -> list[str]:
    """Return the names in a field of aliases: one, a list of them, or of mappings with `name`."""
    value = resolve(node)
    items = value.items if isinstance(value, Sequence) else (value,)
    nodes = [resolve(item) for item in items]
    names = [node.get("name") if isinstance(node, Mapping) else node for node in nodes]
    return [name.value for name in names if isinstance(name, Scalar) and not name.is_null]


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
    node = place.name if entry is None else entry.value
    line, column = position(file.text, node.start)
    return Difference(message=difference.message, line=line, column=column)
