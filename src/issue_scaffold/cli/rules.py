"""`scaffold rules`."""

import textwrap
from collections.abc import Iterator, Mapping

import click

from issue_scaffold.cli.options import OutputTarget, format_option
from issue_scaffold.cli.output.display import Display
from issue_scaffold.cli.output.text import SEVERITIES, coloured
from issue_scaffold.cli.printing import style
from issue_scaffold.report.finding import Severity
from issue_scaffold.report.report import SINGLE, ReportRow, ReportTable, TargetReport
from issue_scaffold.validate.reference import RuleExplanation, RuleRow, explain_rule, list_rules

Fields = dict[str, object]


@click.command("rules")
@click.argument("rule", required=False)
@format_option
def command(*, rule: str | None, outputs: tuple[OutputTarget, ...]) -> int:
    """List all rules of `scaffold validate`, or explain one.

    An explanation has an example that breaks the rule, and one that doesn't.
    """
    display = Display("rules", SINGLE, outputs)
    target = rule or "all"
    with display.failures_of(target):
        if rule is None:
            rows = [_row(found, _fields(found)) for found in list_rules()]
            found = TargetReport(target, "done", tables=(_table(rows),))
        else:
            found = _explained(explain_rule(rule))
    return display.one(found)


def _table(rows: list[ReportRow], *, is_told: bool = False) -> ReportTable:
    return ReportTable("rules", "rule", tuple(rows), names_first=True, is_told=is_told)


def _fields(rule: RuleRow) -> Fields:
    return {
        "id": rule.id,
        "severity": rule.severity,
        "fix": rule.fix,
        "summary": rule.summary,
        "grade": rule.grade,
    }


def _row(rule: RuleRow, data: Fields) -> ReportRow:
    aside = f" (fix: {rule.fix})" if rule.fix else ""
    tone = SEVERITIES[Severity(rule.severity)]
    return ReportRow(data, rule.id, rule.severity, tone, text=rule.summary, aside=aside.strip())


def _explained(found: RuleExplanation) -> TargetReport:
    data = _fields(found.row) | {
        "why": found.why,
        "evidence": found.evidence,
        "lived": found.lived,
        "url": found.url,
        "bad": dict(found.bad),
        "good": dict(found.good),
    }
    table = _table([_row(found.row, data)], is_told=True)
    return TargetReport(found.row.id, "done", tables=(table,), lines=tuple(_explanation(found)))


def _explanation(found: RuleExplanation) -> Iterator[str]:
    row = found.row
    severity = coloured(row.severity, SEVERITIES[Severity(row.severity)], bold=True)
    yield f"{style(row.id, bold=True)}: {severity}: {row.summary}"
    yield ""
    yield from textwrap.wrap(found.why, 100, break_on_hyphens=False)
    yield ""
    yield f"fix:  {row.fix or 'by hand'}"
    if found.url:
        yield f"see:  {found.url}"
    yield f"from: {', '.join(found.evidence)}"
    yield f"how sure: [{row.grade}] {found.grade_meaning}"
    if found.lived:
        yield f"lived: {found.lived}"
    for title, files in (("wrong", found.bad), ("right", found.good)):
        yield ""
        yield from _files(title, files)


def _files(title: str, files: Mapping[str, str]) -> Iterator[str]:
    for path, content in files.items():
        yield style(f"{title}: {path}", bold=True)
        yield from (f"  {line}".rstrip() for line in content.splitlines())
