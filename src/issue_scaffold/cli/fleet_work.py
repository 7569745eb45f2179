"""What a run of `scaffold fleet` works on: what is left of an earlier one, or owners' repositories.

Owns what is written down of a choice, so that the same one can be made again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from issue_scaffold.cli.fleet_selection import (
    RemoteOptions,
    open_selection,
    record_of,
    remote_options_in,
)
from issue_scaffold.fleet import run_folder
from issue_scaffold.fleet.address import place_of, remote_named
from issue_scaffold.fleet.job import FleetJob, job_in
from issue_scaffold.fleet.outcome import FleetOutcome
from issue_scaffold.fleet.remote import FleetRepository, name_of
from issue_scaffold.fleet.run import BudgetSpentError
from issue_scaffold.fleet.selection import RunPart, SelectOptions, Shard, nothing_selected
from issue_scaffold.state.user_folders import fleet_folder

if TYPE_CHECKING:
    from issue_scaffold.fleet.choosing import RemoteSelection


class FleetWork(NamedTuple):
    """What is to be done, with what came of it before, and where it is kept.

    `selection` are the repositories on hosts among the `items`.
    """

    job: FleetJob
    journal: run_folder.RunFolder
    items: Iterable[FleetRepository | FleetOutcome]
    done: Mapping[str, FleetOutcome] = MappingProxyType({})
    selection: "RemoteSelection | None" = None

    @property
    def requests(self) -> Mapping[str, int]:
        """How many requests were sent to hosts by now, by their kind."""
        if self.selection is None:
            return {}
        return self.selection.requests


def new_work(job: FleetJob, repositories: Sequence[FleetRepository]) -> FleetWork:
    """Return a new run over repositories that are known already."""
    recorded = _recorded(job)
    journal = run_folder.start_run(fleet_folder(), recorded, repositories, synced=job.writes)
    return FleetWork(job, journal, repositories)


def remembered_owners(place: Path) -> RemoteOptions:
    """Return whose repositories a run was about, none for a run over others.

    Raises ScaffoldError.
    """
    return remote_options_in(run_folder.options_of(place).get(run_folder.OWNERS, {}))


def owners_work(
    remote: RemoteOptions,
    job: FleetJob,
    part: RunPart,
    beside: Sequence[FleetRepository],
    opened: ExitStack,
    until: float,
) -> FleetWork:
    """Return a new run over owners' repositories, and those that are named beside them.

    Nothing is begun where there are none. Raises UsageError then, but not for a shard of a list
    that has some, and what `open_selection` raises.
    """
    part = part._replace(named=frozenset(map(place_of, beside)))
    selection = opened.enter_context(open_selection(remote, job, part, until))
    found: Iterator[FleetRepository | FleetOutcome] = chain(beside, selection.items())
    first: list[FleetRepository | FleetOutcome] = []
    try:
        first += islice(found, 1)
    except BudgetSpentError as error:  # to be resumed, with all of it
        found = _spent(error)
    else:
        if not first and not selection.number_meant:
            raise nothing_selected()
    recorded = {
        **_recorded(job),
        **record_of(remote),
        "names": {**asdict(part.names), "only": part.names.only and sorted(part.names.only)},
        "shard": part.shard,
        "beside": list(map(name_of, beside)),
    }
    journal = run_folder.start_run(fleet_folder(), recorded, (), synced=job.writes)
    items = _enlisted(chain(first, found), journal, selection)
    return FleetWork(job, journal, items, selection=selection)


def _spent(error: BudgetSpentError) -> Iterator[FleetRepository | FleetOutcome]:
    """Yield nothing, and say why there is no more."""
    yield from ()
    raise error


def resumed_work(place: Path, opened: ExitStack, until: float) -> FleetWork:
    """Return what is left of a run. Raises ScaffoldError, and what `open_selection` raises."""
    recorded = run_folder.options_of(place)
    job = job_in(recorded["job"])
    done = run_folder.outcomes_of(place)
    journal = run_folder.resume_run(place, synced=job.writes)
    known = {name_of(one): one for one in run_folder.repositories_of(place)}
    if run_folder.OWNERS not in recorded or run_folder.is_listed(place):
        left = [one for name, one in known.items() if name not in done]
        return FleetWork(job, journal, left, done)
    done = {name: one for name, one in done.items() if not name.endswith(run_folder.WHOLE_OWNER)}
    named = [known.get(name) or remote_named(name) or name for name in recorded["beside"]]
    part = _part_in(recorded, frozenset(done))
    part = part._replace(named=frozenset(map(place_of, named)))
    selection = opened.enter_context(
        open_selection(remote_options_in(recorded[run_folder.OWNERS]), job, part, until)
    )
    beside = [one for one in named if name_of(one) not in done]
    items = _enlisted(chain(beside, selection.items()), journal, selection)
    return FleetWork(job, journal, items, done, selection)


def _recorded(job: FleetJob) -> dict[str, Any]:
    return {"command": f"fleet {job.verb}", "job": job.document}


def _part_in(recorded: Mapping[str, Any], done: frozenset[str]) -> RunPart:
    names = dict(recorded["names"])
    if names["only"] is not None:
        names["only"] = frozenset(names["only"])
    shard = None
    if recorded["shard"] is not None:
        shard = Shard(*recorded["shard"])
    return RunPart(SelectOptions(**names), shard, done)


def _enlisted(
    found: Iterable[FleetRepository | FleetOutcome],
    journal: run_folder.RunFolder,
    selection: "RemoteSelection",
) -> Iterator[FleetRepository | FleetOutcome]:
    """Yield what is found, having written down what isn't judged yet."""
    for one in found:
        if not isinstance(one, FleetOutcome):
            journal.enlist(one)
        yield one
    if selection.is_complete:
        journal.end_list()
