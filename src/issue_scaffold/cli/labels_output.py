"""What `labels plan` and `labels apply` show: a table for people, JSON, annotations, Markdown for a step summary."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from issue_scaffold.cli.options import OutputTarget
from issue_scaffold.cli.output import append_summary, render
from issue_scaffold.cli.output.github import LIMIT, data, property_
from issue_scaffold.cli.output.markdown import code, escaped
from issue_scaffold.cli.output.places import plural
from issue_scaffold.cli.printing import inert, json_text, put, say, style, text_of, yaml_text
from issue_scaffold.label_sync.drift import plan_findings
from issue_scaffold.label_sync.plan import WRITES, LabelAction, LabelPlan, LabelStep
from issue_scaffold.label_sync.run import LabelOutcome, LabelsReport, StepResult
from issue_scaffold.report.report import Report, TargetReport
from issue_scaffold.text.scalars import yaml_scalar
from issue_scaffold.writing.one_file import write_file

FORMATS: Final = ("text", "json", "github", "sarif", "gitlab", "markdown")
# What these can carry is findings at places of a file, as `check --labels` has them.
_AS_FINDINGS: Final = frozenset({"sarif", "gitlab"})
_COLOURS: Final = {
    LabelAction.RENAME: "cyan",
    LabelAction.EDIT: "cyan",
    LabelAction.CREATE: "green",
    LabelAction.MERGE: "yellow",
    LabelAction.DELETE: "red",
    LabelAction.REFUSED: "red",
}
_WARNINGS: Final = frozenset({LabelAction.MERGE, LabelAction.DELETE, LabelAction.REFUSED})
_OUTCOMES: Final = {
    LabelOutcome.DONE: "green",
    LabelOutcome.FAILED: "red",
    LabelOutcome.SKIPPED: "yellow",
}


def write(report: LabelsReport, targets: Sequence[OutputTarget]) -> None:
    """Show a report in every format that was asked for. Raises ScaffoldError if a file can't be written."""
    for target in targets:
        if target.format == "text" and target.file is None:
            lines = _table(report) if report.command == "plan" else _end(report)
            say(*lines)
            continue
        if target.format in _AS_FINDINGS:
            text = render(_as_findings(report), target.format, color=False)
        else:
            text = _RENDERERS[target.format](report)
        if target.file is None:
            put(text)
        else:
            write_file(target.file, text)
        if target.format == "github" and os.environ.get("GITHUB_STEP_SUMMARY"):
            append_summary(Path(os.environ["GITHUB_STEP_SUMMARY"]), _markdown(report))


def _as_findings(report: LabelsReport) -> Report:
    """Return what is to be done as findings in the labels config; after `apply`, what a fresh read still finds."""
    found = plan_findings(report.verified or report.plan, report.repository)
    target = TargetReport(target=".", status="findings" if found else "clean", findings=found)
    return Report(command="check", exit_code=report.exit_code, targets=(target,))


def show_plan(report: LabelsReport, *, err: bool = False) -> None:
    """Print a plan as a table."""
    say(*_table(report), err=err)


def result_lines(result: StepResult) -> Iterator[str]:
    """Yield one executed step as a line, and below it what went wrong."""
    outcome = style(f"{result.outcome:<8}", fg=_OUTCOMES[result.outcome])
    line = f"  {outcome} {result.step.action} {_what(result.step)}"
    if result.moved:
        line += f" ({plural(result.moved, 'issue')} relabelled)"
    yield line
    if result.error:
        yield f"           {result.error}"
    if result.hint:
        yield f"           hint: {result.hint}"


def as_yaml(rows: Sequence[Mapping[str, str]]) -> str:
    """Return labels as a YAML labels config, its colours quoted: many of them are numbers to YAML."""
    lines = []
    for row in rows:
        for index, (key, value) in enumerate(row.items()):
            lead = "- " if index == 0 else "  "
            lines.append(f"{lead}{key}: {_scalar(value, quoted=key == 'color')}\n")
    return "".join(lines) or "[]\n"


def _scalar(text: str, *, quoted: bool) -> str:
    if quoted or not text.isprintable():
        return yaml_text(text)
    return yaml_scalar(text)


def _table(report: LabelsReport) -> Iterator[str]:
    yield f"Labels of {style(report.repository, bold=True)}, by {', '.join(report.files)}:"
    shown = [step for step in report.plan.steps if step.action is not LabelAction.UNCHANGED]
    for step in shown:
        action = style(f"{step.action:<9}", fg=_COLOURS.get(step.action))
        yield f"  {action} {_swatch(step)} {_what(step)}{_dim(_details(step))}"
    yield _tally(report.plan)


def _end(report: LabelsReport) -> Iterator[str]:
    left = [result for result in report.results if result.outcome is not LabelOutcome.DONE]
    if left:
        failed = sum(result.outcome is LabelOutcome.FAILED for result in left)
        yield style(
            f"{plural(failed, 'step')} failed, {len(left) - failed} skipped", fg="red", bold=True
        )
    elif report.verified is not None and report.verified.is_clean:
        words = (
            "a fresh read finds everything as it should be" if report.results else "nothing to do"
        )
        yield style(words, fg="green")
    elif report.verified is not None:
        yield f"left to do: {_tally(report.verified)}"


def _dim(text: str) -> str:
    return style(f"  {text}", fg="dim") if text else ""


def _swatch(step: LabelStep) -> str:
    color = step.color or (step.before.color if step.before else "")
    try:
        red, green, blue = bytes.fromhex(color)
    except ValueError:
        return "  "
    return style("  ", bg=(red, green, blue))


def _what(step: LabelStep) -> str:
    return f"{step.name} → {step.to}" if step.to is not None else step.name


def _details(step: LabelStep) -> str:
    before = step.before
    parts = []
    if step.color is not None:
        parts.append(f"colour {before.color} → {step.color}" if before else f"colour {step.color}")
    if step.description is not None and before is not None:
        parts.append(f"description '{before.description}' → '{step.description}'")
    elif step.description:
        parts.append(f"description '{step.description}'")
    if step.action is LabelAction.MERGE:
        parts.append("what has it gets the other label first, then it is deleted")
    return "; ".join([*parts, *([step.reason] if step.reason else [])])


def _tally(plan: LabelPlan) -> str:
    counts = [
        f"{plan.count(action)} to {action}"
        for action in LabelAction
        if plan.count(action) and action in WRITES
    ]
    quiet = (LabelAction.REFUSED, LabelAction.UNCHANGED, LabelAction.UNMANAGED)
    rest = [f"{plan.count(action)} {action}" for action in quiet if plan.count(action)]
    return ", ".join([*(counts or ["nothing to do"]), *rest])


def _json(report: LabelsReport) -> str:
    target: dict[str, Any] = {
        "target": report.repository,
        "status": _status(report),
        "files": list(report.files),
    }
    target["steps"] = [_step(step) for step in report.plan.steps]
    if report.command == "apply":
        target["results"] = [_result(result) for result in report.results]
        target["verified"] = report.verified is not None and report.verified.is_clean
    document = {
        "schema": f"scaffold.labels-{report.command}/1",
        "exit_code": report.exit_code,
        "targets": [target],
    }
    return json_text(document)


def _status(report: LabelsReport) -> str:
    return {0: "clean", 1: "findings"}.get(report.exit_code, "failed")


def _step(step: LabelStep) -> dict[str, Any]:
    wanted, before = step.wanted, step.before
    row: dict[str, Any] = {"action": str(step.action), "name": step.name}
    optional = {
        "to": step.to,
        "color": step.color,
        "description": step.description,
        "before": None
        if before is None
        else {"color": before.color, "description": before.description},
        "reason": step.reason,
        "path": wanted.path if wanted else None,
        "line": wanted.line if wanted else None,
        "column": wanted.column if wanted else None,
    }
    return row | {key: value for key, value in optional.items() if value is not None}


def _result(result: StepResult) -> dict[str, Any]:
    row = {
        "action": str(result.step.action),
        "name": result.step.name,
        "outcome": str(result.outcome),
    }
    optional = {
        "to": result.step.to,
        "moved": result.moved or None,
        "message": result.error,
        "hint": result.hint,
    }
    return row | {key: value for key, value in optional.items() if value is not None}


def _github(report: LabelsReport) -> str:
    return "".join(f"{line}\n" for line in _annotations(report))


def _annotations(report: LabelsReport) -> Iterator[str]:
    failed = [result for result in report.results if result.outcome is not LabelOutcome.DONE]
    pending = [
        step for step in report.plan.steps if step.writes or step.action is LabelAction.REFUSED
    ]
    rows = [("error", result.step, result.error or str(result.outcome)) for result in failed]
    if report.command == "plan":
        rows = [
            ("warning" if step.action in _WARNINGS else "notice", step, _details(step))
            for step in pending
        ]
    levels = Counter(level for level, _, _ in rows)
    shown: Counter[str] = Counter()
    for level, step, text in rows:
        room = LIMIT if levels[level] <= LIMIT else LIMIT - 1
        shown[level] += 1
        if shown[level] <= room:
            message = f"{step.action} {_what(step)}" + (f": {text}" if text else "")
            yield f"::{level} {_place(step, report.files)}::{data(message)}"
    for level, number in levels.items():
        if number > LIMIT:
            text = f"and {plural(number - LIMIT + 1, level)} more: see the step summary or the log"
            yield f"::{level} title=scaffold labels::{data(text)}"
    yield inert(f"labels of {report.repository}: {_tally(report.verified or report.plan)}")


def _place(step: LabelStep, files: Sequence[str]) -> str:
    place = {"file": step.wanted.path if step.wanted else files[0], "title": "scaffold labels"}
    if step.wanted and step.wanted.line:
        place["line"] = str(step.wanted.line)
    return ",".join(f"{key}={property_(value)}" for key, value in place.items())


def _markdown(report: LabelsReport) -> str:
    return "".join(f"{line}\n" for line in _summary(report))


def _summary(report: LabelsReport) -> Iterator[str]:
    yield f"## scaffold labels {report.command}: {code(report.repository)}"
    yield ""
    yield f"**{_tally(report.verified or report.plan)}**"
    yield ""
    rows = [step for step in report.plan.steps if step.writes or step.action is LabelAction.REFUSED]
    outcomes = {id(result.step): result for result in report.results}
    if rows:
        yield "| | label | what |"
        yield "|---|---|---|"
    for step in rows:
        result = outcomes.get(id(step))
        word = f"{step.action}: {result.outcome}" if result else str(step.action)
        text = "; ".join(
            part for part in (_details(step), result.error if result else None) if part
        )
        yield f"| {word} | {code(_what(step))} | {escaped(text)} |"
    if rows:
        yield ""


def _text(report: LabelsReport) -> str:
    results = [line for result in report.results for line in result_lines(result)]
    return text_of([*_table(report), *results, *_end(report)], color=False)


_RENDERERS: Final = {"text": _text, "json": _json, "github": _github, "markdown": _markdown}
