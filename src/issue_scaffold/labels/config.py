"""The one reader of labels configs: every shape and spelling that label tools know.

Shapes: a list (EndBug/label-sync, github-label-sync with aliases, crazy-max/ghaction-github-labeler
with `from_name`, micnncim/action-label-syncer), a mapping of names to fields or to colours
(hackebrot/labels in TOML, older tools in YAML or JSON), and either of them under `labels:`
(repository settings app, safe-settings with `include`). Prow's `label_sync` has the list below
`default:`, and further ones below `repos:` and `orgs:`, which count there beside it. Where such
files lie is `forge.layout`'s; nothing here writes, and `check` comes by here.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from issue_scaffold.forge.document import Problem, at, shown
from issue_scaffold.forge.file_kind import PROW_DEFAULT, PROW_SCOPES
from issue_scaffold.forge.forges import GITHUB, Forge
from issue_scaffold.labels.label import (
    DELETED_FROM,
    FIELD_SPELLINGS,
    FORMER_NAMES,
    MEANT_AS_FORMER,
    NEW_NAME,
    Label,
    LabelPlace,
    fold,
    normalise_color,
)
from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.one_document import read_document, suffix_of
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import (
    Alias,
    Entry,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Value,
    canonical,
    resolve,
    type_name,
)
from issue_scaffold.text.tree_values import (
    is_null,
    is_true,
    keys_of,
    mapping_of,
    resolved,
    string_of,
    value_below,
)
from issue_scaffold.text.wording import listing

# Of a settings file without labels: that it has none is no mistake.
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
        "_extends",
        "validator",
        "topics",
        "deploymentprotections",
        "variables",
        "custom_properties",
    }
)
_FIELD_KEYS: Final = frozenset(FIELD_SPELLINGS["color"] + FIELD_SPELLINGS["description"])
_SETTINGS_NAMES: Final = frozenset({"settings.yml", "settings.yaml"})
_HINT: Final = "write `- name: …`, with `color:` and `description:` below"


class LabelsConfig(NamedTuple):
    """The labels of one config, and what is wrong with its shape.

    `holder` is the list or mapping of labels, or the null in its place, or None; `key` is the key
    that leads to it, None at the top level. `is_rules` tells that the file says when to put labels
    on, not which there are. `scopes` are the further lists of Prow's format, by the repository
    (`owner/name`) or organisation for which each counts. `forge` is the one that has the labels.
    """

    source: Source
    root: Value | None = None
    key: Node | None = None
    holder: Value | None = None
    labels: tuple[Label, ...] = ()
    problems: tuple[Problem, ...] = ()
    is_rules: bool = False
    scopes: tuple[tuple[str, "LabelsConfig"], ...] = ()
    forge: Forge = GITHUB

    def labels_of(self, repository: str) -> tuple[Label, ...]:
        """Return the labels of one repository: everybody's, its organisation's and its own."""
        owner = repository.partition("/")[0].lower()
        wanted = {owner, repository.lower()}
        own = (config.labels for scope, config in self.scopes if scope.lower() in wanted)
        return (*self.labels, *(label for labels in own for label in labels))

    @property
    def every_scope(self) -> tuple["LabelsConfig", ...]:
        """The config and those of its scopes: each is a set of labels of its own."""
        return (self, *(config for _, config in self.scopes))

    @property
    def places(self) -> tuple[LabelPlace, ...]:
        """Where the labels stand, in their order."""
        return tuple(label.place for label in self.labels if label.place is not None)

    @property
    def says_labels(self) -> bool:
        """Whether the file says which labels there are, be it with mistakes."""
        has_some = any(config.labels or config.problems for config in self.every_scope)
        return has_some and not self.is_rules

    @property
    def keys_beside(self) -> tuple[str, ...]:
        """The keys beside safe-settings' `include`, such as `exclude`.

        https://github.com/github/safe-settings#readme
        """
        labels = value_below(self.root, "labels")
        if _included(labels) is None:
            return ()
        return tuple(sorted(keys_of(labels) - {"include"}))

    @property
    def takes_labels(self) -> bool:
        """Whether the file is there to say which labels there are, even if it says none yet."""
        return self.says_labels or not (self.is_rules or is_settings(self.source.path))


def parse_labels(path: str, text: str) -> LabelsConfig:
    """Return the labels of a config that is to be compared or edited.

    Raises NotUnderstoodError for what can't be read as one, what the validator calls an error in
    its shape among it: better left alone than guessed at.
    """
    config = read_labels(Source(path, text), read_document(text, suffix_of(path)))
    if config.is_rules:
        raise NotUnderstoodError("rules that say when labels are put on")
    if config.problems:
        raise NotUnderstoodError(config.problems[0].message)
    for place in config.places:
        if not isinstance(place.color or place.name, Scalar):
            raise NotUnderstoodError("a colour that is no text")
        if not isinstance(place.description or place.name, Scalar):
            raise NotUnderstoodError("a description that is no text")
    return config


def is_settings(path: str) -> bool:
    """Return whether a file is one of settings, in which labels are but one section."""
    return path.rpartition("/")[2].lower() in _SETTINGS_NAMES


def read_labels(source: Source, root: Value | None) -> LabelsConfig:
    """Return the labels of a parsed config of any shape; `root` is None for an empty file."""
    in_settings = is_settings(source.path)
    if isinstance(root, Mapping) and _is_of_prow(root):
        return _from_prow(source, root)
    key, holder = _holder(root, in_settings=in_settings)
    config = LabelsConfig(source, root, key, holder)
    if holder is None or is_null(holder):
        return config
    if in_settings and key is None:
        return _unknown(config, holder)
    return _read_holder(config, holder)


def _read_holder(config: LabelsConfig, holder: Value) -> LabelsConfig:
    if isinstance(holder, Sequence):
        return _from_list(config, holder)
    if isinstance(holder, Mapping):
        return _from_names(config, holder)
    return _unknown(config, holder)


def _holder(root: Value | None, *, in_settings: bool) -> tuple[Node | None, Value | None]:
    """Return the key that leads to the collection of labels, and the collection."""
    if not isinstance(root, Mapping):
        return None, root
    entry = root.find("labels")
    if entry is not None and (in_settings or not _is_label(resolve(entry.value))):
        entry = _included(resolve(entry.value)) or entry
        return entry.key, resolve(entry.value)
    if in_settings or _SETTINGS_KEYS & {key.lower() for key in root.fields}:
        return None, None
    return None, root


def _is_of_prow(root: Mapping) -> bool:
    """Return whether this is the config of Prow's `label_sync`.

    Its keys: https://github.com/kubernetes/test-infra/blob/master/label_sync/main.go
    """
    if not root.entries or set(root.keys()) - {PROW_DEFAULT, *PROW_SCOPES}:
        return False
    return any(_prow_list(entry) is not None for _, entry in _prow_entries(root))


def _prow_entries(root: Mapping) -> Iterator[tuple[str, Entry]]:
    """Yield each mapping that may have labels, with whom they are for: empty for everybody."""
    for entry in root.entries:
        value = resolve(entry.value)
        if not isinstance(entry.key, Scalar):
            continue
        if entry.key.value == PROW_DEFAULT:
            yield "", entry
        elif isinstance(value, Mapping):
            for below in value.entries:
                yield string_of(below.key) or "?", below


def _prow_list(entry: Entry) -> Entry | None:
    """Return the entry `labels:` below a scope of Prow's config, if it is a list or empty."""
    labels = mapping_of(entry.value).find("labels")
    if labels is None or isinstance(resolve(labels.value), Mapping):
        return None
    return labels


def _from_prow(source: Source, root: Mapping) -> LabelsConfig:
    config = LabelsConfig(source, root)
    scopes: list[tuple[str, LabelsConfig]] = []
    for scope, entry in _prow_entries(root):
        labels = _prow_list(entry)
        if labels is None:
            continue
        found = LabelsConfig(source, root, labels.key, resolve(labels.value))
        if isinstance(found.holder, Sequence):
            found = _from_list(found, found.holder)
        if scope:
            scopes.append((scope, found))
        else:
            config = found
    return config._replace(scopes=tuple(scopes))


def _included(labels: Value | None) -> Entry | None:
    """Return the entry that has the labels in safe-settings."""
    include = mapping_of(labels).find("include")
    if include is not None and isinstance(resolve(include.value), Sequence):
        return include
    return None


def _is_label(node: Value) -> bool:
    """Return whether this is one label's fields, below its name."""
    fields = mapping_of(node)
    return any(isinstance(fields.get(key), Scalar) for key in _FIELD_KEYS)


def _from_list(config: LabelsConfig, items: Sequence) -> LabelsConfig:
    reader = _LabelReader(config.source)
    for item, node in enumerate(items.items):
        fields = resolve(node)
        if not isinstance(fields, Mapping):
            message = f"a label is {type_name(fields)}, and must be a mapping"
            reader.problems.append(at(node, message, hint=_HINT))
        elif _is_rule(fields):
            return config._replace(is_rules=True)
        elif (name := _text_node(fields.get("name"))) is None:
            reader.problems.append(_nameless(fields))
        else:
            reader.read(fields, name, item, is_shared=isinstance(node, Alias))
    return reader.done(config)


def _is_rule(fields: Mapping) -> bool:
    """Return whether this says when a label is put on, as labeling actions are told."""
    keys = set(fields.keys())
    return "label" in keys and not keys & {"name", *FIELD_SPELLINGS["color"]}


def _nameless(fields: Mapping) -> Problem:
    name = fields.get("name")
    what = "has no `name`"
    if isinstance(name, Scalar) and not name.value.strip():
        what = "has an empty name"
    elif name is not None:
        what = f"has a name that is {type_name(name)}"
    return at(_beginning(fields), f"a label {what}", hint=_HINT)


def _from_names(config: LabelsConfig, names: Mapping) -> LabelsConfig:
    reader = _LabelReader(config.source)
    for item, entry in enumerate(names.written):
        reader.read_entry(entry, item)
    for entry in names.entries:
        if entry.merged:
            reader.read_entry(entry, -1)
    if reader.labels or not names.entries:
        return reader.done(config)
    if all(isinstance(resolve(entry.value), Sequence) for entry in names.entries):
        return config._replace(is_rules=True)
    return _unknown(config, names)


def _is_color(text: str) -> bool:
    digits = normalise_color(text)
    return len(digits) == len("rrggbb") and not set(digits) - set("0123456789abcdef")


def _unknown(config: LabelsConfig, node: Value) -> LabelsConfig:
    shapes = listing(["- name: …", "labels: [name: …]", "<name>: {color: …}"])
    message = "not a labels config of any known format"
    problem = at(_beginning(node), message, hint=f"known shapes are {shapes}")
    return config._replace(problems=(problem,))


def _beginning(node: Value) -> Value:
    """Return the first key of a mapping: the whole of it would be too much to point at."""
    if isinstance(node, Mapping) and node.entries:
        return resolve(node.entries[0].key)
    return node


class _LabelReader:
    """The labels of one collection as they are read, and what is wrong with them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.labels: list[Label] = []
        self.problems: list[Problem] = []

    def done(self, config: LabelsConfig) -> LabelsConfig:
        """Return the config with all that was read."""
        return config._replace(labels=tuple(self.labels), problems=tuple(self.problems))

    def read_entry(self, entry: Entry, item: int) -> None:
        """Read an entry of a mapping of names, if it is a label: its fields or its colour."""
        key, value = entry.key, resolve(entry.value)
        if not isinstance(key, Scalar):
            return
        if isinstance(value, Mapping) and not _FIELD_KEYS.isdisjoint(value.keys()):
            is_shared = entry.merged or isinstance(entry.value, Alias)
            self.read(value, _text_node(value.get("name")) or key, item, is_shared=is_shared)
        elif isinstance(value, Scalar) and _is_color(value.value):
            place = LabelPlace(self._source, key, value, None, (), value, item, is_shared=True)
            color = normalise_color(value.value)
            self.labels.append(Label(name=key.value.strip(), color=color, place=place))

    def read(self, fields: Mapping, name: Scalar, item: int, *, is_shared: bool) -> None:
        """Read a label with its fields."""
        former = _former(fields)
        if (new := _text_node(fields.get(NEW_NAME))) is not None:
            former.insert(0, name)
            name = new
        color, description = _field(fields, "color"), _field(fields, "description")
        place = LabelPlace(
            self._source, name, color, description, tuple(former), fields, item, is_shared
        )
        self.labels.append(
            Label(
                name=name.value.strip(),
                color=normalise_color(_text(color)) or None,
                description=_text(description) or None,
                describes=description is not None,
                extras=_extras(fields),
                former=_other_names(name, former),
                delete_after=self._deletion(fields, name),
                place=place,
            )
        )

    def _deletion(self, fields: Mapping, name: Scalar) -> date | None:
        """Return the day from which a label is to be deleted; `delete: true` is from ever."""
        if is_true(fields.get("delete")):
            return date.min
        day = _text_node(fields.get(DELETED_FROM))
        if day is None:
            return None
        try:
            return date.fromisoformat(day.value.strip()[: len("2026-12-31")])
        except ValueError:
            message = f"{DELETED_FROM} of {shown(name)} is {shown(day)}, which is no date"
            hint = "write a date like 2026-12-31"
            self.problems.append(at(day, message, hint=hint))
            return None


def _field(fields: Mapping, key: str) -> Value | None:
    """Return the value of a field, under the first of its spellings that is there."""
    for spelling in FIELD_SPELLINGS[key]:
        found = fields.get(spelling)
        if found is not None:
            return found
    return None


def _extras(fields: Mapping) -> tuple[tuple[str, str], ...]:
    """Return the fields that aren't a label's own, their values as JSON text."""
    own = _FIELD_KEYS | {"name"}
    found = fields.fields.items()
    return tuple(sorted((key, canonical(node)) for key, node in found if key not in own))


def _former(fields: Mapping) -> list[Scalar]:
    """Return the names that a label may still have: one, or a list, or mappings with `name`."""
    found: list[Scalar] = []
    meant = [key for key in fields.fields if key.casefold() in MEANT_AS_FORMER]
    for key in (*FORMER_NAMES, *meant):
        value = fields.get(key)
        items = value.items if isinstance(value, Sequence) else (value,)
        for item in items:
            node = resolved(item)
            if isinstance(node, Mapping):
                node = node.get("name")
            if (name := _text_node(node)) is not None:
                found.append(name)
    return found


def _other_names(name: Scalar, former: list[Scalar]) -> tuple[str, ...]:
    names = dict.fromkeys(word.value.strip() for word in former)
    return tuple(other for other in names if fold(other) != fold(name.value))


def _text_node(node: Value | None) -> Scalar | None:
    """Return a scalar that says something."""
    if isinstance(node, Scalar) and not node.is_null and node.value.strip():
        return node
    return None


def _text(node: Value | None) -> str:
    """Return what a scalar says, as written: an unquoted 000000 must not become the number 0."""
    if (found := _text_node(node)) is None:
        return ""
    return found.value.strip()
