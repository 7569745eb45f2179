"""`scaffold init`."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final, Literal

import click

from issue_scaffold.cli.asking import ask_question, choose, pick, tell
from issue_scaffold.cli.file_question import decide_on_files
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
from issue_scaffold.cli.plan_question import adds_labels, confirm_plan
from issue_scaffold.cli.plan_report import plan_target, refused_plan
from issue_scaffold.cli.printing import read_line, say, style
from issue_scaffold.report.report import PLANNED, TargetReport
from issue_scaffold.sync.init import Decider, InitOptions, install, repository_around
from issue_scaffold.sync.outcome import FileOutcome
from issue_scaffold.sync.plan import FileAction
from issue_scaffold.template.interview import AskedChoice
from issue_scaffold.template.renderer import open_renderer

_NEITHER: Final = "leave all"
Choice = Literal["ask", "keep", "replace", "merge", "abort"]


@click.command("init")
@click.argument("target", default=".")
@click.option(
    "-t",
    "--template",
    metavar="SOURCE",
    help="Path, git URL, gh:OWNER/NAME, gl:OWNER/NAME or bundled [default: bundled].",
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
@click.option(
    "--here", is_flag=True, help="Install in TARGET though it lies below a repository's root."
)
@dry_run_option
@diff_option
@format_option
def command(
    *,
    target: str,
    template: str | None,
    ref: str | None,
    data: tuple[str, ...],
    data_file: Path | None,
    defaults: bool,
    answers_file: str | None,
    on_conflict: Choice | None,
    here: bool,
    dry_run: bool,
    diff: bool,
    outputs: tuple[OutputTarget, ...],
) -> int:
    """Install the template in TARGET: a folder, a repository's root, or a new path."""
    display = Display("init", PLANNED, outputs)
    interactive = can_ask() and display.shows_text and not defaults
    if interactive and not here:
        target, here = _choose_folder(target)
    given = read_answers(data, data_file)
    options = InitOptions(
        target=target,
        template=template,
        ref=ref,
        data=given.data,
        changes=given.changes,
        answers_file=answers_file,
        ask=ask_question if interactive else None,
        confirm=confirm_plan,
        decide=_decider(_settled(on_conflict)),
        replaces_labels=on_conflict == "replace",
        dry_run=dry_run,
        here=here,
        choose_config=_choose_config if can_ask() and not defaults else lambda _: None,
        adds_labels=adds_labels if interactive else None,
        on_wait=tell_of_wait,
    )
    refused = partial(refused_plan, with_diff=diff)
    with open_renderer() as renderer, display.failures_of(target, refused):
        outcome = install(options, renderer)
    return display.one(_target(outcome, with_diff=diff))


def _decider(choice: Choice | None) -> Decider:
    """Return what decides about existing files: as the option says, or a person; None leaves it."""
    if choice == "ask":
        return decide_on_files
    return lambda steps: dict.fromkeys([step.path for step in steps], choice)


def _choose_folder(target: str) -> tuple[str, bool]:
    """Return the folder to install in, and whether it may lie below a repository's root.

    A person answers where that is in question. Raises UsageError for what is no folder.
    """
    top = repository_around(target)
    if top is None:
        return target, False
    say("", style(f"{target} lies in the repository {top}.", bold=True))
    tell("Forges look for issue templates only at a repository's root.")
    if choose("Install where?", {"root": "[r]oot", "here": "[h]ere"}) == "here":
        return target, True
    return os.path.relpath(top), False


def _choose_config(paths: Sequence[str]) -> str | None:
    """Return which of several labels configs counts, as a person answers; None for "neither"."""
    say("", style("There are several labels configs; label tools read one of them.", bold=True))
    offered = [AskedChoice(path, path) for path in (*paths, _NEITHER)]
    for number, choice in enumerate(offered, 1):
        tell(choice.title, indent=f"  {number}  ", further="     ")
    while True:
        typed = read_line(f"Which one counts? [{_NEITHER}]").strip()
        if not typed:
            return None
        try:
            chosen = offered[pick(offered, typed)].title
        except ValueError as error:
            tell(str(error))
        else:
            return None if chosen == _NEITHER else chosen


def _settled(on_conflict: Choice | None) -> Choice | None:
    if can_ask():
        return on_conflict or "ask"
    if on_conflict == "ask":
        raise click.UsageError("--on-conflict ask needs a terminal")
    return on_conflict


def _target(outcome: FileOutcome, *, with_diff: bool) -> TargetReport:
    version, target = outcome.version, outcome.target
    if outcome.resumed:
        headline = f"Completed an interrupted run: template {version} is installed in {target}."
        return plan_target(outcome, headline, with_diff=with_diff)
    where = f"template {version} in {Path(target)}:"
    if outcome.dry_run:
        return plan_target(outcome, f"Would install {where}", with_diff=with_diff)
    lines = [_next_step(outcome)]
    return plan_target(outcome, f"Installed {where}", with_diff=with_diff, lines=lines)


def _next_step(outcome: FileOutcome) -> str:
    if outcome.plan.conflicts:
        return "Next: resolve the marked conflicts, git add the files, then scaffold check."
    step = (
        "Next: commit these files; scaffold check tells when they drift, "
        "scaffold update brings new versions."
    )
    if any(step.action is FileAction.KEPT for step in outcome.plan.steps):
        step += " scaffold check shows what was kept."
    return step
