"""What git can make of a repository: a command is right there, or refuses with nothing half done."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import ANSWERS, GIT_IDENTITY, Run, Template, commit_all, git, write_tree

from issue_scaffold.cli.main import main
from issue_scaffold.template import sealed_process

FILES = (".github/a.md", "tools/run.sh")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder with a repository on an old version that the new one conflicts with, and a warm cache."""
    folder = tmp_path_factory.mktemp("layouts")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**GIT_IDENTITY, "GIT_ALLOW_PROTOCOL": "file"}.items():
            patch.setenv(name, value)
        patch.setenv("SCAFFOLD_CACHE_DIR", str(folder / "cache"))
        template = Template(folder / "template")
        template.release("v1.0.0", {FILES[0]: "a\n", FILES[1]: "echo\n"})
        repo = folder / "repo"
        repo.mkdir()
        git(repo, "init", "--quiet", "--initial-branch=main")
        assert main(["init", str(repo), "-t", str(template)]) == 0
        write_tree(repo, {"src/x.py": "", FILES[0]: "mine\n"})
        commit_all(repo)
        template.release("v1.1.0", {FILES[0]: "a2\n"})
        assert main(["update", str(repo), "--dry-run"]) == 1
    yield folder
    sealed_process.end()


@pytest.fixture
def repository(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the repository."""
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(world / "cache"))
    repo = Path(shutil.copytree(world / "repo", tmp_path / "repo"))
    git(repo, "update-index", "--refresh")  # a copy's files are others than the index has seen
    return repo


def in_cone(repo: Path) -> Path:
    git(repo, "sparse-checkout", "set", "--cone", "src")
    return repo


def by_patterns(repo: Path) -> Path:
    git(repo, "sparse-checkout", "set", "--no-cone", "/*", "!/.github/")
    return repo


def with_sparse_index(repo: Path) -> Path:
    git(repo, "sparse-checkout", "set", "--cone", "--sparse-index", "src")
    return repo


def by_bits(repo: Path) -> Path:
    git(repo, "update-index", "--skip-worktree", FILES[0])
    (repo / FILES[0]).unlink()
    return repo


def linked(repo: Path) -> Path:
    git(repo, "worktree", "add", "--quiet", "-b", "other", "../linked")
    return repo.parent / "linked"


def linked_of_bare(repo: Path) -> Path:
    git(repo, "clone", "--quiet", "--bare", ".", "../bare.git")
    git(repo.parent / "bare.git", "worktree", "add", "--quiet", "../of-bare", "main")
    return repo.parent / "of-bare"


def submodule(repo: Path) -> Path:
    around = repo.parent / "around"
    around.mkdir()
    git(around, "init", "--quiet")
    git(around, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo), "inner")
    return around / "inner"


def sha256(repo: Path) -> Path:
    shutil.rmtree(repo / ".git")
    git(repo, "init", "--quiet", "--object-format=sha256")
    commit_all(repo)
    return repo


def of_another(repo: Path) -> Path:
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    for place in (repo, *repo.rglob("*")):
        os.chown(place, 1234, 1234, follow_symlinks=False)
    return repo


def locked(repo: Path) -> Path:
    (repo / ".git/index.lock").touch()
    return repo


@dataclass(frozen=True)
class Layout:
    """How a repository is made, and what comes of it: `check`'s kinds, `update`'s exit code and what it says."""

    make: Callable[[Path], Path]
    update: int = 1
    said: str = ""
    is_unmerged: bool = True


SPARSE = "git sparse-checkout add .github"
LAYOUTS = {
    "plain": Layout(lambda repo: repo),
    "cone": Layout(in_cone, update=3, said=f"{SPARSE} tools"),
    "patterns": Layout(by_patterns, update=3, said=SPARSE),
    "sparse index": Layout(with_sparse_index, update=3, said=f"{SPARSE} tools"),
    "bits": Layout(by_bits, update=3, said="git update-index --no-skip-worktree .github/a.md"),
    "linked": Layout(linked),
    "linked of a bare one": Layout(linked_of_bare),
    "submodule": Layout(submodule),
    "sha256": Layout(sha256),
    "another owner": Layout(of_another, said="safe.directory", is_unmerged=False),
    "locked index": Layout(locked, update=3, said="another git is at work", is_unmerged=False),
}


def state(repo: Path) -> dict[str, tuple[bytes, int]]:
    """Return all files outside of git's folder, with their owners."""
    found = {}
    for path in sorted(repo.rglob("*")):
        if path.is_file() and ".git" not in path.relative_to(repo).parts:
            found[path.relative_to(repo).as_posix()] = path.read_bytes(), path.stat().st_uid
    return found


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout(name: str, repository: Path, scaffold: Run) -> None:
    layout = LAYOUTS[name]
    repo = layout.make(repository)
    before = state(repo)
    checked = scaffold("check", repo, "--offline", "--format", "json")
    assert checked.code == 1, checked
    (row,) = json.loads(checked.out)["targets"]
    assert [(one["kind"], one["path"]) for one in row["findings"]] == [("outdated", ANSWERS), ("modified", FILES[0])]
    planned = scaffold("update", repo, "--dry-run")
    assert planned.code == layout.update, planned
    assert state(repo) == before
    done = scaffold("update", repo)
    assert done.code == layout.update, done
    assert layout.said in done.err
    after = state(repo)
    if layout.update == 3:
        assert after == before
        return
    assert b"<<<<<<<" in after[FILES[0]][0]
    assert {path: owner for path, (_, owner) in after.items()} == {path: owner for path, (_, owner) in before.items()}
    if layout.is_unmerged:
        assert git(repo, "ls-files", "--unmerged").count("\n") == 2


@pytest.mark.parametrize("make", [in_cone, with_sparse_index, by_bits])
def test_nothing_is_decided_on_what_is_not_checked_out(
    make: Callable[[Path], Path], repository: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = make(repository)
    monkeypatch.chdir(repo)
    before = state(repo)
    for command in (
        ("accept", FILES[0], "--reason", "gone"),
        ("update", "--restore"),
        ("update", "-d", "x=y"),
        ("init", "-a", ".copier-answers.other.yml", "-t", str(repo.parent.parent)),
    ):
        assert scaffold(*command).code in {2, 3}
    assert "not checked out" in scaffold("accept", FILES[0], "--reason", "gone").err
    assert state(repo) == before
    # What is really deleted is missing, as ever.
    (repo / "src/x.py").unlink()
    git(repo, "sparse-checkout", "disable")
    git(repo, "update-index", "--no-skip-worktree", FILES[0])
    (repo / FILES[0]).unlink(missing_ok=True)
    assert "[missing]" in scaffold("check", "--offline").out


@pytest.mark.parametrize("looks_at_modes", [True, False])
def test_executable_bits_reach_the_index_where_git_does_not_look_at_them(
    looks_at_modes: bool, template: Template, repo: Path, scaffold: Run
) -> None:
    """What a template makes executable, or makes so no longer, is so for all who clone."""
    template.release(
        "v1", {"on.sh": "1\n", "off.sh": "1\n", "edited [x].sh": "1\n", "lost.sh": "1\n", "same.sh": "1\n"}
    )
    git(template.folder, "update-index", "--chmod=+x", "off.sh")
    git(template.folder, "commit", "--quiet", "-m", "mode")
    git(template.folder, "tag", "v2")
    below = repo / "below"
    assert scaffold("init", below, "--here", "-t", template, "--ref", "v2").code == 0
    git(repo, "config", "core.fileMode", str(looks_at_modes).lower())
    git(repo, "add", "--all")
    git(repo, "update-index", "--chmod=+x", "below/off.sh")
    commit_all(repo)
    write_tree(below, {"edited [x].sh": "mine\n"})
    git(below, "add", "edited [x].sh")
    (below / "lost.sh").unlink()
    git(template.folder, "update-index", "--chmod=-x", "off.sh")
    for name in ("on.sh", "edited [x].sh", "lost.sh"):
        git(template.folder, "update-index", "--chmod=+x", name)
    git(template.folder, "checkout", "--quiet", "--", ".")
    git(template.folder, "commit", "--quiet", "-m", "modes")
    git(template.folder, "tag", "v3")
    staged = git(repo, "ls-files", "--stage").replace("\t", " ").splitlines()
    assert scaffold("update", below, "--dry-run").code == 0
    assert git(repo, "ls-files", "--stage").replace("\t", " ").splitlines() == staged
    done = scaffold("update", below)
    assert (done.code, done.err) == (0, "")
    now = git(repo, "ls-files", "--stage").replace("\t", " ").splitlines()
    changed = [new for old, new in zip(staged, now, strict=True) if old != new]
    if looks_at_modes:
        assert changed == []
        return
    assert [(row.split()[0], row.split(maxsplit=3)[3]) for row in changed] == [
        ("100755", "below/edited [x].sh"),
        ("100644", "below/off.sh"),
        ("100755", "below/on.sh"),
    ]
    # Contents are as they were staged.
    assert [row.split()[1] for row in now] == [row.split()[1] for row in staged]
