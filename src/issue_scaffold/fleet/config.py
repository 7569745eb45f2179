"""Reading `fleet.yml`: defaults of options, the waves of a rollout, rules for single repositories.

What it may say is `config_keys`'. Every mistake in it has a place.
"""

import re
from collections.abc import Callable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from issue_scaffold.errors import UsageError
from issue_scaffold.files.bounded import read_if_there
from issue_scaffold.fleet.config_forms import FORMS
from issue_scaffold.fleet.config_keys import (
    GROUP_KEYS,
    REPOSITORY_KEYS,
    SECTIONS,
    TOP_KEYS,
    VERSION,
    ConfigKey,
    KeyKind,
)
from issue_scaffold.fleet.rollout import RepositoryRule, Rollout, Wave, folded
from issue_scaffold.forge.document import Problem, at
from issue_scaffold.settings.one_mapping import read_root, refuse, unknown_keys
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Mapping, Node, Scalar, Sequence, Value, resolve, type_name
from issue_scaffold.text.tree_values import is_null, is_true, string_of
from issue_scaffold.text.yaml_values import YamlValueError, load_value

DEFAULT_NAME: Final = "fleet.yml"


@dataclass(frozen=True, slots=True)
class FleetConfig:
    """What a `fleet.yml` says: the options that it has defaults for, and the rollout.

    `places` says of each option where it stands, as messages have it.
    """

    options: Table[str, Any] = field(default_factory=dict)
    places: Table[str, str] = field(default_factory=dict)
    rollout: Rollout = field(default_factory=Rollout)

    def refuse(self, option: str, what: str) -> NoReturn:
        """Raise UsageError for what an option of the file is found to be when it is used."""
        raise UsageError(f"{self.places[option]}: {what}")


def load_config(path: Path) -> FleetConfig | None:
    """Return what the file says, None where there is no file.

    Raises UsageError for the first mistake in it, with the place, and ScaffoldError for what can't
    be read.
    """
    content = read_if_there(path, shown=str(path))
    return None if content is None else parse_config(content, str(path))


def parse_config(content: bytes, path: str) -> FleetConfig:
    """Return what a file's content says. Raises UsageError for the first mistake in it."""
    root, problems, source = read_root(content, path)
    refuse(problems, source)
    if root is None:
        root = Mapping((), 0, 0)
    try:
        values = load_value(source.text) or {}
    except YamlValueError as error:
        place = f"{path}:{error.line}:{error.column}" if error.line else path
        raise UsageError(f"{place}: {error.problem}") from None
    reader = _ConfigReader(values, source)
    config = reader.config(root)
    refuse(sorted(reader.problems, key=lambda problem: problem.start), source)
    return config


class _ConfigReader:
    """The way from nodes to the value. `values` is the same file as plain values, for answers."""

    def __init__(self, values: Any, source: Source) -> None:  # noqa: ANN401 - as YAML gives it
        self.problems: list[Problem] = []
        self._values = values
        self._source = source
        self._folder = Path(source.path).parent
        self._places: dict[str, str] = {}

    def config(self, root: Mapping) -> FleetConfig:
        self._known_keys(root, TOP_KEYS)
        self._version(root)
        options: dict[str, Any] = {}
        for name, keys in SECTIONS.items():
            section = self._mapping(root, name, tuple(key.name for key in keys))
            for key in keys:
                self._take(section, key, options)
        return FleetConfig(options, self._places, Rollout(self._waves(root), self._rules(root)))

    def _known_keys(self, mapping: Mapping, known: tuple[str, ...]) -> None:
        self.problems.extend(unknown_keys(mapping, known))

    def _version(self, root: Mapping) -> None:
        value = root.get("version")
        if isinstance(value, Scalar) and value.value == str(VERSION):
            return
        message = f"`version` must be {VERSION}"
        if value is None:
            message = f"`version: {VERSION}` is missing"
        hint = "another program's file? name yours with --config, or give --no-config"
        self.problems.append(at(value or root, message, hint=hint))

    def _mapping(self, parent: Mapping, name: str, known: tuple[str, ...] | None) -> Mapping:
        """Return the mapping under a key, an empty one for none, with known keys if they are."""
        value = parent.get(name)
        empty = Mapping((), parent.start, parent.start)
        if value is None or is_null(value):
            return empty
        if not isinstance(value, Mapping):
            self._wrong(value, name, "a mapping")
            return empty
        if known is not None:
            self._known_keys(value, known)
        return value

    def _wrong(self, value: Value, name: str, wanted: str) -> None:
        message = f"`{name}` is {type_name(value)}, and must be {wanted}"
        self.problems.append(at(value, message))

    def _take(self, section: Mapping, key: ConfigKey, options: dict[str, Any]) -> None:
        value = section.get(key.name)
        if value is None or is_null(value):
            return
        found = _READERS[key.kind](value, key)
        if found is None:
            self._wrong(value, key.name, key.expected)
            return
        if key.kind is KeyKind.FILE and found != "-":
            found = str(self._folder / found)
            if key.name == "body" and not self._is_below(found):
                message = f"`body` is published, so it must be a file below {self._folder}"
                self.problems.append(at(value, message))
        if key.name in FORMS:
            self._form(value, key.name)
        options[key.option] = found
        line, column = self._source.position(value.start)
        self._places[key.option] = f"{self._source.path}:{line}:{column}: `{key.name}`"

    def _is_below(self, path: str) -> bool:
        return Path(path).resolve().is_relative_to(self._folder.resolve())

    def _form(self, value: Value, name: str) -> None:
        """Read texts as the option of that name does, to say what is wrong where it stands."""
        nodes: tuple[Node, ...] = (value,)
        if isinstance(value, Sequence):
            nodes = value.items
        for node in map(resolve, nodes):
            try:
                FORMS[name](string_of(node).strip())
            except UsageError as error:
                self.problems.append(at(node, error.message, hint=error.hint))

    def _waves(self, root: Mapping) -> tuple[Wave, ...]:
        waves = []
        for name, group in self._entries(root, "groups", GROUP_KEYS):
            found: dict[str, Any] = {}
            problems = len(self.problems)
            for key in (_MATCH, _NAMES):
                self._take(group, key, found)
            match, names = found.get(_MATCH.option), found.get(_NAMES.option, ())
            if len(self.problems) > problems:
                continue
            if match is None and not names:
                message = f"the group `{name}` names no repositories"
                hint = "give `repositories`, a list of names, or `match`, a regular expression"
                self.problems.append(at(group, message, hint=hint))
                continue
            data = self._data(group, "groups", name)
            waves.append(Wave(name, frozenset(map(folded, names)), match, data))
        return tuple(waves)

    def _rules(self, root: Mapping) -> dict[str, RepositoryRule]:
        rules = {}
        for name, rule in self._entries(root, "repositories", REPOSITORY_KEYS):
            skip = None
            value = rule.get("skip")
            if isinstance(value, Scalar) and value.kind == "bool":
                skip = "fleet.yml says so" if is_true(value) else None
            elif value is not None and not is_null(value):
                skip = _text(value)
                if skip is None:
                    self._wrong(value, "skip", "true, or why in words")
            data = self._data(rule, "repositories", name)
            rules[folded(name)] = RepositoryRule(skip, data)
        return rules

    def _entries(
        self, root: Mapping, section: str, known: tuple[str, ...]
    ) -> list[tuple[str, Mapping]]:
        """Return the mappings of a section by name."""
        mapping = self._mapping(root, section, None)
        names = dict.fromkeys(mapping.keys())
        return [(name, self._mapping(mapping, name, known)) for name in names]

    def _data(self, mapping: Mapping, section: str, name: str) -> dict[str, Any]:
        """Return the answers that stand at a place, as values."""
        self._mapping(mapping, "data", None)
        by_name = {str(key): value for key, value in (self._values.get(section) or {}).items()}
        entry = by_name.get(name)
        data = entry.get("data") if isinstance(entry, dict) else None
        if not isinstance(data, dict):
            return {}
        return {str(key): value for key, value in data.items()}


def _text(value: Value, _: ConfigKey | None = None) -> str | None:
    return None if is_null(value) else string_of(value).strip() or None


def _texts(value: Value, key: ConfigKey) -> tuple[str, ...] | None:
    nodes: tuple[Node, ...] = (value,)
    if isinstance(value, Sequence):
        nodes = value.items
    texts = [_text(resolve(node), key) for node in nodes]
    known = tuple(text for text in texts if text is not None)
    if len(known) != len(texts) or (key.words and not set(known) <= set(key.words)):
        return None
    return known


def _flag(value: Value, _: ConfigKey) -> bool | None:
    if isinstance(value, Scalar) and value.kind == "bool":
        return is_true(value)
    return None


def _number(value: Value, key: ConfigKey) -> int | None:
    if not isinstance(value, Scalar) or value.kind != "int":
        return None
    if not re.fullmatch(r"[1-9]\d{0,8}", value.value) or int(value.value) > key.most:
        return None
    return int(value.value)


def _word(value: Value, key: ConfigKey) -> str | None:
    if not isinstance(value, Scalar):
        return None
    word = value.value
    if value.kind == "bool":  # as YAML has it: `archived: no`
        word = "yes" if is_true(value) else "no"
    return word if word in key.words else None


_READERS: Final[Table[KeyKind, Callable[[Value, ConfigKey], Any]]] = {
    KeyKind.TEXT: _text,
    KeyKind.TEXTS: _texts,
    KeyKind.FLAG: _flag,
    KeyKind.NUMBER: _number,
    KeyKind.FILE: _text,
    KeyKind.WORD: _word,
}
# Of a group; no option stands for them.
_MATCH: Final = ConfigKey("match", KeyKind.TEXT, "", (), "a group's match")
_NAMES: Final = ConfigKey("repositories", KeyKind.TEXTS, "", (), "a group's repositories")
