"""`scaffold labels`: plan what labels a repository lacks, apply that step by step, export them.

A plan is executed as it was shown. Each step is safe to repeat, and one that fails stops only what
depends on it; an error that every further request would meet stops the rest.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from issue_scaffold.errors import EXIT_FAILURE, EXIT_FINDINGS, EXIT_OK, ScaffoldError, UsageError
from issue_scaffold.forge.git_remote import repository_of
from issue_scaffold.forge.remote import GITHUB_HOST, Repository, api_host, api_url, parse_repository
from issue_scaffold.git.folder import top_level
from issue_scaffold.label_sync.choice import read_configs, read_repository_settings
from issue_scaffold.label_sync.github.api import LabelsApi, connect
from issue_scaffold.label_sync.github.token import find_token
from issue_scaffold.label_sync.http.errors import AccessError
from issue_scaffold.label_sync.http.pacing import Clock, OnWait, Pacer
from issue_scaffold.label_sync.matching import Policy, plan_labels
from issue_scaffold.label_sync.plan import (
    LabelAction,
    LabelPlan,
    LabelStep,
    LiveLabel,
    refuse,
)
from issue_scaffold.labels.label import Label, fold

_MOST_ROUNDS = 5


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
    force_in_use: bool = False
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
    force_in_use: bool


class LabelOutcome(StrEnum):
    """How a step ended."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """One executed step.

    `moved` counts the issues that got the label of another, `error` says why it isn't done.
    """

    step: LabelStep
    outcome: LabelOutcome
    moved: int = 0
    error: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsReport:
    """What a command ends with. `verified` is the plan that a fresh read gave after `apply`."""

    command: str
    repository: str
    files: tuple[str, ...]
    plan: LabelPlan
    results: tuple[StepResult, ...] = ()
    verified: LabelPlan | None = None

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
    files, wanted = read_configs(
        options.files, root, lambda: _full_name(options), prune=options.prune
    )
    if options.prune and not wanted:
        raise UsageError(
            f"{', '.join(files)} defines no labels; --prune would delete all that there are"
        )
    policy = Policy(
        today=datetime.now(UTC).date(),
        prune=options.prune,
        protected=(*options.protect, *sorted(read_repository_settings(root).known_labels)),
    )
    api = open_api(options, surroundings)
    return Session(
        api=api, files=files, wanted=wanted, policy=policy, force_in_use=options.force_in_use
    )


def open_api(options: LabelOptions, surroundings: Surroundings) -> LabelsApi:
    """Return the way to the repository that is meant.

    Raises ScaffoldError if that, or a token, can't be found.
    """
    repository, url, is_named = _address(options)
    host = api_host(url)
    if host is None:
        raise UsageError(
            f"{url} is not the address of an API",
            hint="give it like https://github.example.com/api/v3",
        )
    token = find_token(host, is_named=is_named)
    return connect(
        repository,
        url,
        token,
        on_wait=surroundings.on_wait,
        clock=surroundings.clock,
        pacer=surroundings.pacer,
    )


def _full_name(options: LabelOptions) -> str:
    repository = _address(options)[0]
    return f"{repository.owner}/{repository.name}"


def _address(options: LabelOptions) -> tuple[Repository, str, bool]:
    """Return the repository, where its API is, and whether the user named the host."""
    url = options.api_url or os.environ.get("GITHUB_API_URL")
    if options.repo is None:
        repository = repository_of(options.folder)
        return repository, url or api_url(repository.host), bool(url)
    named = parse_repository(options.repo)
    if named is None:
        raise UsageError("--repo must be OWNER/NAME, HOST/OWNER/NAME or the repository's address")
    if options.api_url is None and named.host != GITHUB_HOST:
        url = None  # the host in --repo was meant
    return named, url or api_url(named.host), True


def make_plan(session: Session) -> LabelPlan:
    """Read the labels, and return what has to be done. Raises ApiError."""
    plan = plan_labels(session.wanted, session.api.labels(), session.policy)
    doomed = [step.name for step in plan.steps if step.action is LabelAction.DELETE]
    if session.force_in_use or not doomed:
        return plan
    return refuse(plan, {name: session.api.usage(name) for name in doomed})


def execute(session: Session, plan: LabelPlan) -> Iterator[StepResult]:
    """Execute a plan; yield each step's result when it is there."""
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
            result, stopped = _attempt(session, step)
        if result.outcome is not LabelOutcome.DONE:
            failed.add(place)
        yield result


def _attempt(session: Session, step: LabelStep) -> tuple[StepResult, str | None]:
    """Do one step; return its result, and why the rest should not even be tried."""
    try:
        moved = _do(session, step)
    except ScaffoldError as error:
        result = StepResult(
            step=step, outcome=LabelOutcome.FAILED, error=error.message, hint=error.hint
        )
        if isinstance(error, AccessError):
            return result, "the same would happen"
        return result, None
    return StepResult(step=step, outcome=LabelOutcome.DONE, moved=moved), None


def _do(session: Session, step: LabelStep) -> int:
    api = session.api
    match step.action:
        case LabelAction.CREATE:
            api.create(step.name, step.color or "", step.description or "")
        case LabelAction.RENAME:
            api.update(step.name, new_name=step.to, color=step.color, description=step.description)
        case LabelAction.EDIT:
            api.update(step.name, color=step.color, description=step.description)
        case LabelAction.MERGE:
            return _merge(api, step.name, step.to or "")
        case LabelAction.DELETE:
            _delete(session, step.name)
        case _:
            raise AssertionError(step.action)
    return 0


def _merge(api: LabelsApi, old: str, new: str) -> int:
    """Give everything that has the old label the new one, then delete the old one.

    The label is deleted only after a look that found nothing without the new one: what gets the old
    label in the meantime would lose it.
    """
    moved = 0
    for _ in range(_MOST_ROUNDS):
        lacking = [issue.number for issue in api.issues(old) if fold(new) not in issue.labels]
        if not lacking:
            api.delete(old)
            return moved
        for number in lacking:
            api.add_label(number, new)
            moved += 1
    raise ScaffoldError(
        f"new issues keep getting label '{old}', so it was not deleted", hint="run it again"
    )


def _delete(session: Session, name: str) -> None:
    if not session.force_in_use and session.api.usage(name):
        raise ScaffoldError(
            f"label '{name}' has come into use since the plan was made, so it was not deleted"
        )
    session.api.delete(name)


def export(options: LabelOptions, surroundings: Surroundings) -> tuple[LiveLabel, ...]:
    """Return the labels that a repository has, by name. Raises ScaffoldError."""
    labels = open_api(options, surroundings).labels()
    return tuple(sorted(labels, key=lambda label: (label.key, label.name)))


def export_document(labels: tuple[LiveLabel, ...]) -> Sequence[Mapping[str, str]]:
    """Return labels as a labels config has them; a description only where there is one."""
    rows = []
    for label in labels:
        row = {"name": label.name, "color": label.color}
        if label.description:
            row["description"] = label.description
        rows.append(row)
    return rows
