"""Pull requests and issues on GitHub and GitHub Enterprise Server.

Source: https://docs.github.com/en/rest/pulls/pulls. A pull request becomes a draft, or ready, by
GraphQL alone: https://docs.github.com/en/graphql/reference/mutations#convertpullrequesttodraft
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from issue_scaffold.fleet.forges.answers import (
    read_comments,
    read_github_issue,
    read_github_pull,
    read_issues,
    read_pulls,
)
from issue_scaffold.fleet.forges.pull_request import (
    FoundIssue,
    NoDraftsError,
    NothingToProposeError,
    ProposedText,
    PullRequest,
    PullRequestState,
)
from issue_scaffold.fleet.forges.rest import RestPullRequests, newest_of, people_and_teams
from issue_scaffold.label_sync.github.answers import (
    read_error_body,
    read_labels,
    read_repository,
)
from issue_scaffold.label_sync.github.api import GITHUB_API
from issue_scaffold.label_sync.http.customs import Answer
from issue_scaffold.label_sync.http.errors import ApiError, ExistsError
from issue_scaffold.label_sync.http.refusals import usual_refusal
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.place import graphql_target

_INVALID: Final = 422
_NEEDED: Final = "it needs the permissions contents: write and pull_requests: write, or scope repo"
_MERGE_METHODS: Final = ("merge", "squash", "rebase")
# https://docs.github.com/en/graphql/reference/mutations#enablepullrequestautomerge
_TO_MERGE: Final = (
    "mutation($id:ID!,$method:PullRequestMergeMethod!){enablePullRequestAutoMerge("
    "input:{pullRequestId:$id,mergeMethod:$method}){clientMutationId}}"
)
_TO_DRAFT: Final = (
    "mutation($id:ID!){convertPullRequestToDraft(input:{pullRequestId:$id}){clientMutationId}}"
)
_TO_READY: Final = (
    "mutation($id:ID!){markPullRequestReadyForReview(input:{pullRequestId:$id}){clientMutationId}}"
)


def refusal(answer: Answer, what: str, token: Token) -> ApiError:
    """Return the error that an answer means; `what` was asked for ("open a pull request")."""
    said = read_error_body(answer.data, token).said
    if answer.status == _INVALID:
        for words, kind in _INVALID_KINDS.items():
            if words in said.lower():
                return kind(f"can't {what}: {said}")
    return usual_refusal(answer, what, token, _NEEDED)


_INVALID_KINDS: Final[Mapping[str, type[ApiError]]] = {
    "already exists": ExistsError,
    "draft pull requests": NoDraftsError,
    "no commits between": NothingToProposeError,
}
GITHUB_PULLS: Final = replace(GITHUB_API, refusal=refusal)


class GitHubPullRequests(RestPullRequests):
    """One repository's pull requests on GitHub."""

    def of_branch(self, branch: str) -> PullRequest | None:
        """Return the pull request of a branch: the open one, else the last one, in any state."""
        answer = self._asked_about(branch)
        if "?" not in answer.target:  # redirected, which has cost the question its words
            renamed = self.calls.get(self.base, None, self._what)
            repository = self.calls.read(
                renamed, lambda data, _: read_repository(data, self.client.host), self._what
            )
            self.base = f"/repos/{quote(repository.owner)}/{quote(repository.name)}"
            answer = self._asked_about(branch)
        found = self.calls.read(answer, read_pulls(self.read_pull), self._what)
        return newest_of(one for one in found if one.branch == branch)

    @property
    def _what(self) -> str:
        return f"read the pull requests of {self.name}"

    def _asked_about(self, branch: str) -> Answer:
        owner = self.base.split("/")[2]
        query = {"state": "all", "head": f"{owner}:{branch}", "per_page": "100"}
        return self.calls.get(f"{self.base}/pulls", query, self._what)

    def text_fields(self, text: ProposedText) -> dict[str, Any]:
        """Return what says, when one is made or changed, what it says."""
        return {"title": text.title, "body": text.body}

    def propose(self, branch: str, base: str, text: ProposedText) -> PullRequest:
        """Make a pull request, or a draft, which REST can make but not change."""
        what = f"open a pull request in {self.name}"
        body = {**self.request_for(branch, base), **self.text_fields(text)}
        if text.is_draft:
            body["draft"] = True
        return self.made(f"{self.base}/pulls", body, what, self.read_pull)

    def change(self, found: PullRequest, text: ProposedText) -> PullRequest:
        """Give a pull request another text, and make it a draft or ready."""
        is_draft = found.state is PullRequestState.DRAFT
        if is_draft != text.is_draft:
            self._turn(found, _TO_DRAFT if text.is_draft else _TO_READY)
        return super().change(found, text)

    def _turn(self, found: PullRequest, mutation: str) -> None:
        what = f"change pull request {found.number} of {self.name}"
        said = self._mutate(mutation, {"id": found.key}, what)
        if said is not None:
            raise NoDraftsError(f"can't {what}: {said}")

    def _mutate(self, mutation: str, variables: Mapping[str, str], what: str) -> str | None:
        """Send a mutation; return what GitHub said where it did not do it."""
        question = {"query": mutation, "variables": dict(variables)}
        answer = self.client.ask(graphql_target(self.client), question, is_write=True)
        self.refuse_bad(answer, what)
        if isinstance(answer.data, dict) and not answer.data.get("errors"):
            return None
        return read_error_body(answer.data, self.client.token).said

    def label_ids(self) -> Iterator[tuple[str, int | str]]:
        """Yield the name of each label, by which the API calls it."""
        what = f"list the labels of {self.name}"
        path = f"{self.base}/labels"
        for one in self.calls.linked_pages(path, {"per_page": "100"}, what, read_labels):
            yield one.name, one.name

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
        """Let GitHub merge a pull request, in the first way that the repository allows."""
        del base  # GitHub refuses, and merges nothing, where there is nothing to wait for
        what = f"let pull request {found.number} of {self.name} merge itself"
        allowed = self.calls.get(self.base, None, what).data
        methods = [one for one in _MERGE_METHODS if _is_allowed(allowed, one)]
        variables = {"id": found.key, "method": (methods or _MERGE_METHODS)[0].upper()}
        said = self._mutate(_TO_MERGE, variables, what)
        return "" if said is None else f"auto-merge: GitHub said: {said}"

    def comments_path(self, number: int) -> str:
        """Return the path of the comments on one."""
        return f"{self.base}/issues/{number}/comments"

    def comments(self, found: PullRequest) -> Iterator[str]:
        """Yield the comments on a pull request."""
        what = f"read the comments on pull request {found.number} of {self.name}"
        path = self.comments_path(found.number)
        return self.calls.linked_pages(path, {"per_page": "100"}, what, read_comments)

    def issues(self) -> Iterator[FoundIssue]:
        """Yield all issues in any state, the newest first."""
        query = {"state": "all", "per_page": "100"}
        what = f"read the issues of {self.name}"
        reader = read_issues(self.read_issue)
        return self.calls.linked_pages(f"{self.base}/issues", query, what, reader)

    def read_pull(self, data: Any, token: Token) -> PullRequest:  # noqa: ANN401 - JSON
        """Return a pull request."""
        return read_github_pull(data, token)

    def read_issue(self, data: Any, token: Token) -> FoundIssue:  # noqa: ANN401 - JSON
        """Return an issue."""
        return read_github_issue(data, token)


def _is_allowed(repository: Any, method: str) -> bool:  # noqa: ANN401 - JSON
    """Tell whether a repository may be merged into so; GitHub tells only those who may push."""
    name = "allow_merge_commit" if method == "merge" else f"allow_{method}_merge"
    return isinstance(repository, dict) and repository.get(name, True) is True
