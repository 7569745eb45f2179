"""`scaffold undo`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from issue_scaffold.cli.options import (
    OutputTarget,
    diff_option,
    dry_run_option,
    format_option,
    tell_of_wait,
)
from issue_scaffold.cli.output.display import Display
from issue_scaffold.cli.way_back import undo_command
from issue_scaffold.report.report import PLANNED, ReportRow, ReportTable, TargetReport, Tone
from issue_scaffold.sync.drift import unified_diff
from issue_scaffold.sync.undo import PastRun, UndoAction, UndoneFile, UndoOptions, UndoOutcome, undo

_TONES: Final = {
    UndoAction.RESTORE: Tone.GOOD,
    UndoAction.DELETE: Tone.CAUTION,
    UndoAction.LEFT: Tone.BAD,
}


@click.command("undo")
@click.argument("target", default=".")
@dry_run_option
@diff_option
@format_option
def command(*, target: str, dry_run: bool, diff: bool, outputs: tuple[OutputTarget, ...]) -> int:
    """Take back the last init, update, accept, validate --fix, convert or catalog add in TARGET.

    Its files get their content from before, those that it made go. What was edited since is left
    and named. Run it again to take back the run before, up to ten in all. There is no redo: run the
    command again.
    """
    display = Display("undo", PLANNED, outputs)
    with display.failures_of(target):
        outcome = undo(UndoOptions(target=target, dry_run=dry_run, on_wait=tell_of_wait))
    return display.one(_target(outcome, with_diff=diff))


def _target(outcome: UndoOutcome, *, with_diff: bool) -> TargetReport:
    rows = tuple(_row(file, with_diff=with_diff) for file in outcome.files)
    status = "left" if outcome.left else "done"
    return TargetReport(
        target=outcome.target,
        status=status,
        exit_code=outcome.exit_code,
        fields={
            "folder": str(outcome.folder),
            "run": _data(outcome.run),
            "before": None if outcome.before is None else _data(outcome.before),
            "dry_run": outcome.dry_run,
            "resumed": outcome.resumed,
            "notes": outcome.notes,
        },
        tables=(ReportTable("files", "file", rows, headline=_headline(outcome)),),
        asides=tuple(f"note: {note}" for note in outcome.notes),
        lines=_lines(outcome),
    )


def _headline(outcome: UndoOutcome) -> str:
    verb = "Took back"
    if outcome.dry_run:
        verb = "Would take back"
    elif outcome.resumed:
        verb = "Completed taking back"
    where = ""
    if outcome.folder != Path(outcome.target).resolve():
        where = f" in {outcome.folder}"
    return f"{verb} {_told(outcome.run)}{where}:"


def _lines(outcome: UndoOutcome) -> tuple[str, ...]:
    if outcome.before is None or outcome.dry_run:
        return ()
    again = undo_command(outcome.folder)
    return (f"Before it was {_told(outcome.before)}: {again} takes that back too.",)


def _told(run: PastRun) -> str:
    ended = datetime.fromtimestamp(run.ended).astimezone()
    return f"scaffold {run.command} of {ended:%Y-%m-%d %H:%M}"


def _data(run: PastRun) -> dict[str, object]:
    ended = datetime.fromtimestamp(int(run.ended), UTC)
    return {"command": run.command, "time": f"{ended:%Y-%m-%dT%H:%M:%SZ}"}


def _row(file: UndoneFile, *, with_diff: bool) -> ReportRow:
    data: dict[str, object] = {"path": file.path, "action": str(file.action)}
    aside = diff = ""
    if file.reason:
        data["reason"] = file.reason
        aside = f"({file.reason})"
    if with_diff and file.before != file.after:
        data["diff"] = diff = unified_diff(file.path, file.before, file.after)
    return ReportRow(
        data,
        name=file.path,
        word=str(file.action),
        tone=_TONES.get(file.action, Tone.PLAIN),
        aside=aside,
        diff=diff,
        is_quiet=file.action is UndoAction.UNCHANGED,
        path=file.path,
    )
