"""Targets that tests may spoil, a watch over how long a command takes, and witnesses of who is called and run."""

import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from tests.conftest import ANSWERS, GIT_IDENTITY, Run, Template, commit_all, git, write_tree

from issue_scaffold.cli.main import main

SECONDS = 20  # of a machine that does other things too; what hangs never ends


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a target in `target` and the cache that its installation has filled."""
    folder = tmp_path_factory.mktemp("original")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in GIT_IDENTITY.items():
            patch.setenv(name, value)
        patch.setenv("SCAFFOLD_CACHE_DIR", str(folder / "cache"))
        (folder / "target").mkdir()
        git(folder / "target", "init", "--quiet")
        answers = ("-d", "pre_commit=true", "-d", "tool_source=https://example.invalid/tool", "-d", "tool_version=v1")
        assert main(["init", str(folder / "target"), "--defaults", *answers]) == 0
        # What the first check has to find out is found out.
        assert main(["check", str(folder / "target")]) == 0
    return folder


@pytest.fixture
def target(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the target, with a warm cache."""
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(original / "cache"))
    return Path(shutil.copytree(original / "target", tmp_path / "target"))


class HangError(BaseException):
    """A command didn't end."""


@contextmanager
def limited() -> Iterator[None]:
    """Fail when what runs within takes too long, whatever it waits for."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise HangError(f"still running after {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def bounded(scaffold: Run) -> Callable[..., str]:
    """Run a command that must end soon, by a message of ours; return its exit code and all that it printed."""

    def run(*arguments: str | Path) -> str:
        with limited():
            done = scaffold(*arguments)
        said = f"{done.code}\n{done.out}{done.err}"
        assert done.code in {0, 1, 2, 3}, said
        assert "unexpected" not in said
        assert "Traceback" not in said
        return said

    return run


class Listener:
    """A server on this machine that counts connections and never says a word."""

    def __init__(self) -> None:
        self.calls = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._kept: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.calls += 1
            self._kept.append(connection)

    def close(self) -> None:
        """Stop, and wait until that is so: a thread that still accepts would take another server's connections."""
        self._server.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for connection in (*self._kept, self._server):
            connection.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    yield server
    server.close()


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """Return a path that hostile settings make when something runs them."""
    return tmp_path / "mark"


@pytest.fixture
def program(tmp_path: Path, mark: Path) -> Path:
    """Return a program that notes that it was run, and passes its input on."""
    path = tmp_path / "program"
    path.write_text(f"#!/bin/sh\necho ran >> '{mark}'\ncat\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def installed(template: Template, repo: Path, scaffold: Run) -> Path:
    """Return a committed target that follows a template with two releases, at the first."""
    template.release("v1.0.0", {"a.md": "one\n"})
    template.release("v1.1.0", {"a.md": "two\n"})
    assert scaffold("init", repo, "-t", template, "--ref", "v1.0.0").code == 0
    commit_all(repo)
    return repo


def record(target: Path, **lines: str) -> None:
    """Write an answers file that says this, each value in YAML's own spelling."""
    write_tree(target, {ANSWERS: "".join(f"{name}: {value}\n" for name, value in lines.items())})
