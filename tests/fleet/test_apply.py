"""Planned changes become one pull request a repository, on every forge, and people's work is left alone."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.fleet.fake_pulls import TOKEN, PullsServer
from tests.fleet.planned_runs import BEFORE, FORM, plan_of, planned_run
from tests.labels.fake_github import VirtualClock

from issue_scaffold.cli.main import main
from issue_scaffold.fleet import run_folder
from issue_scaffold.fleet.outcome import FleetOutcome, Status
from issue_scaffold.fleet.pull_request_body import mark_in
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


@pytest.fixture(params=FORGES)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return each kind of forge; its token is in the environment."""
    for name in ("GH_ENTERPRISE_TOKEN", "GITEA_TOKEN", "GITLAB_TOKEN"):
        monkeypatch.setenv(name, TOKEN)
    return str(request.param)


@pytest.fixture
def apply(forge: PullsServer, kind: str) -> Apply:
    """Return what applies the last run, or those that are named."""

    def run(*arguments: str) -> int:
        return main(["fleet", "apply", "--api-url", forge.api(kind), *arguments])

    return run


@pytest.fixture
def planned(forge: PullsServer, apply: Apply) -> Iterator[Path]:  # noqa: ARG001 - with its token
    """Return a run that has planned a change of one repository."""
    forge.backend.make(NAME, BEFORE)
    yield planned_run(forge, [plan_of(forge, NAME)])


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
    assert events(planned) == ["outcome", "pushing", "pushed", "opening", "opened", "outcome"]
    assert not any(TOKEN in file.read_text(encoding="utf-8") for file in planned.glob("*.json*"))


def test_what_is_applied_is_not_planned_any_more(forge: PullsServer, apply: Apply, planned: Path) -> None:
    assert apply() == 0
    before = len(forge.log)
    assert apply(planned.name) == 0
    assert len(forge.log) == before


def test_a_second_plan_updates_the_pull_request_in_place(forge: PullsServer, apply: Apply, planned: Path) -> None:
    assert apply(planned.name) == 0
    run = planned_run(forge, [plan_of(forge, NAME, content="name: newer\n", version="v1.5.0")])
    assert apply() == 0
    (pull,) = forge.pulls.of(NAME).pulls
    assert pull.title == "Update issue templates to v1.5.0"
    assert forge.backend.read(NAME, FORM, BRANCH) == "name: newer"
    assert row_of(run).pull_request == {**(row_of(planned).pull_request or {}), "action": "updated"}


def test_the_same_plan_again_writes_nothing(forge: PullsServer, apply: Apply, planned: Path) -> None:
    assert apply(planned.name) == 0
    writes, head = len(forge.pulls.writes()), forge.backend.git(NAME, "rev-parse", BRANCH)
    forge.backend.commit(NAME, {"README.md": "# Yours\n"})
    run = planned_run(forge, [plan_of(forge, NAME)])
    assert apply() == 0
    assert (len(forge.pulls.writes()), forge.backend.git(NAME, "rev-parse", BRANCH)) == (writes, head)
    assert (row_of(run).pull_request or {})["action"] == "unchanged"


@pytest.mark.parametrize("version", ["v1.4.0", "v1.5.0"])
def test_commits_of_people_are_never_overwritten(forge: PullsServer, apply: Apply, planned: Path, version: str) -> None:
    assert apply(planned.name) == 0
    forge.backend.commit(NAME, {FORM: "name: by hand\n"}, branch=BRANCH)
    head = forge.backend.git(NAME, "rev-parse", BRANCH)
    for _ in range(2):
        run = planned_run(forge, [plan_of(forge, NAME, content="name: other\n", version=version)])
        assert apply() == 0
        assert forge.backend.git(NAME, "rev-parse", BRANCH) == head
        row = row_of(run)
        assert row.status is Status.SKIPPED
        assert row.why is not None
        assert row.why.code == "edited-by-user"
    (pull,) = forge.pulls.of(NAME).pulls
    assert len(pull.comments) == 1


def test_a_branch_of_that_name_that_is_theirs_is_left_alone(forge: PullsServer, apply: Apply, planned: Path) -> None:
    forge.backend.commit(NAME, {"README.md": "# Theirs\n"}, branch=BRANCH)
    assert apply() == 0
    assert row_of(planned).status is Status.SKIPPED
    assert not forge.pulls.writes()


def test_a_closed_one_stays_closed_until_the_next_version(forge: PullsServer, apply: Apply, planned: Path) -> None:
    assert apply(planned.name) == 0
    place = forge.pulls.of(NAME)
    place.pulls[0].state = "closed"
    forge.backend.git(NAME, "update-ref", "-d", f"refs/heads/{BRANCH}")
    run = planned_run(forge, [plan_of(forge, NAME, content="name: other\n")])
    assert apply() == 0
    row = row_of(run)
    assert row.why is not None
    assert (row.status, row.why.code) == (Status.SKIPPED, "closed-by-user")
    assert len(place.pulls) == 1
    planned_run(forge, [plan_of(forge, NAME, version="v1.10.0")])
    assert apply() == 0
    assert [one.state for one in place.pulls] == ["closed", "open"]


def test_after_a_merge_there_may_be_another_one(forge: PullsServer, apply: Apply, planned: Path) -> None:
    assert apply(planned.name) == 0
    forge.pulls.merge(NAME, 1)
    planned_run(forge, [plan_of(forge, NAME, content="name: newest\n", version="v1.5.0")])
    assert apply() == 0
    assert [one.state for one in forge.pulls.of(NAME).pulls] == ["merged", "open"]


def test_what_is_on_the_base_already_needs_no_pull_request(forge: PullsServer, apply: Apply, planned: Path) -> None:
    assert apply(planned.name) == 0
    forge.pulls.merge(NAME, 1)
    run = planned_run(forge, [plan_of(forge, NAME)])
    assert apply() == 0
    row = row_of(run)
    assert row.why is not None
    assert (row.status, row.why.code) == (Status.SKIPPED, "no-change")
    assert len(forge.pulls.of(NAME).pulls) == 1


def test_a_pull_request_of_a_fork_is_not_ours(forge: PullsServer, apply: Apply, planned: Path) -> None:  # noqa: ARG001
    from tests.fleet.fake_pulls import FakePull

    forge.pulls.of(NAME).pulls.append(FakePull(1, BRANCH, "main", "Hello", "", fork=True, head="1" * 40))
    assert apply() == 0
    assert [one.number for one in forge.pulls.of(NAME).open()] == [1, 2]


@pytest.fixture
def github(forge: PullsServer, monkeypatch: pytest.MonkeyPatch) -> Apply:
    """Return what applies the last run, or those that are named, on a host of GitHub's kind."""
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", TOKEN)

    def run(*arguments: str) -> int:
        return main(["fleet", "apply", "--api-url", forge.api("github"), *arguments])

    return run


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
    for text, version in (("one", "v1.4.0"), ("one", "v1.4.0"), ("two", "v1.5.0")):
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
