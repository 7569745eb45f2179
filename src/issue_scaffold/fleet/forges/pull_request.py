"""What a fleet's writer needs of a forge: the interface that each forge's adapter fulfils.

Owns the interface and the values that go through it. GitLab's merge requests are pull requests
here. How a forge is asked is its adapter's; when, and whether, is the writer's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from issue_scaffold.label_sync.http.errors import ApiError


class PullRequestState(StrEnum):
    """How a pull request is; a draft is open, too."""

    OPEN = "open"
    DRAFT = "draft"
    MERGED = "merged"
    CLOSED = "closed"


class NoDraftsError(ApiError):
    """The repository knows no drafts: GitHub's private ones of some plans don't."""


class NothingToProposeError(ApiError):
    """The branch has nothing that the base doesn't have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request as it is now; `head` is the commit that its branch had last.

    `branch` is empty where that is of another repository; `key` is how it is called by an API that
    doesn't go by numbers.
    """

    number: int
    url: str
    state: PullRequestState
    title: str
    body: str
    head: str
    branch: str
    key: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it can be merged, or still become ready for that."""
        return self.state in {PullRequestState.OPEN, PullRequestState.DRAFT}

    @property
    def is_draft(self) -> bool:
        """Whether it must become ready before it can be merged."""
        return self.state is PullRequestState.DRAFT


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedText:
    """What a pull request is to say; its title has no sign of a draft."""

    title: str
    body: str
    is_draft: bool = False


class FoundIssue(NamedTuple):
    """An issue as it is now."""

    number: int
    url: str
    title: str
    body: str
    is_open: bool


class PullRequestsApi(Protocol):
    """One repository's pull requests from its own branches, and its issues.

    Methods raise ApiError when the forge refuses or can't be had. What makes something is sent
    once: UnreachableError says that nobody knows whether it was done.
    """

    def of_branch(self, branch: str) -> PullRequest | None:
        """Return the pull request of a branch: the open one, else the last one, in any state."""

    def propose(self, branch: str, base: str, text: ProposedText) -> PullRequest:
        """Make a pull request.

        Raises ExistsError where there is an open one, NoDraftsError, and NothingToProposeError.
        """

    def change(self, found: PullRequest, text: ProposedText) -> PullRequest:
        """Give a pull request another text, and make it a draft or ready."""

    def close(self, found: PullRequest) -> None:
        """Close a pull request."""

    def label(self, found: PullRequest, names: Sequence[str]) -> tuple[str, ...]:
        """Put those labels on a pull request that there are; return those that there are not."""

    def ask_reviewers(self, found: PullRequest, names: Sequence[str]) -> str:
        """Ask people for a review, and teams, which have a `/`; return who is not known, in words.

        Raises ApiError where one of them can't be asked.
        """

    def merge_when_green(self, found: PullRequest, base: str) -> str:
        """Let the forge merge a pull request when its checks are green; return why not, in words.

        Never merges it at once.
        """

    def comments(self, found: PullRequest) -> Iterator[str]:
        """Yield the comments on a pull request."""

    def comment(self, found: PullRequest, text: str) -> None:
        """Comment on a pull request."""

    def issues(self) -> Iterator[FoundIssue]:
        """Yield all issues in any state, the newest first."""

    def open_issue(self, text: ProposedText) -> FoundIssue:
        """Make an issue."""

    def change_issue(self, found: FoundIssue, text: ProposedText) -> FoundIssue:
        """Give an issue another text."""
