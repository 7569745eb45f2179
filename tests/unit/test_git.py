"""Git as a program: its environment, its messages, merging, and marking files unmerged."""

import os
import time
from pathlib import Path

import pytest
from tests.conftest import commit_all, git, write_tree

from issue_scaffold.files.rendering import File
from issue_scaffold.git import command as adapter
from issue_scaffold.git.command import GitError, UnmergedFile
from issue_scaffold.git.folder import top_level, work_tree_problem

LABELS = ("yours", "before", "theirs")


def test_failures_say_what_git_said_without_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GitError, match=r"git rev-parse failed: fatal: not a git repository"):
        adapter.run(["rev-parse", "HEAD"], cwd=tmp_path)
    with pytest.raises(GitError) as caught:
        adapter.run(["clone", "https://me:secret@example.invalid/x.git", str(tmp_path / "x")])
    assert "not allowed" in caught.value.message
    assert "secret" not in caught.value.message
    with pytest.raises(GitError, match="is not a folder"):
        adapter.run(["status"], cwd=tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git was not found") as missing:
        adapter.run(["status"])
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
    assert top_level(repo / "a/b") == repo
    assert top_level(repo) == repo
    assert top_level(repo / "none/yet") == repo
    assert top_level(tmp_path) is None
    monkeypatch.chdir(repo / "a")
    assert top_level(Path("b")) == repo


def test_marking_files_unmerged(repo: Path) -> None:
    target = repo / "sub ü"
    write_tree(target, {"a b.md": "ours\n", "deep/ü.md": "ours\n", "new.md": "ours\n"})
    write_tree(repo, {"other": "x"})
    commit_all(repo)
    (target / "deep/ü.md").chmod(0o755)
    entries = adapter.unmerged_index_info(
        target,
        [
            UnmergedFile("a b.md", File(b"base\n"), File(b"ours\n"), File(b"theirs\n")),
            UnmergedFile("deep/ü.md", None, File(b"ours\n", executable=True), File(link="a b.md")),
        ],
    )
    assert entries.keys() == {"a b.md", "deep/ü.md"}
    assert git(repo, "status", "--porcelain") == 'M "sub \\303\\274/deep/\\303\\274.md"'.replace("M ", "M ", 1)
    adapter.enter_index(target, "".join(entries.values()))
    adapter.enter_index(target, "".join(entries.values()))
    assert set(adapter.unmerged_paths(target)) == {"a b.md", "deep/ü.md"}
    assert git(repo, "show", ":3:sub ü/a b.md") == "theirs"
    stages = [line.split()[0::2][:2] for line in git(repo, "ls-files", "--unmerged", "-z").split("\0") if line]
    assert [mode for mode, _ in stages] == ["100644"] * 3 + ["100755", "120000"]
    assert adapter.unmerged_index_info(target, []) == {}


def test_git_in_the_middle_of_something(repo: Path) -> None:
    assert adapter.merge_in_progress(repo) is None
    (repo / ".git/MERGE_HEAD").write_text("x")
    assert adapter.merge_in_progress(repo) == "merge"


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({".git/HEAD": "x"}, None),
        ({"sub/x": "x"}, None),
        ({"HEAD": "x", "objects/x": "", "refs/x": ""}, "is a bare repository, which has no working tree"),
        ({".git": "gitdir: .bare\n", ".bare/config": "[core]\n\tbare = true\n"}, "belongs to a bare repository"),
        ({".git": "gitdir: .b/w\n", ".b/w/commondir": "..\n", ".b/config": "[core]\n\tbare = true\n"}, None),
    ],
)
def test_folders_without_a_working_tree(files: dict[str, str], problem: str | None, tmp_path: Path) -> None:
    write_tree(tmp_path, files)
    said = work_tree_problem(tmp_path)
    assert (said or "").startswith(problem or "")
    assert (said is None) is (problem is None)


def test_inside_of_gits_own_folder(repo: Path) -> None:
    assert work_tree_problem(repo) is None
    assert work_tree_problem(repo / ".git") == "is git's own folder, which has no working tree"
    assert work_tree_problem(repo / ".git/hooks") == "lies in git's own folder, which has no working tree"
    git(repo, "init", "--quiet", "--bare", "project.git")
    assert work_tree_problem(repo / "project.git/x/y") == "lies in a bare repository, which has no working tree"


class TestTalk:
    """Git that reads another repository: all of it ends in time, and nothing of it is left."""

    @pytest.fixture
    def fake_git(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        folder = tmp_path / "bin"
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        return folder / "git"

    def talk(self, seconds: float = 20.0, max_bytes: int = 1000) -> bytes:
        return adapter.talk(["fetch", "x"], env=dict(os.environ), seconds=seconds, max_bytes=max_bytes)

    def write(self, fake_git: Path, script: str) -> None:
        write_tree(fake_git.parent, {"git": f"#!/bin/sh\n{script}\n"})
        fake_git.chmod(0o755)

    def test_it_is_ended_with_what_it_started(self, fake_git: Path, tmp_path: Path) -> None:
        self.write(fake_git, f"sleep 300 & echo $! > {tmp_path}/helper; wait")
        with pytest.raises(GitError, match=r"git fetch gave no full answer within 1 seconds"):
            self.talk(seconds=1.0)
        helper = int((tmp_path / "helper").read_text())
        deadline = time.monotonic() + 10
        while Path(f"/proc/{helper}").exists() and time.monotonic() < deadline:
            if "Z" in Path(f"/proc/{helper}/stat").read_text().split(")")[1]:
                break
            time.sleep(0.05)
        else:
            assert not Path(f"/proc/{helper}").exists()

    def test_what_it_says_is_returned(self, fake_git: Path) -> None:
        self.write(fake_git, "echo $GIT_DIR; echo said >&2")
        assert self.talk() == b"/dev/null\n"

    def test_it_can_not_fill_the_disk(self, fake_git: Path) -> None:
        self.write(fake_git, "sleep 1; head -c 1000000 /dev/zero; exit 3")
        with pytest.raises(GitError, match="git fetch failed"):
            self.talk()

    def test_failures_hold_no_credentials(self, fake_git: Path) -> None:
        self.write(fake_git, "echo 'fatal: no https://me:secret@x.invalid/y?token=secret' >&2; exit 1")
        with pytest.raises(GitError, match=r"no https://x.invalid/y$") as caught:
            self.talk()
        assert "secret" not in caught.value.message
