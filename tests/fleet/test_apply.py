"""Planned changes become one pull request a repository, on every forge, and people's work is left alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.fleet.fake_pulls import TOKEN, PullsServer, Refusal
from tests.fleet.git_server import Fault
from tests.fleet.planned_runs import BEFORE, FORM, plan_of, planned_run
from tests.labels.fake_github import VirtualClock

from issue_scaffold.cli.main import main
from issue_scaffold.fleet import run_folder
from issue_scaffold.fleet.job import FleetJob, Verb
from issue_scaffold.fleet.outcome import FleetOutcome, Status
from issue_scaffold.fleet.pull_request_body import mark_in
from issue_scaffold.fleet.rollout import Rollout, Wave
from issue_scaffold.label_sync.http import pacing

FORGES = ("github", "gitea", "gitlab")
BRANCH = "scaffold/update"
NAME = "octo/api"
Apply = Callable[..., int]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> VirtualClock:
    """Let time pass only when somebody sleeps."""
    clock = VirtualClock()
    for name in ("now", "wall", "sleep"):
        method = getattr(clock, name)
        monkeypatch.setattr(pacing.SystemClock, name, lambda _, *given, method=method: method(*given))
    return clock


@pytest.fixture(autouse=True)
def _tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GH_ENTERPRISE_TOKEN", "GITEA_TOKEN", "GITLAB_TOKEN"):
        monkeypatch.setenv(name, TOKEN)


@pytest.fixture(params=FORGES)
def kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of forge."""
    return str(request.param)


@pytest.fixture
def apply(forge: PullsServer, kind: str) -> Apply:
    """Return what applies the last run, or those that are named."""

    def run(*arguments: str) -> int:
        return main(["fleet", "apply", "--api-url", forge.api(kind), *arguments])

    return run


@pytest.fixture
def github(forge: PullsServer) -> Apply:
    """Return what applies the last run, or those that are named, on a host of GitHub's kind."""

    def run(*arguments: str) -> int:
        return main(["fleet", "apply", "--api-url", forge.api("github"), *arguments])

    return run


@pytest.fixture
def planned(forge: PullsServer) -> Path:
    """Return a run that has planned a change of one repository."""
    forge.backend.make(NAME, BEFORE)
    return planned_run(forge, [plan_of(forge, NAME)])


def row_of(run: Path, name: str = NAME) -> FleetOutcome:
    return run_folder.outcomes_of(run)[name]


def events(run: Path) -> list[str]:
    rows = map(json.loads, (run / "journal.jsonl").read_text(encoding="utf-8").splitlines())
    return [row["event"] for row in rows]


def test_a_planned_change_becomes_one_pull_request(forge: PullsServer, apply: Apply, planned: Path) -> None:
    assert apply() == 0
    (pull,) = forge.pulls.of(NAME).pulls
    assert (pull.branch, pull.base, pull.state, pull.draft) == (BRANCH, "main", "open", False)
    assert pull.title == "Update issue templates to v1.4.0"
    assert forge.backend.read(NAME, FORM, BRANCH) == "name: new"
    assert forge.backend.files(NAME, BRANCH) == [FORM, "README.md"]
    assert forge.backend.git(NAME, "rev-parse", f"{BRANCH}^") == forge.backend.git(NAME, "rev-parse", "main")
    mark = mark_in(pull.body)
    assert mark is not None
    assert mark.commit == forge.backend.git(NAME, "rev-parse", BRANCH)
    assert mark.tree == forge.backend.git(NAME, "rev-parse", f"{BRANCH}^{{tree}}")
    row = row_of(planned)
    assert row.status is Status.UPDATED
    assert not row.is_plan
    assert row.template is not None
    assert row.template["version"] == "v1.4.0"
    assert row.pull_request is not None
    assert (row.pull_request["number"], row.pull_request["action"]) == (pull.number, "created")
    assert row.requests == {"rest": 2}
    assert events(planned) == ["outcome", "pushing", "pushed", "opening", "opened", "outcome"]
    assert not any(TOKEN in file.read_text(encoding="utf-8") for file in planned.glob("*.json*"))


def test_what_is_applied_is_not_planned_any_more(forge: PullsServer, github: Apply, planned: Path) -> None:
    assert github() == 0
    before = len(forge.log)
    assert github(planned.name) == 0
    assert len(forge.log) == before


def test_a_second_plan_updates_the_pull_request_in_place(forge: PullsServer, apply: Apply, planned: Path) -> None:
    assert apply(planned.name) == 0
    run = planned_run(forge, [plan_of(forge, NAME, content="name: newer\n", version="v1.5.0")])
    assert apply() == 0
    (pull,) = forge.pulls.of(NAME).pulls
    assert pull.title == "Update issue templates to v1.5.0"
    assert forge.backend.read(NAME, FORM, BRANCH) == "name: newer"
    assert row_of(run).pull_request == {**(row_of(planned).pull_request or {}), "action": "updated"}


def test_the_same_plan_again_writes_nothing(forge: PullsServer, github: Apply, planned: Path) -> None:
    assert github(planned.name) == 0
    writes, head = len(forge.pulls.writes()), forge.backend.git(NAME, "rev-parse", BRANCH)
    forge.backend.commit(NAME, {"README.md": "# Yours\n"})
    run = planned_run(forge, [plan_of(forge, NAME)])
    assert github() == 0
    assert (len(forge.pulls.writes()), forge.backend.git(NAME, "rev-parse", BRANCH)) == (writes, head)
    assert (row_of(run).pull_request or {})["action"] == "unchanged"


def test_commits_of_people_are_never_overwritten(forge: PullsServer, apply: Apply, planned: Path) -> None:
    assert apply(planned.name) == 0
    forge.backend.commit(NAME, {FORM: "name: by hand\n"}, branch=BRANCH)
    head = forge.backend.git(NAME, "rev-parse", BRANCH)
    for version in ("v1.4.0", "v1.5.0"):
        run = planned_run(forge, [plan_of(forge, NAME, content="name: other\n", version=version)])
        assert apply() == 0
        assert forge.backend.git(NAME, "rev-parse", BRANCH) == head
        row = row_of(run)
        assert row.status is Status.SKIPPED
        assert row.why is not None
        assert row.why.code == "edited-by-user"
    (pull,) = forge.pulls.of(NAME).pulls
    assert len(pull.comments) == 1


def test_a_branch_of_that_name_that_is_theirs_is_left_alone(forge: PullsServer, github: Apply, planned: Path) -> None:
    forge.backend.commit(NAME, {"README.md": "# Theirs\n"}, branch=BRANCH)
    assert github() == 0
    assert row_of(planned).status is Status.SKIPPED
    assert not forge.pulls.writes()


def test_a_closed_one_stays_closed_until_the_next_version(forge: PullsServer, github: Apply, planned: Path) -> None:
    assert github(planned.name) == 0
    place = forge.pulls.of(NAME)
    place.pulls[0].state = "closed"
    forge.backend.git(NAME, "update-ref", "-d", f"refs/heads/{BRANCH}")
    run = planned_run(forge, [plan_of(forge, NAME, content="name: other\n")])
    assert github() == 0
    row = row_of(run)
    assert row.why is not None
    assert (row.status, row.why.code) == (Status.SKIPPED, "closed-by-user")
    assert len(place.pulls) == 1
    planned_run(forge, [plan_of(forge, NAME, version="v1.10.0")])
    assert github() == 0
    assert [one.state for one in place.pulls] == ["closed", "open"]


def test_after_a_merge_there_may_be_another_one(forge: PullsServer, github: Apply, planned: Path) -> None:
    assert github(planned.name) == 0
    forge.pulls.merge(NAME, 1)
    planned_run(forge, [plan_of(forge, NAME, content="name: newest\n", version="v1.5.0")])
    assert github() == 0
    assert [one.state for one in forge.pulls.of(NAME).pulls] == ["merged", "open"]


def test_what_is_on_the_base_already_needs_no_pull_request(forge: PullsServer, github: Apply, planned: Path) -> None:
    assert github(planned.name) == 0
    forge.pulls.merge(NAME, 1)
    run = planned_run(forge, [plan_of(forge, NAME)])
    assert github() == 0
    row = row_of(run)
    assert row.why is not None
    assert (row.status, row.why.code) == (Status.SKIPPED, "no-change")
    assert len(forge.pulls.of(NAME).pulls) == 1


def test_a_pull_request_of_a_fork_is_not_ours(forge: PullsServer, github: Apply, planned: Path) -> None:  # noqa: ARG001
    from tests.fleet.fake_pulls import FakePull

    forge.pulls.of(NAME).pulls.append(FakePull(1, BRANCH, "main", "Hello", "", fork=True, head="1" * 40))
    assert github() == 0
    assert [one.number for one in forge.pulls.of(NAME).open()] == [1, 2]


def conflict_of(forge: PullsServer, name: str = NAME, text: str = "one", version: str = "v1.4.0") -> FleetOutcome:
    content = f"<<<<<<< yours\nname: mine\n=======\nname: {text}\n>>>>>>> template\n"
    return plan_of(forge, name, content=content, action="conflict", status=Status.CONFLICT, version=version)


def test_a_change_with_conflicts_is_a_draft_until_it_has_none(forge: PullsServer, apply: Apply, planned: Path) -> None:
    run = planned_run(forge, [conflict_of(forge)])
    assert apply() == 1
    (pull,) = forge.pulls.of(NAME).pulls
    assert pull.draft
    assert "name: mine" in pull.body
    assert row_of(run).status is Status.CONFLICT
    assert (row_of(run).pull_request or {})["state"] == "draft"
    assert apply(planned.name) == 0
    assert not pull.draft
    assert "<<<<<<<" not in forge.backend.read(NAME, FORM, BRANCH)


def test_a_ready_one_is_a_draft_before_markers_come_to_it(forge: PullsServer, github: Apply) -> None:
    forge.backend.make(NAME, BEFORE)
    planned_run(forge, [plan_of(forge, NAME)])
    assert github() == 0
    (pull,) = forge.pulls.of(NAME).pulls
    seen = []

    def look(_: str, address: str) -> None:
        if "git-receive-pack" in address:
            seen.append(pull.draft)

    forge.pulls.after = look
    planned_run(forge, [conflict_of(forge, version="v1.5.0")])
    assert github() == 1
    assert seen
    assert all(seen)


@pytest.mark.parametrize("is_open", [False, True])
def test_where_there_are_no_drafts_an_issue_tells_of_conflicts(
    forge: PullsServer, github: Apply, *, is_open: bool
) -> None:
    forge.backend.make(NAME, BEFORE)
    place = forge.pulls.of(NAME)
    place.has_drafts = False
    if is_open:
        planned_run(forge, [plan_of(forge, NAME)])
        assert github() == 0
    head = forge.backend.git(NAME, "for-each-ref", f"refs/heads/{BRANCH}")
    run = planned_run(forge, [conflict_of(forge)])
    assert github() == 1
    assert len(place.issues) == 1
    assert len(place.pulls) == is_open
    assert (row_of(run).pull_request or {})["issue"] == place.issues[0].number
    if is_open:
        assert forge.backend.git(NAME, "for-each-ref", f"refs/heads/{BRANCH}") == head


def test_an_issue_about_conflicts_is_there_once(forge: PullsServer, apply: Apply, planned: Path) -> None:  # noqa: ARG001
    place = forge.pulls.of(NAME)
    for text, version in (("one", "v1.4.0"), ("two", "v1.5.0"), ("two", "v1.5.0")):
        planned_run(forge, [conflict_of(forge, text=text, version=version)])
        assert apply("--on-conflict", "issue") == 1
        assert len(place.issues) == 1
    assert "v1.5.0" in place.issues[0].title
    place.issues[0].state = "closed"
    planned_run(forge, [conflict_of(forge, text="three", version="v1.5.0")])
    assert apply("--on-conflict", "issue") == 1
    assert len(place.issues) == 1
    planned_run(forge, [conflict_of(forge, text="three", version="v1.6.0")])
    assert apply("--on-conflict", "issue") == 1
    assert [one.state for one in place.issues] == ["closed", "open"]
    assert not place.pulls


def test_conflicts_may_be_left_at_that(forge: PullsServer, github: Apply) -> None:
    forge.backend.make(NAME, BEFORE)
    run = planned_run(forge, [conflict_of(forge)])
    assert github("--on-conflict", "skip") == 1
    assert not forge.pulls.writes()
    assert row_of(run).status is Status.CONFLICT


def test_status_tells_what_has_become_of_each(
    forge: PullsServer, github: Apply, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"octo/r{number}" for number in range(5)]
    for name in names:
        forge.backend.make(name, BEFORE)
    run = planned_run(forge, [plan_of(forge, name) for name in names])
    assert github("--limit", "4") == 0
    forge.pulls.merge(names[1], 1)
    forge.pulls.of(names[2]).pulls[0].state = "closed"
    forge.backend.commit(names[3], {"README.md": "# Mine\n"}, branch=BRANCH)
    capsys.readouterr()
    status = ["fleet", "status", "--api-url", forge.api("github")]
    main(status)
    words = [line.split()[:2] for line in capsys.readouterr().out.splitlines() if "octo/r" in line]
    states = ["open", "merged", "closed", "edited", "planned"]
    assert sorted(words) == sorted([word, name] for word, name in zip(states, names, strict=True))
    calls = len(forge.pulls.calls)
    main([*status, "--offline"])
    assert len(forge.pulls.calls) == calls
    assert capsys.readouterr().out.count("open ") == 4
    assert main(["fleet", "close", "--api-url", forge.api("github"), "--outdated"]) == 0
    assert len(forge.pulls.of(names[0]).open()) == 1
    capsys.readouterr()
    assert main(["fleet", "close", "--api-url", forge.api("github"), run.name]) == 0
    assert "1 pull request closed, 1 left: people have added commits" in capsys.readouterr().out
    assert [name for name in names if forge.pulls.of(name).open()] == [names[3]]


def test_outdated_ones_alone_are_closed(forge: PullsServer, github: Apply) -> None:
    names = ["octo/old", "octo/new"]
    for name, version in zip(names, ("v1.4.0", "v1.5.0"), strict=True):
        forge.backend.make(name, BEFORE)
        planned_run(forge, [plan_of(forge, name, version=version)])
        assert github() == 0
    planned_run(forge, [plan_of(forge, name, content="other\n", version="v1.5.0") for name in names])
    assert main(["fleet", "close", "--api-url", forge.api("github"), "--outdated"]) == 0
    assert [len(forge.pulls.of(name).open()) for name in names] == [0, 1]


def fleet_of(forge: PullsServer, number: int) -> list[str]:
    names = [f"octo/r{index}" for index in range(number)]
    for name in names:
        forge.backend.make(name, BEFORE)
    return names


def statuses(run: Path) -> dict[str, str]:
    """Return by repository the status, or the reason where there is one."""
    rows = run_folder.outcomes_of(run).items()
    return {name: str(row.status if row.why is None else row.why.code) for name, row in rows}


def test_each_kind_of_refusal_is_one_row_and_the_rest_goes_on(forge: PullsServer, github: Apply) -> None:
    names = fleet_of(forge, 6)
    run = planned_run(forge, [plan_of(forge, name) for name in names])
    hook = forge.backend.folder(names[0]) / "hooks/pre-receive"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\necho 'GH006: Protected branch update failed' >&2\nexit 1\n")
    hook.chmod(0o755)
    other = forge.backend.folder(names[1]) / "hooks/pre-receive"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    forge.backend.folder(names[2]).rename(forge.backend.folder("octo/elsewhere"))

    def refuse(method: str, address: str) -> Refusal | None:
        if method == "POST" and names[3] in address:
            return Refusal(403, "Resource not accessible by integration")
        return None

    forge.pulls.refuse = refuse
    forge.faults = lambda _, address: Fault(status=403) if f"{names[4]}.git" in address else None
    assert github() == 3
    expected = ["protected", "push-rejected", "gone", "forbidden", "forbidden", "updated"]
    assert statuses(run) == dict(zip(names, expected, strict=True))
    forge.pulls.refuse = lambda _method, _address: None
    forge.faults = lambda _method, _address: None
    other.unlink()
    assert github("--resume") == 0
    assert statuses(run) == dict(zip(names, expected, strict=True))
    assert github("--only", "failed") == 3
    assert statuses(run) == dict(
        zip(names, ["protected", "updated", "gone", "updated", "updated", "updated"], strict=True)
    )
    assert all(len(forge.pulls.of(name).pulls) == 1 for name in (*names[1:2], *names[3:]))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_makes_no_second_pull_request(
    forge: PullsServer, github: Apply, planned: Path, when: str
) -> None:
    lost: list[str] = []

    def fault(method: str, address: str) -> Fault | None:
        if method != "POST" or not address.endswith(("/pulls", "/merge_requests")) or lost:
            return None
        lost.append(address)
        return Fault(status=502, body=b"<html>") if when == "before" else Fault(cut_after=0)

    forge.faults = fault
    assert github() == 0
    assert lost
    assert len(forge.pulls.of(NAME).pulls) == 1
    assert statuses(planned) == {NAME: "updated"}


def test_a_budget_that_is_used_up_ends_the_run_at_once(forge: PullsServer, github: Apply, clock: VirtualClock) -> None:
    names = fleet_of(forge, 3)
    run = planned_run(forge, [plan_of(forge, name) for name in names])

    def pass_time(_method: str, _address: str) -> None:
        clock.seconds += 0.1

    forge.pulls.after = pass_time
    assert github("--prs-per-hour", "2") == 75
    assert max(clock.slept, default=0) < 15
    assert sum(len(forge.pulls.of(name).pulls) for name in names) == 2
    slept = len(clock.slept)
    assert github("--prs-per-hour", "2", "--resume") == 75
    assert len(clock.slept) == slept
    assert github("--prs-per-hour", "2", "--until", "20m") == 75
    assert len(clock.slept) == slept
    assert github("--prs-per-hour", "2", "--until", "3h") == 0
    assert set(statuses(run).values()) == {"updated"}


def test_the_hosts_rate_limit_ends_the_run(forge: PullsServer, github: Apply, clock: VirtualClock) -> None:
    names = fleet_of(forge, 2)
    planned_run(forge, [plan_of(forge, name) for name in names])
    forge.pulls.headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(clock.wall() + 1800))}
    forge.pulls.refuse = lambda _, address: Refusal(403, "API rate limit exceeded") if names[1] in address else None
    assert github() == 75
    assert max(clock.slept, default=0) < 15


def test_outside_of_its_hours_nothing_is_written(forge: PullsServer, github: Apply, clock: VirtualClock) -> None:
    names = fleet_of(forge, 1)
    planned_run(forge, [plan_of(forge, name) for name in names])
    clock.seconds = datetime(2026, 11, 27, 7, 30, tzinfo=UTC).timestamp()  # a Friday
    assert github("--window", "mon-thu 00:00-24:00") == 75
    assert github("--window", "fri 08:00-09:00", "--until", "10m") == 75
    assert not forge.log
    assert github("--window", "fri 08:00-09:00", "--until", "1h") == 0


def test_many_pull_requests_are_asked_about(forge: PullsServer, github: Apply) -> None:
    forge.backend.make(NAME, BEFORE)
    outcome = plan_of(forge, NAME)
    outcomes = [replace(outcome, repository=f"octo/r{number}") for number in range(26)]
    planned_run(forge, outcomes)
    assert github() == 2
    assert not forge.log
    assert github("--limit", "1") == 3
    assert github("--yes", "--max-failures", "2") == 3


def test_a_branch_alone_needs_no_api(forge: PullsServer, github: Apply) -> None:
    forge.backend.make(NAME, BEFORE)
    run = planned_run(forge, [plan_of(forge, NAME)])
    assert github("--branch-only", "--branch", "chore/templates", "--author", "Bot <bot@example.org>") == 0
    assert not forge.pulls.calls
    said = forge.backend.git(NAME, "log", "-1", "--format=%an %ae %s", "chore/templates")
    assert said == "Bot bot@example.org Update issue templates to v1.4.0"
    assert statuses(run) == {NAME: "updated"}


def test_runs_of_two_versions_are_refused(forge: PullsServer, github: Apply) -> None:
    names = fleet_of(forge, 2)
    runs = [
        planned_run(forge, [plan_of(forge, name, version=version)])
        for name, version in zip(names, ("v1.4.0", "v1.5.0"), strict=True)
    ]
    assert github(*(run.name for run in runs)) == 2
    assert not forge.log
    more = planned_run(forge, [plan_of(forge, names[1])])
    assert github(runs[0].name, more.name) == 0
    assert statuses(runs[0]) | statuses(more) == dict.fromkeys(names, "updated")


def test_what_people_make_a_draft_or_ready_stays_so(forge: PullsServer, github: Apply, planned: Path) -> None:
    assert github("--draft", planned.name) == 0
    (pull,) = forge.pulls.of(NAME).pulls
    assert pull.draft
    for number, is_draft in enumerate((False, True)):
        pull.draft = is_draft
        planned_run(forge, [plan_of(forge, NAME, content=f"name: {number}\n", version=f"v1.{number + 5}.0")])
        assert github("--draft") == 0
        assert pull.draft is is_draft
        assert forge.backend.read(NAME, FORM, BRANCH) == f"name: {number}"


def test_a_wave_waits_for_the_one_before_it(forge: PullsServer, github: Apply) -> None:
    names = ["octo/other", "octo/canary"]
    for name in names:
        forge.backend.make(name, BEFORE)
    rollout = Rollout((Wave("canary", frozenset({"octo/canary"})), Wave("rest", match=".")))
    job = FleetJob(verb=Verb.UPDATE, rollout=rollout)
    run = planned_run(forge, [plan_of(forge, name) for name in names], job=job.document)
    for _ in range(2):
        assert github() == 1
        assert statuses(run) == {"octo/other": "outdated", "octo/canary": "updated"}
    forge.pulls.merge("octo/canary", 1)
    assert github() == 0
    assert statuses(run) == dict.fromkeys(names, "updated")
    run = planned_run(
        forge, [plan_of(forge, name, content="x\n", version="v1.5.0") for name in names], job=job.document
    )
    assert github("--force") == 0
    assert set(statuses(run).values()) == {"updated"}
