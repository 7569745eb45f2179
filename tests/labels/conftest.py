"""The fake of GitHub's API for every test here: directly, and once more through Prism."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import IN_CI
from tests.labels.fake_github import FakeGitHub, FakeServer

from issue_scaffold.label_sync import forges
from issue_scaffold.label_sync.http.exchange import Connection, Received

PRISM = Path(__file__).parents[1] / "prism"
COMMAND = PRISM / "node_modules" / ".bin" / "prism"
START_SECONDS = 300
UNLISTED = "Unable to match the returned status code"


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
    published description fails the test. A fault that a test asks for may deviate, and so may the status codes that
    GitHub answers with and doesn't list.
    """
    address = server.address if request.param == "direct" else request.getfixturevalue("prism")
    server.github = FakeGitHub()
    server.prefix = ""
    server.public = address
    monkeypatch.setenv("GH_TOKEN", server.github.token)
    monkeypatch.setenv("GITHUB_API_URL", address)
    _seal(monkeypatch, tmp_path)
    _use_virtual_time(monkeypatch, server)
    found = _watch(monkeypatch)
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
    if not COMMAND.exists():
        if IN_CI:
            pytest.fail("Prism is not installed: npm ci --prefix tests/prism")
        pytest.skip("Prism is not installed: npm ci --prefix tests/prism")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("prism") / "log"
    arguments = ["proxy", str(PRISM / "github-openapi.json"), server.address, "-p", str(port), "-h", "127.0.0.1"]
    with log.open("wb") as output:
        process = subprocess.Popen([str(COMMAND), *arguments], stdout=output, stderr=output)
        try:
            _wait_for(port, process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"Prism didn't start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def _watch(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which what Prism finds wrong with the traffic will be added."""
    found: list[str] = []
    exchange = Connection.exchange

    def watched(connection: Connection, verb: str, target: str, *arguments: Any, **options: Any) -> Received:  # noqa: ANN401
        received = exchange(connection, verb, target, *arguments, **options)
        wrong = json.loads(received.headers.get("sl-violations", "[]"))
        # What Prism knows is the description of REST.
        if "x-fault" not in received.headers and not target.endswith("/graphql"):
            found.extend(
                f"{verb} {target} {received.status}: {one}"
                for one in wrong
                if not (received.status >= 300 and one["message"].startswith(UNLISTED))
            )
        return received

    monkeypatch.setattr(Connection, "exchange", watched)
    return found


@pytest.fixture
def folder(repo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty git repository, which is the working directory."""
    monkeypatch.chdir(repo)
    return repo
