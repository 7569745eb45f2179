"""What goes wrong around the command: a clear message, the right exit code, nothing written, nothing lost."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.conftest import ANSWERS, Run, Template, commit_all, git, read_tree, write_tree

COMMAND = Path(sys.executable).parent / "scaffold"


BASE = "one\n\ntwo\n\nthree\n"


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


class TestLinks:
    """Nothing is ever written through a symlink."""

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
        done = scaffold("init", repo)
        assert done.code == 3
        assert ".github is a symlink (to config)" in done.err
        assert not list((repo / "config").iterdir())
        assert not (repo / ANSWERS).exists()

    def test_a_file_that_became_a_link(self, scaffold: Run, installed: Path, tmp_path: Path) -> None:
        write_tree(tmp_path, {"outside.md": "outside\n"})
        (installed / "a.md").unlink()
        (installed / "a.md").symlink_to(tmp_path / "outside.md")
        assert scaffold("check", installed).code == 1
        done = scaffold("update", installed)
        assert done.code in {0, 1}
        assert (tmp_path / "outside.md").read_text() == "outside\n"
        assert scaffold("update", installed, "--restore", "--force").code == 0
        assert not (installed / "a.md").is_symlink()
        assert (tmp_path / "outside.md").read_text() == "outside\n"

    def test_a_folder_that_became_a_link_out(self, scaffold: Run, installed: Path, tmp_path: Path) -> None:
        write_tree(tmp_path, {"outside/b.md": "outside\n"})
        shutil.rmtree(installed / "d")
        (installed / "d").symlink_to(tmp_path / "outside")
        before = (installed / ANSWERS).read_bytes()
        check = scaffold("check", installed)
        assert check.code == 1
        assert "d is a symlink" in check.out
        for arguments in (("update",), ("update", "--restore", "--force")):
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


@pytest.mark.parametrize(
    "arguments", [("zzz",), ("init", "a", "b"), ("check", "--zzz"), ("update", "--on-conflict", "x")]
)
def test_usage_errors(arguments: tuple[str, ...], scaffold: Run) -> None:
    done = scaffold(*arguments)
    assert done.code == 2
    assert "Usage: scaffold" in done.err
