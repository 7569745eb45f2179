"""Where findings are, and how many: what several renderers need of a report."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from issue_scaffold.report.finding import Finding, FindingPlace, Kind, Severity
from issue_scaffold.report.report import Report, ReportRow, TargetReport
from issue_scaffold.text.wording import count


class PlacedFinding(NamedTuple):
    """A finding, and its file and its further places as seen from where the command ran."""

    finding: Finding
    path: str
    further: tuple[FindingPlace, ...] = ()


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
            yield _placed(report, target, finding)


def _placed(report: Report, target: TargetReport, finding: Finding) -> PlacedFinding:
    further = tuple(
        place._replace(path=file_of(report, target, place.path)) for place in finding.further
    )
    return PlacedFinding(finding, file_of(report, target, finding.path), further)


def all_as_findings(report: Report) -> Iterator[PlacedFinding]:
    """Yield all findings, and what the rows of tables come to as findings."""
    yield from findings(report)
    for target in report.targets:
        for finding in target.as_findings:
            yield _placed(report, target, finding)


def all_apart(report: Report) -> Iterator[PlacedFinding]:
    """Yield what `all_as_findings` does, once for each place."""
    for target in report.targets:
        for finding in (*target.findings, *target.as_findings):
            for one in finding.apart():
                yield _placed(report, target, one)


def position(path: str, line: int | None, column: int | None) -> str:
    """Return a place as `file:line:column`, which editors can jump to."""
    if line is None:
        return path
    return f"{path}:{line}:{column or 1}"


def listed(places: Sequence[FindingPlace], most: int) -> str:
    """Return places in words, `most` of them by name; empty without any."""
    named = [position(place.path, place.line, place.column) for place in places[:most]]
    more = len(places) - len(named)
    if more:
        return f"{', '.join(named)} and {count(more, 'more place')}"
    return ", ".join(named)


def rows_shown(target: TargetReport) -> Iterator[ReportRow]:
    """Yield the rows of all tables that are for people."""
    for table in target.tables:
        yield from (row for row in table.rows if not row.is_quiet)


def label(finding: Finding) -> str:
    """Return the word in brackets: the rule, or for drift the kind."""
    if finding.rule and finding.kind in {Kind.INVALID, Kind.INVALID_FOREIGN}:
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
