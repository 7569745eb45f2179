"""One report for every command: each holds to its JSON Schema, done or failed, and shows itself in any format."""

import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import jsonschema
import pytest
from tests.conftest import Result, Run, write_tree
from tests.labels.lying_server import LyingServer, answer

from issue_scaffold.cli.fleet import RunOptions
from issue_scaffold.cli.fleet_apply import WriteRequest
from issue_scaffold.cli.fleet_selection import RemoteOptions
from issue_scaffold.cli.main import scaffold as root
from issue_scaffold.cli.output.formats import FORMATS, Format
from issue_scaffold.report.report import Report

REFERENCE = Path(__file__).parents[2] / "docs/reference"
CONFIG = ".github/labels.yml"
FORM = ".github/ISSUE_TEMPLATE/infrastructure.yml"
# These look at one target after the other; a format that can tell of those that failed is enough.
WHOLE = {"check", "validate"}
ASKING = ("--repo", "octo/demo", "--api-url", "{address}")
# Commands, what they exit with, and the state that each target, or the one thing they are about, is in.
DONE: tuple[tuple[tuple[str, ...], int, str], ...] = (
    (("init", "new", "--here"), 0, "changed"),
    (("init", "new", "--here", "--dry-run", "--diff"), 0, "changed"),
    (("update",), 0, "unchanged"),
    (("update", "--restore", "--force", "--diff"), 0, "changed"),
    (("check", "--diff"), 1, "findings"),
    (("check", "--exit-zero"), 0, "findings"),
    (("validate",), 0, "clean"),
    (("validate", "broken.yml"), 1, "findings"),
    (("validate", "broken.yml", "--diff", "--fix"), 1, "findings"),
    (("catalog", "check", "catalog"), 0, "clean"),
    (("accept", FORM, "--reason", "we need it"), 0, "done"),
    (("list",), 0, "done"),
    (("undo",), 1, "left"),
    (("rules",), 0, "done"),
    (("rules", "form/missing-key"), 0, "done"),
    (("convert", "bug.md"), 0, "done"),
    (("convert", "bug.md", "-o", "out.yml"), 0, "done"),
    (("catalog", "new", "second", "--from", "bug.md"), 0, "done"),
    (("catalog", "add", "bug.md", "-C", "catalog"), 0, "done"),
    (("labels", "plan", *ASKING), 1, "findings"),
    (("labels", "plan", "--exit-zero", *ASKING), 0, "findings"),
    (("labels", "apply", "--yes", *ASKING), 3, "failed"),
)
# Those of them that leave everything as it is.
UNCHANGING: tuple[tuple[str, ...], ...] = (
    ("init", "new", "--here", "--dry-run"),
    ("update",),
    ("check",),
    ("list",),
    ("validate", "broken.yml"),
    ("catalog", "check", "catalog"),
    ("rules",),
    ("rules", "form/missing-key"),
    ("convert", "bug.md"),
    ("labels", "plan", *ASKING),
)
FAILED: tuple[tuple[tuple[str, ...], int], ...] = (
    (("init",), 2),
    (("update", "--ref", "v9"), 2),
    (("check", "missing"), 2),
    (("validate", "missing"), 2),
    (("catalog", "check", "new"), 2),
    (("accept", "missing", "--reason", "x"), 2),
    (("list", "missing"), 2),
    (("undo", "new"), 2),
    (("rules", "form/no-such-rule"), 2),
    (("convert", "missing.md"), 2),
    (("convert", "broken.yml"), 1),
    (("catalog", "new", "catalog"), 2),
    (("catalog", "add", "missing.md", "-C", "catalog"), 2),
    (("labels", "plan", "--repo", "a"), 2),
    (("labels", "apply", "--yes", "--repo", "a"), 2),
)


@pytest.fixture
def address(scaffold: Run, repo: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Make a repository with something of every kind; yield the address of a GitHub that has no labels."""
    monkeypatch.chdir(repo)
    monkeypatch.setenv("GH_TOKEN", "a-token")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("issue_scaffold.label_sync.http.pacing.SystemClock.sleep", lambda *_: None)
    assert scaffold("init", ".").code == 0
    form = (repo / FORM).read_text(encoding="utf-8")
    write_tree(
        repo,
        {
            FORM: f"{form}# ours\n",
            "broken.yml": "name: A form\nabout: x\nbody:\n  - type: input\n    attributes:\n      label: b\n",
            "bug.md": "---\nname: A bug\nabout: It is broken\n---\n\n**What?** [e.g. this]\n\n<b>Odd</b>\n",
        },
    )
    assert scaffold("catalog", "new", "catalog").code == 0

    def reply(request: str) -> list[bytes]:
        if request.startswith("GET"):
            is_list = request.split()[1].partition("?")[0].endswith(("/labels", "/issues"))
            return answer(b"[]" if is_list else b'{"full_name": "octo/demo", "archived": false}')
        return answer(b'{"message": "no"}', status="422 Unprocessable")

    with LyingServer(reply) as server:
        yield server.address


def run(scaffold: Run, address: str, command: tuple[str, ...], format_: str) -> Result:
    return scaffold(*(word.replace("{address}", address) for word in command), "--format", format_)


def document(done: Result) -> dict[str, Any]:
    """Return a run's document, after holding it to its schema and to the exit code."""
    parsed: dict[str, Any] = json.loads(done.out)
    name, _, version = parsed["schema"].partition("/")
    schema = json.loads((REFERENCE / f"{name}-{version}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(parsed, schema)
    assert parsed["exit_code"] == done.code
    assert f"scaffold.{parsed['command'].replace(' ', '-')}" == name
    return parsed


def subjects(parsed: dict[str, Any]) -> list[dict[str, Any]]:
    targets: list[dict[str, Any]] = parsed.get("targets", [parsed])
    return targets


def every_command() -> set[tuple[str, ...]]:
    """Return the words of each command that takes a format of reports."""
    context = click.Context(root)
    found = set()
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None
        inner = command.commands if isinstance(command, click.Group) else {None: command}
        found |= {(name, *([word] if word else [])) for word in inner}
    return found - {("labels", "export")}  # its formats are those of a labels config


@pytest.mark.parametrize("cases", [[row[0] for row in DONE], [row[0] for row in FAILED]], ids=["done", "failed"])
def test_every_command_is_tried(cases: list[tuple[str, ...]]) -> None:
    # `parse` and `issue new` print values or an issue, and no status; their own tests hold each document to
    # its schema. `preview` makes a page. The rows of `fleet` are of repositories, and its tests hold them to theirs.
    wanted = every_command() - {("parse",), ("issue", "new"), ("preview",)}
    wanted = {words for words in wanted if words[0] != "fleet"}
    assert {words for words in wanted if any(case[: len(words)] == words for case in cases)} == wanted


@pytest.mark.parametrize(("command", "code", "status"), DONE, ids=[" ".join(row[0]) for row in DONE])
def test_what_is_done_is_as_its_schema_says(
    command: tuple[str, ...], code: int, status: str, scaffold: Run, address: str
) -> None:
    done = run(scaffold, address, command, "json")
    assert done.code == code, done
    assert [row["status"] for row in subjects(document(done))] == [status]


def test_what_fails_is_as_its_schema_says(scaffold: Run, address: str) -> None:
    for command, code in FAILED:
        done = run(scaffold, address, command, "json")
        assert done.code == code, done
        (row,) = subjects(document(done))
        assert row["status"] == "failed"
        assert done.err.count(row["error"].splitlines()[0]) == int(command[0] not in WHOLE), command


@pytest.mark.parametrize("format_", FORMATS)
def test_a_failure_is_told_once_in_every_format(format_: str, scaffold: Run, address: str) -> None:
    for command, _ in FAILED:
        done = run(scaffold, address, command, format_)
        is_told = command[0] not in WHOLE or not FORMATS[format_].tells_failures
        assert done.err.count("error: ") == int(is_told), command


def test_a_format_is_one_module_in_one_table(
    scaffold: Run, address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def render(report: Report) -> str:
        return f"{report.command}: {len(report.targets)}, {report.exit_code}\n"

    module = ModuleType("made_up")
    module.render = render  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "made_up", module)
    monkeypatch.setitem(FORMATS, "made-up", Format("made_up"))
    for command in (*UNCHANGING, *(row[0] for row in FAILED)):
        done = run(scaffold, address, command, "made-up")
        assert done.out.endswith(f": 1, {done.code}\n"), command
        assert done.out.count("\n") == 1
        assert run(scaffold, address, command, f"made-up={tmp_path / 'out'}").out == ""
        assert (tmp_path / "out").read_text(encoding="utf-8") == done.out


# What several commands of a fleet have goes to each as one value.
COLLECTED = {
    "options": {*RunOptions._fields, *RemoteOptions._fields},
    "request": {*WriteRequest._fields},
}


def test_options_are_the_parameters_of_their_command() -> None:
    context = click.Context(root)
    for words in every_command():
        command: Any = root.get_command(context, words[0])
        for word in words[1:]:
            command = command.commands[word]
        function = command.callback
        code = inspect.unwrap(function).__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        given = {parameter.name for parameter in command.params if parameter.expose_value}
        for name, fields in COLLECTED.items():
            if name in names:
                given = (given - fields) | {name}
        assert given == set(names), words
        assert not code.co_flags & 0x0C, words  # neither *args nor **kwargs
