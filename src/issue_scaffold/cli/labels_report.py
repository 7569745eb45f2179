"""What `labels plan` and `labels apply` show, as a report: a row a label, and a row a step done."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from issue_scaffold.cli.printing import style, yaml_text
from issue_scaffold.errors import ScaffoldError
from issue_scaffold.label_sync.drift import plan_findings
from issue_scaffold.label_sync.plan import WRITES, LabelAction, LabelPlan, LabelStep
from issue_scaffold.label_sync.run import LabelOutcome, LabelsReport, StepResult
from issue_scaffold.report.finding import Severity
from issue_scaffold.report.report import ReportRow, ReportTable, TargetReport, Tone
from issue_scaffold.text.scalars import yaml_scalar
from issue_scaffold.text.wording import count

Fields = dict[str, Any]

_TONES: Final = {
    LabelAction.RENAME: Tone.CHANGE,
    LabelAction.EDIT: Tone.CHANGE,
    LabelAction.CREATE: Tone.GOOD,
    LabelAction.MERGE: Tone.CAUTION,
    LabelAction.DELETE: Tone.BAD,
    LabelAction.REFUSED: Tone.BAD,
}
_SEVERITIES: Final = {
    LabelAction.RENAME: Severity.INFO,
    LabelAction.EDIT: Severity.INFO,
    LabelAction.CREATE: Severity.INFO,
    LabelAction.MERGE: Severity.WARNING,
    LabelAction.DELETE: Severity.WARNING,
    LabelAction.REFUSED: Severity.WARNING,
}
_OUTCOMES: Final = {
    LabelOutcome.DONE: Tone.GOOD,
    LabelOutcome.FAILED: Tone.BAD,
    LabelOutcome.SKIPPED: Tone.CAUTION,
}
_NOT_DONE: Final = (LabelAction.REFUSED, LabelAction.UNCHANGED, LabelAction.UNMANAGED)


def plan_report(report: LabelsReport, exit_code: int) -> TargetReport:
    """Return what is to be done."""
    rows = [_plan_row(step, report.files[0]) for step in report.plan.steps]
    target = _target(report, exit_code, rows)
    if not report.is_archived:
        return target
    aside = f"{report.repository} is archived: its labels can't be changed until it is unarchived"
    return target._replace(fields={**target.fields, "archived": True}, asides=(aside,))


def apply_report(report: LabelsReport) -> TargetReport:
    """Return what was done, and what a fresh read still finds."""
    # What is annotated is what went wrong.
    rows = [row._replace(severity=None) for row in plan_report(report, 0).tables[0].rows]
    target = _target(report, report.exit_code, rows)
    results = tuple(result_row(result, report.files[0]) for result in report.results)
    tables = (*target.tables, ReportTable("results", "step", results))
    verified = report.verified is not None and report.verified.is_clean
    fields = {**target.fields, "verified": verified}
    return target._replace(tables=tables, fields=fields, lines=_ending(report))


def failed_report(report: LabelsReport, target: str, error: ScaffoldError) -> TargetReport:
    """Return what was done until an error ended it."""
    done = apply_report(report)
    return done._replace(
        target=target,
        status="failed",
        exit_code=error.exit_code,
        error=error.message,
        hint=error.hint,
        lines=(),
    )


def _target(report: LabelsReport, exit_code: int, rows: Sequence[ReportRow]) -> TargetReport:
    headline = f"Labels of {report.repository}, by {', '.join(report.files)}:"
    return TargetReport(
        target=report.repository,
        status={0: "clean", 1: "findings"}.get(report.exit_code, "failed"),
        exit_code=exit_code,
        fields={"files": report.files},
        tables=(ReportTable("steps", "label", tuple(rows), headline, _tally(report.plan)),),
        as_findings=plan_findings(report.verified or report.plan, report.repository),
    )


def _plan_row(step: LabelStep, file: str) -> ReportRow:
    before, wanted = step.before, step.wanted
    data: Fields = {"action": str(step.action), "name": step.name}
    optional: Fields = {
        "to": step.to,
        "color": step.color,
        "description": step.description,
        "reason": step.reason,
        "issues": step.issues,
    }
    swatch = step.color or ""
    if before is not None:
        optional["before"] = {"color": before.color, "description": before.description}
        swatch = swatch or before.color
    if wanted is not None:
        optional |= {"path": wanted.path, "line": wanted.line, "column": wanted.column}
    data |= _present(optional)
    return ReportRow(
        data,
        name=_name(step),
        word=str(step.action),
        tone=_TONES.get(step.action, Tone.PLAIN),
        aside=_details(step),
        swatch=swatch,
        is_quiet=step.action is LabelAction.UNCHANGED,
        severity=_SEVERITIES.get(step.action),
        path=data.get("path") or file,
        line=data.get("line"),
    )


def result_row(result: StepResult, file: str) -> ReportRow:
    """Return one executed step, and below it what went wrong; `file` is the config that counts."""
    step = result.step
    data: Fields = {"action": str(step.action), "name": step.name, "outcome": str(result.outcome)}
    data |= _present(
        {
            "to": step.to,
            "moved": result.moved or None,
            "message": result.error,
            "hint": result.hint,
            "note": result.note,
        }
    )
    name = f"{step.action} {_name(step)}"
    if result.moved:
        name += f" ({count(result.moved, 'issue')} relabelled)"
    notes = []
    if result.note:
        notes.append(result.note)
    if result.error:
        notes.append(result.error)
    if result.hint:
        notes.append(f"hint: {result.hint}")
    place = _plan_row(step, file)
    return ReportRow(
        data,
        name=name,
        word=str(result.outcome),
        tone=_OUTCOMES[result.outcome],
        notes=tuple(notes),
        severity=None if result.outcome is LabelOutcome.DONE else Severity.ERROR,
        path=place.path,
        line=place.line,
    )


def as_yaml(rows: Sequence[Mapping[str, str]]) -> str:
    """Return labels as a YAML labels config, colours quoted: many of them are numbers to YAML."""
    lines = []
    for row in rows:
        lead = "- "
        for key, value in row.items():
            lines.append(f"{lead}{key}: {_scalar(value, quoted=key == 'color')}\n")
            lead = "  "
    return "".join(lines) or "[]\n"


def _scalar(text: str, *, quoted: bool) -> str:
    if quoted or not text.isprintable():
        return yaml_text(text)
    return yaml_scalar(text)


def _ending(report: LabelsReport) -> tuple[str, ...]:
    """Return what people read at the end of `apply`."""
    left = [result for result in report.results if result.outcome is not LabelOutcome.DONE]
    if left:
        failed = sum(result.outcome is LabelOutcome.FAILED for result in left)
        text = f"{count(failed, 'step')} failed, {len(left) - failed} skipped"
        return (style(text, fg="red", bold=True),)
    if report.verified is None:
        return ()
    if not report.verified.is_clean:
        return (f"left to do: {_tally(report.verified)}",)
    if report.results:
        return (style("a fresh read finds everything as it should be", fg="green"),)
    return (style("nothing to do", fg="green"),)


def _name(step: LabelStep) -> str:
    if step.to is None:
        return step.name
    return f"{step.name} → {step.to}"


def _details(step: LabelStep) -> str:
    parts = [*_changes(step), *_consequences(step)]
    return "; ".join(parts)


def _changes(step: LabelStep) -> Iterator[str]:
    """Yield what is written to a label."""
    before = step.before
    if step.color is not None:
        change = f"{before.color} → {step.color}" if before else step.color
        yield f"colour {change}"
    if step.description is not None and before is not None:
        yield f"description '{before.description}' → '{step.description}'"
    elif step.description:
        yield f"description '{step.description}'"


def _consequences(step: LabelStep) -> Iterator[str]:
    """Yield why a step is there, and what it does to issues."""
    if step.action is LabelAction.MERGE:
        having = "what has it"
        if step.issues is not None:
            having = f"what has it ({count(step.issues, 'issue')})"
        yield f"{having} gets the other label first, then it is deleted"
    if step.reason:
        yield step.reason
    if step.action is LabelAction.DELETE and step.issues:
        yield f"{count(step.issues, 'issue')} will lose it"


def _tally(plan: LabelPlan) -> str:
    numbers = {action: plan.count(action) for action in LabelAction}
    to_do = [f"{numbers[action]} to {action}" for action in WRITES if numbers[action]]
    rest = [f"{numbers[action]} {action}" for action in _NOT_DONE if numbers[action]]
    return ", ".join([*(to_do or ["nothing to do"]), *rest])


def _present(fields: Fields) -> Fields:
    return {key: value for key, value in fields.items() if value is not None}
