"""`scaffold update`."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, Literal

import click

from issue_scaffold.cli.asking import ask_question
from issue_scaffold.cli.crash import keep_crash
from issue_scaffold.cli.options import (
    OutputTarget,
    answers_file_option,
    answers_options,
    can_ask,
    diff_option,
    dry_run_option,
    format_option,
    read_answers,
    read_targets,
    targets_options,
    tell_of_wait,
)
from issue_scaffold.cli.output.display import Display
from issue_scaffold.cli.plan_report import plan_target, refused_plan
from issue_scaffold.cli.printing import confirm, say
from issue_scaffold.errors import ScaffoldError
from issue_scaffold.report.report import PLANNED, TargetReport, failed_target
from issue_scaffold.sync.drift import Remedy
from issue_scaffold.sync.interview import Asker
from issue_scaffold.sync.outcome import FileOutcome
from issue_scaffold.sync.plan import FileAction, FileStep
from issue_scaffold.sync.update import UpdateOptions, update
from issue_scaffold.template.renderer import open_renderer
from issue_scaffold.template.source_text import title_of
from issue_scaffold.text.wording import count

_ALL: Final = "\0all"
_WORDS: Final = {
    FileAction.NEW: "new",
    FileAction.CLEAN: "updated",
    FileAction.MERGE: "merged with yours",
    FileAction.CONFLICT: "in conflict",
    FileAction.DELETE: "deleted",
}


@click.command("update")
@targets_options
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many targets to work on at the same time.",
)
@click.option(
    "--ref", help="Tag, branch or commit to go to, an older one too [default: the newest release]."
)
@click.option(
    "-t",
    "--template",
    metavar="SOURCE",
    help="Move to another template, or back to the bundled one (bundled); answers that both know "
    "are kept.",
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
@click.option(
    "--force", is_flag=True, help="Restore files with uncommitted edits too, and don't ask."
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
    targets: tuple[str, ...],
    list_file: BinaryIO | None,
    ends_with_nul: bool,
    jobs: int,
    ref: str | None,
    template: str | None,
    data: tuple[str, ...],
    data_file: Path | None,
    ask_again: bool,
    defaults: bool,
    restore: tuple[str, ...],
    force: bool,
    answers_file: str | None,
    on_conflict: Literal["inline", "abort"],
    dry_run: bool,
    diff: bool,
    outputs: tuple[OutputTarget, ...],
) -> int:
    """Bring each TARGET (default: .) to its template's newest version, keeping what was changed.

    With --restore alone, drifted files get back the content of the version that TARGET already has.
    A single TARGET may be a folder below the one that is set up; of several nothing is asked.
    """
    chosen = read_targets(targets, list_file, ends_with_nul=ends_with_nul)
    several = len(chosen.paths) > 1
    display = Display("update", PLANNED, outputs, several=several)
    interactive = chosen.is_one and can_ask() and display.shows_text and not defaults
    if ask_again and not interactive:
        raise click.UsageError(
            "--ask needs a terminal and one target; else change answers with -d KEY=VALUE"
        )
    given = read_answers(data, data_file)
    options = UpdateOptions(
        target=chosen.paths[0],
        template=template,
        ref=ref,
        data=given.data,
        changes=given.changes,
        answers_file=answers_file,
        ask_again=ask_again,
        ask=_asker(is_there=interactive),
        restore=tuple(path for path in restore if path != _ALL),
        restore_all=_ALL in restore,
        force=force,
        confirm=_confirmation(interactive=interactive, dry_run=dry_run),
        on_conflict=on_conflict,
        dry_run=dry_run,
        looks_above=chosen.is_one,
        on_wait=tell_of_wait,
    )
    refused = partial(refused_plan, with_diff=diff, is_brief=several)
    if several:
        from issue_scaffold.sync.update_many import update_each

        with (
            open_renderer() as renderer,
            closing(update_each(chosen.paths, options, renderer, jobs=jobs)) as attempts,
        ):
            report = display.all_of(_rows(attempts, refused, with_diff=diff))
        if display.shows_text and not dry_run:
            say(*_way_back_of_one(report.targets))
        return report.exit_code
    with open_renderer() as renderer, display.failures_of(options.target, refused):
        outcome = update(options, renderer)
    return display.one(_target(outcome, with_diff=diff))


def _rows(
    attempts: Iterable[tuple[str, FileOutcome | Exception]],
    refused: Callable[[str, ScaffoldError], TargetReport],
    *,
    with_diff: bool,
) -> Iterator[TargetReport]:
    """Yield the row of each target, whatever came of it."""
    for text, attempt in attempts:
        match attempt:
            case FileOutcome():
                headline = _headline(attempt)
                if attempt.plan.writes:
                    headline = f"{headline.removesuffix(':')}: {_tally(attempt)}"
                yield plan_target(attempt, headline, with_diff=with_diff, is_brief=True)
            case ScaffoldError():
                yield refused(text, attempt)
            case _:
                yield failed_target(text, attempt, keep_crash)


def _way_back_of_one(rows: Iterable[TargetReport]) -> list[str]:
    """Return how to take back what was done to one of several targets, if anything was."""
    if not any(row.status in {"changed", "conflicts"} for row in rows):
        return []
    return ["To take one back: scaffold undo TARGET"]


def _tally(outcome: FileOutcome) -> str:
    said = count(len(outcome.plan.writes), "file")
    if outcome.plan.conflicts:
        said += f", {count(len(outcome.plan.conflicts), 'conflict')}"
    return said


def _confirmation(*, interactive: bool, dry_run: bool) -> Callable[[Sequence[str]], bool]:
    """Return who says whether edits may be overwritten that no commit has."""
    if not interactive:
        return lambda _: False
    if dry_run:
        return lambda _: True  # who would be asked then
    return _may_overwrite


def _may_overwrite(paths: Sequence[str]) -> bool:
    lines = [f"  {path}" for path in paths]
    say("These files have edits that are not committed:", *lines, err=True)
    return confirm("Overwrite them? (scaffold undo brings them back)")


def _target(outcome: FileOutcome, *, with_diff: bool) -> TargetReport:
    lines = [step] if (step := _next_step(outcome)) else []
    headline, tally = _headline(outcome), _counts(outcome)
    return plan_target(outcome, headline, with_diff=with_diff, tally=tally, lines=lines)


def _next_step(outcome: FileOutcome) -> str:
    """Return what is left to do; empty where that is nothing."""
    if not _touched(outcome):
        return ""
    if outcome.dry_run:
        return "Next: the same without --dry-run; --diff shows what would change in the files."
    if outcome.plan.conflicts:
        return (
            "Next: edit the marked lines, then git add them "
            f"(or {Remedy(outcome.target).update_command} --restore PATH); commit."
        )
    return "Next: look at the changes (git diff), and commit them."


def _touched(outcome: FileOutcome) -> tuple[FileStep, ...]:
    """Return the steps that change a file, or leave its two sides to a person."""
    steps = outcome.plan.steps
    return tuple(one for one in steps if one.writes or one.action is FileAction.CONFLICT)


def _counts(outcome: FileOutcome) -> str:
    """Return how many files change, and how; empty where none does."""
    numbers = Counter(step.action for step in _touched(outcome))
    if not numbers:
        return ""
    verb = "would change" if outcome.dry_run else "changed"
    words = (f"{numbers[action]} {word}" for action, word in _WORDS.items() if numbers[action])
    return f"{count(numbers.total(), 'file')} {verb}: {', '.join(words)}."


def _headline(outcome: FileOutcome) -> str:
    target, version, before = outcome.target, outcome.version, outcome.version_before
    if outcome.source_before is not None:
        verb = "Would move" if outcome.dry_run else "Moved"
        old = f"{title_of(outcome.source_before)} {before}"
        return f"{verb} {target} from {old} to {title_of(outcome.source)} {version}:"
    if version == before and not outcome.plan.writes:
        return f"{target} is up to date with template {version}."
    verb = "Changed" if version == before else "Updated"
    if outcome.dry_run:
        verb = "Would change" if version == before else "Would update"
    if version == before:
        return f"{verb} {target} (template {version}):"
    return f"{verb} {target} from template {before} to {version}:"


def _asker(*, is_there: bool) -> Asker | None:
    """Return who asks the person that is there."""
    return ask_question if is_there else None
