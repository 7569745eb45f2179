"""Locks between processes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.state import locks

# Holds a lock until its standard input ends.
HOLDER = """
import sys
from pathlib import Path
from issue_scaffold.state import locks

with locks.hold(Path(sys.argv[1]), "name", what="it"):
    print("held", flush=True)
    sys.stdin.read()
"""
Other = subprocess.Popen[str]


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Other]:
    """Return a process that holds the lock `name`."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process


def release(other: Other) -> None:
    """Tell the other process to go on."""
    assert other.stdin
    other.stdin.close()


def test_a_second_process_waits_and_says_so_once(tmp_path: Path, other: Other) -> None:
    told: list[float] = []

    def tell() -> None:
        told.append(time.monotonic())
        release(other)

    with locks.hold(tmp_path, "name", what="it", on_wait=tell):
        assert len(told) == 1


@pytest.mark.usefixtures("other")
def test_patience_ends(tmp_path: Path) -> None:
    with (
        pytest.raises(ScaffoldError, match=r"another scaffold run has been working on repo x"),
        locks.hold(tmp_path, "name", what="repo x", patience=0.1),
    ):
        pass
    with locks.hold(tmp_path, "another", what="it", patience=0.1):
        pass


def test_a_dead_process_holds_nothing(tmp_path: Path, other: Other) -> None:
    other.kill()
    other.wait()
    with locks.hold(tmp_path, "name", what="it", patience=5.0):
        pass


def test_it_is_released_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locks.hold(tmp_path, "name", what="it"):
        raise ZeroDivisionError
    with locks.hold(tmp_path, "name", what="it", patience=0.1):
        pass


def test_without_a_cache_folder_the_temporary_one_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    with locks.hold(tmp_path / "file", "name", what="it"):
        pass
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == [f"issue-scaffold-locks-{os.getuid()}"]
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    with pytest.raises(ScaffoldError, match="no lock file"), locks.hold(tmp_path / "file", "name", what="it"):
        pass
