"""The one reader of labels configs: every shape and spelling that label tools know, as a list of labels.

Shapes: a list (EndBug/label-sync, github-label-sync with aliases, crazy-max/ghaction-github-labeler
with `from_name`, micnncim/action-label-syncer), a mapping of names to fields or to colours
(hackebrot/labels in TOML, older tools in YAML or JSON), and either of them under `labels:`
(repository settings app, safe-settings with `include`). Where such files lie is `forge.layout`'s;
nothing here writes, and `check` comes by here.
"""

from datetime import date
from typing import Final, NamedTuple

from issue_scaffold.forge.document import Problem, at, shown
from issue_scaffold.labels.label import (
    DELETED_FROM,
    FIELD_SPELLINGS,
    FORMER_NAMES,
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
    Mapping,
    Node,
    Scalar,
    Sequence,
    Value,
    canonical,
    resolve,
    type_name,
)
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
        "wontfix",
    }
)
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
_SETTINGS_NAMES: Final = frozenset({"settings.yml", "settings.yaml"})
_HINT: Final = "write `- name: …`, with `color:` and `description:` below"
_YES: Final = frozenset({"true", "yes", "on"})


class LabelsConfig(NamedTuple):
    """The labels of one config, and what is wrong with its shape.

    `holder` is the list or mapping of labels, or the null in its place, or None; `key` is the key
    that leads to it, None at the top level. `is_rules` tells that the file says when to put labels
    on, not which there are.
    """

    source: Source
    root: Value | None = None
    key: Node | None = None
    holder: Value | None = None
    labels: tuple[Label, ...] = ()
    problems: tuple[Problem, ...] = ()
    is_rules: bool = False

    @property
    def places(self) -> tuple[LabelPlace, ...]:
        """Where the labels stand, in their order."""
        return tuple(label.place for label in self.labels if label.place is not None)

    @property
    def says_labels(self) -> bool:
        """Whether the file says which labels there are, be it with mistakes."""
        return bool(self.labels or self.problems) and not self.is_rules

    @property
    def takes_labels(self) -> bool:
        """Whether the file is there to say which labels there are, even if it says none yet."""
        if self.says_labels:
            return True
        return not (self.is_rules or is_settings(self.source.path))


def parse_labels(path: str, text: str) -> LabelsConfig:
    """Return the labels of a config that is to be compared or edited.

    Raises NotUnderstoodError for what can't be read as one, what the validator calls an error in its
    shape among it: better left alone than guessed at.
    """
    config = read_labels(Source(path, text), read_document(text, suffix_of(path)))
    if config.is_rules:
        raise NotUnderstoodError("rules that say when labels are put on")
    if config.problems:
        raise NotUnderstoodError(config.problems[0].message)
    for place in config.places:
        if not isinstance(place.color, Scalar | None):
            raise NotUnderstoodError("a colour that is no text")
        if not isinstance(place.description, Scalar | None):
            raise NotUnderstoodError("a description that is no text")
    return config


def is_settings(path: str) -> bool:
    """Return whether a file is one of settings, in which labels are but one section."""
    return path.rpartition("/")[2].lower() in _SETTINGS_NAMES


def read_labels(source: Source, root: Value | None) -> LabelsConfig:
    """Return the labels of a parsed config, whatever its shape; `root` is None for an empty file."""
    in_settings = is_settings(source.path)
    key, holder = _holder(root, in_settings=in_settings)
    config = LabelsConfig(source, root, key, holder)
    if holder is None or (isinstance(holder, Scalar) and holder.is_null):
        return config
    if in_settings and key is None:
        return _unknown(config, holder)
    if isinstance(holder, Sequence):
        return _from_list(config, holder)
    if isinstance(holder, Mapping):
        return _from_names(config, holder)
    return _unknown(config, holder)


def _holder(root: Value | None, *, in_settings: bool) -> tuple[Node | None, Value | None]:
    """Return the collection of labels, and the key that leads to it."""
    if not isinstance(root, Mapping):
        return None, root
    entry = root.find("labels")
    below = None if entry is None else resolve(entry.value)
    if entry is None or below is None or (not in_settings and _is_label(below)):
        keys = {name.lower() for name in root.fields}
        if in_settings or keys & _SETTINGS_KEYS:
            return None, None
        return None, root
    include = below.find("include") if isinstance(below, Mapping) else None
    if include is not None and isinstance(resolve(include.value), Sequence):
        return include.key, resolve(include.value)
    return entry.key, below


def _is_label(node: Value) -> bool:
    """Return whether this is one label's fields, below its name."""
    if not isinstance(node, Mapping):
        return False
    spellings = (*FIELD_SPELLINGS["color"], *FIELD_SPELLINGS["description"])
    return any(isinstance(node.get(spelling), Scalar) for spelling in spellings)


def _from_list(config: LabelsConfig, items: Sequence) -> LabelsConfig:
    reader = _Reader(config.source)
    for index, item in enumerate(items.items):
        fields = resolve(item)
        if not isinstance(fields, Mapping):
            message = f"a label is {type_name(fields)}, and must be a mapping"
            reader.problems.append(at(item, message, hint=_HINT))
        elif _is_rule(fields):
            return config._replace(is_rules=True)
        elif (name := _text_node(fields.get("name"))) is None:
            reader.problems.append(_nameless(fields))
        else:
            reader.read(fields, name, index, is_shared=isinstance(item, Alias))
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
    place = fields.entries[0].key if fields.entries else fields
    return at(resolve(place), f"a label {what}", hint=_HINT)


def _from_names(config: LabelsConfig, names: Mapping) -> LabelsConfig:
    reader = _Reader(config.source)
    written = names.written
    rules = 0
    for entry in names.entries:
        key, value = entry.key, resolve(entry.value)
        if not isinstance(key, Scalar):
            continue
        index = -1 if entry.merged else written.index(entry)
        if isinstance(value, Mapping) and _has_fields(value):
            name = _text_node(value.get("name")) or key
            reader.read(
                value, name, index, is_shared=isinstance(entry.value, Alias) or entry.merged
            )
        elif isinstance(value, Scalar) and _is_color(value.value):
            reader.read_color(value, key, index)
        elif isinstance(value, Sequence):
            rules += 1
    if reader.labels or not names.entries:
        return reader.done(config)
    if rules == len(names.entries):
        return config._replace(is_rules=True)
    return _unknown(config, names)


def _has_fields(node: Mapping) -> bool:
    return bool({*FIELD_SPELLINGS["color"], *FIELD_SPELLINGS["description"]} & set(node.keys()))


def _is_color(text: str) -> bool:
    digits = normalise_color(text)
    return len(digits) == len("rrggbb") and not set(digits) - set("0123456789abcdef")


def _unknown(config: LabelsConfig, node: Value) -> LabelsConfig:
    shapes = listing(["- name: …", "labels: [name: …]", "<name>: {color: …}"])
    place: Node = node
    if isinstance(node, Mapping) and node.entries:
        place = node.entries[0].key
    message = "not a labels config of any known format"
    problem = at(resolve(place), message, hint=f"known shapes are {shapes}")
    return config._replace(problems=(problem,))


class _Reader:
    """The labels of one collection as they are read, and what is wrong with them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.labels: list[Label] = []
        self.problems: list[Problem] = []

    def done(self, config: LabelsConfig) -> LabelsConfig:
        """Return the config with all that was read."""
        return config._replace(labels=tuple(self.labels), problems=tuple(self.problems))

    def read_color(self, value: Scalar, key: Scalar, index: int) -> None:
        """Read a label that is nothing but a name and a colour."""
        place = LabelPlace(self._source, key, value, None, (), value, index, is_shared=True)
        name, color = key.value.strip(), normalise_color(value.value)
        self.labels.append(Label(name=name, color=color, place=place))

    def read(self, fields: Mapping, name: Scalar, index: int, *, is_shared: bool) -> None:
        """Read a label with its fields."""
        former = _former(fields)
        if (new := _text_node(fields.get(NEW_NAME))) is not None:
            former.insert(0, name)
            name = new
        color, description = _field(fields, "color"), _field(fields, "description")
        place = LabelPlace(
            self._source, name, color, description, tuple(former), fields, index, is_shared
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
        flag = fields.get("delete")
        if isinstance(flag, Scalar) and flag.kind == "bool" and flag.value.lower() in _YES:
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
    own = {"name", *FIELD_SPELLINGS["color"], *FIELD_SPELLINGS["description"]}
    found = fields.fields.items()
    return tuple(sorted((key, canonical(node)) for key, node in found if key not in own))


def _former(fields: Mapping) -> list[Scalar]:
    """Return the names that a label may still have: one, a list, or a list of mappings with `name`."""
    found: list[Scalar] = []
    for key in FORMER_NAMES:
        value = fields.get(key)
        items = value.items if isinstance(value, Sequence) else (value,)
        for item in items:
            node = None if item is None else resolve(item)
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
    """Return what a scalar says: as written, since an unquoted 000000 must not become the number 0."""
    found = _text_node(node)
    return "" if found is None else found.value.strip()
