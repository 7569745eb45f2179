"""`scaffold update`."""

from typing import Any, Final

import click

from issue_scaffold.cli import plan_output
from issue_scaffold.cli.options import (
    answers_file_option,
    answers_options,
    can_ask,
    diff_option,
    dry_run_option,
    plan_format_option,
    read_answers,
    tell_of_wait,
)
from issue_scaffold.cli.printing import say
from issue_scaffold.errors import ScaffoldError
from issue_scaffold.sync.outcome import FileOutcome
from issue_scaffold.sync.update import UpdateOptions, update
from issue_scaffold.template.renderer import open_renderer

_ALL: Final = "\0all"


@click.command("update", short_help="Merge a newer template version, or heal drifted files.")
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
    "--ask", is_flag=True, help="Ask all questions again, with the recorded answers as defaults."
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
    help="Bring drifted files back to the template's content: the named one (may be repeated), or without PATH all.",
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
@plan_format_option
def command(**values: Any) -> int:  # noqa: ANN401 - Click's values, declared above
    """Bring TARGET to the newest version of its template, keeping what was changed in it.

    With --restore alone, drifted files get back the content of the version that TARGET already has.
    """
    interactive = can_ask() and not values["defaults"] and values["format_"] == "text"
    if values["ask"] and not interactive:
        raise click.UsageError(
            "--ask needs a terminal; without one, change answers with -d KEY=VALUE"
        )
    options = UpdateOptions(
        target=values["target"],
        template=values["template"],
        ref=values["ref"],
        data=read_answers(values["data"], values["data_file"]),
        answers_file=values["answers_file"],
        ask=values["ask"],
        interactive=interactive,
        restore=tuple(path for path in values["restore"] if path != _ALL),
        restore_all=_ALL in values["restore"],
        on_conflict=values["on_conflict"],
        dry_run=values["dry_run"],
        on_wait=tell_of_wait,
    )
    with open_renderer() as renderer:
        try:
            outcome = update(options, renderer)
        except ScaffoldError as error:
            plan_output.show_failure(
                "update", values["target"], error, values["format_"], with_diff=values["diff"]
            )
            raise
    _show(outcome, values["format_"], with_diff=values["diff"])
    return outcome.exit_code


def _show(outcome: FileOutcome, format_: str, *, with_diff: bool) -> None:
    if format_ == "json":
        plan_output.show_json("update", outcome, with_diff=with_diff, exit_code=outcome.exit_code)
        return
    for note in outcome.notes:
        say(f"note: {note}", err=True)
    say(_headline(outcome))
    plan_output.show_plan(outcome.plan, with_diff=with_diff)
    if outcome.plan.conflicts and not outcome.dry_run:
        say(
            f"{len(outcome.plan.conflicts)} file(s) with conflicts: edit the marked lines, then git add them "
            "(or scaffold update --restore PATH)."
        )


def _headline(outcome: FileOutcome) -> str:
    if outcome.version == outcome.version_before:
        if not outcome.plan.writes:
            return f"{outcome.target} is up to date with template {outcome.version}."
        return f"{'Would change' if outcome.dry_run else 'Changed'} {outcome.target} (template {outcome.version}):"
    verb = "Would update" if outcome.dry_run else "Updated"
    return f"{verb} {outcome.target} from template {outcome.version_before} to {outcome.version}:"
