"""A finding: one thing that is not as it should be, as a value.

How it is shown is decided in `cli/output/`.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, StrEnum
from functools import total_ordering
from typing import Any, NamedTuple


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
    """What a finding is about; `--fail-on` takes these words, but for those in `OVERLOOKED`.

    `invalid` is an error in a file that the template manages, `invalid-foreign` in another one;
    `reformatted` is a file that differs from the template in its formatting only.
    """

    OUTDATED = "outdated"
    MODIFIED = "modified"
    MISSING = "missing"
    CONFLICT = "conflict"
    INVALID = "invalid"
    INVALID_FOREIGN = "invalid-foreign"
    UNTRACKED = "untracked"
    REFORMATTED = "reformatted"
    ACCEPTED = "accepted"
    OWN = "own"
    IGNORED = "ignored"


# What a repository told the tool to overlook: always shown, never failing.
OVERLOOKED = frozenset({Kind.ACCEPTED, Kind.OWN, Kind.IGNORED})


class Excerpt(NamedTuple):
    """A line of source and the part of it that is meant.

    `start` and `end` are 0-based offsets in code points into `text` (without its line break), `end`
    exclusive.
    """

    text: str
    start: int
    end: int


class FindingPlace(NamedTuple):
    """Where a finding is: `line` and `column` are 1-based, columns in code points."""

    path: str
    line: int | None = None
    column: int | None = None
    excerpt: Excerpt | None = None


class Finding(NamedTuple):
    """One finding.

    `path` is as the user would write it; `line` and `column` are 1-based, columns in code points.
    `fixable` says that a safe fix exists, `fixable_unsafely` that only one which guesses does.
    `further` are the other places of which the same is to be said, in order.
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
    further: tuple[FindingPlace, ...] = ()

    @property
    def places(self) -> tuple[FindingPlace, ...]:
        """All places, the finding's own first."""
        return (FindingPlace(self.path, self.line, self.column, self.excerpt), *self.further)

    def apart(self) -> Iterator["Finding"]:
        """Yield a finding for each place."""
        for path, line, column, excerpt in self.places:
            yield self._replace(path=path, line=line, column=column, excerpt=excerpt, further=())

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """The order in which every output lists findings: path, line, column, rule, kind."""
        return (self.path, self.line or 0, self.column or 0, self.rule or "", self.kind)


def gathered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in which the same thing is said once, with all its places.

    The same thing is what the same rule says in the same words. What no rule says is of its file
    alone, and stays as it is.
    """
    same: dict[tuple[object, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        key: tuple[object, ...] = (number,)
        if finding.rule is not None:
            key = finding._replace(path="", line=None, column=None, excerpt=None, further=())
        same.setdefault(key, []).append(finding)
    return tuple(_with_places_of(first, others) for first, *others in same.values())


def _with_places_of(first: Finding, others: Iterable[Finding]) -> Finding:
    places = tuple(place for other in others for place in other.places)
    return first._replace(further=(*first.further, *places))


def by_weight(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings as people read them: errors, then warnings, then the rest."""
    return sorted(findings, key=lambda finding: finding.severity, reverse=True)


def finding_document(finding: Finding) -> dict[str, Any]:
    """Return a finding as programs read it: what isn't known of it is left out."""
    fields: dict[str, Any] = {
        "kind": str(finding.kind),
        "rule": finding.rule,
        "severity": str(finding.severity),
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "places": [_place_document(place) for place in finding.places],
        "message": finding.message,
        "hint": finding.hint,
        "url": finding.url,
        "fixable": finding.fixable,
        "diff": finding.diff,
    }
    return _known(fields)


def finding_in(document: Mapping[str, Any]) -> Finding:
    """Return the finding that a document holds, without excerpts.

    Raises KeyError, TypeError or ValueError for another shape.
    """
    first, *further = [
        FindingPlace(str(place["path"]), place.get("line"), place.get("column"))
        for place in document["places"]
    ]
    return Finding(
        kind=Kind(document["kind"]),
        severity=Severity(document["severity"]),
        path=first.path,
        message=str(document["message"]),
        rule=document.get("rule"),
        line=first.line,
        column=first.column,
        hint=document.get("hint"),
        diff=document.get("diff"),
        url=document.get("url"),
        fixable=document["fixable"] is True,
        further=tuple(further),
    )


def _place_document(place: FindingPlace) -> dict[str, Any]:
    return _known({"path": place.path, "line": place.line, "column": place.column})


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}
