"""Git as a program: its environment, its messages, merging, and marking files unmerged."""

import os
import subprocess
from pathlib import Path

import pytest
from tests.conftest import Template, commit_all, git, write_tree

from issue_scaffold.adapters import git as adapter
from issue_scaffold.adapters.git import GitError, UnmergedFile

LABELS = ("yours", "before", "theirs")


def test_all_variables_that_tie_git_to_a_repository_are_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    said = subprocess.run(["git", "rev-parse", "--local-env-vars"], capture_output=True, text=True, check=True)
    configuration = {"GIT_CONFIG", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS"}
    assert set(adapter.REPOSITORY_VARIABLES) >= set(said.stdout.split()) - configuration
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("GIT_SSH_COMMAND", "mine")
    environment = adapter.environment()
    assert "GIT_DIR" not in environment
    assert environment["GIT_SSH_COMMAND"] == "mine"
    assert environment["GIT_TERMINAL_PROMPT"] == "0"


@pytest.mark.parametrize(("count", "wanted"), [(None, 0), ("", 0), ("2", 2), ("many", 0)])
def test_a_detour_is_added_to_the_users_settings(count: str | None, wanted: int) -> None:
    env = {} if count is None else {"GIT_CONFIG_COUNT": count}
    assert adapter.instead_of("https://x/y.git", "/local", env) == {
        "GIT_CONFIG_COUNT": str(wanted + 1),
        f"GIT_CONFIG_KEY_{wanted}": "url./local.insteadOf",
        f"GIT_CONFIG_VALUE_{wanted}": "https://x/y.git",
    }


def test_failures_say_what_git_said_without_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GitError, match=r"git rev-parse failed: fatal: not a git repository"):
        adapter.run(["rev-parse", "HEAD"], cwd=tmp_path)
    with pytest.raises(GitError) as caught:
        adapter.run(["clone", "https://me:secret@example.invalid/x.git", str(tmp_path / "x")])
    assert "secret" not in caught.value.message
    with pytest.raises(GitError, match="is not a folder"):
        adapter.run(["status"], cwd=tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    for call in (lambda: adapter.run(["status"]), adapter.require):
        with pytest.raises(GitError, match="git was not found") as missing:
            call()
        assert "install git" in str(missing.value.hint)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged", "conflicted"),
    [
        (b"a\nb\nc\nd\n", b"A\nb\nc\nd\n", b"a\nb\nc\nD\n", b"A\nb\nc\nD\n", False),
        (b"a\n", b"b\n", b"b\n", b"b\n", False),
        (b"a\n", b"b\n", b"c\n", b"<<<<<<< yours\nb\n=======\nc\n>>>>>>> theirs\n", True),
        (b"", b"a\n", b"", b"a\n", False),
        (b"a\nb", b"a\nb", b"A\nb", b"A\nb", False),
        ("ü\nb\nc\n".encode(), "ü\nb\n🔧\n".encode(), b"u\nb\nc\n", "u\nb\n🔧\n".encode(), False),
        (b"\xff\nb\nc\n", b"\xff\nb\nC\n", b"\xfe\nb\nc\n", b"\xfe\nb\nC\n", False),
    ],
)
def test_merging_texts(base: bytes, ours: bytes, theirs: bytes, merged: bytes, conflicted: bool) -> None:
    assert adapter.merge_text(base, ours, theirs, LABELS) == (merged, conflicted)


def test_more_conflicts_than_an_exit_status_holds() -> None:
    def side(word: str) -> bytes:
        return "".join(f"{word} {number}\n" + f"same {number}\n" * 9 for number in range(300)).encode()

    merged, conflicted = adapter.merge_text(side("b"), side("o"), side("t"), LABELS)
    assert conflicted
    assert merged.count(b"<<<<<<< yours") == 300


def test_the_users_conflict_style_is_kept_readable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_tree(tmp_path, {"config": "[merge]\n\tconflictStyle = diff3\n"})
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    merged, conflicted = adapter.merge_text(b"a\n", b"b\n", b"c\n", LABELS)
    assert conflicted
    assert merged.startswith(b"<<<<<<< yours\nb\n")


def test_the_root_of_a_work_tree(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "a/b").mkdir(parents=True)
    assert adapter.top_level(repo / "a/b") == repo
    assert adapter.top_level(repo) == repo
    assert adapter.top_level(repo / "none/yet") == repo
    assert adapter.top_level(tmp_path) is None
    monkeypatch.chdir(repo / "a")
    assert adapter.top_level(Path("b")) == repo


def test_files_of_a_commit(template: Template) -> None:
    template.release("v1", {"copier.yml": "a: 1\n", "d/x": b"\0\n\xff", "empty": ""})
    commit = git(template.folder, "rev-parse", "HEAD")
    assert adapter.read_file(template.folder, commit, "copier.yml") == b"a: 1\n"
    assert adapter.read_file(template.folder, commit, "d/x") == b"\0\n\xff"
    assert adapter.read_file(template.folder, commit, "empty") == b""
    assert adapter.read_file(template.folder, commit, "d") is None
    assert adapter.read_file(template.folder, commit, "none") is None
    assert adapter.mentions(template.folder, commit, "copier_answers|zzz")
    assert not adapter.mentions(template.folder, commit, "zzz")


def test_marking_files_unmerged(repo: Path) -> None:
    target = repo / "sub ü"
    write_tree(target, {"a b.md": "ours\n", "deep/ü.md": "ours\n", "new.md": "ours\n"})
    write_tree(repo, {"other": "x"})
    commit_all(repo)
    (target / "deep/ü.md").chmod(0o755)
    entries = adapter.unmerged_index_info(
        target,
        [
            UnmergedFile("a b.md", b"base\n", b"ours\n", b"theirs\n"),
            UnmergedFile("deep/ü.md", None, b"ours\n", b"theirs\n", executable=True),
        ],
    )
    assert entries.keys() == {"a b.md", "deep/ü.md"}
    assert git(repo, "status", "--porcelain") == 'M "sub \\303\\274/deep/\\303\\274.md"'.replace("M ", "M ", 1)
    adapter.enter_index(target, "".join(entries.values()))
    adapter.enter_index(target, "".join(entries.values()))
    assert set(adapter.unmerged_paths(target)) == {"a b.md", "deep/ü.md"}
    assert git(repo, "show", ":3:sub ü/a b.md") == "theirs"
    stages = [line.split()[0::2][:2] for line in git(repo, "ls-files", "--unmerged", "-z").split("\0") if line]
    assert [mode for mode, _ in stages] == ["100644"] * 3 + ["100755"] * 2
    assert adapter.unmerged_index_info(target, []) == {}


def test_git_in_the_middle_of_something(repo: Path) -> None:
    assert adapter.merge_in_progress(repo) is None
    (repo / ".git/MERGE_HEAD").write_text("x")
    assert adapter.merge_in_progress(repo) == "merge"


def test_an_answer_that_does_not_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"git": "#!/bin/sh\nexec sleep 20\n"})
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(adapter, "ANSWER_SECONDS", 0.2)
    with pytest.raises(GitError, match="gave no answer"):
        adapter.remote_versions("https://example.invalid/x.git")
