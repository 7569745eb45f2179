"""A finding: one thing that is not as it should be, as a value.

How it is shown is decided in `cli/output/`.
"""

from enum import Enum, StrEnum
from functools import total_ordering
from typing import NamedTuple


@total_ordering
class Severity(Enum):
    """How sure and how bad: `error` breaks or has drifted, `warning` probably, `info` is advice.

    Ordered by weight: `INFO < WARNING < ERROR`. No text of its own kind: texts have another order.
    """

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    def __str__(self) -> str:
        return self.value

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Severity):
            return NotImplemented
        weights = list(Severity)
        return weights.index(self) < weights.index(other)


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

    `start` and `end` are 0-based offsets in code points into `text` (without its line break), `end`
    exclusive.
    """

    text: str
    start: int
    end: int


class Finding(NamedTuple):
    """One finding.

    `path` is as the user would write it; `line` and `column` are 1-based, columns in code points.
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
