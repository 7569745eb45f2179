"""A labels config in any of the formats that label tools read, seen as a list of labels.

Formats: a list (EndBug/label-sync, github-label-sync with aliases, crazy-max/ghaction-github-labeler with `from_name`,
micnncim/action-label-syncer), the same under `labels:` (repository settings app, safe-settings with `include`), and a
mapping from name to colour and description (hackebrot/labels in TOML, older tools in YAML or JSON).
"""

from typing import Final, NamedTuple

from issue_scaffold.forge.document import Document, Problem, at
from issue_scaffold.text.tree import Mapping, Node, Scalar, Sequence, Value, resolve, type_name
from issue_scaffold.text.wording import listing

DEFAULT_LABELS: Final = frozenset(
    {
        "bug",
        "documentation",
        "duplicate",
        "enhancement",
        "good first issue",
        "help wanted",
        "invalid",
        "question",
    }
    | {"wontfix"}
)
_OLD_NAMES: Final = ("aliases", "from_name", "previously", "oldname", "old_name")
_SETTINGS_KEYS: Final = frozenset(
    {
        "repository",
        "branches",
        "collaborators",
        "teams",
        "milestones",
        "environments",
        "rulesets",
        "autolinks",
    }
    | {"_extends", "validator", "topics", "deploymentprotections", "variables", "custom_properties"}
)


class Label(NamedTuple):
    """One label: the scalar that names it, its other values, and the mapping that it is written in."""

    name: Scalar
    color: Value | None
    description: Value | None
    aliases: tuple[Scalar, ...]
    node: Node


class LabelsConfig(NamedTuple):
    """The labels of one config, and what is wrong with its shape. `items` is the list to which a label can be added."""

    document: Document
    labels: tuple[Label, ...] = ()
    problems: tuple[Problem, ...] = ()
    items: Sequence | None = None
    is_rules: bool = False


def read_labels(document: Document) -> LabelsConfig:
    """Return the labels of a parsed config, whatever its format."""
    root = document.root
    if root is None:
        return LabelsConfig(document)
    if isinstance(root, Sequence):
        return _from_list(document, root)
    if isinstance(root, Mapping):
        return _from_mapping(document, root)
    return _unknown(document, root)


def _from_mapping(document: Document, root: Mapping) -> LabelsConfig:
    found = root.get("labels")
    if isinstance(found, Mapping) and found.find("include") is not None:
        found = found.get("include")
    if isinstance(found, Sequence):
        return _from_list(document, found)
    if isinstance(found, Mapping):
        return _from_names(document, found)
    keys = {key.lower() for key in root.keys()}  # noqa: SIM118 - not a dict
    if keys & _SETTINGS_KEYS or (isinstance(found, Scalar) and found.is_null):
        return LabelsConfig(document)
    return _from_names(document, root)


def _from_list(document: Document, items: Sequence) -> LabelsConfig:
    labels: list[Label] = []
    problems: list[Problem] = []
    for item in items.items:
        node = resolve(item)
        if not isinstance(node, Mapping):
            problems.append(
                at(item, f"a label is {type_name(node)}, and must be a mapping", hint=_HINT)
            )
            continue
        if (
            node.find("label") is not None
            and node.find("name") is None
            and node.find("color") is None
        ):
            # Rules of a labeling action: they say when to put labels on, not which there are.
            return LabelsConfig(document, is_rules=True)
        name = node.get("name")
        if isinstance(name, Scalar) and not name.is_null and name.value.strip():
            labels.append(_label(node, name))
            continue
        what = "has no `name`" if name is None else f"has a name that is {type_name(name)}"
        what = "has an empty name" if isinstance(name, Scalar) and not name.value.strip() else what
        problems.append(
            at(node.entries[0].key if node.entries else node, f"a label {what}", hint=_HINT)
        )
    return LabelsConfig(document, tuple(labels), tuple(problems), items)


_HINT: Final = "write `- name: …`, with `color:` and `description:` below"


def _from_names(document: Document, root: Mapping) -> LabelsConfig:
    labels: list[Label] = []
    rules = 0
    for entry in root.entries:
        value, key = resolve(entry.value), entry.key
        if not isinstance(key, Scalar):
            continue
        if isinstance(value, Mapping) and {"color", "colour", "description"} & set(value.keys()):
            inner = value.get("name")
            labels.append(
                _label(value, inner if isinstance(inner, Scalar) and inner.value.strip() else key)
            )
        elif isinstance(value, Scalar) and _is_color(value.value):
            labels.append(Label(key, value, None, (), value))
        elif isinstance(value, Sequence):
            rules += 1
    if labels or not root.entries:
        return LabelsConfig(document, tuple(labels))
    return (
        LabelsConfig(document, is_rules=True)
        if rules == len(root.entries)
        else _unknown(document, root)
    )


def _is_color(text: str) -> bool:
    digits = text.removeprefix("#").lower()
    return len(digits) in {3, 6} and not set(digits) - set("0123456789abcdef")


def _unknown(document: Document, root: Value) -> LabelsConfig:
    formats = listing(["- name: …", "labels: [name: …]", "<name>: {color: …}"])
    hint = f"known shapes are {formats}"
    first = root.entries[0].key if isinstance(root, Mapping) and root.entries else root
    return LabelsConfig(
        document, problems=(at(first, "not a labels config of any known format", hint=hint),)
    )


def _label(node: Mapping, name: Scalar) -> Label:
    aliases: list[Scalar] = []
    for key in _OLD_NAMES:
        value = node.get(key)
        found = (
            value.items if isinstance(value, Sequence) else (value,) if value is not None else ()
        )
        for item in found:
            word = resolve(item)
            word = word.get("name") or word if isinstance(word, Mapping) else word
            if isinstance(word, Scalar) and word.value.strip() and not word.is_null:
                aliases.append(word)
    return Label(
        name, node.get("color") or node.get("colour"), node.get("description"), tuple(aliases), node
    )
