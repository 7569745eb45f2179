"""A fake of GitHub's REST API for labels, with state: what the tests and the benchmark talk to instead of GitHub.

It refuses what GitHub refuses (names that are taken in any case, names that are too long, more writes than the limits
allow) and fails as told: by status, before an answer, or after the work is done. What it answers conforms to GitHub's
published description; `test_conformity.py` proves that.
"""

import json
import os
import socket
import ssl
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

WHEN = "2026-01-01T00:00:00Z"


class VirtualClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def now(self) -> float:
        return self.seconds

    def wall(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.seconds += seconds


@dataclass
class Fault:
    """What happens to a request instead of, or after, the work: an answer of this status, or none at all."""

    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    drop: str = ""  # "before" or "after" the work
    html: bool = False
    matches: Callable[[str, str], bool] = lambda verb, path: True  # noqa: ARG005


@dataclass
class FakeIssue:
    """An issue or a pull request with the keys of its labels."""

    labels: set[str] = field(default_factory=set)
    state: str = "open"
    pull: bool = False
    title: str = "An issue"
    body: str | None = None


class FakeRepository:
    """One repository: labels by their key, issues by their number."""

    def __init__(self) -> None:
        self.labels: dict[str, dict[str, str]] = {}
        self.issues: dict[int, FakeIssue] = {}
        self.archived = False
        self.writable = True
        self.visible = True
        self.has_issues = True

    def add(self, name: str, color: str = "ededed", description: str = "") -> None:
        self.labels[key(name)] = {"name": name, "color": color, "description": description}

    def put(self, number: int, *names: str, state: str = "open", pull: bool = False) -> None:
        self.issues[number] = FakeIssue({key(name) for name in names}, state, pull)

    def state(self) -> dict[str, tuple[str, str]]:
        return {row["name"]: (row["color"], row["description"]) for row in self.labels.values()}

    def on(self, number: int) -> set[str]:
        return {self.labels[name]["name"] for name in self.issues[number].labels}


def key(name: str) -> str:
    return name.strip().casefold()


class FakeGitHub:
    """The whole service: repositories by `owner/name`, moved ones by their old names, limits and faults."""

    def __init__(self) -> None:
        self.repositories: dict[str, FakeRepository] = {}
        self.moved: dict[str, str] = {}
        self.faults: deque[Fault] = deque()
        self.calls: list[tuple[str, str]] = []
        self.writes: list[float] = []
        self.limits: tuple[tuple[int, float], ...] = ()
        self.clock = VirtualClock()
        self.token = "canary-token"  # noqa: S105 - no secret
        self.echo = False
        # As on GitHub Enterprise Servers and for tokens that may not see pull requests.
        self.has_graphql = True
        self.lock = threading.Lock()
        # Called with verb and path before each request is worked on: what others do to the repository meanwhile.
        self.meanwhile: Callable[[str, str], None] = lambda verb, path: None  # noqa: ARG005

    def repository(self, name: str = "octo/demo") -> FakeRepository:
        return self.repositories.setdefault(name, FakeRepository())

    def count(self, *verbs: str) -> int:
        counts = Counter(verb for verb, _ in self.calls)
        return sum(counts[verb] for verb in verbs) if verbs else len(self.calls)

    def answer(self, verb: str, target: str, headers: dict[str, str], body: object, base: str) -> "Reply":
        path = urlsplit(target).path
        with self.lock:
            self.calls.append((verb, target))
            self.meanwhile(verb, path)
            fault = self._fault(verb, path)
            if fault is None or fault.drop == "after":
                reply = self._work(verb, target, headers, body, base)
                return reply if fault is None else Reply(drop=True)
            if fault.drop:
                return Reply(drop=True)
            content = fault.body if fault.body is not None else {"message": "Server Error"}
            headers = {**self._headers(), "X-Fault": "1", **fault.headers}
            return Reply(fault.status, content, headers, html=fault.html)

    def _fault(self, verb: str, path: str) -> Fault | None:
        if self.faults and self.faults[0].matches(verb, path):
            return self.faults.popleft()
        return None

    def _headers(self) -> dict[str, str]:
        return {"Date": formatdate(self.clock.seconds, usegmt=True)}

    def _work(self, verb: str, target: str, headers: dict[str, str], body: object, base: str) -> "Reply":
        if headers.get("authorization") != f"token {self.token}":
            said = f"Bad credentials {headers.get('authorization')}" if self.echo else "Bad credentials"
            return self._problem(401, said)
        address = urlsplit(target)
        if address.path.endswith("/graphql"):
            return self._ask(body)
        parts = [unquote(part) for part in address.path.split("/")[1:]]
        name = "/".join(parts[1:3])
        if name in self.moved:
            query = f"?{address.query}" if address.query else ""
            place = "/".join(["", "repos", self.moved[name], *address.path.split("/")[4:]])
            status = 301 if verb == "GET" else 307
            return Reply(status, {"message": "Moved Permanently"}, {"Location": f"{base}{place}{query}"})
        found = self.repositories.get(name)
        if found is None or not found.visible:
            return self._problem(404, "Not Found")
        request = Request(found, name, base, address.path, parse_qs(address.query), body)
        return (self._refused(found) if verb != "GET" else None) or self._route(verb, parts[3:], request)

    def _ask(self, body: Any) -> "Reply":  # noqa: ANN401 - JSON
        """Answer the two questions that there are: the counts of all labels, or one label."""
        if not self.has_graphql:
            return self._problem(404, "Not Found")
        variables = body["variables"]
        asked = f"{variables['owner']}/{variables['name']}"
        found = self.repositories.get(self.moved.get(asked, asked))
        if found is None or not found.visible:
            return Reply(200, {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND"}]}, self._headers())
        if "label" in variables:
            row = found.labels.get(key(variables["label"]))
            one = None if row is None else _counted(found, row)
            return Reply(200, {"data": {"repository": {"label": one}}}, self._headers())
        start = int(variables["after"] or 0)
        rows = list(found.labels.values())
        page = {
            "pageInfo": {"hasNextPage": start + 100 < len(rows), "endCursor": str(start + 100)},
            "nodes": [_counted(found, row) for row in rows[start : start + 100]],
        }
        content = {"isArchived": found.archived, "labels": page}
        return Reply(200, {"data": {"repository": content}}, self._headers())

    def _refused(self, repository: FakeRepository) -> "Reply | None":
        if repository.archived:
            return self._problem(403, "Repository was archived so is read-only.")
        if not repository.writable:
            headers = {"X-Accepted-GitHub-Permissions": "issues=write; pull_requests=write"}
            return self._problem(403, "Resource not accessible by personal access token", headers)
        now = self.clock.now()
        for number, seconds in self.limits:
            if sum(moment > now - seconds for moment in self.writes) >= number:
                return self._problem(403, "You have exceeded a secondary rate limit.", {"Retry-After": "60"})
        self.writes.append(now)
        return None

    def _route(self, verb: str, rest: list[str], request: "Request") -> "Reply":  # noqa: PLR0911 - a row an endpoint
        match verb, rest:
            case "GET", []:
                return Reply(200, full_repository(request), self._headers())
            case "GET", ["labels"]:
                rows = [label(row, request) for row in request.repository.labels.values()]
                return self._page(rows, request)
            case "POST", ["labels"]:
                return self._create(request)
            case "GET" | "PATCH" | "DELETE", ["labels", name]:
                return self._one(verb, name, request)
            case "GET", ["issues"]:
                return self._cursor_page(_asked(request), request)
            case "GET", ["issues", number]:
                return self._issue(int(number), request)
            case "POST", ["issues"]:
                return self._open(request)
            case "POST", ["issues", number, "labels"]:
                return self._put(int(number), request)
        return self._problem(404, "Not Found")

    def _issue(self, number: int, request: "Request") -> "Reply":
        if number not in request.repository.issues:
            return self._problem(404, "Not Found")
        return Reply(200, issue(number, request), self._headers())

    def _open(self, request: "Request") -> "Reply":
        if not request.repository.has_issues:
            return self._problem(410, "Issues has been disabled in this repository.")
        number = max(request.repository.issues, default=0) + 1
        for name in request.body.get("labels", []):
            if key(name) not in request.repository.labels:
                request.repository.add(name)  # as GitHub does
        request.repository.put(number, *request.body.get("labels", []))
        found = request.repository.issues[number]
        found.title, found.body = request.body["title"], request.body["body"]
        return Reply(201, issue(number, request), self._headers())

    def _create(self, request: "Request") -> "Reply":
        row = {"name": "", "color": "ededed", "description": "", **request.body}
        if problem := self._invalid(request, row, None):
            return problem
        request.repository.add(row["name"], row["color"], row["description"])
        return Reply(201, label(request.repository.labels[key(row["name"])], request), self._headers())

    def _one(self, verb: str, name: str, request: "Request") -> "Reply":
        repository = request.repository
        row = repository.labels.get(key(name))
        if row is None:
            return self._problem(404, "Not Found")
        if verb == "DELETE":
            del repository.labels[key(name)]
            for each in repository.issues.values():
                each.labels.discard(key(name))
            return Reply(204, None, self._headers())
        if verb == "PATCH":
            new = {**row, **{field: request.body[field] for field in ("color", "description") if field in request.body}}
            new["name"] = request.body.get("new_name", row["name"])
            if problem := self._invalid(request, new, key(name)):
                return problem
            # A label keeps its place and its issues under another name.
            repository.labels = {key(other["name"]): other for other in self._replaced(repository, key(name), new)}
            for each in repository.issues.values():
                if key(name) in each.labels:
                    each.labels = each.labels - {key(name)} | {key(new["name"])}
            row = new
        return Reply(200, label(row, request), self._headers())

    @staticmethod
    def _replaced(repository: FakeRepository, old: str, new: dict[str, str]) -> Iterator[dict[str, str]]:
        for name, row in repository.labels.items():
            yield new if name == old else row

    def _invalid(self, request: "Request", row: dict[str, str], own: str | None) -> "Reply | None":
        wrong = None
        if key(row["name"]) in request.repository.labels and key(row["name"]) != own:
            wrong = ("name", "already_exists")
        elif not row["name"].strip() or len(row["name"]) > 50:
            wrong = ("name", "invalid")
        elif len(row["color"]) != 6 or set(row["color"].lower()) - set("0123456789abcdef"):
            wrong = ("color", "invalid")
        elif len(row["description"]) > 100:
            wrong = ("description", "invalid")
        if wrong is None:
            return None
        content = {
            "message": "Validation Failed",
            "documentation_url": "https://docs.github.com/rest",
            "errors": [{"resource": "Label", "field": wrong[0], "code": wrong[1]}],
        }
        return Reply(422, content, self._headers())

    def _put(self, number: int, request: "Request") -> "Reply":
        found = request.repository.issues.get(number)
        if found is None:
            return self._problem(404, "Not Found")
        for name in request.body["labels"]:
            if key(name) not in request.repository.labels:
                request.repository.add(name)  # as GitHub does
            found.labels.add(key(name))
        rows = [label(request.repository.labels[name], request) for name in sorted(found.labels)]
        return Reply(200, rows, self._headers())

    def _problem(self, status: int, message: str, headers: dict[str, str] | None = None) -> "Reply":
        content = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
        return Reply(status, content, {**self._headers(), **(headers or {})})

    def _page(self, rows: list[Any], request: "Request") -> "Reply":
        size = min(int(request.query.get("per_page", ["30"])[0]), 100)
        page = int(request.query.get("page", ["1"])[0])
        last = max(1, -(-len(rows) // size))
        links = []
        for word, number in (("next", page + 1), ("last", last)):
            if page < last:
                query = {name: values[0] for name, values in request.query.items()} | {"page": str(number)}
                links.append(f'<{request.base}{request.path}?{urlencode(query)}>; rel="{word}"')
        headers = self._headers() | ({"Link": ", ".join(links)} if links else {})
        return Reply(200, rows[(page - 1) * size : page * size], headers)

    def _cursor_page(self, numbers: list[int], request: "Request") -> "Reply":
        """Return a page of issues: its link names the next by a cursor, and no last one."""
        size = min(int(request.query.get("per_page", ["30"])[0]), 100)
        start = int(request.query.get("after", ["0"])[0])
        rows = [issue(number, request) for number in numbers[start : start + size]]
        headers = self._headers()
        if start + size < len(numbers):
            query = {name: values[0] for name, values in request.query.items()} | {"after": str(start + size)}
            headers["Link"] = f'<{request.base}{request.path}?{urlencode(query)}>; rel="next"'
        return Reply(200, rows, headers)


@dataclass
class Request:
    """What an endpoint gets."""

    repository: FakeRepository
    name: str
    base: str
    path: str
    query: dict[str, list[str]]
    body: Any


@dataclass
class Reply:
    """What goes back; `drop` closes the connection instead."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    html: bool = False


def _counted(repository: FakeRepository, row: dict[str, str]) -> dict[str, Any]:
    having = [found for found in repository.issues.values() if key(row["name"]) in found.labels]
    pulls = sum(found.pull for found in having)
    numbers = {"issues": {"totalCount": len(having) - pulls}, "pullRequests": {"totalCount": pulls}}
    return {**row, "description": row["description"] or None, **numbers}


def _asked(request: Request) -> list[int]:
    wanted = {key(name) for text in request.query.get("labels", []) for name in text.split(",")}
    state = request.query.get("state", ["open"])[0]
    return [
        number
        for number, found in sorted(request.repository.issues.items(), reverse=True)
        if wanted <= found.labels and state in {"all", found.state}
    ]


def label(row: dict[str, str], request: Request) -> dict[str, Any]:
    url = f"{request.base}/repos/{request.name}/labels/{'x'}"
    known = {"id": 1, "node_id": "L_1", "url": url, "default": False}
    return {**known, **row, "description": row["description"] or None}


def user(request: Request) -> dict[str, Any]:
    base = f"{request.base}/users/octo"
    links = {
        f"{name}_url": f"{base}/{name}"
        for name in ("followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events")
    }
    links |= {"html_url": base, "received_events_url": base, "avatar_url": base, "url": base, "gravatar_id": ""}
    return {"login": "octo", "id": 1, "node_id": "U_1", "type": "User", "site_admin": False, **links}


def issue(number: int, request: Request) -> dict[str, Any]:
    found = request.repository.issues[number]
    base = f"{request.base}/repos/{request.name}"
    url = f"{base}/issues/{number}"
    links = {name: f"{url}/{name[:-4]}" for name in ("comments_url", "events_url", "html_url", "labels_url")}
    row = {
        "id": number,
        "node_id": f"I_{number}",
        "number": number,
        "title": found.title,
        "body": found.body,
        "state": found.state,
        "locked": False,
        "comments": 0,
        "assignee": None,
        "milestone": None,
        "closed_at": None if found.state == "open" else WHEN,
        "created_at": WHEN,
        "updated_at": WHEN,
        "url": url,
        "repository_url": base,
        "user": user(request),
        "labels": [label(request.repository.labels[name], request) for name in sorted(found.labels)],
        **links,
    }
    pull = dict.fromkeys(("url", "html_url", "diff_url", "patch_url"), url)
    return row | {"pull_request": pull} if found.pull else row


def full_repository(request: Request) -> dict[str, Any]:
    base = f"{request.base}/repos/{request.name}"
    names = (
        "archive assignees blobs branches collaborators comments commits compare contents contributors deployments "
        "downloads events forks git_commits git_refs git_tags hooks html issue_comment issue_events issues keys labels "
        "languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags "
        "teams trees clone git ssh svn"
    )
    row: dict[str, Any] = {f"{name}_url": base for name in names.split()}
    for name in ("fork", "private", "has_projects", "has_wiki", "has_pages", "has_discussions", "disabled"):
        row[name] = False
    for name in ("forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count", "watchers"):
        row[name] = 0
    owner, _, short = request.name.partition("/")
    return row | {
        "id": 1,
        "node_id": "R_1",
        "name": short,
        "full_name": request.name,
        "owner": {**user(request), "login": owner},
        "url": base,
        "description": None,
        "default_branch": "main",
        "has_issues": True,
        "homepage": None,
        "language": None,
        "archived": request.repository.archived,
        "mirror_url": None,
        "license": None,
        "pushed_at": WHEN,
        "created_at": WHEN,
        "updated_at": WHEN,
        "watchers_count": 0,
        "network_count": 0,
        "subscribers_count": 0,
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "FakeServer"

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def do_PATCH(self) -> None:
        self._handle("PATCH")

    def do_PUT(self) -> None:
        self._handle("PUT")

    def do_DELETE(self) -> None:
        self._handle("DELETE")

    def _handle(self, verb: str) -> None:
        length = int(self.headers.get("content-length") or 0)
        content = self.rfile.read(length)
        body = json.loads(content) if content else None
        headers = {name.lower(): value for name, value in self.headers.items()}
        target = self.path.removeprefix(self.server.prefix)
        reply = self.server.github.answer(verb, target, headers, body, f"{self.server.address}{self.server.prefix}")
        if reply.drop:
            self.close_connection = True
            self.connection.close()
            return
        if reply.html:
            text, kind = str(reply.body), "text/html"
        else:
            text, kind = "" if reply.body is None else json.dumps(reply.body), "application/json; charset=utf-8"
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            # Through Prism, the next page is where its client finds it.
            self.send_header(name, value.replace(self.server.address, self.server.public) if name == "Link" else value)
        if reply.status != 204:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


class FakeServer(ThreadingHTTPServer):
    """The service on a loopback port; `github` is what it serves and may be replaced, `prefix` where the API begins."""

    daemon_threads = True

    def __init__(self, github: FakeGitHub, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.github = github
        self.prefix = ""
        self.address = f"{'https' if context else 'http'}://127.0.0.1:{self.server_address[1]}"
        self.public = self.address
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: connections are dropped on purpose."""

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """End a connection for good, also where a file on it is still open and would keep it until it is forgotten."""
        super().shutdown_request(request)
        if isinstance(request, socket.socket) and request.fileno() != -1:
            os.close(request.detach())

    def close(self) -> None:
        """Stop serving, and wait until that is so."""
        self.shutdown()
        self._thread.join()
        self.server_close()
