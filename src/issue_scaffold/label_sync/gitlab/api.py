"""A project's labels on GitLab, and which issues and merge requests have them, as methods.

Every write may be repeated: an answer that was lost makes no difference to the outcome. Labels are
written to by number: an address that ends in a name is first tried as a number by GitLab, so that
the label `3rd party` would mean the one of number 3 (`lib/api/helpers/label_helpers.rb` in its
source). Labels of the groups that a project belongs to are read and used, never written to.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.adapter import CreatedIssue, Issue, IssueOrder, UsedLabel
from issue_scaffold.label_sync.gitlab.answers import (
    LabelledItem,
    read_created_issue,
    read_issue_body,
    read_items,
    read_users,
)
from issue_scaffold.label_sync.gitlab.counting import NAMES_A_QUESTION, RequestCounting
from issue_scaffold.label_sync.http.customs import Answer, ApiCustoms
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
from issue_scaffold.label_sync.numbered_labels import NumberedLabel, NumberedLabels, read_labels
from issue_scaffold.label_sync.repository_labels import telling_change
from issue_scaffold.labels.label import fold

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient

_BAD: Final = 400
_PAGE: Final = 100
_NEEDED: Final = "it needs the scope api, and its owner the role Planner or Reporter at least"
_ISSUES: Final = "issues"
_REQUESTS: Final = "merge_requests"
_KINDS: Final = (_ISSUES, _REQUESTS)
_ALL: Final = {"state": "all", "scope": "all"}
_EVERYTHING: Final[Mapping[str, str]] = {}
# What these names stand for in a question for issues is no label:
# https://docs.gitlab.com/api/issues/#list-project-issues
_WORDS: Final = frozenset({"none", "any"})


def refusal(answer: Answer, what: str, token: Token) -> ApiError:
    """Return the error that an answer means; `what` was asked for ("create label 'bug'")."""
    said = said_in(answer.data, token)
    if answer.status == _BAD and "has already been taken" in said:
        return ExistsError(f"can't {what}: that name is taken")
    return usual_refusal(answer, what, token, _NEEDED)


GITLAB_API: Final = ApiCustoms(
    forge="GitLab",
    example_url="https://gitlab.example.com/api/v4",
    refusal=refusal,
    # All kinds of tokens, glab's too: https://docs.gitlab.com/api/rest/authentication/
    auth_prefix="Bearer ",
    # 2,000 requests a minute on gitlab.com; what people run may be slower:
    # https://docs.gitlab.com/user/gitlab_com/#rate-limits-on-gitlabcom
    write_limits=((5, 1.0),),
)


class GitLabLabels(NumberedLabels):
    """One project's labels. Methods raise ApiError when the API refuses or can't be had."""

    has_types = False
    _read_issue_body = staticmethod(read_issue_body)

    def __init__(self, repository: Repository, client: "ApiClient") -> None:
        path = quote(f"{repository.owner}/{repository.name}", safe="")
        super().__init__(repository, client, f"/projects/{path}")
        self._counting = RequestCounting(client, repository)

    def find(self, name: str) -> UsedLabel | None:
        """Return one label as it is now and how many issues have it, None if there is none.

        The last answer has the label and what has it at once, but for merge requests that are
        closed or merged: they are counted before.
        """
        requests = self._requests([name])[name]
        self._known = tuple(self._list_counted({"search": name}))
        row = self._row_known(name) or self._row(name)
        if row is None:
            return None
        issues = row.issues
        if issues is None:
            issues = self._count_by_reading(_ISSUES, [name])[name]
        return UsedLabel(row.live, issues + max(requests, row.requests))

    def usage(self, names: Collection[str]) -> Mapping[str, int]:
        """Return by name how many issues and merge requests, in any state, have each label."""
        counts = self._requests(names)
        told = {row.live.name: row.issues for row in reversed(self._list_counted())}
        untold = [name for name in names if told.get(name) is None]
        counts.update({name: told.get(name) or 0 for name in names})
        if untold:
            counts.update(self._count_by_reading(_ISSUES, untold))
        return counts

    def issues(self, name: str) -> Iterator[Issue]:
        """Yield all issues and merge requests, in any state, that have a label."""
        self._look()  # so that nothing has to be asked between this and a deletion
        query = {} if fold(name) in _WORDS else {"labels": name}
        for kind in _KINDS:
            for item in self._items(kind, query):
                if name in item.labels:
                    keys = frozenset(map(fold, item.labels))
                    yield Issue(item.number, keys, is_request=kind == _REQUESTS)

    def create(self, name: str, color: str, description: str) -> None:
        """Create a label; one that is there by now gets this colour and description."""
        try:
            self._make(name, f"#{color}", description, _NEEDED)
        except ExistsError:
            self.update(name, color=color, description=description)

    def update(
        self,
        name: str,
        *,
        new_name: str | None = None,
        color: str | None = None,
        description: str | None = None,
    ) -> None:
        """Give a label another name, colour or description; what is None stays.

        Its priority stays too, as does whatever else isn't sent. One that has its new name already
        is as good.
        """
        what = telling_change(name, new_name)
        row = self._row(name) or self._row_known(new_name or name)
        if row is None:
            raise MissingError(f"can't {what}: there is no such label any more")
        if row.live.is_inherited:
            raise ApiError(f"can't {what}: it belongs to a group", hint="change it in the group")
        # A colour goes along always: GitLab refuses an order to change nothing.
        given = {"new_name": new_name, "description": description}
        body = {key: value for key, value in given.items() if value is not None}
        body["color"] = f"#{color or row.live.color}"
        self._write("PUT", self._path(row), what, body)

    def add_label(self, issue: Issue, name: str) -> None:
        """Put a label on an issue or a merge request; one that has it already is as good."""
        path = f"{self._base}/{_KINDS[issue.is_request]}/{issue.number}"
        what = f"put label '{name}' on {issue}"
        self._write("PUT", path, what, {"add_labels": name})

    def create_issue(self, order: IssueOrder) -> CreatedIssue:
        """Make an issue, once, with those of its labels that there are. It can't have a type.

        GitLab would make the other labels in passing, and those of another spelling:
        https://docs.gitlab.com/api/issues/#create-an-issue
        """
        what = f"create an issue in {self.repository}"
        known = {row.live.key: row.live.name for row in reversed(self._look())}
        names = [known[fold(name)] for name in order.labels if fold(name) in known]
        body = {
            "title": order.title,
            "description": order.body,
            "labels": ",".join(names),
            "assignee_ids": [self._person(name) for name in order.assignees],
        }
        answer = self._calls.write_once(f"{self._base}/issues", what, body)
        return self._calls.read(answer, read_created_issue, what)

    def _person(self, name: str) -> int:
        what = f"find the assignee {name}"
        answer = self._calls.get("/users", {"username": name}, what)
        found = self._calls.read(answer, read_users, what)
        if not found:
            raise ApiError(f"can't {what}: there is nobody of that name")
        return found[0]

    def displaced(self, issue: Issue, name: str) -> frozenset[str]:
        """Return the keys of the labels that an issue loses when it gets this one.

        Of a scope (`scope::value`) an issue has one label only:
        https://docs.gitlab.com/user/project/labels/#scoped-labels
        """
        scope, colons, _ = fold(name).rpartition("::")
        if not colons or not scope:
            return frozenset()
        rivals = [key for key in issue.labels if key.rpartition("::")[0] == scope]
        return frozenset(rivals) - {fold(name)}

    def _write(
        self, verb: str, path: str, what: str, body: Mapping[str, Any] | None = None
    ) -> None:
        """Write; GitLab doesn't say of an archived project that this is why it refuses."""
        try:
            super()._write(verb, path, what, body)
        except (UnreachableError, RateLimitError):
            raise
        except AccessError as error:
            if self.is_archived():
                raise AccessError(
                    f"can't {what}: the project is archived, so its labels can't be changed"
                ) from error
            raise

    def _list(self) -> list[NumberedLabel]:
        """Return all labels as they are now, the project's own first."""
        return self._list_with({})

    def _list_counted(self, more: Mapping[str, str] = _EVERYTHING) -> list[NumberedLabel]:
        """Return labels with how many issues have each, which the server counts one by one."""
        return self._list_with({"with_counts": "true", **more})

    def _list_with(self, more: Mapping[str, str]) -> list[NumberedLabel]:
        query = {"per_page": str(_PAGE), "include_ancestor_groups": "true", **more}
        path = f"{self._base}/labels"
        rows = self._calls.linked_pages(path, query, "list the labels", read_labels)
        found = {row.number: row for row in rows}
        return sorted(found.values(), key=lambda row: row.live.is_inherited)

    def _requests(self, names: Collection[str]) -> Counter[str]:
        """Return by name how many merge requests have each label, in the fewest requests."""
        if any(fold(name) in _WORDS for name in names):
            return self._count_by_reading(_REQUESTS, names)
        counts: Counter[str] = Counter(dict.fromkeys(names, 0))
        if len(names) == 1:
            counts.update({name: self._total(_REQUESTS, {"labels": name}) for name in names})
            return counts
        pages = -(-self._total(_REQUESTS, {}) // _PAGE)
        questions = -(-len(names) // NAMES_A_QUESTION)
        if pages > questions and (found := self._counting.requests(list(names))) is not None:
            counts.update(found)
            return counts
        if pages <= len(names):
            return self._count_by_reading(_REQUESTS, names)
        counts.update({name: self._total(_REQUESTS, {"labels": name}) for name in names})
        return counts

    def _count_by_reading(self, kind: str, names: Collection[str]) -> Counter[str]:
        counts: Counter[str] = Counter(dict.fromkeys(names, 0))
        for item in self._items(kind, {}):
            counts.update(counts.keys() & set(item.labels))
        return counts

    def _items(self, kind: str, query: Mapping[str, str]) -> Iterator[LabelledItem]:
        query = {**_ALL, "per_page": str(_PAGE), **query}
        what = f"list the {kind.replace('_', ' ')}"
        return self._calls.linked_pages(f"{self._base}/{kind}", query, what, read_items)

    def _total(self, kind: str, query: Mapping[str, str]) -> int:
        """Return how many there are, by the header; beyond 10,000 it is left out, so by reading."""
        asked = {**_ALL, "per_page": "1", **query}
        total = self._counted(f"{self._base}/{kind}", asked, "x-total")
        if total is not None:
            return total
        return sum(1 for _ in self._items(kind, query))
