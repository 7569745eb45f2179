"""`scaffold update`: what a user did to the files meets what the template did to them."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.conftest import ANSWERS, Result, Run, Template, commit_all, git, read_tree, write_tree

Files = Mapping[str, str | bytes | None]


BASE = "one\n\ntwo\n\nthree\n"


EDITED = "ONE\n\ntwo\n\nthree\n"


def stamps(root: Path) -> dict[str, int]:
    """Return when each file of a target was written."""
    return {
        str(path): path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file() and ".git" not in path.parts
    }


def actions(done: Result) -> dict[str, str]:
    """Return what a run with `--format json` says of each file."""
    return {row["path"]: row["action"] for row in json.loads(done.out)["targets"][0]["files"]}


class Scene:
    """Template version 1, a target made of it, the user's edits, template version 2."""

    def __init__(self, scaffold: Run, template: Template, target: Path) -> None:
        self.scaffold, self.template, self.target = scaffold, template, target

    def play(self, first: Files, user: Files, second: Files, *options: str | Path) -> Result:
        """Go through it and update."""
        self.template.release("v1.0.0", first)
        assert self.scaffold("init", self.target, "-t", self.template).code == 0
        if (self.target / ".git").exists():
            commit_all(self.target)
        write_tree(self.target, user)
        self.template.release("v2.0.0", second)
        return self.scaffold("update", self.target, *options)

    def text(self, path: str) -> str:
        """Return a file of the target."""
        return (self.target / path).read_bytes().decode()


@pytest.fixture
def scene(scaffold: Run, template: Template, repo: Path) -> Scene:
    """Return a scene in a git repository."""
    return Scene(scaffold, template, repo)


@pytest.mark.parametrize(
    ("user", "second", "merged", "action"),
    [
        ("one", "one\n\ntwo\n\nTHREE\n", "one\n\ntwo\n\nTHREE\n", "clean"),
        ("ONE\n\ntwo\n\nthree\n", "one\n\ntwo\n\nTHREE\n", "ONE\n\ntwo\n\nTHREE\n", "merge"),
        ("one\n\ntwo\n\nTHREE\n", "one\n\ntwo\n\nTHREE\n", "one\n\ntwo\n\nTHREE\n", "unchanged"),
        ("ONE\n\ntwo\n\nTHREE\n", "one\n\ntwo\n\nTHREE\n", "ONE\n\ntwo\n\nTHREE\n", "kept"),
        ("ONE\r\n\r\ntwo\r\n\r\nthree\r\n", "one\n\ntwo\n\nTHREE\n", "ONE\r\n\r\ntwo\r\n\r\nTHREE\r\n", "merge"),
        ("one\r\n\r\ntwo\r\n\r\nthree\r\n", "one\n\ntwo\n\nTHREE\n", "one\r\n\r\ntwo\r\n\r\nTHREE\r\n", "clean"),
        ("ONE\n\ntwo\n\nthree", "one!\n\ntwo\n\nthree\n", None, "conflict"),
        ("ONE\n\ntwo\n\nthree", "one\n\ntwo\n\nthree\n\nfour\n", None, "conflict"),
        ("ONE\n\ntwo\n\nthree", "one\n\nTWO\n\nthree\n", "ONE\n\nTWO\n\nthree", "conflict"),
        ("", "one\n\ntwo\n\nTHREE\n", None, "conflict"),
        ("ünï\n\ntwo\n\nthree\n", "one\n\ntwo\n\n🔧\n", "ünï\n\ntwo\n\n🔧\n", "merge"),
    ],
)
def test_one_text_changed_on_both_sides(user: str, second: str, merged: str | None, action: str, scene: Scene) -> None:
    edit = {} if user == "one" else {"a.md": user}
    done = scene.play({"a.md": BASE}, edit, {"a.md": second}, "--format", "json")
    if merged == "ONE\n\nTWO\n\nthree":  # adjacent changes may or may not merge; the end of the file must stay open
        assert not scene.text("a.md").endswith("\n")
        return
    assert actions(done)["a.md"] == action
    assert done.code == (1 if action == "conflict" else 0)
    if merged is not None:
        assert scene.text("a.md") == merged
    second_run = scene.scaffold("update", scene.target)
    assert second_run.code == done.code


def test_a_conflict_is_labelled_marked_and_refused_by_git(scene: Scene) -> None:
    done = scene.play({"a.md": BASE, "b.md": BASE}, {"a.md": "mine\n"}, {"a.md": "theirs\n", "b.md": "b\n"})
    assert done.code == 1
    assert "conflict" in done.out
    assert "a.md" in done.out
    assert scene.text("a.md") == "<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> template v2.0.0\n"
    assert scene.text("b.md") == "b\n"
    stages = [line.split()[2] for line in git(scene.target, "ls-files", "--unmerged").splitlines()]
    assert stages == ["1", "2", "3"]
    assert git(scene.target, "show", ":1:a.md") == BASE.strip()
    assert git(scene.target, "show", ":2:a.md") == "mine"
    assert git(scene.target, "show", ":3:a.md") == "theirs"


def test_git_refuses_to_commit_a_conflict(scene: Scene) -> None:
    scene.play({"a.md": BASE}, {"a.md": "mine\n"}, {"a.md": "theirs\n"})
    git(scene.target, "add", ANSWERS)
    commit = subprocess.run(["git", "commit", "-m", "x"], cwd=scene.target, capture_output=True, text=True, check=False)
    assert commit.returncode != 0
    assert "unmerged" in commit.stderr
    found = scene.scaffold("check", scene.target, "--format", "json")
    assert found.code == 1
    finding = json.loads(found.out)["targets"][0]["findings"][0]
    assert (finding["kind"], finding["path"], finding["line"]) == ("conflict", "a.md", 1)
    # Not before it is resolved: markers must not be merged again.
    before = read_tree(scene.target)
    again = scene.scaffold("update", scene.target)
    assert again.code == 1
    assert "a.md" in again.err
    assert read_tree(scene.target) == before
    write_tree(scene.target, {"a.md": "both\n"})
    git(scene.target, "add", "a.md")
    assert scene.scaffold("update", scene.target).code == 0
    git(scene.target, "commit", "--quiet", "-m", "resolved")
    assert scene.text("a.md") == "both\n"


def test_on_conflict_abort_writes_nothing(scene: Scene) -> None:
    scene.template.release("v1.0.0", {"a.md": BASE, "b.md": BASE})
    assert scene.scaffold("init", scene.target, "-t", scene.template).code == 0
    commit_all(scene.target)
    write_tree(scene.target, {"a.md": "mine\n"})
    scene.template.release("v2.0.0", {"a.md": "theirs\n", "b.md": "b\n"})
    before = read_tree(scene.target)
    for options in ((), ("--dry-run",)):
        done = scene.scaffold("update", scene.target, "--on-conflict", "abort", *options)
        assert done.code == 1
        assert "a.md" in done.err
        assert "nothing was written" in done.err
        assert read_tree(scene.target) == before
        assert git(scene.target, "ls-files", "--unmerged") == ""


def test_a_binary_conflict_keeps_the_users_file(scene: Scene) -> None:
    done = scene.play({"logo": b"\0one"}, {"logo": b"\0mine"}, {"logo": b"\0two"})
    assert done.code == 1
    assert "logo" in done.out
    assert (scene.target / "logo").read_bytes() == b"\0mine"
    assert git(scene.target, "ls-files", "--unmerged").count("logo") == 3
    git(scene.target, "add", "logo")
    assert scene.scaffold("update", scene.target).code == 0
    assert scene.scaffold("check", scene.target).code == 1


@pytest.mark.parametrize(
    ("user", "second", "code", "wanted"),
    [
        ({"a.md": None}, {"a.md": "new\n"}, 0, {}),
        ({"a.md": None}, {"b.md": "b\n"}, 0, {"b.md": b"b\n"}),
        ({}, {"a.md": None}, 0, {}),
        ({"a.md": "mine\n"}, {"a.md": None}, 0, {"a.md": b"mine\n"}),
        ({"a.md": None}, {"a.md": None}, 0, {}),
        ({}, {"a.md": None, "b.md": BASE + "x\n"}, 0, {"b.md": BASE.encode() + b"x\n"}),
        ({"a.md": EDITED}, {"a.md": None, "b/b.md": BASE + "x\n"}, 0, {"b/b.md": EDITED.encode() + b"x\n"}),
        ({"a.md": None}, {"a.md": None, "b.md": BASE + "x\n"}, 0, {}),
        ({"b.md": "here\n"}, {"a.md": None, "b.md": BASE}, 1, None),
        ({"a.md": "mine\n", "b.md": BASE}, {"a.md": None, "b.md": BASE}, 0, {"a.md": b"mine\n", "b.md": BASE.encode()}),
    ],
)  # fmt: skip
def test_files_that_come_go_and_move(
    user: Files, second: Files, code: int, wanted: dict[str, bytes] | None, scene: Scene
) -> None:
    done = scene.play({"a.md": BASE}, user, second)
    assert done.code == code, done
    tree = read_tree(scene.target)
    del tree[ANSWERS]
    if wanted is not None:
        assert tree == wanted
    before, times = read_tree(scene.target), stamps(scene.target)
    assert scene.scaffold("update", scene.target).code == code
    assert (read_tree(scene.target), stamps(scene.target)) == (before, times)


def test_what_is_kept_is_reported(scene: Scene) -> None:
    first = {"gone.md": BASE, "edited.md": BASE + "x\n", "deleted.md": "d\n"}
    user = {"edited.md": "mine\n", "deleted.md": None}
    second = {"gone.md": None, "edited.md": None, "deleted.md": "dd\n"}
    done = scene.play(first, user, second)
    assert done.code == 0
    lines = {line.split()[1]: line for line in done.out.splitlines() if line.startswith("  ")}
    assert "delete" in lines["gone.md"]
    assert "the template removed it, but you changed it" in lines["edited.md"]
    assert "you deleted it" in lines["deleted.md"]


def test_a_renamed_folder_takes_the_edits_along(scene: Scene) -> None:
    long = "".join(f"line {number}\n" for number in range(20))
    first = {f"old/{name}.md": f"{name}\n{long}" for name in "abc"}
    second: dict[str, str | bytes | None] = dict.fromkeys(first)
    second |= {f"new/{name}.md": f"{name}\n{long}last {name}\n" for name in "abc"}
    user = {
        "old/a.md": f"a\nmine\n{long}",
        "old/own.md": "own\n",
        "old/c.md": f"c\n{long}".replace("line 19", "nineteen"),
    }
    done = scene.play(first, user, second)
    assert done.code == 1
    assert scene.text("new/a.md") == f"a\nmine\n{long}last a\n"
    assert scene.text("new/b.md") == f"b\n{long}last b\n"
    assert "<<<<<<<" in scene.text("new/c.md")
    assert git(scene.target, "ls-files", "--unmerged").count("new/c.md") == 3
    assert [path.name for path in (scene.target / "old").iterdir()] == ["own.md"]


def test_modes_links_and_kinds_follow_the_template(scene: Scene) -> None:
    write_tree(scene.template.folder, {"run.sh": "#!/bin/sh\n", "keep.sh": "#!/bin/sh\n", "to-link": "text\n"})
    (scene.template.folder / "link").symlink_to("run.sh")
    scene.template.release("v1", {"copier.yml": "_preserve_symlinks: true\n"})
    assert scene.scaffold("init", scene.target, "-t", scene.template).code == 0
    (scene.target / "keep.sh").chmod(0o755)
    (scene.template.folder / "run.sh").chmod(0o755)
    for name, link in (("link", "keep.sh"), ("to-link", "run.sh")):
        (scene.template.folder / name).unlink()
        (scene.template.folder / name).symlink_to(link)
    scene.template.release("v2", {"keep.sh": "#!/bin/sh\necho\n"})
    done = scene.scaffold("update", scene.target)
    assert done.code == 0, done
    assert os.access(scene.target / "run.sh", os.X_OK)
    assert os.access(scene.target / "keep.sh", os.X_OK)
    assert scene.text("keep.sh") == "#!/bin/sh\necho\n"
    assert (scene.target / "link").readlink() == Path("keep.sh")
    assert (scene.target / "to-link").readlink() == Path("run.sh")


def test_permissions_of_the_users_file_stay(scene: Scene) -> None:
    scene.template.release("v1", {"a.md": "a\n"})
    scene.scaffold("init", scene.target, "-t", scene.template)
    (scene.target / "a.md").chmod(0o640)
    scene.template.release("v2", {"a.md": "b\n"})
    assert scene.scaffold("update", scene.target).code == 0
    assert scene.text("a.md") == "b\n"
    assert (scene.target / "a.md").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(("first", "second"), [("docs", "docs/readme.md"), ("docs/readme.md", "docs")])
def test_a_file_becomes_a_folder_or_a_folder_a_file(first: str, second: str, scene: Scene) -> None:
    scene.template.release("v1", {first: "x\n"})
    scene.scaffold("init", scene.target, "-t", scene.template)
    (scene.template.folder / first).unlink()
    if "/" in first:
        (scene.template.folder / "docs").rmdir()
    scene.template.release("v2", {second: "y\n"})
    before = read_tree(scene.target)
    done = scene.scaffold("update", scene.target)
    assert done.code == 3
    assert "in the way" in done.err
    assert read_tree(scene.target) == before
    # The way on: it is moved away, and the update goes through.
    shutil.rmtree(scene.target / "docs") if "/" in first else (scene.target / "docs").unlink()
    assert scene.scaffold("update", scene.target).code == 0
    assert scene.text(second) == "y\n"


def test_unrelated_changes_do_not_matter_and_stay(scene: Scene) -> None:
    scene.template.release("v1", {"a.md": BASE})
    write_tree(scene.target, {"src.py": "1\n"})
    scene.scaffold("init", scene.target, "-t", scene.template)
    commit_all(scene.target)
    write_tree(scene.target, {"src.py": "2\n", "untracked.txt": "u\n", "staged.txt": "s\n"})
    git(scene.target, "add", "staged.txt")
    status = git(scene.target, "status", "--porcelain")
    scene.template.release("v2", {"a.md": "x" + BASE})
    assert scene.scaffold("update", scene.target).code == 0
    changed = git(scene.target, "status", "--porcelain").splitlines()
    mine = {line.strip() for line in changed if ANSWERS not in line and "a.md" not in line}
    assert mine == {line.strip() for line in status.splitlines()}


def test_a_second_run_changes_nothing(scene: Scene) -> None:
    first = {"a.md": BASE, "b.md": "b\n", "run.sh": "x\n", "copier.yml": "q: 1\n"}
    scene.play(
        first, {"a.md": "ONE\n\ntwo\n\nthree\n", "b.md": None}, {"a.md": "one\n\ntwo\n\nTHREE\n", "run.sh": "y\n"}
    )
    before = (read_tree(scene.target), stamps(scene.target))
    again = scene.scaffold("update", scene.target)
    assert again.code == 0
    assert "up to date" in again.out
    assert (read_tree(scene.target), stamps(scene.target)) == before


def test_dry_run_writes_nothing_names_every_file_and_exits_as_the_real_run(scene: Scene) -> None:
    first = {"clean.md": BASE, "merge.md": BASE, "conflict.md": BASE, "gone.md": "g\n", "kept.md": "k\n"}
    user = {"merge.md": "ONE" + BASE[3:], "conflict.md": "mine\n", "kept.md": None}
    second = {
        "clean.md": "c\n", "merge.md": BASE + "four\n", "conflict.md": "theirs\n", "gone.md": None, "kept.md": "kk\n",
        "new.md": "n\n",
    }  # fmt: skip
    scene.template.release("v1", first)
    assert scene.scaffold("init", scene.target, "-t", scene.template).code == 0
    commit_all(scene.target)
    write_tree(scene.target, user)
    scene.template.release("v2", second)
    before, index = read_tree(scene.target), git(scene.target, "ls-files", "--stage")
    dry = scene.scaffold("update", scene.target, "--dry-run", "--diff")
    dry_json = scene.scaffold("update", scene.target, "--dry-run", "--format", "json")
    assert (read_tree(scene.target), git(scene.target, "ls-files", "--stage")) == (before, index)
    wanted = {
        "clean.md": "clean", "merge.md": "merge", "conflict.md": "conflict", "gone.md": "delete", "kept.md": "kept",
        "new.md": "new", ANSWERS: "clean",
    }  # fmt: skip
    shown = {line.split()[1]: line.split()[0] for line in dry.out.splitlines() if line.startswith("  ")}
    assert shown == wanted
    assert actions(dry_json) == wanted
    assert "+++ b/new.md" in dry.out
    assert "--- /dev/null" in dry.out
    assert "+++ /dev/null" in dry.out
    real = scene.scaffold("update", scene.target, "--format", "json", "--diff")
    assert (dry.code, dry_json.code, real.code) == (1, 1, 1)
    assert actions(real) == wanted
    document = json.loads(real.out)["targets"][0]
    assert document["status"] == "conflicts"
    assert document["template"]["previous"] == "v1"
    assert any(row.get("diff") for row in document["files"])


def test_cold_and_warm_cache_give_the_same(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.play({"a.md": BASE}, {"a.md": "x" + BASE}, {"a.md": BASE + "y\n"}, "--dry-run")
    warm = scene.scaffold("update", scene.target, "--dry-run", "--format", "json")
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "cold"))
    cold = scene.scaffold("update", scene.target, "--dry-run", "--format", "json")
    assert cold == warm
