"""`scaffold update --restore`: drifted files get the template's content back."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from tests.conftest import ANSWERS, Result, Run, Template, commit_all, git, read_tree, write_tree

Files = Mapping[str, str | bytes | None]


BASE = "one\n\ntwo\n\nthree\n"


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


class TestRestore:
    """`--restore`: drifted files get the template's content back."""

    @pytest.fixture
    def drifted(self, scene: Scene) -> Scene:
        scene.template.release("v1", {"a.md": "a\n", "b.md": "b\n", "d/c.md": "c\n"})
        assert scene.scaffold("init", scene.target, "-t", scene.template).code == 0
        write_tree(scene.target, {"a.md": "mine\n", "b.md": None, "d/c.md": None, "own.md": "own\n"})
        (scene.target / "d").rmdir()
        return scene

    def test_bare_means_all(self, drifted: Scene) -> None:
        done = drifted.scaffold("update", drifted.target, "--restore", "--force")
        assert done.code == 0
        assert drifted.scaffold("check", drifted.target).code == 0
        assert drifted.text("own.md") == "own\n"

    @pytest.mark.parametrize("paths", [("a.md",), ("b.md", "d/c.md"), ("./a.md", "d//c.md")])
    def test_named(self, paths: tuple[str, ...], drifted: Scene) -> None:
        before = read_tree(drifted.target)
        named = [part for path in paths for part in ("--restore", path)]
        done = drifted.scaffold("update", drifted.target, "--force", *named)
        assert done.code == 0
        after = read_tree(drifted.target)
        changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        assert changed == {os.path.normpath(path) for path in paths}

    def test_a_path_as_it_is_from_here(self, drifted: Scene) -> None:
        path = drifted.target / "a.md"
        assert drifted.scaffold("update", drifted.target, "--force", f"--restore={path}").code == 0
        assert drifted.text("a.md") == "a\n"

    def test_an_unknown_path(self, drifted: Scene) -> None:
        before = read_tree(drifted.target)
        done = drifted.scaffold("update", drifted.target, "--restore=zzz")
        assert done.code == 2
        assert "a.md" in done.err
        assert read_tree(drifted.target) == before

    def test_a_restored_file_is_taken_from_the_installed_version(self, drifted: Scene) -> None:
        drifted.template.release("v2", {"a.md": "newer\n"})
        assert drifted.scaffold("update", drifted.target, "--force", "--restore", "a.md").code == 0
        assert drifted.text("a.md") == "a\n"
        assert yaml.safe_load(drifted.text(ANSWERS))["_commit"] == "v1"

    def test_dry_run(self, drifted: Scene) -> None:
        before = read_tree(drifted.target)
        done = drifted.scaffold("update", drifted.target, "--restore", "--force", "--dry-run", "--diff")
        assert done.code == 0
        assert "-mine" in done.out
        assert read_tree(drifted.target) == before

    def test_it_ends_a_conflict(self, scene: Scene) -> None:
        scene.play({"a.md": BASE}, {"a.md": "mine\n"}, {"a.md": "theirs\n"})
        done = scene.scaffold("update", scene.target, "--restore", "a.md")
        assert done.code == 0
        assert scene.text("a.md") == "theirs\n"
        git(scene.target, "add", "--all")
        git(scene.target, "commit", "--quiet", "-m", "x")

    def test_accepted_deviations_stay_unless_named(self, drifted: Scene) -> None:
        target = drifted.target
        assert drifted.scaffold("accept", target / "a.md", "--reason", "ours").code == 0
        assert drifted.scaffold("update", target, "--restore", "--force").code == 0
        assert drifted.text("a.md") == "mine\n"
        assert drifted.text("b.md") == "b\n"
        assert drifted.scaffold("update", target, "--force", "--restore", "a.md").code == 0
        assert drifted.text("a.md") == "a\n"

    def test_labels_by_meaning(self, scaffold: Run, repo: Path) -> None:
        assert scaffold("init", repo).code == 0
        labels = repo / ".github/labels.yml"
        original = labels.read_text()
        first = original.index("- name")
        labels.write_text(original[:first] + "# my own\n- name: mine\n  color: '123456'\n" + original[first:])
        assert scaffold("check", repo).code == 0
        edited = labels.read_text().replace("description: ", "description: My ", 1)
        labels.write_text(edited)
        assert scaffold("check", repo).code == 1
        assert scaffold("update", repo, "--restore", "--force").code == 0
        assert scaffold("check", repo).code == 0
        assert "# my own\n- name: mine\n  color: '123456'\n" in labels.read_text()
