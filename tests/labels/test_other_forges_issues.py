"""`scaffold issue new --create` on Gitea, Forgejo and GitLab, as on GitHub."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run, git, write_tree
from tests.labels.fake_github import Fault
from tests.labels.test_other_forges import VARIABLES, Place
from tests.labels.test_other_forges import place as place  # noqa: PLC0414 - the fixture

from issue_scaffold.issue.remote import place_of

FORM = """name: Bug
description: x
labels: [bug, later, shared]
assignees: [octo]
type: Bug
body:
- {type: textarea, id: what, attributes: {label: What}}
"""
PATHS = {"gitea": ".gitea/issue_template/bug.yml", "gitlab": ".github/ISSUE_TEMPLATE/bug.yml"}
ADDRESS = "https://code.example.com"
BODIES = {"gitea": "### What\n\nIt ⚒\n\n", "gitlab": "### What\n\nIt ⚒"}


def create(place: Place, scaffold: Run, *, form: str = FORM, code: int = 0) -> dict[str, Any]:
    write_tree(Path.cwd(), {PATHS[place.kind]: form})
    words = ("issue", "new", "--set", "what=It ⚒", "--title", "Broken", "--create", "--format", "json")
    done = scaffold(*words, "--repo", "octo/demo", "--api-url", place.url)
    assert done.code == code, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_an_issue_is_created_with_the_labels_that_there_are(place: Place, scaffold: Run) -> None:
    place.repository.add("Bug")
    place.repository.add("shared", group=True)
    place.repository.put(41)
    found = create(place, scaffold)
    assert found["lacking_labels"] == ["later"]
    assert found["notes"][-1] == "octo/demo gives issues no type, so it isn't Bug"
    assert (found["number"], found["url"].rpartition("/")[2]) == (42, "42")
    (order,) = place.repository.opened
    assert (order["title"], order["labels"]) == ("Broken", ["Bug", "shared"])
    if place.kind == "gitea":
        assert (order["body"], order["assignees"]) == (BODIES["gitea"], ["octo"])
    else:
        assert (order["description"], order["assignee_ids"]) == (BODIES["gitlab"], [7])
    assert set(place.repository.state()) == {"Bug", "shared"}


def test_what_is_refused_keeps_the_draft(place: Place, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    said = [create(place, scaffold, form=FORM.replace("[octo]", "[nobody]"), code=3)]
    assert "nobody" in said[0]["error"]
    place.repository.archived = True
    said.append(create(place, scaffold, code=3))
    assert "an issue in octo/demo" in said[1]["error"]
    place.repository.visible = False
    said.append(create(place, scaffold, code=3))
    monkeypatch.delenv(VARIABLES[place.kind])
    said.append(create(place, scaffold, code=3))
    assert said[3]["error"].startswith("there is no token for 127.0.0.1")
    for found in said:
        draft = Path(found["hint"].partition("the draft is kept: ")[2])
        assert json.loads(draft.read_bytes())["values"] == {"what": "It ⚒"}
    assert place.repository.opened == []


def test_parse_reads_an_issue(place: Place, scaffold: Run) -> None:
    """By its number, and by any address under which the forge's pages show it."""
    write_tree(Path.cwd(), {PATHS[place.kind]: FORM})
    git(Path.cwd(), "remote", "add", "origin", f"{ADDRESS}/octo/demo.git")
    place.repository.put(7)
    place.repository.issues[False, 7].body = BODIES[place.kind]
    ways = {"gitea": ("issues", "pulls"), "gitlab": ("-/issues", "-/work_items", "issues")}[place.kind]
    addresses = [f"{ADDRESS}/octo/demo/{way}/7#note" for way in ways]
    for words in ("7", "#7", *addresses):
        done = scaffold("parse", words, "--api-url", place.url, "--format", "json")
        assert done.code == 0, done.err
        assert json.loads(done.out)["values"] == {"what": "It ⚒"}
    place.repository.issues[False, 7].body = None
    assert "none of the forms" in scaffold("parse", "7", "--api-url", place.url).err
    done = scaffold("parse", "8", "--api-url", place.url)
    assert (done.code, "can't read issue 8 of " in done.err) == (3, True)


def test_an_issue_of_a_nested_project_has_an_address(tmp_path: Path) -> None:
    found = place_of("https://gitlab.com/octo/tools/demo/-/issues/7", tmp_path)
    assert found is not None
    assert (str(found.repository), found.number) == ("gitlab.com/octo/tools/demo", 7)


@pytest.mark.parametrize("drop", ["before", "after"])
def test_an_issue_is_never_created_twice(drop: str, place: Place, scaffold: Run) -> None:
    place.fake.faults.append(Fault(drop=drop, matches=lambda verb, _: verb == "POST"))
    found = create(place, scaffold, code=3)
    assert "whether it was done isn't known" in found["hint"]
    assert len(place.repository.opened) == (drop == "after")
