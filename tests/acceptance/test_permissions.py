"""A user who may not write, and a disk that is full: a clear message, nothing written."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import Run, Template, commit_all, read_tree

COMMAND = Path(sys.executable).parent / "scaffold"


BASE = "one\n\ntwo\n\nthree\n"


NOBODY = 65534


@pytest.fixture
def installed(scaffold: Run, template: Template, repo: Path) -> Path:
    """Return a target of a git template at its first version, with a second one out."""
    template.release("v1.0.0", {"a.md": BASE, "d/b.md": "b\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    commit_all(repo)
    template.release("v2.0.0", {"a.md": BASE + "more\n", "c.md": "c\n"})
    return repo


def unharmed(done: object) -> None:
    """Assert that a run ended with a message instead of a crash."""
    assert "error: unexpected" not in str(done)
    assert "Traceback" not in str(done)


def as_nobody(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a user without rights; as oneself where one has none to give up."""
    drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    env = {**os.environ, "HOME": "/nonexistent", **environment}
    return subprocess.run([*drop, *command], cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def open_to_all(tmp_path: Path) -> Path:
    """Make the way to this test's folders passable for every user."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    return tmp_path


def world(root: Path, mode: int) -> None:
    """Give every user the same rights to a tree."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(mode if path.is_dir() else mode & 0o666)


class TestPermissions:
    """A user who may not write."""

    def test_a_target_that_is_read_only(self, scaffold: Run, open_to_all: Path) -> None:
        cache = open_to_all / "cache"
        cache.mkdir()
        world(cache, 0o777)
        target = open_to_all / "target"
        assert scaffold("init", target, "--ref", "v1.0.0").code == 0
        before = read_tree(target)
        world(target, 0o555)
        new = open_to_all / "closed"
        new.mkdir(mode=0o555)
        for arguments in (
            ("update", target),
            ("update", target, "-d", "emoji=no"),
            ("init", new),
            ("init", new / "below"),
        ):
            done = as_nobody(COMMAND, *arguments, cwd=open_to_all, SCAFFOLD_CACHE_DIR=str(cache))
            assert done.returncode == 3, done
            assert "writable" in done.stderr or "ermission" in done.stderr
            unharmed(done)
        assert read_tree(target) == before
        assert not list(new.iterdir())
        check = as_nobody(COMMAND, "check", target, cwd=open_to_all, SCAFFOLD_CACHE_DIR=str(cache))
        assert check.returncode == 1
        assert "outdated" in check.stdout

    def test_one_folder_that_is_read_only(self, scaffold: Run, open_to_all: Path) -> None:
        target = open_to_all / "target"
        assert scaffold("init", target, "--ref", "v1.0.0").code == 0
        world(target, 0o777)
        (target / ".github/ISSUE_TEMPLATE").chmod(0o555)
        before = read_tree(target)
        cache = open_to_all / "cache"
        cache.mkdir(mode=0o777)
        cache.chmod(0o777)
        done = as_nobody(COMMAND, "update", target, cwd=open_to_all, SCAFFOLD_CACHE_DIR=str(cache))
        assert done.returncode == 3, done
        assert "ISSUE_TEMPLATE" in done.stderr
        assert read_tree(target) == before

    def test_a_file_that_can_not_be_read(self, scaffold: Run, open_to_all: Path) -> None:
        target = open_to_all / "target"
        assert scaffold("init", target).code == 0
        world(target, 0o777)
        (target / ".github/labels.yml").chmod(0)
        for command in ("check", "update"):
            done = as_nobody(COMMAND, command, target, cwd=open_to_all, SCAFFOLD_CACHE_DIR=str(open_to_all / "none"))
            assert done.returncode == 3, done
            assert "labels.yml" in done.stderr
            unharmed(done)

    def test_a_cache_that_can_not_be_written(self, scaffold: Run, open_to_all: Path) -> None:
        closed = open_to_all / "closed"
        closed.mkdir(mode=0o555)
        home = open_to_all / "home"
        home.mkdir()
        home.chmod(0o777)
        environment = {"SCAFFOLD_CACHE_DIR": str(closed / "cache")}
        for arguments in (("init", home / "x"), ("check", home / "x"), ("update", home / "x")):
            done = as_nobody(COMMAND, *arguments, cwd=home, **environment)
            assert done.returncode == 0, done
            assert done.stderr == "" or "hides the default" in done.stderr
        assert not list(closed.iterdir())
        assert scaffold("check", home / "x").code == 0

    def test_locks_of_another_user_are_not_in_the_way(self, scaffold: Run, open_to_all: Path) -> None:
        """Both work without a cache, so both lock in the system's temporary folder."""
        blocked = open_to_all / "file"
        blocked.write_text("x")
        home = open_to_all / "home"
        home.mkdir()
        home.chmod(0o777)
        environment = {**os.environ, "SCAFFOLD_CACHE_DIR": str(blocked)}
        subprocess.run([COMMAND, "init", open_to_all / "mine"], env=environment, check=True, capture_output=True)
        done = as_nobody(COMMAND, "init", home / "theirs", cwd=home, SCAFFOLD_CACHE_DIR=str(blocked))
        assert done.returncode == 0, done
        assert scaffold("check", home / "theirs").code == 0


class TestDiskFull:
    """No room is left."""

    def test_no_file_may_grow(self, scaffold: Run, installed: Path, tmp_path: Path) -> None:
        assert scaffold("update", installed, "--dry-run").code == 0  # rendered, so that only the target is written
        before = read_tree(installed)

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))

        done = subprocess.run(
            [COMMAND, "update", installed], preexec_fn=limit, capture_output=True, text=True, check=False
        )
        assert done.returncode == 3, done
        unharmed(done)
        assert read_tree(installed) == before
        assert not (installed / ".scaffold-staging").exists()
        new = subprocess.run(
            [COMMAND, "init", tmp_path / "new"], preexec_fn=limit, capture_output=True, text=True, check=False
        )
        assert new.returncode == 3, new
        unharmed(new)
        assert not (tmp_path / "new").exists()
        assert scaffold("update", installed).code == 0

    @pytest.fixture
    def tiny(self, tmp_path: Path) -> Iterator[Path]:
        """Return a file system with room for 64 KiB, where one can be mounted."""
        place = tmp_path / "tiny"
        place.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place], capture_output=True, check=False
        )
        if mounted.returncode != 0:
            pytest.skip("only the superuser mounts a file system; test_no_file_may_grow covers the rest")
        yield place
        subprocess.run(["umount", place], check=True)

    def test_a_full_disk(self, scaffold: Run, template: Template, tiny: Path) -> None:
        template.release("v1", {"a.md": "a\n", "b.md": "b" * 20000})
        (tiny / "filler").write_bytes(b"x" * 50000)
        done = scaffold("init", tiny / "x", "-t", template)
        assert done.code == 3, done
        assert "nothing was written: No space left on device" in done.err
        assert "make room" in done.err
        assert not (tiny / "x").exists()
        (tiny / "filler").unlink()
        assert scaffold("init", tiny / "x", "-t", template).code == 0
        (tiny / "filler").write_bytes(b"x" * 30000)
        before = read_tree(tiny / "x")
        template.release("v2", {"b.md": "c" * 20001})
        assert scaffold("update", tiny / "x").code == 3
        assert read_tree(tiny / "x") == before
        (tiny / "filler").unlink()
        assert scaffold("update", tiny / "x").code == 0
