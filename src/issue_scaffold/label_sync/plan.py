"""The steps that make a repository's labels what a config wants, and their order.

Pure: a plan is made from values, shown to people and then executed as it is. Names compare
case-folded, as GitHub compares them; what a config leaves open (a colour, a description) is left as
it is.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple

from issue_scaffold.labels.label import Label, fold
from issue_scaffold.text.digests import sha256_of

DEFAULT_COLOR: Final = "ededed"
_ASIDE: Final = "scaffold-rename-"
_MERGING: Final = "scaffold-merge-"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLabel:
    """A label as a repository has it.

    `color` is six lower-case hex digits; no description is the empty one. What `is_inherited`
    belongs to its `holder`, a group or an organisation that the repository is in, and can't be
    changed from here.
    """

    name: str
    color: str
    description: str = ""
    is_inherited: bool = False
    holder: str = "a group"

    @property
    def key(self) -> str:
        """The name as GitHub compares it."""
        return fold(self.name)


class LabelAction(StrEnum):
    """What a step does, in the words that every output uses."""

    RENAME = "rename"
    EDIT = "edit"
    CREATE = "create"
    MERGE = "merge"
    DELETE = "delete"
    REFUSED = "refused"
    UNCHANGED = "unchanged"
    UNMANAGED = "unmanaged"


WRITES: Final = (
    LabelAction.RENAME,
    LabelAction.EDIT,
    LabelAction.CREATE,
    LabelAction.MERGE,
    LabelAction.DELETE,
)
# What takes a label from the issues that have it.
GOING: Final = (LabelAction.MERGE, LabelAction.DELETE)
_ORDER: Final = {action: place for place, action in enumerate(LabelAction)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelStep:
    """One label's part in a plan.

    `name` is the label as it is found (or created), `to` the name it gets, or the label that its
    issues go to. `color` and `description` are what will be written, None where nothing changes.
    `needs` are the places in the plan of the steps that must have succeeded before. `temporary`
    marks a name that only lasts until a swap is done. `issues` counts what has a label that is
    merged or deleted, None where that was not asked.
    """

    action: LabelAction
    name: str
    to: str | None = None
    color: str | None = None
    description: str | None = None
    before: LiveLabel | None = None
    wanted: Label | None = None
    needs: tuple[int, ...] = ()
    reason: str | None = None
    temporary: bool = False
    issues: int | None = None

    @property
    def writes(self) -> bool:
        """Whether executing this step changes anything."""
        return self.action in WRITES


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPlan:
    """All steps, those that write first and in the order in which they run."""

    steps: tuple[LabelStep, ...]

    @property
    def writes(self) -> tuple[LabelStep, ...]:
        """The steps that change something; their places are the same as in `steps`."""
        return tuple(step for step in self.steps if step.writes)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left to do, and nothing that was asked for is refused."""
        return not any(step.writes or step.action is LabelAction.REFUSED for step in self.steps)

    def count(self, action: LabelAction) -> int:
        """Return how many steps do this."""
        return sum(step.action is action for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """A live label and the wanted label that it becomes; their names may be equal."""

    live: LiveLabel
    wanted: Label

    @property
    def aside(self) -> str:
        """The name for the time until the new one is free."""
        return temporary_name(self.wanted.name)


def temporary_name(target: str) -> str:
    """Return the name that a label bears until its future name is free.

    It is the same for every run, so that one run can go on where another was cut off.
    """
    return f"{_ASIDE}{sha256_of(fold(target).encode())[:12]}"


def is_temporary_name(name: str) -> bool:
    """Return whether a label has its name until its future one is free."""
    return name.startswith(_ASIDE)


def merging_name(old: str, target: str) -> str:
    """Return the name that a label has at the end of its merge: nobody knows it, so nobody uses it.

    It is the same for every run, so that one run can go on where another was cut off.
    """
    names = f"{fold(old)}\n{fold(target)}"
    return f"{_MERGING}{sha256_of(names.encode())[:12]}"


def is_merging_name(name: str) -> bool:
    """Return whether a label has its name from a merge that was cut off."""
    return name.startswith(_MERGING)


def order(
    matches: Iterable[Rename],
    creates: Iterable[Label],
    merges: Iterable[Rename],
    others: Iterable[LabelStep],
) -> LabelPlan:
    """Return the plan: renames before creations, deletions last, and each step after what it needs.

    `matches` are all wanted labels that exist, `merges` the old labels whose issues another label
    takes over.
    """
    renames = []
    others = list(others)
    for match in matches:
        if match.live.name.strip() == match.wanted.name:
            others.append(_settled(match))
        else:
            renames.append(match)
    merges = list(merges)
    steps = _Renames(renames, taken={match.live.key for match in merges}).steps()
    steps += _sorted(step for step in others if step.action is LabelAction.EDIT)
    steps += _sorted(_creation(wanted) for wanted in creates)
    ready = _places_of_names(steps)
    # What a merge that was cut off has left goes first: its name is needed for the rest.
    merges.sort(key=lambda match: (not is_merging_name(match.live.name), match.live.key))
    steps += [_merge_step(match, ready) for match in merges]
    steps += _sorted(step for step in others if step.action is LabelAction.DELETE)
    steps += _sorted(step for step in others if not step.writes)
    return LabelPlan(steps=tuple(steps))


def _places_of_names(steps: Iterable[LabelStep]) -> dict[str, int]:
    """Return by a label's key the place of the step after which it has its name."""
    places: dict[str, int] = {}
    for place, step in enumerate(steps):
        if not step.temporary:
            places[fold(step.to or step.name)] = place
    return places


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    """Which labels are deleted although issues have them: all, or those of these keys."""

    everything: bool = False
    names: frozenset[str] = frozenset()

    def covers(self, name: str) -> bool:
        """Return whether this label is to be deleted whatever has it."""
        return self.everything or fold(name) in map(fold, self.names)

    def idle(self, plan: LabelPlan) -> tuple[str, ...]:
        """Return the names that are those of no label which a plan deletes."""
        deleted = {fold(step.name) for step in plan.steps if step.action is LabelAction.DELETE}
        return tuple(sorted(name for name in self.names if fold(name) not in deleted))


def rivals(plan: LabelPlan) -> tuple[str, ...]:
    """Return the labels that are renamed to what others are merged into: one of these might be."""
    heirs = {fold(step.to or "") for step in plan.steps if step.action is LabelAction.MERGE}
    return tuple(
        step.before.name
        for step in plan.steps
        if step.action is LabelAction.RENAME and step.before and fold(step.to or "") in heirs
    )


def weigh(plan: LabelPlan, used: Mapping[str, int], force: Force) -> LabelPlan:
    """Return the plan with what has each label that goes, and without deleting those in use.

    `used` counts issues and pull requests by name.
    """
    writing, quiet = [], []
    for step in plan.steps:
        if step.action in GOING:
            step = replace(step, issues=used.get(step.name, 0))  # noqa: PLW2901 - the same step
        if step.action is LabelAction.DELETE and step.issues and not force.covers(step.name):
            quiet.append(replace(step, action=LabelAction.REFUSED, reason=_in_use(step.issues)))
        elif step.writes:
            writing.append(step)
        else:
            quiet.append(step)
    # Deletions are the last steps that write, so nobody's place changes that another step needs.
    return LabelPlan(steps=(*writing, *_sorted(quiet)))


def _in_use(number: int) -> str:
    them = f"{number} issues or pull requests have it"
    if number == 1:
        them = "1 issue or pull request has it"
    return f"{them}; --force-in-use deletes it nevertheless"


class Fields(NamedTuple):
    """What has to be written besides the name; None where there is already what the config asks."""

    color: str | None
    description: str | None

    @property
    def number(self) -> int:
        """How many of them there are."""
        return (self.color is not None) + (self.description is not None)


def changed_fields(live: LiveLabel, wanted: Label) -> Fields:
    """Return the colour and the description that have to be written.

    White space around a text is no difference: what reads a config leaves it out.
    """
    color, description = wanted.color, wanted.description
    if description is None and wanted.describes:
        description = ""
    if color == live.color:
        color = None
    if description is not None and description.strip() == live.description.strip():
        description = None
    return Fields(color=color, description=description)


def _sorted(steps: Iterable[LabelStep]) -> list[LabelStep]:
    return sorted(steps, key=lambda step: (_ORDER[step.action], fold(step.name), step.name))


def _settled(match: Rename) -> LabelStep:
    fields = changed_fields(match.live, match.wanted)
    return LabelStep(
        action=LabelAction.EDIT if fields.number else LabelAction.UNCHANGED,
        name=match.live.name,
        color=fields.color,
        description=fields.description,
        before=match.live,
        wanted=match.wanted,
    )


def _creation(wanted: Label) -> LabelStep:
    return LabelStep(
        action=LabelAction.CREATE,
        name=wanted.name,
        color=wanted.color or DEFAULT_COLOR,
        description=wanted.description or "",
        wanted=wanted,
    )


def _merge_step(match: Rename, ready: Mapping[str, int]) -> LabelStep:
    needs: tuple[int, ...] = ()
    if match.wanted.key in ready:
        needs = (ready[match.wanted.key],)
    return LabelStep(
        action=LabelAction.MERGE,
        name=match.live.name,
        to=match.wanted.name,
        before=match.live,
        wanted=match.wanted,
        needs=needs,
    )


def _rename(match: Rename, needs: tuple[int, ...]) -> LabelStep:
    fields = changed_fields(match.live, match.wanted)
    return LabelStep(
        action=LabelAction.RENAME,
        name=match.live.name,
        to=match.wanted.name,
        before=match.live,
        wanted=match.wanted,
        needs=needs,
        color=fields.color,
        description=fields.description,
    )


class _Renames:
    """Renames in an order in which each name is free when its turn comes.

    `taken` are the names of labels that are there until the renames are done.
    """

    def __init__(self, renames: list[Rename], taken: Container[str]) -> None:
        self._taken = taken
        self._renames = sorted(renames, key=lambda match: (match.live.key, match.live.name))
        self._holders = {match.live.key: match for match in renames}
        self._steps: list[LabelStep] = []
        self._places: dict[str, int] = {}  # by the key of the live label

    def steps(self) -> list[LabelStep]:
        """Return the steps: of a chain the last rename first, a ring over a temporary name."""
        for match in self._renames:
            chain = self._waiting_for(match)
            holder = self._holder(chain[-1]) if chain else None
            if holder in chain:
                start = chain.index(holder)
                self._turn_ring(chain[start:])
                chain = chain[:start]
            for each in reversed(chain):
                self._add(each)
        return self._steps

    def _holder(self, match: Rename) -> Rename | None:
        """Return the rename of the label that has the name which another is to get."""
        if match.wanted.key == match.live.key:
            return None
        return self._holders.get(match.wanted.key)

    def _waiting_for(self, match: Rename) -> list[Rename]:
        """Return the rename and those that must come before it, as far as they have no step yet."""
        chain: list[Rename] = []
        here: Rename | None = match
        while here is not None and here.live.key not in self._places and here not in chain:
            chain.append(here)
            here = self._holder(here)
        return chain

    def _add(self, match: Rename) -> None:
        holder = self._holder(match)
        # Where the name's holder couldn't move on, the name is taken: then this isn't even tried.
        needs = () if holder is None else (self._places[holder.live.key],)
        self._append(match, _rename(match, needs))

    def _append(self, match: Rename, step: LabelStep) -> None:
        self._places[match.live.key] = len(self._steps)
        self._steps.append(step)

    def _turn_ring(self, ring: list[Rename]) -> None:
        """Move a ring's first label aside, then the others, the last first, then the first.

        GitHub refuses a name that is taken, so a swap needs a third name; what it costs and saves
        is said where rings are found (`matching`).
        """
        free = (place for place, match in enumerate(ring) if match.aside not in self._taken)
        start = next(free)
        ring = [*ring[start:], *ring[:start]]
        first = ring[0]
        aside = first.aside
        self._steps.append(
            LabelStep(
                action=LabelAction.RENAME,
                name=first.live.name,
                to=aside,
                before=first.live,
                wanted=first.wanted,
                temporary=True,
                reason=f"on its way to '{first.wanted.name}', which is not free yet",
            )
        )
        for match in reversed(ring[1:]):
            self._append(match, _rename(match, (len(self._steps) - 1,)))
        last = _rename(first, (len(self._steps) - 1,))
        self._append(first, replace(last, name=aside))
