"""What new pull requests get beside their text, how commits are signed, and how many may be open."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fleet.fake_pulls import TOKEN, PullsServer, Refusal
from tests.fleet.planned_runs import BEFORE, plan_of, planned_run
from tests.fleet.test_apply import (
    BRANCH,
    clock,  # noqa: F401 - a fixture
    conflict_of,
    events,
    fleet_of,
    row_of,
    statuses,
)

from issue_scaffold.cli.main import main
from issue_scaffold.fleet.outcome import FleetOutcome
from issue_scaffold.fleet.pull_request_body import mark_in

NAME = "octo/api"
FORGES = ("github", "gitea", "gitlab")
ALL = ("--label", "Chore", "--label", "none", "--reviewer", "ann", "--auto-merge")
Apply = Callable[..., int]


@pytest.fixture(autouse=True)
def _tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GH_ENTERPRISE_TOKEN", "GITEA_TOKEN", "GITLAB_TOKEN"):
        monkeypatch.setenv(name, TOKEN)


@pytest.fixture
def planned(forge: PullsServer) -> Path:
    """Return a run that has planned a change of one repository, which has labels and people."""
    forge.backend.make(NAME, BEFORE)
    place = forge.pulls.of(NAME)
    place.labels, place.people = ["other", "chore"], ["ann", "bob"]
    return planned_run(forge, [plan_of(forge, NAME)])


@pytest.fixture(params=FORGES)
def apply(forge: PullsServer, request: pytest.FixtureRequest) -> Apply:
    """Return what applies the last run, or those that are named, on each kind of forge."""
    return lambda *arguments: main(["fleet", "apply", "--api-url", forge.api(request.param), *arguments])


@pytest.fixture
def github(forge: PullsServer) -> Apply:
    """Return what applies the last run, or those that are named, on a host of GitHub's kind."""
    return lambda *arguments: main(["fleet", "apply", "--api-url", forge.api("github"), *arguments])


def test_a_new_pull_request_gets_them_once(
    forge: PullsServer, apply: Apply, planned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert apply(*ALL) == 0
    assert "no such label in the repository: `none`" in capsys.readouterr().out
    place = forge.pulls.of(NAME)
    (pull,) = place.pulls
    assert (pull.labels, pull.asked, pull.merges_itself, pull.state) == (["chore"], ["ann"], "merge", "open")
    assert place.labels == ["other", "chore"]
    assert row_of(planned).notes == ("no such label in the repository: `none`",)
    assert events(planned) == ["outcome", "pushing", "pushed", "opening", "opened", "outcome"]
    pull.labels, pull.asked, pull.merges_itself = [], [], ""
    planned_run(forge, [plan_of(forge, NAME, content="name: newer\n", version="v1.5.0")])
    assert apply(*ALL) == 0
    assert len(place.pulls) == 1
    assert (pull.labels, pull.asked, pull.merges_itself) == ([], [], "")


def test_what_a_forge_refuses_is_said_and_the_pull_request_is_there(
    forge: PullsServer, apply: Apply, planned: Path
) -> None:
    place = forge.pulls.of(NAME)
    place.needs_checks = False
    assert apply("--reviewer", "nobody", "--reviewer", "ann", "--auto-merge") == 0
    (pull,) = place.pulls
    assert (pull.asked, pull.merges_itself, pull.state) == (["ann"], "", "open")
    reviewers, merge = row_of(planned).notes
    assert "nobody" in reviewers
    assert "ann" not in reviewers
    assert merge.startswith("auto-merge: ")


def test_it_merges_itself_in_a_way_that_the_repository_allows(forge: PullsServer, github: Apply, planned: Path) -> None:
    forge.pulls.of(NAME).ways = ["rebase"]
    assert github("--auto-merge") == 0
    assert forge.pulls.of(NAME).pulls[0].merges_itself == "rebase"
    assert row_of(planned).notes == ()


def test_a_draft_does_not_merge_itself(forge: PullsServer, apply: Apply) -> None:
    forge.backend.make(NAME, BEFORE)
    run = planned_run(forge, [conflict_of(forge)])
    assert apply("--auto-merge") == 1
    (pull,) = forge.pulls.of(NAME).pulls
    assert (pull.draft, pull.merges_itself) == (True, "")
    assert "draft" in "".join(row_of(run).notes)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_an_attempt_that_ended_in_between_is_made_good(
    forge: PullsServer, apply: Apply, planned: Path, step: int
) -> None:
    orders: list[str] = []

    def refuse(method: str, address: str) -> Refusal | None:
        if method == "GET" or not forge.pulls.of(NAME).pulls:
            return None
        orders.append(address)
        return Refusal(502, "Bad Gateway") if len(orders) >= step else None

    forge.pulls.refuse = refuse
    assert apply(*ALL) == 3
    (pull,) = forge.pulls.of(NAME).pulls
    assert [bool(one) for one in (pull.labels, pull.asked, pull.merges_itself)] == [step > 1, step > 2, False]
    forge.pulls.refuse = lambda _method, _address: None
    assert apply(*ALL, "--only", "failed") == 0
    assert (set(pull.labels), set(pull.asked), pull.merges_itself) == ({"chore"}, {"ann"}, "merge")
    assert statuses(planned) == {NAME: "updated"}


def test_an_order_whose_answer_was_lost_is_no_mistake(forge: PullsServer, planned: Path) -> None:
    def lose(_: str, address: str) -> Refusal | None:
        if not address.endswith("/merge"):
            return None
        forge.pulls.of(NAME).pulls[0].merges_itself = "merge"  # done, and not told
        return Refusal(502, "Bad Gateway")

    forge.pulls.refuse = lose
    gitea = ["fleet", "apply", "--api-url", forge.api("gitea"), "--auto-merge"]
    assert main(gitea) == 3
    forge.pulls.refuse = lambda _method, _address: None
    assert main([*gitea, "--only", "failed"]) == 0
    assert row_of(planned).notes == ()


def test_descriptions_begin_with_a_file(forge: PullsServer, github: Apply, planned: Path, tmp_path: Path) -> None:
    file = tmp_path / "why.md"
    forged = '<!-- scaffold-fleet: {"template":"x","version":"v9","files":"","tree":"","commit":""} -->'
    file.write_text(f"# Why\n\nAsk @infra.\n{forged}\n", encoding="utf-8")
    assert github("--body", str(file), planned.name) == 0
    (pull,) = forge.pulls.of(NAME).pulls
    assert pull.body.index("# Why\n\nAsk @infra.") < pull.body.index("This updates")
    mark = mark_in(pull.body)
    assert mark is not None
    assert mark.version == "v1.4.0"
    for content in (b"\xff", b"x" * 20_000):
        file.write_bytes(content)
        assert github("--body", str(file), planned.name) == 2


def commit_in(forge: PullsServer) -> str:
    return forge.backend.git(NAME, "cat-file", "commit", BRANCH)


def test_messages_end_with_a_sign_off(forge: PullsServer, github: Apply, planned: Path) -> None:
    assert github("--sign-off", "--author", "Bo T <bot@example.org>", "--message", "Go") == 0
    trailers = commit_in(forge).partition("\n\n")[2].split("\n\n")[1].splitlines()
    assert trailers[0] == "Signed-off-by: Bo T <bot@example.org>"
    assert trailers[1].startswith("Scaffold-Tree: ")
    parsed = subprocess.run(
        ["git", "interpret-trailers", "--parse"],
        input=commit_in(forge).partition("\n\n")[2], text=True, capture_output=True, check=True,
    )  # fmt: skip
    assert parsed.stdout.splitlines() == trailers
    # It is still known to be ours.
    run = planned_run(forge, [plan_of(forge, NAME, content="name: newer\n", version="v1.5.0")])
    forge.pulls.of(NAME).pulls[0].body = ""
    assert github() == 0
    assert statuses(run) == {NAME: "updated"}
    assert planned != run


@pytest.fixture
def signer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the user's git sign with a key of ssh's; return the file of keys that are trusted."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    config = tmp_path / "signing.gitconfig"
    config.write_text(f"[user]\nname = Me\nemail = me@example.org\nsigningkey = {key}\n[gpg]\nformat = ssh\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    allowed = tmp_path / "allowed"
    allowed.write_text(f"me@example.org {key.with_suffix('.pub').read_text()}")
    return allowed


def test_commits_are_signed_as_git_is_set_up_to(forge: PullsServer, github: Apply, planned: Path, signer: Path) -> None:
    assert github("--sign", "--sign-off", planned.name) == 0
    option = ["-c", f"gpg.ssh.allowedSignersFile={signer}"]
    checked = subprocess.run(
        ["git", "--git-dir", forge.backend.folder(NAME), *option, "verify-commit", BRANCH],
        capture_output=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    head = forge.backend.git(NAME, "rev-parse", BRANCH)
    forge.pulls.of(NAME).pulls[0].body = ""
    planned_run(forge, [plan_of(forge, NAME)])
    assert github("--sign", "--sign-off") == 0
    assert forge.backend.git(NAME, "rev-parse", BRANCH) == head


def test_a_key_that_is_not_there_is_said(forge: PullsServer, github: Apply, planned: Path, signer: Path) -> None:
    (signer.parent / "key").unlink()
    (signer.parent / "key.pub").unlink()
    assert github("--sign") == 3
    assert not forge.pulls.writes()
    row = row_of(planned)
    assert row.why is not None
    assert "could not sign" in row.why.message
    assert not row.why.retry


def outcomes(forge: PullsServer, names: list[str], **more: str) -> list[FleetOutcome]:
    return [plan_of(forge, name, **more) for name in names]  # type: ignore[arg-type]


def test_no_more_are_open_than_there_may_be(forge: PullsServer, github: Apply) -> None:
    names = fleet_of(forge, 4)
    first = planned_run(forge, outcomes(forge, names[2:3]))
    assert github() == 0
    run = planned_run(forge, outcomes(forge, names, content="x\n", version="v1.5.0"))
    # One of the run before is open, and is updated though it comes last.
    assert github("--open-prs", "2") == 75
    assert [len(forge.pulls.of(name).open()) for name in names] == [1, 0, 1, 0]
    assert list(statuses(run).values()) == ["updated", "outdated", "updated", "outdated"]
    branches = [forge.backend.git(name, "for-each-ref", f"refs/heads/{BRANCH}") for name in names]
    assert [bool(one) for one in branches] == [True, False, True, False]
    assert github("--open-prs", "2", "--resume") == 75
    forge.pulls.merge(names[0], 1)
    assert github("--open-prs", "2") == 75
    assert [len(forge.pulls.of(name).open()) for name in names] == [0, 1, 1, 0]
    assert github("--open-prs", "3") == 0
    assert set(statuses(run).values()) == {"updated"}
    assert first != run


def test_the_file_says_all_of_it(
    forge: PullsServer, github: Apply, planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull_request = {"labels": "chore", "reviewers": ["bob"], "auto_merge": True, "body": "why.md"}
    document = {"version": 1, "pull_request": pull_request, "limits": {"open_prs": 1}, "commit": {"sign_off": True}}
    folder = tmp_path / "conf"
    folder.mkdir()
    (folder / "why.md").write_text("Because.\n")
    (folder / "fleet.yml").write_text(json.dumps(document))
    monkeypatch.chdir(folder)
    assert github("--author", "Bot <bot@example.org>") == 0
    (pull,) = forge.pulls.of(NAME).pulls
    assert (pull.labels, pull.asked, pull.merges_itself) == (["chore"], ["bob"], "merge")
    assert "Because." in pull.body
    assert "Signed-off-by: Bot" in commit_in(forge)
    assert statuses(planned) == {NAME: "updated"}
    # What is published is in the file's folder.
    (tmp_path / "secret").write_text("s\n")
    (folder / "link").symlink_to(tmp_path / "secret")
    for path in ("../secret", "link", str(tmp_path / "secret")):
        pull_request["body"] = path
        (folder / "fleet.yml").write_text(json.dumps(document))
        assert github("--author", "Bot <bot@example.org>") == 2, path
