"""How a run gets its repositories treated, whoever does it: three methods, and the plainest engine.

An engine may do the same repository twice when something has died, so that a job that is given to
one beyond this machine only reads.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Protocol

from issue_scaffold.fleet.job import FleetJob
from issue_scaffold.fleet.outcome import FleetOutcome
from issue_scaffold.fleet.remote import FleetRepository

Batch = Sequence[FleetRepository]


class Engine(Protocol):
    """Who treats repositories.

    Each that was submitted comes back once, in whatever order, unless the engine was cancelled.
    """

    def submit(self, batch: Batch) -> None:
        """Take on a batch."""

    def completed(self, *, waits: bool = True) -> Iterator[FleetOutcome]:
        """Yield outcomes as they come, until everything that was submitted is done.

        Without `waits` only those that are there by now: the others are worked on meanwhile.
        """

    def cancel(self) -> None:
        """End: what is being done is finished or dropped, nothing else is begun."""


class InProcessEngine:
    """Treats one repository after the other in this process: for few, and for tests."""

    def __init__(self, job: FleetJob) -> None:
        self._job = job
        self._left: deque[FleetRepository] = deque()

    def submit(self, batch: Batch) -> None:
        """Take on a batch."""
        self._left.extend(batch)

    def completed(self, *, waits: bool = True) -> Iterator[FleetOutcome]:
        """Yield outcomes in the order of submission; none meanwhile, for nobody else works."""
        if not waits:
            return
        with self._job.start() as treat:
            while self._left:
                yield treat(self._left.popleft())

    def cancel(self) -> None:
        """Begin nothing else."""
        self._left.clear()
