"""What a pull request gets once it is there: labels, reviewers, the order to merge it by itself.

Owns which of them are asked for, and what is said where a repository or its forge hasn't got them:
none of that keeps a pull request from being there. How each is asked for is the forges'.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from issue_scaffold.label_sync.http.errors import (
    AccessError,
    ApiError,
    RateLimitError,
    UnreachableError,
)
from issue_scaffold.text.wording import listing

if TYPE_CHECKING:
    from issue_scaffold.fleet.forges.pull_request import PullRequest, PullRequestsApi


@dataclass(frozen=True, slots=True)
class PullRequestExtras:
    """What a new pull request is to get beside its text."""

    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    merges_itself: bool = False

    def __bool__(self) -> bool:
        """Tell whether there is anything to be given."""
        return bool(self.labels or self.reviewers or self.merges_itself)


def give_extras(
    api: "PullRequestsApi", pull: "PullRequest", base: str, extras: PullRequestExtras
) -> Iterator[str]:
    """Give them to a pull request; yield what it could not get, in words.

    Raises UnreachableError and RateLimitError, after which nobody knows what was done.
    """
    if extras.labels:
        yield from _tried("labels", lambda: _labelled(api, pull, extras.labels))
    if extras.reviewers:
        yield from _tried("reviewers", lambda: _asked(api, pull, extras.reviewers))
    if extras.merges_itself and pull.is_draft:
        yield "a draft does not merge itself: that is left to those who make it ready"
    elif extras.merges_itself:
        yield from _tried("auto-merge", lambda: api.merge_when_green(pull, base))


def _labelled(api: "PullRequestsApi", pull: "PullRequest", names: tuple[str, ...]) -> str:
    lacking = api.label(pull, names)
    if not lacking:
        return ""
    return f"no such label in the repository: {listing(lacking)}"


def _asked(api: "PullRequestsApi", pull: "PullRequest", names: tuple[str, ...]) -> str:
    """Ask all at once; where one of them can't be asked, each by itself."""
    try:
        return api.ask_reviewers(pull, names)
    except AccessError:
        raise
    except ApiError:
        if len(names) == 1:
            raise
    notes: list[str] = []
    for name in names:
        notes += _tried(f"reviewer {name}", partial(api.ask_reviewers, pull, (name,)))
    return "; ".join(notes)


def _tried(what: str, give: Callable[[], str]) -> Iterator[str]:
    try:
        note = give()
    except (UnreachableError, RateLimitError):
        raise
    except ApiError as error:
        note = f"{what}: {error.message}"
    if note:
        yield note
