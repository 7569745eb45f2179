"""The repo entries of a `.pre-commit-config.yaml`, and whether they hold what the template asks for.

`rev` belongs to `pre-commit autoupdate` as much as to the template: another one is no deviation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One hook; `definition` is all of it as JSON text."""

    id: str
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of `repos:`. `rev` is None for `local` and `meta`."""

    repo: str
    rev: str | None
    hooks: tuple[Hook, ...]

    @property
    def key(self) -> str:
        """The repository, however its URL is spelled."""
        return normalise_url(self.repo)


class EntryDifference(NamedTuple):
    """Something of the template's that is missing; `entry` is the user's entry that lacks it, if there is one."""

    message: str
    entry: int | None


def normalise_url(url: str) -> str:
    """Return a repository's URL without what makes no other URL: case of the host, a final `/` and `.git`."""
    bare = url.strip().rstrip("/").removesuffix(".git").rstrip("/")
    scheme, separator, rest = bare.partition("://")
    if not separator:
        return bare
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}"


def compare(theirs: Sequence[Entry], ours: Sequence[Entry]) -> list[EntryDifference]:
    """Return the template's entries and hooks that `ours` lacks."""
    differences: list[EntryDifference] = []
    for new in theirs:
        at = places(new.key, ours)
        if not at:
            differences.append(EntryDifference(f"'{new.repo}' is missing in repos", None))
            continue
        differences += [
            EntryDifference(f"hook '{hook.id}' of '{new.repo}' is missing", at[0])
            for hook in new.hooks
            if find(new.key, hook.id, ours) is None
        ]
    return differences


def places(key: str, entries: Sequence[Entry]) -> list[int]:
    """Return where entries of that repository stand."""
    return [place for place, entry in enumerate(entries) if entry.key == key]


def occurrences(key: str, hook_id: str, entries: Sequence[Entry]) -> Iterator[tuple[int, int]]:
    """Yield the places of entry and hook wherever a repository's hook stands."""
    for entry in places(key, entries):
        for place, hook in enumerate(entries[entry].hooks):
            if hook.id == hook_id:
                yield entry, place


def find(key: str, hook_id: str, entries: Sequence[Entry]) -> tuple[int, int] | None:
    """Return the first of the hook's places."""
    return next(occurrences(key, hook_id, entries), None)
