"""A report for people: tables, and a line a finding that editors can jump to.

Below a finding stands the source with an underline, and what to do.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from issue_scaffold.cli.output.places import all_apart, label, listed, position, tally
from issue_scaffold.cli.printing import style, text_of
from issue_scaffold.report.finding import OVERLOOKED, Finding, Kind, Severity, by_weight
from issue_scaffold.report.report import (
    Report,
    ReportLayout,
    ReportRow,
    ReportTable,
    TargetReport,
    Tone,
)
from issue_scaffold.text.wording import count

WIDTH: Final = 160  # where there is no terminal
MOST_PLACES: Final = 3
_TONES: Final = {
    Tone.GOOD: "green",
    Tone.CHANGE: "cyan",
    Tone.CAUTION: "yellow",
    Tone.BAD: "red",
    Tone.ADVICE: "blue",
}
SEVERITIES: Final = {
    Severity.ERROR: Tone.BAD,
    Severity.WARNING: Tone.CAUTION,
    Severity.INFO: Tone.ADVICE,
}
# What says nothing of whether a target is in sync.
_BESIDE: Final = OVERLOOKED | {Kind.INVALID_FOREIGN, Kind.REFORMATTED}
_DIFF_COLOURS: Final = {"+": "green", "-": "red", "@": "cyan"}


def render(report: Report, *, color: bool = False) -> str:
    """Return a whole report, or the product that was asked for."""
    for target in report.targets:
        if target.product is not None:
            return target.product
    return text_of(_lines(report), color=color)


def _lines(report: Report) -> Iterator[str]:
    stream = TextStream(report.layout, several=len(report.targets) > 1)
    for target in report.targets:
        yield from (*stream.lines_of(target), *target.asides, *target.lines)
    yield from stream.end_lines(report)


class TextStream:
    """A report, target by target as they finish. `width` is in columns.

    With `is_verbose` nothing is summed up or passed over.

    Where targets have headers, findings stand below theirs. Elsewhere they come at the end, those
    of all targets together, since what weighs most is to be read first.
    """

    def __init__(
        self,
        layout: ReportLayout,
        *,
        several: bool,
        width: int = WIDTH,
        is_verbose: bool = False,
    ) -> None:
        self._layout = layout
        self._is_verbose = is_verbose
        self._names_targets = several or not layout.has_headers
        self._width = width
        self._linked: set[str] = set()
        self._hinted: set[tuple[str, str]] = set()

    def lines_of(self, target: TargetReport) -> Iterator[str]:
        """Yield the lines of one target, but for what it wants to be said last."""
        self._hinted.clear()  # the same path is another file elsewhere
        if self._layout.has_headers and target.status != "failed":
            yield _header(target)
        for table in target.tables:
            if not table.is_told:
                yield from table_lines(table, is_verbose=self._is_verbose)
        if self._layout.has_headers:
            yield from self._findings(target.findings)
        for note in target.notes:
            lead = f"{target.target}: " if self._names_targets else ""
            yield f"{style('note:', fg='cyan')} {lead}{note}"

    def end_lines(self, report: Report) -> Iterator[str]:
        """Yield what is said of all targets together."""
        if not self._layout.has_headers:
            yield from self._findings(one for row in report.targets for one in row.findings)
        yield from _end_lines(report)

    def _findings(self, findings: Iterable[Finding]) -> Iterator[str]:
        """Yield findings, what weighs most first; the lightest summed up."""
        summed_up: dict[tuple[Severity, str], list[Finding]] = {}
        for finding in by_weight(findings):
            if self._is_shown_alone(finding):
                yield from self._finding(finding)
            else:
                key = (finding.severity, label(finding))
                summed_up.setdefault(key, []).append(finding)
        for same in summed_up.values():
            yield _summary(same)
        if summed_up:
            lightest, _ = list(summed_up)[-1]
            yield f"  {style('hint:', fg='cyan')} to see each: --show {lightest}"

    def _is_shown_alone(self, finding: Finding) -> bool:
        is_heavy = finding.severity >= self._layout.one_by_one
        return is_heavy or finding.kind in OVERLOOKED or self._is_verbose

    def _finding(self, finding: Finding) -> Iterator[str]:
        place = position(finding.path, finding.line, finding.column)
        severity = coloured(f"{finding.severity}:", SEVERITIES[finding.severity], bold=True)
        yield f"{style(place, bold=True)}: {severity} {finding.message} [{label(finding)}]"
        if finding.excerpt is not None and finding.line is not None:
            from issue_scaffold.cli.output.excerpt import excerpt_lines

            yield from excerpt_lines(finding.excerpt, finding.line, self._width)
        if also := listed(finding.further, MOST_PLACES):
            yield f"  {style('also:', fg='cyan')} {also}"
        if finding.hint and self._is_news(finding.path, finding.hint):
            yield f"  {style('hint:', fg='cyan')} {finding.hint}"
        if finding.url and label(finding) not in self._linked:
            self._linked.add(label(finding))  # once a rule: the second time it is in the way
            yield f"  {style('see:', fg='dim')} {style(finding.url, fg='dim')}"
        yield from diff_lines(finding.diff, indent="  ")

    def _is_news(self, path: str, hint: str) -> bool:
        """Whether a hint wasn't given for this file before."""
        is_known = (path, hint) in self._hinted
        self._hinted.add((path, hint))
        return self._is_verbose or not is_known


def _summary(findings: Sequence[Finding]) -> str:
    """Return the line that stands for findings of one rule: how many, which, and the first."""
    first = findings[0]
    severity = coloured(f"{first.severity}:", SEVERITIES[first.severity], bold=True)
    place = position(first.path, first.line, first.column)
    places = sum(len(finding.places) for finding in findings)
    if places == 1:
        return f"{style(place, bold=True)}: {severity} {first.message} [{label(first)}]"
    where = f"in {count(places, 'place')}, such as {place}"
    return f"{severity} {len(findings)} times {label(first)} {where}: {first.message}"


def coloured(text: str, tone: Tone, *, bold: bool = False) -> str:
    """Return a text in the colour of a tone."""
    return style(text, fg=_TONES.get(tone), bold=bold)


def table_lines(table: ReportTable, *, is_verbose: bool = False) -> Iterator[str]:
    """Yield a table: its headline, a line a row, what changes in them, and how many there are.

    With `is_verbose` rows that are for programs alone are there too.
    """
    if table.headline:
        yield table.headline
    rows = [row for row in table.rows if is_verbose or not row.is_quiet]
    width = 0
    if table.names_first:
        width = max((len(row.name) for row in rows), default=0)
    for row in rows:
        yield from row_lines(row, name_width=width)
    for row in rows:
        yield from diff_lines(row.diff)
    if table.tally:
        yield table.tally


def row_lines(row: ReportRow, *, name_width: int = 0) -> Iterator[str]:
    """Yield a row and its notes; where names come first, `name_width` is their column's."""
    if name_width:
        line = f"{row.name:<{name_width}}  {coloured(f'{row.word:<7}', row.tone)}"
    else:
        line = f"  {_word(row)}{_swatch(row)}{row.name}"
    if row.text:
        line += f"  {row.text}"
    if row.aside:
        line += style(f"  {row.aside}", fg="dim")
    yield line
    yield from (f"            {note}" for note in row.notes)


def _word(row: ReportRow) -> str:
    if not row.word:
        return ""
    return coloured(f"{row.word:<9}", row.tone) + " "


def _swatch(row: ReportRow) -> str:
    if row.swatch is None:
        return ""
    try:
        red, green, blue = bytes.fromhex(row.swatch)
    except ValueError:  # no colour, or nothing that is one
        return "   "
    return style("  ", bg=(red, green, blue)) + " "


def diff_lines(diff: str | None, *, indent: str = "") -> Iterator[str]:
    """Yield the lines of a unified diff, coloured by what they say."""
    if diff:
        for line in diff.removesuffix("\n").split("\n"):
            yield style(f"{indent}{line}", fg=_DIFF_COLOURS.get(line[:1]))


def _header(target: TargetReport) -> str:
    state = style("not in sync", fg="red")
    if all(finding.kind in _BESIDE for finding in target.findings):
        state = style("in sync", fg="green")
    header = f"{style(target.target, bold=True)}: {state}{_template(target)}"
    if any(finding.kind is Kind.INVALID_FOREIGN for finding in target.findings):
        return f"{header}; files that aren't the template's have errors"
    return header


def _template(target: TargetReport) -> str:
    if target.template is None:
        return ""
    from issue_scaffold.template.source_text import title_of

    source, version, latest = target.template
    text = f" with {title_of(source)}"
    if version:
        text += f" {version}"
    if latest and latest != version:
        text += f", latest is {latest}"
    return text


def _end_lines(report: Report) -> Iterator[str]:
    counts = tally(report)
    looked = [target for target in report.targets if target.status != "failed"]
    if counts:
        files = {located.path for located in all_apart(report)}
        line = f"{counts} in {count(len(files), 'file')}"
        if report.layout.offers_fixes:
            line += _offer(report)
        yield style(line, bold=True)
    elif not report.layout.has_findings or report.layout.has_headers:
        return  # there is nothing to find, or each header says it
    elif not all(target.notes for target in looked):
        yield style("no problems found", fg="green")


def _offer(report: Report) -> str:
    findings = [finding for target in report.targets for finding in target.findings]
    safe = sum(finding.fixable for finding in findings)
    guesses = sum(finding.fixable_unsafely for finding in findings)
    if safe and guesses:
        return f"; {safe} can be mended with --fix, {guesses} more with --unsafe-fixes"
    if safe:
        return f"; {safe} can be mended with --fix"
    if guesses:
        return f"; {guesses} can be mended with --fix --unsafe-fixes"
    return ""
