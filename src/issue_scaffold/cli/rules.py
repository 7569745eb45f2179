"""`scaffold rules`."""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict

import click

from issue_scaffold.cli.printing import json_text, put, say, style
from issue_scaffold.validate.reference import RuleExplanation, RuleRow, explain_rule, list_rules

_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


@click.command("rules", short_help="List the validator's rules, or explain one.")
@click.argument("rule", required=False)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to show the result.",
)
def command(rule: str | None, format_: str) -> None:
    """List all rules of `scaffold validate`, or explain one, with an example that breaks it and one that doesn't."""
    if rule is not None:
        found = explain_rule(rule)
        _show(asdict(found), _explanation(found), format_)
        return
    rows = list_rules()
    _show([asdict(row) for row in rows], _table(rows), format_)


def _show(document: object, lines: Iterator[str], format_: str) -> None:
    if format_ == "json":
        put(json_text(document))
    else:
        say(*lines)


def _table(rows: list[RuleRow]) -> Iterator[str]:
    wide = max(len(row.id) for row in rows)
    for row in rows:
        severity = style(f"{row.severity:<7}", fg=_COLOURS[row.severity])
        fix = style(f" (fix: {row.fix})", fg="dim") if row.fix else ""
        yield f"{row.id:<{wide}}  {severity}  {row.summary}{fix}"


def _explanation(found: RuleExplanation) -> Iterator[str]:
    row = found.row
    severity = style(row.severity, fg=_COLOURS[row.severity], bold=True)
    yield f"{style(row.id, bold=True)}: {severity}: {row.summary}"
    yield ""
    yield from textwrap.wrap(found.why, 100, break_on_hyphens=False)
    yield ""
    yield f"fix:  {row.fix or 'by hand'}"
    if found.url:
        yield f"see:  {found.url}"
    yield f"from: {', '.join(found.evidence)}"
    for title, files in (("wrong", found.bad), ("right", found.good)):
        yield ""
        yield from _files(title, files)


def _files(title: str, files: Mapping[str, str]) -> Iterator[str]:
    for path, content in files.items():
        yield style(f"{title}: {path}", bold=True)
        yield from (f"  {line}".rstrip() for line in content.splitlines())
