"""Owners on Gitea, Forgejo and GitLab: their lists, trees and contents are enough for a check."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run, read_tree
from tests.fleet.fake_forges import FakeForge, FakeGitea, FakeGitLab, Project
from tests.fleet.fake_github import git_tree
from tests.fleet.git_server import Content, GitBackend
from tests.labels.fake_github import FakeServer

from issue_scaffold.cli.main import main

KINDS: dict[str, tuple[type[FakeForge], str, str, str]] = {
    "gitea": (FakeGitea, "/api/v1", "GITEA_TOKEN", "--org"),
    "forgejo": (FakeGitea, "/api/v1", "FORGEJO_TOKEN", "--org"),
    "gitlab": (FakeGitLab, "/api/v4", "GITLAB_TOKEN", "--group"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a clean repository, and one with the cache that knows it."""
    home = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCAFFOLD_CACHE_DIR", str(home / "cache"))
        assert main(["init", "-l", str(home / "new")]) == 0
        assert main(["check", str(home / "new")]) == 0
    return home


@pytest.fixture
def files(made: Path) -> Mapping[str, Content]:
    """Return the files of a clean repository, which the cache knows."""
    shutil.copytree(made / "cache", os.environ["SCAFFOLD_CACHE_DIR"])
    return {**read_tree(made / "new"), "README.md": "Hello\n"}


class Host:
    """A forge whose branches are bare repositories, and how it is named on the command line."""

    def __init__(self, home: Path, kind: str) -> None:
        make, self.prefix, self.variable, self.option = KINDS[kind]
        self.backend = GitBackend(home)
        self.forge = make(lambda name: git_tree(self.backend, name))
        self.server = FakeServer(self.forge)  # type: ignore[arg-type]  # it answers alike
        self.server.prefix = self.prefix

    def add(self, name: str, files: Mapping[str, Content] | None, **said: Any) -> None:  # noqa: ANN401
        self.backend.make(name, files)
        self.forge.projects[name] = Project(**said)


@pytest.fixture(params=KINDS)
def host(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """Return a forge of each kind in turn; a token for it is at hand."""
    made = Host(tmp_path / "host", request.param)
    monkeypatch.delenv("GITHUB_API_URL", raising=False)
    monkeypatch.setenv(made.variable, "canary-token")
    yield made
    made.server.close()


def check(scaffold: Run, host: Host, owner: str, *more: str) -> tuple[int, dict[str, Any]]:
    address = f"{host.server.address}{host.prefix}"
    options = ["--format", "json", "--jobs", "1", "--api-url", address, host.option, owner]
    done = scaffold("fleet", "check", *options, *more)
    assert done.out, done.err
    return done.code, json.loads(done.out)


def test_an_owner_is_checked_by_its_api(host: Host, files: Mapping[str, Content], scaffold: Run) -> None:
    for number in range(4):
        host.add(f"acme/r{number}", files)
    host.add("acme/site", {"README.md": "Hello\n"})
    host.add("acme/done", files, archived=True)
    host.add("acme/fork", files, fork=True)
    host.add("acme/empty", None)
    host.add("acme/hidden", files, visibility="private", topics=("service",))
    code, report = check(scaffold, host, "acme")
    found = {
        row["repository"]: row["reason"]["code"] if "reason" in row else row["status"] for row in report["repositories"]
    }
    clean = {f"acme/r{number}": "clean" for number in range(4)}
    assert found == {
        **clean,
        "acme/hidden": "clean",
        "acme/site": "not-initialised",
        "acme/done": "archived",
        "acme/fork": "fork",
        "acme/empty": "empty",
    }
    assert code == 1
    assert report["requests"]["content"] == 1  # the answers, which all of them have
    assert sum(report["requests"].values()) == len(host.forge.calls)
    _, report = check(scaffold, host, "acme", "--topic", "service", "--visibility", "private")
    assert [row["repository"] for row in report["repositories"]] == ["acme/hidden"]


def test_an_owner_that_is_not_there(host: Host, files: Mapping[str, Content], scaffold: Run) -> None:
    host.add("acme/api", files)
    address = f"{host.server.address}{host.prefix}"
    done = scaffold("fleet", "check", "--api-url", address, host.option, "acne")
    assert done.code == 2
    assert "acne on 127.0.0.1" in done.err


def test_groups_lie_in_groups(
    files: Mapping[str, Content], tmp_path: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(tmp_path / "host", "gitlab")
    monkeypatch.setenv("GITLAB_TOKEN", "canary-token")
    try:
        host.add("acme/tools/api", files)
        host.add("acme/web", files)
        for owner, names in {"acme": ["acme/tools/api", "acme/web"], "acme/tools": ["acme/tools/api"]}.items():
            code, report = check(scaffold, host, owner)
            assert (code, [row["repository"] for row in report["repositories"]]) == (0, names)
        # A tree of more than five pages is git's to read.
        host.forge.page = 1
        _, report = check(scaffold, host, "acme/tools")
        assert report["repositories"][0]["status"] == "failed"  # it can't be fetched here
    finally:
        host.server.close()
