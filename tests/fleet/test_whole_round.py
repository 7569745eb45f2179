"""An organisation from its update to a clean check: one fake of GitHub lists, serves git, and has the pull requests."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Run, read_tree
from tests.fleet.fake_pulls import TOKEN, PullsServer
from tests.fleet.test_organisations import Rows, fleet, made, statuses  # noqa: F401 - fixtures
from tests.fleet.whole_github import WholeGitHub

from issue_scaffold.cli.main import main

NAMES = ("acme/old", "acme/older", "acme/new")
BRANCH = "scaffold/update"


@pytest.fixture
def github(forge: PullsServer, made: Path, monkeypatch: pytest.MonkeyPatch) -> WholeGitHub:  # noqa: F811
    """Return a whole host with two repositories of an older version and a new one; the environment names it."""
    shutil.copytree(made / "cache", os.environ["SCAFFOLD_CACHE_DIR"])
    whole = WholeGitHub(forge.backend.root, forge.address)
    forge.backend = forge.pulls = whole
    for name in NAMES:
        files = read_tree(made / ("new" if name == "acme/new" else "old"))
        whole.make(name, {path: text for path, text in files.items() if not path.startswith(".git/")})
        whole.host.host(name)
        whole.of(name).labels = ["chore"]
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "http")
    monkeypatch.setenv("GITHUB_API_URL", forge.api("github"))
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    monkeypatch.delenv("GITHUB_GRAPHQL_URL", raising=False)
    return whole


def test_a_whole_round(
    github: WholeGitHub,
    scaffold: Run,
    fleet: Callable[..., tuple[int, Rows]],  # noqa: F811
) -> None:
    code, rows = fleet("update", "--org", "acme")
    assert (code, statuses(rows)) == (1, {"acme/old": "outdated", "acme/older": "outdated", "acme/new": "clean"})
    assert not github.writes()
    applied = scaffold("fleet", "apply", "--label", "chore", "--auto-merge", "--format", "json")
    assert applied.code == 0, applied.err
    document = json.loads(applied.out)
    assert {row["repository"]: row["status"] for row in document["repositories"]} == dict.fromkeys(NAMES[:2], "updated")
    pulls = [github.of(name).pulls for name in NAMES]
    assert [len(one) for one in pulls] == [1, 1, 0]
    assert [(one.branch, one.labels, one.merges_itself) for (one,) in pulls[:2]] == [(BRANCH, ["chore"], "merge")] * 2
    # Open ones change nothing of what is planned, nor of the pull requests.
    assert fleet("update", "--org", "acme")[0] == 1
    writes = len(github.writes())
    assert main(["fleet", "apply"]) == 0
    assert len(github.writes()) == writes
    github.merge("acme/old", 1)
    standing = [line.split()[:2] for line in scaffold("fleet", "status").out.splitlines() if "acme/" in line]
    assert sorted(standing) == [["merged", "acme/old"], ["open", "acme/older"]]
    code, rows = fleet("check", "--org", "acme")
    assert (code, statuses(rows)) == (1, {"acme/old": "clean", "acme/older": "outdated", "acme/new": "clean"})
    github.merge("acme/older", 1)
    code, rows = fleet("check", "--org", "acme")
    assert (code, set(statuses(rows).values())) == (0, {"clean"})
