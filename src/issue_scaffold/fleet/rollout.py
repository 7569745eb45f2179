"""In which order a fleet gets something, with which answers, and who is left out: a value.

Owns the groups of `fleet.yml`, which are the waves of a rollout, and what it says of single
repositories.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from issue_scaffold.fleet.remote import FleetRepository, name_of

# A wave may begin when so many of the one before it are done.
_DONE_PERCENT: Final = 90
_compiled = lru_cache(maxsize=256)(re.compile)


class Wave(NamedTuple):
    """A group: its repositories by name, or by what is in their names, and their answers.

    Names are as `folded` gives them.
    """

    name: str
    repositories: frozenset[str] = frozenset()
    match: str | None = None
    data: Mapping[str, Any] = {}

    def means(self, name: str) -> bool:
        """Tell whether a repository belongs to it."""
        if not self.repositories.isdisjoint(_names_of(name)):
            return True
        return self.match is not None and bool(_compiled(self.match).search(name))


class RepositoryRule(NamedTuple):
    """What is said of one repository: why it is to be left out, if it is, and its answers."""

    skip: str | None = None
    data: Mapping[str, Any] = {}


def folded(name: str) -> str:
    """Return a name as it is compared: without case, slashes around it, and `.git` behind it."""
    return name.casefold().strip("/").removesuffix(".git")


def _names_of(name: str) -> list[str]:
    """Return what a repository may be called: a folder or an address may lead to OWNER/NAME."""
    parts = folded(name).replace(":", "/").split("/")  # git@HOST:OWNER/NAME is one, too
    return ["/".join(parts[start:]) for start in range(len(parts))]


@dataclass(frozen=True, slots=True)
class Rollout:
    """The waves, in order: of those that mean a repository, the first one counts.

    `repositories` are the rules by the name as `folded` gives it.
    """

    waves: tuple[Wave, ...] = ()
    repositories: Mapping[str, RepositoryRule] = field(default_factory=dict)

    def wave_of(self, name: str) -> int:
        """Return which wave a repository is in, from 0; those in none come after all."""
        for number, wave in enumerate(self.waves):
            if wave.means(name):
                return number
        return len(self.waves)

    def in_order(self, repositories: Iterable[FleetRepository]) -> list[FleetRepository]:
        """Return repositories wave by wave, each wave in the order given."""
        return sorted(repositories, key=lambda one: self.wave_of(name_of(one)))

    def data_for(self, name: str) -> dict[str, Any]:
        """Return the answers of a repository: its wave's, and over them its own."""
        data: dict[str, Any] = {}
        number = self.wave_of(name)
        if number < len(self.waves):
            data.update(self.waves[number].data)
        rule = self._rule_of(name)
        if rule is not None:
            data.update(rule.data)
        return data

    def skip_of(self, name: str) -> str | None:
        """Return why a repository is to be left out; None where it isn't."""
        rule = self._rule_of(name)
        return None if rule is None else rule.skip

    def held_back(self, done: Mapping[str, bool]) -> frozenset[str]:
        """Return the repositories whose wave may not begin yet, of those told of.

        `done` says of each whether what was rolled out is merged, or isn't needed.
        """
        by_wave: dict[int, list[str]] = {}
        for name in done:
            by_wave.setdefault(self.wave_of(name), []).append(name)
        held: set[str] = set()
        is_open = True
        for number in sorted(by_wave):
            names = by_wave[number]
            if not is_open:
                held.update(names)
            finished = sum(done[name] for name in names)
            is_open = is_open and finished * 100 >= _DONE_PERCENT * len(names)
        return frozenset(held)

    @property
    def document(self) -> dict[str, Any]:
        """What a run remembers of it."""
        return {
            "waves": [
                {**wave._asdict(), "repositories": sorted(wave.repositories)} for wave in self.waves
            ],
            "repositories": {name: rule._asdict() for name, rule in self.repositories.items()},
        }

    def _rule_of(self, name: str) -> RepositoryRule | None:
        for one in _names_of(name) if self.repositories else ():
            if one in self.repositories:
                return self.repositories[one]
        return None


def rollout_in(document: Mapping[str, Any]) -> Rollout:
    """Return what a run remembers. Raises KeyError or TypeError for another shape."""
    waves = [
        Wave(**{**row, "repositories": frozenset(row["repositories"])}) for row in document["waves"]
    ]
    rules = {name: RepositoryRule(**row) for name, row in document["repositories"].items()}
    return Rollout(tuple(waves), rules)
