"""What `init` and `update` print: the plan, file by file, as text or JSON."""

from issue_scaffold.cli.output.text import diff_lines
from issue_scaffold.cli.printing import json_text, put, say, style
from issue_scaffold.errors import ScaffoldError
from issue_scaffold.sync.drift import unified_diff
from issue_scaffold.sync.outcome import FileOutcome, NothingWrittenError
from issue_scaffold.sync.plan import FileAction, FilePlan, FileStep

_COLOURS = {
    FileAction.NEW: "green",
    FileAction.CLEAN: "green",
    FileAction.MERGE: "cyan",
    FileAction.CONFLICT: "red",
    FileAction.DELETE: "yellow",
}


def show_plan(plan: FilePlan, *, with_diff: bool) -> None:
    """Print a line for each file that changes or is kept, and with `with_diff` what changes in it."""
    for step in plan.steps:
        if step.action is FileAction.UNCHANGED:
            continue
        action = style(f"{step.action:<9}", fg=_COLOURS.get(step.action))
        reason = style(f"  ({step.reason})", fg="dim") if step.reason else ""
        say(f"  {action} {step.path}{reason}")
        for note in step.notes:
            say(f"            {note}")
    if with_diff:
        for step in plan.writes:
            show_diff(unified_diff(step.path, step.before, step.after))


def show_failure(
    command: str, target: str, error: ScaffoldError, format_: str, *, with_diff: bool
) -> None:
    """Print what there is to know of a run that wrote nothing; the error itself is said on standard error."""
    outcome = error.outcome if isinstance(error, NothingWrittenError) else None
    if format_ == "json":
        row: dict[str, object] = (
            {"target": target} if outcome is None else _target(outcome, with_diff=with_diff)
        )
        row |= {"status": "failed" if outcome is None else "refused", "error": error.message}
        _echo_document(command, row | ({"hint": error.hint} if error.hint else {}), error.exit_code)
    elif outcome is not None:
        show_plan(outcome.plan, with_diff=with_diff)


def show_diff(diff: str) -> None:
    """Print a unified diff, coloured on a terminal."""
    say(*diff_lines(diff))


def show_json(command: str, outcome: FileOutcome, *, with_diff: bool, exit_code: int) -> None:
    """Print an outcome as one JSON document; docs/reference/scaffold.update-1.schema.json describes it."""
    _echo_document(command, _target(outcome, with_diff=with_diff), exit_code)


def _echo_document(command: str, target: dict[str, object], exit_code: int) -> None:
    document = {"schema": f"scaffold.{command}/1", "exit_code": exit_code, "targets": [target]}
    put(json_text(document))


def _target(outcome: FileOutcome, *, with_diff: bool) -> dict[str, object]:
    return {
        "target": outcome.target,
        "status": "conflicts"
        if outcome.plan.conflicts
        else "changed"
        if outcome.plan.writes
        else "unchanged",
        "template": {
            "source": outcome.source,
            "version": outcome.version,
            "previous": outcome.version_before,
        },
        "dry_run": outcome.dry_run,
        "resumed": outcome.resumed,
        "files": [_file(step, with_diff=with_diff) for step in outcome.plan.steps],
        "notes": list(outcome.notes),
    }


def _file(step: FileStep, *, with_diff: bool) -> dict[str, object]:
    row: dict[str, object] = {"path": step.path, "action": str(step.action)}
    if step.reason:
        row["reason"] = step.reason
    if step.notes:
        row["notes"] = list(step.notes)
    if with_diff and step.writes:
        row["diff"] = unified_diff(step.path, step.before, step.after)
    return row
