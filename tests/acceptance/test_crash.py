"""SIGKILL at every write of `init`, `update` and `accept`: a second run gives the tree of an undisturbed one."""

import bisect
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import pytest
from tests.conftest import ANSWERS, Run, Template, commit_all, git, write_tree

# For each number N on standard input, runs the command in a fork that kills itself just before the N-th event that
# touches the target or git's index, and prints how the fork ended. Forks spare each run the imports.
DRIVER = """
import os, signal, sys

from issue_scaffold.cli import init, update
from issue_scaffold.cli.main import main

root = os.path.realpath(sys.argv[1])
CHANGES = {"os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate",
           "os.utime", "shutil.rmtree", "shutil.move"}


def inside(place):
    if not isinstance(place, (str, bytes, os.PathLike)):
        return False
    place = os.path.abspath(os.fsdecode(place))
    return place == root or place.startswith(root + os.sep)


def touches(event, args):
    if event == "open":
        return bool(args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)) and inside(args[0])
    if event == "subprocess.Popen":
        return {"update-index", "hash-object"} & set(map(str, args[1]))
    return event in CHANGES and any(map(inside, args))


def kill_at(limit):
    count = 0

    def hook(event, args):
        nonlocal count
        if touches(event, args):
            count += 1
            if count == limit:
                os.kill(os.getpid(), signal.SIGKILL)

    return hook


for line in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(2, 1)
        sys.addaudithook(kill_at(int(line)))
        os._exit(main(sys.argv[2:]))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

# More than any run here has.
MOST_WRITES = 256


class Killer:
    """Runs one command again and again, killed at its N-th write to a target."""

    def __init__(self, target: Path, arguments: Sequence[str | Path]) -> None:
        command = [sys.executable, "-c", DRIVER, target, *arguments]
        self._driver = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._driver.communicate()

    def kills_at(self, number: int) -> bool:
        """Run; return whether the run was killed, and not at its end by then."""
        assert self._driver.stdin
        assert self._driver.stdout
        self._driver.stdin.write(f"{number}\n")
        self._driver.stdin.flush()
        status = int(self._driver.stdout.readline())
        assert status in {-signal.SIGKILL, 0, 1}
        return status == -signal.SIGKILL


V1: dict[str, str | bytes | None] = {
    "copier.yml": "word: {type: str, default: hello}\n",
    "docs/guide.md.jinja": "{{ word }}\n\ntwo\n\nthree\n\nfour\n",
    "run.sh": "#!/bin/sh\necho one\n",
    "old/gone.md": "bye\n",
    "moved.md": "a\nb\nc\nd\ne\nf\n",
    "logo.png": b"\0\1\2",
}
V2: dict[str, str | bytes | None] = {
    "docs/guide.md.jinja": "{{ word }}\n\ntwo\n\nthree\n\nfour!\n",
    "run.sh": "#!/bin/sh\necho two\n",
    "old/gone.md": None,
    "moved.md": None,
    "new/moved.md": "a\nb\nc\nd\ne\nf\ng\n",
    "fresh.md": "fresh\n",
}


def state(root: Path) -> dict[str, object]:
    """Return everything of a target that a user could notice: folders, contents, modes, links, git's index."""
    if not root.exists():
        return {}
    seen: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if ".git" in name.parts:
            continue
        if path.is_symlink():
            seen[str(name)] = str(path.readlink())
        else:
            seen[str(name)] = (path.stat().st_mode, path.read_bytes() if path.is_file() else None)
    if (root / ".git").is_dir():
        seen["index"] = git(root, "ls-files", "--stage")
    return seen


def kill_everywhere(tmp_path: Path, target: Path, scaffold: Run, *arguments: str | Path) -> int:
    """Kill a command at every write, and compare what a second run makes of it; return how often it was killed."""
    before = tmp_path / "before"
    if target.exists():
        shutil.copytree(target, before, symlinks=True)

    def reset() -> None:
        shutil.rmtree(target, ignore_errors=True)
        if before.exists():
            shutil.copytree(before, target, symlinks=True)

    assert scaffold(*arguments).code in {0, 1}
    wanted = state(target)
    reset()
    number = 1
    with Killer(target, arguments) as killer:
        while killer.kills_at(number):
            again = scaffold(*arguments)
            assert again.code in {0, 1, 2}, (number, again)
            assert state(target) == wanted, (number, again)
            reset()
            number += 1
    assert state(target) == wanted
    return number - 1


@pytest.mark.parametrize("place", ["existing", "missing"])
def test_init_killed_at_every_write(place: str, scaffold: Run, template: Template, tmp_path: Path) -> None:
    template.release("v1", V1)
    target = tmp_path / "target"
    if place == "existing":
        write_tree(target, {"mine.txt": "mine", "docs/other.md": "other"})
    assert kill_everywhere(tmp_path, target, scaffold, "init", target, "-t", template.folder) > 15


def prepare_update(scaffold: Run, template: Template, repo: Path) -> None:
    """Install version 1, commit it, and release version 2."""
    template.release("v1", V1)
    assert scaffold("init", repo, "-t", template.folder).code == 0
    commit_all(repo)
    template.release("v2", V2)


def conflict(repo: Path) -> None:
    """Edit what version 2 changes too."""
    write_tree(repo, {"docs/guide.md": "hello\n\ntwo\n\nthree\n\nfour?\n", "logo.png": b"\0mine"})


def edits(repo: Path) -> None:
    """Edit elsewhere than version 2 does."""
    write_tree(repo, {"docs/guide.md": "Hello\n\ntwo\n\nthree\n\nfour\n", "moved.md": "A\nb\nc\nd\ne\nf\n"})
    (repo / "run.sh").chmod(0o600)


@pytest.mark.parametrize("edit", [conflict, edits])
def test_update_killed_at_every_write(
    edit: Callable[[Path], None], scaffold: Run, template: Template, repo: Path, tmp_path: Path
) -> None:
    prepare_update(scaffold, template, repo)
    edit(repo)
    assert kill_everywhere(tmp_path, repo, scaffold, "update", repo) > 20


def test_accept_killed_at_every_write(scaffold: Run, template: Template, repo: Path, tmp_path: Path) -> None:
    prepare_update(scaffold, template, repo)
    edits(repo)
    kills = kill_everywhere(tmp_path, repo, scaffold, "accept", repo / "docs/guide.md", "--reason", "ours")
    assert kills > 5


def kill_when(reached: Callable[[], object], tmp_path: Path, target: Path, *arguments: str | Path) -> None:
    """Kill a command at the first write after which `reached` is true, which it stays to the end of the run."""
    shutil.copytree(target, tmp_path / "kept", symlinks=True)
    with Killer(target, arguments) as killer:

        def is_reached_by(number: int) -> bool:
            shutil.rmtree(target)
            shutil.copytree(tmp_path / "kept", target, symlinks=True)
            assert killer.kills_at(number) or reached()
            return bool(reached())

        number = bisect.bisect_left(range(MOST_WRITES), x=True, key=is_reached_by)
        assert 0 < number < MOST_WRITES
        assert is_reached_by(number)


def test_a_file_saved_after_a_crash_is_left_alone(
    scaffold: Run, template: Template, repo: Path, tmp_path: Path
) -> None:
    prepare_update(scaffold, template, repo)
    kill_when((repo / "fresh.md").exists, tmp_path, repo, "update", repo)
    assert "_commit: v1" in (repo / ANSWERS).read_text()
    write_tree(repo, {"run.sh": "#!/bin/sh\necho mine\n"})
    again = scaffold("update", repo)
    assert again.code == 0
    assert "interrupted run was completed" in again.err
    assert "run.sh had changed since" in again.err
    assert (repo / "run.sh").read_text() == "#!/bin/sh\necho mine\n"
    assert not (repo / ".scaffold-staging").exists()


def test_recovery_does_not_reopen_a_resolved_conflict(
    scaffold: Run, template: Template, repo: Path, tmp_path: Path
) -> None:
    """The run died after the index was marked; the user resolved it before the next run."""
    prepare_update(scaffold, template, repo)
    write_tree(repo, {"docs/guide.md": "hello\n\ntwo\n\nthree\n\nfour?\n"})
    kill_when(lambda: git(repo, "ls-files", "--unmerged"), tmp_path, repo, "update", repo)
    assert (repo / ".scaffold-staging").is_dir()
    write_tree(repo, {"docs/guide.md": "hello\n\ntwo\n\nthree\n\nboth\n"})
    git(repo, "add", "docs/guide.md")
    again = scaffold("update", repo)
    assert again.code == 0, again
    assert not git(repo, "ls-files", "--unmerged")
    assert (repo / "docs/guide.md").read_text().endswith("both\n")
    assert not (repo / ".scaffold-staging").exists()
