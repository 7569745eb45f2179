"""A report as Markdown, for step summaries and comments.

What findings quote can't break out of its place.
"""

from collections.abc import Iterator
from html import escape
from typing import Final

from issue_scaffold.cli.output.places import file_of, label, position, rows_shown, tally
from issue_scaffold.cli.printing import inert
from issue_scaffold.report.finding import Finding, Severity, by_weight
from issue_scaffold.report.report import Report, ReportTable, TargetReport
from issue_scaffold.text.plain_markdown import code_span, fence_for, plain, unlinked

_SIGNS: Final = {
    Severity.ERROR: "❌ error",
    Severity.WARNING: "⚠️ warning",
    Severity.INFO: "💡 info",
}


def render(report: Report) -> str:
    """Return the summary: a heading, the tally, and tables a target."""
    lines = [f"## {report.title}{_subject(report)}", "", *_tallies(report)]
    for target in report.targets:
        lines += _target(report, target)
    return "".join(f"{line}\n" for line in lines)


def _subject(report: Report) -> str:
    """Return the name of the one target, where it has no header of its own."""
    if report.layout.has_headers or len(report.targets) != 1 or not report.targets[0].tables:
        return ""
    return f": {code(report.targets[0].target)}"


def _tallies(report: Report) -> list[str]:
    """Return how much there is, in bold."""
    failed = any(target.status == "failed" for target in report.targets)
    tables = [table for target in report.targets for table in target.tables]
    said = [escaped(table.tally) for table in tables if table.tally]
    if found := tally(report):
        said.append(found)
    elif failed:
        said.append("not everything could be looked at")
    elif report.layout.has_findings:
        said.append("no problems found")
    if not said:
        return []
    return [f"**{said[-1]}**", ""]


def _target(report: Report, target: TargetReport) -> Iterator[str]:
    if _is_one_of_several(report):
        yield from (_header(target), "")
    if target.error is not None:
        hint = f" · {escaped(target.hint)}" if target.hint else ""
        yield from (f"- ❌ {escaped(target.error)}{hint}", "")
    for note in target.notes:
        yield from (f"- {escaped(note)}", "")
    for table in target.tables:
        yield from _table(table)
    yield from _findings(report, target)
    for row in rows_shown(target):
        yield from _diff(row.path, row.diff)
    for finding in target.findings:
        yield from _diff(finding.path, finding.diff or "")


def _is_one_of_several(report: Report) -> bool:
    return report.layout.has_headers or len(report.targets) > 1


def _findings(report: Report, target: TargetReport) -> Iterator[str]:
    if target.findings:
        yield from ("| | where | what | rule |", "|---|---|---|---|")
        for finding in by_weight(target.findings):
            yield _finding(report, target, finding)
        yield ""
    elif _is_one_of_several(report) and not target.tables and target.error is None:
        yield from ("✅ nothing to report", "")


def _header(target: TargetReport) -> str:
    header = f"### {code(target.target)}"
    if target.template is not None:
        header += f" · {code(' '.join(filter(None, target.template[:2])))}"
    return header


def _table(table: ReportTable) -> Iterator[str]:
    rows = [row for row in table.rows if not row.is_quiet]
    if not rows:
        return
    yield from (f"| | {table.noun} | what |", "|---|---|---|")
    for row in rows:
        yield f"| {escaped(row.word)} | {code(row.name)} | {escaped(row.details)} |"
    yield ""


def _finding(report: Report, target: TargetReport, finding: Finding) -> str:
    places = [
        code(position(file_of(report, target, path), line, column))
        for path, line, column, _ in finding.places
    ]
    what = escaped(finding.message)
    if finding.hint:
        what += f"<br>{escaped(finding.hint)}"
    rule = code(label(finding))
    if finding.url and finding.url.startswith("https://"):
        rule = f"[{rule}]({finding.url})"
    return f"| {_SIGNS[finding.severity]} | {'<br>'.join(places)} | {what} | {rule} |"


def _diff(path: str, diff: str) -> Iterator[str]:
    if not diff:
        return
    fence = fence_for(diff)
    # A line that begins with HTML holds no Markdown.
    yield from (f"<details><summary>{unlinked(escape(inert(path)))}</summary>", "", f"{fence}diff")
    yield from (inert(line) for line in diff.rstrip("\n").split("\n"))
    yield from (fence, "", "</details>", "")


def code(text: str) -> str:
    """Return a text as a code span in a table cell, whatever backticks and pipes are in it."""
    return code_span(_lines_of(text))


def _lines_of(text: str) -> str:
    """Return a text that is inert; where a message of our own breaks a line, a blank will do."""
    return " ".join(inert(line) for line in text.split("\n"))


def escaped(text: str) -> str:
    """Return a text in which only code spans are Markdown."""
    parts = " ".join(_lines_of(text).split()).split("`")
    if len(parts) % 2 == 0:
        return plain("`".join(parts))
    parts[::2] = [plain(part, backticks=False) for part in parts[::2]]
    parts[1::2] = [code(part) for part in parts[1::2]]
    return "".join(parts)
