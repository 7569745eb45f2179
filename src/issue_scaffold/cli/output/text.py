"""A report for people: a line a finding that editors can jump to, the source with an underline, and what to do."""

from collections.abc import Iterator
from typing import Final

from issue_scaffold.cli.output.excerpt import excerpt_lines
from issue_scaffold.cli.output.places import label, plural, tally
from issue_scaffold.cli.printing import style
from issue_scaffold.report.finding import Finding, Severity
from issue_scaffold.report.report import Report, TargetReport

_COLOURS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_DIFF_COLOURS: Final = {"+": "green", "-": "red", "@": "cyan"}


def lines(report: Report, *, width: int = 160) -> Iterator[str]:
    """Yield the lines of a whole report; `printing` makes of them what is printed."""
    stream = Stream(report.command, several=len(report.targets) > 1, width=width)
    for target in report.targets:
        yield from stream.lines_of(target)
    yield from stream.end_of(report)


class Stream:
    """A report, target by target as they finish. `width` is in columns."""

    def __init__(self, command: str, *, several: bool, width: int) -> None:
        self._command = command
        self._names_targets = several or command == "validate"
        self._width = width
        self._linked: set[str] = set()

    def lines_of(self, target: TargetReport) -> Iterator[str]:
        """Yield the lines of one target."""
        if self._command == "check" and target.status != "failed":
            yield _header(target)
        for finding in target.findings:
            yield from _finding(finding, self._width)
            if finding.url and label(finding) not in self._linked:
                self._linked.add(label(finding))  # once a rule: the second time it is in the way
                yield f"  {style('see:', fg='dim')} {style(finding.url, fg='dim')}"
            yield from diff_lines(finding.diff, indent="  ")
        for note in target.notes:
            lead = f"{target.target}: " if self._names_targets else ""
            yield f"{style('note:', fg='cyan')} {lead}{note}"

    def end_of(self, report: Report) -> Iterator[str]:
        """Yield what is said of all targets together."""
        yield from _summary(report)


def diff_lines(diff: str | None, *, indent: str = "") -> Iterator[str]:
    """Yield the lines of a unified diff, coloured by what they say."""
    for line in (diff or "").removesuffix("\n").split("\n") if diff else ():
        yield style(f"{indent}{line}", fg=_DIFF_COLOURS.get(line[:1]))


def _header(target: TargetReport) -> str:
    name = style(target.target, bold=True)
    words = {"clean": style("in sync", fg="green"), "findings": style("not in sync", fg="red")}
    return f"{name}: {words[target.status]}{_template(target)}"


def _template(target: TargetReport) -> str:
    if target.template is None:
        return ""
    version = f" {target.template.version}" if target.template.version else ""
    latest = target.template.latest
    newer = f", latest is {latest}" if latest and latest != target.template.version else ""
    return f" with {target.template.source}{version}{newer}"


def _finding(finding: Finding, width: int) -> Iterator[str]:
    place = finding.path
    if finding.line is not None:
        place += f":{finding.line}:{finding.column or 1}"
    severity = style(f"{finding.severity}:", fg=_COLOURS[finding.severity], bold=True)
    yield f"{style(place, bold=True)}: {severity} {finding.message} [{label(finding)}]"
    if finding.excerpt is not None and finding.line is not None:
        yield from excerpt_lines(finding.excerpt, finding.line, width)
    if finding.hint:
        yield f"  {style('hint:', fg='cyan')} {finding.hint}"


def _summary(report: Report) -> Iterator[str]:
    counts = tally(report)
    fixable = sum(finding.fixable for target in report.targets for finding in target.findings)
    guesses = sum(
        finding.fixable_unsafely for target in report.targets for finding in target.findings
    )
    looked = [target for target in report.targets if target.status != "failed"]
    if counts:
        files = len(
            {
                (target.target, finding.path)
                for target in report.targets
                for finding in target.findings
            }
        )
        line = f"{counts} in {plural(files, 'file')}"
        if report.command == "validate" and (fixable or guesses):
            line += f"; {_mendable(fixable, guesses)}"
        yield style(line, bold=True)
    elif looked and report.command == "validate" and not all(target.notes for target in looked):
        yield style("no problems found", fg="green")


def _mendable(fixable: int, guesses: int) -> str:
    if not guesses:
        return f"{fixable} can be mended with --fix"
    if not fixable:
        return f"{guesses} can be mended with --fix --unsafe-fixes"
    return f"{fixable} can be mended with --fix, {guesses} more with --unsafe-fixes"
