"""`scaffold parse` as users run it."""

import json
import re
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.conftest import Run, commit_all, git, write_tree

FORM = """name: Bug report
description: Something is wrong
body:
- {type: input, id: my-version, attributes: {label: Version}, validations: {required: true}}
- {type: dropdown, id: parts, attributes: {label: Parts, multiple: true, options: [core, "a, b", a, b]}}
- {type: textarea, attributes: {label: What happened?}}
- {type: checkboxes, id: checks, attributes: {label: Checks, options: [{label: "I  searched", required: true}, {label: Mine}]}}
"""  # noqa: E501 - a form in a few lines
OTHER = "name: Idea\ndescription: Some idea\nbody:\n- {type: textarea, id: idea, attributes: {label: Idea}}\n"
BODY = (
    "### Version\n\n1.2 \n\n### Parts\n\ncore, a\n\n### What happened?\n\n\nA\n\n\nB  \n\n"
    "### Checks\n\n- [x] I  searched\n- [ ] Mine"
)
VALUES = {
    "my-version": "1.2",
    "parts": ["core", "a"],
    "What happened?": "A\n\n\nB",
    "checks": {"I searched": True, "Mine": False},
}
SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "scaffold.parse-1.schema.json"
BUG = ".github/ISSUE_TEMPLATE/bug.yml"


@pytest.fixture
def folder(repo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory: a repository with two forms and a body."""
    monkeypatch.chdir(repo)
    write_tree(repo, {BUG: FORM, ".github/ISSUE_TEMPLATE/idea.yml": OTHER, "body.md": BODY})
    commit_all(repo)
    return repo


def parsed(scaffold: Run, *arguments: object, code: int = 0) -> dict[str, Any]:
    done = scaffold("parse", *arguments, "--format", "json")
    assert done.code == code, done.err
    document: dict[str, Any] = json.loads(done.out)
    assert document["exit_code"] == code
    jsonschema.validate(document, json.loads(SCHEMA.read_bytes()))
    return document


@pytest.mark.usefixtures("folder")
def test_the_form_is_found_and_the_values_are_trimmed(scaffold: Run) -> None:
    assert parsed(scaffold, "body.md") == {
        "schema": "scaffold.parse/1",
        "command": "parse",
        "exit_code": 0,
        "form": BUG,
        "certainty": "certain",
        "values": VALUES,
        "problems": [],
    }
    assert parsed(scaffold, "body.md", "--boxes", "ticked")["values"]["checks"] == ["I searched"]
    shown = scaffold("parse", "body.md")
    assert shown.out.startswith('my-version: 1.2\nparts: ["core", "a"]\nWhat happened?:\n  A\n')
    assert f"form: {BUG} (certain)" in shown.err


@pytest.mark.parametrize(
    "changed",
    [
        BODY.replace("\n", "\r\n"),
        f"\ufeff{BODY}",
        f"{BODY}\n",
        BODY.replace("[x]", "[X]"),
        BODY.replace("\n\n###", "\n###"),
        BODY.replace("\n\n### ", "\n\n\n\n### "),
        "### Checks\n\n- [x] I  searched\n- [ ] Mine\n\n" + BODY.partition("\n\n### Checks")[0],
    ],
    ids=["crlf", "bom", "newline", "old-box", "no-blanks", "more-blanks", "reordered"],
)
def test_what_people_and_programs_do_to_a_body(scaffold: Run, folder: Path, changed: str) -> None:
    (folder / "body.md").write_bytes(changed.encode())
    found = parsed(scaffold, "body.md", "--form", BUG)
    assert (found["values"], found["problems"]) == (VALUES, [])


NO_ANSWER = "_No response_"
WANTED = OTHER.replace("Idea}}", "Idea}, validations: {required: true}}")


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\r\n", " \n"], ids=repr)
@pytest.mark.parametrize("asked", [WANTED, WANTED.replace("textarea", "input")], ids=["text", "line"])
def test_no_answer_is_none_whatever_blank_lines_follow(scaffold: Run, folder: Path, asked: str, end: str) -> None:
    write_tree(folder, {".github/ISSUE_TEMPLATE/idea.yml": asked})
    (folder / "none.md").write_bytes(f"### Idea\n\n{NO_ANSWER}{end}".encode())
    found = parsed(scaffold, "none.md", "--form", ".github/ISSUE_TEMPLATE/idea.yml", "--check", code=1)
    assert (found["values"], found["problems"]) == ({"idea": None}, [])
    assert [finding["kind"] for finding in found["findings"]] == ["required"]


def test_doubts_are_said_and_fail_nothing(scaffold: Run, folder: Path) -> None:
    body = "### Version\n\n1\n\n### Parts\n\na, b\n\n### Checks\n\n- [x] Reworded\n- [ ] Mine\n\n### More\n\nx\n"
    (folder / "body.md").write_text(body)
    found = parsed(scaffold, "body.md")
    assert found["certainty"] == "likely"
    assert found["values"] == {
        "my-version": "1",
        "parts": found["values"]["parts"],
        "What happened?": None,
        "checks": {"I searched": False, "Mine": False},
    }
    first, missing, *others = found["problems"]
    assert (first["kind"], first["key"], first["line"]) == ("ambiguous", "parts", 5)
    assert sorted(first["readings"]) == [["a", "b"], ["a, b"]]
    assert missing == {"kind": "missing-section", "line": 9, "key": "What happened?"}
    assert [(row["kind"], row["text"]) for row in others] == [
        ("missing-option", "I searched"),
        ("unknown-option", "Reworded"),
        ("unknown-section", "More"),
    ]


def test_check_holds_answers_to_the_form(scaffold: Run, folder: Path) -> None:
    assert parsed(scaffold, "body.md", "--check")["findings"] == []
    body = BODY.replace("1.2 ", "_No response_").replace("core, a", "core, elsewhere").replace("[x]", "[ ]")
    (folder / "body.md").write_text(body)
    assert "findings" not in parsed(scaffold, "body.md")
    found = parsed(scaffold, "body.md", "--check", code=1)
    assert [(row["kind"], row["key"]) for row in found["findings"]] == [
        ("required", "my-version"),
        ("option", "parts"),
        ("required", "checks"),
    ]
    assert found["values"]["parts"] == ["core", "elsewhere"]


@pytest.mark.usefixtures("folder")
def test_outputs_of_a_step_have_safe_names_and_new_delimiters(scaffold: Run) -> None:
    one, other = (scaffold("parse", "body.md", "--format", "github-output").out for _ in range(2))
    rows = re.findall(r"^(\w+)<<(\w+)\n(.*?)\n\2$", one, re.MULTILINE | re.DOTALL)
    assert {name: value for name, _, value in rows} == {
        "my_version": "1.2",
        "parts": '["core", "a"]',
        "What_happened_": "A\n\n\nB",
        "checks": '{"I searched": true, "Mine": false}',
    }
    assert len({delimiter for _, delimiter, _ in rows}) == len(rows)
    assert one != other


def test_older_revisions_of_the_form_are_tried(scaffold: Run, folder: Path) -> None:
    old = git(folder, "rev-parse", "HEAD").strip()
    write_tree(folder, {BUG: FORM.replace("label: Version", "label: Release")})
    commit_all(folder)
    assert parsed(scaffold, "body.md")["form"] == f"{BUG}@{old[:12]}"
    assert parsed(scaffold, "body.md", "--form", BUG)["values"] == VALUES
    assert parsed(scaffold, "body.md", "--form", f"{BUG}@{old}")["problems"] == []
    newest = parsed(scaffold, "body.md", "--form", f"{BUG}@HEAD")
    assert newest["values"]["my-version"] is None


def test_bad_input_is_one_clear_line(scaffold: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(
        folder, {"latin.md": "### Version\n\ncaf\xe9".encode("latin-1"), "broken.yml": "body: [", "note.md": "hi"}
    )
    for arguments, code, said in (
        (("latin.md",), 3, "latin.md is not UTF-8: byte 0xe9 in line 3"),
        (("missing.md",), 2, "missing.md"),
        (("body.md", "--form", "missing.yml"), 2, "missing.yml"),
        (("body.md", "--form", "broken.yml"), 3, "broken.yml is no valid issue form"),
        (("body.md", "--form", f"{BUG}@nowhere"), 2, "in revision nowhere"),
        (("note.md",), 3, "from none of the forms"),
        (("https://example.com/x",), 2, "not the address of an issue"),
        (("12",), 2, "remote"),
    ):
        done = scaffold("parse", *arguments)
        assert (done.code, done.out) == (code, ""), done.err
        assert said in done.err.partition("\n")[0]
        assert said in parsed(scaffold, *arguments, code=code)["error"]
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(BODY.encode())))
    assert parsed(scaffold, "-")["values"] == VALUES


def test_gh_reads_an_issue_where_it_is(scaffold: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = folder.parent / "programs"
    programs.mkdir()
    answer = json.dumps({"body": BODY})
    fake = programs / "gh"
    fake.write_text(f"#!/bin/sh\necho \"$@\" >> '{programs}/calls'\ncat <<'END'\n{answer}\nEND\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    assert parsed(scaffold, "https://github.com/octo/demo/issues/7")["values"] == VALUES
    git(folder, "remote", "add", "origin", "https://ghe.example.com/octo/demo.git")
    assert parsed(scaffold, "#8")["values"] == VALUES
    assert (programs / "calls").read_text().splitlines() == [
        "api --hostname github.com repos/octo/demo/issues/7",
        "api --hostname ghe.example.com repos/octo/demo/issues/8",
    ]
