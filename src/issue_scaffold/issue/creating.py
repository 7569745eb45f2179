"""Making an issue on a forge: by `gh` where it is, else through the API.

Owns what is sent. An issue is made once: where nobody knows whether it was, that is said.
"""

from collections.abc import Iterator

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.forge.forges import GITHUB, forge_of_host
from issue_scaffold.forge.remote import Repository
from issue_scaffold.issue.gh import GhAnswer, ask_gh, has_gh
from issue_scaffold.issue.new_issue import NewIssue
from issue_scaffold.label_sync.adapter import CreatedIssue, IssueOrder, LabelsApi
from issue_scaffold.label_sync.github.answers import (
    issue_fields,
    read_created_issue,
    read_label_keys,
)
from issue_scaffold.label_sync.http.json_shapes import MalformedAnswerError
from issue_scaffold.label_sync.http.pacing import OnWait
from issue_scaffold.label_sync.run import LabelOptions, Surroundings, open_api
from issue_scaffold.labels.label import fold


class IssueCreator:
    """The way to make an issue in one repository. Methods raise ScaffoldError."""

    def __init__(
        self,
        repository: Repository,
        options: LabelOptions,
        *,
        on_wait: OnWait,
    ) -> None:
        """Ask nothing yet; `options` find the way to the repository."""
        self._repository = repository
        self._options = options
        self._surroundings = Surroundings(on_wait=on_wait)
        forge = forge_of_host(repository.host) or GITHUB
        self._uses_gh = forge is GITHUB and options.api_url is None and has_gh()
        self._api: LabelsApi | None = None

    def lacking(self, issue: NewIssue) -> tuple[str, ...] | None:
        """Return the labels that the repository lacks; None if that can't be found out."""
        if not issue.labels:
            return ()
        try:
            found = self._labels()
        except ScaffoldError:
            return None
        return tuple(label for label in issue.labels if fold(label) not in found)

    def losses(self, issue: NewIssue) -> Iterator[str]:
        """Yield what the issue doesn't get in that place, though the form says it."""
        if issue.type is not None and not self._uses_gh and not self._opened().has_types:
            yield f"{self._repository} gives issues no type, so it isn't {issue.type}"

    def create(self, issue: NewIssue) -> CreatedIssue:
        """Make the issue, and return where it is."""
        order = IssueOrder(
            title=issue.title,
            body=issue.body,
            labels=issue.labels,
            assignees=issue.assignees,
            type=issue.type,
        )
        answer = None
        if self._uses_gh:
            path = f"repos/{self._repository.owner}/{self._repository.name}/issues"
            answer = ask_gh(self._repository.host, path, payload=issue_fields(order))
        if answer is None:
            return self._opened().create_issue(order)
        return self._created(answer)

    def _created(self, answer: GhAnswer) -> CreatedIssue:
        if not answer.is_done:
            raise ScaffoldError(
                f"can't create an issue in {self._repository}: {answer.said or 'gh failed'}",
                hint="check that it takes issues, and that you may open one: gh auth status",
            )
        try:
            return read_created_issue(answer.data)
        except MalformedAnswerError as error:
            raise ScaffoldError(
                f"gh says that the issue was created in {self._repository}, and not which it is",
                hint="look there before you try again",
            ) from error

    def _labels(self) -> frozenset[str]:
        answer = None
        if self._uses_gh:
            path = f"repos/{self._repository.owner}/{self._repository.name}/labels?per_page=100"
            answer = ask_gh(self._repository.host, path, "--paginate", "--slurp")
        if answer is None:
            self._uses_gh = False
            return frozenset(label.key for label in self._opened().labels())
        if not answer.is_done or not isinstance(answer.data, list):
            raise ScaffoldError("gh doesn't list the labels")
        try:
            pages = [read_label_keys(page) for page in answer.data]
        except MalformedAnswerError as error:
            raise ScaffoldError(f"gh doesn't list the labels: {error}") from error
        return frozenset().union(*pages)

    def _opened(self) -> LabelsApi:
        if self._api is None:
            self._api = open_api(self._options, self._surroundings)
        return self._api
