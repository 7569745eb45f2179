"""How a run over many repositories is shown: a line each as they finish, and whole reports.

Each whole report is a pure function from what was done to a text.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from issue_scaffold.cli.printing import json_text, style, text_of
from issue_scaffold.fleet.outcome import SCHEMA, FleetOutcome, Status, Tally
from issue_scaffold.fleet.run_folder import started_in
from issue_scaffold.report.finding import Severity, finding_in
from issue_scaffold.report.report import COMPARED, Report, TargetReport
from issue_scaffold.text.wording import count

_COLOURS: Final = {
    Status.CLEAN: "green",
    Status.UPDATED: "green",
    Status.DRIFTED: "red",
    Status.CONFLICT: "red",
    Status.FAILED: "red",
    Status.OUTDATED: "yellow",
    Status.NOT_INITIALISED: "yellow",
    Status.SKIPPED: "dim",
}


class EarlierReport(NamedTuple):
    """What an earlier run came to: what it is called, when it began, and its counts."""

    name: str
    started: str | None
    tally: Tally


class FleetReport(NamedTuple):
    """What a run came to. `command` is as people type it; `left` were not looked at.

    `is_listed` says that no others are unknown yet.
    `requests` are those that were sent to hosts, by their kind.
    `unended` are the runs that it is of and that have not ended.
    `began` is when it began, where its name doesn't say; `earlier` are reports before it.
    """

    command: str
    exit_code: int
    tally: Tally
    outcomes: Sequence[FleetOutcome]
    left: int = 0
    stopped: str | None = None
    run: str | None = None
    requests: Mapping[str, int] = MappingProxyType({})
    began: str | None = None
    earlier: Sequence[EarlierReport] = ()
    is_listed: bool = True
    unended: Sequence[str] = ()

    @property
    def started(self) -> str | None:
        """When the run began, as ISO 8601 has it; None where nothing tells."""
        return self.began or started_in(self.run or "")


def repositories(number: int) -> str:
    """Return `1 repository`, `2 repositories`."""
    if number == 1:
        return "1 repository"
    return f"{number} repositories"


def row_line(outcome: FleetOutcome) -> str:
    """Return the line of one repository."""
    word = style(f"{outcome.status:<15}", fg=_COLOURS[outcome.status])
    return f"{word} {outcome.repository}{_aside(outcome)}"


def _aside(outcome: FleetOutcome) -> str:
    said = details_of(outcome)
    return f"  {said}" if said else ""


def details_of(outcome: FleetOutcome) -> str:
    """Return what is said of a repository beside its status, on one line."""
    if outcome.why is not None:
        return outcome.why.message
    parts = []
    if outcome.pull_request:
        parts.append(_pull_request_of(outcome.pull_request))
        parts.extend(outcome.notes)
    findings = [one for one in outcome.findings if one["severity"] != str(Severity.INFO)]
    if findings:  # what is accepted is none to anybody who looks through a fleet
        paths = dict.fromkeys(str(one["path"]) for one in findings)
        parts.append(f"{count(len(findings), 'finding')}: {', '.join(paths)}")
    if outcome.files:
        parts.append(", ".join(f"{one['action']} {one['path']}" for one in outcome.files))
    return "; ".join(parts) or version_of(outcome)


def _pull_request_of(document: Mapping[str, Any]) -> str:
    """Return what was done to a pull request, and where it is."""
    what = "issue" if "issue" in document else "pull request"
    return f"{what} {document['action']}: {document.get('url', '')}".rstrip(": ")


def version_of(outcome: FleetOutcome) -> str:
    """Return the template's version that a repository has, and the newest if it isn't that."""
    template = outcome.template or {}
    version, latest = template.get("version"), template.get("latest")
    if not version:
        return ""
    return f"{version} (newest: {latest})" if latest and latest != version else version


def failures_by_reason(outcomes: Sequence[FleetOutcome]) -> dict[str, list[FleetOutcome]]:
    """Return the repositories that failed, by the reason, the most frequent one first."""
    found: dict[str, list[FleetOutcome]] = {}
    for outcome in outcomes:
        if outcome.status is Status.FAILED and outcome.why is not None:
            found.setdefault(str(outcome.why.code), []).append(outcome)
    return dict(sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0])))


def end_lines(report: FleetReport) -> list[str]:
    """Return what is said to people when all is done: what failed, and how many are how."""
    lines: list[str] = []
    for code, failed in failures_by_reason(report.outcomes).items():
        again = "; the same may go better another time"
        if failed[0].why is None or not failed[0].why.retry:
            again = ""
        lines += ["", style(f"failed, {code} ({len(failed)}){again}:", bold=True)]
        lines += [f"  {one.repository}: {_message(one)}" for one in failed]
    lines += ["", summary(report)]
    if report.requests:
        sent = ", ".join(f"{number:,} {kind}" for kind, number in sorted(report.requests.items()))
        lines.append(f"requests: {sent}")
    if left := left_over(report):
        lines.append(f"{left}{_way_on(report)}")
    return lines


def left_over(report: FleetReport) -> str:
    """Return how many repositories were not come to, nothing where there are none."""
    if report.left and report.is_listed:
        return f"{repositories(report.left)} left"
    if report.left:
        return f"{repositories(report.left)} left, and the list wasn't read to its end"
    if not report.is_listed or report.stopped is not None:
        return "the list wasn't read to its end"
    return ""


def _message(outcome: FleetOutcome) -> str:
    if outcome.why is None:
        return ""
    hint = f" (hint: {outcome.why.hint})" if outcome.why.hint else ""
    return f"{outcome.why.message}{hint}"


def _way_on(report: FleetReport) -> str:
    if report.run is None:
        return ""
    return f"; to go on: scaffold {report.command} --resume={report.run}"


def summary(report: FleetReport) -> str:
    """Return how many repositories there are of each status, in one line."""
    counts = {status: number for status, number in report.tally.document.items() if number}
    total = repositories(report.tally.total)
    if not counts:
        return total
    return f"{total}: {', '.join(f'{number} {status}' for status, number in counts.items())}"


def as_json(report: FleetReport) -> str:
    """Return one document; the same run gives the same bytes but for its times."""
    document = _summary_document(report)
    document["repositories"] = [row.document for row in _sorted(report)]
    return json_text(document)


def _summary_document(report: FleetReport) -> dict[str, Any]:
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "command": report.command,
        "exit_code": report.exit_code,
        "counts": report.tally.document,
        "left": report.left,
    }
    if report.stopped is not None:
        document["stopped"] = report.stopped
    if report.run is not None:
        document["run"] = report.run
    if report.requests:
        document["requests"] = dict(report.requests)
    if report.started is not None:
        document["started"] = report.started
    return document


def row_document(outcome: FleetOutcome) -> dict[str, Any]:
    """Return a row of JSON Lines, as programs get it."""
    return {"schema": SCHEMA, **outcome.document}


def summary_json(report: FleetReport) -> str:
    """Return the last row of JSON Lines."""
    document = _summary_document(report)
    failed = [row.repository for row in report.outcomes if row.status is Status.FAILED]
    return json_text({**document, "event": "summary", "failed": failed}, indent=None)


def as_jsonl(report: FleetReport) -> str:
    """Return all rows, and the summary."""
    rows = [json_text(row_document(row), indent=None) for row in report.outcomes]
    return "".join([*rows, summary_json(report)])


def _sorted(report: FleetReport) -> list[FleetOutcome]:
    return sorted(report.outcomes, key=lambda row: row.repository)


def as_sarif(report: FleetReport) -> str:
    """Return the findings of all repositories, for code scanning."""
    from issue_scaffold.cli.output.sarif import render

    targets = tuple(
        TargetReport(
            target=row.repository,
            status=str(row.status),
            findings=tuple(map(finding_in, row.findings)),
            error=_error_of(row),
        )
        for row in _sorted(report)
    )
    layout = COMPARED
    return render(Report(report.command.replace(" ", "-"), report.exit_code, targets, layout))


def _error_of(outcome: FleetOutcome) -> str | None:
    if outcome.status is Status.FAILED and outcome.why is not None:
        return outcome.why.message
    return None


def as_markdown(report: FleetReport) -> str:
    """Return a table of what isn't clean, and what failed, by the reason."""
    from issue_scaffold.cli.output.markdown import escaped

    lines = [f"## scaffold {report.command}", "", f"{escaped(summary(report))}.", ""]
    shown = [row for row in _sorted(report) if row.status not in {Status.CLEAN, Status.FAILED}]
    if shown:
        lines += ["| repository | status | details |", "|---|---|---|"]
        lines += [
            f"| {escaped(row.repository)} | {row.status} | {escaped(details_of(row))} |"
            for row in shown
        ]
        lines.append("")
    for code, failed in failures_by_reason(report.outcomes).items():
        lines += [f"### Failed: {code} ({len(failed)})", ""]
        lines += [f"- {escaped(row.repository)}: {escaped(_message(row))}" for row in failed]
        lines.append("")
    if left := left_over(report):
        lines += [f"{left}.", ""]
    return "\n".join(lines)


def as_html(report: FleetReport) -> str:
    """Return one page that needs nothing else."""
    from issue_scaffold.cli.fleet_page import report_page

    return report_page(report)


def as_table(report: FleetReport) -> str:
    """Return what people are shown at a terminal."""
    rows = [row_line(row) for row in report.outcomes if row.status is not Status.FAILED]
    return text_of([*rows, *end_lines(report)], color=False)


# What a whole report is made with.
FORMATS: Final[Mapping[str, Callable[[FleetReport], str]]] = {
    "table": as_table,
    "jsonl": as_jsonl,
    "json": as_json,
    "markdown": as_markdown,
    "html": as_html,
    "sarif": as_sarif,
}
