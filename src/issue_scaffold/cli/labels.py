"""`scaffold labels`: plan, apply and export."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

import click

from issue_scaffold.cli.labels_progress import Progress, tell_wait
from issue_scaffold.cli.labels_report import (
    apply_report,
    as_yaml,
    failed_report,
    plan_report,
    result_row,
)
from issue_scaffold.cli.options import OutputTarget, can_ask, format_option
from issue_scaffold.cli.output.display import Display, write_report
from issue_scaffold.cli.output.text import row_lines, table_lines
from issue_scaffold.cli.printing import confirm, json_text, put, say, show_error
from issue_scaffold.cli.verbosity import tell
from issue_scaffold.errors import EXIT_FINDINGS, EXIT_OK, UsageError
from issue_scaffold.forge.remote import parse_repository
from issue_scaffold.label_sync.choice import InvalidConfigError
from issue_scaffold.label_sync.plan import Force, LabelPlan
from issue_scaffold.label_sync.run import (
    LabelOptions,
    LabelsReport,
    Session,
    StepResult,
    Surroundings,
    execute,
    export,
    export_document,
    make_plan,
    open_session,
    require_writable,
)
from issue_scaffold.report.report import ReportLayout
from issue_scaffold.writing.one_file import settle_file, write_file

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_NOTHING = "nothing was changed"
# No argument of a command can hold it, so no label is called so.
_EVERY_LABEL = "\0"
_REPO = click.option(
    "--repo",
    metavar="OWNER/NAME",
    help="Repository; HOST/OWNER/NAME or its address for another host. [default: the git remote's]",
)
_API_URL = click.option(
    "--api-url",
    metavar="URL",
    help="Address of the REST API. [default: GITHUB_API_URL, else by the host]",
)


def _plan_options(command: Decorated) -> Decorated:
    """Add the options that decide what a plan is."""
    options = (
        _REPO,
        click.option(
            "--file",
            "files",
            multiple=True,
            metavar="PATH",
            help="Labels config, of any known format. May be repeated: later ones win, "
            "label by label.",
        ),
        click.option(
            "--prune",
            is_flag=True,
            help="Delete labels that the config doesn't have, unless in use.",
        ),
        click.option(
            "--force-in-use",
            "forced",
            is_flag=False,
            flag_value=_EVERY_LABEL,
            multiple=True,
            metavar="[NAME]",
            help="With --prune: delete also this label that issues have, without a name all "
            "such labels. May be repeated.",
        ),
        click.option(
            "--protect",
            multiple=True,
            metavar="GLOB",
            help="With --prune: keep labels of such names. May be repeated.",
        ),
        _API_URL,
        format_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group("labels")
def command() -> None:
    """Bring a repository's labels on its forge in line with its labels config.

    Forges are GitHub, Gitea, Forgejo and GitLab. Nothing is deleted unless asked for. The token is
    taken from GH_TOKEN or GITHUB_TOKEN, GITEA_TOKEN, FORGEJO_TOKEN or GITLAB_TOKEN, or asked of gh,
    tea or glab.
    """


@command.command("plan", short_help="Show what apply would do.")
@_plan_options
@click.option(
    "--exit-zero", is_flag=True, help="Exit 0 although there is something to do; errors still fail."
)
def plan_command(
    *,
    repo: str | None,
    files: tuple[str, ...],
    prune: bool,
    forced: tuple[str, ...],
    protect: tuple[str, ...],
    api_url: str | None,
    exit_zero: bool,
    outputs: tuple[OutputTarget, ...],
) -> int:
    """Show what would have to be done to the labels, and change nothing.

    Exits 1 if there is something to do.
    """
    options = _options(repo, api_url, files, protect, forced, prune=prune)
    display = Display("labels-plan", ReportLayout(), outputs)
    try:
        session, plan = _planned(options, display, Progress())
    except InvalidConfigError as error:
        return _show_invalid(error, outputs)
    report = _report("plan", session, plan)
    if plan.writes:
        with _telling(_NOTHING), display.failures_of(report.repository):
            report = replace(report, is_archived=session.api.is_archived())
    code = report.exit_code
    if exit_zero and code == EXIT_FINDINGS:
        code = EXIT_OK
    return display.one(plan_report(report, code))


@command.command("apply", short_help="Show the plan, ask, and do it.")
@_plan_options
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
def apply_command(
    *,
    repo: str | None,
    files: tuple[str, ...],
    prune: bool,
    forced: tuple[str, ...],
    protect: tuple[str, ...],
    api_url: str | None,
    yes: bool,
    outputs: tuple[OutputTarget, ...],
) -> int:
    """Show the plan, ask, do each of its steps, and read the labels again to see what is left."""
    options = _options(repo, api_url, files, protect, forced, prune=prune)
    if not yes and not can_ask():
        raise click.UsageError(
            "apply asks before it changes anything; without a terminal, add --yes"
        )
    display = Display("labels-apply", ReportLayout(), outputs)
    progress = Progress()
    try:
        session, plan = _planned(options, display, progress)
    except InvalidConfigError as error:
        return _show_invalid(error, outputs)
    if display.tells_progress or not yes:
        (table,) = plan_report(_report("apply", session, plan), EXIT_OK).tables
        say(*table_lines(table), err=not display.shows_text)
    if plan.writes and not yes and not _agreed(session, display):
        return EXIT_FINDINGS
    report = _report("apply", session, plan)
    with display.failures_of(report.repository, partial(failed_report, report)):
        report = replace(
            report, results=_run(session, plan, progress, shows_text=display.tells_progress)
        )
    with display.failures_of(report.repository, partial(failed_report, report)):
        report = replace(report, verified=_verified(session, plan, len(report.results)))
    return display.end_of(apply_report(report))


def _agreed(session: Session, display: Display) -> bool:
    """Return whether the plan is to be done. Raises AccessError if nobody can do it."""
    with _telling(_NOTHING), display.failures_of(str(session.api.repository)):
        require_writable(session)
    if confirm("Do it?"):
        return True
    say(_NOTHING, err=True)
    return False


def _planned(
    options: LabelOptions, display: Display, progress: Progress
) -> tuple[Session, LabelPlan]:
    """Return the session and the plan. A config with errors is no failure, but has findings."""
    invalid: InvalidConfigError | None = None
    with _telling(_NOTHING), display.failures_of(_target(options.repo)):
        try:
            session = open_session(options, Surroundings(on_wait=progress.wait))
            plan = make_plan(session)
        except InvalidConfigError as error:
            invalid = error
        else:
            for name in options.force.idle(plan):
                say(f"--force-in-use {name}: the plan deletes no label of this name", err=True)
            return session, plan
    raise invalid


def _target(repo: str | None) -> str:
    """Return what a report of a failure is about, without the credentials of an address."""
    if repo is None:
        return "."
    found = parse_repository(repo)
    return repo.rpartition("@")[2] if found is None else str(found)


def _verified(session: Session, plan: LabelPlan, tried: int) -> LabelPlan:
    """Return what a fresh read leaves to do."""
    if not plan.writes:
        return plan
    told = (
        f"all {tried} steps were tried; what came of it wasn't read again: run scaffold labels plan"
    )
    with _telling(told):
        return make_plan(session)


@contextmanager
def _telling(text: str) -> Iterator[None]:
    """Say how far it has come when the user stops what goes on here."""
    try:
        yield
    except KeyboardInterrupt:
        say(text, err=True)
        raise


def _run(
    session: Session, plan: LabelPlan, progress: Progress, *, shows_text: bool
) -> tuple[StepResult, ...]:
    """Execute a plan, and say on the way what has been done."""
    results: list[StepResult] = []
    progress.start(plan.writes, session.api.seconds_for)
    try:
        for result in execute(session, plan, progress.move):
            progress.clear()
            results.append(result)
            if shows_text:
                say(*row_lines(result_row(result, session.files[0])))
            progress.show(len(results))
    except KeyboardInterrupt:
        progress.clear()
        say(f"{progress.told}; running the same command again does the rest", err=True)
        raise
    progress.clear()
    return tuple(results)


def _options(
    repo: str | None,
    api_url: str | None,
    files: tuple[str, ...],
    protect: tuple[str, ...],
    forced: tuple[str, ...],
    *,
    prune: bool,
) -> LabelOptions:
    if forced and not prune:
        raise click.UsageError("--force-in-use means something only with --prune")
    return LabelOptions(
        repo=repo,
        api_url=api_url,
        files=files,
        prune=prune,
        force=Force(
            everything=_EVERY_LABEL in forced,
            names=frozenset(name for name in forced if name != _EVERY_LABEL),
        ),
        protect=protect,
        folder=Path.cwd(),
    )


def _report(name: str, session: Session, plan: LabelPlan) -> LabelsReport:
    return LabelsReport(
        command=name,
        repository=str(session.api.repository),
        files=session.files,
        plan=plan,
    )


def _show_invalid(error: InvalidConfigError, outputs: tuple[OutputTarget, ...]) -> int:
    if error.report is not None:
        write_report(error.report, outputs)
    show_error(error.message, None)
    return error.exit_code


@command.command("export", short_help="Write the labels that there are as a labels config.")
@_REPO
@_API_URL
@click.option(
    "--format",
    "format_",
    type=click.Choice(["yaml", "json"]),
    help="How to write it. [default: json for a file called so, else yaml]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write [default: standard output].",
)
@click.option("-y", "--yes", is_flag=True, help="Overwrite the file if it exists.")
def export_command(
    *,
    repo: str | None,
    api_url: str | None,
    format_: Literal["yaml", "json"] | None,
    output: Path | None,
    yes: bool,
) -> int:
    """Write the labels that a repository has on its forge as a labels config."""
    if output is not None and settle_file(output):
        tell("note: an interrupted run was completed")
        return EXIT_OK
    suffix = "" if output is None else _suffix_of_new(output, overwrites=yes)
    options = LabelOptions(repo=repo, api_url=api_url, folder=Path.cwd())
    with _telling(_NOTHING):
        document = export_document(export(options, Surroundings(on_wait=tell_wait)))
    text = as_yaml(document)
    if (format_ or suffix) in {"json", ".json"}:
        text = json_text(document, is_product=True)
    if output is None:
        put(text)
    else:
        write_file(output, text)
    return EXIT_OK


def _suffix_of_new(output: Path, *, overwrites: bool) -> str:
    """Return how a file that is to be written ends. Raises UsageError for one that mustn't be."""
    if output.exists() and not overwrites:
        raise UsageError(f"{output} exists", hint="add --yes to overwrite it")
    suffix = output.suffix.lower()
    if suffix == ".toml":
        raise UsageError(f"{output} is to be TOML", hint="give it the ending .yml or .json")
    return suffix
