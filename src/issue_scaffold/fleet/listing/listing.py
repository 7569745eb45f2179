"""What every forge's listing gives, and the values that go with it. Asks nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.fleet.outcome import FleetOutcome, Reason, Status, Why
from issue_scaffold.fleet.remote import RemoteRepository
from issue_scaffold.fleet.run_folder import WHOLE_OWNER
from issue_scaffold.label_sync.http.errors import MissingError, RateLimitError, UnreachableError

if TYPE_CHECKING:
    from issue_scaffold.label_sync.adapter import LabelsApi
    from issue_scaffold.label_sync.http.json_shapes import MalformedAnswerError


class OwnerKind(StrEnum):
    """Whose repositories are listed, by the option that names them."""

    ORG = "org"
    USER = "user"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Owner:
    """An organisation, a user or a group; `name` is the path of a group in another one."""

    kind: OwnerKind
    name: str

    def __str__(self) -> str:
        """Return it as messages call it."""
        words = {OwnerKind.ORG: "organisation", OwnerKind.USER: "user", OwnerKind.GROUP: "group"}
        return f"{words[self.kind]} {self.name}"

    @property
    def row(self) -> str:
        """What reports call all of its repositories that nobody could tell apart."""
        return f"{self.name}{WHOLE_OWNER}"


def unreadable(owner: Owner, host: str, error: "MalformedAnswerError") -> FleetOutcome:
    """Return the outcome of a repository that the host tells of in a way that nobody believes."""
    why = Why(Reason.HOSTILE, f"the host lists one that can't be: {error}")
    return FleetOutcome(repository=owner.row, status=Status.FAILED, why=why, host=host)


def code_of_api(error: ScaffoldError) -> Reason:
    """Return the reason that programs read for what a host's API refused."""
    match error:
        case UsageError():
            return Reason.INVALID_ANSWERS
        case RateLimitError():
            return Reason.RATE_LIMITED
        case UnreachableError():
            return Reason.NETWORK
        case MissingError():
            return Reason.GONE
    return Reason.FORBIDDEN


class HostListing(Protocol):
    """The repositories of one owner on one host. Methods raise ApiError."""

    @property
    def host(self) -> str:
        """What reports call the host."""

    @property
    def requests(self) -> Mapping[str, int]:
        """How many requests were sent, by their kind: graphql, rest, content."""

    def repositories(self) -> Iterator[RemoteRepository | FleetOutcome]:
        """Yield the repositories as they come; the outcome of what can't be told apart.

        Raises UsageError for an owner that isn't there.
        """

    def with_snapshot(self, repository: RemoteRepository) -> RemoteRepository:
        """Return a repository with what is known of its files, if that can be had."""

    def labels_api(self, repository: RemoteRepository) -> "LabelsApi":
        """Return the way to a repository's labels."""

    def content(self, repository: RemoteRepository, oid: str) -> bytes | None:
        """Return the content of a file by git's id, None where it can't be had so."""

    def contents(self, wanted: Mapping[str, RemoteRepository]) -> Mapping[str, bytes]:
        """Return the contents of files by git's ids, as many as can be had so.

        Each is wanted with a repository that has it.
        """
