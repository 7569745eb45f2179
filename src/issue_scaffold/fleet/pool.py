"""Worker processes of which one that dies, hangs or eats memory costs one repository.

Python's own pools are broken for good by a worker that is killed, with all that was left to do. A
worker here has its own pipe, tells of each repository as it is done, and is replaced when it ends;
the repository that it was at is reported, and the rest of its batch goes back to the others.
"""

import contextlib
import math
import multiprocessing
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from issue_scaffold.files.bounded import read_file
from issue_scaffold.files.scratch import Scratch, ScratchKind, share
from issue_scaffold.fleet.engine import Batch
from issue_scaffold.fleet.job import FleetJob
from issue_scaffold.fleet.outcome import FleetOutcome, Reason, failed
from issue_scaffold.fleet.remote import FleetRepository, name_of
from issue_scaffold.template import sealed_process

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkContext, SpawnContext
    from multiprocessing.process import BaseProcess
    from types import FrameType

# How long a worker that was asked to end may take to finish the repository that it is at.
_GRACE_SECONDS: Final = 10.0
# The same for a worker that only reads, and that may be past listening.
_LAST_SECONDS: Final = 1.0
_FORKS: Final = sys.platform == "linux"
# How long outcomes may wait to be taken together: whenever this process wakes up, a worker waits.
_PAUSE_SECONDS: Final = 0.003
# While a worker has more to do than it does in a pause, it can be left to itself.
_MANY_LEFT: Final = 40


def _context() -> "ForkContext | SpawnContext":
    if sys.platform == "linux":
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """How many workers there are, and what one repository may take: seconds, and bytes of memory.

    Memory is limited where the system can: not on Windows, nor on macOS. At `until`, by the
    monotonic clock, no other outcome is waited for.
    """

    jobs: int
    seconds: float
    memory: int
    until: float = math.inf


@dataclass(slots=True)
class _Hand:
    """A worker process, the repositories that it still has, and since when it is at the first."""

    process: "BaseProcess"
    pipe: "Connection"
    left: deque[FleetRepository] = field(default_factory=deque)
    since: float = 0.0


class PoolEngine:
    """Treats repositories in worker processes."""

    def __init__(self, job: FleetJob, limits: PoolLimits) -> None:
        self._job = job
        self._limits = limits
        self._batches: deque[deque[FleetRepository]] = deque()
        self._hands: list[_Hand] = []
        self._context = _context()
        # Of workers too that are killed, and can't clear up any more.
        self._scratch: Scratch | None = None

    def submit(self, batch: Batch) -> None:
        """Take on a batch, which one worker works off."""
        self._batches.append(deque(batch))

    def completed(self, *, waits: bool = True) -> Iterator[FleetOutcome]:
        """Yield outcomes as they come; a worker that ends without one has its repository named."""
        self._begin()
        self._employ()
        while any(hand.left for hand in self._hands) and time.monotonic() < self._limits.until:
            ready = self._ready(waits=waits)
            for hand in ready:
                yield from self._heard_from(hand)
            if all(len(hand.left) > _MANY_LEFT for hand in self._hands):
                time.sleep(_PAUSE_SECONDS)
            for hand in self._late():
                yield self._dismissed(hand, Reason.TIMEOUT)
            self._employ()
            if not ready and not waits:
                return

    def _begin(self) -> None:
        if self._scratch is None:
            self._job.load()
            self._scratch = Scratch(ScratchKind.FLEET)

    def cancel(self) -> None:
        """End all workers: each finishes what it is at, if it does so soon."""
        self._batches.clear()
        for hand in self._hands:
            hand.pipe.close()
        deadline = time.monotonic() + (_GRACE_SECONDS if self._job.writes else _LAST_SECONDS)
        for hand in self._hands:
            if not self._job.writes:
                hand.process.terminate()
        for hand in self._hands:
            hand.process.join(max(0.0, deadline - time.monotonic()))
            _end(hand)
        self._hands.clear()
        if self._scratch is not None:
            self._scratch.close()
            self._scratch = None

    def _employ(self) -> None:
        """Give every worker something to do, and start some while there is more than they have."""
        for hand in self._hands:
            if self._batches and not hand.left:
                self._give(hand)
        while self._batches and len(self._hands) < self._limits.jobs:
            self._hands.append(self._started())
            self._give(self._hands[-1])

    def _started(self) -> _Hand:
        sealed_process.end()  # a fork would hand it down, to be talked to by two
        ours, theirs = self._context.Pipe()
        inherited: list[Connection] = []
        if _FORKS:  # which hands down what is open
            inherited = [ours, *(hand.pipe for hand in self._hands)]
        assert self._scratch is not None  # noqa: S101 - begun
        place = str(self._scratch.path)
        process = self._context.Process(
            target=_work, args=(self._job, theirs, self._limits.memory, place, inherited)
        )
        process.start()
        theirs.close()
        return _Hand(process, ours)

    def _give(self, hand: _Hand) -> None:
        hand.left = self._batches.popleft()
        hand.since = time.monotonic()
        # A worker that is gone is noticed when it is listened to.
        with contextlib.suppress(OSError):
            hand.pipe.send(list(hand.left))

    def _ready(self, *, waits: bool) -> list[_Hand]:
        by_pipe = {hand.pipe: hand for hand in self._hands if hand.left}
        first = min(hand.since for hand in by_pipe.values())
        end = min(first + self._limits.seconds, self._limits.until)
        patience = max(0.0, end - time.monotonic()) if waits else 0.0
        heard = connection.wait(list(by_pipe), patience)
        return [by_pipe[pipe] for pipe in heard]  # type: ignore[index]

    def _heard_from(self, hand: _Hand) -> Iterator[FleetOutcome]:
        """Yield all that a worker has to tell by now."""
        is_more = True
        while is_more:
            try:
                outcome: FleetOutcome = hand.pipe.recv()
            except (EOFError, OSError):
                yield self._dismissed(hand, Reason.CRASHED)
                return
            hand.left.popleft()
            hand.since = time.monotonic()
            # Asked first: whoever takes the outcome may end the run, and all hands.
            is_more = bool(hand.left) and _says_more(hand.pipe)
            yield outcome

    def _late(self) -> list[_Hand]:
        now = time.monotonic()
        return [
            hand for hand in self._hands if hand.left and now - hand.since >= self._limits.seconds
        ]

    def _dismissed(self, hand: _Hand, code: Reason) -> FleetOutcome:
        """End a worker; return the outcome of what it was at, and keep what it wasn't."""
        self._hands.remove(hand)
        if code is Reason.TIMEOUT and not self._job.writes:
            hand.process.terminate()
            hand.process.join(_LAST_SECONDS)
        hand.process.kill()
        hand.process.join()
        ended = hand.process.exitcode
        hand.pipe.close()
        _end(hand)
        repository = hand.left.popleft()
        if hand.left:
            self._batches.appendleft(hand.left)
        if code is Reason.TIMEOUT:
            message = f"{name_of(repository)} took longer than {self._limits.seconds:g} seconds"
            return failed(repository, code, message, "give it more time: --timeout")
        message = f"the worker at {name_of(repository)} ended unexpectedly ({ended})"
        return failed(repository, code, message)


def _says_more(pipe: "Connection") -> bool:
    """Return whether a message is there to be read. `Connection.poll` takes ten times as long."""
    if sys.platform == "win32":
        return pipe.poll()
    look = select.poll()
    look.register(pipe, select.POLLIN)
    return bool(look.poll(0))


def _end(hand: _Hand) -> None:
    if hand.process.is_alive():
        hand.process.kill()
        hand.process.join()
    hand.process.close()


def _work(
    job: FleetJob,
    pipe: "Connection",
    memory: int,
    scratch: str,
    inherited: "list[Connection]",
) -> None:
    """Treat what comes through the pipe until it is closed: the life of a worker."""
    for other in inherited:
        other.close()
    Path(scratch).mkdir(mode=0o700, exist_ok=True)
    if not _FORKS:  # which leaves the lock to this process, too
        share(scratch)
    tempfile.tempdir = tempfile.mkdtemp(dir=scratch)
    _settle(memory)
    if not job.writes:
        signal.signal(signal.SIGTERM, _leave)
    with contextlib.suppress(EOFError, OSError), job.start() as treat:
        while True:
            for repository in pipe.recv():
                pipe.send(treat(repository))
    # Nobody listens any more. Who has started this may have been killed, and clears nothing up.
    shutil.rmtree(tempfile.tempdir, ignore_errors=True)
    with contextlib.suppress(OSError):
        Path(scratch).rmdir()  # by the last one


def _leave(_signal: int, _frame: "FrameType | None") -> None:
    """End a worker that only reads, at once, and with it the git that it has started."""
    raise SystemExit


def _settle(memory: int) -> None:
    """Leave signals to the process that started this one, and stay within a limit of memory."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if sys.platform == "linux" and memory:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = _mapped() + memory
        if hard == resource.RLIM_INFINITY or limit < hard:
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _mapped() -> int:
    """Return how many bytes of addresses this process has: a fork begins with its parent's."""
    import resource

    # https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html
    return int(read_file("/proc/self/statm").split()[0]) * resource.getpagesize()


def default_jobs() -> int:
    """Return how many workers make sense here."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
