"""What the adapters of all forges do alike: requests about pull requests and issues, by REST.

Owns which of them may be sent once only: what makes something. Paths, names and shapes are each
forge's.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from issue_scaffold.fleet.forges.pull_request import FoundIssue, ProposedText, PullRequest
from issue_scaffold.label_sync.http.calls import ApiCalls
from issue_scaffold.label_sync.http.customs import Answer
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.labels.label import fold

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient

Read = TypeVar("Read")


class RestPullRequests(ABC):
    """One repository's pull requests; `base` is the path of the repository in the API.

    What isn't abstract is as GitHub has it, and Gitea after it.
    """

    change_verb: ClassVar[str] = "PATCH"
    body_field: ClassVar[str] = "body"
    pulls_path: ClassVar[str] = "pulls"
    # What is changed to close one.
    closing: ClassVar[Mapping[str, str]] = {"state": "closed"}

    def __init__(self, client: "ApiClient", base: str, name: str) -> None:
        self.client = client
        self.calls = ApiCalls(client)
        self.base = base
        self.name = name

    @abstractmethod
    def of_branch(self, branch: str) -> PullRequest | None:
        """Return the pull request of a branch: the open one, else the last one, in any state."""

    def request_for(self, branch: str, base: str) -> dict[str, Any]:
        """Return what says, when one is made, from where and to where it goes."""
        return {"head": branch, "base": base}

    @abstractmethod
    def text_fields(self, text: ProposedText) -> dict[str, Any]:
        """Return what says, when one is made or changed, what it says."""

    @abstractmethod
    def label_ids(self) -> Iterator[tuple[str, int | str]]:
        """Yield the name of each label that there is, and how the API calls it."""

    @abstractmethod
    def put_labels(self, found: PullRequest, ids: Sequence[int | str]) -> None:
        """Put labels on a pull request beside those that it has."""

    @abstractmethod
    def comments_path(self, number: int) -> str:
        """Return the path of the comments on one."""

    @abstractmethod
    def read_pull(self, data: Any, token: Token) -> PullRequest:  # noqa: ANN401 - JSON
        """Return a pull request."""

    @abstractmethod
    def read_issue(self, data: Any, token: Token) -> FoundIssue:  # noqa: ANN401 - JSON
        """Return an issue."""

    def propose(self, branch: str, base: str, text: ProposedText) -> PullRequest:
        """Make a pull request."""
        what = f"open a pull request in {self.name}"
        body = {**self.request_for(branch, base), **self.text_fields(text)}
        return self.made(f"{self.base}/{self.pulls_path}", body, what, self.read_pull)

    def change(self, found: PullRequest, text: ProposedText) -> PullRequest:
        """Give a pull request another text, and make it a draft or ready."""
        what = f"change pull request {found.number} of {self.name}"
        answer = self.calls.write(
            self.change_verb, self.path_of(found), what, self.text_fields(text)
        )
        return self.calls.read(answer, self.read_pull, what)

    def close(self, found: PullRequest) -> None:
        """Close a pull request."""
        what = f"close pull request {found.number} of {self.name}"
        self.calls.write(self.change_verb, self.path_of(found), what, self.closing)

    def label(self, found: PullRequest, names: Sequence[str]) -> tuple[str, ...]:
        """Put those labels on a pull request that there are; return those that there are not.

        GitHub and GitLab would make what there isn't.
        """
        known: dict[str, int | str] = {}
        for name, key in self.label_ids():
            known.setdefault(fold(name), key)
        wanted = {fold(name): name for name in names}
        there = [known[key] for key in wanted if key in known]
        if there:
            self.put_labels(found, there)
        return tuple(name for key, name in wanted.items() if key not in known)

    def comment(self, found: PullRequest, text: str) -> None:
        """Comment on a pull request."""
        what = f"comment on pull request {found.number} of {self.name}"
        self.made(self.comments_path(found.number), {"body": text}, what, lambda *_: None)

    def open_issue(self, text: ProposedText) -> FoundIssue:
        """Make an issue."""
        what = f"open an issue in {self.name}"
        body = {"title": text.title, self.body_field: text.body}
        return self.made(f"{self.base}/issues", body, what, self.read_issue)

    def change_issue(self, found: FoundIssue, text: ProposedText) -> FoundIssue:
        """Give an issue another text."""
        what = f"change issue {found.number} of {self.name}"
        body = {"title": text.title, self.body_field: text.body}
        path = f"{self.base}/issues/{found.number}"
        answer = self.calls.write(self.change_verb, path, what, body)
        return self.calls.read(answer, self.read_issue, what)

    def path_of(self, found: PullRequest) -> str:
        """Return the path of a pull request."""
        return f"{self.base}/{self.pulls_path}/{found.number}"

    def made(
        self, path: str, body: Mapping[str, Any], what: str, read: Callable[[Any, Token], Read]
    ) -> Read:
        """Make something, once: nobody knows of an order without an answer whether it was done."""
        answer = self.client.send("POST", path, body=body, is_repeatable=False)
        self.refuse_bad(answer, what)
        return self.calls.read(answer, read, what)

    def refuse_bad(self, answer: Answer, what: str) -> None:
        """Raise ApiError for an answer that says no."""
        if not answer.is_good:
            raise self.client.refused(answer, what)


def newest_of(found: Iterable[PullRequest]) -> PullRequest | None:
    """Return the open one, else the last one."""
    by_age = sorted(found, key=lambda one: (one.is_open, one.number), reverse=True)
    return by_age[0] if by_age else None


def people_and_teams(names: Sequence[str]) -> dict[str, list[str]]:
    """Return whom to ask for a review as GitHub and Gitea have it: a team is ORGANISATION/TEAM."""
    people = [name for name in names if "/" not in name]
    teams = [name.rpartition("/")[2] for name in names if "/" in name]
    asked = {"reviewers": people, "team_reviewers": teams}
    return {key: found for key, found in asked.items() if found}
