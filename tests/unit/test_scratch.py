"""No temporary folder outlives who has made it: the next run removes what one that was killed has left."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from issue_scaffold.files import scratch
from issue_scaffold.files.scratch import Scratch, ScratchKind, sweep

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders can't be locked")
MAKE_ALL = """
import os, signal, sys
from pathlib import Path
from issue_scaffold.files.scratch import Scratch, ScratchKind
made = [Scratch(kind, Path(sys.argv[1])) for kind in ScratchKind]
for one in made:
    (one.path / "content").write_text("x")
if sys.argv[2] == "child" and os.fork():  # whose child goes on
    os.kill(os.getpid(), signal.SIGKILL)
print(os.getpid(), flush=True)
sys.stdin.read()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder as the temporary one, in which nobody has looked yet."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "_swept", set())
    return tmp_path


@pytest.fixture(params=["itself", "child"])
def owner(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Return a process that has made a folder of each kind, or whose child holds them alone."""
    command = [sys.executable, "-c", MAKE_ALL, str(tmp_path), str(request.param)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


def left_in(place: Path) -> set[str]:
    return {path.name for path in place.iterdir()}


def test_every_kind_is_removed_when_its_owner_is_dead(place: Path, owner: "subprocess.Popen[str]") -> None:
    assert owner.stdin
    assert owner.stdout
    holder = int(owner.stdout.readline())
    theirs = left_in(place)
    assert {name.split("-")[3] for name in theirs} == set(ScratchKind)
    with Scratch(ScratchKind.FLEET) as mine:
        assert left_in(place) == theirs | {mine.name}
        sweep(str(place))
        assert left_in(place) == theirs | {mine.name}
    assert left_in(place) == theirs
    owner.stdin.close()
    while Path(f"/proc/{holder}").exists() and sys.platform == "linux":
        owner.poll()
        time.sleep(0.01)
    owner.wait()
    scratch._swept.clear()
    with Scratch(ScratchKind.MERGE) as mine:
        assert left_in(place) == {mine.name}
    assert left_in(place) == set()


def test_what_is_not_ours_stays(place: Path) -> None:
    old = time.time() - 40 * 24 * 3600
    others = ("scaffold-tests-abcdefgh", "scaffold-fleet-abcdefgh", "issue-scaffold-run-else-abcdefgh")
    for name in (
        *others,
        "issue-scaffold-run-fleet-abc",
        "issue-scaffold-run-fleet-abcdefgh.bak",
        "scaffold-",
        "other",
    ):
        (place / name).mkdir()
    (place / "away").mkdir()
    (place / "issue-scaffold-run-fleet-linklink").symlink_to(place / "away")
    (place / "issue-scaffold-run-fleet-filefile").write_text("x")
    for name, when in {"scaffold-report-newnewne.txt": time.time(), "scaffold-report-oldoldol.txt.gz": old}.items():
        (place / name).write_text("x")
        os.utime(place / name, (when, when))
    before = left_in(place)
    (place / "issue-scaffold-run-fleet-abcdefgh" / "deep").mkdir(parents=True)
    (place / "scaffold-report-oldoldol.txt").write_text("x")
    os.utime(place / "scaffold-report-oldoldol.txt", (old, old))
    sweep(str(place))
    assert left_in(place) == before


def test_one_that_is_being_removed_is_not_taken(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    make, seen = tempfile.mkdtemp, []

    def made_and_swept(prefix: str, dir: str) -> str:  # noqa: A002 - the library's name
        seen.append(make(prefix=prefix, dir=dir))
        if len(seen) == 1:  # another process comes in between
            sweep(str(place))
        return seen[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", made_and_swept)
    with Scratch(ScratchKind.PUSH) as mine:
        assert [str(mine)] == seen[1:]
        assert left_in(place) == {mine.name}


def at_work_in(place: Path) -> bool:
    """Tell whether any process was started with a path below a folder."""
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if str(place).encode() in one.read_bytes():
                return True
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked")
def test_a_run_whose_processes_are_all_killed_leaves_nothing_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "http")
    code = "import sys; from issue_scaffold.cli.entry import run; sys.argv[0] = 'scaffold'; run()"
    command = [sys.executable, "-c", code, "fleet", "check", "-j1", "--offline"]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/o/r.git"
        with subprocess.Popen([*command, url], start_new_session=True, stdout=subprocess.DEVNULL) as process:
            while not at_work_in(place):
                assert process.poll() is None
                time.sleep(0.02)
            os.killpg(process.pid, signal.SIGKILL)
    while at_work_in(place):  # git, which has a session of its own
        time.sleep(0.02)
    assert left_in(place)
    done = subprocess.run([*command, str(tmp_path / "repo")], check=False, capture_output=True, timeout=120)
    assert done.returncode == 1, done.stderr
    assert not left_in(place)
