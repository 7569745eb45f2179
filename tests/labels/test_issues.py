"""Issues through the API: read by `parse`, created by `issue new`, where there is no `gh`."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.conftest import Run, git, write_tree
from tests.labels.fake_github import FakeGitHub, Fault

FORM = """name: Bug
description: x
labels: [bug, later]
assignees: [octo]
body:
- {type: textarea, id: what, attributes: {label: What}}
"""
PATH = ".github/ISSUE_TEMPLATE/bug.yml"
BODY = "### What\n\nIt ⚒"
REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
NEW = ("issue", "new", "--set", "what=It ⚒", "--title", "Broken", "--create")


@pytest.fixture
def shop(github: FakeGitHub, folder: Path) -> FakeGitHub:
    """Return the service, the working directory being a work tree of octo/demo with a form."""
    git(folder, "remote", "add", "origin", "https://github.com/octo/demo.git")
    write_tree(folder, {PATH: FORM})
    github.repository().add("Bug")
    return github


def document(scaffold: Run, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = scaffold(*arguments, "--format", "json")
    assert done.code == code, done.err
    found: dict[str, Any] = json.loads(done.out)
    name = found["schema"].replace("/", "-")
    jsonschema.validate(found, json.loads((REFERENCE / f"{name}.schema.json").read_bytes()))
    return found


def test_parse_reads_an_issue(shop: FakeGitHub, scaffold: Run) -> None:
    shop.repository().put(7)
    shop.repository().issues[7].body = BODY
    assert document(scaffold, "parse", "7")["values"] == {"what": "It ⚒"}
    assert document(scaffold, "parse", "https://github.com/octo/demo/issues/7")["values"] == {"what": "It ⚒"}
    assert shop.calls == [("GET", "/repos/octo/demo/issues/7")] * 2


@pytest.mark.parametrize("body", [[], {}, {"body": 1}, {"body": ["x"]}, "text", None], ids=repr)
def test_an_answer_that_is_no_issue_is_said(body: object, shop: FakeGitHub, scaffold: Run) -> None:
    shop.faults.append(Fault(200, body=body if body is not None else []))
    found = document(scaffold, "parse", "7", code=3)
    assert found["error"].startswith("can't read issue 7 of octo/demo: ")


def test_an_issue_that_is_not_there_is_said(shop: FakeGitHub, scaffold: Run) -> None:
    assert document(scaffold, "parse", "7", code=3)["error"] == "can't read issue 7 of octo/demo: Not Found"
    shop.repository().put(7)
    assert "none of the forms" in document(scaffold, "parse", "7", code=3)["error"]


def test_an_issue_is_created_with_the_labels_that_there_are(shop: FakeGitHub, scaffold: Run) -> None:
    shop.repository().put(41)
    found = document(scaffold, *NEW)
    assert (found["number"], found["lacking_labels"]) == (42, ["later"])
    assert found["url"].endswith("/repos/octo/demo/issues/42/html")
    issue = shop.repository().issues[42]
    assert (issue.title, issue.body, shop.repository().on(42)) == ("Broken", BODY, {"Bug"})
    assert set(shop.repository().state()) == {"Bug"}


def kept_draft(hint: str) -> Path:
    return Path(hint.partition("the draft is kept: ")[2])


def test_a_refusal_keeps_the_draft(shop: FakeGitHub, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.repository().has_issues = False
    found = document(scaffold, *NEW, code=3)
    assert "Issues has been disabled in this repository" in found["error"]
    assert json.loads(kept_draft(found["hint"]).read_bytes())["values"] == {"what": "It ⚒"}
    monkeypatch.delenv("GH_TOKEN")
    found = document(scaffold, *NEW, code=3)
    assert found["error"].startswith("there is no token for ")
    assert kept_draft(found["hint"]).is_file()


@pytest.mark.parametrize("drop", ["before", "after"])
def test_an_issue_is_never_created_twice(drop: str, shop: FakeGitHub, scaffold: Run) -> None:
    """Where the answer is lost, nobody knows whether the issue is there: that is said, and not tried again."""
    shop.faults.append(Fault(drop=drop, matches=lambda verb, _: verb == "POST"))
    found = document(scaffold, *NEW, code=3)
    assert "whether it was done isn't known" in found["hint"]
    assert [verb for verb, _ in shop.calls if verb == "POST"] == ["POST"]
    assert len(shop.repository().issues) == (drop == "after")


@pytest.mark.parametrize("words", [("parse", "7"), NEW], ids=["parse", "issue new"])
def test_a_host_that_only_the_remote_names_gets_no_token(
    words: tuple[str, ...], shop: FakeGitHub, folder: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(folder, "remote", "set-url", "origin", "https://code.example/octo/demo.git")
    monkeypatch.delenv("GITHUB_API_URL", raising=False)
    for variable in ("GH_TOKEN", "GITHUB_TOKEN"):
        monkeypatch.setenv(variable, shop.token)
    done = scaffold(*words)
    assert done.code == 3
    assert "there is no token for code.example" in done.err
    assert shop.calls == []
