"""The fake of GitHub's API for every test here: directly, and once more through Prism."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.labels.fake_github import FakeGitHub, FakeServer
from tests.prism_proxy import note_violations, prism_before

from issue_scaffold.label_sync import forges


@pytest.fixture(scope="session")
def server() -> Iterator[FakeServer]:
    """Serve the fake on a loopback port until the session ends."""
    running = FakeServer(FakeGitHub())
    yield running
    running.close()


@pytest.fixture(params=["direct", "prism"])
def github(
    request: pytest.FixtureRequest, server: FakeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[FakeGitHub]:
    """Return a fresh fake, with the environment set so that the command finds it.

    Every test that takes it runs twice: the second time all traffic goes through Prism, and a deviation from GitHub's
    published description fails the test.
    """
    address = server.address if request.param == "direct" else request.getfixturevalue("prism")
    server.github = FakeGitHub()
    server.prefix = ""
    server.public = address
    monkeypatch.setenv("GH_TOKEN", server.github.token)
    monkeypatch.setenv("GITHUB_API_URL", address)
    _seal(monkeypatch, tmp_path)
    _use_virtual_time(monkeypatch, server)
    found = note_violations(monkeypatch)
    yield server.github
    assert not found


def _seal(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Keep the proxies, hosts and tokens of the machine out, and its `gh`, which would be asked for a token."""
    for name in ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    programs = folder / "bin"
    programs.mkdir()
    git = shutil.which("git")
    assert git
    (programs / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(programs))


def _use_virtual_time(monkeypatch: pytest.MonkeyPatch, server: FakeServer) -> None:
    def connect_in_virtual_time(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        options["clock"] = options.get("clock") or server.github.clock
        return forges.connect(*arguments, **options)

    monkeypatch.setattr("issue_scaffold.label_sync.run.connect", connect_in_virtual_time)


@pytest.fixture(scope="session")
def prism(server: FakeServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run Prism as a proxy in front of the fake; return its address."""
    with prism_before(server.address, tmp_path_factory.mktemp("prism") / "log") as address:
        yield address


@pytest.fixture
def folder(repo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty git repository, which is the working directory."""
    monkeypatch.chdir(repo)
    return repo
