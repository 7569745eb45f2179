"""A label as a config has it, and whether a list of them holds what the template asks for.

Owns which fields a label has and how they are spelled. Names compare case-folded, as GitHub
compares them. Nothing here knows how a labels config is read or written: that is `labels.config`'s
and `labels.writing`'s.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, Literal, NamedTuple

from issue_scaffold.forge.file_kind import COLOR_KEYS
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Entry, Mapping, Scalar, Value
from issue_scaffold.text.tree_values import mapping_of

_SHORT_HEX: Final = late_pattern(r"[0-9a-f]{3}")
# Under which keys a label's own fields are found, the usual one first.
FIELD_SPELLINGS: Final = {
    "name": ("name",),
    "color": COLOR_KEYS,
    "description": ("description",),
}
# The keys under which label tools look for names that a label may still have: a label of that name
# is renamed, or merged into this one. EndBug/label-sync and github-label-sync,
# ghaction-github-labeler, hackebrot's and Financial-Times' tools, safe-settings, and what users
# write for one of them.
FORMER_NAMES: Final = ("aliases", "from_name", "previously", "oldname", "old_name")
# What people write for one of them, in lower case. No label tool reads these, so the validator
# warns; what is meant is plain, and a second label beside the old one would be worse.
MEANT_AS_FORMER: Final = frozenset(
    {"alias", "previousname", "previousnames", "previous_name", "previous_names", "oldnames"}
)
# The repository settings app: `name` is the label there is, this the name that it is to get.
NEW_NAME: Final = "new_name"
# The keys by which label tools delete a label: EndBug/label-sync and github-label-sync; from a day
# on, Kubernetes' label_sync.
DELETED_FROM: Final = "deleteAfter"
DELETION_FIELDS: Final = ("delete", DELETED_FROM)
_RENAMING_FIELDS: Final = (*FORMER_NAMES, NEW_NAME)
# What else stands with a label and is meant for others: Prow's plugins, an order, exclusive scopes,
# and what an export of live labels has.
_OTHER_FIELDS: Final = (
    *("target", "prowPlugin", "isExternalPlugin", "addedBy", "priority", "exclusive"),
    *("id", "node_id", "url", "default", "text_color"),
)
# All keys of a label that some reader honours.
KNOWN_FIELDS: Final = (
    *(spelling for spellings in FIELD_SPELLINGS.values() for spelling in spellings),
    *_RENAMING_FIELDS,
    *DELETION_FIELDS,
    *_OTHER_FIELDS,
)
# JSON texts of values that say nothing.
_NOTHING: Final = frozenset({"false", "null", '""', "[]", "{}"})


def normalise_color(raw: str) -> str:
    """Return six lower-case hex digits; what is no colour, in lower case without its `#`."""
    color = raw.strip().removeprefix("#").lower()
    if _SHORT_HEX.fullmatch(color):
        return "".join(digit * 2 for digit in color)
    return color


class LabelPlace(NamedTuple):
    """Where a config says what a label is: the nodes of its name, fields and former names.

    `body` is the mapping of its fields, or its colour where that is all there is; `item` is its
    place in the list or mapping of labels as written, -1 where a merge key brought it in.
    `is_shared` tells that the fields can't be edited there, or not for this label alone.
    """

    source: Source
    name: Scalar
    color: Value | None
    description: Value | None
    former: tuple[Scalar, ...]
    body: Mapping | Scalar
    item: int
    is_shared: bool

    @property
    def position(self) -> tuple[int, int]:
        """The line and the column of the name, from 1."""
        return self.source.position(self.name.start)

    def entry(self, key: str) -> Entry | None:
        """Return the entry that gives a field in the label's own mapping, however it is spelled."""
        entries = map(mapping_of(self.body).own, FIELD_SPELLINGS.get(key, (key,)))
        return next(filter(None, entries), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label as a config has it.

    `color` is normalised and None where the config leaves it open. An empty description is None,
    which GitHub shows alike; `describes` tells whether the config says anything of it. `extras` are
    the other fields, sorted, each value as JSON text. `former` are the names that the label may
    still have, in the order written. From `delete_after` on it is to be deleted. `place` is None
    for a label that no file has.
    """

    name: str
    color: str | None = None
    description: str | None = None
    extras: tuple[tuple[str, str], ...] = ()
    former: tuple[str, ...] = field(default=(), compare=False)
    describes: bool = field(default=False, compare=False)
    delete_after: date | None = field(default=None, compare=False)
    place: LabelPlace | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """The name as GitHub compares it."""
        return fold(self.name)

    @property
    def fate(self) -> dict[str, str]:
        """The fields that make a label tool delete the label, or merge others into it."""
        guarded = {*_RENAMING_FIELDS, *DELETION_FIELDS}
        return {
            key: value for key, value in self.extras if key in guarded and value not in _NOTHING
        }

    @property
    def fields(self) -> dict[str, str]:
        """Every field that has a value, but the name."""
        own = {"color": self.color, "description": self.description}
        return {key: value for key, value in own.items() if value is not None} | dict(self.extras)

    @property
    def path(self) -> str:
        """The file that has the label; empty if none has."""
        return "" if self.place is None else self.place.source.path

    @property
    def line(self) -> int | None:
        """The line of its name there, from 1."""
        return self.place.position[0] if self.place else None

    @property
    def column(self) -> int | None:
        """The column of its name there, from 1."""
        return self.place.position[1] if self.place else None

    def is_due(self, today: date) -> bool:
        """Return whether the label is to be deleted by now."""
        return self.delete_after is not None and self.delete_after <= today

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
    """A deviation from the template; `place` is that of the user's label, None if missing.

    `unit` is the template's label, and `value` what the user has in the field `key`.
    """

    message: str
    place: int | None
    key: str
    unit: str
    value: str | None


class Match(NamedTuple):
    """The user's label that stands for a managed one.

    An `alias` match was renamed by the user, who owns it then.
    """

    place: int
    how: Literal["name", "former", "alias"]


def compare(theirs: Sequence[Label], ours: Sequence[Label]) -> list[LabelDifference]:
    """Return what `ours` lacks, or has otherwise, of the template's labels.

    The user's own labels are no difference. Of fields that only the user's label has, those count
    that decide whether the label lives on (`Label.fate`).
    """
    differences: list[LabelDifference] = []
    for label in unique(theirs):
        found = find(label, ours, theirs)
        if found is None:
            message = f"label '{label.name}' is missing"
            differences.append(LabelDifference(message, None, "name", label.name, None))
            continue
        mine = ours[found.place]
        if found.how != "alias":
            differences += [
                _differing(label, mine, found.place, key)
                for key in label.fields
                if mine.fields.get(key) != label.fields[key]
            ]
        differences += [
            LabelDifference(_foreign(mine, key), found.place, key, label.name, mine.fate[key])
            for key in foreign_fate(found, ours, label)
        ]
        differences += _taken_over(label, found, ours, theirs)
    return differences


def _taken_over(
    label: Label, found: Match, ours: Sequence[Label], theirs: Sequence[Label]
) -> Iterator[LabelDifference]:
    """Yield a difference for each label that goes by the managed one's name too.

    A label tool would merge the two.
    """
    managed = {other.key for other in theirs}
    for place, mine in enumerate(ours):
        if found.how != "name" or mine.key in managed or label.key not in map(fold, mine.former):
            continue
        key = next(key for key in _RENAMING_FIELDS if key in dict(mine.extras))
        what = f"label '{mine.name}' takes over '{label.name}' (`{key}`)"
        message = f"{what}, which the template doesn't say"
        yield LabelDifference(message, place, key, label.name, mine.name)


def foreign_fate(found: Match, ours: Sequence[Label], label: Label) -> list[str]:
    """Return the fields by which a label tool would delete or merge the user's label.

    Those count that the template lacks. A label that the user renamed says so in a field of
    aliases, which is right there.
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
    """Return the user's label that stands for a managed one.

    It has the same name, or the former name, or was renamed by the user. `label_sync.matching` asks
    this of a repository, where labels compete for names and have no aliases; here each label is
    looked up alone, and what a file says last is what counts.
    """
    if same := places(ours, label.key):
        return Match(same[0], "name")
    managed = {other.key for other in theirs}
    for alias in map(fold, label.former):
        if alias not in managed and (former := places(ours, alias)):
            return Match(former[0], "former")
    for place, mine in enumerate(ours):
        if label.key in map(fold, mine.former):
            return Match(place, "alias")
    return None


_WORDS: Final = {"color": "colour"}


def word(key: str) -> str:
    """Return a field's name as users read it."""
    return _WORDS.get(key, key)


def show(key: str, value: str | None) -> str:
    """Return a field's value as users read it."""
    if value is None:
        return f"no {word(key)}"
    if key == "description":
        return f"'{value}'"
    return value


def _foreign(mine: Label, key: str) -> str:
    what = "be deleted" if key in DELETION_FIELDS else "take over other labels"
    return f"label '{mine.name}' is to {what} (`{key}`), which the template doesn't say"


def _differing(label: Label, mine: Label, place: int, key: str) -> LabelDifference:
    """Return how a label's field differs."""
    message = _deviation(mine, key, label.fields[key])
    return LabelDifference(message, place, key, label.name, mine.fields.get(key))


def _deviation(mine: Label, key: str, wants: str) -> str:
    has = f"no {word(key)}"
    if key in mine.fields:
        has = f"{word(key)} {show(key, mine.fields[key])}"
    return f"label '{mine.name}' has {has}, the template has {show(key, wants)}"
