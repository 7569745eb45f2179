"""What goes wrong around the command: a clear message, the right exit code, nothing written, nothing lost."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tests.conftest import ANSWERS, Run, Template, commit_all, git, read_tree, write_tree

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


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"a: [", 2, ".yml:"),
        (b"a: b: c", 2, ".yml:"),
        (b"\xff\xfe\x00\x01", 2, ".yml"),
        (b"", 2, "no mapping"),
        (b"- a\n", 2, "no mapping"),
        (b"just text", 2, "no mapping"),
        (b"a: 1\n", 2, "_src_path"),
        (b"_src_path: {source}\n", 2, "_commit"),
        (b"_src_path: {source}\n_commit: 1.0\n", 2, "_commit"),
        (b"_src_path: [x]\n_commit: v1.0.0\n", 2, "_src_path"),
        (b"_src_path: {source}\n_commit: v9.9.9\n", 2, "no version 'v9.9.9'"),
        (b"_src_path: {source}\n_commit: -x\n", 2, "no version"),
        (b"_src_path: {source}\n_commit: 'v1.0.0 --force'\n", 2, "no version"),
        (b"_src_path: {source}\n_commit: deadbeef\n", 2, "no version"),
        (b"_src_path: /gone/away\n_commit: v1.0.0\n", 3, "does not exist"),
        (b"_src_path: https://git.example.invalid/x.git\n_commit: v1.0.0\n", 3, "can't be reached"),
        (b"_src_path: https://u:p@example.invalid/x.git\n_commit: v1.0.0\n", 2, "credentials"),
        (b"_src_path: {source}\n_commit: v1.0.0\n1: x\n", 2, ""),
        (b"_src_path: {source}\n_commit: v1.0.0\na: &a [*a]\n", 2, ""),
        (b"_src_path: {source}\n_commit: v1.0.0\na: 2024-01-01\nb: .nan\n", None, ""),
        (b"_src_path: {source}\n_commit: v1.0.0\na: !!python/object/apply:os.system [x]\n", 2, ""),
        (b"<<<<<<< a\n_commit: v1.0.0\n=======\n_commit: v2.0.0\n>>>>>>> b\n", 2, ".yml:"),
    ],
)
def test_a_broken_answers_file(
    content: bytes, code: int | None, said: str, scaffold: Run, template: Template, installed: Path
) -> None:
    write_tree(installed, {ANSWERS: content.replace(b"{source}", str(template).encode())})
    before = read_tree(installed)
    for command in ("check", "update"):
        done = scaffold(command, installed)
        unharmed(done)
        if code is not None:
            assert done.code == code, done
            assert said in done.err
            assert read_tree(installed) == before


def test_an_answers_file_that_is_a_folder_or_a_link(scaffold: Run, installed: Path, tmp_path: Path) -> None:
    content = (installed / ANSWERS).read_bytes()
    (installed / ANSWERS).unlink()
    (installed / ANSWERS).mkdir()
    for command in ("check", "update", "init"):
        done = scaffold(command, installed)
        assert done.code in {2, 3}
        unharmed(done)
    (installed / ANSWERS).rmdir()
    (tmp_path / "outside.yml").write_bytes(content)
    (installed / ANSWERS).symlink_to(tmp_path / "outside.yml")
    unharmed(scaffold("check", installed))
    unharmed(scaffold("update", installed))
    assert (tmp_path / "outside.yml").read_bytes() == content


@pytest.mark.parametrize("command", ["check", "update", "accept"])
def test_a_target_that_is_not_initialised(command: str, scaffold: Run, repo: Path, tmp_path: Path) -> None:
    for place in (repo, tmp_path / "missing"):
        arguments = (place / "x.md", "--reason", "r") if command == "accept" else (place,)
        done = scaffold(command, *arguments)
        assert done.code == 2
        assert "initialised" in done.err or "does not exist" in done.err
        assert "scaffold init" in done.err
    assert not (tmp_path / "missing").exists()


def test_a_subfolder_of_an_initialised_repository(scaffold: Run, installed: Path) -> None:
    done = scaffold("update", installed / "d")
    assert done.code == 2
    assert str(installed) in done.err


class TestLinks:
    """Nothing is ever written through a symlink that leads out of the target."""

    @pytest.mark.parametrize("aim", ["outside", "nowhere", "loop"])
    def test_a_folder_of_the_target_that_is_a_link(self, aim: str, scaffold: Run, repo: Path, tmp_path: Path) -> None:
        (tmp_path / "outside").mkdir()
        (repo / ".github").symlink_to(".github" if aim == "loop" else tmp_path / aim)
        done = scaffold("init", repo)
        assert done.code == 3, done
        assert ".github" in done.err
        unharmed(done)
        assert not list((tmp_path / "outside").iterdir())
        assert not (repo / ANSWERS).exists()

    def test_a_link_that_stays_inside(self, scaffold: Run, repo: Path) -> None:
        (repo / "config").mkdir()
        (repo / ".github").symlink_to("config")
        assert scaffold("init", repo).code == 0
        assert (repo / "config/labels.yml").is_file()
        assert (repo / ".github").is_symlink()
        assert scaffold("check", repo).code == 0

    def test_a_file_that_became_a_link(self, scaffold: Run, installed: Path, tmp_path: Path) -> None:
        write_tree(tmp_path, {"outside.md": "outside\n"})
        (installed / "a.md").unlink()
        (installed / "a.md").symlink_to(tmp_path / "outside.md")
        assert scaffold("check", installed).code == 1
        done = scaffold("update", installed)
        assert done.code in {0, 1}
        assert (tmp_path / "outside.md").read_text() == "outside\n"
        assert scaffold("update", installed, "--restore").code == 0
        assert not (installed / "a.md").is_symlink()
        assert (tmp_path / "outside.md").read_text() == "outside\n"

    def test_a_folder_that_became_a_link_out(self, scaffold: Run, installed: Path, tmp_path: Path) -> None:
        write_tree(tmp_path, {"outside/b.md": "outside\n"})
        shutil.rmtree(installed / "d")
        (installed / "d").symlink_to(tmp_path / "outside")
        before = (installed / ANSWERS).read_bytes()
        for arguments in (("update",), ("update", "--restore"), ("check",)):
            done = scaffold(arguments[0], installed, *arguments[1:])
            assert done.code == 3, done
            assert "leads out of the target" in done.err
        assert read_tree(tmp_path / "outside") == {"b.md": b"outside\n"}
        assert (installed / ANSWERS).read_bytes() == before

    def test_a_target_that_is_a_link_itself(self, scaffold: Run, installed: Path, tmp_path: Path) -> None:
        (tmp_path / "alias").symlink_to(installed)
        assert scaffold("check", tmp_path / "alias", "--fail-on", "modified").code == 0
        assert scaffold("update", tmp_path / "alias").code == 0
        assert (installed / "c.md").is_file()


STATES: Mapping[str, Callable[[Path], object]] = {
    "merge": lambda root: write_tree(root, {".git/MERGE_HEAD": "0" * 40}),
    "rebase": lambda root: (root / ".git/rebase-merge").mkdir(),
    "cherry-pick": lambda root: write_tree(root, {".git/CHERRY_PICK_HEAD": "0" * 40}),
    "revert": lambda root: write_tree(root, {".git/REVERT_HEAD": "0" * 40}),
}


@pytest.mark.parametrize("state", STATES)
def test_git_in_the_middle_of_something(state: str, scaffold: Run, installed: Path, tmp_path: Path) -> None:
    STATES[state](installed)
    before = read_tree(installed)
    done = scaffold("update", installed)
    assert done.code == 1
    assert f"a {state} is in progress" in done.err
    assert read_tree(installed) == before
    fresh = tmp_path / "fresh"
    git(tmp_path, "init", "--quiet", "fresh")
    STATES[state](fresh)
    assert scaffold("init", fresh).code == 1
    assert read_tree(fresh) == {}


def test_a_real_merge_in_a_linked_worktree(scaffold: Run, installed: Path, tmp_path: Path) -> None:
    git(installed, "worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    write_tree(tmp_path / "side", {"a.md": "side\n"})
    commit_all(tmp_path / "side")
    write_tree(installed, {"a.md": "main\n"})
    commit_all(installed)
    subprocess.run(["git", "merge", "main"], cwd=tmp_path / "side", check=False, capture_output=True)
    done = scaffold("update", tmp_path / "side")
    assert done.code == 1
    assert "merge is in progress" in done.err


def test_git_is_missing(
    scaffold: Run, template: Template, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = tmp_path / "bundled"
    assert scaffold("init", bundled).code == 0
    before = read_tree(installed)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for arguments in (("update", installed), ("init", tmp_path / "new", "-t", template)):
        done = scaffold(*arguments)
        assert done.code == 3, done
        assert "git was not found" in done.err
    assert read_tree(installed) == before
    assert not (tmp_path / "new").exists()
    # What needs no git works without it.
    assert scaffold("check", bundled).code == 0
    assert scaffold("check", installed).code in {0, 1}
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "cold"))
    for arguments in (("check", installed), ("check", bundled), ("init", tmp_path / "new")):
        real = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)
        assert real.returncode == 3, real
        assert "git was not found" in real.stderr
        unharmed(real)
    assert not (tmp_path / "new").exists()


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


@pytest.mark.parametrize("kind", ["file", "link to a folder", "dangling link", "foreign folder"])
def test_something_of_the_name_of_the_staging_folder(kind: str, scaffold: Run, installed: Path, tmp_path: Path) -> None:
    staging = installed / ".scaffold-staging"
    write_tree(tmp_path, {"outside/keep.md": "keep\n"})
    match kind:
        case "file":
            staging.write_text("mine")
        case "link to a folder":
            staging.symlink_to(tmp_path / "outside")
        case "dangling link":
            staging.symlink_to(tmp_path / "nowhere")
        case _:
            write_tree(staging, {"sub/keep.md": "keep\n"})
    done = scaffold("update", installed)
    unharmed(done)
    assert done.code == (0 if kind == "foreign folder" else 3), done
    assert (tmp_path / "outside/keep.md").is_file()
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "manifest",
    [
        "", "{", "[]", "{}", "[1]", '[{"path": "x"}]',
        '[{"path": "../outside.md", "staged": "0000", "before": null, "after": "- 00", "index_info": ""}]',
        '[{"path": ".git/hooks/pre-commit", "staged": "0000", "before": null, "after": "- 00", "index_info": ""}]',
        '[{"path": "/tmp/outside.md", "staged": "0000", "before": null, "after": "- 00", "index_info": ""}]',
        '[{"path": "x.md", "staged": "../a.md", "before": null, "after": "- 00", "index_info": ""}]',
    ],
)  # fmt: skip
def test_a_staging_folder_that_a_repository_brought_along(
    manifest: str, scaffold: Run, installed: Path, tmp_path: Path
) -> None:
    """Whoever writes to a repository must not get files of theirs anywhere else by it."""
    write_tree(installed, {".scaffold-staging/manifest.json": manifest, ".scaffold-staging/0000": "evil\n"})
    hooks = set((installed / ".git/hooks").iterdir())
    done = scaffold("update", installed)
    unharmed(done)
    assert done.code in {0, 3}
    assert not (tmp_path / "outside.md").exists()
    assert set((installed / ".git/hooks").iterdir()) == hooks
    assert (installed / "a.md").is_file()


def test_two_runs_on_one_target(scaffold: Run, installed: Path) -> None:
    assert scaffold("update", installed, "--dry-run").code == 0
    runs = [
        subprocess.Popen([COMMAND, "update", installed], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    results = [(run.communicate(timeout=60), run.returncode) for run in runs]
    assert [code for _, code in results] == [0, 0, 0, 0], results
    assert sum("from template v1.0.0 to v2.0.0" in out for (out, _), _ in results) == 1
    assert scaffold("check", installed).code == 0


def test_a_run_that_waits_says_so(scaffold: Run, installed: Path) -> None:
    holder = (
        "import sys, time; from pathlib import Path; from issue_scaffold.adapters import locks;"
        "name = sys.argv[2]\n"
        "with locks.hold(Path(sys.argv[1]), name, what='x'): print('held', flush=True); time.sleep(1)"
    )
    cache = Path(os.environ["SCAFFOLD_CACHE_DIR"])
    name = next((cache / "locks").glob("target-*.lock")).stem
    with subprocess.Popen([sys.executable, "-c", holder, cache, name], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        done = scaffold("update", installed)
    assert done.code == 0
    assert "waiting for another scaffold run" in done.err


@pytest.mark.parametrize("arguments", [("update",), ("update", "--restore"), ("check",)])
def test_interrupting_leaves_nothing_half_done(arguments: tuple[str, ...], installed: Path) -> None:
    """Ctrl-C while it waits for git, which never answers here."""
    slow = installed.parent / "bin"
    write_tree(slow, {"git": "#!/bin/sh\nsleep 30\n"})
    (slow / "git").chmod(0o755)
    before = read_tree(installed)
    environment = {**os.environ, "PATH": f"{slow}:{os.environ['PATH']}", "SCAFFOLD_CACHE_DIR": str(slow / "cold")}
    run = subprocess.Popen(
        [COMMAND, *arguments, "."],
        cwd=installed,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    time.sleep(1.0)
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=20)
    assert run.returncode == 130, (out, err)
    assert "interrupted" in err
    unharmed(err)
    assert read_tree(installed) == before


def test_an_unexpected_error_leaves_a_report(
    scaffold: Run, installed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug\nof two lines")

    monkeypatch.setattr("issue_scaffold.usecases.update.plan_merge", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = scaffold("update", installed)
    assert done.code == 3
    assert "Traceback" not in done.err
    assert done.err.splitlines()[0] == "error: unexpected ZeroDivisionError: a bug"
    report = next(tmp_path.glob("scaffold-report-*.txt")).read_text()
    assert "plan_merge" in report
    monkeypatch.setenv("SCAFFOLD_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        scaffold("update", installed)


def test_nothing_is_left_in_the_temporary_folder(
    scaffold: Run, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    for arguments in (("init", tmp_path / "x"), ("update", installed), ("check", installed), ("init", installed)):
        scaffold(*arguments)
        assert not list((tmp_path / "tmp").iterdir()), arguments


@pytest.mark.parametrize(
    "arguments", [("zzz",), ("init", "a", "b"), ("check", "--zzz"), ("update", "--on-conflict", "x")]
)
def test_usage_errors(arguments: tuple[str, ...], scaffold: Run) -> None:
    done = scaffold(*arguments)
    assert done.code == 2
    assert "Usage: scaffold" in done.err
