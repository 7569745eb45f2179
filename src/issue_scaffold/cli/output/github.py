"""A report as workflow commands, which GitHub shows as annotations on the lines of a change.

GitHub shows ten of a level in one step and drops the rest without a word, so a last line says how many more there are;
the step summary (format `markdown`) has them all. Escapes: GitHub's "Workflow commands for GitHub Actions".
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from issue_scaffold.cli.output.places import findings, label, plural
from issue_scaffold.cli.printing import inert
from issue_scaffold.report.finding import Finding, Severity
from issue_scaffold.report.report import Report

LIMIT: Final = 10
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> str:
    """Return one workflow command a line."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    failed = [target for target in report.targets if target.error is not None]
    levels = Counter({"error": len(failed)})
    levels.update(_LEVELS[finding.severity] for _, finding, _ in findings(report))
    # Where a level overflows, its last place is kept for the line that says so.
    room = {level: LIMIT if number <= LIMIT else LIMIT - 1 for level, number in levels.items()}
    left = Counter(levels)
    for target in failed:
        if room["error"]:
            room["error"] -= 1
            left["error"] -= 1
            hint = f"\n{target.hint}" if target.hint else ""
            yield f"::error title=scaffold {report.command}::{data(f'{target.error}{hint}')}"
    for _, finding, path in findings(report):
        level = _LEVELS[finding.severity]
        if room[level]:
            room[level] -= 1
            left[level] -= 1
            yield _annotation(level, finding, path)
    for level, number in left.items():
        if number:
            text = f"and {plural(number, level)} more: see the step summary or the log"
            yield f"::{level} title=scaffold {report.command}::{data(text)}"


def _annotation(level: str, finding: Finding, path: str) -> str:
    place = {"file": path}
    if finding.line is not None:
        place["line"] = str(finding.line)
        if finding.excerpt is not None and finding.excerpt.end > finding.excerpt.start:
            place["endLine"] = str(finding.line)
            place["endColumn"] = str(finding.excerpt.end + 1)
        place["col"] = str(finding.column or 1)
    place["title"] = f"scaffold: {label(finding)}"
    text = finding.message
    text += f"\nhint: {finding.hint}" if finding.hint else ""
    text += f"\nsee: {finding.url}" if finding.url else ""
    properties = ",".join(f"{key}={property_(value)}" for key, value in place.items())
    return f"::{level} {properties}::{data(text)}"


def data(text: str) -> str:
    """Return a text as the data of a workflow command; its lines stay lines."""
    return "%0A".join(inert(line).replace("%", "%25") for line in text.split("\n"))


def property_(text: str) -> str:
    """Return a text as the value of a workflow command's property."""
    return inert(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
