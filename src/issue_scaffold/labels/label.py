"""Labels, and whether a repository's list of them holds what the template asks for.

Names compare case-folded, as GitHub compares them. Nothing here knows how a labels config is written.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple

_SHORT_HEX: Final = re.compile(r"[0-9a-f]{3}")
# The fields in which label tools look for other names of a label: the old one is renamed, or merged into this one.
ALIAS_FIELDS: Final = (
    "aliases",
    "from_name",
    "previously",
    "oldname",
    "old_name",
    "new_name",
)
# The fields by which label tools delete a label: EndBug/label-sync and github-label-sync; kubernetes' label_sync.
DELETION_FIELDS: Final = ("delete", "deleteAfter")
# JSON texts of values that say nothing.
_NOTHING: Final = frozenset({"false", "null", '""', "[]", "{}"})


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
    def fate(self) -> dict[str, str]:
        """The fields that make a label tool delete the label, or merge others into it."""
        guarded = {*ALIAS_FIELDS, *DELETION_FIELDS}
        return {
            key: value for key, value in self.extras if key in guarded and value not in _NOTHING
        }

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
        return replace(
            self,
            extras=tuple(sorted((name, text) for name, text in extras.items() if text is not None)),
        )


class LabelDifference(NamedTuple):
    """A deviation from the template; `place` is that of the user's label, or None when it is missing."""

    message: str
    place: int | None
    key: str


class Match(NamedTuple):
    """The user's label that stands for a managed one. An `alias` match was renamed by the user, who owns it then."""

    place: int
    how: Literal["name", "former", "alias"]


def compare(theirs: Sequence[Label], ours: Sequence[Label]) -> list[LabelDifference]:
    """Return what `ours` lacks, or has otherwise, of the template's labels; the user's own labels are no difference.

    Of fields that only the user's label has, those count that decide whether the label lives on (`Label.fate`).
    """
    differences: list[LabelDifference] = []
    for label in unique(theirs):
        found = find(label, ours, theirs)
        if found is None:
            differences.append(LabelDifference(f"label '{label.name}' is missing", None, "name"))
            continue
        mine = ours[found.place]
        if found.how != "alias":
            differences += [
                LabelDifference(_deviation(mine, key, value), found.place, key)
                for key, value in label.fields.items()
                if mine.fields.get(key) != value
            ]
        differences += [
            LabelDifference(_foreign(mine, key), found.place, key)
            for key in foreign_fate(found, ours, label)
        ]
        differences += _taken_over(label, found, ours, theirs)
    return differences


def _taken_over(
    label: Label, found: Match, ours: Sequence[Label], theirs: Sequence[Label]
) -> Iterator[LabelDifference]:
    """Yield a difference for each other label that goes by the managed one's name too: a label tool merges the two."""
    managed = {other.key for other in theirs}
    for place, mine in enumerate(ours):
        if found.how != "name" or mine.key in managed or label.key not in map(fold, mine.aliases):
            continue
        key = next(key for key in ALIAS_FIELDS if key in dict(mine.extras))
        message = f"label '{mine.name}' takes over '{label.name}' (`{key}`), which the template doesn't say"
        yield LabelDifference(message, place, key)


def foreign_fate(found: Match, ours: Sequence[Label], label: Label) -> list[str]:
    """Return the fields by which a label tool would delete or merge the user's label, and that the template lacks.

    A label that the user renamed says so in a field of aliases, which is right there.
    """
    fate = ours[found.place].fate
    foreign = [key for key in fate if key not in label.fields]
    if found.how == "alias":
        return [key for key in foreign if key in DELETION_FIELDS]
    return foreign


def fold(name: str) -> str:
    """Return a label's name as GitHub compares it."""
    return name.strip().casefold()


def unique(labels: Iterable[Label]) -> list[Label]:
    """Return the first label of each name."""
    return list({label.key: label for label in reversed(list(labels))}.values())[::-1]


def places(ours: Sequence[Label], key: str) -> list[int]:
    """Return where labels of that folded name stand."""
    return [place for place, label in enumerate(ours) if label.key == key]


def find(label: Label, ours: Sequence[Label], theirs: Sequence[Label]) -> Match | None:
    """Return the user's label that stands for a managed one: same name, its former name, or renamed by the user."""
    if same := places(ours, label.key):
        return Match(same[0], "name")
    managed = {other.key for other in theirs}
    for alias in map(fold, label.aliases):
        if alias not in managed and (former := places(ours, alias)):
            return Match(former[0], "former")
    for place, mine in enumerate(ours):
        if label.key in map(fold, mine.aliases):
            return Match(place, "alias")
    return None


_WORDS: Final[Mapping[str, str]] = {"color": "colour"}


def word(key: str) -> str:
    """Return a field's name as users read it."""
    return _WORDS.get(key, key)


def show(key: str, value: str | None) -> str:
    """Return a field's value as users read it."""
    if value is None:
        return f"no {word(key)}"
    return f"'{value}'" if key == "description" else value


def _foreign(mine: Label, key: str) -> str:
    what = "be deleted" if key in DELETION_FIELDS else "take over other labels"
    return f"label '{mine.name}' is to {what} (`{key}`), which the template doesn't say"


def _deviation(mine: Label, key: str, wants: str) -> str:
    has = f"{word(key)} {show(key, mine.fields[key])}" if key in mine.fields else f"no {word(key)}"
    return f"label '{mine.name}' has {has}, the template has {show(key, wants)}"
