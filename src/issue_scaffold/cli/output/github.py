"""A report as workflow commands, which GitHub shows as annotations on the lines of a change.

GitHub shows ten of a level in one step and drops the rest without a word, so a last line says how
many more there are; the step summary (format `markdown`) has them all. Escapes: GitHub's "Workflow
commands for GitHub Actions".
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from issue_scaffold.cli.output.places import (
    PlacedFinding,
    file_of,
    findings,
    label,
    listed,
    rows_shown,
)
from issue_scaffold.cli.printing import inert
from issue_scaffold.report.finding import Severity
from issue_scaffold.report.report import Report, ReportRow, TargetReport
from issue_scaffold.text.wording import count

LIMIT: Final = 10
MOST_PLACES: Final = 10
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


class Annotation(NamedTuple):
    """One workflow command: its level, its properties, and its lines of text."""

    level: str
    properties: Mapping[str, str]
    text: str

    def __str__(self) -> str:
        pairs = [f"{key}={property_(value)}" for key, value in self.properties.items()]
        return f"::{self.level} {','.join(pairs)}::{data(self.text)}"


def render(report: Report) -> str:
    """Return one workflow command a line, and what sums a target up."""
    lines = [str(annotation) for annotation in _within_limits(list(_annotations(report)), report)]
    for target in report.targets:
        tallies = [table.tally for table in target.tables if table.tally]
        lines += [inert(f"{target.target}: {tally}") for tally in tallies[-1:]]
    return "".join(f"{line}\n" for line in lines)


def _annotations(report: Report) -> Iterator[Annotation]:
    for target in report.targets:
        if target.error is not None:
            text = "\n".join(filter(None, (target.error, target.hint)))
            yield Annotation("error", {"title": report.title}, text)
    for located in findings(report):
        yield _of_finding(located)
    for target in report.targets:
        for row in rows_shown(target):
            if row.severity is not None:
                yield _of_row(report, target, row, _LEVELS[row.severity])


def _within_limits(every: list[Annotation], report: Report) -> Iterator[Annotation]:
    """Yield what GitHub shows. Where a level overflows, its last place says how many more."""
    numbers = Counter(annotation.level for annotation in every)
    given: Counter[str] = Counter()
    for annotation in every:
        level = annotation.level
        given[level] += 1
        if numbers[level] <= LIMIT or given[level] < LIMIT:
            yield annotation
    for level, number in numbers.items():
        if number > LIMIT:
            more = count(number - LIMIT + 1, level)
            text = f"and {more} more: see the step summary or the log"
            yield Annotation(level, {"title": report.title}, text)


def _of_finding(located: PlacedFinding) -> Annotation:
    finding = located.finding
    place = {"file": located.path}
    if finding.line is not None:
        place["line"] = str(finding.line)
        if finding.excerpt is not None and finding.excerpt.end > finding.excerpt.start:
            place["endLine"] = str(finding.line)
            place["endColumn"] = str(finding.excerpt.end + 1)
        place["col"] = str(finding.column or 1)
    place["title"] = f"scaffold: {label(finding)}"
    text = finding.message
    if also := listed(located.further, MOST_PLACES):
        text += f"\nalso: {also}"
    if finding.hint:
        text += f"\nhint: {finding.hint}"
    if finding.url:
        text += f"\nsee: {finding.url}"
    return Annotation(_LEVELS[finding.severity], place, text)


def _of_row(report: Report, target: TargetReport, row: ReportRow, level: str) -> Annotation:
    place = {"file": file_of(report, target, row.path)}
    if row.line is not None:
        place["line"] = str(row.line)
    place["title"] = report.title
    text = f"{row.word} {row.name}"
    if row.details:
        text += f": {row.details}"
    return Annotation(level, place, text)


def data(text: str) -> str:
    """Return a text as the data of a workflow command; its lines stay lines."""
    return "%0A".join(inert(line).replace("%", "%25") for line in text.split("\n"))


def property_(text: str) -> str:
    """Return a text as the value of a workflow command's property."""
    return inert(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
