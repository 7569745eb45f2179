"""From a folder below a target, commands find the target, as git finds its repository, and nothing beyond it."""

import json
import os
from pathlib import Path

import pytest
from tests.conftest import ANSWERS, Run, Template, commit_all, read_tree, write_tree

EDITED = "b\nmine\n"


@pytest.fixture
def target(scaffold: Run, template: Template, repo: Path) -> Path:
    """Return a target whose template has a newer version, with an own edit, and a folder of its own."""
    template.release("v1.0.0", {"a.md": "a\n", "b.md": "b\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    template.release("v1.1.0", {"a.md": "a2\n"})
    write_tree(repo, {"b.md": EDITED, "src/deep/x.py": ""})
    commit_all(repo)
    return repo


@pytest.mark.parametrize("named", [".", "below", "absolute"])
@pytest.mark.parametrize("place", ["src", "src/deep"])
def test_check_update_and_accept_find_the_target(
    place: str, named: str, target: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(target if named == "below" else target / place)
    argument = {".": ".", "below": place, "absolute": str(target / place)}[named]
    shown = {".": os.path.relpath(target), "below": ".", "absolute": str(target)}[named]
    found = json.loads(scaffold("check", argument, "--refresh", "--format", "json").out)["targets"]
    assert [row["target"] for row in found] == [shown]
    assert {(one["kind"], one["path"]) for one in found[0]["findings"]} == {("modified", "b.md"), ("outdated", ANSWERS)}
    done = scaffold("update", argument, "--format", "json")
    assert done.code == 0
    assert [row["target"] for row in json.loads(done.out)["targets"]] == [shown]
    assert read_tree(target)["a.md"] == b"a2\n"
    assert read_tree(target)["b.md"] == EDITED.encode()
    # A file is named from here, or from where the target is.
    for path in ("a.md", os.path.relpath(target / "a.md", target / place)):
        write_tree(target, {"a.md": "ours\n"})
        assert scaffold("update", argument, "--restore", path, "--force").code == 0
        assert read_tree(target)["a.md"] == b"a2\n"
    # The command of the hint works from here.
    assert scaffold("accept", os.path.relpath(target / "b.md"), "--reason", "ours").code == 0
    assert scaffold("check", argument).code == 0


def test_the_search_ends_where_gits_does(
    target: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Another repository, git's own folder, the user's home: nothing above them is taken."""
    write_tree(target, {"other/.git/HEAD": "ref: refs/heads/main\n", "other/src/x": "", "home/work/x": ""})
    before = read_tree(target)
    monkeypatch.setenv("HOME", str(target / "home"))
    for place, said in (
        ("other/src", "is not initialised"),
        (".git/hooks", "git's own folder"),
        ("home/work", "is not initialised"),
        ("home", "is not initialised"),
    ):
        for command in ("check", "update"):
            done = scaffold(command, target / place)
            assert (done.code, said in done.err) == (2, True), (place, command, done)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    assert scaffold("check", target / "home/work").code == 1
    assert read_tree(target) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_what_belongs_to_somebody_else_is_taken_only_where_it_is_named(target: Path, scaffold: Run) -> None:
    os.chown(target / ANSWERS, 1234, 1234)
    assert scaffold("check", target / "src").code == 2
    assert scaffold("check", target).code == 1


def test_of_several_targets_each_is_what_it_is_called(target: Path, scaffold: Run) -> None:
    """A folder of a list that isn't set up must not update the repository around it."""
    done = scaffold("check", target, target / "src")
    assert done.code == 2
    assert f"{target / 'src'} is not initialised" in done.err
    assert f"the repository's root has one: {target}" in done.err
