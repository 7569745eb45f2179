"""A run over many repositories: what is given to an engine, recorded, and when it stops early."""

import math
import re
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from issue_scaffold.errors import UsageError
from issue_scaffold.fleet.engine import Engine
from issue_scaffold.fleet.outcome import FleetOutcome, Reason, Status, Tally
from issue_scaffold.fleet.remote import FleetRepository

_UNITS: Final = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LARGEST_BATCH: Final = 100
# How often each worker comes for more; it has more to do at once while a host is asked for others.
_ROUNDS: Final = 8
_STREAM_ROUNDS: Final = 2
# How long what is listed may wait for a worker while more is at hand.
_LOOK_SECONDS: Final = 0.05


class EarlyEnd(StrEnum):
    """Why a run ended before its list did."""

    BUDGET = "until"
    FAILURES = "max-failures"
    PACE = "budget"


class BudgetSpentError(Exception):
    """A host would have to be waited for longer than this run goes on; the text says why."""


@dataclass(frozen=True, slots=True)
class MaxFailures:
    """How many repositories may fail before a run stops: a number, or a share of the whole."""

    number: int
    is_share: bool = False

    def reached(self, failures: int, total: int) -> bool:
        """Tell whether so many failures of so many repositories are as many."""
        if self.is_share:
            return failures * 100 >= self.number * total
        return failures >= self.number


def parse_max_failures(text: str) -> MaxFailures:
    """Return the limit that `N` or `P%` names. Raises UsageError."""
    found = re.fullmatch(r"(\d{1,9})(%?)", text)
    if found is None or int(found[1]) == 0 or (found[2] and int(found[1]) > 100):  # noqa: PLR2004
        raise UsageError(
            f"{text!r} is neither a number nor a share", hint="give say 10, or 20%, at least 1"
        )
    return MaxFailures(int(found[1]), is_share=bool(found[2]))


def parse_duration(text: str) -> float:
    """Return the seconds of `8s`, `90m` or `5h30m`. Raises UsageError."""
    if not re.fullmatch(r"(\d{1,9}[smhd])+|\d{1,9}", text):
        raise UsageError(f"{text!r} is no time", hint="give say 8s, 90m or 5h30m")
    return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd]?)", text))


def parse_bytes(text: str) -> int:
    """Return the bytes of `512M` or `2G`. Raises UsageError."""
    found = re.fullmatch(r"(\d{1,9})([KMG]?)", text.upper())
    if found is None:
        raise UsageError(f"{text!r} is no amount of memory", hint="give say 512M or 2G")
    return int(found[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[found[2]]


@dataclass(slots=True)
class FleetRun:
    """A run: its list, who treats it, and when it is to stop. `record` takes each outcome.

    The list may be a stream, in which those that need no treatment are outcomes already;
    `is_listed` says that its end is known. `list_requests` says how many requests the stream has
    sent.

    `begun` is what an earlier process has announced, and maybe done, by the repository's name.
    `until` is by the monotonic clock. `stopped` says afterwards why it ended early, `left` how many
    repositories it didn't come to.
    """

    repositories: Iterable[FleetRepository | FleetOutcome]
    engine: Engine
    jobs: int
    record: Callable[[FleetOutcome], None] = lambda _: None
    begun: Mapping[str, FleetOutcome] = field(default_factory=dict)
    until: float = float("inf")
    max_failures: MaxFailures | None = None
    stopped: EarlyEnd | None = None
    tally: Tally = field(default_factory=Tally)
    list_requests: Callable[[], Mapping[str, int]] = dict
    is_listed: bool = False
    _sent: Counter[str] = field(default_factory=Counter)
    _listed: int = 0

    @property
    def left(self) -> int:
        """How many repositories that are known have no outcome yet."""
        return self._listed - self.tally.total

    @property
    def requests(self) -> Mapping[str, int]:
        """How many requests were sent to hosts by now, by their kind."""
        return dict(self._sent + Counter(self.list_requests()))

    def outcomes(self) -> Generator[FleetOutcome]:
        """Yield what comes of each repository, in the order in which they finish."""
        if isinstance(self.repositories, Sequence):
            self._listed = len(self.repositories)
            self.is_listed = True
        try:
            yield from self._treated()
        finally:
            self.engine.cancel()
        if self.left and self.stopped is None:
            self.stopped = EarlyEnd.BUDGET

    def _treated(self) -> Generator[FleetOutcome]:
        """Give all to the engine, what is listed early before the rest is; yield what comes of it.

        Nothing else is begun when the run is over.
        """
        waiting: list[FleetRepository] = []
        is_cut = False
        try:
            yield from self._listed_ones(waiting)
        except BudgetSpentError:  # what is there can be done in the time that is left
            is_cut = True
        if self.stopped is not None:
            return
        self.is_listed = not is_cut
        self._submit(waiting, _ROUNDS)
        yield from self._heard(waits=True)
        if is_cut and self.stopped is None:
            self.stopped = EarlyEnd.BUDGET

    def _listed_ones(self, waiting: list[FleetRepository]) -> Generator[FleetOutcome]:
        """Go through the list; what nobody has begun with is in `waiting` then."""
        is_stream = not self.is_listed
        is_begun = False
        looked = -math.inf
        for found in self.repositories:
            if is_stream:
                self._listed += 1
            if isinstance(found, FleetOutcome):
                yield self._taken(found)
            else:
                waiting.append(found)
                is_begun = is_stream
            if is_begun and time.monotonic() - looked >= _LOOK_SECONDS:
                self._submit(waiting, _STREAM_ROUNDS)
                yield from self._heard(waits=False)
                looked = time.monotonic()
            if self._is_over():
                return

    def _submit(self, waiting: list[FleetRepository], rounds: int) -> None:
        """Give to the engine what waits, which is nothing then."""
        size = batch_size(len(waiting), self.jobs, rounds)
        for start in range(0, len(waiting), size):
            self.engine.submit(waiting[start : start + size])
        waiting.clear()

    def _heard(self, *, waits: bool) -> Generator[FleetOutcome]:
        for found in self.engine.completed(waits=waits):
            yield self._taken(self._settled(found))
            if self._is_over():
                return

    def _taken(self, outcome: FleetOutcome) -> FleetOutcome:
        self.tally.add(outcome)
        self._sent.update(outcome.requests)
        self.record(outcome)
        return outcome

    def _settled(self, outcome: FleetOutcome) -> FleetOutcome:
        """Return an outcome as it would have been, had the process that began it not ended.

        Where that has done what it announced, nothing is left to do.
        """
        begun = self.begun.get(outcome.repository)
        is_done = outcome.status is Status.CLEAN or (
            outcome.why is not None and outcome.why.code is Reason.NO_CHANGE
        )
        if begun is None or not is_done:
            return outcome
        return replace(begun, attempts=begun.attempts + 1, seconds=outcome.seconds)

    def _is_over(self) -> bool:
        if self.is_listed and not self.left:
            return False
        if self._fails_too_often():
            self.stopped = EarlyEnd.FAILURES
        elif time.monotonic() >= self.until:
            self.stopped = EarlyEnd.BUDGET
        return self.stopped is not None

    def _fails_too_often(self) -> bool:
        limit = self.max_failures
        if limit is None or (limit.is_share and not self.is_listed):
            return False
        return limit.reached(self.tally.counts[Status.FAILED], self._listed)


def batch_size(total: int, jobs: int, rounds: int = _ROUNDS) -> int:
    """Return how many repositories go to a worker at once, so that all have work until the end."""
    return max(1, min(_LARGEST_BATCH, total // (jobs * rounds)))
