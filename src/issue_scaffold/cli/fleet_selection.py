"""The options of `scaffold fleet` that name repositories on hosts, and what they mean."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from issue_scaffold.cli.options import read_value
from issue_scaffold.fleet.conditions import Condition, parse_condition
from issue_scaffold.fleet.config_keys import VISIBILITIES
from issue_scaffold.fleet.listing.listing import Owner, OwnerKind

if TYPE_CHECKING:
    from issue_scaffold.fleet.choosing import (
        OwnedRepositories,
        RemoteFilter,
        RemoteSelection,
    )
    from issue_scaffold.fleet.job import FleetJob
    from issue_scaffold.fleet.selection import RunPart
    from issue_scaffold.label_sync.http.pacing import OnTick, OnWait

_TAKEN: Final = ("no", "yes", "only")
_FILTERS: Final = frozenset({"topics", "language", "visibility", "archived", "forks", "where"})
REMOTE_OPTIONS: Final = (
    click.option(
        "--org", multiple=True, metavar="NAME", help="All repositories of an organisation."
    ),
    click.option("--user", multiple=True, metavar="NAME", help="All repositories of a user."),
    click.option(
        "--group", multiple=True, metavar="PATH", help="All projects of a group on GitLab."
    ),
    click.option(
        "--api-url",
        metavar="URL",
        help="The host's API. [default: GITHUB_API_URL, else that of github.com or gitlab.com]",
    ),
    click.option(
        "--topic",
        "topics",
        multiple=True,
        metavar="TOPIC",
        help="On hosts: only repositories with this topic; with all of several.",
    ),
    click.option(
        "--language",
        multiple=True,
        metavar="NAME",
        help="On hosts: only repositories in this language, or in one of several.",
    ),
    click.option(
        "--visibility",
        multiple=True,
        type=click.Choice(VISIBILITIES),
        help="On hosts: only repositories that are so visible.",
    ),
    click.option(
        "--archived",
        type=click.Choice(_TAKEN),
        default="no",
        show_default=True,
        help="On hosts: whether archived repositories are looked at.",
    ),
    click.option(
        "--forks",
        type=click.Choice(_TAKEN[:2]),
        default="no",
        show_default=True,
        help="On hosts: whether forks are looked at.",
    ),
    click.option(
        "--where",
        multiple=True,
        metavar="CONDITION",
        help="On hosts: only repositories of which this holds: initialised, not-initialised, "
        "outdated, version<1.2, source=URL.",
    ),
)


class RemoteOptions(NamedTuple):
    """What the user asked of repositories on hosts."""

    org: tuple[str, ...] = ()
    user: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    api_url: str | None = None
    topics: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    visibility: tuple[str, ...] = ()
    archived: str = "no"
    forks: str = "no"
    where: tuple[str, ...] = ()

    @property
    def owners(self) -> list[Owner]:
        """Whose repositories are meant."""
        kinds = ((OwnerKind.ORG, self.org), (OwnerKind.USER, self.user))
        found = [Owner(kind, name) for kind, names in kinds for name in names]
        return [*found, *(Owner(OwnerKind.GROUP, name) for name in self.group)]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What must hold of each. Raises UsageError."""
        return tuple(read_value("--where", parse_condition, text) for text in self.where)


def given_filters() -> list[str]:
    """Return the options on the command line that choose among what a host lists."""
    context = click.get_current_context()
    given = click.core.ParameterSource.COMMANDLINE
    return [
        option.opts[0]
        for option in context.command.params
        if option.name in _FILTERS and context.get_parameter_source(option.name) is given
    ]


def record_of(options: RemoteOptions) -> dict[str, Any]:
    """Return what a run remembers of the options, to ask the same hosts again."""
    from issue_scaffold.label_sync.place import named_api

    return {"api_url": named_api(options.api_url), "remote": options._asdict()}


def remote_options_in(document: Mapping[str, Any]) -> RemoteOptions:
    """Return the options that a run remembers."""
    given: dict[str, Any] = {}
    for name in RemoteOptions._fields:
        value = document.get(name)
        if value is not None:
            given[name] = tuple(value) if isinstance(value, list) else value
    return RemoteOptions(**given)


@contextmanager
def open_selection(
    options: RemoteOptions, job: "FleetJob", part: "RunPart", until: float
) -> "Iterator[RemoteSelection]":
    """Open the way to the repositories of owners.

    No host is waited for beyond `until`, by the monotonic clock: it raises BudgetSpentError then.
    Raises UsageError for options that say nothing, and ScaffoldError without a token.
    """
    from issue_scaffold.fleet.choosing import RemoteSelection
    from issue_scaffold.fleet.judging import Judge
    from issue_scaffold.template import sealed_process
    from issue_scaffold.template.renderer import open_renderer

    on_wait = _waiting_until(until)
    owned = [_owned(owner, options, job, on_wait) for owner in options.owners]
    with open_renderer() as renderer:
        renderer.sources.offline = job.offline
        judge = Judge(job, renderer)
        try:
            yield RemoteSelection(owned, _filter(options), part, judge)
        finally:
            sealed_process.end()


def _waiting_until(until: float) -> "OnWait":
    """Return what is told of waits, and ends a run rather than to wait beyond its end."""
    from issue_scaffold.cli.labels_progress import tell_wait
    from issue_scaffold.fleet.run import BudgetSpentError

    def tell(seconds: float, why: str) -> "OnTick | None":
        if time.monotonic() + seconds > until:
            raise BudgetSpentError(why)
        return tell_wait(seconds, why)

    return tell


def _owned(
    owner: Owner, options: RemoteOptions, job: "FleetJob", on_wait: "OnWait"
) -> "OwnedRepositories":
    from issue_scaffold.fleet.choosing import OwnedRepositories
    from issue_scaffold.fleet.job import Verb
    from issue_scaffold.fleet.listing.opening import open_listing
    from issue_scaffold.sync.target import answers_path

    listing = open_listing(
        owner,
        options.api_url,
        answers_file=answers_path(job.answers_file),
        with_labels=job.verb is Verb.LABELS,
        on_wait=on_wait,
    )
    return OwnedRepositories(owner, listing)


def _filter(options: RemoteOptions) -> "RemoteFilter":
    from issue_scaffold.fleet.choosing import RemoteFilter, Taken

    return RemoteFilter(
        topics=_folded(options.topics),
        languages=_folded(options.language),
        visibilities=_folded(options.visibility),
        archived=Taken(options.archived),
        forks=Taken(options.forks),
        where=options.conditions,
    )


def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.lower() for word in words)
