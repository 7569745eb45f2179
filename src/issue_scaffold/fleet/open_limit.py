"""How many pull requests of a fleet may be open at a time: no other one is opened beside so many.

Owns the count of a run. What is open already is asked for when it is first needed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field


class TooManyOpenError(Exception):
    """So many pull requests are open that there may be no other; the text says so."""


@dataclass(slots=True)
class OpenLimit:
    """At most `most` of them; `count` tells how many are open before the run opens any."""

    most: int
    count: Callable[[], int]
    _open: int | None = field(default=None, init=False)

    def check(self) -> None:
        """Raise TooManyOpenError where no other may be opened."""
        if self._open is None:
            self._open = self.count()
        if self._open >= self.most:
            raise TooManyOpenError(f"{self._open} pull requests are open (--open-prs {self.most})")

    def add(self) -> None:
        """Count one that is about to be opened."""
        self._open = (self._open or 0) + 1
