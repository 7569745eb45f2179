"""`scaffold rules`."""

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict

import click

from issue_scaffold.usecases.rules import RuleExplanation, RuleRow, explain_rule, list_rules

_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


@click.command("rules", short_help="List the validator's rules, or explain one.")
@click.argument("rule", required=False)
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to show the result."
)
def command(rule: str | None, format_: str) -> None:
    """List all rules of `scaffold validate`, or explain one, with an example that breaks it and one that doesn't."""
    if rule is not None:
        found = explain_rule(rule)
        click.echo(_json(asdict(found)) if format_ == "json" else "\n".join(_explanation(found)))
        return
    rows = list_rules()
    click.echo(_json([asdict(row) for row in rows]) if format_ == "json" else "\n".join(_table(rows)))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _table(rows: list[RuleRow]) -> Iterator[str]:
    wide = max(len(row.id) for row in rows)
    for row in rows:
        severity = click.style(f"{row.severity:<7}", fg=_COLOURS[row.severity])
        fix = click.style(f" (fix: {row.fix})", dim=True) if row.fix else ""
        yield f"{row.id:<{wide}}  {severity}  {row.summary}{fix}"


def _explanation(found: RuleExplanation) -> Iterator[str]:
    row = found.row
    severity = click.style(row.severity, fg=_COLOURS[row.severity], bold=True)
    yield f"{click.style(row.id, bold=True)}: {severity}: {row.summary}"
    yield ""
    yield textwrap.fill(found.why, 100, break_on_hyphens=False)
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
        yield click.style(f"{title}: {path}", bold=True)
        yield from (f"  {line}".rstrip() for line in content.splitlines())
