"""Which of an owner's repositories a run is about, and what becomes of each without fetching it.

Everything is a stream: repositories are judged while further pages come.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.fleet.address import place_of
from issue_scaffold.fleet.conditions import Condition
from issue_scaffold.fleet.judging import Judge
from issue_scaffold.fleet.listing.listing import HostListing, Owner, code_of_api
from issue_scaffold.fleet.opt_out import SKIP_TOPIC, opted_out_by_topic
from issue_scaffold.fleet.outcome import FleetOutcome, Reason, Status, Why, without_treatment
from issue_scaffold.fleet.remote import RemoteRepository
from issue_scaffold.fleet.selection import SAMPLE_SEED, RunPart, patterns_of
from issue_scaffold.label_sync.http.errors import ApiError

Found = RemoteRepository | FleetOutcome


class Taken(StrEnum):
    """Whether repositories of a kind are looked at: they are rows, or they are, or nothing else."""

    NO = "no"
    YES = "yes"
    ONLY = "only"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFilter:
    """What the user asked for of repositories on a host.

    One has all of the `topics`, and one of the `languages` and of the `visibilities`.
    """

    topics: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    visibilities: frozenset[str] = frozenset()
    archived: Taken = Taken.NO
    forks: Taken = Taken.NO
    where: tuple[Condition, ...] = ()

    def takes(self, repository: RemoteRepository) -> bool:
        """Tell whether a repository is meant at all, by what its listing says."""
        if self.archived is Taken.ONLY and not repository.is_archived:
            return False
        if self.forks is Taken.ONLY and not repository.is_fork:
            return False
        if not self.topics <= {topic.lower() for topic in repository.topics}:
            return False
        return _is_one_of(repository.language, self.languages) and _is_one_of(
            repository.visibility, self.visibilities
        )

    def skipped(self, repository: RemoteRepository) -> FleetOutcome | None:
        """Return the outcome of one that is meant, and that nothing is done with; else None."""
        if SKIP_TOPIC in repository.topics:
            return opted_out_by_topic(repository)
        reasons = (
            (repository.is_disabled, Reason.DISABLED, "the host has disabled it"),
            (
                repository.is_archived and self.archived is Taken.NO,
                Reason.ARCHIVED,
                "it is archived (--archived yes takes it)",
            ),
            (
                repository.is_fork and self.forks is Taken.NO,
                Reason.FORK,
                "it is a fork (--forks yes takes it)",
            ),
            (repository.is_empty, Reason.EMPTY, "it has no commit"),
        )
        for holds, code, message in reasons:
            if holds:
                return without_treatment(repository, Status.SKIPPED, Why(code, message))
        return None


def _is_one_of(value: str | None, wanted: frozenset[str]) -> bool:
    return not wanted or (value or "").lower() in wanted


class OwnedRepositories(NamedTuple):
    """The repositories of an owner as they are listed."""

    owner: Owner
    listing: HostListing


class RemoteSelection:
    """A run's repositories on hosts. `items` gives each once, judged where that is possible.

    `number_meant` says afterwards how many there were for all shards, `is_complete` whether every
    owner was listed to the end.
    """

    def __init__(
        self,
        owned: Sequence[OwnedRepositories],
        chosen: RemoteFilter,
        options: RunPart,
        judge: Judge,
    ) -> None:
        """Raise UsageError for a pattern that is none."""
        self.number_meant = 0
        self.is_complete = True
        self._owned = owned
        self._filter = chosen
        self._options = options.names
        self._done = options.done
        self._named_besides = options.named
        self._shard = options.shard
        self._judge = judge
        self._patterns = patterns_of(options.names)
        self._listing: dict[tuple[str, str], HostListing] = {}

    @property
    def requests(self) -> Mapping[str, int]:
        """How many requests were sent, by their kind."""
        total: Counter[str] = Counter()
        for one in self._owned:
            total.update(one.listing.requests)
        return {kind: number for kind, number in total.items() if number}

    def items(self) -> Iterator[Found]:
        """Yield the outcomes of what could be judged, and the repositories that are to be fetched.

        Raises UsageError for an owner that isn't there.
        """
        found = self._counted(self._fitting(self._part(self._named())))
        while some := list(islice(found, self._judge.foresight)):
            left = [one for one in some if self._name_of(one) not in self._done]
            self._prepare([one for one in left if isinstance(one, RemoteRepository)])
            yield from map(self._judged, left)

    @staticmethod
    def _name_of(found: Found) -> str:
        return found.name if isinstance(found, RemoteRepository) else found.repository

    def _prepare(self, some: Sequence[RemoteRepository]) -> None:
        by_listing: dict[int, list[RemoteRepository]] = {}
        for one in some:
            by_listing.setdefault(id(self._listing[_key(one)]), []).append(one)
        for together in by_listing.values():
            self._judge.prepare(together, self._listing[_key(together[0])])

    def _judged(self, found: Found) -> Found:
        """Return the outcome of one that can be judged so, the repository of another."""
        if isinstance(found, FleetOutcome):
            return found
        outcome = self._judge.outcome(found, self._listing[_key(found)])
        return outcome or replace(found, snapshot=None)

    def _named(self) -> Iterator[Found]:
        """Yield what the listings have and the user means, each once."""
        seen = set(self._named_besides)
        for one in self._owned:
            for found in self._listed(one):
                if isinstance(found, FleetOutcome):
                    yield found
                elif self._is_meant(found) and place_of(found) not in seen:
                    seen.add(place_of(found))
                    self.number_meant += 1
                    self._listing[_key(found)] = one.listing
                    yield found

    def _listed(self, one: OwnedRepositories) -> Iterator[Found]:
        """Yield what a listing has, and an outcome that stands for all that it failed to have."""
        try:
            for found in one.listing.repositories():
                if isinstance(found, FleetOutcome):
                    self.is_complete = False
                yield found
        except ApiError as error:
            self.is_complete = False
            yield listing_failed(one, error)

    def _is_meant(self, repository: RemoteRepository) -> bool:
        wanted, unwanted = self._patterns
        only = self._options.only
        if only is not None and repository.name not in only:
            return False
        if wanted is not None and not wanted.search(repository.name):
            return False
        if unwanted is not None and unwanted.search(repository.name):
            return False
        return self._filter.takes(repository)

    def _part(self, found: Iterable[Found]) -> Iterator[Found]:
        """Yield what is this run's of a list that several share."""
        if self._shard is None:
            yield from found
            return
        for number, one in enumerate(found):
            if number % self._shard.total == self._shard.number - 1:
                yield one

    def _fitting(self, found: Iterable[Found]) -> Iterator[Found]:
        """Yield outcomes for what is skipped, and what of the rest fits the conditions."""
        for one in found:
            if isinstance(one, FleetOutcome) or one.name in self._done:
                yield one
                continue
            known = one
            skipped = self._filter.skipped(one)
            if skipped is None:
                known = self._with_snapshot(one)
                skipped = self._filter.skipped(known)  # only its files tell that it is empty
            if skipped is not None:
                yield skipped
            elif self._fits(known):
                yield known

    def _with_snapshot(self, repository: RemoteRepository) -> RemoteRepository:
        with suppress(ApiError):  # git may show more
            return self._listing[_key(repository)].with_snapshot(repository)
        return repository

    def _fits(self, repository: RemoteRepository) -> bool:
        if not self._filter.where:
            return True
        answers = self._judge.answers(repository, self._listing[_key(repository)])
        if answers is None:  # nobody knows, so it is looked at
            return True
        return all(one.holds(answers, self._judge.sources) for one in self._filter.where)

    def _counted(self, found: Iterator[Found]) -> Iterator[Found]:
        """Yield as many as were asked for; skipped ones are beside the number."""
        if self._options.sample is not None:
            found = self._sampled(list(found), self._options.sample)
        number = 0
        for one in found:
            if isinstance(one, RemoteRepository):
                number += 1
            yield one
            if number == self._options.limit:
                return

    def _sampled(self, found: list[Found], size: int) -> Iterator[Found]:
        places = [place for place, one in enumerate(found) if isinstance(one, RemoteRepository)]
        left_out = set(places)
        if size < len(places):
            left_out -= set(random.Random(SAMPLE_SEED).sample(places, size))  # noqa: S311
        else:
            left_out.clear()
        return (one for place, one in enumerate(found) if place not in left_out)


def _key(repository: RemoteRepository) -> tuple[str, str]:
    return repository.host, repository.name


def listing_failed(one: OwnedRepositories, error: ScaffoldError) -> FleetOutcome:
    """Return the outcome of an owner whose repositories weren't all listed."""
    why = Why(code_of_api(error), error.message, error.hint)
    return FleetOutcome(
        repository=one.owner.row, status=Status.FAILED, why=why, host=one.listing.host
    )
