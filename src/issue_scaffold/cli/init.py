"""`scaffold init`."""

from pathlib import Path
from typing import Any, cast

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
from issue_scaffold.cli.printing import ask, say, style
from issue_scaffold.errors import ScaffoldError
from issue_scaffold.sync.drift import unified_diff
from issue_scaffold.sync.init import Decision, InitOptions, install
from issue_scaffold.sync.outcome import FileOutcome
from issue_scaffold.sync.plan import FileAction, FileStep
from issue_scaffold.template.renderer import open_renderer


@click.command("init", short_help="Install the template in a repository or folder.")
@click.argument("target", default=".")
@click.option(
    "-t",
    "--template",
    metavar="SOURCE",
    help="Path, git URL, gh:OWNER/NAME or gl:OWNER/NAME [default: the bundled template].",
)
@click.option("--ref", help="Tag, branch or commit of the template [default: its newest release].")
@answers_options
@click.option(
    "-l",
    "--defaults",
    is_flag=True,
    help="Ask nothing; take the defaults. So it is without a terminal.",
)
@answers_file_option
@click.option(
    "--on-conflict",
    type=click.Choice(["ask", "keep", "replace", "merge", "abort"]),
    help="What to do with files that exist and differ [default: ask on a terminal, else abort].",
)
@dry_run_option
@diff_option
@plan_format_option
def command(**values: Any) -> int:  # noqa: ANN401 - Click's values, declared above
    """Install the template in TARGET: a folder, a repository's root, or a path that doesn't exist yet."""
    interactive = can_ask() and not values["defaults"] and values["format_"] == "text"
    options = InitOptions(
        target=values["target"],
        template=values["template"],
        ref=values["ref"],
        data=read_answers(values["data"], values["data_file"]),
        answers_file=values["answers_file"],
        interactive=interactive,
        decide=_decider(values["on_conflict"]),
        dry_run=values["dry_run"],
        on_wait=tell_of_wait,
    )
    with open_renderer() as renderer:
        try:
            outcome = install(options, renderer)
        except ScaffoldError as error:
            plan_output.show_failure(
                "init", values["target"], error, values["format_"], with_diff=values["diff"]
            )
            raise
    _show(outcome, values["format_"], with_diff=values["diff"])
    return outcome.exit_code


class _Decider:
    """Decides about existing files: as the option says, or by asking."""

    def __init__(self, choice: str) -> None:
        self.choice = choice

    def __call__(self, step: FileStep) -> Decision:
        """Return the decision for one file."""
        match self.choice:
            case "keep" | "replace" | "merge" | "abort" as decision:
                return decision
            case _:
                return _ask(step)


def _decider(on_conflict: str | None) -> _Decider:
    if on_conflict == "ask" and not can_ask():
        raise click.UsageError("--on-conflict ask needs a terminal")
    return _Decider(on_conflict or ("ask" if can_ask() else "abort"))


def _ask(step: FileStep) -> Decision:
    say("", style(f"{step.path} exists and differs from the template's:", bold=True))
    plan_output.show_diff(unified_diff(step.path, step.before, step.theirs))
    return cast("Decision", ask("What to do?", ["keep", "replace", "merge", "abort"], "keep"))


def _show(outcome: FileOutcome, format_: str, *, with_diff: bool) -> None:
    if format_ == "json":
        plan_output.show_json("init", outcome, with_diff=with_diff, exit_code=outcome.exit_code)
        return
    if outcome.resumed:
        for note in outcome.notes:
            say(f"note: {note}", err=True)
        say(
            f"Completed an interrupted run: template {outcome.version} is installed in {outcome.target}."
        )
        return
    verb = "Would install" if outcome.dry_run else "Installed"
    say(f"{verb} template {outcome.version} in {Path(outcome.target)}:")
    plan_output.show_plan(outcome.plan, with_diff=with_diff)
    for note in outcome.notes:
        say(f"note: {note}", err=True)
    if not outcome.dry_run:
        say(_next_step(outcome))


def _next_step(outcome: FileOutcome) -> str:
    if outcome.plan.conflicts:
        return "Next: resolve the marked conflicts, git add the files, then scaffold check."
    kept = any(step.action is FileAction.KEPT for step in outcome.plan.steps)
    more = " scaffold check says how the kept files differ." if kept else ""
    return f"Next: commit these files; scaffold check tells when they drift, scaffold update brings new versions.{more}"
