"""What `init` and `update` did or would do, as a report: a row a file."""

from collections.abc import Sequence
from typing import Final

from issue_scaffold.cli.output.display import refused_target
from issue_scaffold.cli.way_back import way_back
from issue_scaffold.errors import ScaffoldError
from issue_scaffold.report.finding import Finding, Kind, Severity
from issue_scaffold.report.report import ReportRow, ReportTable, TargetReport, Tone
from issue_scaffold.sync.drift import unified_diff
from issue_scaffold.sync.news import changes_tables
from issue_scaffold.sync.outcome import FileOutcome, NothingWrittenError
from issue_scaffold.sync.plan import FileAction, FileStep

_TONES: Final = {
    FileAction.NEW: Tone.GOOD,
    FileAction.CLEAN: Tone.GOOD,
    FileAction.MERGE: Tone.CHANGE,
    FileAction.CONFLICT: Tone.BAD,
    FileAction.DELETE: Tone.CAUTION,
}


def plan_target(
    outcome: FileOutcome,
    headline: str,
    *,
    with_diff: bool,
    tally: str = "",
    lines: Sequence[str] = (),
    is_brief: bool = False,
) -> TargetReport:
    """Return the report on a run.

    People read `headline` above the files, `tally` and `lines` below. Where it `is_brief`, they see
    no more of the files than conflicts and diffs, and each remark names its target.
    """
    plan = outcome.plan
    rows = tuple(_row(step, with_diff=with_diff, is_brief=is_brief) for step in plan.steps)
    if plan.writes and not (outcome.dry_run or is_brief):
        lines = (*lines, way_back(outcome.target))
    lead = f"note: {outcome.target}: " if is_brief else "note: "
    return TargetReport(
        target=outcome.target,
        status=_status(outcome),
        exit_code=outcome.exit_code,
        fields={
            "template": {
                "source": outcome.source,
                "version": outcome.version,
                "previous": outcome.version_before,
            },
            "dry_run": outcome.dry_run,
            "resumed": outcome.resumed,
            "notes": outcome.notes,
        },
        tables=(
            ReportTable("files", "file", rows, headline=headline, tally=tally),
            *changes_tables(outcome.changes, is_told=is_brief),
        ),
        asides=tuple(f"{lead}{note}" for note in outcome.notes),
        lines=tuple(lines),
        as_findings=tuple(map(_conflict, plan.conflicts)),
    )


def refused_plan(
    target: str, error: ScaffoldError, *, with_diff: bool, is_brief: bool = False
) -> TargetReport:
    """Return the report on a run that wrote nothing, with what there is to know of its plan.

    Where it `is_brief`, people read the error alone, which names its target.
    """
    refused = refused_target(target, error)
    if is_brief and target not in error.message:
        refused = refused._replace(error=f"{target}: {error.message}")
    if not isinstance(error, NothingWrittenError):
        return refused
    planned = plan_target(error.outcome, "", with_diff=with_diff)
    if is_brief:
        files = planned.tables[0]
        quiet = tuple(row._replace(is_quiet=not row.diff) for row in files.rows)
        planned = planned._replace(tables=(files._replace(rows=quiet),))
    return planned._replace(
        status="refused",
        error=refused.error,
        hint=refused.hint,
        exit_code=refused.exit_code,
        asides=(),
        lines=(),
    )


def _status(outcome: FileOutcome) -> str:
    if outcome.plan.conflicts:
        return "conflicts"
    if outcome.plan.writes:
        return "changed"
    return "unchanged"


def _row(step: FileStep, *, with_diff: bool, is_brief: bool) -> ReportRow:
    data: dict[str, object] = {"path": step.path, "action": str(step.action)}
    aside = diff = ""
    if step.reason:
        data["reason"] = step.reason
        aside = f"({step.reason})"
    if step.notes:
        data["notes"] = step.notes
    if with_diff and step.writes:
        data["diff"] = diff = unified_diff(step.path, step.before, step.after)
    is_quiet = step.action is FileAction.UNCHANGED or (is_brief and not diff)
    severity = None
    if step.action is FileAction.CONFLICT:
        is_quiet = False
        severity = Severity.ERROR
    return ReportRow(
        data,
        name=step.path,
        word=str(step.action),
        tone=_TONES.get(step.action, Tone.PLAIN),
        aside=aside,
        notes=step.notes,
        diff=diff,
        is_quiet=is_quiet,
        severity=severity,
        path=step.path,
    )


def _conflict(step: FileStep) -> Finding:
    return Finding(
        kind=Kind.CONFLICT,
        severity=Severity.ERROR,
        path=step.path,
        message=step.reason or "your changes and the template's are in the same lines",
        hint="edit the marked lines, then git add the file",
    )
