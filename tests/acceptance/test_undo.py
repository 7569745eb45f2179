"""`scaffold undo`: the last run is taken back exactly, and what was edited since is left."""

import shlex
import shutil
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.conftest import ANSWERS, Result, Run, Template, commit_all, git, write_tree

FORM = """name: Crash report
description: Tell us
body:
  - type: textarea
    id: what
    attributes:
      label: What happened?
"""
MARKDOWN = "---\nname: Question\nabout: Ask us\n---\n\n## What?\n\n## Why?\n"
BASE = "one\n\ntwo\n\nthree\n"
V1: dict[str, str | bytes | None] = {
    "guide.md": BASE, "old/deep/gone.md": "bye\n", "run.sh": "#!/bin/sh\necho one\n",
}  # fmt: skip
V2: dict[str, str | bytes | None] = {
    "guide.md": BASE.replace("three", "three!"), "old/deep/gone.md": None, "run.sh": "#!/bin/sh\necho two\n",
    "new/deep/fresh.md": "fresh\n",
}  # fmt: skip


def snapshot(root: Path) -> dict[str, object]:
    """Return all that a user can notice below a folder, and git's index."""
    seen: dict[str, object] = {}
    for path in sorted(root.rglob("*")) if root.exists() else ():
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] == ".git":
            continue
        if path.is_symlink():
            seen[name] = path.readlink()
        elif path.is_dir():
            seen[name] = "folder"
        else:
            seen[name] = (stat.S_IMODE(path.stat().st_mode), path.read_bytes())
    if (root / ".git").exists():
        seen["index"] = git(root, "ls-files", "--stage")
    return seen


class Scene:
    """A target in a folder of its own, in git or not, and what commands need besides."""

    def __init__(self, scaffold: Run, template: Template, folder: Path, *, in_git: bool) -> None:
        self.scaffold, self.template, self.folder, self.in_git = scaffold, template, folder, in_git
        self.target = folder / "target"

    def started(self) -> Path:
        """Return the target, with work of the user's that no commit has."""
        write_tree(self.target, {"README.md": "ours\n"})
        if self.in_git:
            git(self.target, "init", "--quiet", "--initial-branch=main")
            commit_all(self.target)
        write_tree(self.target, {"README.md": "ours, being edited\n", "notes.txt": "half a thought\n"})
        (self.target / "empty").mkdir()
        return self.target

    def installed(self, *options: str) -> Path:
        """Return the target with version 1 in it, and version 2 out."""
        self.template.release("v1", V1)
        target = self.started()
        assert self.run("init", target, "-t", self.template, *options).code == 0
        if self.in_git:
            commit_all(target)
        self.template.release("v2", V2)
        return target

    def run(self, *arguments: str | Path | Template) -> Result:
        """Run a command; a template is named by its folder."""
        return self.scaffold(*(str(argument) for argument in arguments))


Play = Callable[[Scene], Sequence[str | Path]]


def init(scene: Scene) -> Sequence[str | Path]:
    scene.template.release("v1", V1)
    return ["init", scene.started(), "-t", str(scene.template)]


def init_in_a_new_folder(scene: Scene) -> Sequence[str | Path]:
    scene.template.release("v1", V1)
    return ["init", scene.target, "-t", str(scene.template)]


def update(scene: Scene) -> Sequence[str | Path]:
    target = scene.installed()
    (target / "run.sh").chmod(0o600)
    (target / "old/deep/gone.md").chmod(0o640)
    return ["update", target]


def update_with_a_conflict(scene: Scene) -> Sequence[str | Path]:
    target = scene.installed()
    write_tree(target, {"guide.md": BASE.replace("three", "three?")})
    return ["update", target]


def update_with_another_answers_file(scene: Scene) -> Sequence[str | Path]:
    target = scene.installed("-a", ".copier-answers.other.yml")
    return ["update", target, "-a", ".copier-answers.other.yml"]


def move_to_another_template(scene: Scene) -> Sequence[str | Path]:
    target = scene.installed()
    other = Template(scene.folder / "other")
    other.release("v7", {"guide.md": BASE, "else.md": "else\n"})
    return ["update", target, "-t", str(other)]


def restore(scene: Scene) -> Sequence[str | Path]:
    target = scene.installed()
    write_tree(target, {"guide.md": "unsaved work\n", "run.sh": None})
    return ["update", target, "--restore", "--force"]


def accept(scene: Scene) -> Sequence[str | Path]:
    target = scene.installed()
    write_tree(target, {"guide.md": "ours\n", "run.sh": None})
    return ["accept", target / "guide.md", target / "run.sh", "--reason", "ours"]


def validate_fix(scene: Scene) -> Sequence[str | Path]:
    target = scene.started()
    folder = ".github/ISSUE_TEMPLATE"
    config = "blank_issues_enabled: false\n"
    write_tree(target, {f"{folder}/a.yml": FORM.replace("description", "about"), f"{folder}/config.yaml": config})
    return ["validate", "--fix", target]


def convert_in_place(scene: Scene) -> Sequence[str | Path]:
    target = scene.started()
    write_tree(target, {".github/ISSUE_TEMPLATE/a.md": MARKDOWN})
    return ["convert", "--in-place", target / ".github/ISSUE_TEMPLATE/a.md"]


def convert_to_a_file(scene: Scene) -> Sequence[str | Path]:
    target = scene.started()
    write_tree(target, {"a.md": MARKDOWN, "out.yml": "old\n"})
    return ["convert", target / "a.md", "-o", target / "out.yml"]


def catalog_add(scene: Scene) -> Sequence[str | Path]:
    write_tree(scene.folder, {"question.md": MARKDOWN})
    assert scene.run("catalog", "new", scene.target).code == 0
    if not scene.in_git:
        shutil.rmtree(scene.target / ".git")
    return ["catalog", "add", scene.folder / "question.md", "-C", scene.target]


PLAYS: tuple[Play, ...] = (
    init, init_in_a_new_folder, update, update_with_a_conflict, update_with_another_answers_file,
    move_to_another_template, restore, accept, validate_fix, convert_in_place, convert_to_a_file, catalog_add,
)  # fmt: skip


def way_back(done: Result) -> list[str]:
    """Return the command that a run has said takes it back."""
    said = [line for line in (done.out + done.err).splitlines() if line.startswith("To take it back: scaffold ")]
    assert len(said) == 1, done
    return shlex.split(said[0].removeprefix("To take it back: scaffold "))


@pytest.mark.parametrize("in_git", [True, False], ids=["git", "no git"])
@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.__name__)
def test_every_run_is_taken_back_exactly(
    play: Play, in_git: bool, scaffold: Run, template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the command that the run has named; `--dry-run` says the same before, and writes nothing."""
    monkeypatch.chdir(tmp_path)
    scene = Scene(scaffold, template, tmp_path, in_git=in_git)
    arguments = play(scene)
    before = snapshot(scene.target)
    done = scene.run(*arguments)
    assert done.code in {0, 1}, done
    after = snapshot(scene.target)
    assert after != before
    undo = way_back(done)
    planned = scene.run(*undo, "--dry-run")
    assert planned.code == 0, planned
    assert planned.out.startswith(f"Would take back scaffold {arguments[0]}")
    assert snapshot(scene.target) == after
    taken_back = scene.run(*undo)
    assert taken_back.code == 0, taken_back
    assert taken_back.out.startswith(planned.out.replace("Would take back", "Took back"))
    assert snapshot(scene.target) == before
    assert scene.target.exists() == bool(before)
    if play in {init, init_in_a_new_folder, validate_fix, convert_in_place, convert_to_a_file, catalog_add}:
        assert scene.run(*undo).code == 2, "it was the only run"
    else:
        assert "scaffold init" in scene.run(*undo, "-n").out, "the run before"


@pytest.fixture
def scene(scaffold: Run, template: Template, tmp_path: Path) -> Scene:
    """Return a scene in a git repository."""
    return Scene(scaffold, template, tmp_path, in_git=True)


def test_what_was_edited_since_is_left_and_named(scene: Scene) -> None:
    """And comes back by another undo when the edit is gone; until then the run before comes next."""
    target = scene.installed()
    write_tree(target, {"guide.md": BASE.replace("one", "ours")})
    commit_all(target)
    assert scene.run("update", target).code == 0
    updated = (target / "guide.md").read_text()
    write_tree(target, {"guide.md": updated + "and on\n", "run.sh": None, "new/deep/fresh.md": "ours now\n"})
    done = scene.run("undo", target)
    assert done.code == 1, done
    rows = {line.split()[1]: line.split()[0] for line in done.out.splitlines() if line.startswith("  ")}
    assert rows == {
        ANSWERS: "restore", "guide.md": "left", "run.sh": "left", "new/deep/fresh.md": "left",
        "old/deep/gone.md": "restore",
    }  # fmt: skip
    assert "(edited since)" in done.out
    assert "(deleted since)" in done.out
    assert (target / "guide.md").read_text() == updated + "and on\n"
    assert "scaffold init" in scene.run("undo", target, "-n").out
    assert scene.run("accept", target / "guide.md", "--reason", "ours").code == 0
    assert "Before it was scaffold init" in scene.run("undo", target).out, "what was left isn't promised"
    write_tree(target, {"guide.md": updated})
    again = scene.run("undo", target)
    assert again.code == 1, again
    assert (target / "guide.md").read_text() == BASE.replace("one", "ours")


@pytest.mark.parametrize("resolved", ["", "edited", "added"])
def test_conflicts_in_gits_index(resolved: str, scene: Scene) -> None:
    """The marks go unless somebody has decided already."""
    arguments = update_with_a_conflict(scene)
    target = scene.target
    before = git(target, "ls-files", "--stage")
    write_tree(target, {"staged.txt": "staged\n"})
    git(target, "add", "staged.txt")
    assert scene.run(*arguments).code == 1
    if resolved:
        write_tree(target, {"guide.md": BASE.replace("three", "three?!")})
    if resolved == "added":
        git(target, "add", "guide.md")
    done = scene.run("undo", target)
    assert done.code == (1 if resolved else 0), done
    index = git(target, "ls-files", "--stage")
    assert "staged.txt" in index
    if resolved:
        assert "left      guide.md  (edited since)" in done.out
        assert bool(git(target, "ls-files", "--unmerged")) == (resolved == "edited")
    else:
        assert [line for line in index.splitlines() if "staged" not in line] == before.splitlines()
        assert git(target, "diff", "--cached", "--name-only") == "staged.txt"


def test_a_conflict_in_a_file_that_git_did_not_have(scene: Scene) -> None:
    target = scene.installed()
    git(target, "rm", "--cached", "--quiet", "guide.md")
    git(target, "commit", "--quiet", "--message", "ours alone")
    write_tree(target, {"guide.md": BASE.replace("three", "three?")})
    before = snapshot(target)
    assert scene.run("update", target).code == 1
    assert scene.run("undo", target).code == 0
    assert snapshot(target) == before


def test_while_git_is_in_the_middle_of_something_nothing_is_taken_back(scene: Scene) -> None:
    assert scene.run(*update_with_a_conflict(scene)).code == 1
    before = snapshot(scene.target)
    lock = scene.target / ".git/index.lock"
    lock.touch()
    done = scene.run("undo", scene.target)
    assert (done.code, snapshot(scene.target)) == (3, before)
    assert str(lock) in done.err
    lock.unlink()
    (scene.target / ".git/MERGE_HEAD").write_text("")
    done = scene.run("undo", scene.target)
    assert (done.code, snapshot(scene.target)) == (1, before)
    assert "git merge --abort" in done.err


def test_from_a_folder_below_and_in_a_linked_work_tree(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last run of the work tree around is meant; another work tree has runs of its own."""
    target = scene.installed()
    tree = tmp_path / "tree"
    git(target, "worktree", "add", "--quiet", str(tree))
    before = snapshot(tree), snapshot(target)
    assert scene.run("update", tree).code == 0
    (tree / "docs").mkdir()
    monkeypatch.chdir(tree / "docs")
    done = scene.run("undo")
    assert done.code == 0, done
    assert f"in {tree}:" in done.out
    (tree / "docs").rmdir()
    assert (snapshot(tree), snapshot(target)) == before
    assert scene.run("undo", tree).code == 2
    assert scene.run("undo", target, "-n").code == 0


def test_of_several_targets_in_a_repository_the_last_run_counts(scene: Scene) -> None:
    target = scene.installed()
    (target / "part").mkdir()
    assert scene.run("init", target / "part", "--here", "-t", scene.template).code == 0
    assert scene.run("accept", target / "nothing.md", "--reason", "x").code == 2
    assert "Would take back scaffold init" in scene.run("undo", target / "part", "-n").out
    assert scene.run("update", target).code == 0
    assert "Would take back scaffold update" in scene.run("undo", target / "part", "-n").out
    assert scene.run("undo", target / "part").code == 0
    assert scene.run("undo", target / "part").code == 0
    assert not (target / "part").exists() or not list((target / "part").iterdir())


class TestNothingToUndo:
    """Exit code 2, and nothing changes."""

    def test_in_a_new_repository(self, scene: Scene) -> None:
        target = scene.started()
        before = snapshot(target)
        for options in ((), ("--dry-run",), ("--format", "json")):
            done = scene.run("undo", target, *options)
            assert done.code == 2, done
            assert "there is nothing to undo" in done.err
        assert snapshot(target) == before

    def test_after_runs_that_wrote_nothing(self, scene: Scene) -> None:
        target = scene.installed()
        for arguments in (("check", target), ("update", target, "-n"), ("init", target)):
            done = scene.run(*arguments)
            assert "To take it back" not in done.out + done.err
        assert "scaffold init" in scene.run("undo", target, "-n").out

    def test_a_report_is_no_run(self, scene: Scene) -> None:
        target = scene.installed()
        report = target / "report.json"
        assert scene.run("update", target, "--format", f"json={report}").code == 0
        assert scene.run("undo", target).code == 0
        assert report.exists()

    def test_in_a_copy(self, scene: Scene, tmp_path: Path) -> None:
        target = scene.installed()
        shutil.copytree(target, tmp_path / "copy", symlinks=True)
        assert scene.run("undo", tmp_path / "copy").code == 2


class TestUncommittedEdits:
    """`update --restore` doesn't overwrite what no commit has, unless told so."""

    @pytest.mark.parametrize("in_git", [True, False], ids=["git", "no git"])
    def test_they_are_refused_and_named(self, in_git: bool, scaffold: Run, template: Template, tmp_path: Path) -> None:
        scene = Scene(scaffold, template, tmp_path, in_git=in_git)
        target = scene.installed()
        write_tree(target, {"guide.md": "committed\n"})
        if in_git:
            commit_all(target)
        write_tree(target, {"run.sh": "unsaved\n", "old/deep/gone.md": None})
        before = snapshot(target)
        for options in ((), ("-n",), ("--format", "json")):
            done = scene.run("update", target, "--restore", *options)
            assert done.code == 1, done
            assert "not committed" in done.err
            assert "To take it back" not in done.out
            assert "--force" in done.err
            assert "run.sh" in done.err
            assert ("guide.md" in done.err) == (not in_git)
            assert snapshot(target) == before
        done = scene.run("update", target, "--restore", "--force")
        assert done.code == 0, done
        assert (target / "run.sh").read_text() == V1["run.sh"]
        assert scene.run("undo", target).code == 0
        assert snapshot(target) == before

    @pytest.mark.parametrize("edit", ["staged", "untracked", "before the first commit"])
    def test_what_git_has_but_no_commit(self, edit: str, scene: Scene) -> None:
        target = scene.installed()
        if edit == "untracked":
            git(target, "rm", "--cached", "--quiet", "run.sh")
            git(target, "commit", "--quiet", "--message", "x")
        if edit == "before the first commit":
            git(target, "update-ref", "-d", "HEAD")
        write_tree(target, {"run.sh": "unsaved\n"})
        if edit == "staged":
            git(target, "add", "run.sh")
        assert scene.run("update", target, "--restore", "run.sh").code == 1
        assert (target / "run.sh").read_text() == "unsaved\n"

    def test_conflicts_of_an_update_are_nobodys_edit(self, scene: Scene) -> None:
        """So the way out of them that every update names works as it is."""
        assert scene.run(*update_with_a_conflict(scene)).code == 1
        done = scene.run("update", scene.target, "--restore", "guide.md")
        assert done.code == 0, done

    def test_what_is_committed_is_restored_at_once(self, scene: Scene) -> None:
        target = scene.installed()
        write_tree(target, {"run.sh": "committed\r\n"})
        commit_all(target)
        assert scene.run("update", target, "--restore").code == 0


class Dead(BaseException):
    """As SIGKILL: nothing is tidied up."""


def test_init_after_an_undo_that_was_killed_installs_anew(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that the killed run was to remove are no installation that was completed."""
    target = scene.installed()

    def die(*_: object) -> None:
        raise Dead

    with monkeypatch.context() as context:
        context.setattr("issue_scaffold.writing.staging.settle_run", die)
        with pytest.raises(Dead):
            scene.run("undo", target)
    done = scene.run("init", target, "-t", scene.template)
    assert done.code == 0, done
    assert "Installed template" in done.out
    assert "an interrupted run was completed first" in done.err


def test_an_undo_that_was_killed_is_completed_by_the_next_and_by_no_more(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = scene.installed()
    assert scene.run("update", target).code == 0

    def die(*_: object, **__: object) -> None:
        raise Dead

    with monkeypatch.context() as context:
        context.setattr("issue_scaffold.writing.replay._put", die)
        with pytest.raises(Dead):
            scene.run("undo", target)
    done = scene.run("undo", target)
    assert done.code == 0, done
    assert "Completed taking back scaffold update" in done.out
    assert "_commit: v1" in (target / ANSWERS).read_text()


def test_without_git_the_files_come_back_and_the_marks_are_named(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    assert scene.run(*update_with_a_conflict(scene)).code == 1
    monkeypatch.setenv("PATH", str(scene.folder / "nowhere"))
    done = scene.run("undo", scene.target)
    assert done.code == 0, done
    assert "git's index stays as it is" in done.err
    assert (scene.target / "guide.md").read_text() == BASE.replace("three", "three?")
