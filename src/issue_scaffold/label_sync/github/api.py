"""A repository's labels on GitHub, and which issues have them: the endpoints used, as methods.

Every write but that of an issue may be repeated: an answer that was lost makes no difference to the
outcome.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.adapter import Issue, UsedLabel
from issue_scaffold.label_sync.github.answers import (
    CreatedIssue,
    is_archived,
    read_created_issue,
    read_issue_body,
    read_issues,
    read_label,
    read_labels,
    read_repository,
)
from issue_scaffold.label_sync.github.counting import Counting
from issue_scaffold.label_sync.github.errors import lacking, missing_repository, refusal
from issue_scaffold.label_sync.http.customs import Answer, ApiCustoms
from issue_scaffold.label_sync.http.errors import (
    AccessError,
    ApiError,
    ExistsError,
    MissingError,
    UnreachableError,
)
from issue_scaffold.label_sync.http.json_shapes import MalformedAnswerError
from issue_scaffold.label_sync.http.opening import open_client
from issue_scaffold.label_sync.http.pacing import Clock, OnWait, Pacer
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.plan import LiveLabel
from issue_scaffold.labels.label import fold

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient

Item = TypeVar("Item")
Reader = Callable[[Any, Token], tuple[Item, ...]]

_PAGE: Final = "100"
_NOT_FOUND: Final = 404
# A hundred thousand issues; no repository has as many labels.
_MOST_PAGES: Final = 1000
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


def connect(
    repository: Repository,
    url: str,
    token: Token,
    *,
    on_wait: OnWait,
    clock: Clock | None = None,
    pacer: Pacer | None = None,
) -> "GitHubLabels":
    """Return the way to a repository's labels. Nothing is sent yet.

    Raises UsageError for an address that the token must not go to.
    """
    client = open_client(url, token, GITHUB_API, on_wait=on_wait, clock=clock, pacer=pacer)
    return GitHubLabels(repository, client)


class GitHubLabels:
    """One repository's labels, as `adapter.LabelsApi` has them.

    Methods raise ApiError when the API refuses or can't be had.
    """

    def __init__(self, repository: Repository, client: "ApiClient") -> None:
        self.repository = repository
        self._client = client
        self._base = f"/repos/{quote(repository.owner)}/{quote(repository.name)}"
        self._counting = Counting(client)
        self._is_canonical = False
        self._is_archived: bool | None = None

    @property
    def calls(self) -> int:
        """How many requests have been sent."""
        return self._client.calls

    def seconds_for(self, writes: int) -> float:
        """Return the seconds after which this many more writes can have gone."""
        return self._client.seconds_for(writes)

    def labels(self) -> tuple[LiveLabel, ...]:
        """Return all labels."""
        path = f"{self._base}/labels"
        return tuple(self._items(path, {"per_page": _PAGE}, "list the labels", read_labels))

    def create(self, name: str, color: str, description: str) -> None:
        """Create a label; one that is there by now gets this name, colour and description."""
        try:
            body = {"name": name, "color": color, "description": description}
            self._write("POST", f"{self._base}/labels", f"create label '{name}'", body)
        except ExistsError:
            self.update(name, new_name=name, color=color, description=description)
        except MissingError as error:
            # The list of labels could be read: this is how GitHub says that it can't be added to.
            raise AccessError(
                f"not allowed to create label '{name}'", hint=lacking(self._client.token)
            ) from error

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
        what = f"change label '{name}'"
        if new_name:
            what = f"rename label '{name}' to '{new_name}'"
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
        found = self._counting.find(self.repository, name)
        if found is not None:
            return found
        what = f"read label '{name}'"
        answer = self._client.send("GET", self._label(name))
        if answer.status == _NOT_FOUND:
            self._require_repository()
            return None
        if not answer.is_good:
            raise self._client.refused(answer, what)
        try:
            label = read_label(answer.data, self._client.token)
        except MalformedAnswerError as error:
            raise self._client.unexpected(error, what) from error
        return UsedLabel(label, self._number_of_issues(name))

    def is_archived(self) -> bool:
        """Return whether nothing can be written to the repository."""
        if self._is_archived is None:
            self._require_repository()
        return bool(self._is_archived)

    def usage(self, names: Collection[str]) -> Mapping[str, int]:
        """Return by name how many issues have each of these labels; each name is in it."""
        counts = self._counting.counts(self.repository)
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
        pages = self._pages(f"{self._base}/issues", query, "count what has labels", read_issues)
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
        answer = self._client.send("GET", f"{self._base}/issues/{number}")
        if not answer.is_good:
            raise self._client.refused(answer, what)
        try:
            return read_issue_body(answer.data)
        except MalformedAnswerError as error:
            raise self._client.unexpected(error, what) from error

    def create_issue(self, fields: Mapping[str, Any]) -> CreatedIssue:
        """Make an issue, once: it is not tried again where nobody knows whether that was done."""
        what = f"create an issue in {self.repository}"
        path = f"{self._base}/issues"
        answer = self._client.send("POST", path, body=fields, is_repeatable=False)
        if not answer.is_good:
            raise self._client.refused(answer, what)
        try:
            return read_created_issue(answer.data)
        except MalformedAnswerError as error:
            raise self._client.unexpected(error, what) from error

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
            self._base = f"/repos/{quote(found.owner)}/{quote(found.name)}"
            self._is_canonical = True

    def _require_repository(self) -> Repository:
        what = f"read {self.repository}"
        answer = self._get(self._base, None, what)
        self._is_archived = is_archived(answer.data)
        try:
            return read_repository(answer.data, self.repository.host)
        except MalformedAnswerError as error:
            raise self._client.unexpected(error, what) from error

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

    def _write(self, verb: str, path: str, what: str, body: dict[str, Any] | None = None) -> None:
        answer = self._client.send(verb, path, body=body)
        if not answer.is_good:
            raise self._client.refused(answer, what)

    def _get(self, path: str, query: dict[str, str] | None, what: str) -> Answer:
        answer = self._client.send("GET", path, query=query)
        if answer.status == _NOT_FOUND:
            raise missing_repository(str(self.repository), self._client.token)
        if not answer.is_good:
            raise self._client.refused(answer, what)
        return answer

    def _read(self, answer: Answer, read: "Reader[Item]", what: str) -> tuple[Item, ...]:
        try:
            return read(answer.data, self._client.token)
        except MalformedAnswerError as error:
            raise self._client.unexpected(error, what) from error

    def _items(
        self, path: str, query: dict[str, str], what: str, read: "Reader[Item]"
    ) -> Iterator[Item]:
        for page in self._pages(path, query, what, read):
            yield from page

    def _pages(
        self, path: str, query: dict[str, str], what: str, read: "Reader[Item]"
    ) -> Iterator[tuple[Item, ...]]:
        """Yield all pages. Raises ApiError where they never end."""
        answer = self._get(path, query, what)
        seen: set[str] = set()
        while True:
            yield self._read(answer, read, what)
            next_path = self._client.next_path(answer)
            if next_path is None:
                return
            if next_path in seen or len(seen) >= _MOST_PAGES:
                raise UnreachableError(
                    f"can't {what}: the pages of the answer never end", hint="check --api-url"
                )
            seen.add(next_path)
            answer = self._get(next_path, None, what)
