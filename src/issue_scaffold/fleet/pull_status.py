"""What has become of the pull requests of a run: asked of their hosts, one after the other."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.fleet import run_folder
from issue_scaffold.fleet.apply import HostAccess, remotes_in
from issue_scaffold.fleet.forges.pull_request import PullRequest, PullRequestsApi, PullRequestState
from issue_scaffold.fleet.job import job_in
from issue_scaffold.fleet.outcome import FleetOutcome
from issue_scaffold.fleet.pull_request_body import Mark, mark_in
from issue_scaffold.fleet.remote import RemoteRepository
from issue_scaffold.fleet.writer import is_newer
from issue_scaffold.label_sync.http.errors import RateLimitError


class PullStanding(StrEnum):
    """How a planned change is, or its pull request."""

    PLANNED = "planned"
    OPEN = "open"
    DRAFT = "draft"
    EDITED = "edited"
    MERGED = "merged"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Followed(NamedTuple):
    """What is known of one repository's change; `error` says why nobody knows."""

    outcome: FleetOutcome
    standing: PullStanding
    url: str = ""
    error: str = ""


def follow(place: Path, branch: str, hosts: HostAccess | None) -> Iterator[Followed]:
    """Yield how the planned changes of a run are, by their hosts; without them, as it was last."""
    repositories = remotes_in(place)
    for name, outcome in run_folder.outcomes_of(place).items():
        if name not in repositories or (outcome.change is None and outcome.pull_request is None):
            continue
        if outcome.pull_request is None or hosts is None:
            yield _as_recorded(outcome)
            continue
        try:
            pull = hosts.of(repositories[name]).of(repositories[name]).of_branch(branch)
        except ScaffoldError as error:
            yield Followed(outcome, PullStanding.UNKNOWN, error=error.message)
            continue
        yield _as_found(outcome, pull)


def _as_recorded(outcome: FleetOutcome) -> Followed:
    recorded = outcome.pull_request or {}
    state = str(recorded.get("state", PullStanding.PLANNED))
    return Followed(outcome, PullStanding(state), str(recorded.get("url", "")))


def _as_found(outcome: FleetOutcome, pull: PullRequest | None) -> Followed:
    if pull is None:
        return _as_recorded(outcome)
    mark = mark_in(pull.body)
    if pull.is_open and mark is not None and _is_edited(pull, mark):
        return Followed(outcome, PullStanding.EDITED, pull.url)
    return Followed(outcome, PullStanding(pull.state), pull.url)


def _is_edited(pull: PullRequest, mark: Mark) -> bool:
    """Return whether people have added commits to the branch of a pull request of ours."""
    return mark.commit != pull.head


def held_back(place: Path, branch: str, hosts: HostAccess) -> frozenset[str]:
    """Return the repositories of a run whose wave of the rollout may not begin yet.

    Hosts are asked only where the run has waves.
    """
    rollout = job_in(run_folder.options_of(place)["job"]).rollout
    if not rollout.waves:
        return frozenset()
    done = {name: not one.is_plan for name, one in run_folder.outcomes_of(place).items()}
    for one in follow(place, branch, hosts):
        if one.standing is not PullStanding.PLANNED:
            done[one.outcome.repository] = one.standing is PullStanding.MERGED
    return rollout.held_back(done)


def count_open(places: Iterable[Path], branch: str, hosts: HostAccess, most: int) -> int:
    """Return how many pull requests of ours are open in runs' repositories, of `most` at most.

    Hosts are asked about what is planned, which may have one of an earlier run, and about what a
    run has opened; those that can't be asked count if they were open last.
    """
    asked: dict[str, tuple[RemoteRepository, bool]] = {}
    for place in places:
        repositories = remotes_in(place)
        for name, outcome in run_folder.outcomes_of(place).items():
            was_open = _as_recorded(outcome).standing in {PullStanding.OPEN, PullStanding.DRAFT}
            if name in repositories and (was_open or outcome.is_plan):
                asked[name] = repositories[name], was_open
    # Those that were open first: a full fleet is soon known to be full.
    in_order = sorted(asked.values(), key=lambda one: not one[1])
    return sum(1 for _ in islice((one for one in in_order if _is_open(*one, branch, hosts)), most))


def _is_open(repository: RemoteRepository, was_open: bool, branch: str, hosts: HostAccess) -> bool:
    try:
        pull = hosts.of(repository).of(repository).of_branch(branch)
    except RateLimitError:
        raise
    except ScaffoldError:
        return was_open
    return _open_mark(pull) is not None


class Closable(NamedTuple):
    """An open pull request of ours, and the way to close it."""

    outcome: FleetOutcome
    pull: PullRequest
    api: PullRequestsApi

    def close(self) -> FleetOutcome:
        """Close it; return the outcome. Raises ScaffoldError."""
        self.api.close(self.pull)
        closed = {
            "number": self.pull.number,
            "url": self.pull.url,
            "state": str(PullRequestState.CLOSED),
            "action": "closed",
        }
        return replace(self.outcome, is_plan=False, pull_request=closed)


def closable_in(
    place: Path, branch: str, hosts: HostAccess, *, outdated: bool
) -> Iterator[Closable | Followed]:
    """Yield the pull requests of ours that are open, and the repositories that can't be asked.

    With `outdated`, those alone that are of an older version than the run found. One that people
    have added commits to is theirs to close.
    """
    repositories = remotes_in(place)
    for name, outcome in run_folder.outcomes_of(place).items():
        if name not in repositories:
            continue
        try:
            api = hosts.of(repositories[name]).of(repositories[name])
            pull = api.of_branch(branch)
        except ScaffoldError as error:
            yield Followed(outcome, PullStanding.UNKNOWN, error=error.message)
            continue
        mark = _open_mark(pull)
        if pull is None or mark is None or (outdated and not _is_outdated(mark, outcome)):
            continue
        if _is_edited(pull, mark):
            yield Followed(outcome, PullStanding.EDITED, pull.url)
        else:
            yield Closable(outcome, pull, api)


def _open_mark(pull: PullRequest | None) -> Mark | None:
    """Return the mark of a pull request of ours that is open; None for any other."""
    if pull is None or not pull.is_open:
        return None
    return mark_in(pull.body)


def _is_outdated(mark: Mark, outcome: FleetOutcome) -> bool:
    latest = (outcome.template or {}).get("latest")
    return latest is not None and is_newer(latest, mark.version)
