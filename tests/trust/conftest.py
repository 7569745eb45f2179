"""A target of the bundled template that tests may spoil, and a watch over how long a command takes."""

import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from tests.conftest import GIT_IDENTITY, Run, git

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
