"""Repositories treated by the workers of a Dask cluster that is there already.

Dask does again what was on a worker that has died, and what it had finished there, too. So a task
only reads, is a batch, and its result is taken and let go of at once. A batch whose workers die is
halved, alone on the cluster, until the one repository that kills them has a name.
https://distributed.dask.org/en/stable/killed.html
"""

import logging
import math
import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from types import ModuleType
from typing import Any, Final, TypeAlias

from issue_scaffold import __version__
from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.fleet.engine import Batch
from issue_scaffold.fleet.job import FleetJob
from issue_scaffold.fleet.outcome import FleetOutcome, Reason, failed
from issue_scaffold.fleet.remote import FleetRepository, name_of
from issue_scaffold.fleet.rollout import RepositoryRule, Rollout, folded
from issue_scaffold.template.extras import missing_extra

# A Future of Dask's, or several, whose methods say nothing of their types.
_Task: TypeAlias = Any

_CONNECT_SECONDS: Final = 15
_WORKERS_SECONDS: Final = 60
# Rendering has one child for a process, whatever number of threads a worker has.
_ONE_AT_A_TIME: Final = threading.Lock()


def treat_batch(job: FleetJob, batch: Sequence[FleetRepository]) -> tuple[str, list[FleetOutcome]]:
    """Return this tool's version and the outcomes of a batch in its order: what a worker does."""
    with _ONE_AT_A_TIME, job.start() as treat:
        return __version__, [treat(repository) for repository in batch]


class DaskEngine:
    """Treats repositories in the workers of a cluster, which find local folders by the same paths.

    `until` is by the monotonic clock: no other outcome is waited for.
    """

    def __init__(self, job: FleetJob, scheduler: str, *, until: float = math.inf) -> None:
        """Connect to a scheduler, and wait for a worker.

        Raises ScaffoldError where Dask is not installed, or nobody answers.
        """
        self._job = job
        self._scheduler = scheduler
        self._until = until
        self._waiting: deque[Batch] = deque()
        self._sent: dict[str, tuple[_Task, Batch]] = {}
        self._suspects: deque[Batch] = deque()
        self._dask = _dask()
        self._client = _connected(self._dask, scheduler)

    @property
    def jobs(self) -> int:
        """How many batches the cluster works on at a time."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def submit(self, batch: Batch) -> None:
        """Take on a batch, which is one task. Raises UsageError for one that would be written."""
        refuse_writes(self._job, batch)
        self._waiting.append(batch)

    def completed(self, *, waits: bool = True) -> Iterator[FleetOutcome]:
        """Yield outcomes batch by batch as they come; then those of batches that killed workers.

        Raises ScaffoldError when the scheduler is gone.
        """
        try:
            yield from self._by_now()
            while waits and (self._waiting or self._sent or self._suspects):
                yield from self._together()
                if self._suspects:
                    yield from self._alone(self._suspects.popleft())
        except TimeoutError:
            return

    def _by_now(self) -> Iterator[FleetOutcome]:
        """Send all that waits; yield the outcomes of what is done."""
        while self._waiting:
            self._send(self._waiting.popleft())
        for future, _ in tuple(self._sent.values()):
            if future.done():
                yield from self._received(future)

    def _together(self) -> Iterator[FleetOutcome]:
        """Yield the outcomes of all that is sent or waits, and of what comes meanwhile."""
        coming = self._dask.as_completed(
            [future for future, _ in self._sent.values()],
            loop=self._client.loop,
            timeout=self._seconds_left(),
        )
        self._send_all(coming)
        for future in coming:
            yield from self._received(future)
            self._send_all(coming)

    def _send_all(self, coming: _Task) -> None:
        while self._waiting:
            coming.add(self._send(self._waiting.popleft()))

    def cancel(self) -> None:
        """Let go of all tasks, and of the scheduler."""
        self._waiting.clear()
        self._suspects.clear()
        if self._client.status == "running":
            self._client.cancel([future for future, _ in self._sent.values()])
        self._sent.clear()
        self._client.close()

    def _seconds_left(self) -> float | None:
        if math.isinf(self._until):
            return None
        return max(0.0, self._until - time.monotonic())

    def _send(self, batch: Batch) -> _Task:
        job, sent = _as_workers_see_it(self._job, batch)
        future = self._client.submit(treat_batch, job, sent, pure=False)
        self._sent[future.key] = future, batch
        return future

    def _received(self, future: _Task) -> Iterator[FleetOutcome]:
        """Yield the outcomes of a task; keep its batch for later if it killed its workers."""
        _, batch = self._sent[future.key]
        outcomes = self._outcomes_of(future, batch)
        del self._sent[future.key]
        future.release()
        if outcomes is None:
            self._suspects.append(batch)
            return
        for repository, outcome in zip(batch, outcomes, strict=True):
            yield replace(outcome, repository=name_of(repository))

    def _outcomes_of(self, future: _Task, batch: Batch) -> list[FleetOutcome] | None:
        """Return what a task came to, None for one that killed its workers."""
        try:
            version, outcomes = future.result(timeout=self._seconds_left())
        except TimeoutError:
            raise
        except self._dask.KilledWorker:
            return None
        except (self._dask.CancelledError, OSError):
            raise ScaffoldError(
                f"the scheduler {self._scheduler} is gone", hint="when it is back, --resume the run"
            ) from None
        except ImportError as error:
            raise _other_tool(self._scheduler, str(error)) from error
        except Exception as error:  # noqa: BLE001 - one batch never costs the others
            message = f"a worker could not begin: {error}"
            return [failed(one, Reason.CRASHED, message) for one in batch]
        if version != __version__:
            raise _other_tool(self._scheduler, f"one has {version}, this is {__version__}")
        return list(outcomes)

    def _alone(self, batch: Batch) -> Iterator[FleetOutcome]:
        """Yield the outcomes of a batch that nothing runs beside; of what is left of it, halved."""
        future = self._send(batch)
        yield from self._received(future)
        if not self._suspects or self._suspects[-1] is not batch:
            return
        self._suspects.pop()
        if len(batch) == 1:
            name = name_of(batch[0])
            message = f"the workers at {name} ended unexpectedly, one after the other"
            yield failed(batch[0], Reason.CRASHED, message, "their own logs may say more")
            return
        half = len(batch) // 2
        self._suspects.extendleft([batch[half:], batch[:half]])


def refuse_writes(job: FleetJob, repositories: Iterable[FleetRepository]) -> None:
    """Raise UsageError for a job that would write to a folder; for hosts it only plans."""
    if job.writes and any(isinstance(one, str) for one in repositories):
        raise UsageError(
            "a cluster may do the same twice, so it only reads", hint="plan with --dry-run"
        )


def _dask() -> ModuleType:
    try:
        return import_module("distributed")
    except ImportError as error:
        raise missing_extra("dask", "distributed", "--scheduler") from error


def _connected(dask: ModuleType, scheduler: str) -> Any:  # noqa: ANN401 - its methods are untyped
    # What it would say of each worker that is lost, the outcomes say.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = dask.Client(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        first_line = (str(error).splitlines() or [""])[0]
        raise ScaffoldError(
            f"no scheduler answers at {scheduler}: {first_line}",
            hint="give the address that the scheduler says when it starts, say tcp://host:8786",
        ) from error
    try:
        client.wait_for_workers(1, timeout=_WORKERS_SECONDS)
    except TimeoutError:
        client.close()
        raise ScaffoldError(
            f"no worker has come to {scheduler}", hint=f"start one: dask worker {scheduler}"
        ) from None
    return client


def _other_tool(scheduler: str, details: str) -> ScaffoldError:
    return ScaffoldError(
        f"the workers of {scheduler} don't have the tool that this is: {details}",
        hint="install the same version where the workers run",
    )


def _as_workers_see_it(job: FleetJob, batch: Batch) -> tuple[FleetJob, Sequence[FleetRepository]]:
    """Return a job and a batch for a process that was started elsewhere.

    Folders are whole paths, and what the rollout says goes along only for those of the batch, by
    the names that the user gave them.
    """
    rules: dict[str, RepositoryRule] = {}
    places: list[FleetRepository] = []
    for one in batch:
        place = one
        if isinstance(one, str):
            place = os.path.abspath(one)  # noqa: PTH100 - links stay as the user wrote them
        rule = RepositoryRule(job.rollout.skip_of(name_of(one)), job.rollout.data_for(name_of(one)))
        if rule != RepositoryRule():
            rules[folded(name_of(place))] = rule
        places.append(place)
    return replace(job, rollout=Rollout(repositories=rules), journal=None), places
