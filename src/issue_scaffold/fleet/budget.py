"""How much a run may write, and until when: it waits for the next moment, or says that it is over.

Nothing here sleeps beyond the run's end: what can't be done before that is left to a later run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from issue_scaffold.fleet.run import BudgetSpentError
from issue_scaffold.fleet.window import Window
from issue_scaffold.label_sync.http.pacing import Clock, OnTick, OnWait, Pacer
from issue_scaffold.state.write_log import WriteLog
from issue_scaffold.text.wording import count

_HOUR: Final = 3600.0
# What one repository may take: a text, a state, a pull request and a comment.
_WRITES: Final = 4
# To wait so long is the pace of writing; longer is the end of a budget.
_PACE_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class WriteBudget:
    """What a run keeps to: its end by the clock (None: it waits for nothing), and its hours."""

    clock: Clock
    end: float | None = None
    window: Window | None = None

    def wait(self, seconds: float, why: str, *, pace: float = 0.0) -> None:
        """Wait, if that ends before the run does. Raises BudgetSpentError.

        What is no longer than `pace` is always waited for.
        """
        if seconds <= 0:
            return
        self.allow(seconds, why, pace=pace)
        self.clock.sleep(seconds)

    def allow(self, seconds: float, why: str, *, pace: float = 0.0) -> None:
        """Raise BudgetSpentError if a wait is longer than the run."""
        if seconds <= pace:
            return
        if self.end is None or self.clock.now() + seconds > self.end:
            raise BudgetSpentError(why)

    def on_wait(self, told: OnWait) -> OnWait:
        """Return what a client tells of its waits, which ends what takes too long."""

        def tell(seconds: float, why: str) -> OnTick | None:
            self.allow(seconds, why, pace=_PACE_SECONDS)
            return told(seconds, why)

        return tell

    def before_writing(self, seconds_for: Callable[[int], float], forge: str) -> None:
        """Wait until the window is open, and the forge's limits have room for a repository."""
        if self.window is not None:
            closed = self.window.seconds_until_open(self.clock.wall())
            self.wait(closed, "outside of the hours of --window")
        self.allow(seconds_for(_WRITES), f"{forge}'s limits for writes", pace=_PACE_SECONDS)


class Openings:
    """The pull requests that were opened in the last hour with one token, by all processes."""

    def __init__(self, budget: WriteBudget, host: str, secret: str, an_hour: int) -> None:
        log = WriteLog(f"{host} pull requests", secret)
        self._pacer = Pacer(budget.clock, ((an_hour, _HOUR),), log)
        self._budget = budget
        self._an_hour = an_hour

    def take(self) -> None:
        """Count one that is about to be opened. Raises BudgetSpentError where there are enough."""
        why = f"{count(self._an_hour, 'pull request')} an hour (--prs-per-hour)"
        self._budget.allow(self._pacer.seconds_for(1), why)
        self._budget.wait(self._pacer.reserve(), why)
