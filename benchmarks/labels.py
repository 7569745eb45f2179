"""What `scaffold labels` costs: requests for one repository, time for 200 of them, against the tests' fake of GitHub.

Run `python benchmarks/labels.py`. Prints a Markdown table and exits 1 when a figure is above its limit. Reads go out in
parallel, over real sockets to a loopback port; writes are paced by a virtual clock, so that an hour of waiting takes no
time, and the fake refuses whatever is faster than GitHub allows.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.labels.fake_github import FakeGitHub, FakeServer

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.forges import connect
from issue_scaffold.label_sync.github.api import GITHUB_API
from issue_scaffold.label_sync.http.pacing import Pacer
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.matching import Policy
from issue_scaffold.label_sync.plan import LabelPlan
from issue_scaffold.label_sync.run import LabelOutcome, Session, execute, make_plan
from issue_scaffold.labels.label import Label

REPOSITORIES, LABELS, DIFFERENT, READERS = 200, 100, 5, 8
MOST_CALLS = DIFFERENT + 1
READ_LIMIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Row:
    """One figure and what it may be at most."""

    what: str
    value: float
    limit: float
    unit: str

    @property
    def holds(self) -> bool:
        """Whether the figure is within its limit."""
        return self.value <= self.limit


def main() -> int:
    """Measure, print, and return the exit code."""
    server = FakeServer(FakeGitHub())
    try:
        rows = [*one_repository(server), *many_repositories(server)]
    finally:
        server.close()
    print("| what | measured | at most | |")
    print("|---|---:|---:|---|")
    for row in rows:
        verdict = "ok" if row.holds else "TOO MUCH"
        print(f"| {row.what} | {row.value:g} {row.unit} | {row.limit:g} {row.unit} | {verdict} |")
    return 0 if all(row.holds for row in rows) else 1


def one_repository(server: FakeServer) -> list[Row]:
    """Return the requests that a plan, its execution and the proof take for 100 labels of which 5 differ."""
    server.github = filled(1)
    run = session(server, 0, Pacer(server.github.clock, GITHUB_API.write_limits))
    plan = make_plan(run)
    planned = run.api.calls
    carry_out(run, plan)
    applied = run.api.calls
    make_plan(run)
    return [
        Row(f"plan {LABELS} labels", planned, 1, "requests"),
        Row(f"plan and apply, {DIFFERENT} of them differ", applied, MOST_CALLS, "requests"),
        Row("the fresh read that proves it", run.api.calls - applied, 1, "requests"),
    ]


def many_repositories(server: FakeServer) -> list[Row]:
    """Return how long 200 repositories take: reads by the clock on the wall, writes by a virtual one."""
    server.github = filled(REPOSITORIES)
    github = server.github
    pacer = Pacer(github.clock, GITHUB_API.write_limits)
    sessions = [session(server, number, pacer) for number in range(REPOSITORIES)]
    start = time.perf_counter()
    with ThreadPoolExecutor(READERS) as readers:
        plans = list(readers.map(make_plan, sessions))
    read_seconds = time.perf_counter() - start
    virtual = github.clock.now()
    for run, plan in zip(sessions, plans, strict=True):
        carry_out(run, plan)
    virtual = github.clock.now() - virtual
    writes = REPOSITORIES * DIFFERENT
    # Of the 500 writes an hour that GitHub takes the pacer leaves some to others.
    hours = (writes - 1) // 480
    return [
        Row(f"plan {REPOSITORIES} repositories, {READERS} at once", round(read_seconds, 2), READ_LIMIT_SECONDS, "s"),
        Row(f"{writes} writes, in virtual time", virtual, hours * 3600 + 600, "s"),
        Row("requests in all", github.count(), REPOSITORIES * MOST_CALLS, "requests"),
    ]


def filled(repositories: int) -> FakeGitHub:
    """Return the fake with repositories whose labels are not all as they are to be."""
    github = FakeGitHub()
    github.limits = ((1, 1.0), (80, 60.0), (500, 3600.0))
    for number in range(repositories):
        repository = github.repository(f"octo/demo-{number}")
        for place in range(LABELS):
            repository.add(f"label {place}", "000000" if place < DIFFERENT else "ededed")
    return github


def session(server: FakeServer, number: int, pacer: Pacer) -> Session:
    """Return what a plan for one of the repositories needs."""
    api = connect(
        Repository(owner="octo", name=f"demo-{number}"),
        server.address,
        Token("GH_TOKEN", server.github.token),
        on_wait=lambda seconds, why: None,  # noqa: ARG005 - nobody watches
        clock=server.github.clock,
        pacer=pacer,
    )
    wanted = tuple(Label(name=f"label {place}", color="ededed") for place in range(LABELS))
    return Session(api=api, files=("-",), wanted=wanted, policy=Policy(today=date.max))


def carry_out(run: Session, plan: LabelPlan) -> None:
    """Execute a plan. Raises RuntimeError if a step fails."""
    for result in execute(run, plan):
        if result.outcome is not LabelOutcome.DONE:
            raise RuntimeError(f"{result.step.name}: {result.error}")


if __name__ == "__main__":
    sys.exit(main())
