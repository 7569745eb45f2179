"""What may be done to a repository's labels: three-way merge by name, and field by field.

Nothing here knows how a labels config is written; edits name labels by their place in the user's
list.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from issue_scaffold.labels.label import Label, Match, find, foreign_fate, places, show, unique, word
from issue_scaffold.text.by_meaning import Kept


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

    `base` is None when the user's list was there before the template. Only labels that the template
    has or had are edited, and of those only fields that the user left as the template had written
    them.
    """
    base = base or ()
    merge = _ThreeWay(base, ours, theirs)
    for label in unique(theirs):
        merge.bring(label)
    for label in unique(base):
        merge.drop(label)
    removed = {edit.index for edit in merge.edits if isinstance(edit, RemoveLabel)}
    after = _last_managed(base, ours, removed)
    added = [AddLabel(label=label, after=after) for label in merge.added]
    return LabelMerge((*merge.edits, *added), tuple(merge.notes))


def restoration(
    ours: Sequence[Label], theirs: Sequence[Label], kept: Kept = frozenset()
) -> tuple[LabelEdit, ...]:
    """Return the edits after which `compare` finds nothing; what is the user's own stays.

    Fields in `kept`, by the template's label, stay too; its `name` is that a label is missing.
    """
    edits: list[LabelEdit] = []
    added: list[Label] = []
    for label in unique(theirs):
        found = find(label, ours, theirs)
        if found is None:
            added += [label] if (label.name, "name") not in kept else []
            continue
        restored: dict[str, str | None] = {}
        if found.how != "alias":
            has = ours[found.place].fields
            changed = ((key, value) for key, value in label.fields.items() if has.get(key) != value)
            restored.update(changed)
        restored.update(dict.fromkeys(foreign_fate(found, ours, label)))
        edits += [
            SetField(index=found.place, key=key, value=value)
            for key, value in restored.items()
            if (label.name, key) not in kept
        ]
    after = _last_managed(theirs, ours, set())
    return (*edits, *(AddLabel(label=label, after=after) for label in added))


def apply_edits(ours: Sequence[Label], edits: Iterable[LabelEdit]) -> list[Label]:
    """Return the labels that `ours` is to hold once every edit is written."""
    by_place: list[list[Label]] = [[label] for label in ours]
    end: list[Label] = []
    removed = set()
    for edit in edits:
        if isinstance(edit, AddLabel):
            room = end if edit.after is None else by_place[edit.after]
            room.append(edit.label)
        elif isinstance(edit, SetField):
            by_place[edit.index][0] = by_place[edit.index][0].changed(edit.key, edit.value)
        else:
            removed.add(edit.index)
    for place in removed:
        del by_place[place][0]
    return [label for labels in [*by_place, end] for label in labels]


def _last_managed(base: Sequence[Label], ours: Sequence[Label], removed: set[int]) -> int | None:
    managed = {label.key for label in base}
    places = (
        place for place, label in enumerate(ours) if label.key in managed and place not in removed
    )
    return max(places, default=None)


class _ThreeWay:
    """One merge as it grows: the edits, the labels to add, and what stays as the user has it."""

    def __init__(
        self, base: Sequence[Label], ours: Sequence[Label], theirs: Sequence[Label]
    ) -> None:
        self._base, self._ours, self._theirs = base, ours, theirs
        self._brought: set[str] = set()  # what the template had for labels that it has
        self.edits: list[LabelEdit] = []
        self.added: list[Label] = []
        self.notes: list[str] = []

    def bring(self, label: Label) -> None:
        """Bring in a label that the template has."""
        before = self._before(label)
        if before is not None:
            self._brought.add(before.key)
        found = find(label, self._ours, self._theirs)
        if found is not None:
            self._change(before, found, label)
        elif before is not None:
            self.notes.append(f"label '{label.name}' was deleted here and stays deleted")
        else:
            self.added.append(label)

    def drop(self, label: Label) -> None:
        """Take away a label that the template had and no longer has, unless the user changed it."""
        if label.key in self._brought:
            return
        for place in places(self._ours, label.key):
            mine = self._ours[place]
            if mine == label:
                self.edits.append(RemoveLabel(index=place))
            else:
                kept = "yours is kept, you changed it"
                self.notes.append(f"label '{mine.name}' is no longer in the template; {kept}")

    def _before(self, label: Label) -> Label | None:
        """Return what the template had for a label, under its name or one that it took over."""
        found = find(label, self._base, self._theirs)
        if found is None or found.how == "alias":
            return None
        return self._base[found.place]

    def _change(self, before: Label | None, found: Match, label: Label) -> None:
        mine = self._ours[found.place]
        if found.how == "alias":
            self.notes.append(f"label '{label.name}' is here as '{mine.name}'; your name is kept")
            return
        if before is not None and before.key == mine.key != label.key:
            self._set(found, "name", label.name)
        elif mine.key != label.key:
            name = f"its former name '{mine.name}', which is kept"
            self.notes.append(f"label '{label.name}' is here under {name}")
        elif mine.name != label.name:
            kept = f"your spelling is kept (the template has '{label.name}')"
            self.notes.append(f"label '{mine.name}': {kept}")
        self._change_fields(before, found, label)

    def _change_fields(self, before: Label | None, found: Match, label: Label) -> None:
        mine = self._ours[found.place]
        old = {} if before is None else before.fields
        for key in label.fields | old:
            has, wants = mine.fields.get(key), label.fields.get(key)
            if has == wants:
                continue
            if before is not None and has == old.get(key):
                self._set(found, key, wants)
            else:
                self.notes.append(_kept(mine, key, wants))

    def _set(self, found: Match, key: str, value: str | None) -> None:
        self.edits.append(SetField(index=found.place, key=key, value=value))


def _kept(mine: Label, key: str, wants: str | None) -> str:
    template = f"(the template has {show(key, wants)})"
    if key not in mine.fields:
        return f"label '{mine.name}': it stays without {word(key)} {template}"
    return f"label '{mine.name}': your {word(key)} {show(key, mine.fields[key])} is kept {template}"
