"""What a fix takes out is told: each value with its line, its key, and why."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from issue_scaffold.validate.fixer import fix_files

FORM = ".github/ISSUE_TEMPLATE/form.yml"
HEAD = "name: Bug report\ndescription: Something is broken\n"
BODY = "body:\n  - type: input\n    attributes:\n      label: Version\n"

# What is added to the form's head and body, and what must be said of it: line, key, value.
CASES = {
    "an empty key": ("labels:\n", "", [(3, "labels", "")]),
    "an empty unknown key of an element": ("", "    remark:\n", [(7, "remark", "")]),
    "a key that moves isn't gone": ("", "      validations:\n        required: true\n", []),
    "a key that is renamed isn't gone": ("lables: [bug]\n", "", []),
    "lines are those of the file as it was": (
        "labels:\n",
        "    remark:\n",
        [(3, "labels", ""), (8, "remark", "")],
    ),
    "an anchor is no value": ("labels: &all [bug]\nassignees: *all\n", "", []),
}


@pytest.mark.parametrize(("head", "body", "expected"), CASES.values(), ids=CASES)
def test_what_is_removed(head: str, body: str, expected: list[tuple[int, str, str]]) -> None:
    text = HEAD + head + BODY + body
    fixed = fix_files({FORM: text.encode()}, [FORM], unsafe=True, together=True)
    removed = fixed[FORM].removed if FORM in fixed else ()
    assert [(item.line, item.key, item.value) for item in removed] == expected
    assert all("[" in item.reason for item in removed)


def test_the_marks_around_a_form_are_no_values() -> None:
    path = ".github/ISSUE_TEMPLATE/form.md"
    text = f"---\n{HEAD}{BODY}---\n"
    fixed = fix_files({path: text.encode()}, [path], unsafe=True, together=True)[path]
    assert fixed.content.decode() == HEAD + BODY
    assert fixed.removed == ()


def test_users_and_programs_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scaffold: Callable[..., Any]
) -> None:
    path = tmp_path / FORM
    path.parent.mkdir(parents=True)
    path.write_text(HEAD + "labels:\n" + BODY)
    monkeypatch.chdir(tmp_path)
    planned = scaffold("validate", "--unsafe-fixes", "--diff", "--format", "json")
    done = scaffold("validate", "--unsafe-fixes", "--format", "json")
    for result in (planned, done):
        (removed,) = json.loads(result.out)["targets"][0]["removed"]
        assert (removed["path"], removed["line"]) == (FORM, 3)
        assert (removed["key"], removed["value"]) == ("labels", "")
        assert "form/labels-type" in removed["reason"]
    assert f"removed {FORM}:3: labels: (" in done.err
