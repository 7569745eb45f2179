"""A finding: one thing that is not as it should be, as a value. How it is shown is decided in `cli/output/`."""

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How sure and how bad: `error` will break or has drifted, `warning` probably, `info` is advice."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    def __lt__(self, other: object) -> bool:
        """Order by weight: `INFO < WARNING < ERROR`."""
        return _WEIGHT[self] < _WEIGHT[other] if isinstance(other, Severity) else NotImplemented

    # Each one is spelt out: a text has an order of its own, by the alphabet.
    def __le__(self, other: object) -> bool:
        """Order by weight."""
        return _WEIGHT[self] <= _WEIGHT[other] if isinstance(other, Severity) else NotImplemented

    def __gt__(self, other: object) -> bool:
        """Order by weight."""
        return _WEIGHT[self] > _WEIGHT[other] if isinstance(other, Severity) else NotImplemented

    def __ge__(self, other: object) -> bool:
        """Order by weight."""
        return _WEIGHT[self] >= _WEIGHT[other] if isinstance(other, Severity) else NotImplemented


_WEIGHT = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


class Kind(StrEnum):
    """What a finding is about; `--fail-on` takes these words, but for those in `OVERLOOKED`."""

    OUTDATED = "outdated"
    MODIFIED = "modified"
    MISSING = "missing"
    CONFLICT = "conflict"
    INVALID = "invalid"
    UNTRACKED = "untracked"
    ACCEPTED = "accepted"
    IGNORED = "ignored"


# What a repository told the tool to overlook: always shown, never failing.
OVERLOOKED = frozenset({Kind.ACCEPTED, Kind.IGNORED})


class Excerpt(NamedTuple):
    """A line of source and the part of it that is meant.

    `start` and `end` are 0-based offsets in code points into `text` (without its line break), `end` exclusive.
    """

    text: str
    start: int
    end: int


class Finding(NamedTuple):
    """One finding. `path` is as the user would write it; `line` and `column` are 1-based, columns in code points.

    `fixable` says that a safe fix exists, `fixable_unsafely` that only one which guesses does.
    """

    kind: Kind
    severity: Severity
    path: str
    message: str
    rule: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None
    diff: str | None = None
    url: str | None = None
    fixable: bool = False
    fixable_unsafely: bool = False
    excerpt: Excerpt | None = None

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """The order in which every output lists findings: path, line, column, rule, kind."""
        return (self.path, self.line or 0, self.column or 0, self.rule or "", self.kind)
