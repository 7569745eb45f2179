"""What came of one repository of a run, as a value that goes between processes and into a journal.

Owns the words for it, which programs read, and the exit code that follows. Must not know how an
outcome came about.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Final

from issue_scaffold.errors import EXIT_FAILURE, EXIT_FINDINGS, EXIT_OK
from issue_scaffold.fleet.remote import (
    Base,
    ChangedFile,
    FleetRepository,
    PlannedChange,
    RemoteRepository,
    name_of,
)

SCHEMA: Final = "scaffold.fleet/1"
Document = dict[str, Any]


class Status(StrEnum):
    """How a repository is, or what was done to it."""

    CLEAN = "clean"
    DRIFTED = "drifted"
    OUTDATED = "outdated"
    UPDATED = "updated"
    CONFLICT = "conflict"
    NOT_INITIALISED = "not-initialised"
    SKIPPED = "skipped"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a repository was skipped, or why it failed."""

    ARCHIVED = "archived"
    CLOSED_BY_USER = "closed-by-user"
    CRASHED = "crashed"
    DISABLED = "disabled"
    DISK = "disk"
    EDITED_BY_USER = "edited-by-user"
    EMPTY = "empty"
    FORBIDDEN = "forbidden"
    FORK = "fork"
    GONE = "gone"
    HOSTILE = "hostile"
    INVALID_ANSWERS = "invalid-answers"
    MEMORY = "memory"
    NETWORK = "network"
    NO_CHANGE = "no-change"
    NO_LABELS_CONFIG = "no-labels-config"
    NO_REMOTE = "no-remote"
    NOT_A_FOLDER = "not-a-folder"
    OPTED_OUT = "opted-out"
    PROTECTED = "protected"
    PUSH_REJECTED = "push-rejected"
    RATE_LIMITED = "rate-limited"
    TIMEOUT = "timeout"
    UNKNOWN_VERSION = "unknown-version"


# What may go better another time, with nothing changed.
_RETRIED: Final = frozenset(
    {Reason.CRASHED, Reason.DISK, Reason.NETWORK, Reason.RATE_LIMITED, Reason.TIMEOUT}
)
_PENDING: Final = frozenset(
    {Status.DRIFTED, Status.OUTDATED, Status.CONFLICT, Status.NOT_INITIALISED}
)


@dataclass(frozen=True, slots=True)
class Why:
    """The reason that programs read, and the message and the hint that people do."""

    code: Reason
    message: str
    hint: str | None = None

    @property
    def retry(self) -> bool:
        """Whether the same may go better another time."""
        return self.code in _RETRIED


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOutcome:
    """What came of one repository.

    `repository` is its name in reports, `findings` and `files` are as `check` and `update` give
    them to programs. `is_plan` says that the files would be changed, and weren't.

    Of a repository on a host there are its `host`, the `base` that it was looked at, the `change`
    that is planned, the `pull_request` with it, as programs read it, and how many `requests` of
    which kind it took.
    """

    repository: str
    status: Status
    why: Why | None = None
    template: Mapping[str, str | None] | None = None
    findings: tuple[Document, ...] = ()
    files: tuple[Document, ...] = ()
    notes: tuple[str, ...] = ()
    is_plan: bool = False
    attempts: int = 1
    seconds: float = 0.0
    host: str | None = None
    base: Base | None = None
    change: PlannedChange | None = None
    pull_request: Mapping[str, Any] | None = None
    requests: Mapping[str, int] = field(default_factory=dict)

    def __reduce__(self) -> "tuple[Callable[..., FleetOutcome], tuple[object, ...]]":
        """Go between processes in half of the time that a dataclass with slots takes by itself."""
        return _outcome_of_fields, tuple(getattr(self, name) for name in _FIELDS)

    @property
    def kind(self) -> str:
        """Where it is: in a folder on this machine, or on a host."""
        return "local" if self.host is None else "remote"

    @property
    def document(self) -> Document:
        """The row that programs read."""
        document: Document = {
            "event": "outcome",
            "repository": self.repository,
            "kind": self.kind,
            "status": str(self.status),
        }
        if self.host is not None:
            document.update(self._on_its_host(self.host))
        if self.why is not None:
            why = self.why
            document["reason"] = {"code": str(why.code), "message": why.message, "retry": why.retry}
            if why.hint is not None:
                document["reason"]["hint"] = why.hint
        if self.template is not None:
            document["template"] = dict(self.template)
        document["findings"] = list(self.findings)
        document["files"] = list(self.files)
        if self.notes:
            document["notes"] = list(self.notes)
        if self.is_plan:
            document["plan"] = True
        document["attempts"] = self.attempts
        document["seconds"] = round(self.seconds, 6)
        return document

    def _on_its_host(self, host: str) -> Document:
        document: Document = {"host": host}
        if self.base is not None:
            document["base"] = self.base._asdict()
        if self.change is not None:
            document["change"] = {"files": [file._asdict() for file in self.change.files]}
        if self.pull_request is not None:
            document["pull_request"] = dict(self.pull_request)
        if self.requests:
            document["requests"] = dict(self.requests)
        return document


_FIELDS: Final = tuple(one.name for one in fields(FleetOutcome))


def _outcome_of_fields(*values: Any) -> FleetOutcome:  # noqa: ANN401 - of each its own
    return FleetOutcome(**dict(zip(_FIELDS, values, strict=True)))


def outcome_in(document: Mapping[str, Any]) -> FleetOutcome:
    """Return the outcome that a row holds.

    Raises KeyError, TypeError or ValueError for another shape.
    """
    reason = document.get("reason")
    why = None
    if reason is not None:
        why = Why(Reason(reason["code"]), str(reason["message"]), reason.get("hint"))
    return FleetOutcome(
        repository=str(document["repository"]),
        status=Status(document["status"]),
        why=why,
        template=document.get("template"),
        findings=tuple(map(dict, document["findings"])),
        files=tuple(map(dict, document["files"])),
        notes=tuple(map(str, document.get("notes", ()))),
        is_plan=document.get("plan") is True,
        attempts=int(document["attempts"]),
        seconds=float(document["seconds"]),
        host=document.get("host"),
        base=_base_in(document.get("base")),
        change=_change_in(document),
        pull_request=document.get("pull_request"),
        requests=document.get("requests", {}),
    )


def _base_in(document: Mapping[str, Any] | None) -> Base | None:
    if document is None:
        return None
    return Base(str(document["branch"]), str(document["commit"]))


def _change_in(row: Mapping[str, Any]) -> PlannedChange | None:
    change, base = row.get("change"), _base_in(row.get("base"))
    if change is None or base is None:
        return None
    return PlannedChange(base, tuple(ChangedFile(**file) for file in change["files"]))


def failed(
    repository: FleetRepository, code: Reason, message: str, hint: str | None = None
) -> FleetOutcome:
    """Return the outcome of a repository with which nothing could be done."""
    return without_treatment(repository, Status.FAILED, Why(code, message, hint))


def without_treatment(repository: FleetRepository, status: Status, why: Why) -> FleetOutcome:
    """Return the outcome of a repository that wasn't looked into, or not to the end."""
    host = None
    if isinstance(repository, RemoteRepository):
        host = repository.host
    return FleetOutcome(repository=name_of(repository), status=status, why=why, host=host)


def without_labels_config(repository: FleetRepository) -> FleetOutcome:
    """Return the outcome of a repository whose labels nothing describes."""
    why = Why(
        Reason.NO_LABELS_CONFIG,
        "it has no labels config",
        "write one in it: scaffold init, or scaffold labels export",
    )
    return without_treatment(repository, Status.NOT_INITIALISED, why)


@dataclass(slots=True)
class Tally:
    """How many repositories ended how. Knows no row: there may be a hundred thousand."""

    counts: Counter[Status] = field(default_factory=Counter)
    _plans: int = 0

    def add(self, outcome: FleetOutcome) -> None:
        """Count one."""
        self.counts[outcome.status] += 1
        self._plans += outcome.is_plan

    def add_all(self, outcomes: Iterable[FleetOutcome]) -> None:
        """Count several."""
        for outcome in outcomes:
            self.add(outcome)

    @property
    def total(self) -> int:
        """How many there are."""
        return self.counts.total()

    @property
    def exit_code(self) -> int:
        """3 when one failed, 1 when there is something to do, else 0; skipped ones never count."""
        if self.counts[Status.FAILED]:
            return EXIT_FAILURE
        if self._plans or any(self.counts[status] for status in _PENDING):
            return EXIT_FINDINGS
        return EXIT_OK

    @property
    def document(self) -> dict[str, int]:
        """The counts by status, for programs; every status is there."""
        return {str(status): self.counts[status] for status in Status}
