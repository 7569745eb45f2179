"""`scaffold parse`."""

import json
import secrets
import sys
from pathlib import Path
from typing import Any, Literal

import click

from issue_scaffold.cli.labels_progress import tell_wait
from issue_scaffold.cli.output.json import failure_in_json
from issue_scaffold.cli.printing import json_text, put, say
from issue_scaffold.cli.text_given import STDIN, read_text
from issue_scaffold.errors import EXIT_FINDINGS, EXIT_OK
from issue_scaffold.issue.candidates import AUTO, FormMatch, match_body
from issue_scaffold.issue.constraints import Shortcoming, shortcomings
from issue_scaffold.issue.printed import (
    meant_answers,
    output_names,
    printed_doubt,
    printed_values,
)

# GitHub refuses bodies of more than 65,536 characters; other programs write longer ones.
MAX_BYTES = 16 * 1024 * 1024
Format = Literal["text", "json", "github-output"]


@click.command("parse")
@click.argument("body", required=False)
@click.option(
    "--form",
    "form_",
    metavar="FILE|auto|FILE@REV",
    default=AUTO,
    show_default=True,
    help="The form that the body is from; auto finds it among the repository's.",
)
@click.option("--check", is_flag=True, help="Hold the answers to the form too; exit 1 on findings.")
@click.option(
    "--boxes",
    type=click.Choice(["map", "ticked"]),
    default="map",
    show_default=True,
    help="Print checkboxes as a map of all, or as a list of the ticked ones.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "github-output"]),
    default="text",
    show_default=True,
    help="How to print the answers.",
)
@click.option(
    "--api-url",
    metavar="URL",
    help="Address of the REST API, for URL and NUMBER. [default: ask gh, else by the host]",
)
def command(
    *,
    body: str | None,
    form_: str,
    check: bool,
    boxes: Literal["map", "ticked"],
    format_: Format,
    api_url: str | None,
) -> int:
    """Read the answers that somebody gave in an issue form out of the issue's BODY.

    BODY is a file, the address of an issue, its number in this repository, or - for standard input.
    What can be read in two ways, is missing or isn't from the form is said, and fails nothing.
    """
    with failure_in_json("parse", is_wanted=format_ == "json"):
        match = match_body(_read(body, api_url), form_, Path.cwd())
    findings = None
    if check:
        findings = shortcomings(match.form, meant_answers(match.form, match.reading))
    code = EXIT_OK
    if findings:
        code = EXIT_FINDINGS
    document = _document(match, findings, code, only_ticked=boxes == "ticked")
    if format_ == "json":
        put(json_text(document, is_product=True))
    elif format_ == "github-output":
        put(_github_output(match, document))
    else:
        say(*_text(document))
    if format_ != "json":
        say(*_remarks(match, document), err=True)
    return code


def _read(body: str | None, api_url: str | None) -> str:
    if body is None or body == STDIN:
        if body is None and (sys.stdin is None or sys.stdin.isatty()):
            raise click.UsageError("name a BODY: a file, an issue's address or number, or -")
        return read_text(STDIN, most=MAX_BYTES)
    if not Path(body).exists():
        from issue_scaffold.issue.remote import place_of, read_body

        place = place_of(body, Path.cwd())
        if place is not None:
            return read_body(place, api_url=api_url, on_wait=tell_wait)
    return read_text(body, most=MAX_BYTES)


def _document(
    match: FormMatch, findings: tuple[Shortcoming, ...] | None, code: int, *, only_ticked: bool
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schema": "scaffold.parse/1",
        "command": "parse",
        "exit_code": code,
        "form": match.form.path,
        "certainty": match.certainty,
        "values": printed_values(match.form, match.reading, only_ticked=only_ticked),
        "problems": [printed_doubt(match.form, doubt) for doubt in match.reading.problems],
    }
    if findings is not None:
        document["findings"] = [
            {"kind": found.kind, "key": found.key, "message": found.message} for found in findings
        ]
    return document


def _text(document: dict[str, Any]) -> list[str]:
    shown: list[str] = []
    for key, value in document["values"].items():
        text = value
        if not isinstance(value, str):
            text = json.dumps(value, ensure_ascii=False)
        if "\n" not in text:
            shown.append(f"{key}: {text}")
            continue
        shown.append(f"{key}:")
        shown += [f"  {line}" for line in text.split("\n")]
    return shown


def _remarks(match: FormMatch, document: dict[str, Any]) -> list[str]:
    """Return what is said beside the values: the form, every doubt, and what the form demands."""
    said = [f"form: {match.form.path} ({match.certainty})"]
    for problem in document["problems"]:
        words = [str(problem[name]) for name in ("key", "text") if name in problem]
        if "readings" in problem:
            words += [json.dumps(answer, ensure_ascii=False) for answer in problem["readings"]]
        said.append(f"line {problem['line']}: {problem['kind']}: {' | '.join(words)}")
    said += [f"finding: {found['message']}" for found in document.get("findings", ())]
    return said


def _github_output(match: FormMatch, document: dict[str, Any]) -> str:
    """Return the values as a step's outputs, each behind a delimiter that no value can guess."""
    rows = []
    for key, name in output_names(match.form).items():
        value = document["values"][key]
        if value is None:
            value = ""
        if not isinstance(value, str):
            value = json.dumps(value, ensure_ascii=False)
        delimiter = f"end_{secrets.token_hex(16)}"
        rows.append(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")
    return "".join(rows)
