"""A repository's labels on Gitea or Forgejo, and which issues have them, as methods.

Every write may be repeated: an answer that was lost makes no difference to the outcome. Two things
are other than on GitHub. Labels are written to by number, which stays when somebody renames one, so
each write begins with a look at what the label is now. And several labels may have one name: the
server refuses no second one, so that what is created or renamed is looked for first.

Source: `routers/api/v1/repo/label.go` and `issue.go` in Gitea's source, which Forgejo shares.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from issue_scaffold.forge.forges import forge_of_api
from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.adapter import Issue, UsedLabel
from issue_scaffold.label_sync.gitea.answers import (
    GiteaLabel,
    LabelledIssue,
    read_is_archived,
    read_issues,
    read_labels,
)
from issue_scaffold.label_sync.http.calls import ApiCalls, header_number
from issue_scaffold.label_sync.http.customs import Answer, ApiCustoms
from issue_scaffold.label_sync.http.errors import AccessError, ApiError, ExistsError, MissingError
from issue_scaffold.label_sync.http.opening import open_client
from issue_scaffold.label_sync.http.pacing import Clock, OnWait, Pacer
from issue_scaffold.label_sync.http.refusals import missing_repository, usual_refusal
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.plan import LiveLabel
from issue_scaffold.labels.label import fold

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient

_LOCKED: Final = 423
# The largest page that servers give unless their owner has changed `[api] MAX_RESPONSE_ITEMS`.
_PAGE: Final = 50
_NEEDED: Final = "it needs the scopes write:issue and read:repository, and its owner write access"


def refusal(answer: Answer, what: str, token: Token) -> ApiError:
    """Return the error that an answer means; `what` was asked for ("create label 'bug'")."""
    if answer.status == _LOCKED:
        return AccessError(
            f"can't {what}: the repository is archived, so its labels can't be changed"
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


def connect(
    repository: Repository,
    url: str,
    token: Token,
    *,
    on_wait: OnWait,
    clock: Clock | None = None,
    pacer: Pacer | None = None,
) -> "GiteaLabels":
    """Return the way to a repository's labels. Nothing is sent yet.

    Raises UsageError for an address that the token must not go to.
    """
    customs = replace(GITEA_API, forge=forge_of_api(url, repository.host).title)
    client = open_client(url, token, customs, on_wait=on_wait, clock=clock, pacer=pacer)
    return GiteaLabels(repository, client)


class GiteaLabels:
    """One repository's labels. Methods raise ApiError when the API refuses or can't be had."""

    def __init__(self, repository: Repository, client: "ApiClient") -> None:
        self.repository = repository
        self._client = client
        self._calls = ApiCalls(client)
        owner, name = quote(repository.owner, safe=""), quote(repository.name, safe="")
        self._base = f"/repos/{owner}/{name}"
        # What the last look has found, for the labels that issues get in the meantime.
        self._known: tuple[GiteaLabel, ...] = ()

    @property
    def calls(self) -> int:
        """How many requests have been sent."""
        return self._client.calls

    def seconds_for(self, writes: int) -> float:
        """Return the seconds after which this many more writes can have gone."""
        return self._client.seconds_for(writes)

    def labels(self) -> tuple[LiveLabel, ...]:
        """Return all labels of the repository, not those of its organisation."""
        return tuple(row.live for row in self._look())

    def find(self, name: str) -> UsedLabel | None:
        """Return one label as it is now and how many issues have it, None if there is none."""
        row = self._row(name)
        if row is None:
            return None
        return UsedLabel(row.live, self.usage([name])[name])

    def is_archived(self) -> bool:
        """Return whether nothing can be written to the repository."""
        what = f"read {self.repository}"
        try:
            answer = self._calls.get(self._base, None, what)
        except MissingError as error:
            raise missing_repository(str(self.repository), self._client.token) from error
        return self._calls.read(answer, read_is_archived, what)

    def usage(self, names: Collection[str]) -> Mapping[str, int]:
        """Return by name how many issues and pull requests, in any state, have each label.

        All issues are read where that takes fewer requests than asking for each label.
        """
        asked = [name for name in names if "," not in name]
        if len(asked) == len(names) and len(names) <= 1 + self._total({}) // _PAGE:
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
        body = {"name": name, "color": f"#{color}", "description": description}
        try:
            self._calls.write("POST", f"{self._base}/labels", f"create label '{name}'", body)
        except MissingError as error:
            # The list of labels could be read: this is how the server says that it can't be added
            # to.
            raise AccessError(f"not allowed to create label '{name}'", hint=_NEEDED) from error
        if self._client.calls - calls > 1:
            self._drop_doubles(name, before)

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
        what = f"change label '{name}'"
        if new_name:
            what = f"rename label '{name}' to '{new_name}'"
        row = self._row(name)
        heir = self._row_known(new_name or name)
        if row is None:
            row = heir
        elif heir is not None and heir.number != row.number:
            raise ExistsError(f"can't {what}: that name is taken")
        if row is None:
            raise MissingError(f"can't {what}: there is no such label any more")
        live = row.live
        body = {
            "name": new_name or live.name,
            "color": f"#{color or live.color}",
            "description": live.description if description is None else description,
            # What is left out is set to false.
            "exclusive": row.is_exclusive,
            "is_archived": row.is_archived,
        }
        self._calls.write("PATCH", self._path(row), what, body)

    def add_label(self, issue: Issue, name: str) -> None:
        """Put a label on an issue or a pull request; one that has it already is as good."""
        what = f"put label '{name}' on {issue}"
        row = self._row_known(name) or self._row(name)
        if row is None:
            raise MissingError(f"can't {what}: there is no such label any more")
        path = f"{self._base}/issues/{issue.number}/labels"
        self._calls.write("POST", path, what, {"labels": [row.number]})

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

    def delete(self, name: str) -> bool:
        """Delete a label, which takes it from all that has it; return whether it was there."""
        row = self._row_known(name) or self._row(name)
        if row is None:
            return False
        try:
            self._delete(row)
        except MissingError:
            return False
        return True

    def _delete(self, row: GiteaLabel) -> None:
        self._calls.write("DELETE", self._path(row), f"delete label '{row.live.name}'")

    def _path(self, row: GiteaLabel) -> str:
        return f"{self._base}/labels/{row.number}"

    def _look(self) -> tuple[GiteaLabel, ...]:
        """Return all labels as they are now, the oldest first."""
        query = {"limit": str(_PAGE)}
        found = self._calls.numbered_pages(
            f"{self._base}/labels", query, "list the labels", read_labels
        )
        try:
            rows = {row.number: row for row in found}
        except MissingError as error:
            raise missing_repository(str(self.repository), self._client.token) from error
        self._known = tuple(rows[number] for number in sorted(rows))
        return self._known

    def _row(self, name: str) -> GiteaLabel | None:
        """Return the label of this very name as it is now, the oldest of several."""
        self._look()
        return self._row_known(name)

    def _row_known(self, name: str) -> GiteaLabel | None:
        return next((row for row in self._known if row.live.name == name), None)

    def _issues(self, query: Mapping[str, str]) -> Iterator[LabelledIssue]:
        query = {"state": "all", "limit": str(_PAGE), **query}
        path = f"{self._base}/issues"
        return self._calls.numbered_pages(path, query, "list the issues", read_issues)

    def _total(self, query: Mapping[str, str]) -> int:
        """Return how many issues there are, by the header; without it, by reading them."""
        what = "count the issues"
        asked = {"state": "all", "limit": "1", **query}
        total = header_number(self._calls.get(f"{self._base}/issues", asked, what), "x-total-count")
        if total is not None:
            return total
        return sum(1 for _ in self._issues(query))
