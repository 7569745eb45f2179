"""The three-way merge of a `.pre-commit-config.yaml`, by repository URL and hook id.

Edits name entries and hooks by their places; `entry` and `hook` are the user's, `new_entry` and
`new_hook` the template's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from issue_scaffold.sync.precommit import Hook, RepoEntry, find, first_unit, occurrences, places


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEntry:
    """Write the template's entry at the end."""

    new_entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddHook:
    """Write the template's hook at the end of the user's entry."""

    entry: int
    new_entry: int
    new_hook: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRev:
    """Give the user's entry the template's `rev`."""

    entry: int
    new_entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceHook:
    """Write the template's hook in place of the user's, who has not touched it."""

    entry: int
    hook: int
    new_entry: int
    new_hook: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveHook:
    """Take one hook of the user's entry away."""

    entry: int
    hook: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveEntry:
    """Take the user's entry away."""

    entry: int


Edit = AddEntry | AddHook | SetRev | ReplaceHook | RemoveHook | RemoveEntry


class PrecommitMerge(NamedTuple):
    """What to do to the user's entries, and a line for each thing that stays as the user has it."""

    edits: tuple[Edit, ...]
    notes: tuple[str, ...]


def three_way(
    base: Sequence[RepoEntry] | None, ours: Sequence[RepoEntry], theirs: Sequence[RepoEntry]
) -> PrecommitMerge:
    """Return the edits that bring the template's change from `base` to `theirs` into `ours`.

    `base` is None when the user's file was there before the template.
    """
    edits: list[Edit] = []
    notes: list[str] = []
    known = base or ()
    for place, new in enumerate(theirs):
        if places(new.key, ours):
            edits += _hooks(place, new, known, ours, notes)
            edits += _revs(place, new, base, ours, notes)
        elif places(new.key, known):
            notes.append(f"'{new.repo}' was deleted here and stays deleted")
        else:
            edits.append(AddEntry(new_entry=place))
    filled = {edit.entry for edit in edits if isinstance(edit, AddHook)}
    dropped = list(_dropped(known, ours, theirs, filled, notes))
    removed = {edit.entry for edit in dropped if isinstance(edit, RemoveEntry)}
    kept = [edit for edit in edits if not (isinstance(edit, SetRev) and edit.entry in removed)]
    return PrecommitMerge((*kept, *dropped), tuple(dict.fromkeys(notes)))


def restoration(
    ours: Sequence[RepoEntry],
    theirs: Sequence[RepoEntry],
    kept: frozenset[str] = frozenset(),
) -> tuple[Edit, ...]:
    """Return the edits after which `compare` finds nothing, but for the hooks in `kept`.

    What is missing is added, a hook that runs otherwise than the template's is replaced, all else
    stays.
    """
    replaced: list[Edit] = []
    for place, new in enumerate(theirs):
        for new_place, hook in enumerate(new.hooks):
            found = list(occurrences(new.key, hook.id, ours))
            if not found or any(ours[entry].hooks[at].effect == hook.effect for entry, at in found):
                continue
            entry, at = found[0]
            replaced.append(ReplaceHook(entry=entry, hook=at, new_entry=place, new_hook=new_place))
    edits = (*three_way(None, ours, theirs).edits, *replaced)
    return tuple(edit for edit in edits if kept.isdisjoint(_hooks_of(edit, theirs)))


def _hooks_of(edit: Edit, theirs: Sequence[RepoEntry]) -> set[str]:
    """Return which of the template's hooks an edit brings, all at once for a new entry."""
    if isinstance(edit, AddEntry):
        return {first_unit(theirs[edit.new_entry])}
    if isinstance(edit, AddHook | ReplaceHook):
        return {theirs[edit.new_entry].hooks[edit.new_hook].id}
    return set()


def apply_edits(
    ours: Sequence[RepoEntry], edits: Sequence[Edit], theirs: Sequence[RepoEntry]
) -> list[RepoEntry]:
    """Return the entries that the user's file is to hold once every edit is written."""
    revs = {edit.entry: theirs[edit.new_entry].rev for edit in edits if isinstance(edit, SetRev)}
    removed = {edit.entry for edit in edits if isinstance(edit, RemoveEntry)}
    entries = [
        RepoEntry(
            repo=entry.repo,
            rev=revs.get(place, entry.rev),
            hooks=_applied_hooks(place, entry, edits, theirs),
        )
        for place, entry in enumerate(ours)
        if place not in removed
    ]
    return entries + [theirs[edit.new_entry] for edit in edits if isinstance(edit, AddEntry)]


def _applied_hooks(
    place: int, entry: RepoEntry, edits: Sequence[Edit], theirs: Sequence[RepoEntry]
) -> tuple[Hook, ...]:
    hooks: dict[int, Hook] = dict(enumerate(entry.hooks))
    for edit in edits:
        if isinstance(edit, ReplaceHook) and edit.entry == place:
            hooks[edit.hook] = theirs[edit.new_entry].hooks[edit.new_hook]
        elif isinstance(edit, RemoveHook) and edit.entry == place:
            del hooks[edit.hook]
    added = [edit for edit in edits if isinstance(edit, AddHook) and edit.entry == place]
    return (*hooks.values(), *(theirs[edit.new_entry].hooks[edit.new_hook] for edit in added))


def _hooks(
    place: int,
    new: RepoEntry,
    base: Sequence[RepoEntry],
    ours: Sequence[RepoEntry],
    notes: list[str],
) -> Iterator[AddHook | ReplaceHook]:
    for new_place, hook in enumerate(new.hooks):
        at, was = find(new.key, hook.id, ours), find(new.key, hook.id, base)
        before = None if was is None else base[was[0]].hooks[was[1]]
        if at is None and before is None:
            yield AddHook(entry=places(new.key, ours)[0], new_entry=place, new_hook=new_place)
        elif at is None:
            notes.append(f"hook '{hook.id}' of '{new.repo}' was deleted here and stays deleted")
        elif before is not None and before.definition != hook.definition:
            mine = ours[at[0]].hooks[at[1]].definition
            if mine == before.definition:
                yield ReplaceHook(entry=at[0], hook=at[1], new_entry=place, new_hook=new_place)
            elif mine != hook.definition:
                notes.append(
                    f"hook '{hook.id}' of '{new.repo}': yours is kept (the template changed it)"
                )


def _revs(
    place: int,
    new: RepoEntry,
    base: Sequence[RepoEntry] | None,
    ours: Sequence[RepoEntry],
    notes: list[str],
) -> Iterator[SetRev]:
    befores = [entry.rev for entry in base or () if entry.key == new.key][:1]
    if new.rev is None or new.rev in befores:
        return
    for at in places(new.key, ours):
        rev = ours[at].rev
        if rev is not None and rev in befores:
            yield SetRev(entry=at, new_entry=place)
        elif rev != new.rev:
            mine = rev or "(none)"
            notes.append(f"'{new.repo}': your rev {mine} is kept (the template has {new.rev})")


def _dropped(
    base: Sequence[RepoEntry],
    ours: Sequence[RepoEntry],
    theirs: Sequence[RepoEntry],
    filled: set[int],
    notes: list[str],
) -> Iterator[RemoveHook | RemoveEntry]:
    """Take away what the template no longer has, unless the user changed it.

    `filled` entries get a new hook.
    """
    gone: dict[int, set[int]] = {}
    for before, hook in _hooks_without(theirs, base):
        # Where the whole repository is gone, another rev is a change of the user's too.
        is_gone = not places(before.key, theirs)
        for entry, place in occurrences(before.key, hook.id, ours):
            is_bumped = is_gone and ours[entry].rev != before.rev
            if ours[entry].hooks[place] in before.hooks and not is_bumped:
                gone.setdefault(entry, set()).add(place)
                continue
            what = f"hook '{hook.id}' of '{before.repo}'"
            notes.append(f"{what} is no longer in the template; yours is kept")
    for entry, removed in gone.items():
        if len(removed) == len(ours[entry].hooks) and entry not in filled:
            yield RemoveEntry(entry=entry)
        else:
            yield from (RemoveHook(entry=entry, hook=place) for place in sorted(removed))


def _hooks_without(
    theirs: Sequence[RepoEntry], base: Sequence[RepoEntry]
) -> Iterator[tuple[RepoEntry, Hook]]:
    """Yield the hooks of `base` that the template no longer has."""
    for before in base:
        for hook in before.hooks:
            if find(before.key, hook.id, theirs) is None:
                yield before, hook
