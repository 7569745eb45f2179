"""All that a fleet asks of GitHub by REST, through Prism: neither side deviates from GitHub's description."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tests.conftest import ANSWERS, read_tree
from tests.fleet.fake_pulls import TOKEN, PullsServer
from tests.fleet.git_server import Content  # noqa: TC002 - beside others of its kind
from tests.fleet.planned_runs import BEFORE, FORM, plan_of, planned_run
from tests.fleet.test_apply import clock, conflict_of  # noqa: F401 - a fixture
from tests.fleet.test_organisations import Rows, fleet, made, statuses  # noqa: F401 - fixtures
from tests.fleet.whole_github import WholeGitHub
from tests.prism_proxy import note_violations, prism_before

from issue_scaffold.cli.main import main

NAME, OTHER, BRANCH = "octo/api", "octo/web", "scaffold/update"
# Whatever a fleet asks by REST is one of these; a new one belongs into the round, too.
OPERATIONS = {
    "GET /orgs/*/repos",
    "GET /users/*/repos",
    "GET /repos/*/*",
    "GET /repos/*/*/git/trees/*",
    "GET /repos/*/*/git/blobs/*",
    "GET /repos/*/*/labels",
    "GET /repos/*/*/issues",
    "POST /repos/*/*/issues",
    "PATCH /repos/*/*/issues/#",
    "GET /repos/*/*/issues/#/comments",
    "POST /repos/*/*/issues/#/comments",
    "POST /repos/*/*/issues/#/labels",
    "GET /repos/*/*/pulls",
    "POST /repos/*/*/pulls",
    "PATCH /repos/*/*/pulls/#",
    "POST /repos/*/*/pulls/#/requested_reviewers",
}


@pytest.fixture(scope="module")
def through(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PullsServer, str]]:
    """Return a server, and the address of the Prism before its API of GitHub's kind."""
    server = PullsServer(tmp_path_factory.mktemp("forge"))
    try:
        with prism_before(server.api("github"), tmp_path_factory.mktemp("prism") / "log") as address:
            yield server, address
    finally:
        server.close()


@pytest.fixture
def violations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which what Prism finds wrong is added."""
    return note_violations(monkeypatch)


@pytest.fixture
def github(
    through: tuple[PullsServer, str],
    made: Path,  # noqa: F811 - a fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    violations: list[str],
) -> Iterator[WholeGitHub]:
    """Return a host of two owners, known by Prism's address, whose every deviation fails the test."""
    server, address = through
    shutil.copytree(made / "cache", os.environ["SCAFFOLD_CACHE_DIR"])
    whole = WholeGitHub(tmp_path / "forge", server.address, address)
    server.backend = server.pulls = whole
    hosted: dict[str, Mapping[str, Content]] = {
        "acme/old": read_tree(made / "old"),
        "acme/new": {**read_tree(made / "new"), ".github/labels.yml": "- name: bug\n  color: ff0000\n"},
        NAME: BEFORE,
        OTHER: BEFORE,
    }
    for name, files in hosted.items():
        whole.make(name, {path: text for path, text in files.items() if not path.startswith(".git/")})
        whole.host.host(name)
        whole.of(name).labels, whole.of(name).people = ["chore"], ["ann"]
    whole.host.users = {"octo"}
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "http")
    monkeypatch.setenv("GITHUB_API_URL", address)
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    monkeypatch.delenv("GITHUB_GRAPHQL_URL", raising=False)
    yield whole
    assert not violations


def operations(github: WholeGitHub) -> set[str]:
    """Return what was asked by REST, as a description has it."""
    found = set()
    for verb, target in github.calls:
        path = target.partition("?")[0].removeprefix("/api/v3")
        if not path.endswith("/graphql"):
            path = re.sub(r"^/(orgs|users)/[^/]+", r"/\1/*", path)
            path = re.sub(r"^/repos/[^/]+/[^/]+", "/repos/*/*", path)
            path = re.sub(r"/(trees|blobs)/[^/]+$", r"/\1/*", path)
            found.add(f"{verb} {re.sub(r'/[0-9]+(?=/|$)', '/#', path)}")
    return found


def test_a_round_is_as_github_describes_it(
    github: WholeGitHub,
    through: tuple[PullsServer, str],
    fleet: Callable[..., tuple[int, Rows]],  # noqa: F811 - a fixture
) -> None:
    server, _ = through
    code, rows = fleet("update", "--org", "acme")
    assert (code, statuses(rows)) == (1, {"acme/old": "outdated", "acme/new": "clean"})
    apply = ["fleet", "apply", "--label", "chore", "--reviewer", "ann", "--auto-merge"]
    assert main(apply) == 0
    (pull,) = github.of("acme/old").pulls
    assert (pull.labels, pull.asked, pull.merges_itself) == (["chore"], ["ann"], "merge")
    assert main(["fleet", "status"]) == 0
    assert main(["fleet", "close"]) == 0
    assert pull.state == "closed"
    github.host.has_graphql = False
    assert statuses(fleet("check", "--org", "acme")[1]) == {"acme/old": "outdated", "acme/new": "drifted"}
    assert set(statuses(fleet("check", "--user", "octo")[1]).values()) == {"not-initialised"}
    assert statuses(fleet("labels", "--org", "acme")[1])["acme/new"] == "drifted"
    # One whose people commit on its branch, and one with conflicts, over two versions.
    for version, edits in (("v1.4.0", True), ("v1.5.0", False)):
        planned_run(server, [plan_of(server, NAME, version=version), conflict_of(server, OTHER, version=version)])
        assert main(["fleet", "apply", "--on-conflict", "issue"]) == 1
        if edits:
            github.commit(NAME, {FORM: "name: by hand\n"}, branch=BRANCH)
    assert len(github.of(NAME).pulls[0].comments) == len(github.of(OTHER).issues) == 1
    planned_run(server, [plan_of(server, "acme/new", content="name: x\n")])
    assert main(["fleet", "apply"]) == 0
    planned_run(server, [plan_of(server, "acme/new", content="name: y\n", version="v1.6.0")])
    assert main(["fleet", "apply"]) == 0
    assert operations(github) == OPERATIONS


def test_what_github_refuses_is_as_it_describes_it(
    github: WholeGitHub,
    fleet: Callable[..., tuple[int, Rows]],  # noqa: F811 - a fixture
) -> None:
    github.host.has_graphql = False
    assert main(["fleet", "check", "--org", "nobody"]) == 2
    github.make("acme/empty", None)
    github.host.host("acme/empty")
    assert fleet("check", "--org", "acme", "-a", ANSWERS)[1]["acme/empty"]["reason"]["code"] == "empty"


def test_a_deviation_is_noticed(github: WholeGitHub, violations: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    row = github.host.repository_row
    monkeypatch.setattr(github.host, "repository_row", lambda *given: {**row(*given), "topics": "none"})
    github.host.has_graphql = False
    main(["fleet", "check", "--org", "acme"])
    assert any("topics" in one for one in violations)
    violations.clear()
