"""How many issues have a label: the numbers of a plan, what they cost to ask for, and what is forced by them.

The fake pages issues by a cursor, as GitHub does: no answer says how many pages there are.
"""

import json
from pathlib import Path

import click
import pytest
from tests.conftest import Result, Run, write_tree
from tests.labels.fake_github import FakeGitHub, Fault

from issue_scaffold.cli import labels as command_module

pytestmark = [pytest.mark.parametrize("github", ["direct"], indirect=True), pytest.mark.usefixtures("folder")]
CONFIG = ".github/labels.yml"
graphql = pytest.mark.parametrize("has_graphql", [True, False])


@pytest.fixture
def run(github: FakeGitHub, scaffold: Run) -> Run:
    """Return `scaffold labels` for octo/demo."""
    github.repository()
    return lambda *arguments: scaffold("labels", *arguments, "--repo", "octo/demo")


def steps(result: Result) -> dict[str, tuple[str, int | None]]:
    (target,) = json.loads(result.out)["targets"]
    return {step["name"]: (step["action"], step.get("issues")) for step in target["steps"]}


@graphql
def test_the_numbers_are_those_of_all_issues_and_pull_requests(
    run: Run, github: FakeGitHub, folder: Path, has_graphql: bool
) -> None:
    github.has_graphql = has_graphql
    write_tree(folder, {CONFIG: "- {name: bug, color: d73a4a, aliases: [old, older]}\n"})
    repository = github.repository()
    for name in ("bug", "old", "older", "used", "a, b", "free"):
        repository.add(name, "d73a4a")
    for number in range(1, 251):
        repository.put(number, "used", *(["old"] if number <= 7 else []), state="closed", pull=number % 2 == 0)
    repository.put(251, "a, b")
    assert steps(run("plan", "--prune", "--format", "json")) == {
        "bug": ("unchanged", None),
        "old": ("merge", 7),
        "older": ("merge", 0),
        "used": ("refused", 250),
        "a, b": ("refused", 1),
        "free": ("delete", 0),
    }
    text = run("plan", "--prune", "--force-in-use", "USED").out
    assert "used  not in the config; 250 issues will lose it" in text
    assert "what has it (7 issues) gets the other label first" in text
    assert "a, b  1 issue or pull request has it" in text


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes")], ids=" ".join)
def test_a_name_whose_force_means_nothing_is_said(
    command: tuple[str, ...], run: Run, github: FakeGitHub, folder: Path
) -> None:
    write_tree(folder, {CONFIG: "- {name: bug, color: d73a4a}\n"})
    repository = github.repository()
    repository.add("bug", "d73a4a")
    repository.add("Used")
    repository.put(1, "Used")
    names = ("used", "usde", "bug", "")
    words = [word for name in names for word in ("--force-in-use", name)]
    said = run(*command, "--prune", *words).err.splitlines()
    told = [line for line in said if line.endswith(": the plan deletes no label of this name")]
    assert [line.partition(":")[0] for line in told] == [
        "--force-in-use ",
        "--force-in-use bug",
        "--force-in-use usde",
    ]
    assert "force" not in run(*command, "--prune", "--force-in-use").err


@graphql
@pytest.mark.parametrize("archived", [False, True])
def test_a_plan_to_prune_sixty_labels_takes_five_calls(
    run: Run, github: FakeGitHub, folder: Path, has_graphql: bool, archived: bool
) -> None:
    github.has_graphql = has_graphql
    write_tree(folder, {CONFIG: "- {name: bug, color: d73a4a}\n"})
    repository = github.repository()
    repository.archived = archived
    for number in range(60):
        repository.add(f"label {number}")
    for number in range(1, 201):
        repository.put(number, f"label {number % 30}")
    result = run("plan", "--prune", "--format", "json")
    assert github.count() <= 5
    assert json.loads(result.out)["targets"][0].get("archived", False) is archived
    assert [used for _, used in steps(result).values() if used].count(7) == 20
    assert ("is archived: its labels can't be changed" in run("plan").err) is archived


def test_an_archived_repository_is_said_before_anybody_is_asked(
    run: Run, github: FakeGitHub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(folder, {CONFIG: "- {name: bug, color: d73a4a}\n"})
    github.repository().archived = True
    monkeypatch.setattr(command_module, "can_ask", lambda: True)
    monkeypatch.setattr(click, "confirm", lambda *_, **__: pytest.fail("asked"))
    result = run("apply")
    assert (result.code, "is archived" in result.err) == (3, True)


def test_a_hundred_labels_of_which_five_differ_take_seven_calls(run: Run, github: FakeGitHub, folder: Path) -> None:
    write_tree(folder, {CONFIG: "".join(f"- {{name: l{number}, color: d73a4a}}\n" for number in range(100))})
    for number in range(100):
        github.repository().add(f"l{number}", "000000" if number < 5 else "d73a4a")
    assert run("apply", "--yes").code == 0
    assert github.count() == 7


@graphql
@pytest.mark.parametrize(
    ("words", "left"),
    [
        ((), {"bug", "x", "y", "z"}),
        (("--force-in-use", "X"), {"bug", "y", "z"}),
        (("--force-in-use", "x", "--force-in-use=z"), {"bug", "y"}),
        (("--force-in-use", ""), {"bug", "x", "y", "z"}),
        (("--force-in-use", "*"), {"bug", "x", "y", "z"}),
        (("--force-in-use", "--protect", "y"), {"bug", "y"}),
        (("--force-in-use",), {"bug"}),
    ],
)
def test_labels_in_use_are_deleted_by_name_or_all_of_them(
    run: Run, github: FakeGitHub, folder: Path, words: tuple[str, ...], left: set[str], has_graphql: bool
) -> None:
    github.has_graphql = has_graphql
    write_tree(folder, {CONFIG: "- {name: bug, color: d73a4a}\n"})
    for name in ("x", "y", "z"):
        github.repository().add(name)
        github.repository().put(len(github.repository().labels), name)
    run("apply", "--yes", "--prune", "--repo", "octo/demo", *words)
    assert set(github.repository().labels) == left


@graphql
@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        ("use", "label 'x' is on 2 issues by now, the plan said 1, so it was not deleted"),
        ("recolour", "label 'x' was changed since the plan was made, so it was not deleted"),
        ("delete", "it was gone already"),
        ("rename", "it was gone already"),
    ],
)
def test_what_changes_between_the_plan_and_a_forced_deletion_is_seen_and_said(
    run: Run, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch, meanwhile: str, said: str, has_graphql: bool
) -> None:
    github.has_graphql = has_graphql
    write_tree(Path.cwd(), {CONFIG: "- {name: bug, color: d73a4a}\n"})
    repository = github.repository()
    repository.add("bug", "d73a4a")
    repository.add("x")
    repository.put(1, "x")

    def meddle(*_: object, **__: object) -> bool:
        if meanwhile == "use":
            repository.put(2, "x")
        elif meanwhile == "recolour":
            repository.add("x", "123456")
        else:
            repository.labels.pop("x")
            repository.issues[1].labels.clear()
        if meanwhile == "rename":
            repository.add("y")
            repository.put(1, "y")
        return True

    monkeypatch.setattr(command_module, "can_ask", lambda: True)
    monkeypatch.setattr(click, "confirm", meddle)
    result = run("apply", "--prune", "--force-in-use", "x")
    assert said in result.out
    assert ("x" in repository.labels) is (meanwhile in {"use", "recolour"})
    assert result.code == {"delete": 0, "rename": 1}.get(meanwhile, 3)
    if meanwhile == "rename":
        assert repository.on(1) == {"y"}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(200, body={"errors": [{"type": "FORBIDDEN"}], "data": {"repository": None}}),
        Fault(200, body={"data": {"repository": {"isArchived": False, "labels": {"nodes": [{"name": "x"}]}}}}),
        Fault(200, body=["what"]),
        Fault(404, html=True, body="<html>"),
        Fault(403, body={"message": "Resource not accessible by integration"}),
    ],
)
def test_rest_counts_where_graphql_gives_no_answer(run: Run, github: FakeGitHub, folder: Path, fault: Fault) -> None:
    write_tree(folder, {CONFIG: "- {name: bug, color: d73a4a}\n"})
    github.repository().add("x")
    github.repository().put(1, "x")
    fault.matches = lambda verb, path: path.endswith("/graphql")  # noqa: ARG005
    github.faults.append(fault)
    assert steps(run("plan", "--prune", "--format", "json"))["x"] == ("refused", 1)
