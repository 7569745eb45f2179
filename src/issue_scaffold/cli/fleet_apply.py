"""`scaffold fleet apply`: what was planned becomes pull requests."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import click

from issue_scaffold.cli.fleet_config import config_options
from issue_scaffold.cli.fleet_report import FleetReport, repositories
from issue_scaffold.cli.fleet_show import FORMAT_OPTION, TABLE, RunShow, write_report
from issue_scaffold.cli.labels_progress import tell_wait
from issue_scaffold.cli.options import OutputTarget, can_ask, read_value, with_options
from issue_scaffold.cli.printing import confirm, say
from issue_scaffold.cli.verbosity import tell
from issue_scaffold.errors import (
    EXIT_FAILURE,
    EXIT_FINDINGS,
    EXIT_OK,
    EXIT_RESUMABLE,
    ScaffoldError,
    UsageError,
)
from issue_scaffold.fleet import run_folder
from issue_scaffold.fleet.outcome import Status, Tally
from issue_scaffold.fleet.run import parse_duration, parse_max_failures
from issue_scaffold.state.user_folders import fleet_folder
from issue_scaffold.text.wording import count

if TYPE_CHECKING:
    from issue_scaffold.fleet.apply import HostAccess, Planned
    from issue_scaffold.fleet.open_limit import OpenLimit
    from issue_scaffold.fleet.writer import WriteOptions

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
# More of them at once are asked about: the first big run should be a small one.
_MANY: Final = 25
_PLANNING: Final = frozenset({"fleet update", "fleet init"})
BRANCH_OPTION: Final = click.option(
    "--branch", default="scaffold/update", show_default=True, help="The branch to push."
)
API_URL_OPTION: Final = click.option(
    "--api-url", metavar="URL", help="The API of the host. [default: as its name tells]"
)
_WRITING: Final = (
    BRANCH_OPTION,
    click.option(
        "--title", metavar="TEXT", help="The title of each pull request; {version} is filled in."
    ),
    click.option(
        "--message", metavar="TEXT", help="The message of each commit; {version} is filled in."
    ),
    click.option(
        "--author", metavar="'NAME <MAIL>'", help="Who commits. [default: as git is configured]"
    ),
    click.option("--draft", is_flag=True, help="Open drafts."),
    click.option(
        "--on-conflict",
        "conflicts_as",
        type=click.Choice(["draft", "issue", "skip"]),
        default="draft",
        show_default=True,
        help="What becomes of a change with conflicts: it is never a ready pull request.",
    ),
    click.option(
        "--body",
        type=click.Path(exists=True, dir_okay=False),
        metavar="FILE",
        help="Markdown that the description of each pull request begins with.",
    ),
    click.option(
        "--label",
        "labels",
        multiple=True,
        metavar="NAME",
        help="Put this label on each new pull request, where the repository has it.",
    ),
    click.option(
        "--reviewer",
        "reviewers",
        multiple=True,
        metavar="NAME",
        help="Ask for a review of each new pull request; a team is ORGANISATION/TEAM.",
    ),
    click.option(
        "--auto-merge",
        is_flag=True,
        help="Let the forge merge each new pull request when its checks are green.",
    ),
    click.option(
        "--sign-off", is_flag=True, help="End the message of each commit with Signed-off-by."
    ),
    click.option("--sign", is_flag=True, help="Sign each commit, as git is set up to."),
    click.option(
        "--branch-only", is_flag=True, help="Push branches, on any host; open no pull request."
    ),
)
_PACE: Final = (
    click.option(
        "--limit", type=click.IntRange(1), metavar="N", help="Only the first N planned changes."
    ),
    click.option(
        "--max-failures",
        metavar="N|P%",
        help="Stop as soon as N repositories have failed, or P percent of all.",
    ),
    click.option(
        "--prs-per-hour",
        type=click.IntRange(1),
        default=60,
        show_default=True,
        metavar="N",
        help="How many pull requests to open an hour with one token, in all runs together.",
    ),
    click.option(
        "--open-prs",
        type=click.IntRange(1),
        metavar="N",
        help="Open no other pull request while N of the fleet are open; exit 75 then.",
    ),
    click.option(
        "--window",
        metavar="WHEN",
        help="Write only then, say 'mon-fri 08:00-18:00 Europe/Berlin'.",
    ),
    click.option(
        "--until",
        metavar="TIME",
        help="Wait for limits, up to so long: 8s, 5h30m. [default: exit 75 instead of waiting]",
    ),
    click.option("--yes", is_flag=True, help=f"Open more than {_MANY} pull requests unasked."),
    click.option(
        "--force", is_flag=True, help="Begin a wave of fleet.yml before the last one is merged."
    ),
    API_URL_OPTION,
)


class WriteRequest(NamedTuple):
    """What the user asked of a run that writes."""

    branch: str
    title: str | None
    message: str | None
    author: str | None
    draft: bool
    conflicts_as: str
    body: str | None
    labels: tuple[str, ...]
    reviewers: tuple[str, ...]
    auto_merge: bool
    sign_off: bool
    sign: bool
    branch_only: bool
    limit: int | None
    max_failures: str | None
    prs_per_hour: int
    open_prs: int | None
    window: str | None
    until: str | None
    yes: bool
    force: bool
    api_url: str | None


DEFAULT_REQUEST: Final = WriteRequest(
    branch="scaffold/update",
    title=None,
    message=None,
    author=None,
    draft=False,
    conflicts_as="draft",
    body=None,
    labels=(),
    reviewers=(),
    auto_merge=False,
    sign_off=False,
    sign=False,
    branch_only=False,
    limit=None,
    max_failures=None,
    prs_per_hour=60,
    open_prs=None,
    window=None,
    until=None,
    yes=False,
    force=False,
    api_url=None,
)


def write_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options of what writes; the command gets them as one value."""

    def collected(**given: Any) -> int:  # noqa: ANN401 - as Click gives them
        request = WriteRequest(**{name: given.pop(name) for name in WriteRequest._fields})
        return command(request, **given)

    return with_options(command, collected, (*_WRITING, *_PACE))


@click.command("apply")
@click.argument("runs", nargs=-1, metavar="[RUN]…")
@write_options
@click.option(
    "--only",
    type=click.Choice(["failed"]),
    help="Only what could not be written the last time.",
)
@click.option(
    "--resume",
    is_flag=False,
    flag_value="",
    metavar="[RUN]",
    help="Go on with an apply that has ended early: only what it did not reach.",
)
@FORMAT_OPTION
@config_options
def apply_command(
    request: WriteRequest,
    *,
    runs: tuple[str, ...],
    only: str | None,
    resume: str | None,
    outputs: tuple[OutputTarget, ...],
) -> int:
    """Push what runs have planned, and open a pull request for each repository.

    RUN is a run's name or folder (default: the last run). A pull request that is open is updated
    in place; what people have committed on its branch or closed is left alone. Exits 75 when the
    limits for now are used up: run it again later.
    """
    from issue_scaffold.fleet.apply import planned_in

    places = places_of((*runs, resume) if resume else runs)
    status = None if only is None else Status(only)
    planned = planned_in(places, only=status, resumes=resume is not None)
    return apply_planned(request, planned, outputs)


def places_of(runs: Sequence[str]) -> list[Path]:
    """Return the folders of runs that plan. Raises UsageError for others."""
    places = [run_folder.find_run(fleet_folder(), name) for name in runs or ("",)]
    for place in places:
        command = run_folder.options_of(place).get("command")
        if command not in _PLANNING:
            raise UsageError(
                f"the run {place.name} is of scaffold {command}, which plans nothing",
                hint="plan first: scaffold fleet update or scaffold fleet init",
            )
    return places


def apply_planned(
    request: WriteRequest, planned: "Sequence[Planned]", outputs: Sequence[OutputTarget]
) -> int:
    """Write planned changes, and show how that goes; return the exit code."""
    from issue_scaffold.fleet.apply import ApplyRun

    options, hosts = _options(request), _hosts(request)
    held = frozenset[str]() if request.force else _held_back(planned, request.branch, hosts)
    later = [one for one in planned if one.outcome.repository in held]
    planned = [one for one in planned if one.outcome.repository not in held][: request.limit]
    if request.limit is None:
        _ask_about_many(len(planned), is_agreed=request.yes)
    max_failures = None
    if request.max_failures is not None:
        max_failures = read_value("--max-failures", parse_max_failures, request.max_failures)
    open_limit = _open_limit(request, planned, hosts)
    with ApplyRun(planned, options, hosts, max_failures, open_limit) as run:
        code = RunShow("fleet apply", outputs, Tally(), _name_of(planned)).all_of(run)
    if later:
        tell(f"{repositories(len(later))} of a later wave: merge the one before, or give --force")
        code = code or EXIT_FINDINGS
    if run.why_stopped:
        tell(f"enough for now: {run.why_stopped}")
    tell(f"{count(hosts.requests, 'request')} to the API")
    return code


def apply_options(command: Decorated) -> Decorated:
    """Add what lets a command that plans write, too: `applies`, and `yes`."""
    command = click.option(
        "--yes", is_flag=True, help=f"Open more than {_MANY} pull requests unasked."
    )(command)
    return click.option(
        "--apply",
        "applies",
        is_flag=True,
        help="Push what is planned for repositories on hosts, and open pull requests.",
    )(command)


def planning_outputs(outputs: Sequence[OutputTarget]) -> tuple[OutputTarget, ...]:
    """Return how a run is shown that is written at once: what is whole comes at the end."""
    return tuple(output for output in outputs if output == TABLE)


def apply_run(
    place: Path,
    outputs: Sequence[OutputTarget],
    defaults: Mapping[str, Any],
    *,
    is_agreed: bool,
) -> int:
    """Write what a run has planned, as `apply` does without options; return the exit code.

    `defaults` are those of a `fleet.yml`.

    That is one of the whole run: what isn't on a host was done, or failed, before.
    """
    from issue_scaffold.fleet.apply import planned_in

    known = {name: defaults[name] for name in WriteRequest._fields if name in defaults}
    request = DEFAULT_REQUEST._replace(yes=is_agreed, **known)
    code = apply_planned(request, planned_in([place]), planning_outputs(outputs))
    outcomes = run_folder.outcomes_of(place)
    tally = Tally()
    tally.add_all(outcomes.values())
    if code != EXIT_RESUMABLE:
        code = tally.exit_code
    command = str(run_folder.options_of(place).get("command"))
    report = FleetReport(command, code, tally, list(outcomes.values()), run=place.name)
    for output in outputs:
        if output != TABLE:
            write_report(report, output)
    return code


def _open_limit(
    request: WriteRequest, planned: "Sequence[Planned]", hosts: "HostAccess"
) -> "OpenLimit | None":
    from issue_scaffold.fleet.open_limit import OpenLimit
    from issue_scaffold.fleet.pull_status import count_open

    most = request.open_prs
    if most is None:
        return None
    places = list(dict.fromkeys(one.run for one in planned))
    return OpenLimit(most, lambda: count_open(places, request.branch, hosts, most))


def _name_of(planned: "Sequence[Planned]") -> str | None:
    places = {one.run for one in planned}
    return places.pop().name if len(places) == 1 else None


def _held_back(planned: "Sequence[Planned]", branch: str, hosts: "HostAccess") -> frozenset[str]:
    """Return whose wave of the rollout may not begin yet."""
    from issue_scaffold.fleet.pull_status import held_back

    places = dict.fromkeys(one.run for one in planned)
    return frozenset().union(*(held_back(place, branch, hosts) for place in places))


def _ask_about_many(number: int, *, is_agreed: bool, verb: str = "open") -> None:
    """Ask before many pull requests are opened, or closed.

    Raises UsageError where nobody can be asked.
    """
    if number <= _MANY or is_agreed:
        return
    what = f"up to {number} pull requests"
    if not can_ask():
        raise UsageError(
            f"that would {verb} {what}", hint="say --yes, or begin with few: --limit 5"
        )
    if not confirm(f"{verb.capitalize()} {what}?"):
        raise click.Abort


def _options(request: WriteRequest) -> "WriteOptions":
    from issue_scaffold.fleet.forges.extras import PullRequestExtras
    from issue_scaffold.fleet.writer import ConflictsAs, WriteOptions
    from issue_scaffold.git.remote_branch import own_signature, parse_author, parse_branch

    signature = own_signature()
    if request.author is not None:
        signature = read_value("--author", parse_author, request.author)
    if request.sign_off and signature.is_nobodys:
        raise UsageError(
            "nobody is there to sign off", hint="git config user.name and user.email, or --author"
        )
    extras = PullRequestExtras(request.labels, request.reviewers, request.auto_merge)
    return WriteOptions(
        signature=signature,
        branch=read_value("--branch", parse_branch, request.branch),
        title=request.title,
        message=request.message,
        conflicts_as=ConflictsAs(request.conflicts_as),
        is_draft=request.draft,
        opens=not request.branch_only,
        lead=_lead(request.body),
        extras=extras,
        signs_off=request.sign_off,
        signs=request.sign,
    )


def _lead(file: str | None) -> str:
    """Return what the descriptions begin with. Raises UsageError for a file that is none."""
    from issue_scaffold.files.bounded import read_if_there
    from issue_scaffold.fleet.pull_request_body import MOST_OF_A_LEAD

    if file is None:
        return ""
    content = read_if_there(Path(file), shown=file)
    if content is None:
        raise UsageError(f"{file} does not exist", hint="--body takes a file of Markdown")
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is no UTF-8 text: {error.reason}") from None
    if len(text) > MOST_OF_A_LEAD:
        raise UsageError(
            f"{file} has {len(text):,} characters", hint=f"at most {MOST_OF_A_LEAD:,} are taken"
        )
    return text


def hosts_for(api_url: str | None) -> "HostAccess":
    """Return the way to hosts for what writes little, and waits for their limits."""
    from issue_scaffold.fleet.apply import HostAccess
    from issue_scaffold.fleet.budget import WriteBudget
    from issue_scaffold.label_sync.http.pacing import SystemClock

    return HostAccess(WriteBudget(SystemClock(), math.inf), tell_wait, 1, api_url)


def _hosts(request: WriteRequest) -> "HostAccess":
    from issue_scaffold.fleet.apply import HostAccess
    from issue_scaffold.fleet.budget import WriteBudget
    from issue_scaffold.fleet.window import parse_window
    from issue_scaffold.label_sync.http.pacing import SystemClock

    clock = SystemClock()
    end = None
    if request.until is not None:
        end = clock.now() + read_value("--until", parse_duration, request.until)
    window = None
    if request.window is not None:
        window = read_value("--window", parse_window, request.window)
    budget = WriteBudget(clock, end, window)
    return HostAccess(budget, tell_wait, request.prs_per_hour, request.api_url)


@click.command("close")
@click.argument("run", required=False, default="", metavar="[RUN]")
@click.option(
    "--outdated", is_flag=True, help="Only those of an older version than the run has found."
)
@BRANCH_OPTION
@click.option("--yes", is_flag=True, help=f"Close more than {_MANY} pull requests unasked.")
@API_URL_OPTION
def close_command(*, run: str, outdated: bool, branch: str, yes: bool, api_url: str | None) -> int:
    """Close the open pull requests that apply has made for a run's repositories.

    Branches stay, and so do pull requests that people have added commits to. A closed one is not
    opened again until the template's next version.
    """
    from issue_scaffold.fleet.pull_status import (
        Closable,
        Followed,
        PullStanding,
        closable_in,
    )

    place = run_folder.find_run(fleet_folder(), run)
    hosts = hosts_for(api_url)
    found = list(closable_in(place, branch, hosts, outdated=outdated))
    closable = [one for one in found if isinstance(one, Closable)]
    _ask_about_many(len(closable), is_agreed=yes, verb="close")
    others = [one for one in found if isinstance(one, Followed)]
    edited = [one for one in others if one.standing is PullStanding.EDITED]
    failures = [f"{one.outcome.repository}: {one.error}" for one in others if one not in edited]
    closed = 0
    with run_folder.resume_run(place, synced=True) as journal:
        for one in closable:
            name = one.outcome.repository
            journal.note("closing", name, {"number": one.pull.number})
            try:
                journal.record(one.close())
            except ScaffoldError as error:
                failures.append(f"{name}: {error.message}")
            else:
                closed += 1
                say(f"closed          {name}  {one.pull.url}")
    say(*(f"left (edited)   {one.outcome.repository}  {one.url}" for one in edited))
    say(*(f"failed          {line}" for line in failures))
    say(_sum_of(closed, len(edited), len(failures)))
    return EXIT_FAILURE if failures else EXIT_OK


def _sum_of(closed: int, left: int, failed: int) -> str:
    parts = [f"{count(closed, 'pull request')} closed"]
    if left:
        parts.append(f"{left} left: people have added commits")
    return ", ".join([*parts, count(failed, "failure")])


def status_lines(place: Path, branch: str, hosts: "HostAccess | None") -> list[str]:
    """Return what has become of a run's planned changes, and how many are how."""
    from issue_scaffold.fleet.pull_status import follow

    lines, counts = [], Counter[str]()
    for one in follow(place, branch, hosts):
        counts[one.standing] += 1
        details = one.url or one.error
        lines.append(f"{one.standing:<15} {one.outcome.repository}  {details}".rstrip())
    if counts:
        lines.append("pull requests: " + ", ".join(f"{counts[one]} {one}" for one in counts))
    return lines
