"""A project's labels on GitLab, and which issues and merge requests have them, as methods.

Every write may be repeated: an answer that was lost makes no difference to the outcome. Labels are
written to by number: an address that ends in a name is first tried as a number by GitLab, so that
the label `3rd party` would mean the one of number 3 (`lib/api/helpers/label_helpers.rb` in its
source). Each write begins with a look at what the label is now. Labels of the groups that a project
belongs to are read and used, never written to.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.adapter import Issue, UsedLabel
from issue_scaffold.label_sync.gitlab.answers import (
    GitLabLabel,
    LabelledItem,
    read_is_archived,
    read_items,
    read_labels,
)
from issue_scaffold.label_sync.http.calls import ApiCalls, header_number
from issue_scaffold.label_sync.http.customs import Answer, ApiCustoms
from issue_scaffold.label_sync.http.errors import (
    AccessError,
    ApiError,
    ExistsError,
    MissingError,
    RateLimitError,
    UnreachableError,
)
from issue_scaffold.label_sync.http.opening import open_client
from issue_scaffold.label_sync.http.pacing import Clock, OnWait, Pacer
from issue_scaffold.label_sync.http.refusals import (
    missing_repository,
    said_in,
    usual_refusal,
)
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.plan import LiveLabel
from issue_scaffold.labels.label import fold

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient

_BAD: Final = 400
_PAGE: Final = 100
_NEEDED: Final = "it needs the scope api, and its owner the role Planner or Reporter at least"
_KINDS: Final = ("issues", "merge_requests")
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


def connect(
    repository: Repository,
    url: str,
    token: Token,
    *,
    on_wait: OnWait,
    clock: Clock | None = None,
    pacer: Pacer | None = None,
) -> "GitLabLabels":
    """Return the way to a project's labels. Nothing is sent yet.

    Raises UsageError for an address that the token must not go to.
    """
    client = open_client(url, token, GITLAB_API, on_wait=on_wait, clock=clock, pacer=pacer)
    return GitLabLabels(repository, client)


class GitLabLabels:
    """One project's labels. Methods raise ApiError when the API refuses or can't be had."""

    def __init__(self, repository: Repository, client: "ApiClient") -> None:
        self.repository = repository
        self._client = client
        self._calls = ApiCalls(client)
        path = quote(f"{repository.owner}/{repository.name}", safe="")
        self._base = f"/projects/{path}"
        # What the last look has found, the project's own first.
        self._known: tuple[GitLabLabel, ...] = ()

    @property
    def calls(self) -> int:
        """How many requests have been sent."""
        return self._client.calls

    def seconds_for(self, writes: int) -> float:
        """Return the seconds after which this many more writes can have gone."""
        return self._client.seconds_for(writes)

    def labels(self) -> tuple[LiveLabel, ...]:
        """Return all labels, those of the groups above the project too."""
        return tuple(row.live for row in self._look())

    def find(self, name: str) -> UsedLabel | None:
        """Return one label as it is now and how many issues have it, None if there is none."""
        row = self._row(name)
        if row is None:
            return None
        return UsedLabel(row.live, self.usage([name])[name])

    def is_archived(self) -> bool:
        """Return whether nothing can be written to the project."""
        what = f"read {self.repository}"
        try:
            answer = self._calls.get(self._base, None, what)
        except MissingError as error:
            raise missing_repository(str(self.repository), self._client.token) from error
        return self._calls.read(answer, read_is_archived, what)

    def usage(self, names: Collection[str]) -> Mapping[str, int]:
        """Return by name how many issues and merge requests, in any state, have each label.

        All of them are read where that takes fewer requests than asking for each label.
        """
        counts: Counter[str] = Counter(dict.fromkeys(names, 0))
        asked = not any(fold(name) in _WORDS for name in names)
        for kind in _KINDS:
            if asked and len(names) <= 1 + self._total(kind, {}) // _PAGE:
                counts.update({name: self._total(kind, {"labels": name}) for name in names})
                continue
            for item in self._items(kind, {}):
                counts.update(counts.keys() & set(item.labels))
        return counts

    def issues(self, name: str) -> Iterator[Issue]:
        """Yield all issues and merge requests, in any state, that have a label."""
        self._look()  # so that nothing has to be asked between this and a deletion
        query = {} if fold(name) in _WORDS else {"labels": name}
        for kind in _KINDS:
            for item in self._items(kind, query):
                if name in item.labels:
                    keys = frozenset(map(fold, item.labels))
                    yield Issue(item.number, keys, is_request=kind == _KINDS[1])

    def create(self, name: str, color: str, description: str) -> None:
        """Create a label; one that is there by now gets this colour and description."""
        body = {"name": name, "color": f"#{color}", "description": description}
        try:
            self._order("POST", f"{self._base}/labels", f"create label '{name}'", body)
        except ExistsError:
            self.update(name, color=color, description=description)
        except MissingError as error:
            # The list of labels could be read: this is how GitLab says that it can't be added to.
            raise AccessError(f"not allowed to create label '{name}'", hint=_NEEDED) from error

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
        what = f"change label '{name}'"
        if new_name:
            what = f"rename label '{name}' to '{new_name}'"
        row = self._row(name) or self._row_known(new_name or name)
        if row is None:
            raise MissingError(f"can't {what}: there is no such label any more")
        if row.live.is_inherited:
            raise ApiError(f"can't {what}: it belongs to a group", hint="change it in the group")
        # A colour goes along always: GitLab refuses an order to change nothing.
        given = {"new_name": new_name, "description": description}
        body = {key: value for key, value in given.items() if value is not None}
        body["color"] = f"#{color or row.live.color}"
        self._order("PUT", self._path(row), what, body)

    def add_label(self, issue: Issue, name: str) -> None:
        """Put a label on an issue or a merge request; one that has it already is as good."""
        path = f"{self._base}/{_KINDS[issue.is_request]}/{issue.number}"
        what = f"put label '{name}' on {issue}"
        self._order("PUT", path, what, {"add_labels": name})

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

    def delete(self, name: str) -> bool:
        """Delete a label, which takes it from all that has it; return whether it was there."""
        row = self._row_known(name) or self._row(name)
        if row is None or row.live.is_inherited:
            return False
        try:
            self._order("DELETE", self._path(row), f"delete label '{name}'")
        except MissingError:
            return False
        return True

    def _order(
        self, verb: str, path: str, what: str, body: Mapping[str, str] | None = None
    ) -> None:
        """Write; GitLab doesn't say of an archived project that this is why it refuses."""
        try:
            self._calls.write(verb, path, what, body)
        except (UnreachableError, RateLimitError):
            raise
        except AccessError as error:
            if self.is_archived():
                raise AccessError(
                    f"can't {what}: the project is archived, so its labels can't be changed"
                ) from error
            raise

    def _path(self, row: GitLabLabel) -> str:
        return f"{self._base}/labels/{row.number}"

    def _look(self) -> tuple[GitLabLabel, ...]:
        """Return all labels as they are now, the project's own first."""
        query = {"per_page": str(_PAGE), "include_ancestor_groups": "true"}
        found = self._calls.linked_pages(
            f"{self._base}/labels", query, "list the labels", read_labels
        )
        try:
            rows = {row.number: row for row in found}
        except MissingError as error:
            raise missing_repository(str(self.repository), self._client.token) from error
        self._known = tuple(sorted(rows.values(), key=lambda row: row.live.is_inherited))
        return self._known

    def _row(self, name: str) -> GitLabLabel | None:
        """Return the label of this very name as it is now, the project's own rather than others."""
        self._look()
        return self._row_known(name)

    def _row_known(self, name: str) -> GitLabLabel | None:
        return next((row for row in self._known if row.live.name == name), None)

    def _items(self, kind: str, query: Mapping[str, str]) -> Iterator[LabelledItem]:
        query = {"state": "all", "scope": "all", "per_page": str(_PAGE), **query}
        what = f"list the {kind.replace('_', ' ')}"
        return self._calls.linked_pages(f"{self._base}/{kind}", query, what, read_items)

    def _total(self, kind: str, query: Mapping[str, str]) -> int:
        """Return how many there are, by the header; beyond 10,000 it is left out, so by reading."""
        what = f"count the {kind.replace('_', ' ')}"
        asked = {"state": "all", "scope": "all", "per_page": "1", **query}
        total = header_number(self._calls.get(f"{self._base}/{kind}", asked, what), "x-total")
        if total is not None:
            return total
        return sum(1 for _ in self._items(kind, query))
