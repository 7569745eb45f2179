"""Time, and how fast a forge lets anybody write.

Time comes in from outside, so that an hour of writing can be tested in a moment. One pacer may
serve several threads.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

# Told of every wait: its seconds, and what is waited for.
OnWait = Callable[[float, str], None]


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

    A limit is a number of writes and its seconds.
    """

    def __init__(self, clock: Clock, limits: tuple[tuple[int, float], ...]) -> None:
        self._clock = clock
        self._limits = limits
        self._written: deque[float] = deque(maxlen=max((number for number, _ in limits), default=1))
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Take the next free moment for a write; return the seconds to wait until it comes."""
        with self._lock:
            now = self._clock.now()
            moment = self._next(self._written, now)
            self._written.append(moment)
            return max(0.0, moment - now)

    def seconds_for(self, writes: int) -> float:
        """Return the seconds after which this many more writes can have gone."""
        with self._lock:
            now = moment = self._clock.now()
            ahead = deque(self._written, maxlen=self._written.maxlen)
            for _ in range(writes):
                moment = self._next(ahead, now)
                ahead.append(moment)
            return max(0.0, moment - now)

    def _next(self, written: deque[float], now: float) -> float:
        moment = now
        if written:
            moment = max(now, written[-1])
        for number, seconds in self._limits:
            if len(written) >= number:
                moment = max(moment, written[-number] + seconds)
        return moment
