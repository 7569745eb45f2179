"""A repository's labels on Gitea or Forgejo, and which issues have them, as methods.

Every write may be repeated: an answer that was lost makes no difference to the outcome. Two things
are other than on GitHub. Labels are written to by number. And several labels may have one name: the
server refuses no second one, so that what is created or renamed is looked for first. Labels of the
organisation that owns the repository are read and used, never written to.

Source: `routers/api/v1/repo/label.go`, `issue.go` and `routers/api/v1/org/label.go` in Gitea's
source, which Forgejo shares.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.adapter import CreatedIssue, Issue, IssueOrder, UsedLabel
from issue_scaffold.label_sync.gitea.answers import (
    LabelledIssue,
    read_created_issue,
    read_issue_body,
    read_issues,
)
from issue_scaffold.label_sync.http.customs import Answer, ApiCustoms
from issue_scaffold.label_sync.http.errors import (
    AccessError,
    ApiError,
    ExistsError,
    MissingError,
    RateLimitError,
    UnreachableError,
)
from issue_scaffold.label_sync.http.refusals import usual_refusal
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.numbered_labels import NumberedLabel, NumberedLabels, read_labels
from issue_scaffold.label_sync.repository_labels import telling_change
from issue_scaffold.labels.label import fold

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient

_LOCKED: Final = 423
# The largest page that servers give unless their owner has changed `[api] MAX_RESPONSE_ITEMS`.
_PAGE: Final = 50
_HOLDER: Final = "an organisation"
_NEEDED: Final = "it needs the scopes write:issue and read:repository, and its owner write access"


def refusal(answer: Answer, what: str, token: Token) -> ApiError:
    """Return the error that an answer means; `what` was asked for ("create label 'bug'")."""
    if answer.status == _LOCKED:
        return AccessError(
            f"can't {what}: the repository is archived, so nothing in it can be changed"
        )
    return usual_refusal(answer, what, token, _NEEDED)


GITEA_API: Final = ApiCustoms(
    forge="Gitea",
    example_url="https://gitea.example.com/api/v1",
    refusal=refusal,
    auth_prefix="token ",
    # Neither names a limit; two a second is what a small server bears.
    write_limits=((2, 1.0),),
)


class GiteaLabels(NumberedLabels):
    """One repository's labels. Methods raise ApiError when the API refuses or can't be had."""

    has_types = False
    _read_issue_body = staticmethod(read_issue_body)

    def __init__(self, repository: Repository, client: "ApiClient") -> None:
        owner, name = quote(repository.owner, safe=""), quote(repository.name, safe="")
        super().__init__(repository, client, f"/repos/{owner}/{name}")
        self._organisation = f"/orgs/{owner}"
        self._has_organisation = True

    def find(self, name: str) -> UsedLabel | None:
        """Return one label as it is now and how many issues have it, None if there is none."""
        row = self._row(name)
        if row is None:
            return None
        return UsedLabel(row.live, self.usage([name])[name])

    def usage(self, names: Collection[str]) -> Mapping[str, int]:
        """Return by name how many issues and pull requests, in any state, have each label.

        All issues are read where that takes fewer requests than asking for each label.
        """
        if not any("," in name for name in names) and (
            len(names) == 1 or len(names) <= 1 + self._total({}) // _PAGE
        ):
            return {name: self._total({"labels": name}) for name in names}
        counts = dict.fromkeys(names, 0)
        for issue in self._issues({}):
            for name in {row.live.name for row in issue.labels} & counts.keys():
                counts[name] += 1
        return counts

    def issues(self, name: str) -> Iterator[Issue]:
        """Yield all issues and pull requests, in any state, that have a label."""
        self._look()  # so that nothing has to be asked between this and a deletion
        # A name with a comma can't be asked for, and one that isn't there (any more) is passed
        # over by the server, which gives everything then.
        query = {"labels": name} if "," not in name else {}
        for issue in self._issues(query):
            names = [row.live.name for row in issue.labels]
            if name in names:
                yield Issue(issue.number, frozenset(map(fold, names)))

    def create(self, name: str, color: str, description: str) -> None:
        """Create a label; one that is there by now gets this colour and description."""
        before = {row.number for row in self._look()}
        if self._row_known(name) is not None:
            self.update(name, color=color, description=description)
            return
        calls = self._client.calls
        self._make(name, f"#{color}", description, _NEEDED)
        if self._client.calls - calls > 1:
            self._drop_doubles(name, before)

    def create_issue(self, order: IssueOrder) -> CreatedIssue:
        """Make an issue, once, with those of its labels that there are. It can't have a type."""
        what = f"create an issue in {self.repository}"
        numbers = {row.live.key: row.number for row in reversed(self._look())}
        body = {
            "title": order.title,
            "body": order.body,
            "labels": [numbers[fold(name)] for name in order.labels if fold(name) in numbers],
            "assignees": list(order.assignees),
        }
        answer = self._calls.write_once(f"{self._base}/issues", what, body)
        return self._calls.read(answer, read_created_issue, what)

    def _drop_doubles(self, name: str, before: Collection[int]) -> None:
        """Delete what came of an order that was repeated because its answer was lost."""
        made = [row for row in self._look() if row.live.name == name and row.number not in before]
        used = {row.number for issue in self._issues({"labels": name}) for row in issue.labels}
        for row in made[1:]:
            if row.number not in used:
                self._delete(row)

    def update(
        self,
        name: str,
        *,
        new_name: str | None = None,
        color: str | None = None,
        description: str | None = None,
    ) -> None:
        """Give a label another name, colour or description; what is None stays.

        One that has its new name already is as good.
        """
        what = telling_change(name, new_name)
        row = self._row(name)
        heir = self._row_known(new_name or name)
        if row is None:
            row = heir
        elif heir is not None and heir.number != row.number:
            raise ExistsError(f"can't {what}: that name is taken")
        if row is None:
            raise MissingError(f"can't {what}: there is no such label any more")
        live = row.live
        if live.is_inherited:
            hint = "change it in the organisation"
            raise ApiError(f"can't {what}: it belongs to {_HOLDER}", hint=hint)
        body = {
            "name": new_name or live.name,
            "color": f"#{color or live.color}",
            "description": live.description if description is None else description,
            # What is left out is set to false.
            "exclusive": row.is_exclusive,
            "is_archived": row.is_archived,
        }
        self._write("PATCH", self._path(row), what, body)

    def add_label(self, issue: Issue, name: str) -> None:
        """Put a label on an issue or a pull request; one that has it already is as good."""
        what = f"put label '{name}' on {issue}"
        row = self._row_known(name) or self._row(name)
        if row is None:
            raise MissingError(f"can't {what}: there is no such label any more")
        path = f"{self._base}/issues/{issue.number}/labels"
        self._write("POST", path, what, {"labels": [row.number]})

    def displaced(self, issue: Issue, name: str) -> frozenset[str]:
        """Return the keys of the labels that an issue loses when it gets this one."""
        row = self._row_known(name) or self._row(name)
        scope = fold(name).rpartition("/")[0]
        if row is None or not row.is_exclusive or not scope:
            return frozenset()
        rivals = {
            other.live.key
            for other in self._known
            if other.is_exclusive and other.live.key.rpartition("/")[0] == scope
        }
        return issue.labels & rivals - {fold(name)}

    def _list(self) -> list[NumberedLabel]:
        """Return all labels as they are now, the repository's own first, of them the oldest."""
        own = self._labels_of(self._base)
        # The repository first: without it, nothing is asked about its owner.
        return [*own, *self._list_inherited()]

    def _list_inherited(self) -> list[NumberedLabel]:
        """Return the labels of the organisation; a user has none, nor has a token that may not."""
        if not self._has_organisation:
            return []
        try:
            rows = self._labels_of(self._organisation)
        except (UnreachableError, RateLimitError):
            raise
        except (AccessError, MissingError):
            self._has_organisation = False
            return []
        return [
            replace(row, live=replace(row.live, is_inherited=True, holder=_HOLDER)) for row in rows
        ]

    def _labels_of(self, place: str) -> list[NumberedLabel]:
        query = {"limit": str(_PAGE)}
        found = self._calls.numbered_pages(f"{place}/labels", query, "list the labels", read_labels)
        rows = {row.number: row for row in found}
        return [rows[number] for number in sorted(rows)]

    def _issues(self, query: Mapping[str, str]) -> Iterator[LabelledIssue]:
        query = {"state": "all", "limit": str(_PAGE), **query}
        path = f"{self._base}/issues"
        return self._calls.numbered_pages(path, query, "list the issues", read_issues)

    def _total(self, query: Mapping[str, str]) -> int:
        """Return how many issues there are, by the header; without it, by reading them."""
        asked = {"state": "all", "limit": "1", **query}
        total = self._counted(f"{self._base}/issues", asked, "x-total-count")
        if total is not None:
            return total
        return sum(1 for _ in self._issues(query))
