"""A run that writes: which planned changes it takes, in which order, and when it is to stop.

One writer, however many runs were planned by however many machines: it goes by one list, keeps to
one budget for a token, and puts each step into the journal of the run that the plan is from. How
one change is written is `writer`'s.
"""

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.fleet import run_folder
from issue_scaffold.fleet.budget import Openings, WriteBudget
from issue_scaffold.fleet.engine import InProcessEngine
from issue_scaffold.fleet.failure import code_of_os_error
from issue_scaffold.fleet.forges.opening import PullRequestHost, open_host
from issue_scaffold.fleet.forges.pull_request import PullRequestsApi
from issue_scaffold.fleet.git_access import Credentials
from issue_scaffold.fleet.git_failure import hint_for, reason_of
from issue_scaffold.fleet.job import job_in
from issue_scaffold.fleet.open_limit import OpenLimit, TooManyOpenError
from issue_scaffold.fleet.outcome import FleetOutcome, Reason, Status, Tally, Why
from issue_scaffold.fleet.remote import PlannedChange, RemoteRepository
from issue_scaffold.fleet.run import BudgetSpentError, EarlyEnd, MaxFailures
from issue_scaffold.fleet.writer import ChangeWriter, WriteOptions
from issue_scaffold.git.command import GitError
from issue_scaffold.git.remote_branch import (
    BranchMovedError,
    ProtectedBranchError,
    PushRefusedError,
    Signature,
    SigningError,
)
from issue_scaffold.label_sync.http.errors import (
    AccessError,
    MissingError,
    RateLimitError,
    UnreachableError,
)
from issue_scaffold.label_sync.http.pacing import OnWait
from issue_scaffold.label_sync.place import api_of
from issue_scaffold.template.release_notes import NO_NEWS, News
from issue_scaffold.template.renderer import open_renderer
from issue_scaffold.template.source_text import parse_source

# The kinds of errors that say why, the particular ones first.
_REASONS: Final[tuple[tuple[type[Exception], Reason], ...]] = (
    (SigningError, Reason.FORBIDDEN),
    (ProtectedBranchError, Reason.PROTECTED),
    (PushRefusedError, Reason.PUSH_REJECTED),
    (BranchMovedError, Reason.PUSH_REJECTED),
    (UnreachableError, Reason.NETWORK),
    (AccessError, Reason.FORBIDDEN),
    (MissingError, Reason.GONE),
)


class Planned(NamedTuple):
    """A planned change, the repository that it is for, the run that it is from, and its wave."""

    outcome: FleetOutcome
    repository: RemoteRepository
    run: Path
    wave: int = 0


def planned_in(
    places: Sequence[Path], *, only: Status | None = None, resumes: bool = False
) -> list[Planned]:
    """Return what is planned in runs and not written yet, of each repository the newest plan.

    With `only`, what the last attempt left so; who `resumes` leaves out what has failed. Raises
    UsageError for runs that are of different versions of one template.
    """
    found: dict[str, Planned] = {}
    versions: dict[str, str] = {}
    for place in sorted(places, key=lambda one: float(run_folder.options_of(one)["started"])):
        by_name = remotes_in(place)
        rollout = job_in(run_folder.options_of(place)["job"]).rollout
        for name, outcome in run_folder.outcomes_of(place).items():
            if name in by_name:
                _refuse_other_version(outcome, versions)
                found[name] = Planned(outcome, by_name[name], place, rollout.wave_of(name))
    wanted = set(Status) if only is None else {only}
    if resumes:
        wanted.discard(Status.FAILED)
    pending = [one for one in found.values() if one.outcome.is_plan and one.outcome.change]
    return sorted(
        (one for one in pending if one.outcome.status in wanted), key=lambda one: one.wave
    )


def remotes_in(place: Path) -> dict[str, RemoteRepository]:
    """Return the repositories on hosts that a run is about, by their names."""
    return {
        one.name: one
        for one in run_folder.repositories_of(place)
        if isinstance(one, RemoteRepository)
    }


def _refuse_other_version(outcome: FleetOutcome, versions: dict[str, str]) -> None:
    template = outcome.template or {}
    source, version = template.get("source"), template.get("latest")
    if not source or not version or not outcome.is_plan:
        return
    if versions.setdefault(source, version) != version:
        raise UsageError(
            f"these runs are of {versions[source]} and {version} of {source}",
            hint="apply the newer run alone, or plan again",
        )


@dataclass(slots=True)
class HostAccess:
    """The hosts of a run, opened when they are first needed; `url` is an API that was named."""

    budget: WriteBudget
    told: OnWait
    prs_per_hour: int
    url: str | None = None
    _credentials: Credentials = field(default_factory=Credentials)
    _hosts: dict[str, PullRequestHost] = field(default_factory=dict)
    _openings: dict[str, Openings] = field(default_factory=dict)

    def of(self, repository: RemoteRepository) -> PullRequestHost:
        """Return the way to a repository's host. Raises ScaffoldError where there is no token."""
        host = repository.host
        if host not in self._hosts:
            on_wait = self.budget.on_wait(self.told)
            name = host.partition(":")[0]
            self._hosts[host] = open_host(name, self.url or repository.api_url, on_wait=on_wait)
        return self._hosts[host]

    def git_environment(self, repository: RemoteRepository) -> Mapping[str, str]:
        """Return what a git is started with that talks to a repository's host."""
        place = api_of(repository.host.partition(":")[0], self.url or repository.api_url)
        api_url = place.url if place.is_named else None
        return self._credentials.environment(replace(repository, api_url=api_url))

    def openings(self, repository: RemoteRepository) -> Openings:
        """Return the count of the pull requests that are opened on a host."""
        host = repository.host
        if host not in self._openings:
            token = self.of(repository).token.reveal()
            self._openings[host] = Openings(self.budget, host, token, self.prs_per_hour)
        return self._openings[host]

    @property
    def requests(self) -> int:
        """How many requests the APIs were sent."""
        return sum(host.client.calls for host in self._hosts.values())


class _Around:
    """What the writer needs of one planned change's run."""

    def __init__(
        self,
        run: run_folder.RunFolder,
        hosts: HostAccess,
        news: "TemplateNews",
        opened: "_Opened",
    ) -> None:
        self._run = run
        self._hosts = hosts
        self._opened = opened
        self.news = news.between

    def pull_requests(self, repository: RemoteRepository) -> PullRequestsApi:
        """Return the pull requests of a repository, as its host has them."""
        return self._hosts.of(repository).of(repository)

    def git_environment(self, repository: RemoteRepository) -> Mapping[str, str]:
        """Return what a git is started with that talks to a repository's host."""
        return self._hosts.git_environment(repository)

    def before_opening(self, repository: RemoteRepository) -> None:
        """Count a pull request that is about to be opened; raise where there are enough."""
        self._hosts.openings(repository).take()
        if self._opened.limit is not None:
            self._opened.limit.add()

    def may_open(self) -> None:
        """Raise where so many pull requests are open that there may be no other."""
        if self._opened.limit is not None:
            self._opened.limit.check()

    def was_opening(self, repository: str) -> bool:
        """Tell whether an attempt on the same plan was ended after it began to open one."""
        return repository in self._opened.begun_in(self._run.place)

    def planned_anew(self, repository: RemoteRepository) -> FleetOutcome:
        """Return what is planned for a repository as it is now; the run keeps it."""
        job = job_in(run_folder.options_of(self._run.place)["job"])
        engine = InProcessEngine(job)
        # What was listed of its files is of the commit before.
        engine.submit([replace(repository, commit=None, snapshot=None)])
        (outcome,) = engine.completed()
        self._run.record(outcome)
        return outcome

    def contents(self, change: PlannedChange) -> Mapping[str, bytes]:
        """Return the contents of a change, by their digests."""
        return run_folder.with_contents(self._run.place, change).contents

    def note(self, event: str, repository: str, details: Mapping[str, Any]) -> None:
        """Write an event into the journal, to the disk."""
        self._run.note(event, repository, details)


@dataclass(slots=True)
class _Opened:
    """The pull requests of a fleet: how many may be open, and which were about to be opened."""

    limit: OpenLimit | None
    _begun: dict[Path, frozenset[str]] = field(default_factory=dict)

    def read(self, place: Path) -> None:
        """Keep what a run's journal says before anything is added to it."""
        self._begun[place] = run_folder.opening_in(place)

    def begun_in(self, place: Path) -> frozenset[str]:
        """Return the repositories of a run whose attempt ended while one was opened."""
        return self._begun.get(place, frozenset())


class TemplateNews:
    """What changed in templates, each asked for once; nothing where it can't be found out."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._renderer: Any = None
        self._known: dict[tuple[str, str, str], News] = {}

    def between(self, template: str, before: str, version: str) -> News:
        """Return what changed in a template from one version to another."""
        key = (template, before, version)
        if key not in self._known:
            self._known[key] = self._asked(*key)
        return self._known[key]

    def _asked(self, template: str, before: str, version: str) -> News:
        if self._renderer is None:
            self._renderer = self._stack.enter_context(open_renderer())
        try:
            source = parse_source(template, relative_to=Path("/"))
            news: News = self._renderer.sources.of(source).news(before, version)
        except (ScaffoldError, OSError):
            return NO_NEWS
        return news


@dataclass(slots=True)
class ApplyRun:
    """Writes planned changes, one after the other; `stopped` says why it ended early."""

    planned: Sequence[Planned]
    options: WriteOptions
    hosts: HostAccess
    max_failures: MaxFailures | None = None
    open_limit: OpenLimit | None = None
    stopped: EarlyEnd | None = None
    why_stopped: str = ""
    tally: Tally = field(default_factory=Tally)
    _stack: ExitStack = field(default_factory=ExitStack)
    _runs: dict[Path, run_folder.RunFolder] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Take the journals of all runs. Raises ScaffoldError while another one writes to them."""
        for place in dict.fromkeys(one.run for one in self.planned):
            run = run_folder.resume_run(place, synced=True)
            self._runs[place] = self._stack.enter_context(run)
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the journals."""
        self._stack.close()

    @property
    def left(self) -> int:
        """How many planned changes have not been taken on."""
        return len(self.planned) - self.tally.total

    @property
    def is_listed(self) -> bool:
        """Whether all planned changes are known: always, as plans are read whole."""
        return True

    def outcomes(self) -> Generator[FleetOutcome]:
        """Yield what comes of each planned change; end when a budget does."""
        news = TemplateNews(self._stack)
        opened = _Opened(self.open_limit)
        for place in self._runs if self.options.extras else ():
            opened.read(place)
        for one in self.planned:
            around = _Around(self._runs[one.run], self.hosts, news, opened)
            start, asked = time.perf_counter(), self.hosts.requests
            try:
                outcome = self._outcome(one, around)
            except (BudgetSpentError, RateLimitError) as error:
                self.stopped, self.why_stopped = EarlyEnd.PACE, str(error)
                return
            except TooManyOpenError as error:
                # Those that are open already may still be updated.
                self.stopped, self.why_stopped = EarlyEnd.PACE, str(error)
                continue
            requests = {"rest": self.hosts.requests - asked}
            outcome = replace(outcome, seconds=time.perf_counter() - start, requests=requests)
            self._runs[one.run].record(outcome)
            self.tally.add(outcome)
            yield outcome
            if self._has_failed_enough():
                return

    def _outcome(self, one: Planned, around: _Around) -> FleetOutcome:
        if one.repository.may_push is False:
            why = Why(Reason.FORBIDDEN, "the owner of the token may not push to it")
            return replace(one.outcome, status=Status.FAILED, why=why)
        try:
            if self.options.opens:
                client = self.hosts.of(one.repository).client
                self.hosts.budget.before_writing(client.seconds_for, one.repository.host)
            options = replace(self.options, signature=self._signature(one.run))
            return ChangeWriter(options, around).write(one.outcome, one.repository)
        except (BudgetSpentError, RateLimitError, TooManyOpenError):
            raise
        except Exception as error:  # noqa: BLE001 - one repository never costs the others
            return _failed(one.outcome, error)

    def _signature(self, place: Path) -> Signature:
        """Return who commits, at the time of the plan: the same plan makes the same commit."""
        started = run_folder.options_of(place)["started"]
        return self.options.signature._replace(when=int(started))

    def _has_failed_enough(self) -> bool:
        failures = self.tally.counts[Status.FAILED]
        if not self.left or self.max_failures is None:
            return False
        if self.max_failures.reached(failures, len(self.planned)):
            self.stopped = EarlyEnd.FAILURES
        return self.stopped is not None


def _failed(outcome: FleetOutcome, error: Exception) -> FleetOutcome:
    """Return the outcome of a change that wasn't written; it stays planned, to be tried again."""
    message, hint = str(error), None
    if isinstance(error, ScaffoldError):
        message, hint = error.message, error.hint
    code = _reason(error)
    if isinstance(error, GitError) and not isinstance(error, SigningError):
        hint = hint_for(code, error)
    why = Why(code, message, hint)
    return replace(outcome, status=Status.FAILED, why=why, is_plan=True)


def _reason(error: Exception) -> Reason:
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason
    if isinstance(error, GitError):
        return reason_of(error)
    if isinstance(error, OSError):
        return code_of_os_error(error)
    return Reason.FORBIDDEN if isinstance(error, ScaffoldError) else Reason.CRASHED
