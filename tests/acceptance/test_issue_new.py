"""`scaffold issue new` as scripts use it: values in, a body, a link or an issue out."""

import json
import shutil
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Run, commit_all, git, write_tree
from tests.unit.issue.forms import corpus_forms, filled

from issue_scaffold.errors import UsageError
from issue_scaffold.issue.answers import Upload, settle
from issue_scaffold.issue.answers_schema import answers_schema
from issue_scaffold.issue.body import body
from issue_scaffold.issue.dialect import Dialect
from issue_scaffold.issue.form import Form
from issue_scaffold.issue.given import GivenDocument
from issue_scaffold.issue.issue_template import IssueTemplate
from issue_scaffold.issue.new_issue import new_issue
from issue_scaffold.issue.parse import parse
from issue_scaffold.issue.printed import printed_values

FORM = """name: Bug report
description: Something is wrong
title: "[Bug]: "
labels: [bug, triage]
assignees: octo
type: Bug
body:
- {type: markdown, attributes: {value: Thank you.}}
- {type: input, id: my-version, attributes: {label: Version}, validations: {required: true}}
- {type: dropdown, id: parts, attributes: {label: Parts, multiple: true, options: [core, "a, b", a, b]}}
- {type: dropdown, id: sure, attributes: {label: Sure, options: ["Yes", "No"]}}
- {type: textarea, attributes: {label: What happened?}}
- {type: checkboxes, id: checks, attributes: {label: Checks, options: [{label: "I  searched", required: true}, {label: Mine}]}}
- {type: upload, id: files.zip, attributes: {label: Files}}
"""  # noqa: E501 - a form in a few lines
IDEA = "---\r\nname: Some idea\r\nabout: x\r\ntitle: 'Idea: '\r\nlabels: 'idea, later'\r\n---\r\n\r\n**What?**\r\n"
GITEA = """name: Small
about: A Gitea form
body:
- {type: dropdown, id: many, attributes: {label: Many, multiple: true, list: true, options: [a, b]}}
- {type: textarea, id: log, attributes: {label: Log, render: sh}}
- {type: input, id: hidden, visible: [form], attributes: {label: Hidden}, validations: {required: true}}
"""
BUG, NOTE, SMALL = (
    ".github/ISSUE_TEMPLATE/bug.yml",
    ".github/ISSUE_TEMPLATE/idea.md",
    ".gitea/issue_template/small.yml",
)
LEAST = ("--set", "my-version=1.10", "--set", "checks=I searched")
SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "reference" / "scaffold.issue-new-1.schema.json").read_bytes()
)


@pytest.fixture
def folder(repo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the working directory: a repository with two forms and a template, and no `gh`."""
    monkeypatch.chdir(repo)
    write_tree(repo, {BUG: FORM, NOTE: IDEA, SMALL: GITEA})
    commit_all(repo)
    git(repo, "remote", "add", "origin", "https://github.com/octo/demo.git")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("git", "sh", "cat"):
        (programs / name).symlink_to(shutil.which(name) or "")
    monkeypatch.setenv("PATH", str(programs))
    return repo


Program = Callable[[str, str], Path]


@pytest.fixture
def program(tmp_path: Path, folder: Path) -> Program:  # noqa: ARG001 - the folder's PATH
    """Return what makes a shell script that is found before all others; its calls go to a file."""

    def make(name: str, script: str) -> Path:
        calls = tmp_path / f"{name}-calls"
        place = tmp_path / "programs" / name
        place.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> \'{calls}\'\n{script}\n')
        place.chmod(0o755)
        return calls

    return make


def made(scaffold: Run, *arguments: object, code: int = 0) -> dict[str, Any]:
    done = scaffold("issue", "new", *map(str, arguments), "--format", "json")
    assert done.code == code, done.err
    document: dict[str, Any] = json.loads(done.out)
    assert document["exit_code"] == code
    jsonschema.validate(document, SCHEMA)
    return document


@pytest.mark.usefixtures("folder")
def test_the_body_alone_is_printed_and_json_has_the_rest(scaffold: Run) -> None:
    answers = ("--set", "parts=a, b", "--set", "parts=core", "--set", "sure=No", "--set", "What happened?=x=y")
    done = scaffold("issue", "new", "bug", *LEAST, *answers)
    expected = (
        "### Version\n\n1.10\n\n### Parts\n\ncore, a, b\n\n### Sure\n\nNo\n\n### What happened?\n\nx=y\n\n"
        "### Checks\n\n- [x] I  searched\n- [ ] Mine\n\n### Files\n\n_No response_"
    )
    assert (done.code, done.out) == (0, expected)
    assert made(scaffold, "Bug report", *LEAST, *answers, "--title", "[Bug]: it") == {
        "schema": "scaffold.issue-new/1",
        "command": "issue new",
        "exit_code": 0,
        "form": BUG,
        "title": "[Bug]: it",
        "body": expected,
        "labels": ["bug", "triage"],
        "assignees": ["octo"],
        "type": "Bug",
        "lacking_labels": [],
        "notes": [],
    }
    assert made(scaffold, BUG, *LEAST)["title"] == "[Bug]: "


def test_values_are_taken_as_their_fields_want_them(scaffold: Run, folder: Path) -> None:
    """YAML makes numbers, dates and booleans of what people write as texts."""
    body_of: Callable[..., str] = lambda *more: made(scaffold, BUG, *more)["body"]  # noqa: E731
    write_tree(
        folder,
        {
            "a.yml": "my-version: 1.10\nparts: [b, 'a, b']\nsure: No\nWhat happened?: |-\n  a\n  2024-01-01\n"
            "checks: {I searched: yes, Mine: false}\nfiles.zip: [{name: a.zip, url: 'https://h/a.zip'}]\n",
            "crlf.yml": 'my-version: 1.10\r\nWhat happened?: "a\\r\\nb"\r\nchecks: [I searched]\r\nparts: null\r\n',
            "ids.json": '{"values": {"my-version": "1", "checks": ["I searched"], "sure": null}}',
        },
    )
    text = body_of("--from", "a.yml")
    assert (
        "### Version\n\n1.10\n\n### Parts\n\na, b, b\n\n### Sure\n\nNo\n\n### What happened?\n\na\n2024-01-01" in text
    )
    assert text.endswith("- [x] I  searched\n- [ ] Mine\n\n### Files\n\n[a.zip](https://h/a.zip)")
    assert "happened?\n\na\nb\n\n### Checks" in body_of("--from", "crlf.yml")
    assert "### Version\n\n2\n\n" in body_of("--from", "ids.json", "--set", "my-version=2")
    (folder / "body.md").write_text(text)
    printed = scaffold("parse", "body.md", "--form", BUG, "--format", "json").out
    (folder / "printed.json").write_text(printed)
    assert body_of("--from", "printed.json") == text
    json_map = ("--set", "my-version=1", "--set", 'checks={"I searched": true, "Mine": true}')
    assert "- [x] Mine" in body_of(*json_map, "--set", "files.zip=https://h/b.zip")


BAD: tuple[tuple[tuple[str, ...], int, str], ...] = (
    ((BUG,), 2, "my-version: Version: an answer is required; checks: "),
    ((BUG, *LEAST, "--set", "sure"), 2, "--set 'sure' is not ID=VALUE"),
    ((BUG, *LEAST, "--set", "sure=Maybe"), 2, "sure has no option 'Maybe'"),
    ((BUG, *LEAST, "--set", "parts=core,d"), 2, "parts has no option 'd'"),
    ((BUG, *LEAST, "--set", "other.one=x"), 2, "no field 'other.one'"),
    ((BUG, *LEAST, "--set", "my-version=a\nb"), 2, "my-version can't be"),
    ((BUG, *LEAST, "--set", "my-version=  "), 2, "my-version: Version: an answer is required"),
    ((BUG, "--set", "my-version=1", "--set", "checks=Mine"), 2, "checks: Checks: “I searched” has to be ticked"),
    ((BUG, *LEAST, "--title", "a\nb"), 2, "the title has several lines"),
    ((BUG, *LEAST, "--set", f"What happened?={'x' * 70_000}"), 2, "and GitHub takes 65,536"),
    ((BUG, "--from", "twice.yml"), 2, "twice.yml has 'sure' twice"),
    ((BUG, "--from", "broken.yml"), 2, "broken.yml:1:"),
    ((BUG, "--from", "list.yml"), 2, "list.yml holds no answers by field"),
    ((BUG, "--from", "latin.yml"), 2, "latin.yml is not UTF-8: byte 0xe9 in line 1"),
    ((BUG, "--from", "missing.yml"), 2, "missing.yml"),
    ((BUG, "--from", "deep.yml"), 2, "parts can't have a list in its answer"),
    ((), 2, f"there are several forms: {SMALL}, {BUG}, {NOTE}"),
    (("nothing",), 2, "nothing names no form"),
    (("broken.yml",), 3, "broken.yml is no valid issue form"),
    ((BUG, *LEAST, "--set", "What happened?=caf\udce9"), 2, "is not UTF-8"),
    ((BUG, "--from", "half.json"), 2, "has half a character"),
    ((NOTE, "--set", "x=1"), 2, "no field 'x'"),
)


def test_bad_input_is_one_clear_line_and_nothing_is_printed(scaffold: Run, folder: Path) -> None:
    write_tree(
        folder,
        {
            "twice.yml": "sure: Yes\nsure: No\n",
            "broken.yml": "body: [",
            "half.json": '{"my-version": "\\ud800", "checks": ["I searched"]}',
            "list.yml": "- a\n",
            "latin.yml": "my-version: caf\xe9\n".encode("latin-1"),
            "deep.yml": "parts: [[a, [b]], {x: {y: z}}]\n",
        },
    )
    for arguments, code, said in BAD:
        done = scaffold("issue", "new", *arguments)
        assert (done.code, done.out) == (code, ""), (arguments, done)
        assert said in done.err.partition("\n")[0], done.err
        assert said in made(scaffold, *arguments, code=code)["error"]


def test_without_a_form_the_only_one_is_taken(scaffold: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(folder, {BUG: None, SMALL: None, "ISSUE_TEMPLATE.md": "old\n"})
    made_of = made(scaffold)
    assert (made_of["form"], made_of["body"], made_of["title"]) == (NOTE, "**What?**\n", "Idea: ")
    assert made_of["labels"] == ["idea", "later"]
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"body: mine\n")))
    assert made(scaffold, "--from", "-")["body"] == "mine"
    write_tree(folder, {NOTE: None})
    assert made(scaffold)["body"] == "old\n"
    write_tree(folder, {"ISSUE_TEMPLATE.md": None})
    assert "no issue form" in made(scaffold, code=3)["error"]


def test_a_form_that_is_broken_is_named_not_passed_over(scaffold: Run, folder: Path) -> None:
    broken = {BUG: FORM.replace("type: input", "type: inputt")}
    write_tree(folder, broken)
    assert f"{BUG} is no valid issue form" in made(scaffold, "bug", code=3)["error"]
    assert made(scaffold, NOTE)["form"] == NOTE
    write_tree(folder, dict.fromkeys((SMALL, NOTE)))
    for words in ([], ["bug"]):
        assert f"{BUG} is no valid issue form" in made(scaffold, *words, code=3)["error"]
    read = scaffold("parse", BUG)
    assert (read.code, read.out) == (3, "")
    assert f"{BUG} is no valid issue form" in read.err


def test_the_dialect_is_by_the_folder_else_by_the_forge(scaffold: Run, folder: Path) -> None:
    given_ = ("--set", "many=a,b", "--set", "hidden=x")
    by_path = scaffold("issue", "new", "small", *given_).out
    assert by_path == "### Many\n\n- a\n- b\n\n### Log\n\n_No response_\n\n"
    write_tree(folder, {".github/ISSUE_TEMPLATE/small2.yml": GITEA})
    assert scaffold("issue", "new", "small2", *given_, "--forge", "forgejo").out == by_path
    assert scaffold("issue", "new", "small", *given_, "--forge", "github").out == by_path
    assert "### Hidden\n\nx" in scaffold("issue", "new", "small2", *given_).out
    assert "hidden: " in scaffold("issue", "new", "small", "--set", "many=a").err


@pytest.mark.usefixtures("folder")
def test_the_schema_refuses_what_the_command_refuses(scaffold: Run) -> None:
    schema = json.loads(scaffold("issue", "new", BUG, "--schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    right = {"my-version": "1", "checks": ["I searched"]}
    validator = jsonschema.Draft202012Validator(schema)
    for change, is_right in (
        ({}, True),
        ({"sure": None, "parts": ["core", "a, b"], "What happened?": "a\nb"}, True),
        ({"checks": {"I searched": True}}, True),
        ({"files.zip": [{"name": "a", "url": "https://h/a"}]}, True),
        ({"unknown": "x"}, False),
        ({"my-version": None}, False),
        ({"my-version": " "}, False),
        ({"my-version": "a\n"}, False),
        ({"sure": "Maybe"}, False),
        ({"parts": ["d"]}, False),
        ({"checks": ["Mine"]}, False),
        ({"checks": {"I searched": False}}, False),
        ({"checks": None}, False),
        ({"files.zip": [{"name": "a", "url": "b c"}]}, False),
    ):
        assert validator.is_valid({**right, **change}) is is_right, change


def jsonable(form: Form, answers: dict[str, Any]) -> dict[str, Any]:
    """Return answers as JSON has them, each text exactly."""
    rows: dict[str, Any] = {}
    for key, answer in settle(form, answers, Dialect.GITHUB).items():
        value: Any = answer
        if isinstance(answer, tuple):
            value = [item._asdict() if isinstance(item, Upload) else item for item in answer]
        rows[key] = value
    return rows


def test_answers_by_the_schema_give_the_body_of_the_page() -> None:
    """For the forms of the corpus: what a page takes, the file of answers and the schema take."""
    forms = corpus_forms()
    if not forms:
        pytest.skip("no corpus")

    @settings(max_examples=80, deadline=None)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        form = data.draw(st.sampled_from(forms))
        answers = jsonable(form, data.draw(filled(form)))
        read = GivenDocument(json.dumps(answers), "a.json").values(form)
        is_right = jsonschema.Draft202012Validator(answers_schema(form)).is_valid(answers)
        try:
            issue = new_issue(IssueTemplate(form=form), read, Dialect.GITHUB, title="x")
        except UsageError:
            assert not is_right
            return
        assert is_right
        assert issue.body == body(form, answers)
        printed = printed_values(form, parse(form, issue.body, Dialect.GITHUB))
        assert printed.keys() == read.keys()

    check()


@pytest.mark.usefixtures("folder")
def test_the_link_is_printed_opened_and_says_what_it_lacks(
    scaffold: Run, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = program("my-browser", "")
    monkeypatch.setenv("BROWSER", "my-browser")
    monkeypatch.delitem(sys.modules, "webbrowser", raising=False)
    answers = (*LEAST, "--set", "parts=core", "--set", "What happened?=all", "--title", "It & that")
    done = scaffold("issue", "new", BUG, *answers, "--web")
    assert done.code == 0, done.err
    address = done.out.strip()
    assert address.startswith("https://github.com/octo/demo/issues/new?")
    query = {"template": ["bug.yml"], "title": ["It & that"], "my-version": ["1.10"]}
    assert parse_qs(urlsplit(address).query) == query
    assert calls.read_text().strip() == address
    for key in ("parts", "What happened?", "checks"):
        assert f"{key} is not in the link: " in done.err
    long = made(scaffold, NOTE, "--set", f"body={'é' * 4000}", "--web", "--repo", "ghe.example.com/o/n")
    assert long["link"] == "https://ghe.example.com/o/n/issues/new?template=idea.md"
    assert long["notes"] == ["body is not in the link: it is too long for a link"]
    gitea = made(scaffold, SMALL, "--set", "hidden=x", "--set", "log=a b", "--web", "--repo", "codeberg.org/o/n")
    assert gitea["link"].endswith("?template=.gitea%2Fissue_template%2Fsmall.yml&field%3Alog=a%20b&field%3Ahidden=x")
    monkeypatch.setenv("BROWSER", "no-such-browser")
    monkeypatch.delitem(sys.modules, "webbrowser")
    failed = scaffold("issue", "new", BUG, *LEAST, "--web")
    assert failed.code == 3
    assert failed.out.startswith("https://github.com/")
    assert "no browser could be opened" in failed.err
    assert "the draft is kept: " in failed.err


ISSUE = '{"number": 7, "html_url": "https://github.com/octo/demo/issues/7"}'
LABELS = '[[{"name": "Bug", "color": "d73a4a", "description": null}]]'


def test_gh_creates_the_issue_without_labels_that_there_are_not(scaffold: Run, program: Program) -> None:
    calls = program("gh", f"case $* in *POST*) cat >> \"$0.sent\"; echo '{ISSUE}';; *) echo '{LABELS}';; esac")
    done = scaffold("issue", "new", BUG, *LEAST, "--create", "--title", "It")
    assert (done.code, done.out) == (0, "https://github.com/octo/demo/issues/7\n"), done.err
    assert "octo/demo has no label triage, so the issue doesn't get it" in done.err
    sent = json.loads(Path(f"{calls.parent}/programs/gh.sent").read_text())
    assert {key: sent[key] for key in ("title", "labels", "assignees", "type")} == {
        "title": "It",
        "labels": ["bug"],
        "assignees": ["octo"],
        "type": "Bug",
    }
    assert sent["body"] == scaffold("issue", "new", BUG, *LEAST).out
    assert calls.read_text().splitlines() == [
        "api --hostname github.com --paginate --slurp repos/octo/demo/labels?per_page=100",
        "api --hostname github.com repos/octo/demo/issues --method POST --input -",
    ]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'gh: Issues are disabled for this repo (HTTP 410)' >&2; exit 1", "Issues are disabled for this repo"),
        ("echo 'please run: gh auth login' >&2; exit 4", "there is no token for github.com"),
        ("[ \"$2\" != --hostname ] || echo '<html>'", "that the issue was created in octo/demo, and not which"),
    ],
    ids=["refused", "logged-out", "no-json"],
)
def test_a_refused_issue_leaves_a_draft_that_from_reads(
    script: str, said: str, scaffold: Run, program: Program, folder: Path
) -> None:
    program("gh", script)
    text = ("--set", "What happened?=a\n b \n")
    failed = scaffold("issue", "new", BUG, *LEAST, *text, "--create", "--title", "It is ⚒")
    assert (failed.code, failed.out) == (3, "")
    assert said in failed.err.partition("\n")[0]
    draft = Path(failed.err.partition("the draft is kept: ")[2].strip())
    assert draft.stat().st_mode & 0o777 == 0o600
    again = made(scaffold, BUG, "--from", str(draft))
    assert again["title"] == "It is ⚒"
    assert again["body"] == scaffold("issue", "new", BUG, *LEAST, *text).out
    program("gh", f"echo '{ISSUE}'")
    assert made(scaffold, BUG, "--from", str(draft), "--create")["number"] == 7
    assert not draft.exists()
    assert folder.exists()


def test_labels_that_no_config_has_are_said(scaffold: Run, folder: Path) -> None:
    write_tree(folder, {".github/labels.yml": "- {name: other, color: ededed}\n"})
    found = made(scaffold, BUG, *LEAST)
    assert found["lacking_labels"] == ["triage"]
    assert found["notes"] == ["no labels config has the label triage"]
    write_tree(folder, {".github/scaffold.yml": "labels: {known: [Triage]}\n"})
    assert made(scaffold, BUG, *LEAST)["lacking_labels"] == []


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_created_is_said_before_anything_is_asked(scaffold: Run) -> None:
    write_tree(Path.cwd(), {BUG: FORM.replace('title: "[Bug]: "\n', "")})
    assert "the issue has no title" in made(scaffold, BUG, *LEAST, "--create", code=2)["error"]
    other = ("--create", "--title", "x", "--repo", "codeberg.org/o/n")
    assert "no token for codeberg.org" in made(scaffold, BUG, *LEAST, *other, code=3)["error"]
    both = scaffold("issue", "new", BUG, *LEAST, "--web", "--create")
    assert (both.code, both.out) == (2, "")
