"""Reading `.github/scaffold.yml`: accepted deviations, ignored findings, known labels.

Owns the file's format; writing accepted deviations is elsewhere. Every mistake in the file has a
place.
"""

from collections.abc import Mapping as Table
from types import MappingProxyType
from typing import Final, NamedTuple

from issue_scaffold.forge.document import Problem, at
from issue_scaffold.forge.forges import FORGE_NAMES
from issue_scaffold.forge.layout import SETTINGS_PATH, is_labels_path
from issue_scaffold.settings.adopted import read_adopted
from issue_scaffold.settings.one_mapping import read_root, refuse, unknown_keys
from issue_scaffold.settings.opt_out import read_opt_out
from issue_scaffold.settings.suppression import IgnoreEntry, matches
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Mapping, Scalar, Sequence, resolve, type_name
from issue_scaffold.text.tree_values import is_null, mapping_of, scalars_in, string_of, value_below

_TOP_KEYS: Final = (
    "accepted",
    "adopted",
    "own",
    "ignore",
    "labels",
    "labels_config",
    "fleet",
    "forge",
)
_ACCEPTED_KEYS: Final = ("path", "unit", "difference", "sha256", "reason")
_OWN_KEYS: Final = ("path", "reason")
_IGNORE_KEYS: Final = ("path", "rule", "reason")


class Accepted(NamedTuple):
    """A deliberate deviation of a managed file, and why.

    `difference` is what is accepted of it: of a `unit` of a file that is compared by meaning (a
    label, a hook), or of its text. Where there is none, the whole file is accepted as it is, by its
    hash; None accepts that it was deleted.
    """

    path: str
    sha256: str | None
    reason: str
    unit: str | None = None
    difference: str | None = None

    def is_whole(self, digest: str | None) -> bool:
        """Tell whether all of a file with that hash is accepted; None for no file."""
        return self.difference is None and self.sha256 == digest


class OwnFiles(NamedTuple):
    """Files of the template that are the repository's for good: their path or glob, and why."""

    path: str
    reason: str

    def means(self, path: str) -> bool:
        """Tell whether a file is one of them."""
        return path == self.path or matches(self.path, path)


class Settings(NamedTuple):
    """What a repository's settings file says.

    `opted_out` is the reason, which may be empty, why runs over many repositories are to leave this
    one alone; None where they aren't. `forge` is the name of the forge that reads what lies in
    folders that several read.
    """

    accepted: tuple[Accepted, ...] = ()
    own: tuple[OwnFiles, ...] = ()
    ignored: tuple[IgnoreEntry, ...] = ()
    known_labels: frozenset[str] = frozenset()
    labels_config: str | None = None
    adopted: Table[str, str] = MappingProxyType({})
    opted_out: str | None = None
    forge: str | None = None


def parse_settings(content: bytes, path: str = SETTINGS_PATH) -> Settings:
    """Return the settings in a file's content.

    Raises UsageError, with the place, for the first mistake in it.
    """
    settings, problems, source = read_settings(content, path)
    refuse(problems, source)
    return settings


def read_settings(
    content: bytes, path: str = SETTINGS_PATH
) -> tuple[Settings, list[Problem], Source]:
    """Return what could be understood of a settings file, and what couldn't."""
    root, problems, source = read_root(content, path)
    if root is None:
        return Settings(), problems, source
    reader = _SettingsReader()
    return reader.settings(root), reader.problems, source


class _SettingsReader:
    """The way from nodes to settings; problems are collected, what is right is kept."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def settings(self, value: Mapping) -> Settings:
        self._known_keys(value, _TOP_KEYS)
        accepted = [self._accepted(item) for item in self._items(value, "accepted", _ACCEPTED_KEYS)]
        own = [self._own(item) for item in self._items(value, "own", _OWN_KEYS)]
        ignored = [self._ignored(item) for item in self._items(value, "ignore", _IGNORE_KEYS)]
        return Settings(
            tuple(entry for entry in accepted if entry),
            tuple(entry for entry in own if entry),
            tuple(entry for entry in ignored if entry),
            self._known_labels(value),
            self._labels_config(value),
            self._adopted(value),
            self._opted_out(value),
            self._forge(value),
        )

    def _forge(self, root: Mapping) -> str | None:
        """Return the name of a forge that has forms."""
        if root.find("forge") is None:
            return None
        name = self._text(root, "forge")
        if name is None or name in FORGE_NAMES:
            return name
        message = "`forge` is the name of no forge that has issue forms"
        hint = f"one of {', '.join(FORGE_NAMES)}"
        self.problems.append(at(root.get("forge") or root, message, hint=hint))
        return None

    def _opted_out(self, root: Mapping) -> str | None:
        reason, problems = read_opt_out(root)
        self.problems.extend(problems)
        return reason

    def _adopted(self, root: Mapping) -> Table[str, str]:
        pairs, problems = read_adopted(root)
        self.problems.extend(problems)
        return pairs

    def _known_keys(self, mapping: Mapping, known: tuple[str, ...]) -> None:
        self.problems.extend(unknown_keys(mapping, known))

    def _items(self, root: Mapping, key: str, known: tuple[str, ...]) -> list[Mapping]:
        value = root.get(key)
        if value is None or is_null(value):
            return []
        if not isinstance(value, Sequence):
            self.problems.append(at(value, f"`{key}` is {type_name(value)}, and must be a list"))
            return []
        found = []
        for item in value.items:
            node = resolve(item)
            if isinstance(node, Mapping):
                self._known_keys(node, known)
                found.append(node)
            else:
                self.problems.append(
                    at(item, f"an entry of `{key}` is {type_name(node)}, and must be a mapping")
                )
        return found

    def _text(self, mapping: Mapping, key: str) -> str | None:
        value = mapping.get(key)
        if string_of(value).strip() and not is_null(value):
            return string_of(value)
        place = mapping.find(key)
        what = "missing" if place is None else "not text"
        self.problems.append(
            at(place.key if place else mapping, f"`{key}` is {what}", hint=f"give a `{key}`")
        )
        return None

    def _accepted(self, mapping: Mapping) -> Accepted | None:
        path, reason = self._text(mapping, "path"), self._text(mapping, "reason")
        unit = difference = sha256 = None
        if mapping.find("unit") is not None:
            unit = self._text(mapping, "unit")
        if unit is not None or mapping.find("difference") is not None:
            difference = self._text(mapping, "difference")
            if difference is None:
                return None
        else:
            value = mapping.get("sha256")
            if not isinstance(value, Scalar):
                hint = "`scaffold accept` writes it; null is a deletion"
                self.problems.append(at(mapping, "`sha256` is missing", hint=hint))
                return None
            sha256 = None if value.is_null else value.value.lower()
        if path is None or reason is None:
            return None
        return Accepted(path, sha256, reason, unit, difference)

    def _own(self, mapping: Mapping) -> OwnFiles | None:
        path, reason = self._text(mapping, "path"), self._text(mapping, "reason")
        if path is None or reason is None:
            return None
        return OwnFiles(path, reason)

    def _ignored(self, mapping: Mapping) -> IgnoreEntry | None:
        path, rule = self._text(mapping, "path"), self._text(mapping, "rule")
        value = mapping.get("reason")
        reason = "" if is_null(value) else string_of(value).strip()
        if path is None or rule is None:
            return None
        return IgnoreEntry(path, rule, reason, mapping.start, mapping.entries[0].value.end)

    def _labels_config(self, root: Mapping) -> str | None:
        """Return which file lists the repository's labels, below its root."""
        if root.find("labels_config") is None:
            return None
        path = self._text(root, "labels_config")
        if path is None or is_labels_path(path):
            return path
        value = root.get("labels_config") or root
        hint = "write it from the repository's root, like .github/config/labels.yml"
        message = "`labels_config` is no path of a YAML, JSON or TOML file below the repository"
        self.problems.append(at(value, message, hint=hint))
        return None

    def _known_labels(self, root: Mapping) -> frozenset[str]:
        labels = root.get("labels")
        if labels is None or is_null(labels):
            return frozenset()
        self._known_keys(mapping_of(labels), ("known",))
        known = value_below(labels, "known")
        if not isinstance(known, Sequence):
            self.problems.append(at(labels, "`labels` must be a mapping with a list `known`"))
            return frozenset()
        return frozenset(item.value.strip().casefold() for item in scalars_in(known))
