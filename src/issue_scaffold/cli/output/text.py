"""A report for people: a line a finding that editors can jump to, the source with an underline, and what to do."""

from collections.abc import Iterator
from typing import Final

from issue_scaffold.cli.output.places import label, plural, tally
from issue_scaffold.cli.printing import escaped, style
from issue_scaffold.report.finding import Excerpt, Finding, Severity
from issue_scaffold.report.report import Report, TargetReport

_COLOURS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_TAB: Final = 4
_JOINERS: Final = frozenset("\u200c\u200d")
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


def excerpt_lines(excerpt: Excerpt, line: int, width: int) -> Iterator[str]:
    """Yield a source line and its underline, aligned for tabs, wide and combining characters, cut to a width."""
    gutter = f"{line:>5} | "
    text, start, end = _cut(excerpt, width - len(gutter))
    if not text.strip():
        return
    before, marked = _columns(text[:start], 0), _columns(text[:end], 0) - _columns(text[:start], 0)
    mark = "^" * max(marked, 1)
    yield f"{style(gutter, fg='dim')}{expanded(text)}"
    yield f"{style(' ' * 5 + ' | ', fg='dim')}{' ' * before}{style(mark, fg='red', bold=True)}"


def _cut(excerpt: Excerpt, width: int) -> tuple[str, int, int]:
    """Return the line around the marked part, dots where something was left out."""
    text, start, end = excerpt.text, excerpt.start, excerpt.end
    if _columns(text, 0) <= width:
        return text, start, end
    room = max(20, width // 2 - 2)  # every character may be a wide one
    begin = max(0, min(start - room // 4, len(text) - room))
    cut = text[begin : begin + room]
    lead = "…" if begin else ""
    tail = "…" if begin + room < len(text) else ""
    shift = len(lead) - begin
    return f"{lead}{cut}{tail}", start + shift, min(end + shift, len(lead) + len(cut))


def expanded(text: str) -> str:
    """Return a line with tabs as blanks and control characters visible."""
    parts, column = [], 0
    for char in text:
        piece = " " * (_TAB - column % _TAB) if char == "\t" else escaped(char)
        parts.append(piece)
        column += _columns(piece, column)
    return "".join(parts)


def _columns(text: str, start: int) -> int:
    """Return how many terminal columns a text takes that begins at a column."""
    if text.isascii() and text.isprintable():
        return len(text)
    import unicodedata

    column = start
    joined = False
    for char in text:
        if char == "\t":
            column += _TAB - column % _TAB
        elif (
            unicodedata.combining(char)
            or unicodedata.category(char) in {"Mn", "Me"}
            or char in _JOINERS
        ):
            pass
        elif not char.isprintable():
            column += len(escaped(char))
        elif not joined:
            column += 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
        joined = char == "\u200d"
    return column - start


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
