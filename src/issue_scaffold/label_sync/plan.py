"""What has to be done to a repository's labels so that they are as a config wants them: the steps and their order.

Pure: a plan is made from values, shown to people and then executed as it is. Names compare case-folded, as GitHub
compares them; what a config leaves open (a colour, a description) is left as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from issue_scaffold.labels.label import fold
from issue_scaffold.text.digests import sha256_of

DEFAULT_COLOR: Final = "ededed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLabel:
    """A label as a repository has it; `color` is six lower-case hex digits, no description is the empty one."""

    name: str
    color: str
    description: str = ""

    @property
    def key(self) -> str:
        """The name as GitHub compares it."""
        return fold(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLabel:
    """A label as a config wants it, and where that says so.

    `color` and `description` are None where the config leaves them open. `former` are the names it may still have, in
    the order written. From `delete_after` on it is to be deleted.
    """

    name: str
    color: str | None = None
    description: str | None = None
    former: tuple[str, ...] = ()
    delete_after: date | None = None
    path: str = ""
    line: int | None = None
    column: int | None = None

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
_ORDER: Final = {action: place for place, action in enumerate(LabelAction)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelStep:
    """One label's part in a plan.

    `name` is the label as it is found (or created), `to` the name it gets, or the label that its issues go to.
    `color` and `description` are what will be written, None where nothing changes. `needs` are the places in the plan
    of the steps that must have succeeded before. `temporary` marks a name that only lasts until a swap is done.
    """

    action: LabelAction
    name: str
    to: str | None = None
    color: str | None = None
    description: str | None = None
    before: LiveLabel | None = None
    wanted: WantedLabel | None = None
    needs: tuple[int, ...] = ()
    reason: str | None = None
    temporary: bool = False

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
    wanted: WantedLabel


def temporary_name(target: str) -> str:
    """Return the name that a label bears until its future name is free: the same for every run, so one can go on."""
    return f"scaffold-rename-{sha256_of(fold(target).encode())[:12]}"


def order(
    matches: Iterable[Rename],
    creates: Iterable[WantedLabel],
    merges: Iterable[Rename],
    others: Iterable[LabelStep],
) -> LabelPlan:
    """Return the plan: renames before creations, deletions last, and each step after what it needs.

    `matches` are all wanted labels that exist, `merges` the old labels whose issues another label takes over.
    """
    matches = list(matches)
    steps = _rename_steps([match for match in matches if match.live.name != match.wanted.name])
    settled = [_settled(match) for match in matches if match.live.name == match.wanted.name]
    steps += _sorted(step for step in settled if step.writes)
    steps += _sorted(_creation(wanted) for wanted in creates)
    ready = {
        fold(step.to or step.name): place for place, step in enumerate(steps) if not step.temporary
    }
    steps += _sorted(_merge_step(match, ready) for match in merges)
    others = list(others)
    steps += _sorted(step for step in others if step.writes)
    steps += _sorted(step for step in [*settled, *others] if not step.writes)
    return LabelPlan(steps=tuple(steps))


def refuse(plan: LabelPlan, used: Mapping[str, int]) -> LabelPlan:
    """Return the plan without the deletions of labels in use; `used` counts issues and pull requests by name."""
    steps = [
        replace(step, action=LabelAction.REFUSED, reason=_in_use(used[step.name]))
        if step.action is LabelAction.DELETE and used.get(step.name)
        else step
        for step in plan.steps
    ]
    # Deletions are the last steps that write, so nobody's place changes that another step needs.
    return LabelPlan(
        steps=(*(step for step in steps if step.writes), *_sorted(s for s in steps if not s.writes))
    )


def _in_use(number: int) -> str:
    them = (
        "1 issue or pull request has it"
        if number == 1
        else f"{number} issues or pull requests have it"
    )
    return f"{them}; --force-in-use deletes it nevertheless"


class Fields(NamedTuple):
    """What has to be written besides the name; None where the config asks for nothing else than there is."""

    color: str | None
    description: str | None

    @property
    def number(self) -> int:
        """How many of them there are."""
        return (self.color is not None) + (self.description is not None)


def changed_fields(live: LiveLabel, wanted: WantedLabel) -> Fields:
    """Return the colour and the description that have to be written."""
    return Fields(
        color=wanted.color if wanted.color != live.color else None,
        description=wanted.description if wanted.description != live.description else None,
    )


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


def _creation(wanted: WantedLabel) -> LabelStep:
    return LabelStep(
        action=LabelAction.CREATE,
        name=wanted.name,
        color=wanted.color or DEFAULT_COLOR,
        description=wanted.description or "",
        wanted=wanted,
    )


def _merge_step(match: Rename, ready: Mapping[str, int]) -> LabelStep:
    place = ready.get(match.wanted.key)
    return LabelStep(
        action=LabelAction.MERGE,
        name=match.live.name,
        to=match.wanted.name,
        before=match.live,
        wanted=match.wanted,
        needs=() if place is None else (place,),
    )


def _rename_steps(renames: list[Rename]) -> list[LabelStep]:
    """Return renames in an order in which each name is free when its turn comes; a ring of names goes over a third."""
    holders = {match.live.key: match for match in renames}
    steps: list[LabelStep] = []
    places: dict[str, int] = {}  # by the key of the live label
    for match in sorted(renames, key=lambda match: (match.live.key, match.live.name)):
        path: list[Rename] = []
        here: Rename | None = match
        while here is not None and here.live.key not in places and here not in path:
            path.append(here)
            here = holders.get(here.wanted.key) if here.wanted.key != here.live.key else None
        if here is not None and here.live.key not in places:
            _turn_ring(path[path.index(here) :], steps, places)
        for each in reversed(path):
            if each.live.key not in places:
                _add_rename(each, steps, places, holders)
    return steps


def _add_rename(
    match: Rename, steps: list[LabelStep], places: dict[str, int], holders: Mapping[str, Rename]
) -> None:
    holder = holders.get(match.wanted.key)
    needs = () if holder is None or holder is match else (places[holder.live.key],)
    places[match.live.key] = len(steps)
    steps.append(_rename(match, needs))


def _turn_ring(ring: list[Rename], steps: list[LabelStep], places: dict[str, int]) -> None:
    """Move the first label of a ring out of the way, then the others, the last one first, then the first."""
    first = ring[0]
    aside = temporary_name(first.wanted.name)
    steps.append(
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
    previous = len(steps) - 1
    for match in (*reversed(ring[1:]), first):
        places[match.live.key] = len(steps)
        step = _rename(match, (previous,))
        steps.append(replace(step, name=aside) if match is first else step)
        previous = places[match.live.key]


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
