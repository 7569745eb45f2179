"""Labels and what may be done to a repository's list of them: three-way merge and comparison, by name.

Names compare case-folded, as GitHub compares them. A label's fields are merged one by one. Nothing here knows how a
labels config is written; edits name labels by their place in the user's list.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple

_SHORT_HEX: Final = re.compile(r"[0-9a-f]{3}")


def normalise_color(raw: str) -> str:
    """Return six lower-case hex digits; what is no colour comes back in lower case, without its `#`."""
    color = raw.strip().removeprefix("#").lower()
    return "".join(digit * 2 for digit in color) if _SHORT_HEX.fullmatch(color) else color


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label. `color` is normalised; an empty description is None, which GitHub shows alike.

    `extras` are the other fields that a config gives the label, sorted, each value as JSON text; `aliases` are the
    other names it goes by in any of them (`aliases`, `from_name`, `new_name`, ...).
    """

    name: str
    color: str | None = None
    description: str | None = None
    extras: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = field(default=(), compare=False)

    @property
    def key(self) -> str:
        """The name as GitHub compares it."""
        return fold(self.name)

    @property
    def fields(self) -> dict[str, str]:
        """Every field that has a value, but the name."""
        own = {"color": self.color, "description": self.description}
        return {key: value for key, value in own.items() if value is not None} | dict(self.extras)

    def changed(self, key: str, value: str | None) -> "Label":
        """Return the label with one field set, or taken away with None; `name` is a field here."""
        if key == "name" and value is not None:
            return replace(self, name=value)
        if key == "color":
            return replace(self, color=value)
        if key == "description":
            return replace(self, description=value)
        extras = {**dict(self.extras), key: value}
        return replace(self, extras=tuple(sorted((name, text) for name, text in extras.items() if text is not None)))


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


Edit = AddLabel | SetField | RemoveLabel


class Merge(NamedTuple):
    """What to do to the user's labels, and a line for each thing that stays as the user has it."""

    edits: tuple[Edit, ...]
    notes: tuple[str, ...]


class LabelDifference(NamedTuple):
    """A deviation from the template; `place` is that of the user's label, or None when it is missing."""

    message: str
    place: int | None
    key: str


class _Match(NamedTuple):
    """The user's label that stands for a managed one. An `alias` match was renamed by the user, who owns it then."""

    place: int
    how: Literal["name", "former", "alias"]


def three_way(base: Sequence[Label] | None, ours: Sequence[Label], theirs: Sequence[Label]) -> Merge:
    """Return the edits that bring the template's change from `base` to `theirs` into `ours`.

    `base` is None when the user's list was there before the template. Only labels that the template has or had are
    edited, and of those only fields that the user left as the template had written them.
    """
    edits: list[Edit] = []
    notes: list[str] = []
    added: list[Label] = []
    consumed: set[str] = set()
    for label in unique(theirs):
        before = _former(label, base or (), theirs)
        if before is not None:
            consumed.add(before.key)
        found = _find(label, ours, theirs)
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
    return Merge(tuple(edits), tuple(notes))


def compare(theirs: Sequence[Label], ours: Sequence[Label]) -> list[LabelDifference]:
    """Return what `ours` lacks, or has otherwise, of the template's labels; the user's own labels are no difference."""
    differences: list[LabelDifference] = []
    for label in unique(theirs):
        found = _find(label, ours, theirs)
        if found is None:
            differences.append(LabelDifference(f"label '{label.name}' is missing", None, "name"))
        elif found.how != "alias":
            mine = ours[found.place]
            differences += [
                LabelDifference(_deviation(mine, key, value), found.place, key)
                for key, value in label.fields.items()
                if mine.fields.get(key) != value
            ]
    return differences


def apply_edits(ours: Sequence[Label], edits: Iterable[Edit]) -> list[Label]:
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


def fold(name: str) -> str:
    """Return a label's name as GitHub compares it."""
    return name.strip().casefold()


def unique(labels: Iterable[Label]) -> list[Label]:
    """Return the first label of each name."""
    return list({label.key: label for label in reversed(list(labels))}.values())[::-1]


def _places(ours: Sequence[Label], key: str) -> list[int]:
    return [place for place, label in enumerate(ours) if label.key == key]


def _find(label: Label, ours: Sequence[Label], theirs: Sequence[Label]) -> _Match | None:
    """Return the user's label that stands for a managed one: same name, its former name, or renamed by the user."""
    if same := _places(ours, label.key):
        return _Match(same[0], "name")
    managed = {other.key for other in theirs}
    for alias in map(fold, label.aliases):
        if alias not in managed and (former := _places(ours, alias)):
            return _Match(former[0], "former")
    for place, mine in enumerate(ours):
        if label.key in map(fold, mine.aliases):
            return _Match(place, "alias")
    return None


def _former(label: Label, base: Sequence[Label], theirs: Sequence[Label]) -> Label | None:
    """Return what the template had for this label, under its name or under one that it took over."""
    found = _find(label, base, theirs)
    return None if found is None or found.how == "alias" else base[found.place]


def _last_managed(base: Sequence[Label], ours: Sequence[Label], removed: set[int]) -> int | None:
    managed = {label.key for label in base}
    places = (place for place, label in enumerate(ours) if label.key in managed and place not in removed)
    return max(places, default=None)


def _merge_label(
    before: Label | None,
    found: _Match,
    ours: Sequence[Label],
    label: Label,
    edits: list[Edit],
    notes: list[str],
) -> None:
    mine = ours[found.place]
    if found.how == "alias":
        notes.append(f"label '{label.name}' is here as '{mine.name}'; your name is kept")
        return
    if before is not None and before.key == mine.key != label.key:
        edits.append(SetField(index=found.place, key="name", value=label.name))
    elif mine.key != label.key:
        notes.append(f"label '{label.name}' is here under its former name '{mine.name}', which is kept")
    elif mine.name != label.name:
        notes.append(f"label '{mine.name}': your spelling is kept (the template has '{label.name}')")
    old = {} if before is None else before.fields
    for key in label.fields | old:
        has, had, wants = mine.fields.get(key), old.get(key), label.fields.get(key)
        if has == wants:
            continue
        if before is not None and has == had:
            edits.append(SetField(index=found.place, key=key, value=wants))
        else:
            notes.append(_kept(mine, key, wants))


def _drop(label: Label, ours: Sequence[Label], edits: list[Edit], notes: list[str]) -> None:
    """Take away what the template no longer has, unless the user changed it."""
    for place in _places(ours, label.key):
        if ours[place] == label:
            edits.append(RemoveLabel(index=place))
        else:
            notes.append(f"label '{ours[place].name}' is no longer in the template; yours is kept, you changed it")


_WORDS: Final[Mapping[str, str]] = {"color": "colour"}


def _word(key: str) -> str:
    return _WORDS.get(key, key)


def _show(key: str, value: str | None) -> str:
    if value is None:
        return f"no {_word(key)}"
    return f"'{value}'" if key == "description" else value


def _kept(mine: Label, key: str, wants: str | None) -> str:
    template = _show(key, wants)
    if key not in mine.fields:
        return f"label '{mine.name}': it stays without {_word(key)} (the template has {template})"
    return (
        f"label '{mine.name}': your {_word(key)} {_show(key, mine.fields[key])} is kept (the template has {template})"
    )


def _deviation(mine: Label, key: str, wants: str) -> str:
    has = f"{_word(key)} {_show(key, mine.fields[key])}" if key in mine.fields else f"no {_word(key)}"
    return f"label '{mine.name}' has {has}, the template has {_show(key, wants)}"
