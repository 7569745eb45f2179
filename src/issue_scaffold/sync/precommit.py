"""The entries of a `.pre-commit-config.yaml`, and whether they hold what the template asks for.

`rev` belongs to `pre-commit autoupdate` as much as to the template: another one is no deviation.
What decides whether and how a hook runs (`EFFECTIVE_FIELDS`) does belong to the template: `entry:
"true"` is a hook that checks nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from issue_scaffold.forge.remote import normal_url

# What of a hook decides when it runs and what it does:
# https://pre-commit.com/#pre-commit-configyaml---hooks
EFFECTIVE_FIELDS: Final = frozenset(
    {
        "additional_dependencies",
        "always_run",
        "args",
        "entry",
        "exclude",
        "exclude_types",
        "files",
        "language",
        "pass_filenames",
        "stages",
        "types",
        "types_or",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One hook.

    `definition` is all of it as JSON text, `effect` each effective field with its value likewise.
    """

    id: str
    definition: str
    effect: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoEntry:
    """One entry of `repos:`. `rev` is None for `local` and `meta`."""

    repo: str
    rev: str | None
    hooks: tuple[Hook, ...]

    @property
    def key(self) -> str:
        """The repository, however its URL is spelled."""
        return normal_url(self.repo)


class EntryDifference(NamedTuple):
    """Something of the template's that is missing or otherwise.

    `entry` and `hook` are the user's, where they exist. `unit` is the template's hook, and `state`
    what the user has of it, by field.
    """

    message: str
    entry: int | None
    hook: int | None = None
    unit: str = ""
    state: tuple[tuple[str, str | None], ...] = (("id", None),)


def compare(theirs: Sequence[RepoEntry], ours: Sequence[RepoEntry]) -> list[EntryDifference]:
    """Return the template's entries and hooks that `ours` lacks."""
    differences: list[EntryDifference] = []
    for new in theirs:
        at = places(new.key, ours)
        if not at:
            message, unit = f"'{new.repo}' is missing in repos", first_unit(new)
            differences.append(EntryDifference(message, None, unit=unit))
            continue
        for hook in new.hooks:
            found = list(occurrences(new.key, hook.id, ours))
            if not found:
                message = f"hook '{hook.id}' of '{new.repo}' is missing"
                differences.append(EntryDifference(message, at[0], unit=hook.id))
                continue
            if not any(ours[entry].hooks[place].effect == hook.effect for entry, place in found):
                entry, place = found[0]
                deviation = _deviation(ours[entry].hooks[place], hook, new.repo)
                differences.append(deviation._replace(entry=entry, hook=place))
    return differences


def first_unit(entry: RepoEntry) -> str:
    """Return what stands for all of an entry: its first hook."""
    return entry.hooks[0].id if entry.hooks else entry.repo


def _deviation(mine: Hook, hook: Hook, repo: str) -> EntryDifference:
    """Return what makes a hook another one than the template's."""
    has, wants = dict(mine.effect), dict(hook.effect)
    fields = sorted(key for key in has | wants if has.get(key) != wants.get(key))
    shown = ", ".join(f"{key} {has.get(key, 'missing')}" for key in fields)
    message = f"hook '{hook.id}' of '{repo}' runs otherwise than the template's: {shown}"
    state = tuple((key, has.get(key)) for key in fields)
    return EntryDifference(message, None, unit=hook.id, state=state)


def places(key: str, entries: Sequence[RepoEntry]) -> list[int]:
    """Return where entries of that repository stand."""
    return [place for place, entry in enumerate(entries) if entry.key == key]


def occurrences(key: str, hook_id: str, entries: Sequence[RepoEntry]) -> Iterator[tuple[int, int]]:
    """Yield the places of entry and hook wherever a repository's hook stands."""
    for entry in places(key, entries):
        for place, hook in enumerate(entries[entry].hooks):
            if hook.id == hook_id:
                yield entry, place


def find(key: str, hook_id: str, entries: Sequence[RepoEntry]) -> tuple[int, int] | None:
    """Return the first of the hook's places."""
    return next(occurrences(key, hook_id, entries), None)
