"""Where findings are, and how many: what several renderers need of a report."""

from collections.abc import Iterator
from typing import NamedTuple

from issue_scaffold.report.finding import Finding, Kind, Severity
from issue_scaffold.report.report import Report, ReportRow, TargetReport
from issue_scaffold.text.wording import count


class PlacedFinding(NamedTuple):
    """A finding, and its file as seen from where the command ran."""

    finding: Finding
    path: str


def file_of(report: Report, target: TargetReport, path: str) -> str:
    """Return a finding's or a row's file as seen from where the command ran."""
    stays = not report.layout.paths_in_targets or target.target in {".", "./"}
    if stays or path.startswith("/"):
        return path
    return f"{target.target.rstrip('/')}/{path}"


def findings(report: Report) -> Iterator[PlacedFinding]:
    """Yield all findings, in the order that every format keeps."""
    for target in report.targets:
        for finding in target.findings:
            yield PlacedFinding(finding, file_of(report, target, finding.path))


def all_as_findings(report: Report) -> Iterator[PlacedFinding]:
    """Yield all findings, and what the rows of tables come to as findings."""
    yield from findings(report)
    for target in report.targets:
        for finding in target.as_findings:
            yield PlacedFinding(finding, file_of(report, target, finding.path))


def rows_shown(target: TargetReport) -> Iterator[ReportRow]:
    """Yield the rows of all tables that are for people."""
    for table in target.tables:
        yield from (row for row in table.rows if not row.is_quiet)


def label(finding: Finding) -> str:
    """Return the word in brackets: the rule, or for drift the kind."""
    if finding.rule and finding.kind is Kind.INVALID:
        return finding.rule
    return str(finding.kind)


def source_of(finding: Finding) -> str:
    """Return the line of source that a finding quotes."""
    return finding.excerpt.text if finding.excerpt else ""


def tally(report: Report) -> str:
    """Return how many findings of each severity there are, in words; empty if there are none."""
    severities = [located.finding.severity for located in findings(report)]
    counts = [
        count(severities.count(severity), str(severity))
        for severity in (Severity.ERROR, Severity.WARNING)
        if severity in severities
    ]
    if Severity.INFO in severities:
        counts.append(f"{severities.count(Severity.INFO)} info")
    return ", ".join(counts)
