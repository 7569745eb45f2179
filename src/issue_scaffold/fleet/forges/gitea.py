"""Pull requests and issues on Gitea and Forgejo.

Source: `routers/api/v1/repo/pull.go` and `issue.go` in Gitea's source, which Forgejo shares. Lists
aren't asked for by branch, which servers of some years pass over.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from issue_scaffold.fleet.forges.answers import (
    GITEA_DRAFT,
    read_comments,
    read_gitea_pull,
    read_github_issue,
    read_issues,
    read_pulls,
)
from issue_scaffold.fleet.forges.pull_request import (
    FoundIssue,
    NothingToProposeError,
    ProposedText,
    PullRequest,
)
from issue_scaffold.fleet.forges.rest import RestPullRequests, people_and_teams
from issue_scaffold.label_sync.gitea.api import GITEA_API
from issue_scaffold.label_sync.http.customs import Answer
from issue_scaffold.label_sync.http.errors import (
    AccessError,
    ApiError,
    ExistsError,
    MissingError,
    RateLimitError,
    UnreachableError,
)
from issue_scaffold.label_sync.http.refusals import said_in, usual_refusal
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.numbered_labels import read_labels

_INVALID: Final = 422
_PAGE: Final = "50"
_NEEDED: Final = "it needs the scopes write:repository and write:issue"


def refusal(answer: Answer, what: str, token: Token) -> ApiError:
    """Return the error that an answer means; `what` was asked for ("open a pull request")."""
    said = said_in(answer.data, token)
    if answer.status == _INVALID and "no changes" in said.lower():
        return NothingToProposeError(f"can't {what}: {said}")
    return usual_refusal(answer, what, token, _NEEDED)


GITEA_PULLS: Final = replace(GITEA_API, refusal=refusal)


class GiteaPullRequests(RestPullRequests):
    """One repository's pull requests on Gitea or Forgejo."""

    def of_branch(self, branch: str) -> PullRequest | None:
        """Return the last pull request of a branch, in any state: no other can be open."""
        what = f"read the pull requests of {self.name}"
        query = {"state": "all", "limit": _PAGE}
        reader = read_pulls(self.read_pull)
        found = self.calls.numbered_pages(f"{self.base}/pulls", query, what, reader)
        return next((one for one in found if one.branch == branch), None)

    def text_fields(self, text: ProposedText) -> dict[str, Any]:
        """Return what says, when one is made or changed, what it says."""
        sign = GITEA_DRAFT if text.is_draft else ""
        return {"title": f"{sign}{text.title}", "body": text.body}

    def label_ids(self) -> Iterator[tuple[str, int | str]]:
        """Yield the name and the number of each label: the repository's, the organisation's."""
        yield from self._labels_at(f"{self.base}/labels")
        owner = self.base.split("/")[2]
        try:
            yield from self._labels_at(f"/orgs/{owner}/labels")
        except (UnreachableError, RateLimitError):
            raise
        except (AccessError, MissingError):  # a user has none, nor has a token that may not
            return

    def _labels_at(self, path: str) -> Iterator[tuple[str, int | str]]:
        what = f"list the labels of {self.name}"
        for one in self.calls.numbered_pages(path, {"limit": _PAGE}, what, read_labels):
            yield one.live.name, one.number

    def put_labels(self, found: PullRequest, ids: Sequence[int | str]) -> None:
        """Put labels on a pull request, which is an issue for that."""
        what = f"label pull request {found.number} of {self.name}"
        path = f"{self.base}/issues/{found.number}/labels"
        self.calls.write("POST", path, what, {"labels": list(ids)})

    def ask_reviewers(self, found: PullRequest, names: Sequence[str]) -> str:
        """Ask people, and teams of the organisation, for a review."""
        what = f"ask for reviews of pull request {found.number} of {self.name}"
        path = f"{self.path_of(found)}/requested_reviewers"
        self.calls.write("POST", path, what, people_and_teams(names))
        return ""

    def merge_when_green(self, found: PullRequest, base: str) -> str:
        """Let the forge merge a pull request when the checks that its base needs are green.

        Without such checks the forge would merge it at once.
        """
        what = f"let pull request {found.number} of {self.name} merge itself"
        path = f"{self.base}/branches/{quote(base, safe='')}"
        branch = self.calls.get(path, None, what).data
        if not isinstance(branch, dict) or branch.get("enable_status_check") is not True:
            return f"auto-merge: {base} needs no checks, so that it would be merged at once"
        order = {"Do": "merge", "merge_when_checks_succeed": True}
        with suppress(ExistsError):  # it is to be merged so already
            self.calls.write_once(f"{self.path_of(found)}/merge", what, order)
        return ""

    def comments_path(self, number: int) -> str:
        """Return the path of the comments on one."""
        return f"{self.base}/issues/{number}/comments"

    def comments(self, found: PullRequest) -> Iterator[str]:
        """Yield the comments on a pull request, which come on one page."""
        what = f"read the comments on pull request {found.number} of {self.name}"
        answer = self.calls.get(self.comments_path(found.number), None, what)
        return iter(self.calls.read(answer, read_comments, what))

    def issues(self) -> Iterator[FoundIssue]:
        """Yield all issues in any state, the newest first."""
        query = {"state": "all", "type": "issues", "limit": _PAGE}
        what = f"read the issues of {self.name}"
        reader = read_issues(self.read_issue)
        return self.calls.numbered_pages(f"{self.base}/issues", query, what, reader)

    def read_pull(self, data: Any, token: Token) -> PullRequest:  # noqa: ANN401 - JSON
        """Return a pull request."""
        return read_gitea_pull(data, token)

    def read_issue(self, data: Any, token: Token) -> FoundIssue:  # noqa: ANN401 - JSON
        """Return an issue."""
        return read_github_issue(data, token)
