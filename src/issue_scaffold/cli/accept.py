"""`scaffold accept`."""

from collections.abc import Iterable
from typing import Final

import click

from issue_scaffold.cli.options import OutputTarget, answers_file_option, format_option
from issue_scaffold.cli.output.display import Display
from issue_scaffold.cli.way_back import way_back
from issue_scaffold.report.report import SINGLE, ReportRow, ReportTable, TargetReport, Tone
from issue_scaffold.sync.accept import (
    Acceptance,
    AcceptOptions,
    AcceptOutcome,
    accept,
    list_acceptances,
    remove_acceptances,
)
from issue_scaffold.template.renderer import open_renderer

_PATH: Final = "PATH[::UNIT]…"
_DONE: Final = {True: ("no longer accepted", "taken out of"), False: ("accepted", "recorded in")}


@click.command("accept")
@click.argument("paths", nargs=-1, metavar=_PATH)
@click.option("--reason", metavar="TEXT", help="Why it differs; kept in the settings file.")
@click.option(
    "--own",
    is_flag=True,
    help="The files, or all that a glob names, are yours for good: never drift, never written.",
)
@click.option("--list", "is_list", is_flag=True, help="List what is accepted, and why.")
@click.option("--remove", is_flag=True, help="End what is accepted of PATH, or of one UNIT of it.")
@answers_file_option
@format_option
def command(
    *,
    paths: tuple[str, ...],
    reason: str | None,
    own: bool,
    is_list: bool,
    remove: bool,
    answers_file: str | None,
    outputs: tuple[OutputTarget, ...],
) -> int:
    """Record that files deviate from the template on purpose, and why.

    What is accepted is the difference as it is now, and stays so through edits elsewhere in the
    file and through updates; a new edit is drift of its own. UNIT is one label of a labels config
    or one hook of .pre-commit-config.yaml; without it all that deviates there is accepted. A
    deleted file can be accepted too.
    """
    _refuse_contradictions(paths, reason, own=own, is_list=is_list, remove=remove)
    display = Display("accept", SINGLE, outputs)
    options = AcceptOptions(paths, reason or "", own, answers_file)
    with open_renderer() as renderer, display.failures_of("."):
        if is_list:
            outcome = list_acceptances(answers_file)
        elif remove:
            outcome = remove_acceptances(options)
        else:
            outcome = accept(options, renderer)
    if is_list:
        return display.one(_listing(outcome))
    return display.one(_target(outcome, is_removed=remove))


def _refuse_contradictions(
    paths: tuple[str, ...], reason: str | None, *, own: bool, is_list: bool, remove: bool
) -> None:
    """Raise UsageError for arguments that don't go together."""
    said = {_PATH: bool(paths), "--reason": reason is not None, "--own": own, "--remove": remove}
    given = {name for name, is_given in said.items() if is_given}
    if is_list:
        _refuse(given, "--list takes no")
    elif remove:
        _refuse(given - {_PATH, "--remove"}, "--remove takes no")
    if not (is_list or paths):
        raise click.UsageError(f"Missing argument '{_PATH}'.")
    if not (is_list or remove) and reason is None:
        raise click.UsageError("Missing option '--reason'.")


def _refuse(given: Iterable[str], message: str) -> None:
    for name in sorted(given):
        raise click.UsageError(f"{message} {name}")


def _target(outcome: AcceptOutcome, *, is_removed: bool) -> TargetReport:
    word, where = _DONE[is_removed]
    settings = outcome.settings_file
    rows = tuple(_row(entry, word) for entry in outcome.entries)
    return _report(
        outcome,
        rows,
        (*(f"{word} {row.name} ({where} {settings})" for row in rows), way_back(outcome.folder)),
        is_removed=is_removed,
    )


def _listing(outcome: AcceptOutcome) -> TargetReport:
    rows = tuple(_row(entry, "accepted") for entry in outcome.entries)
    pairs = zip(rows, outcome.entries, strict=True)
    lines = [f"{row.name}: {entry.reason}" for row, entry in pairs]
    return _report(outcome, rows, tuple(lines) or ("nothing is accepted",), is_removed=False)


def _report(
    outcome: AcceptOutcome, rows: tuple[ReportRow, ...], lines: tuple[str, ...], *, is_removed: bool
) -> TargetReport:
    tables: dict[str, tuple[ReportRow, ...]] = {"accepted": rows, "removed": ()}
    if is_removed:
        tables = {"accepted": (), "removed": rows}
    return TargetReport(
        target=".",
        status="done",
        fields={"settings_file": outcome.settings_file, "notes": outcome.notes},
        tables=tuple(ReportTable(key, "file", tables[key], is_told=True) for key in tables),
        asides=tuple(f"note: {note}" for note in outcome.notes),
        lines=lines,
    )


def _row(entry: Acceptance, word: str) -> ReportRow:
    data = {"path": entry.path, "unit": entry.unit, "own": entry.own, "reason": entry.reason}
    name = entry.path
    if entry.unit is not None:
        name = f"{entry.path}::{entry.unit}"
    elif entry.own:
        name = f"{entry.path} (own)"
    return ReportRow(data, name=name, word=word, tone=Tone.GOOD, text=entry.reason)
