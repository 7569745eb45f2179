"""Time, and how fast a forge lets anybody write.

Time comes in from outside, so that an hour of writing can be tested in a moment. One pacer may
serve several threads.
"""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Final, Protocol

from issue_scaffold.state.write_log import WriteLog

_FARTHEST_SECONDS: Final = 7200.0

# Told each second of a wait, and at its end, how many seconds are left.
OnTick = Callable[[float], None]
# Told of every wait: its seconds, and what is waited for. Returns who wants to know each second.
OnWait = Callable[[float, str], OnTick | None]


class Clock(Protocol):
    """Seconds that pass, and a way to let them pass."""

    def now(self) -> float:
        """Return seconds since some moment; they never go back."""

    def wall(self) -> float:
        """Return seconds since 1970."""

    def sleep(self, seconds: float) -> None:
        """Come back after this time."""


class SystemClock:
    """The time of this machine."""

    def now(self) -> float:
        """Return seconds since some moment; they never go back."""
        return time.monotonic()

    def wall(self) -> float:
        """Return seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Come back after this time."""
        time.sleep(seconds)


class Pacer:
    """The writes of the last hour, and when the next may go.

    A limit is a number of writes and its seconds. With a log, the writes of other processes with
    the same token count too; what can't be kept there is remembered here all the same.
    """

    def __init__(
        self, clock: Clock, limits: tuple[tuple[int, float], ...], log: WriteLog | None = None
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._log = log
        self._most = max((number for number, _ in limits), default=1)
        self._written: deque[float] = deque(maxlen=self._most)
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Take the next free moment for a write; return the seconds to wait until it comes."""
        with self._lock:
            return self._enter(0.0)

    def hold_back(self, seconds: float) -> None:
        """Let nobody write for some time: the forge has said so."""
        with self._lock:
            self._enter(seconds)

    def seconds_for(self, writes: int) -> float:
        """Return the seconds after which this many more writes can have gone."""
        with self._lock:
            now = moment = self._now()
            others = [] if self._log is None else self._log.moments()
            ahead = self._joined(others, now)
            for _ in range(writes):
                moment = self._next(ahead, now)
                ahead.append(moment)
            return max(0.0, moment - now)

    def _enter(self, seconds: float) -> float:
        """Enter a moment, this far from now at least; return the seconds until it comes."""
        if self._log is None:
            return self._entered([], seconds)
        with self._log.held() as moments:
            return self._entered(moments, seconds)

    def _entered(self, others: list[float], seconds: float) -> float:
        now = self._now()
        self._written = self._joined(others, now)
        moment = max(now + seconds, self._next(self._written, now))
        self._written.append(moment)
        others[:] = self._written
        return max(0.0, moment - now)

    def _now(self) -> float:
        # Only the time of day is the same in all processes.
        return self._clock.now() if self._log is None else self._clock.wall()

    def _joined(self, others: list[float], now: float) -> deque[float]:
        """Return all moments that count. What lies far ahead is of a clock that was wrong."""
        # Several may be at one moment: those that wait until the forge wants writes again.
        moments = (Counter(self._written) | Counter(others)).elements()
        return deque(
            sorted(moment for moment in moments if moment < now + _FARTHEST_SECONDS),
            maxlen=self._most,
        )

    def _next(self, written: deque[float], now: float) -> float:
        moment = now
        if written:
            moment = max(now, written[-1])
        for number, seconds in self._limits:
            if len(written) >= number:
                moment = max(moment, written[-number] + seconds)
        return moment
