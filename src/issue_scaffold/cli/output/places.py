"""Where findings are, and how many: what several renderers need of a report."""

from collections.abc import Iterator

from issue_scaffold.report.finding import Finding, Kind, Severity
from issue_scaffold.report.report import Report, TargetReport


def file_of(report: Report, target: TargetReport, finding: Finding) -> str:
    """Return a finding's file as seen from where the command ran.

    `validate` gives paths as on the command line already, `check` relative to the target.
    """
    if report.command == "validate" or target.target in {".", "./"} or finding.path.startswith("/"):
        return finding.path
    return f"{target.target.rstrip('/')}/{finding.path}"


def findings(report: Report) -> Iterator[tuple[TargetReport, Finding, str]]:
    """Yield all findings with their target and their file, in the order that every format keeps."""
    for target in report.targets:
        for finding in target.findings:
            yield target, finding, file_of(report, target, finding)


def label(finding: Finding) -> str:
    """Return the word in brackets: the rule, or for drift the kind."""
    return finding.rule if finding.rule and finding.kind is Kind.INVALID else str(finding.kind)


def plural(number: int, noun: str) -> str:
    """Return `1 error`, `2 errors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def tally(report: Report) -> str:
    """Return how many findings of each severity there are, in words; empty if there are none."""
    severities = [finding.severity for target in report.targets for finding in target.findings]
    words = {Severity.ERROR: "error", Severity.WARNING: "warning"}
    counts = [
        plural(severities.count(level), noun)
        for level, noun in words.items()
        if level in severities
    ]
    if Severity.INFO in severities:
        counts.append(f"{severities.count(Severity.INFO)} info")
    return ", ".join(counts)
