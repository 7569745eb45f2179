"""What may be done to a repository's labels: three-way merge by name, and field by field.

Nothing here knows how a labels config is written; edits name labels by their place in the user's list.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from issue_scaffold.labels.label import Label, Match, find, foreign_fate, places, show, unique, word


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLabel:
    """Write a label after the one at place `after`, or at the end when that is None."""

    label: Label
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetField:
    """Give the label at place `index` another value of `key` (`name`, `color`, ...), or none."""

    index: int
    key: str
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveLabel:
    """Take the label at place `index` away."""

    index: int


LabelEdit = AddLabel | SetField | RemoveLabel


class LabelMerge(NamedTuple):
    """What to do to the user's labels, and a line for each thing that stays as the user has it."""

    edits: tuple[LabelEdit, ...]
    notes: tuple[str, ...]


def three_way(
    base: Sequence[Label] | None, ours: Sequence[Label], theirs: Sequence[Label]
) -> LabelMerge:
    """Return the edits that bring the template's change from `base` to `theirs` into `ours`.

    `base` is None when the user's list was there before the template. Only labels that the template has or had are
    edited, and of those only fields that the user left as the template had written them.
    """
    edits: list[LabelEdit] = []
    notes: list[str] = []
    added: list[Label] = []
    consumed: set[str] = set()
    for label in unique(theirs):
        before = _former(label, base or (), theirs)
        if before is not None:
            consumed.add(before.key)
        found = find(label, ours, theirs)
        if found is not None:
            _merge_label(before, found, ours, label, edits, notes)
        elif before is not None:
            notes.append(f"label '{label.name}' was deleted here and stays deleted")
        else:
            added.append(label)
    for label in unique(base or ()):
        if label.key not in consumed:
            _drop(label, ours, edits, notes)
    removed = {edit.index for edit in edits if isinstance(edit, RemoveLabel)}
    after = _last_managed(base or (), ours, removed)
    edits += [AddLabel(label=label, after=after) for label in added]
    return LabelMerge(tuple(edits), tuple(notes))


def restoration(ours: Sequence[Label], theirs: Sequence[Label]) -> tuple[LabelEdit, ...]:
    """Return the edits after which `compare` finds nothing; the user's own labels and fields stay."""
    edits: list[LabelEdit] = []
    added: list[Label] = []
    for label in unique(theirs):
        found = find(label, ours, theirs)
        if found is None:
            added.append(label)
            continue
        if found.how != "alias":
            has = ours[found.place].fields
            changed = ((key, value) for key, value in label.fields.items() if has.get(key) != value)
            edits += [SetField(index=found.place, key=key, value=value) for key, value in changed]
        foreign = foreign_fate(found, ours, label)
        edits += [SetField(index=found.place, key=key, value=None) for key in foreign]
    after = _last_managed(theirs, ours, set())
    return (*edits, *(AddLabel(label=label, after=after) for label in added))


def apply_edits(ours: Sequence[Label], edits: Iterable[LabelEdit]) -> list[Label]:
    """Return the labels that `ours` is to hold once every edit is written."""
    by_place: list[list[Label]] = [[label] for label in ours]
    end: list[Label] = []
    removed = set()
    for edit in edits:
        if isinstance(edit, AddLabel):
            (end if edit.after is None else by_place[edit.after]).append(edit.label)
        elif isinstance(edit, SetField):
            by_place[edit.index][0] = by_place[edit.index][0].changed(edit.key, edit.value)
        else:
            removed.add(edit.index)
    kept = [labels[1:] if place in removed else labels for place, labels in enumerate(by_place)]
    return [label for labels in [*kept, end] for label in labels]


def _former(label: Label, base: Sequence[Label], theirs: Sequence[Label]) -> Label | None:
    """Return what the template had for this label, under its name or under one that it took over."""
    found = find(label, base, theirs)
    return None if found is None or found.how == "alias" else base[found.place]


def _last_managed(base: Sequence[Label], ours: Sequence[Label], removed: set[int]) -> int | None:
    managed = {label.key for label in base}
    places = (
        place for place, label in enumerate(ours) if label.key in managed and place not in removed
    )
    return max(places, default=None)


def _merge_label(
    before: Label | None,
    found: Match,
    ours: Sequence[Label],
    label: Label,
    edits: list[LabelEdit],
    notes: list[str],
) -> None:
    mine = ours[found.place]
    if found.how == "alias":
        notes.append(f"label '{label.name}' is here as '{mine.name}'; your name is kept")
        return
    if before is not None and before.key == mine.key != label.key:
        edits.append(SetField(index=found.place, key="name", value=label.name))
    elif mine.key != label.key:
        notes.append(
            f"label '{label.name}' is here under its former name '{mine.name}', which is kept"
        )
    elif mine.name != label.name:
        notes.append(
            f"label '{mine.name}': your spelling is kept (the template has '{label.name}')"
        )
    old = {} if before is None else before.fields
    for key in label.fields | old:
        has, had, wants = mine.fields.get(key), old.get(key), label.fields.get(key)
        if has == wants:
            continue
        if before is not None and has == had:
            edits.append(SetField(index=found.place, key=key, value=wants))
        else:
            notes.append(_kept(mine, key, wants))


def _drop(label: Label, ours: Sequence[Label], edits: list[LabelEdit], notes: list[str]) -> None:
    """Take away what the template no longer has, unless the user changed it."""
    for place in places(ours, label.key):
        if ours[place] == label:
            edits.append(RemoveLabel(index=place))
        else:
            notes.append(
                f"label '{ours[place].name}' is no longer in the template; yours is kept, you changed it"
            )


def _kept(mine: Label, key: str, wants: str | None) -> str:
    template = show(key, wants)
    if key not in mine.fields:
        return f"label '{mine.name}': it stays without {word(key)} (the template has {template})"
    return f"label '{mine.name}': your {word(key)} {show(key, mine.fields[key])} is kept (the template has {template})"
