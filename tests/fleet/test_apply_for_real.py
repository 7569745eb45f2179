"""From a repository on a host to its pull request and back: what is planned by the workers is what is pushed."""

import json
from pathlib import Path

import pytest
from tests.conftest import ANSWERS, read_tree
from tests.fleet.fake_pulls import TOKEN, PullsServer

from issue_scaffold.cli.main import main
from issue_scaffold.fleet import run_folder
from issue_scaffold.fleet.outcome import Status
from issue_scaffold.state.user_folders import fleet_folder

NAME = "octo/api"
BRANCH = "scaffold/update"
FORM = ".github/ISSUE_TEMPLATE/infrastructure.yml"


@pytest.fixture
def served(forge: PullsServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> PullsServer:
    """Return a host with a repository that has the template but for one file's edit."""
    monkeypatch.setenv("GITHUB_API_URL", forge.api("github"))
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GH_HOST", "127.0.0.1")
    assert main(["init", "-l", str(tmp_path / "new")]) == 0
    files = {path: content for path, content in read_tree(tmp_path / "new").items() if not path.startswith(".git/")}
    forge.backend.make(NAME, files)
    return forge


def test_init_on_a_host_is_a_pull_request(served: PullsServer, tmp_path: Path) -> None:
    served.backend.make("octo/bare", {"README.md": "# Bare\n"})
    report = tmp_path / "report.json"
    assert main(["fleet", "init", served.url("octo/bare"), "--apply", "--format", f"json={report}"]) == 0
    (pull,) = served.pulls.of("octo/bare").pulls
    assert pull.title.startswith("Install issue templates ")
    assert ANSWERS in served.backend.files("octo/bare", BRANCH)
    (row,) = json.loads(report.read_text())["repositories"]
    assert (row["status"], row["pull_request"]["action"]) == ("updated", "created")
    served.pulls.merge("octo/bare", 1)
    assert main(["fleet", "check", served.url("octo/bare")]) == 0


def test_a_base_that_has_moved_is_planned_anew(served: PullsServer) -> None:
    url = served.url("octo/bare")
    served.backend.make("octo/bare", {"README.md": "# Bare\n"})
    assert main(["fleet", "init", url]) == 1
    moved = served.backend.commit("octo/bare", {"README.md": "# Moved\n"})
    assert main(["fleet", "apply"]) == 0
    assert served.backend.git("octo/bare", "rev-parse", f"{BRANCH}^") == moved
    assert served.backend.read("octo/bare", "README.md", BRANCH) == "# Moved"
    outcomes = run_folder.outcomes_of(run_folder.find_run(fleet_folder(), ""))
    assert [one.status for one in outcomes.values()] == [Status.UPDATED]


def test_what_was_mended_in_the_meantime_needs_nothing(served: PullsServer) -> None:
    served.backend.make("octo/bare", {"README.md": "# Bare\n"})
    assert main(["fleet", "init", served.url("octo/bare")]) == 1
    files = {path: served.backend.read(NAME, path) + "\n" for path in served.backend.files(NAME)}
    served.backend.commit("octo/bare", files)
    assert main(["fleet", "apply"]) == 0
    assert not served.pulls.writes()
