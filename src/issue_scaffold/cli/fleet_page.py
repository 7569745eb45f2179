"""What came of many repositories, as one page that needs nothing else: counts, tables, every row.

Without its script the page says all; the script sorts and filters. A pure function from a report to
a text.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from issue_scaffold.cli.fleet_report import (
    FleetReport,
    details_of,
    failures_by_reason,
    left_over,
    summary,
)
from issue_scaffold.cli.printing import inert
from issue_scaffold.fleet.outcome import FleetOutcome, Status, Tally
from issue_scaffold.preview.frame import COLOURS, framed, own_file
from issue_scaffold.preview.markup import attribute, text_html
from issue_scaffold.report.finding import Severity

_PACKAGE: Final = "issue_scaffold.cli"
# The chart's size; it is as wide as the page.
_HEIGHT: Final = 160
_STEP: Final = 24
_BAR: Final = 16


def report_page(report: FleetReport) -> str:
    """Return the page."""
    title = f"scaffold {report.command}"
    style = COLOURS + own_file(_PACKAGE, "fleet_page.css")
    parts = [
        f"<h1>{_html(title)}</h1>",
        f"<p>{_html(_when(report) + summary(report))}</p>",
        _over_time(report),
        _versions(report.outcomes),
        _drift(report.outcomes),
        _failures(report.outcomes),
        _every(report),
    ]
    return framed(title, style, own_file(_PACKAGE, "fleet_page.js"), "\n".join(parts))


def _html(text: str) -> str:
    return text_html(inert(text))


def _when(report: FleetReport) -> str:
    return f"{report.started}. " if report.started else ""


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """Return a table of texts and numbers, with its heading; nothing without rows."""
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>\n" for row in rows)
    if not body:
        return ""
    head = "".join(f'<th scope="col">{_html(word)}</th>' for word in heads)
    return (
        f'<h2>{_html(caption)}</h2>\n<div class="wide" tabindex="0" role="region"'
        f"{attribute('aria-label', caption)}><table>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>"
    )


def _cell(value: str | int) -> str:
    if isinstance(value, int):
        return f'<td class="number">{value}</td>'
    return f"<td>{_html(value)}</td>"


def _over_time(report: FleetReport) -> str:
    """Return the counts of earlier reports and of this one, oldest first, as chart and table."""
    if not report.earlier:
        return ""
    points = _points(report)
    used = [status for status in Status if any(tally.counts[status] for _, tally in points)]
    rows: list[list[str | int]]
    rows = [[name, *(tally.counts[status] for status in used)] for name, tally in points]
    table = _table("Over time", ["report", *map(str, used)], rows)
    heading, rest = table.split("\n", 1)
    return f"{heading}\n{_chart([tally for _, tally in points], used)}\n{rest}"


def _points(report: FleetReport) -> list[tuple[str, Tally]]:
    earlier = sorted(report.earlier, key=lambda one: (one.started or "", one.name))
    points = [(one.started or one.name, one.tally) for one in earlier]
    return [*points, (report.started or "this report", report.tally)]


def _chart(tallies: Sequence[Tally], used: Sequence[Status]) -> str:
    """Return stacked bars, a report each; the table beside them says the same in numbers."""
    most = max(1, *(tally.total for tally in tallies))
    bars = []
    for number, tally in enumerate(tallies):
        bottom = float(_HEIGHT)
        for status in used:
            height = tally.counts[status] * _HEIGHT / most
            bottom -= height
            bars.append(
                f'<rect class="fill-{status}" x="{number * _STEP}" y="{bottom:.1f}" '
                f'width="{_BAR}" height="{height:.1f}"/>'
            )
    size = f"0 0 {len(tallies) * _STEP} {_HEIGHT}"
    legend = "".join(
        f'<li><span class="dot fill-{status}"></span> {status}</li>' for status in used
    )
    return (
        f'<svg viewBox="{size}" aria-hidden="true" class="chart">{"".join(bars)}</svg>'
        f'<ul class="legend" aria-hidden="true">{legend}</ul>'
    )


def _template_of(outcome: FleetOutcome) -> Mapping[str, str | None]:
    return outcome.template or {}


def _versions(outcomes: Sequence[FleetOutcome]) -> str:
    used: Counter[tuple[str, str]] = Counter()
    newest: dict[str, str] = {}
    for template in map(_template_of, outcomes):
        source, version = template.get("source") or "", template.get("version")
        if version:
            used[source, version] += 1
            newest[source] = template.get("latest") or newest.get(source, "")
    rows = [
        (source, version, newest[source], number)
        for (source, version), number in sorted(used.items(), key=lambda row: (row[0][0], -row[1]))
    ]
    return _table("Versions in use", ["template", "version", "newest", "repositories"], rows)


def _drift(outcomes: Sequence[FleetOutcome]) -> str:
    """Return in how many repositories each file has findings that fail, the most frequent first."""
    found: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        found.update(
            {
                (str(one.get("path")), str(one.get("rule") or one.get("kind")))
                for one in outcome.findings
                if one.get("severity") == str(Severity.ERROR)
            }
        )
    rows = [(path, what, number) for (path, what), number in found.most_common()]
    return _table("Drift by file", ["file", "what", "repositories"], rows)


def _failures(outcomes: Sequence[FleetOutcome]) -> str:
    rows = []
    for code, failed in failures_by_reason(outcomes).items():
        why = failed[0].why
        again = "yes" if why is not None and why.retry else "no"
        rows.append((code, again, failed[0].repository, details_of(failed[0]), len(failed)))
    heads = ["reason", "may go better", "for example", "message", "repositories"]
    return _table("Failures by reason", heads, rows)


def _every(report: FleetReport) -> str:
    rows = sorted(report.outcomes, key=lambda row: row.repository)
    heads = ("repository", "status", "version", "details")
    head = "".join(f'<th scope="col"><button type="button">{name}</button></th>' for name in heads)
    body = "".join(map(_row, rows))
    left = f"<p>{said}.</p>" if (said := left_over(report)) else ""
    return (
        f'<h2 id="all">Repositories</h2>{left}\n{_filters(report)}\n'
        '<div class="wide" tabindex="0" role="region" aria-labelledby="all">'
        f'<table class="every">\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table></div>"
    )


def _row(outcome: FleetOutcome) -> str:
    template = _template_of(outcome)
    reason = "" if outcome.why is None else str(outcome.why.code)
    code = f"<code>{reason}</code> " if reason else ""
    return (
        f'<tr data-status="{outcome.status}" data-reason="{reason}">'
        f'<th scope="row">{_html(outcome.repository)}</th>'
        f'<td class="{outcome.status}">{outcome.status}</td>'
        f"<td>{_html(template.get('version') or '')}</td>"
        f"<td>{code}{_html(details_of(outcome))}</td></tr>\n"
    )


def _filters(report: FleetReport) -> str:
    """Return the controls that the script shows: nothing works without it."""
    statuses = [str(status) for status in Status if report.tally.counts[status]]
    reasons = sorted({str(row.why.code) for row in report.outcomes if row.why is not None})
    return (
        '<form class="filters" autocomplete="off" hidden>'
        '<label>Name or details <input type="search" name="text"></label>'
        f"<label>Status {_choice('status', statuses)}</label>"
        f"<label>Reason {_choice('reason', reasons)}</label>"
        '<output role="status"></output></form>'
    )


def _choice(name: str, words: Iterable[str]) -> str:
    options = "".join(f"<option>{word}</option>" for word in words)
    return f'<select name="{name}"><option value="">any</option>{options}</select>'
