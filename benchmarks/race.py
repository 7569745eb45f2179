"""Races between commands: whole processes, in turn A B A B, medians, and a Markdown table of ratios against targets.

What is measured is the wall-clock time from starting a process to its end, or the processor time of it and of all that
it started, which other work on the machine disturbs less. Whatever a run needs beforehand (an empty
cache, an untouched folder) is prepared outside of the measured time. One uncounted round goes first, so that byte code
is compiled and the disk's cache is warm for all alike.
"""

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


def nothing() -> None:
    """Prepare nothing."""


def processor_time() -> float:
    """Return the seconds that processors have spent on the processes started so far that have ended."""
    import resource  # Windows has none

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """A command to time. `prepare` runs before each run, unmeasured; a status in `ok` counts as done."""

    name: str
    command: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    prepare: Callable[[], object] = nothing
    ok: Sequence[int] = (0,)

    def run(self, clock: Callable[[], float] = time.perf_counter) -> float:
        """Run once; return the seconds it took by a clock. Raises RuntimeError when the command fails."""
        self.prepare()
        start = clock()
        done = subprocess.run(
            self.command, cwd=self.cwd, env=dict(self.env), capture_output=True, check=False, stdin=subprocess.DEVNULL
        )
        seconds = clock() - start
        if done.returncode not in self.ok:
            said = (done.stdout + done.stderr).decode(errors="replace")
            raise RuntimeError(f"{self.name} exited with {done.returncode}:\n{said}")
        return seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """What a command is compared with, and the greatest ratio of times that is wanted (None: only shown)."""

    runner: Runner
    limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """One command against its peers, all run in turn."""

    what: str
    ours: Runner
    peers: Sequence[Peer]

    def run(self, rounds: int, clock: Callable[[], float] = time.perf_counter) -> list["Result"]:
        """Return a result for each peer: medians over `rounds`, after one round that doesn't count."""
        runners = [self.ours, *(peer.runner for peer in self.peers)]
        times: list[list[float]] = [[] for _ in runners]
        for number in range(rounds + 1):
            for runner, seconds in zip(runners, times, strict=True):
                taken = runner.run(clock)
                if number:
                    seconds.append(taken)
        medians = [statistics.median(seconds) for seconds in times]
        return [
            Result(what=self.what, ours=medians[0], peer=peer.runner.name, theirs=median, limit=peer.limit)
            for peer, median in zip(self.peers, medians[1:], strict=True)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of the table; times in seconds."""

    what: str
    ours: float
    peer: str
    theirs: float
    limit: float | None

    @property
    def ratio(self) -> float:
        """Our time as a part of the peer's."""
        return self.ours / self.theirs

    @property
    def missed(self) -> bool:
        """Whether the ratio is above its limit."""
        return self.limit is not None and self.ratio > self.limit

    def row(self) -> str:
        """Return the line of the table."""
        limit = "" if self.limit is None else f"{self.limit:.2f}{' **missed**' if self.missed else ''}"
        return (
            f"| {self.what} | {self.ours * 1000:.0f} ms | {self.peer} | {self.theirs * 1000:.0f} ms "
            f"| {self.ratio:.2f} | {limit} |"
        )


HEADER = "| scaffold | median | peer | median | ratio | at most |\n|---|---:|---|---:|---:|---:|"
