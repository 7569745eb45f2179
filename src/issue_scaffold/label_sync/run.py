"""`scaffold labels`: plan what labels a repository lacks, apply that step by step, export them.

A plan is executed as it was shown. Each step is safe to repeat, and one that fails stops only what
depends on it; an error that every further request would meet stops the rest.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from issue_scaffold.errors import EXIT_FAILURE, EXIT_FINDINGS, EXIT_OK, ScaffoldError, UsageError
from issue_scaffold.forge.forges import GITHUB, forge_of_api
from issue_scaffold.forge.remote import api_host
from issue_scaffold.git.folder import top_level
from issue_scaffold.label_sync.adapter import Issue, LabelsApi
from issue_scaffold.label_sync.choice import EMOJI_ONLY, read_configs, read_repository_settings
from issue_scaffold.label_sync.forges import connect, find_token
from issue_scaffold.label_sync.http.address import shown_place
from issue_scaffold.label_sync.http.errors import AccessError, MissingError
from issue_scaffold.label_sync.http.pacing import Clock, OnWait, Pacer
from issue_scaffold.label_sync.matching import Policy, plan_labels
from issue_scaffold.label_sync.place import find_place
from issue_scaffold.label_sync.plan import (
    GOING,
    Force,
    LabelAction,
    LabelPlan,
    LabelStep,
    LiveLabel,
    is_merging_name,
    merging_name,
    rivals,
    weigh,
)
from issue_scaffold.labels.label import Label, fold
from issue_scaffold.text.wording import count

_MOST_ROUNDS: Final = 5
_GONE: Final = "it was gone already"
_LOOK_AGAIN: Final = "look at it again: scaffold labels plan"

# Told of each issue that a merge has relabelled: how many there are by now, and the merge.
OnMoved = Callable[[int, "LabelStep"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOptions:
    """What the user asked for.

    `repo` and `api_url` are found out where they are None, `files` where there are none. `protect`
    are globs of unmanaged labels that are never deleted; `folder` is the work tree that is meant.
    """

    repo: str | None = None
    api_url: str | None = None
    files: tuple[str, ...] = ()
    prune: bool = False
    force: Force = field(default_factory=Force)
    protect: tuple[str, ...] = ()
    folder: Path = Path()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a run takes from outside: whom to tell of waiting, and in tests a time and a pacer."""

    on_wait: OnWait
    clock: Clock | None = None
    pacer: Pacer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A repository's labels and what they are to be. `files` are the configs that say so."""

    api: LabelsApi
    files: tuple[str, ...]
    wanted: tuple[Label, ...]
    policy: Policy
    force: Force = field(default_factory=Force)


class LabelOutcome(StrEnum):
    """How a step ended."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """One executed step.

    `moved` counts the issues that got the label of another, `note` says what others have done
    meanwhile, `error` why it isn't done.
    """

    step: LabelStep
    outcome: LabelOutcome
    moved: int = 0
    note: str | None = None
    error: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsReport:
    """What a command ends with.

    `verified` is the plan that a fresh read gave after `apply`. `is_archived` says that nothing of
    the plan can be done.
    """

    command: str
    repository: str
    files: tuple[str, ...]
    plan: LabelPlan
    results: tuple[StepResult, ...] = ()
    verified: LabelPlan | None = None
    is_archived: bool = False

    @property
    def exit_code(self) -> int:
        """What the process will end with."""
        if any(result.outcome is not LabelOutcome.DONE for result in self.results):
            return EXIT_FAILURE
        return EXIT_OK if (self.verified or self.plan).is_clean else EXIT_FINDINGS


def open_session(options: LabelOptions, surroundings: Surroundings) -> Session:
    """Return what a plan needs.

    The configs are looked at first: nothing is asked of GitHub because of a broken one. Raises
    ScaffoldError: UsageError for a call that can't mean anything, InvalidConfigError, no token.
    """
    root = top_level(options.folder) or options.folder
    files, wanted, excluded = read_configs(
        options.files,
        root,
        lambda: _full_name(options),
        prune=options.prune,
        takes=_Taken(options, surroundings).takes,
    )
    if options.prune and not wanted:
        raise UsageError(
            f"{', '.join(files)} defines no labels; --prune would delete all that there are"
        )
    policy = Policy(
        today=datetime.now(UTC).date(),
        prune=options.prune,
        protected=(*options.protect, *sorted(read_repository_settings(root).known_labels)),
        excluded=excluded,
    )
    api = open_api(options, surroundings)
    return Session(api=api, files=files, wanted=wanted, policy=policy, force=options.force)


def open_api(options: LabelOptions, surroundings: Surroundings) -> LabelsApi:
    """Return the way to the repository that is meant.

    Raises ScaffoldError if that, or a token, can't be found.
    """
    repository, url, is_named = find_place(options.repo, options.api_url, options.folder)
    host = api_host(url)
    if host is None:
        raise UsageError(
            f"{shown_place(url)} is not the address of an API",
            hint="give it like https://github.example.com/api/v3",
        )
    token = find_token(url, host, is_named=is_named)
    return connect(
        repository,
        url,
        token,
        on_wait=surroundings.on_wait,
        clock=surroundings.clock,
        pacer=surroundings.pacer,
    )


class _Taken:
    """What a repository can have though GitHub would refuse it; nobody is asked unless need be."""

    def __init__(self, options: LabelOptions, surroundings: Surroundings) -> None:
        self._options = options
        self._surroundings = surroundings
        self._live: frozenset[str] | None = None

    def takes(self, limit: str, name: str) -> bool:
        """Return whether a label can be there that goes beyond a limit of GitHub's."""
        options = self._options
        place = find_place(options.repo, options.api_url, options.folder)
        if forge_of_api(place.url, place.repository.host) is not GITHUB:
            return True
        if limit != EMOJI_ONLY:
            return False
        # It has taken such names, and keeps them.
        if self._live is None:
            labels = open_api(options, self._surroundings).labels()
            self._live = frozenset(label.key for label in labels)
        return fold(name) in self._live


def _full_name(options: LabelOptions) -> str:
    repository = find_place(options.repo, options.api_url, options.folder).repository
    return f"{repository.owner}/{repository.name}"


def make_plan(session: Session) -> LabelPlan:
    """Read the labels, and return what has to be done. Raises ApiError."""
    live = session.api.labels()
    plan = plan_labels(session.wanted, live, session.policy)
    going = [step.name for step in plan.steps if step.action in GOING]
    if not going:
        return plan
    renamed = rivals(plan)
    used = session.api.usage([*going, *renamed])
    if renamed:
        plan = plan_labels(session.wanted, live, session.policy, used)
    return weigh(plan, used, session.force)


def require_writable(session: Session) -> None:
    """Raise AccessError if nothing can be changed in the repository."""
    if session.api.is_archived():
        raise AccessError(f"{session.api.repository} is archived, so its labels can't be changed")


def execute(
    session: Session,
    plan: LabelPlan,
    on_moved: OnMoved = lambda moved, step: None,  # noqa: ARG005
) -> Iterator[StepResult]:
    """Execute a plan; yield each step's result when it is there.

    `on_moved` is told of each issue that a merge has relabelled: how many there are by now.
    """
    failed: set[int] = set()
    stopped: str | None = None
    for place, step in enumerate(plan.writes):
        if stopped is not None:
            result = StepResult(step=step, outcome=LabelOutcome.SKIPPED, error=stopped)
        elif blocking := failed.intersection(step.needs):
            needed = plan.steps[min(blocking)]
            why = f"it needs '{needed.name}' to be dealt with first"
            result = StepResult(step=step, outcome=LabelOutcome.SKIPPED, error=why)
        else:
            result, stopped = _attempt(session, step, on_moved)
        if result.outcome is not LabelOutcome.DONE:
            failed.add(place)
        yield result


def _attempt(session: Session, step: LabelStep, on_moved: OnMoved) -> tuple[StepResult, str | None]:
    """Do one step; return its result, and why the rest should not even be tried."""
    moved = 0

    def tell(number: int) -> None:
        nonlocal moved
        moved = number
        on_moved(number, step)

    try:
        note = _do(session, step, tell)
    except ScaffoldError as error:
        result = StepResult(
            step=step,
            outcome=LabelOutcome.FAILED,
            moved=moved,
            error=error.message,
            hint=error.hint,
        )
        if isinstance(error, AccessError):
            return result, "the same would happen"
        return result, None
    return StepResult(step=step, outcome=LabelOutcome.DONE, moved=moved, note=note), None


def _do(session: Session, step: LabelStep, on_moved: Callable[[int], None]) -> str | None:
    """Do one step; return what others have done meanwhile, if that changed what there was to do."""
    api = session.api
    match step.action:
        case LabelAction.CREATE:
            api.create(step.name, step.color or "", step.description or "")
        case LabelAction.RENAME:
            api.update(step.name, new_name=step.to, color=step.color, description=step.description)
        case LabelAction.EDIT:
            api.update(step.name, color=step.color, description=step.description)
        case LabelAction.MERGE:
            return _merge(api, step.name, step.to or "", on_moved)
        case LabelAction.DELETE:
            return _delete(session, step)
        case _:
            raise AssertionError(step.action)
    return None


def _merge(api: LabelsApi, old: str, new: str, on_moved: Callable[[int], None]) -> str | None:
    """Give everything that has the old label the new one, then delete the old one.

    What gets the old label between the last look and the deletion would lose it, and no forge
    deletes on a condition. So for that time the label has a name that nobody knows; whoever gives
    an issue the old one is refused, or makes a new label, which the next run deals with.
    """
    move = _Move(api, new, on_moved)
    move.empty(old, old)
    hidden = old
    if not is_merging_name(old):
        hidden = merging_name(old, new)
        try:
            api.update(old, new_name=hidden)
        except MissingError:
            return _GONE
    try:
        api.wait_for_turn()
        move.empty(hidden, old)
        return None if api.delete(hidden) else _GONE
    except AccessError:
        raise
    except ScaffoldError:
        # It stays, so people get it back under its name; where that is taken the next run goes on.
        with suppress(ScaffoldError):
            api.update(hidden, new_name=old)
        raise


class _Move:
    """A merge as it goes on: the label that issues get, and how many have got it."""

    def __init__(self, api: LabelsApi, new: str, on_moved: Callable[[int], None]) -> None:
        self._api = api
        self._new = new
        self._on_moved = on_moved
        self._moved = 0

    def empty(self, name: str, old: str) -> None:
        """Go on until nothing that has the label called `name` lacks the new one.

        `old` is what people call it. Raises ScaffoldError where that never ends.
        """
        for _ in range(_MOST_ROUNDS):
            found = self._api.issues(name)
            lacking = [issue for issue in found if fold(self._new) not in issue.labels]
            if not lacking:
                return
            for issue in lacking:
                _require_room(self._api, issue, old, self._new)
                self._api.add_label(issue, self._new)
                self._moved += 1
                self._on_moved(self._moved)
        raise ScaffoldError(
            f"new issues keep getting label '{old}', so it was not deleted", hint="run it again"
        )


def _require_room(api: LabelsApi, issue: Issue, old: str, new: str) -> None:
    """Raise ScaffoldError if an issue would lose a third label for the new one."""
    lost = sorted(api.displaced(issue, new) - {fold(old)})
    if lost:
        raise ScaffoldError(
            f"{issue} has '{lost[0]}', whose place '{new}' would take, so '{old}' was not deleted",
            hint="an issue has one label of a scope: take one of them off, then run it again",
        )


def _delete(session: Session, step: LabelStep) -> str | None:
    """Delete a label that is still as the plan has shown it.

    The look is the last thing before: the wait that the forge's limit asks for comes first.
    """
    session.api.wait_for_turn()
    found = session.api.find(step.name)
    if found is None:
        return _GONE
    name, planned = step.name, step.issues or 0
    if found.issues > planned:
        if planned:
            more = f"is on {count(found.issues, 'issue')} by now, the plan said {planned}"
        else:
            more = "has come into use since the plan was made"
        raise ScaffoldError(f"label '{name}' {more}, so it was not deleted", hint=_LOOK_AGAIN)
    if step.before is not None and found.label != step.before:
        raise ScaffoldError(
            f"label '{name}' was changed since the plan was made, so it was not deleted",
            hint=_LOOK_AGAIN,
        )
    return None if session.api.delete(name) else _GONE


def export(options: LabelOptions, surroundings: Surroundings) -> tuple[LiveLabel, ...]:
    """Return the labels that a repository has or can use, by name. Raises ScaffoldError.

    A config has each name once: of several that differ by their case alone, or not at all, it gets
    the one that a plan for it would deal with.
    """
    labels: dict[str, LiveLabel] = {}
    for label in sorted(open_api(options, surroundings).labels(), key=lambda one: one.is_inherited):
        labels.setdefault(label.key, label)
    return tuple(sorted(labels.values(), key=lambda label: (label.key, label.name)))


def export_document(labels: tuple[LiveLabel, ...]) -> Sequence[Mapping[str, str]]:
    """Return labels as a labels config has them; a description only where there is one."""
    rows = []
    for label in labels:
        row = {"name": label.name, "color": label.color}
        if label.description:
            row["description"] = label.description
        rows.append(row)
    return rows
