"""How far `labels apply` has come, and what it waits for: on standard error.

There is a bar only on a terminal.
"""

import sys
from collections.abc import Callable

from issue_scaffold.cli.printing import redraw
from issue_scaffold.cli.verbosity import Verbosity, tell, verbosity

_BAR = 24
_MINUTE = 60
_HOUR = 3600
_WORTH_TELLING_SECONDS = 3.0


def tell_wait(seconds: float, why: str) -> None:
    """Say that nothing will happen for a while, and why."""
    if seconds >= _WORTH_TELLING_SECONDS:
        tell(f"waiting {duration(seconds)}: {why}")


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    whole = max(1, round(seconds))
    if whole < 2 * _MINUTE:
        return f"{whole} s"
    if whole < 2 * _HOUR:
        return f"{round(whole / _MINUTE)} min"
    return f"{whole / _HOUR:.1f} h"


class Progress:
    """A line that is drawn again after every step.

    `seconds_for` gives the time that so many more writes take.
    """

    def __init__(self, total: int, seconds_for: Callable[[int], float]) -> None:
        self._total = total
        self._seconds_for = seconds_for
        is_wanted = verbosity() is not Verbosity.QUIET
        self._is_shown = is_wanted and sys.stderr.isatty() and total > 1

    def show(self, done: int) -> None:
        """Draw the line."""
        if self._is_shown and done < self._total:
            filled = _BAR * done // self._total
            bar = "#" * filled + "-" * (_BAR - filled)
            left = duration(self._seconds_for(self._total - done))
            redraw(f"[{bar}] {done}/{self._total}, about {left} left")

    def clear(self) -> None:
        """Take the line away."""
        if self._is_shown:
            redraw("")
