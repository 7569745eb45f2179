"""How far `labels apply` has come, and what it waits for: on standard error.

There is a line that is drawn again and again only on a terminal, and it is never wider than that.
"""

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from issue_scaffold.cli.printing import redraw
from issue_scaffold.cli.verbosity import Verbosity, tell, verbosity

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.pacing import OnTick
    from issue_scaffold.label_sync.plan import LabelStep

_BAR = 24
_COLUMNS = 80
_MINUTE = 60
_HOUR = 3600
_WORTH_TELLING_SECONDS = 3.0


def tell_wait(seconds: float, why: str) -> "OnTick | None":
    """Say that nothing will happen for a while, and why; return what counts that down, if shown."""
    return Progress().wait(seconds, why)


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    whole = max(1, round(seconds))
    if whole < 2 * _MINUTE:
        return f"{whole} s"
    if whole < 2 * _HOUR:
        return f"{round(whole / _MINUTE)} min"
    return f"{whole / _HOUR:.1f} h"


def _writes_of(step: "LabelStep") -> int:
    """Return how many requests a step takes: a merge one for each issue, and two more."""
    from issue_scaffold.label_sync.plan import LabelAction  # not on the path of `check`

    if step.action is LabelAction.MERGE:
        return 2 + (step.issues or 0)
    return 1


class Progress:
    """The line that is drawn again after every step, every issue, and every second of a wait."""

    def __init__(self) -> None:
        self._is_shown = verbosity() is not Verbosity.QUIET and sys.stderr.isatty()
        self._steps: Sequence[LabelStep] = ()
        self._seconds_for: Callable[[int], float] = lambda writes: 0.0  # noqa: ARG005
        self._done = 0
        self._moved = 0

    def start(self, steps: "Sequence[LabelStep]", seconds_for: Callable[[int], float]) -> None:
        """Begin with these steps; `seconds_for` gives the time that so many more writes take."""
        self._steps = steps
        self._seconds_for = seconds_for
        self.show(0)

    def show(self, done: int) -> None:
        """Draw the line: so many steps are done."""
        self._done, self._moved = done, 0
        if self._has_bar:
            self._draw(f"{self._bar()}, about {self._left()} left")

    def move(self, moved: int, step: "LabelStep") -> None:
        """Draw the line: the merge at hand has relabelled so many issues."""
        self._moved = moved
        if self._has_bar:
            issues = f"issue {moved}/{max(moved, step.issues or 0)}"
            self._draw(f"{self._bar()}, {issues}, about {self._left()} left")

    def wait(self, seconds: float, why: str) -> "OnTick | None":
        """Say that nothing will happen for a while, and why; return what counts that down."""
        if seconds < _WORTH_TELLING_SECONDS:
            return None
        if not self._is_shown:
            tell(f"waiting {duration(seconds)}: {why}")
            return None

        def count_down(left: float) -> None:
            if left > 0:
                lead = f"{self._bar()}, " if self._has_bar else ""
                self._draw(f"{lead}waiting {duration(left)}: {why}")
            elif self._has_bar:
                self._draw(f"{self._bar()}, about {self._left()} left")
            else:
                self.clear()

        count_down(seconds)
        return count_down

    def clear(self) -> None:
        """Take the line away."""
        if self._is_shown:
            redraw("")

    @property
    def told(self) -> str:
        """How far it has come, as a sentence's beginning."""
        text = f"{self._done} of {len(self._steps)} steps were done"
        if self._moved:
            name = self._steps[self._done].name
            text += f", and {self._moved} issues of '{name}' relabelled"
        return text

    @property
    def _has_bar(self) -> bool:
        return self._is_shown and len(self._steps) > self._done and self._is_long

    @property
    def _is_long(self) -> bool:
        return sum(map(_writes_of, self._steps)) > 1

    def _bar(self) -> str:
        total = len(self._steps)
        if _columns() < _COLUMNS:
            return f"{self._done}/{total}"
        filled = _BAR * self._done // total
        return f"[{'#' * filled}{'-' * (_BAR - filled)}] {self._done}/{total}"

    def _left(self) -> str:
        writes = sum(map(_writes_of, self._steps[self._done :]))
        return duration(self._seconds_for(max(1, writes - self._moved)))

    def _draw(self, text: str) -> None:
        # A line that wraps can't be taken back, and a full one wraps on some terminals.
        redraw(text[: _columns() - 1])


def _columns() -> int:
    """Return how wide the terminal of standard error is."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _COLUMNS
    except OSError:
        return _COLUMNS
