"""`scaffold update`."""

from functools import partial
from pathlib import Path
from typing import Final, Literal

import click

from issue_scaffold.cli.options import (
    OutputTarget,
    answers_file_option,
    answers_options,
    can_ask,
    diff_option,
    dry_run_option,
    format_option,
    read_answers,
    tell_of_wait,
)
from issue_scaffold.cli.output.display import Display
from issue_scaffold.cli.plan_report import plan_target, refused_plan
from issue_scaffold.report.report import PLANNED, TargetReport
from issue_scaffold.sync.outcome import FileOutcome
from issue_scaffold.sync.update import UpdateOptions, update
from issue_scaffold.template.renderer import open_renderer

_ALL: Final = "\0all"


@click.command("update")
@click.argument("target", default=".")
@click.option(
    "--ref", help="Tag, branch or commit to go to, an older one too [default: the newest release]."
)
@click.option(
    "-t",
    "--template",
    metavar="SOURCE",
    help="Move to another template; answers that both know are kept.",
)
@answers_options
@click.option(
    "--ask",
    "ask_again",
    is_flag=True,
    help="Ask all questions again, with the recorded answers as defaults.",
)
@click.option(
    "-l",
    "--defaults",
    is_flag=True,
    help="Ask nothing; new questions take their default. So it is without a terminal.",
)
@click.option(
    "--restore",
    is_flag=False,
    flag_value=_ALL,
    multiple=True,
    metavar="[PATH]",
    help="Bring drifted files back to the template's content: the named one (may be repeated), "
    "or without PATH all.",
)
@answers_file_option
@click.option(
    "--on-conflict",
    type=click.Choice(["inline", "abort"]),
    default="inline",
    show_default=True,
    help="Mark conflicts in the files, or write nothing.",
)
@dry_run_option
@diff_option
@format_option
def command(
    *,
    target: str,
    ref: str | None,
    template: str | None,
    data: tuple[str, ...],
    data_file: Path | None,
    ask_again: bool,
    defaults: bool,
    restore: tuple[str, ...],
    answers_file: str | None,
    on_conflict: Literal["inline", "abort"],
    dry_run: bool,
    diff: bool,
    outputs: tuple[OutputTarget, ...],
) -> int:
    """Bring TARGET to the newest version of its template, keeping what was changed in it.

    With --restore alone, drifted files get back the content of the version that TARGET already has.
    """
    display = Display("update", PLANNED, outputs)
    interactive = can_ask() and display.shows_text and not defaults
    if ask_again and not interactive:
        raise click.UsageError(
            "--ask needs a terminal; without one, change answers with -d KEY=VALUE"
        )
    options = UpdateOptions(
        target=target,
        template=template,
        ref=ref,
        data=read_answers(data, data_file),
        answers_file=answers_file,
        ask=ask_again,
        interactive=interactive,
        restore=tuple(path for path in restore if path != _ALL),
        restore_all=_ALL in restore,
        on_conflict=on_conflict,
        dry_run=dry_run,
        looks_above=True,
        on_wait=tell_of_wait,
    )
    refused = partial(refused_plan, with_diff=diff)
    with open_renderer() as renderer, display.failures_of(target, refused):
        outcome = update(options, renderer)
    return display.one(_target(outcome, with_diff=diff))


def _target(outcome: FileOutcome, *, with_diff: bool) -> TargetReport:
    lines: list[str] = []
    number = len(outcome.plan.conflicts)
    if number and not outcome.dry_run:
        advice = "edit the marked lines, then git add them (or scaffold update --restore PATH)."
        lines.append(f"{number} file(s) with conflicts: {advice}")
    return plan_target(outcome, _headline(outcome), with_diff=with_diff, lines=lines)


def _headline(outcome: FileOutcome) -> str:
    target, version, before = outcome.target, outcome.version, outcome.version_before
    if version == before and not outcome.plan.writes:
        return f"{target} is up to date with template {version}."
    verb = "Changed" if version == before else "Updated"
    if outcome.dry_run:
        verb = "Would change" if version == before else "Would update"
    if version == before:
        return f"{verb} {target} (template {version}):"
    return f"{verb} {target} from template {before} to {version}:"
