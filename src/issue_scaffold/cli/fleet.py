"""`scaffold fleet`: one command for many repositories, and what a run came to."""

import math
import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, TypeVar

import click

from issue_scaffold.cli.fleet_apply import (
    API_URL_OPTION,
    BRANCH_OPTION,
    apply_command,
    apply_options,
    apply_run,
    close_command,
    hosts_for,
    planning_outputs,
    status_lines,
)
from issue_scaffold.cli.fleet_config import config_options, given_config, with_sources
from issue_scaffold.cli.fleet_report import (
    EarlierReport,
    FleetReport,
    end_lines,
    row_line,
)
from issue_scaffold.cli.fleet_selection import REMOTE_OPTIONS, RemoteOptions, given_filters
from issue_scaffold.cli.fleet_show import FORMAT_OPTION, TABLE, RunShow, write_report
from issue_scaffold.cli.fleet_work import (
    FleetWork,
    new_work,
    owners_work,
    remembered_owners,
    resumed_work,
)
from issue_scaffold.cli.options import (
    OutputTarget,
    answers_file_option,
    answers_options,
    dry_run_option,
    read_answers,
    read_targets,
    read_value,
    with_options,
)
from issue_scaffold.cli.printing import say
from issue_scaffold.cli.verbosity import tell
from issue_scaffold.errors import (
    EXIT_RESUMABLE,
    UsageError,
)
from issue_scaffold.fleet import run_folder
from issue_scaffold.fleet.config import FleetConfig
from issue_scaffold.fleet.config_keys import MOST_JOBS
from issue_scaffold.fleet.engine import Engine
from issue_scaffold.fleet.job import FleetJob, Verb
from issue_scaffold.fleet.outcome import FleetOutcome, Status, Tally
from issue_scaffold.fleet.remote import FleetRepository
from issue_scaffold.fleet.run import (
    EarlyEnd,
    FleetRun,
    MaxFailures,
    parse_bytes,
    parse_duration,
    parse_max_failures,
)
from issue_scaffold.fleet.selection import (
    NothingSelectedError,
    RunPart,
    SelectOptions,
    Shard,
    nothing_selected,
    parse_shard,
    select,
    shard_of_environment,
)
from issue_scaffold.state.user_folders import fleet_folder

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_LATEST: Final = "latest"
_OPTIONS: Final = (
    click.argument("targets", nargs=-1, metavar="[PATH|URL]…"),
    click.option(
        "--from",
        "list_file",
        type=click.File("rb"),
        metavar="FILE|-",
        help="Take the repositories from a file, or from standard input (-): one a line.",
    ),
    click.option(
        "-0", "ends_with_nul", is_flag=True, help="With --from: each ends with a NUL, not a line."
    ),
    *REMOTE_OPTIONS,
    click.option("--match", metavar="REGEX", help="Only repositories with this in their name."),
    click.option("--exclude", metavar="REGEX", help="No repository with this in its name."),
    click.option(
        "--shard",
        metavar="I/N",
        help="Only part I of N, from 1. [default: what the CI or batch system says]",
    ),
    click.option(
        "--limit", type=click.IntRange(1), metavar="N", help="Only the first N repositories."
    ),
    click.option(
        "--sample",
        type=click.IntRange(1),
        metavar="N",
        help="Only N repositories, the same ones each time.",
    ),
    click.option(
        "--only",
        metavar="STATUS",
        type=click.Choice([str(status) for status in Status]),
        help="Only those that the last run of this command left so, say failed.",
    ),
    click.option(
        "--resume",
        is_flag=False,
        flag_value=_LATEST,
        metavar="[RUN]",
        help="Go on with a run that has ended early [default: the last one].",
    ),
    click.option(
        "--allow-empty", is_flag=True, help="Exit 0 when there is no repository to look at."
    ),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(1, MOST_JOBS),
        help="How many repositories to work on at the same time. [default: one a processor]",
    ),
    click.option(
        "--timeout",
        default="60s",
        show_default=True,
        metavar="TIME",
        help="How long one repository may take.",
    ),
    click.option(
        "--memory",
        default="1G",
        show_default=True,
        metavar="SIZE",
        help="How much memory one worker may use, where the system can limit it.",
    ),
    click.option(
        "--max-failures",
        metavar="N|P%",
        help="Stop as soon as N repositories have failed, or P percent of all.",
    ),
    click.option(
        "--until",
        metavar="TIME",
        help="End after this time, say 8s or 5h30m, with exit code 75: resume it later.",
    ),
    click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="Let the workers of a Dask cluster do it, say tcp://host:8786. Needs the extra dask.",
    ),
    FORMAT_OPTION,
)


class RunLimits(NamedTuple):
    """When a run ends early, by the monotonic clock and by failures; what a repository may take."""

    until: float
    max_failures: MaxFailures | None
    seconds: float
    memory: int


class RunOptions(NamedTuple):
    """What the user asked of a run, whatever is done with each repository."""

    remote: RemoteOptions
    targets: tuple[str, ...]
    list_file: BinaryIO | None
    ends_with_nul: bool
    match: str | None
    exclude: str | None
    shard: str | None
    limit: int | None
    sample: int | None
    only: str | None
    resume: str | None
    allow_empty: bool
    jobs: int | None
    timeout: str
    memory: str
    max_failures: str | None
    until: str | None
    scheduler: str | None
    outputs: tuple[OutputTarget, ...]
    config: FleetConfig

    @property
    def limits(self) -> RunLimits:
        """What these options limit from now on. Raises UsageError for one that says nothing."""
        until, max_failures = math.inf, None
        if self.until is not None:
            until = time.monotonic() + read_value("--until", parse_duration, self.until)
        if self.max_failures is not None:
            max_failures = read_value("--max-failures", parse_max_failures, self.max_failures)
        return RunLimits(
            until,
            max_failures,
            read_value("--timeout", parse_duration, self.timeout),
            read_value("--memory", parse_bytes, self.memory),
        )


def _run_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options that every run has; the command gets them as one value."""

    def collected(**given: Any) -> int:  # noqa: ANN401 - as Click gives them
        given = with_sources(given) | {"config": given_config()}
        remote = RemoteOptions(**{name: given.pop(name) for name in RemoteOptions._fields})
        names = [name for name in RunOptions._fields if name != "remote"]
        options = RunOptions(remote, **{name: given.pop(name) for name in names})
        return command(options, **given)

    return with_options(command, collected, (*_OPTIONS, config_options))


@click.group("fleet")
def command() -> None:
    """Do one thing with many repositories, here and on hosts, each on its own.

    A repository that fails, hangs or needs too much memory costs the others nothing. What is done
    is kept, so that a run can be gone on with (--resume) and shown again (fleet report).
    """


command.add_command(apply_command)
command.add_command(close_command)


@command.command("check")
@_run_options
@answers_file_option
@click.option("--offline", is_flag=True, help="Ask no network whether a newer version is out.")
def check_command(options: RunOptions, *, answers_file: str | None, offline: bool) -> int:
    """Say of each repository whether it still holds what its template makes of its answers.

    PATH is a repository's folder, a folder of repositories, or a glob; URL the address of one on a
    host, which is looked at with git alone, and never written to.
    """
    return _run(options, FleetJob(verb=Verb.CHECK, answers_file=answers_file, offline=offline))


@command.command("update")
@_run_options
@click.option(
    "-t", "--template", metavar="SOURCE", help="Move to another template, or back to the bundled."
)
@click.option("--ref", help="Tag, branch or commit to go to. [default: the newest release]")
@answers_options
@answers_file_option
@click.option(
    "--on-conflict",
    type=click.Choice(["inline", "abort"]),
    default="abort",
    show_default=True,
    help="Mark conflicts in the files, or leave such a repository as it is.",
)
@dry_run_option
@apply_options
def update_command(
    options: RunOptions,
    *,
    template: str | None,
    ref: str | None,
    data: tuple[str, ...],
    data_file: Path | None,
    answers_file: str | None,
    on_conflict: str,
    dry_run: bool,
    applies: bool,
    yes: bool,
) -> int:
    """Bring each repository to its template's newest version, keeping what was changed."""
    given = read_answers(data, data_file)
    if given.changes:
        raise click.UsageError("KEY+=ITEM and KEY-=ITEM are for one repository: scaffold update")
    job = FleetJob(
        verb=Verb.UPDATE,
        answers_file=answers_file,
        template=template,
        ref=ref,
        data=given.data,
        dry_run=dry_run,
        aborts=on_conflict == "abort",
    )
    return _run(options, job, applies=applies, is_agreed=yes)


@command.command("init")
@_run_options
@click.option(
    "-t",
    "--template",
    metavar="SOURCE",
    help="Path, git URL, gh:OWNER/NAME, gl:OWNER/NAME or bundled [default: bundled].",
)
@click.option("--ref", help="Tag, branch or commit of the template [default: its newest release].")
@answers_options
@answers_file_option
@dry_run_option
@apply_options
def init_command(
    options: RunOptions,
    *,
    template: str | None,
    ref: str | None,
    data: tuple[str, ...],
    data_file: Path | None,
    answers_file: str | None,
    dry_run: bool,
    applies: bool,
    yes: bool,
) -> int:
    """Install the template in each repository that doesn't have it yet.

    One whose own files are in the way is left as it is.
    """
    job = FleetJob(
        verb=Verb.INIT,
        answers_file=answers_file,
        template=template,
        ref=ref,
        data=read_answers(data, data_file).data,
        dry_run=dry_run,
        aborts=True,
    )
    return _run(options, job, applies=applies, is_agreed=yes)


@command.command("validate")
@_run_options
def validate_command(options: RunOptions) -> int:
    """Check the issue forms, templates, choosers and labels configs of each repository."""
    return _run(options, FleetJob(verb=Verb.VALIDATE))


@command.command("labels")
@_run_options
def labels_command(options: RunOptions) -> int:
    """Compare the labels of each repository's forge with its labels config; needs the network."""
    return _run(options, FleetJob(verb=Verb.LABELS))


@command.command("report")
@click.argument("runs", nargs=-1, metavar="[RUN|FILE]…")
@click.option(
    "--history",
    multiple=True,
    metavar="RUN|FILE",
    help="An earlier run or report, for the counts over time in html. May be repeated.",
)
@FORMAT_OPTION
def report_command(
    *, runs: tuple[str, ...], history: tuple[str, ...], outputs: tuple[OutputTarget, ...]
) -> int:
    """Show runs again, merged: a run, its folder, or a file of jsonl or json (default: the last).

    Of a repository in several of them the last one counts. Exits as one run over all of them would
    have, and with 75 while one of them has not ended.
    """
    report = _merged(list(map(_place_of, runs or ("",))))
    report = report._replace(earlier=[_earlier(_place_of(name)) for name in history])
    for output in outputs:
        if output == TABLE:
            rows = [row for row in report.outcomes if row.status is not Status.FAILED]
            say(*map(row_line, rows), *end_lines(report))
        else:
            write_report(report, output)
    for name in report.unended:
        tell(f"note: {name} has not ended: its other repositories are not in this report")
    return report.exit_code


def _merged(places: Sequence[Path]) -> FleetReport:
    """Return what several runs came to together; they began when the first of them did."""
    found: dict[str, FleetOutcome] = {}
    remainders: dict[str, run_folder.Remainder] = {}
    for place in places:
        found |= run_folder.outcomes_of(place)
        for name, left in run_folder.remainders_of(place).items():
            if name not in remainders or not remainders[name].is_over:
                remainders[name] = left
    tally = Tally()
    tally.add_all(found.values())
    began = min(filter(None, map(run_folder.started_of, places)), default=None)
    unended = [name for name, left in remainders.items() if not left.is_over]
    return FleetReport(
        "fleet report",
        EXIT_RESUMABLE if unended else tally.exit_code,
        tally,
        list(found.values()),
        sum(left.number for left in remainders.values()),
        began=began,
        is_listed=all(left.is_listed for left in remainders.values()),
        unended=unended,
    )


def _earlier(place: Path) -> EarlierReport:
    report = _merged([place])
    return EarlierReport(place.name, report.began, report.tally)


@command.command("status")
@click.argument("run", required=False, default="", metavar="[RUN]")
@click.option("--offline", is_flag=True, help="Ask no host what has become of pull requests.")
@BRANCH_OPTION
@API_URL_OPTION
def status_command(*, run: str, offline: bool, branch: str, api_url: str | None) -> int:
    """Say how far a run is (default: the last one), and how to go on with it.

    What was planned is listed with its pull request, as that is now: planned, open, draft, edited
    by people, merged or closed.
    """
    place = run_folder.find_run(fleet_folder(), run)
    options = run_folder.options_of(place)
    outcomes = run_folder.outcomes_of(place)
    tally = Tally()
    tally.add_all(outcomes.values())
    (left,) = run_folder.remainders_of(place).values()
    code = tally.exit_code if left.is_listed and not left.number else EXIT_RESUMABLE
    verb = str(options.get("command", "fleet check"))
    report = FleetReport(
        verb, code, tally, [], left.number, run=place.name, is_listed=left.is_listed
    )
    hosts = None if offline else hosts_for(api_url)
    pulls = status_lines(place, branch, hosts)
    say(f"{place.name}: scaffold {verb}", *pulls, *end_lines(report))
    return code


def _place_of(name: str) -> Path:
    if name and Path(name).is_file():
        return Path(name)
    return run_folder.find_run(fleet_folder(), name)


class _Ended(NamedTuple):
    """A run that has ended: its exit code, and its folder."""

    code: int
    place: Path


def _run(
    options: RunOptions, job: FleetJob, *, applies: bool = False, is_agreed: bool = False
) -> int:
    """Do a job, and write what it plans for repositories on hosts; return the exit code."""
    if not applies:
        return _end_of(options, job).code
    if job.dry_run:
        raise click.UsageError("--apply and --dry-run exclude each other")
    ended = _end_of(options._replace(outputs=planning_outputs(options.outputs)), job)
    if ended.code == EXIT_RESUMABLE:
        return ended.code
    defaults = options.config.options
    return apply_run(ended.place, options.outputs, defaults, is_agreed=is_agreed)


def _end_of(options: RunOptions, job: FleetJob) -> _Ended:
    """Do a job with the repositories that were asked for.

    What the options say is read before anything is begun.
    """
    limits = options.limits
    _refuse_idle_filters(options)
    with ExitStack() as opened:
        work = _work(options, job, opened, limits.until)
        with work.journal as journal:
            run = _fleet_run(options, work, limits)
            tally = Tally()
            tally.add_all(work.done.values())
            show = RunShow(f"fleet {job.verb}", options.outputs, tally, journal.place.name)
            show.count_requests = lambda: run.requests
            code = show.all_of(run)
            if run.stopped is EarlyEnd.FAILURES:
                journal.note_end()
            return _Ended(code, journal.place)


def _work(options: RunOptions, job: FleetJob, opened: ExitStack, until: float) -> FleetWork:
    if options.resume is not None:
        return resumed_work(_resumed(options, job.verb), opened, until)
    job = replace(job, rollout=options.config.rollout)
    remote = _owners(options, job.verb)
    if not remote.owners:
        named = job.rollout.in_order(_selected(options, job.verb))
        _refuse_writes_far_away(options, job, named)
        return new_work(job, named)
    only = _left_so(options, job.verb)
    names = _chosen(options, None if only is None else frozenset(only))
    part = RunPart(names, _shard(options))
    beside = _beside(options, part)
    _refuse_writes_far_away(options, job, beside)
    try:
        return owners_work(remote, job, part, beside, opened, until)
    except NothingSelectedError:
        if not options.allow_empty:
            raise
    return new_work(job, ())


def _owners(options: RunOptions, verb: Verb) -> RemoteOptions:
    """Return whose repositories are meant: with `--only` alone, those of the last run."""
    is_named = options.targets or options.list_file is not None or options.remote.owners
    if options.only is None or is_named:
        return options.remote
    return remembered_owners(_run_of("", verb))


def _refuse_idle_filters(options: RunOptions) -> None:
    """Raise UsageError for what chooses among owners' repositories where none are meant.

    What a file says of them is for the runs that are about them.
    """
    options.remote.conditions  # noqa: B018 - says what is wrong with them
    if options.remote.owners or options.resume is not None or options.only is not None:
        return
    for parameter in given_filters():
        raise click.UsageError(
            f"{parameter} chooses among the repositories of --org, --user and --group: "
            "name one of these, or choose by --match and --exclude"
        )


def _beside(options: RunOptions, part: RunPart) -> list[FleetRepository]:
    """Return what is named beside owners, as far as it is in this part."""
    if not options.targets and options.list_file is None:
        return []
    found = select(_paths(options, options.targets), part.names)
    return found if part.shard is None else part.shard.part_of(found)


def _refuse_writes_far_away(
    options: RunOptions, job: FleetJob, named: Sequence[FleetRepository]
) -> None:
    if options.scheduler is not None:
        from issue_scaffold.fleet.dask_engine import refuse_writes

        refuse_writes(job, named)


def _resumed(options: RunOptions, verb: Verb) -> Path:
    if options.targets or options.list_file or options.remote.owners:
        raise click.UsageError("--resume goes on with the list of its run: name no repositories")
    name = "" if options.resume == _LATEST else str(options.resume)
    return _run_of(name, verb)


def _run_of(name: str, verb: Verb) -> Path:
    """Return the folder of a run of this command. Raises UsageError for one of another."""
    place = run_folder.find_run(fleet_folder(), name)
    command = run_folder.options_of(place).get("command")
    if command != f"fleet {verb}":
        raise UsageError(
            f"the run {place.name} is of scaffold {command}", hint="name a run of this command"
        )
    return place


def _selected(options: RunOptions, verb: Verb) -> list[FleetRepository]:
    """Return the repositories that were asked for, of this part.

    Raises UsageError for none, unless that was allowed or they are all in other parts.
    """
    only = _left_so(options, verb)
    named = options.targets
    if only is not None and not named and options.list_file is None:
        named = tuple(only)
    elif not named and options.list_file is None:
        raise click.UsageError(
            "name repositories: folders, globs, addresses, --from a list, or --org"
        )
    names: list[FleetRepository] = []
    if named or options.list_file is not None:
        chosen = _chosen(options, None if only is None else frozenset(only))
        names = select(_paths(options, named), chosen)
    return _part_of(names, options)


def _paths(options: RunOptions, named: tuple[str, ...]) -> tuple[str, ...]:
    return read_targets(
        named,
        options.list_file,
        ends_with_nul=options.ends_with_nul,
        may_be_empty=options.allow_empty,
    ).paths


def _chosen(options: RunOptions, only: frozenset[str] | None) -> SelectOptions:
    return SelectOptions(
        match=options.match,
        exclude=options.exclude,
        limit=options.limit,
        sample=options.sample,
        only=only,
    )


def _part_of(names: list[FleetRepository], options: RunOptions) -> list[FleetRepository]:
    if not names and not options.allow_empty:
        raise nothing_selected()
    shard = _shard(options)
    return names if shard is None else shard.part_of(names)


def _left_so(options: RunOptions, verb: Verb) -> list[str] | None:
    """Return the repositories that the last run left as `--only` says; None without it."""
    if options.only is None:
        return None
    outcomes = run_folder.outcomes_of(_run_of("", verb))
    return [name for name, one in outcomes.items() if one.status == options.only]


def _shard(options: RunOptions) -> Shard | None:
    if options.shard is not None:
        return parse_shard(options.shard)
    shard = shard_of_environment(os.environ)
    if shard is not None:
        tell(f"part {shard.number} of {shard.total}, by {shard.origin}")
    return shard


def _engine(options: RunOptions, job: FleetJob, limits: RunLimits) -> tuple[Engine, int]:
    """Return who treats the repositories, and how many of them at a time."""
    job = replace(job, seconds=limits.seconds)
    if options.scheduler is not None:
        from issue_scaffold.fleet.dask_engine import DaskEngine

        cluster = DaskEngine(job, options.scheduler, until=limits.until)
        return cluster, cluster.jobs
    from issue_scaffold.fleet.pool import PoolEngine, PoolLimits, default_jobs

    jobs = options.jobs or default_jobs()
    pool = PoolLimits(jobs, limits.seconds, limits.memory, limits.until)
    return PoolEngine(job, pool), jobs


def _fleet_run(options: RunOptions, work: FleetWork, limits: RunLimits) -> FleetRun:
    """Return the run, ready to begin."""
    job = work.job
    begun: dict[str, FleetOutcome] = {}
    if job.writes:
        job = replace(job, journal=run_folder.journal_of(work.journal.place))
        begun = run_folder.begun_in(work.journal.place)
    engine, jobs = _engine(options, job, limits)
    return FleetRun(
        repositories=work.items,
        engine=engine,
        jobs=jobs,
        record=work.journal.record,
        begun=begun,
        list_requests=lambda: work.requests,
        until=limits.until,
        max_failures=limits.max_failures,
    )
