"""A repository's labels on GitHub, and which issues have them: the endpoints used, as methods.

Every write but that of an issue may be repeated: an answer that was lost makes no difference to the
outcome.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import quote

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.adapter import CreatedIssue, Issue, IssueOrder, UsedLabel
from issue_scaffold.label_sync.github.answers import (
    is_archived,
    issue_fields,
    read_created_issue,
    read_issue_body,
    read_issues,
    read_label,
    read_labels,
    read_repository,
)
from issue_scaffold.label_sync.github.counting import Counting
from issue_scaffold.label_sync.github.errors import lacking, refusal
from issue_scaffold.label_sync.http.customs import ApiCustoms
from issue_scaffold.label_sync.http.errors import ApiError, ExistsError, MissingError
from issue_scaffold.label_sync.plan import LiveLabel
from issue_scaffold.label_sync.repository_labels import RepositoryLabels, telling_change
from issue_scaffold.labels.label import fold

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.calls import Reader
    from issue_scaffold.label_sync.http.client import ApiClient

Item = TypeVar("Item")

_PAGE: Final = "100"
GITHUB_API: Final = ApiCustoms(
    forge="GitHub",
    example_url="https://github.example.com/api/v3",
    refusal=refusal,
    auth_prefix="token ",
    headers={"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
    limit_statuses=frozenset({403, 429}),
    remaining_header="x-ratelimit-remaining",
    reset_header="x-ratelimit-reset",
    # A second between writes ("Best practices for using the REST API"), 80 a minute and 500 an hour
    # ("Rate limits for the REST API", secondary rate limits), each with a margin: what leaves here
    # in time may arrive closer together.
    write_limits=((1, 1.1), (75, 60.0), (480, 3600.0)),
)


class GitHubLabels(RepositoryLabels):
    """One repository's labels, as `adapter.LabelsApi` has them.

    Methods raise ApiError when the API refuses or can't be had.
    """

    has_types = True

    def __init__(self, repository: Repository, client: "ApiClient") -> None:
        super().__init__(repository, client, _path_of(repository))
        self._counting = Counting(client, repository)
        self._is_canonical = False
        self._is_archived: bool | None = None

    def labels(self) -> tuple[LiveLabel, ...]:
        """Return all labels."""
        path = f"{self._base}/labels"
        return tuple(self._items(path, {"per_page": _PAGE}, "list the labels", read_labels))

    def create(self, name: str, color: str, description: str) -> None:
        """Create a label; one that is there by now gets this name, colour and description."""
        try:
            self._make(name, color, description, lacking(self._client.token))
        except ExistsError:
            self.update(name, new_name=name, color=color, description=description)

    def update(
        self,
        name: str,
        *,
        new_name: str | None = None,
        color: str | None = None,
        description: str | None = None,
    ) -> None:
        """Give a label another name, colour or description.

        One that has its new name already is as good.
        """
        fields = {"new_name": new_name, "color": color, "description": description}
        body = {key: value for key, value in fields.items() if value is not None}
        what = telling_change(name, new_name)
        try:
            self._write("PATCH", self._label(name), what, body)
        except MissingError:
            if new_name is None or fold(new_name) == fold(name) or not self._exists(new_name):
                raise
            self._write("PATCH", self._label(new_name), what, body)

    def displaced(self, issue: Issue, name: str) -> frozenset[str]:  # noqa: ARG002 - others do
        """Return nothing: on GitHub no label takes another one's place."""
        return frozenset()

    def delete(self, name: str) -> bool:
        """Delete a label, which takes it from all that has it; return whether it was still there.

        One that is gone is as good.
        """
        try:
            self._write("DELETE", self._label(name), f"delete label '{name}'")
        except MissingError:
            self._require_repository()
            return False
        return True

    def find(self, name: str) -> UsedLabel | None:
        """Return one label as it is now, None if there is none."""
        found = self._counting.find(name)
        if found is not None:
            return found
        what = f"read label '{name}'"
        try:
            answer = self._calls.get(self._label(name), None, what)
        except MissingError:
            self._require_repository()
            return None
        label = self._calls.read(answer, read_label, what)
        return UsedLabel(label, self._number_of_issues(name))

    def is_archived(self) -> bool:
        """Return whether nothing can be written to the repository."""
        if self._is_archived is None:
            self._require_repository()
        return bool(self._is_archived)

    def usage(self, names: Collection[str]) -> Mapping[str, int]:
        """Return by name how many issues have each of these labels; each name is in it."""
        counts = self._counting.counts()
        if counts is not None:
            self._is_archived = counts.is_archived
            return {name: counts.issues.get(fold(name), 0) for name in names}
        if len(names) > 1 and (tally := self._tally(len(names))) is not None:
            return {name: tally[fold(name)] for name in names}
        return {name: self._number_of_issues(name) for name in names}

    def _tally(self, most_pages: int) -> Counter[str] | None:
        """Return by key how many issues have each label, None if that takes too many pages.

        It is as many as there are labels to be counted, for each takes a page at least by itself.
        """
        self._use_canonical_name()
        query = {"state": "all", "per_page": _PAGE}
        what = "count what has labels"
        pages = self._calls.pages(f"{self._base}/issues", query, what, read_issues)
        tally: Counter[str] = Counter()
        for number, page in enumerate(pages):
            if number == most_pages:
                return None
            for issue in page:
                tally.update(issue.labels)
        return tally

    def _number_of_issues(self, name: str) -> int:
        return sum(1 for _ in self.issues(name))

    def issues(self, name: str) -> Iterator[Issue]:
        """Yield all issues and pull requests, in any state, that have a label."""
        path, query = self._issues_query(name)
        for issue in self._items(path, query, f"list what has label '{name}'", read_issues):
            if fold(name) in issue.labels:
                yield issue

    def issue_body(self, number: int) -> str:
        """Return the body of an issue. Raises MissingError if there is none."""
        what = f"read issue {number} of {self.repository}"
        answer = self._calls.get(f"{self._base}/issues/{number}", None, what)
        return self._calls.read(answer, lambda data, _: read_issue_body(data), what)

    def create_issue(self, order: IssueOrder) -> CreatedIssue:
        """Make an issue, once: it is not tried again where nobody knows whether that was done."""
        what = f"create an issue in {self.repository}"
        path = f"{self._base}/issues"
        answer = self._client.send("POST", path, body=issue_fields(order), is_repeatable=False)
        if not answer.is_good:
            raise self._client.refused(answer, what)
        return self._calls.read(answer, lambda data, _: read_created_issue(data), what)

    def add_label(self, issue: Issue, name: str) -> None:
        """Put a label on an issue or a pull request."""
        path = f"{self._base}/issues/{issue.number}/labels"
        self._write("POST", path, f"put label '{name}' on #{issue.number}", {"labels": [name]})

    def _issues_query(self, name: str) -> tuple[str, dict[str, str]]:
        self._use_canonical_name()
        query = {"state": "all", "per_page": _PAGE}
        # The API takes a list separated by commas, so a name with one can't be asked for: all
        # issues are read then.
        if "," not in name:
            query["labels"] = name
        return f"{self._base}/issues", query

    def _use_canonical_name(self) -> None:
        """Ask once for the repository's present name: a redirect would lose the query."""
        if not self._is_canonical:
            found = self._require_repository()
            self._base = _path_of(found)
            self._is_canonical = True

    def _require_repository(self) -> Repository:
        answer = self._read_repository()
        self._is_archived = is_archived(answer.data)
        host = self.repository.host
        return self._calls.read(
            answer, lambda data, _: read_repository(data, host), f"read {self.repository}"
        )

    def _label(self, name: str) -> str:
        # HTTP clients resolve these before they send anything: DELETE …/labels/.. would delete the
        # repository.
        if name in {".", ".."}:
            raise ApiError(
                f"label '{name}' can't be addressed", hint="rename or delete it on the web page"
            )
        return f"{self._base}/labels/{quote(name, safe='')}"

    def _exists(self, name: str) -> bool:
        return self._client.send("GET", self._label(name)).is_good

    def _items(
        self, path: str, query: dict[str, str], what: str, read: "Reader[tuple[Item, ...]]"
    ) -> Iterator[Item]:
        try:
            yield from self._calls.linked_pages(path, query, what, read)
        except MissingError as error:
            raise self._missing() from error


def _path_of(repository: Repository) -> str:
    return f"/repos/{quote(repository.owner)}/{quote(repository.name)}"
