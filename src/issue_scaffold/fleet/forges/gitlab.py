"""Merge requests and issues on GitLab.

Source: https://docs.gitlab.com/api/merge_requests/, https://docs.gitlab.com/api/notes/.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

from issue_scaffold.fleet.forges.answers import (
    GITLAB_DRAFT,
    read_comments,
    read_gitlab_issue,
    read_gitlab_pull,
    read_gitlab_user,
    read_issues,
    read_pulls,
)
from issue_scaffold.fleet.forges.pull_request import FoundIssue, ProposedText, PullRequest
from issue_scaffold.fleet.forges.rest import RestPullRequests, newest_of
from issue_scaffold.label_sync.gitlab.api import GITLAB_API
from issue_scaffold.label_sync.http.customs import Answer
from issue_scaffold.label_sync.http.errors import ApiError
from issue_scaffold.label_sync.http.refusals import usual_refusal
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.numbered_labels import read_labels
from issue_scaffold.text.wording import listing

_PAGE: Final = "100"
_NEEDED: Final = "it needs the scope api, and its owner the role Developer at least"


def refusal(answer: Answer, what: str, token: Token) -> ApiError:
    """Return the error that an answer means; `what` was asked for ("open a pull request")."""
    return usual_refusal(answer, what, token, _NEEDED)


GITLAB_PULLS: Final = replace(GITLAB_API, refusal=refusal)


class GitLabMergeRequests(RestPullRequests):
    """One project's merge requests on GitLab."""

    change_verb: ClassVar[str] = "PUT"
    body_field: ClassVar[str] = "description"
    pulls_path: ClassVar[str] = "merge_requests"
    closing: ClassVar[Mapping[str, str]] = {"state_event": "close"}

    def of_branch(self, branch: str) -> PullRequest | None:
        """Return the merge request of a branch: the open one, else the last one, in any state."""
        what = f"read the merge requests of {self.name}"
        query = {"state": "all", "source_branch": branch, "per_page": _PAGE}
        answer = self.calls.get(f"{self.base}/merge_requests", query, what)
        found = self.calls.read(answer, read_pulls(self.read_pull), what)
        return newest_of(one for one in found if one.branch == branch)

    def request_for(self, branch: str, base: str) -> dict[str, Any]:
        """Return what says, when one is made, from where and to where it goes."""
        return {"source_branch": branch, "target_branch": base, "remove_source_branch": True}

    def text_fields(self, text: ProposedText) -> dict[str, Any]:
        """Return what says, when one is made or changed, what it says."""
        sign = GITLAB_DRAFT if text.is_draft else ""
        return {"title": f"{sign}{text.title}", "description": text.body}

    def label_ids(self) -> Iterator[tuple[str, int | str]]:
        """Yield the name of each label, those of groups too, by which the API calls it."""
        what = f"list the labels of {self.name}"
        query = {"per_page": _PAGE, "include_ancestor_groups": "true"}
        for one in self.calls.linked_pages(f"{self.base}/labels", query, what, read_labels):
            yield one.live.name, one.live.name

    def put_labels(self, found: PullRequest, ids: Sequence[int | str]) -> None:
        """Put labels on a merge request; their names have no commas."""
        what = f"label merge request {found.number} of {self.name}"
        self.calls.write("PUT", self.path_of(found), what, {"add_labels": ",".join(map(str, ids))})

    def ask_reviewers(self, found: PullRequest, names: Sequence[str]) -> str:
        """Ask people for a review; the API has no groups for that."""
        what = f"ask for reviews of merge request {found.number} of {self.name}"
        ids = {name: self._user_id(name, what) for name in names}
        known = [number for number in ids.values() if number is not None]
        if known:
            self.calls.write("PUT", self.path_of(found), what, {"reviewer_ids": known})
        unknown = [name for name, number in ids.items() if number is None]
        return f"no such user: {listing(unknown)}" if unknown else ""

    def _user_id(self, name: str, what: str) -> int | None:
        answer = self.calls.get("/users", {"username": name}, what)
        return self.calls.read(answer, read_gitlab_user, what)

    def merge_when_green(self, found: PullRequest, base: str) -> str:
        """Let GitLab merge a merge request when its pipeline is green.

        Both names of that: the older servers don't know the new one, and would merge at once.
        """
        del base
        what = f"let merge request {found.number} of {self.name} merge itself"
        order = {
            "sha": found.head,
            "merge_when_pipeline_succeeds": True,
            "auto_merge": True,
        }
        self.calls.write("PUT", f"{self.path_of(found)}/merge", what, order)
        return ""

    def comments_path(self, number: int) -> str:
        """Return the path of the comments on one."""
        return f"{self.base}/merge_requests/{number}/notes"

    def comments(self, found: PullRequest) -> Iterator[str]:
        """Yield the comments on a merge request."""
        what = f"read the comments on merge request {found.number} of {self.name}"
        path = self.comments_path(found.number)
        return self.calls.linked_pages(path, {"per_page": _PAGE}, what, read_comments)

    def issues(self) -> Iterator[FoundIssue]:
        """Yield all issues in any state, the newest first."""
        query = {"state": "all", "per_page": _PAGE}
        what = f"read the issues of {self.name}"
        reader = read_issues(self.read_issue)
        return self.calls.linked_pages(f"{self.base}/issues", query, what, reader)

    def read_pull(self, data: Any, token: Token) -> PullRequest:  # noqa: ANN401 - JSON
        """Return a merge request."""
        return read_gitlab_pull(data, token)

    def read_issue(self, data: Any, token: Token) -> FoundIssue:  # noqa: ANN401 - JSON
        """Return an issue."""
        return read_gitlab_issue(data, token)
