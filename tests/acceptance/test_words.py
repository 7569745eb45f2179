"""What is said, and how much: -q and -v, groups and guesses, errors that list what is possible."""

import re
import shlex
from pathlib import Path
from typing import Final

import pytest
from tests.conftest import ANSWERS, Result, Run, Template, commit_all, git, write_tree

from issue_scaffold.cli.main import COMMANDS
from issue_scaffold.template import bundled

COPIER = "a: {type: str, choices: {One: one, Two: two}, default: one}\nb: {type: bool, default: true}\n"
HIDDEN = "c: {type: bool, default: true, when: false}\n"


@pytest.fixture
def target(scaffold: Run, template: Template, repo: Path) -> Path:
    template.release("v1.0.0", {"copier.yml": COPIER + HIDDEN, "a.md.jinja": "{{ a }}\n", "b.md": "b\n"})
    assert scaffold("init", repo, "-t", template, "-q") == Result(0, "", "")
    commit_all(repo)
    return repo


def test_help_has_groups_and_every_command_is_in_one(scaffold: Run) -> None:
    said = scaffold("--help").out
    assert [line for line in said.splitlines() if line.endswith(":") and not line.startswith((" ", "Usage"))] == [
        "Options:",
        *(f"{group}:" for group in dict.fromkeys(row.group for row in COMMANDS.values())),
    ]
    assert said.index("Everyday:") < said.index("Authoring:") < said.index("Issues and labels:")
    assert all(f"\n  {name} " in said for name in COMMANDS)


@pytest.mark.parametrize(
    ("words", "meant"), [("updat", "update"), ("CHECK", "check"), ("labels pln", "plan"), ("lst", "list")]
)
def test_a_command_is_guessed(words: str, meant: str, scaffold: Run) -> None:
    done = scaffold(*words.split())
    assert done.code == 2
    assert f"Did you mean {meant!r}?" in done.err


def test_quiet_says_nothing_of_what_went_well_in_either_place(scaffold: Run, target: Path) -> None:
    for command in (["check"], ["update"], ["validate"], ["update", "-d", "a=two"], ["list"]):
        assert scaffold("-q", *command, target) == Result(0, "", "")
        assert scaffold(*command, target, "--quiet") == Result(0, "", "")
    done = scaffold("check", "-q", target, target / "nowhere")
    assert done.code == 2
    assert "nowhere does not exist" in done.err
    assert "in sync" not in done.out
    write_tree(target, {"b.md": "own\n"})
    done = scaffold("check", "-q", target)
    assert done.code == 1
    assert "1 line differs" in done.out
    assert scaffold("check", "-q", target, "--format", "json").out == scaffold("check", target, "--format", "json").out


def test_verbose_tells_what_stays_as_it_is(scaffold: Run, target: Path) -> None:
    assert "unchanged b.md" not in scaffold("update", target, "-d", "a=two", "--dry-run").out
    assert "unchanged b.md" in scaffold("-v", "update", target, "-d", "a=two", "--dry-run").out
    assert "unchanged b.md" in scaffold("update", target, "-d", "a=two", "--dry-run", "-v").out
    assert scaffold("-q", "update", target, "-v").code == 2


def test_an_update_ends_with_counts_and_the_next_step(scaffold: Run, template: Template, target: Path) -> None:
    template.release("v1.1.0", {"c.md": "c\n", "b.md": "b2\n"})
    write_tree(target, {"b.md": "own\n"})
    planned = scaffold("update", target, "--dry-run").out
    assert "3 files would change: 1 new, 1 updated, 1 in conflict.\nNext: the same without --dry-run" in planned
    done = scaffold("update", target).out
    assert "3 files changed: 1 new, 1 updated, 1 in conflict.\nNext: edit the marked lines" in done
    assert "both sides changed the same lines" in done


@pytest.mark.parametrize("theirs", ["b\n", b"\x00"])
def test_nobody_changed_anything_at_init(theirs: str | bytes, scaffold: Run, template: Template, repo: Path) -> None:
    template.release("v1.0.0", {"b.md": theirs})
    write_tree(repo, {"b.md": "own\n"})
    done = scaffold("init", repo, "-t", template, "--on-conflict", "merge")
    assert "conflict  b.md" in done.out
    assert "both sides" not in done.out + done.err
    assert "both sides" not in scaffold("check", repo).out


UNFIT: Final = {
    "a=three": "its choices: one (One), two (Two)",
    "a+=two": "-d a=VALUE; its choices: one (One), two (Two)",
    "d=x": "its questions: a, b",
    "b+=x": "yes or no",
    "+=x": "KEY+=ITEM",
}


def test_an_answer_that_does_not_fit_says_what_does(scaffold: Run, target: Path) -> None:
    for given, said in UNFIT.items():
        done = scaffold("update", target, "-d", given)
        assert done.code == 2
        assert said in done.err
        assert "a, b, c" not in done.err


def test_a_recorded_answer_that_does_not_fit_lists_the_choices(scaffold: Run, template: Template, target: Path) -> None:
    template.release("v2.0.0", {"copier.yml": "a: {type: str, choices: {Red: red, Blue: blue}, default: red}\n"})
    done = scaffold("update", target)
    assert done.code == 2
    assert "give another one: -d a=VALUE; its choices: red (Red), blue (Blue)" in done.err


def test_a_version_of_a_newer_scaffold_is_named_as_such(scaffold: Run, repo: Path) -> None:
    assert scaffold("init", repo).code == 0
    newest = str(bundled.versions().latest)
    answers = (repo / ANSWERS).read_text().replace(f"_commit: {newest}", "_commit: v99.0.0")
    write_tree(repo, {ANSWERS: answers})
    for command in ("check", "update", "list"):
        done = scaffold(command, repo)
        assert done.code == 2
        assert "your scaffold is older than this repository" in done.err
        assert "install a scaffold that brings the template's v99.0.0 or newer" in done.err


@pytest.mark.parametrize(
    ("demanded", "code", "said"),
    [
        ("'0.0.1'", 0, ""),
        ("'99.1'", 2, "needs scaffold 99.1 or newer; this is scaffold"),
        ("soon", 3, "_min_scaffold_version: 'soon' in its copier.yml, which is no version"),
    ],
)
def test_a_template_demands_a_newer_scaffold(
    demanded: str, code: int, said: str, scaffold: Run, template: Template, repo: Path
) -> None:
    # What only a newer one understands comes after it.
    template.release("v1.0.0", {"copier.yml": f"_min_scaffold_version: {demanded}\n"})
    done = scaffold("init", repo, "-t", template)
    assert done.code == code
    assert said in done.err


def test_a_hint_is_given_once_a_file(scaffold: Run, repo: Path) -> None:
    form = "name: x\ndescription: a long one\nbody:\n" + "  - type: dropdown\n    attributes: {label: a}\n" * 2
    write_tree(repo, {".github/ISSUE_TEMPLATE/a.yml": form, ".github/ISSUE_TEMPLATE/b.yml": form})
    git(repo, "add", "--all")
    few, all_of_them = (
        [line for line in scaffold("validate", repo, *more).out.splitlines() if line.startswith("  hint:")]
        for more in ([], ["-v"])
    )
    assert len(all_of_them) > len(few)
    assert set(few) == set(all_of_them)


@pytest.mark.parametrize("place", ["", "src", ".."])
def test_commands_that_are_named_work_where_the_user_is(
    place: str, scaffold: Run, template: Template, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template.release("v1.1.0", {"b.md": "theirs\n"})
    write_tree(target, {"b.md": "ours\n", "src/x": ""})
    commit_all(target)
    monkeypatch.chdir(target / place)
    argument = "." if place != ".." else target.name
    marked = scaffold("update", argument)
    refused = scaffold("update", argument)
    assert (marked.code, refused.code) == (1, 1)
    said = {named(r"scaffold update\b.*? --restore", text) for text in (marked.out, refused.err)}
    assert len(said) == 1
    assert scaffold(*said.pop(), "b.md", "--force").code == 0
    assert (target / "b.md").read_text() == "theirs\n"
    undone = scaffold(*named(r"scaffold undo\b.*", marked.out))
    assert undone.code == 0
    assert scaffold(*named(r"scaffold undo\b.*(?= takes that back)", undone.out)).code == 0
    assert (target / "b.md").read_text() == "ours\n"


def named(pattern: str, said: str) -> tuple[str, ...]:
    """Return the arguments of a command that a message names."""
    found = re.search(pattern, said)
    assert found is not None, said
    return tuple(shlex.split(found.group())[1:])
