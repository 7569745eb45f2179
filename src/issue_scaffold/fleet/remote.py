"""A repository on a host, as a forge or git tells of it, and what is planned for it.

Values only, which go between processes and into a run's folder. How a host is asked is its
adapter's; nothing here holds a token or an address with one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from issue_scaffold.label_sync.plan import LiveLabel


class RemoteFile(NamedTuple):
    """A file of a commit: git's mode and object id, and its text where that came along."""

    mode: str
    oid: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a commit holds of the files that a check looks at, by path from the root.

    Entries with the mode of a folder are folders that weren't listed. `is_whole` tells that nothing
    is missing of the others: it may be said of a file that isn't in them that it isn't there.
    `labels` are those of the repository, None where nobody asked for them.
    """

    files: Mapping[str, RemoteFile]
    is_whole: bool = True
    labels: "tuple[LiveLabel, ...] | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRepository:
    """A repository on a host.

    `name` is what reports call it: OWNER/NAME where a forge listed it, its address without
    credentials where only git knows it. `clone_url` has no credentials either. `branch` and
    `commit` are the default branch and its head; None where there is none yet, or nobody asked.
    What is None is not known. `api_url` is the API that told of it: the user has named its host.
    """

    host: str
    name: str
    clone_url: str
    branch: str | None = None
    commit: str | None = None
    is_archived: bool = False
    is_fork: bool = False
    is_empty: bool = False
    is_disabled: bool = False
    visibility: str | None = None
    language: str | None = None
    topics: frozenset[str] = frozenset()
    may_push: bool | None = None
    api_url: str | None = None
    snapshot: Snapshot | None = None

    @property
    def base(self) -> "Base | None":
        """What was listed: None where nobody said so."""
        if self.branch is None or self.commit is None:
            return None
        return Base(self.branch, self.commit)


# One of a run's list: a folder on this machine, or a repository on a host.
FleetRepository: TypeAlias = str | RemoteRepository


def name_of(repository: FleetRepository) -> str:
    """Return what reports call a repository: the key of it everywhere in a run."""
    if isinstance(repository, RemoteRepository):
        return repository.name
    return repository


class Base(NamedTuple):
    """What a plan was made from: the branch, and the commit that was its head."""

    branch: str
    commit: str


class ChangedFile(NamedTuple):
    """A file as it is to be: its mode, and the digest of its contents; None for one that goes."""

    path: str
    mode: str
    digest: str | None


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """What is to be pushed to a repository.

    `contents` are the bytes by their SHA-256; they come from a worker, and lie in the run's folder
    afterwards, so that they are left out of the row that programs read.
    """

    base: Base
    files: tuple[ChangedFile, ...]
    contents: Mapping[str, bytes] = field(default_factory=dict, compare=False)
