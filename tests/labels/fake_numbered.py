"""What the fakes of Gitea's and of GitLab's API have in common: labels with numbers, issues that have some of them.

Both are served, failed and watched as the fake of GitHub is; only what they do and answer is their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from tests.labels.fake_github import WHEN, FakeGitHub, Reply

Row = dict[str, Any]


@dataclass
class NumberedIssue:
    """An issue, a pull request or a merge request with the numbers of its labels."""

    labels: set[int] = field(default_factory=set)
    state: str = "open"
    is_request: bool = False
    body: str | None = None


class NumberedRepository:
    """One repository: labels by their numbers, issues by kind and number. Names may be there twice."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.issues: dict[tuple[bool, int], NumberedIssue] = {}
        self.opened: list[Row] = []
        self.archived = False
        self.writable = True
        self.visible = True
        self._last = 2

    def add(self, name: str, color: str = "ededed", description: str = "", **more: object) -> int:
        self._last += 1
        self.rows[self._last] = {"id": self._last, "name": name, "color": color, "description": description, **more}
        return self._last

    def number_of(self, name: str) -> int | None:
        return next((number for number, row in sorted(self.rows.items()) if row["name"] == name), None)

    def put(self, number: int, *names: str, state: str = "open", is_request: bool = False) -> None:
        found = {self.number_of(name) for name in names} - {None}
        labels = {label for label in found if label is not None}
        self.issues[is_request, number] = NumberedIssue(labels, state, is_request)

    def open(self, order: Row, labels: Iterable[str]) -> int:
        """Make an issue, and keep what it was asked with; the labels' names are in the place of `labels`."""
        number = max((number for _, number in self.issues), default=0) + 1
        self.opened.append({**order, "labels": sorted(labels)})
        self.put(number, *self.opened[-1]["labels"])
        return number

    def remove(self, label: int) -> None:
        del self.rows[label]
        for issue in self.issues.values():
            issue.labels.discard(label)

    def state(self) -> dict[str, tuple[str, str]]:
        return {row["name"]: (row["color"], row["description"]) for row in self.rows.values()}

    def on(self, number: int, *, is_request: bool = False) -> set[str]:
        return {self.rows[label]["name"] for label in self.issues[is_request, number].labels}


@dataclass
class Asked:
    """A request as an endpoint gets it."""

    repository: NumberedRepository
    verb: str
    path: str
    base: str
    query: dict[str, str]
    body: Any


class FakeNumbered(FakeGitHub):
    """A forge whose labels have numbers: what its `prefix` is, how requests are authorised, how pages are cut."""

    prefix = "/api"
    most = 100
    name_parts = 2

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, NumberedRepository] = {}

    def place(self, name: str = "octo/demo") -> NumberedRepository:
        return self.places.setdefault(name, NumberedRepository())

    def accepts(self, headers: dict[str, str]) -> bool:
        return headers.get("authorization") in {f"token {self.token}", f"Bearer {self.token}"}

    def named(self, parts: list[str]) -> tuple[str, list[str]]:
        """Return the repository's name and the rest of a path."""
        raise NotImplementedError

    def route(self, rest: list[str], asked: Asked) -> Reply:
        """Return what an endpoint answers."""
        raise NotImplementedError

    def _work(self, verb: str, target: str, headers: dict[str, str], body: object, base: str) -> Reply:
        if not self.accepts(headers):
            said = headers.get("authorization") if self.echo else ""
            return self._problem(401, f"401 Unauthorized {said}".strip())
        address = urlsplit(target)
        name, rest = self.named([unquote(part) for part in address.path.split("/")[1:]])
        found = self.places.get(name)
        if found is None or not found.visible:
            return self._problem(404, "404 Project Not Found")
        query = {key: values[0] for key, values in parse_qs(address.query, keep_blank_values=True).items()}
        return self.route(rest, Asked(found, verb, address.path, base, query, body or {}))

    def ok(self, body: object, status: int = 200) -> Reply:
        return Reply(status, body, self._headers())

    def cut(self, rows: list[Any], asked: Asked, size_name: str, *, links: bool) -> Reply:
        """Return a page, with the address of the next one if that is the custom of the endpoint."""
        size = min(int(asked.query.get(size_name, "20")), self.most)
        page = int(asked.query.get("page", "1"))
        headers = {**self._headers(), "X-Total-Count": str(len(rows)), "X-Total": str(len(rows))}
        headers |= {"X-Page": str(page), "X-Per-Page": str(size), "X-Next-Page": ""}
        headers["X-Total-Pages"] = str(max(1, -(-len(rows) // size)))
        if page * size < len(rows):
            headers["X-Next-Page"] = str(page + 1)
            address = f"{asked.base}{asked.path}?{urlencode({**asked.query, 'page': str(page + 1)})}"
            if links:
                headers["Link"] = f'<{address}>; rel="next", <{address}>; rel="last"'
        return Reply(200, rows[(page - 1) * size : page * size], headers)


def listed(asked: Asked) -> list[tuple[int, NumberedIssue]]:
    """Return the issues of the state that is asked for, the newest first."""
    state = asked.query.get("state", "open")
    return [
        (number, issue)
        for (_, number), issue in sorted(asked.repository.issues.items(), reverse=True)
        if state in {"all", issue.state}
    ]


def dates(issue: NumberedIssue) -> dict[str, Any]:
    closed = None if issue.state == "open" else WHEN
    return {"created_at": WHEN, "updated_at": WHEN, "closed_at": closed}
