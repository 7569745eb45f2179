"""A repository's labels, and which issues have them, on GitHub: the endpoints that this tool uses, as methods.

Every write may be repeated: an answer that was lost makes no difference to the outcome. The client is imported when a
connection is opened, and only then.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from issue_scaffold.adapters.github_errors import (
    AccessError,
    ExistsError,
    GitHubError,
    MissingError,
    missing_repository,
)
from issue_scaffold.adapters.installation import command_for_extra, installation
from issue_scaffold.adapters.pacing import Clock, Pacer, SystemClock
from issue_scaffold.adapters.token import Token
from issue_scaffold.domain.label_plan import LiveLabel
from issue_scaffold.domain.labels import fold
from issue_scaffold.domain.remote import Repository, is_loopback
from issue_scaffold.errors import ScaffoldError, UsageError

if TYPE_CHECKING:
    from issue_scaffold.adapters.github_requests import Answer, Requests

OnWait = Callable[[float, str], None]

_PAGE: Final = "100"
_GOOD: Final = 300
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue or a pull request: its number and the keys of its labels."""

    number: int
    labels: frozenset[str]


def connect(
    repository: Repository,
    url: str,
    token: Token,
    *,
    on_wait: OnWait,
    clock: Clock | None = None,
    pacer: Pacer | None = None,
) -> "LabelsApi":
    """Return the way to a repository's labels. Nothing is sent yet.

    Raises ScaffoldError if the client isn't installed, UsageError for an address that the token must not go to.
    """
    if not url.startswith("https://") and not is_loopback(url):
        raise UsageError(f"{url} is not https: the token would be readable on its way")
    try:
        from issue_scaffold.adapters.github_requests import Requests
    except ImportError as error:
        command = command_for_extra(installation(), "github")
        hint = f"run: {command}" if command else "install what the extra 'github' in pyproject.toml names"
        raise ScaffoldError("GitHub's API needs a client that is not installed", hint=hint) from error
    clock = clock or SystemClock()
    return LabelsApi(repository, Requests(url, token, clock=clock, pacer=pacer or Pacer(clock), on_wait=on_wait))


class LabelsApi:
    """One repository's labels. Methods raise GitHubError when the API refuses, or can't be reached."""

    def __init__(self, repository: Repository, requests: "Requests") -> None:
        self.repository = repository
        self._requests = requests
        self._base = f"/repos/{quote(repository.owner)}/{quote(repository.name)}"
        self._is_canonical = False

    @property
    def calls(self) -> int:
        """How many requests have been sent."""
        return self._requests.calls

    def seconds_for(self, writes: int) -> float:
        """Return the seconds after which this many more writes can have gone."""
        return self._requests.seconds_for(writes)

    def labels(self) -> tuple[LiveLabel, ...]:
        """Return all labels."""
        found = []
        for item in self._pages(f"{self._base}/labels", {"per_page": _PAGE}, "list the labels"):
            description = item.get("description") or ""
            found.append(LiveLabel(name=item["name"], color=item["color"].lower(), description=description))
        return tuple(found)

    def create(self, name: str, color: str, description: str) -> None:
        """Create a label; one that is there by now gets this name, colour and description."""
        try:
            body = {"name": name, "color": color, "description": description}
            self._write("POST", f"{self._base}/labels", f"create label '{name}'", body)
        except ExistsError:
            self.update(name, new_name=name, color=color, description=description)
        except MissingError as error:
            # The list of labels could be read: this is how GitHub says that it can't be added to.
            raise AccessError(f"not allowed to create label '{name}'", hint=self._requests.token.lacks) from error

    def update(
        self, name: str, *, new_name: str | None = None, color: str | None = None, description: str | None = None
    ) -> None:
        """Give a label another name, colour or description. One that has its new name already is as good."""
        fields = {"new_name": new_name, "color": color, "description": description}
        body = {key: value for key, value in fields.items() if value is not None}
        what = f"rename label '{name}' to '{new_name}'" if new_name else f"change label '{name}'"
        try:
            self._write("PATCH", self._label(name), what, body)
        except MissingError:
            if new_name is None or fold(new_name) == fold(name) or not self._exists(new_name):
                raise
            self._write("PATCH", self._label(new_name), what, body)

    def delete(self, name: str) -> None:
        """Delete a label, and so take it from everything that has it. One that is gone is as good."""
        try:
            self._write("DELETE", self._label(name), f"delete label '{name}'")
        except MissingError:
            self._require_repository()

    def usage(self, name: str) -> int:
        """Return how many issues and pull requests, in any state, have a label."""
        if "," in name:
            return sum(1 for _ in self.issues(name))
        answer = self._get(*self._issues_query(name, "1"), f"count what has label '{name}'")
        return answer.last_page or len(answer.data)

    def issues(self, name: str) -> Iterator[Issue]:
        """Yield all issues and pull requests, in any state, that have a label."""
        path, query = self._issues_query(name, _PAGE)
        for item in self._pages(path, query, f"list what has label '{name}'"):
            names = (label if isinstance(label, str) else label.get("name") or "" for label in item["labels"])
            issue = Issue(item["number"], frozenset(map(fold, names)))
            if fold(name) in issue.labels:
                yield issue

    def add_label(self, number: int, name: str) -> None:
        """Put a label on an issue or a pull request."""
        path = f"{self._base}/issues/{number}/labels"
        self._write("POST", path, f"put label '{name}' on #{number}", {"labels": [name]})

    def _issues_query(self, name: str, size: str) -> tuple[str, dict[str, str]]:
        self._use_canonical_name()
        query = {"state": "all", "per_page": size}
        # The API takes a list separated by commas, so a name with one can't be asked for: all issues are read then.
        return f"{self._base}/issues", query if "," in name else query | {"labels": name}

    def _use_canonical_name(self) -> None:
        """Ask once for the repository's present name: a redirect from an old one would lose the query."""
        if not self._is_canonical:
            owner, _, name = self._require_repository()["full_name"].partition("/")
            self._base = f"/repos/{quote(owner)}/{quote(name)}"
            self._is_canonical = True

    def _require_repository(self) -> Any:  # noqa: ANN401 - JSON
        return self._get(self._base, None, f"read {self.repository}").data

    def _label(self, name: str) -> str:
        # HTTP clients resolve these before they send anything: DELETE …/labels/.. would delete the repository.
        if name in {".", ".."}:
            raise GitHubError(f"label '{name}' can't be addressed", hint="rename or delete it on the web page")
        return f"{self._base}/labels/{quote(name, safe='')}"

    def _exists(self, name: str) -> bool:
        return self._requests.send("GET", self._label(name)).status < _GOOD

    def _write(self, verb: str, path: str, what: str, body: dict[str, Any] | None = None) -> None:
        answer = self._requests.send(verb, path, body=body)
        if answer.status >= _GOOD:
            raise self._requests.refused(answer, what)

    def _get(self, path: str, query: dict[str, str] | None, what: str) -> "Answer":
        answer = self._requests.send("GET", path, query=query)
        if answer.status == _NOT_FOUND:
            raise missing_repository(str(self.repository), self._requests.token)
        if answer.status >= _GOOD:
            raise self._requests.refused(answer, what)
        return answer

    def _pages(self, path: str, query: dict[str, str], what: str) -> Iterator[Any]:
        answer = self._get(path, query, what)
        while True:
            if not isinstance(answer.data, list):
                raise GitHubError(f"can't {what}: the answer is no list", hint="check --api-url")
            yield from answer.data
            if answer.next_page is None:
                return
            answer = self._get(self._requests.below(answer.next_page), None, what)
