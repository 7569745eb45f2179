"""How a file deviates from the template, and what of that is accepted.

Owns the units of acceptance: of a file that is compared by meaning its labels or hooks, of a text
its difference. `judge` says what an acceptance covers, `accept_present` makes one, and
`follow_template` takes those of a text to another version.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from issue_scaffold.errors import UsageError
from issue_scaffold.files.rendering import File, to_lf
from issue_scaffold.settings.file import Accepted
from issue_scaffold.sync.meaning import ComparedFile
from issue_scaffold.sync.text_difference import describe, standing
from issue_scaffold.text.by_meaning import Difference, Kept

MergeText = Callable[[bytes, bytes, bytes], tuple[bytes, bool]]


class AcceptedPart(NamedTuple):
    """Something of a file that deviates on purpose, and where."""

    unit: str | None
    reason: str
    line: int | None = None
    column: int | None = None


class Judgement(NamedTuple):
    """What of a file's deviation is accepted, and what isn't.

    `expected` is the template's text with what is accepted in it, and `differences` what else
    differs by meaning, None for a text. `fallen` are the reasons of what was accepted once and is
    no longer there as it was.
    """

    accepted: tuple[AcceptedPart, ...]
    expected: File
    differences: tuple[Difference, ...] | None
    fallen: tuple[str, ...]


def judge(file: ComparedFile, entries: Sequence[Accepted]) -> Judgement:
    """Return what of a file's deviation is accepted."""
    if file.differences is None:
        return _judge_text(file.expected, file.actual, entries)
    known = _by_unit(entries)
    parts: dict[str, AcceptedPart] = {}
    left = []
    fallen = []
    for one in file.differences:
        entry = known.get(fold_unit(one.unit))
        if entry is None or not _covers(entry, one.state):
            left.append(one)
            fallen += [] if entry is None else [entry.reason]
        elif one.unit not in parts:
            parts[one.unit] = AcceptedPart(entry.unit, entry.reason, one.line, one.column)
    reasons = tuple(dict.fromkeys(fallen))
    return Judgement(tuple(parts.values()), file.expected, tuple(left), reasons)


def _judge_text(expected: File, actual: File, entries: Sequence[Accepted]) -> Judgement:
    parts = []
    fallen = []
    for entry in _of_text(entries):
        found = standing(expected, actual, entry.difference or "")
        expected = found.file
        if found.held:
            parts.append(AcceptedPart(None, entry.reason))
        if found.fallen:
            fallen.append(entry.reason)
    return Judgement(tuple(parts), expected, None, tuple(fallen))


def kept_by_meaning(differences: Sequence[Difference], entries: Sequence[Accepted]) -> Kept:
    """Return what is accepted of a file that is compared by meaning, by unit and field."""
    known = _by_unit(entries)
    kept: set[tuple[str, str]] = set()
    for one in differences:
        entry = known.get(fold_unit(one.unit))
        if entry is not None and _covers(entry, one.state):
            kept.update((one.unit, key) for key, _ in one.state)
    return frozenset(kept)


def accept_present(
    file: ComparedFile, *, known: Sequence[Accepted], reason: str, unit: str | None = None
) -> tuple[Accepted, ...]:
    """Return all that is accepted of a file once its present deviation is, of one unit or whole.

    What is accepted already keeps its reason, unless nothing else is there to accept. Raises
    UsageError for a unit that doesn't deviate.
    """
    if file.differences is not None:
        return tuple(_units(file, file.differences, known, reason, unit))
    if unit is not None:
        path = file.path
        raise UsageError(
            f"{path} is compared as text, which has no units", hint=f"name the file alone: {path}"
        )
    return _texts(file.path, file.expected, file.actual, known, reason)


def _units(
    file: ComparedFile,
    differences: Sequence[Difference],
    known: Sequence[Accepted],
    reason: str,
    unit: str | None,
) -> Iterator[Accepted]:
    """Yield an entry for each unit that is accepted."""
    entries = _by_unit(known)
    states: dict[str, dict[str, str | None]] = {}
    for one in differences:
        states.setdefault(one.unit, {}).update(one.state)
    before = _accepted_units(file, states, known)
    chosen = _chosen(file.path, unit, states, before)
    for name, state in states.items():
        if name in chosen:
            yield Accepted(file.path, None, reason, name, _recorded(state))
        elif name in before:
            yield before[name]
        elif (entry := entries.get(fold_unit(name))) is not None:
            yield entry


def _accepted_units(
    file: ComparedFile, states: Mapping[str, dict[str, str | None]], known: Sequence[Accepted]
) -> dict[str, Accepted]:
    """Return the units that are accepted as they are, by their own entry or with the whole file."""
    entries = _by_unit(known)
    whole = next((entry for entry in known if entry.is_whole(file.actual.digest)), None)
    found = {}
    for name, state in states.items():
        entry = entries.get(fold_unit(name))
        if entry is not None and _covers(entry, state.items()):
            found[name] = entry._replace(unit=name)
        elif whole is not None:
            found[name] = Accepted(file.path, None, whole.reason, name, _recorded(state))
    return found


def _chosen(
    path: str, unit: str | None, present: Iterable[str], accepted: Iterable[str]
) -> set[str]:
    """Return the units to accept: the one that was named, or those that aren't accepted yet."""
    if unit is None:
        return set(present) - set(accepted) or set(present)
    named = {name for name in present if fold_unit(name) == fold_unit(unit)}
    if not named:
        raise UsageError(
            f"{unit!r} in {path} is as the template has it, so there is nothing to accept",
            hint=f"what deviates there: {', '.join(sorted(present)) or 'nothing'}",
        )
    return named


def _texts(
    path: str, expected: File, actual: File, known: Sequence[Accepted], reason: str
) -> tuple[Accepted, ...]:
    whole = (Accepted(path, actual.digest, reason),)
    everything = describe(expected, actual)
    if everything is None:
        return whole
    before = list(_of_text(known))
    for entry in known:
        if entry.is_whole(actual.digest):
            before = [entry._replace(sha256=None, difference=everything)]
    kept = []
    for entry in before:
        found = standing(expected, actual, entry.difference or "")
        if entry.reason != reason and found.held:
            kept.append(entry._replace(difference=describe(expected, found.file)))
            expected = found.file
    rest = describe(expected, actual)
    if rest is None:
        return whole
    if not rest:
        return (Accepted(path, None, reason, None, everything),)
    return (*kept, Accepted(path, None, reason, None, rest))


def follow_template(
    entries: Sequence[Accepted], *, base: File, ours: File, theirs: File, merge: MergeText
) -> tuple[Accepted, ...]:
    """Return what is accepted of a text whose template changes from `base` to `theirs`.

    Each difference is merged as the file is; one that meets the template's change stays as it is.
    Files that are accepted as they are stay so; they are for the caller.
    """
    now = theirs
    followed = []
    for entry in entries:
        if entry.difference is None or entry.unit is not None:
            followed.append(entry)
            continue
        found = standing(base, ours, entry.difference)
        if not found.held:
            followed.append(entry)
            continue
        merged, conflicted = merge(*(to_lf(file.content) for file in (base, found.file, now)))
        with_it = now._replace(content=merged)
        if found.file.executable != base.executable:
            with_it = with_it._replace(executable=found.file.executable)
        record = None if conflicted else describe(now, with_it)
        if record is None:
            followed.append(entry)
            continue
        base, now = found.file, with_it
        if record:
            followed.append(entry._replace(difference=record))
    return tuple(followed)


def _of_text(entries: Iterable[Accepted]) -> Iterator[Accepted]:
    return (entry for entry in entries if entry.unit is None and entry.difference is not None)


def _by_unit(entries: Iterable[Accepted]) -> dict[str, Accepted]:
    return {fold_unit(entry.unit): entry for entry in entries if entry.unit is not None}


def fold_unit(unit: str) -> str:
    """Return a unit's name as labels compare: a hook's name loses nothing by it."""
    return unit.strip().casefold()


def _recorded(state: dict[str, str | None]) -> str:
    return json.dumps(state, ensure_ascii=False, sort_keys=True)


def _covers(entry: Accepted, state: Iterable[tuple[str, str | None]]) -> bool:
    """Whether what is accepted of a unit says that of each field."""
    try:
        recorded = json.loads(entry.difference or "")
    except (ValueError, RecursionError):
        return False
    if not isinstance(recorded, dict):
        return False
    return all(key in recorded and recorded[key] == value for key, value in state)
