"""Fakes of the pull request APIs of GitHub, Gitea and GitLab, with state, beside real git on one server.

Their branches are those of the bare repositories that the server has. They refuse what the forges refuse: a second pull
request for a branch, one without commits, drafts where there are none, a wrong token.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fleet.git_server import GitAnswer, GitBackend, GitServer, _Handler
from tests.labels.fake_github import FakeIssue as RestIssue
from tests.labels.fake_github import FakeRepository, Request, full_repository, label, user
from tests.labels.fake_github import issue as rest_issue

Row = dict[str, Any]
TOKEN = "canary-token-of-the-fleet"  # noqa: S105 - no secret
API = "https://forge.example/api"
DOCS = "https://forge.example/docs"
WHEN = "2026-01-01T00:00:00Z"


@dataclass
class FakePull:
    """A pull request, whatever a forge calls it."""

    number: int
    branch: str
    base: str
    title: str
    body: str
    draft: bool = False
    state: str = "open"
    head: str = ""
    fork: bool = False
    comments: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # for a review
    merges_itself: str = ""  # how


@dataclass
class FakeIssue:
    """An issue."""

    number: int
    title: str
    body: str
    state: str = "open"


@dataclass
class FakePulls:
    """One repository's."""

    pulls: list[FakePull] = field(default_factory=list)
    issues: list[FakeIssue] = field(default_factory=list)
    has_drafts: bool = True
    labels: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    ways: list[str] = field(default_factory=lambda: ["merge", "squash", "rebase"])
    needs_checks: bool = True

    def next_number(self) -> int:
        return len(self.pulls) + len(self.issues) + 1

    def open(self) -> list[FakePull]:
        return [one for one in self.pulls if one.state == "open"]


class Refusal(Exception):  # noqa: N818 - an answer
    """An answer that says no."""

    def __init__(self, status: int, message: str, *details: str) -> None:
        super().__init__(message)
        self.status = status
        self.document = {
            "message": message,
            "documentation_url": DOCS,
            "errors": [{"code": "custom", "message": one} for one in details],
        }


class PullsBackend(GitBackend):
    """Git and the three APIs: `/api/v3` with `/api/graphql`, `/api/v1`, `/api/v4`."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.repositories: dict[str, FakePulls] = {}
        self.moved: dict[str, str] = {}
        self.calls: list[tuple[str, str]] = []
        self.headers: dict[str, str] = {}
        # Called after the work of a request and before its answer.
        self.after: Callable[[str, str], None] = lambda method, address: None  # noqa: ARG005
        self.refuse: Callable[[str, str], Refusal | None] = lambda method, address: None  # noqa: ARG005

    def of(self, name: str) -> FakePulls:
        return self.repositories.setdefault(name, FakePulls())

    def merge(self, name: str, number: int) -> None:
        """Merge a pull request as people do."""
        pull = self.pull(name, number)
        self.git(name, "update-ref", f"refs/heads/{pull.base}", f"refs/heads/{pull.branch}")
        pull.head = self.head(name, pull)
        pull.state = "merged"

    def writes(self) -> list[tuple[str, str]]:
        """Return the requests that changed something, without their queries."""
        return [(method, path) for method, path in self.calls if method != "GET"]

    def answer(self, method: str, address: str, headers: Mapping[str, str], body: bytes, user: str | None) -> GitAnswer:
        if not address.startswith("/api/"):
            said = super().answer(method, address, headers, body, user)
            self.after(method, address)
            return said
        self.calls.append((method, address))
        try:
            status, document = self._api(method, address, headers, json.loads(body or b"null"))
        except Refusal as error:
            status, document = error.status, error.document
        self.after(method, address)
        content = b"" if document is None else json.dumps(document).encode()
        more = [] if status != 301 else [("Location", str(document["url"]))]
        return GitAnswer(status, [("Content-Type", "application/json"), *more, *self.headers.items()], content)

    def _api(self, method: str, address: str, headers: Mapping[str, str], body: Any) -> tuple[int, Any]:  # noqa: ANN401
        told = {key.lower(): value for key, value in headers.items()}
        given = told.get("authorization") or told.get("private-token", "")
        if given.rpartition(" ")[2] != TOKEN:
            raise Refusal(401, "Bad credentials")
        refused = self.refuse(method, address)
        if refused is not None:
            raise refused
        parts = urlsplit(address)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path == "/api/graphql":
            return self._graphql(body)
        if parts.path == "/api/v4/users":
            people = sorted({one for place in self.repositories.values() for one in place.people})
            return 200, [{"id": people.index(one) + 1} for one in people if one == query["username"]]
        if parts.path.startswith("/api/v1/orgs/"):
            raise Refusal(404, "Not Found")
        _, _, version, *rest = [unquote(one) for one in parts.path.split("/")]
        name = f"{rest[1]}/{rest[2]}" if version != "v4" else rest[1]
        words = rest[3:] if version != "v4" else rest[2:]
        if name in self.moved:
            raise _moved(parts.path.replace(name, self.moved[name]))
        if not self.folder(name).exists():
            raise Refusal(404, "Not Found")
        dialect: _Dialect = {"v3": _GitHub, "v1": _Gitea, "v4": _GitLab}[version](self, name)
        return dialect.answer(method, words, query, body or {})

    def _graphql(self, body: Any) -> tuple[int, Any]:  # noqa: ANN401 - JSON
        name, _, number = body["variables"]["id"].partition("#")
        pull, is_draft = self.pull(name, int(number)), "convertPullRequestToDraft" in body["query"]
        if "enablePullRequestAutoMerge" in body["query"]:
            return 200, self._merging_itself(self.of(name), pull, body["variables"]["method"].lower())
        if is_draft and not self.of(name).has_drafts:
            return 200, {"data": None, "errors": [{"message": "Draft pull requests are not supported"}]}
        pull.draft = is_draft
        return 200, {"data": {}}

    def _merging_itself(self, place: FakePulls, pull: FakePull, way: str) -> Row:
        if not place.needs_checks:
            return {"data": None, "errors": [{"message": "Pull request is in clean status"}]}
        if way not in place.ways:
            return {"data": None, "errors": [{"message": f"{way} is not allowed"}]}
        pull.merges_itself = way
        return {"data": {}}

    def pull(self, name: str, number: int) -> FakePull:
        found = next((one for one in self.of(name).pulls if one.number == number), None)
        if found is None:
            raise Refusal(404, "Not Found")
        return found

    def head(self, name: str, pull: FakePull) -> str:
        """Return the commit of a branch, as it was last."""
        path = self.folder(name) / "refs/heads" / pull.branch
        if pull.state == "open" and not pull.fork and path.exists():
            pull.head = self.git(name, "rev-parse", f"refs/heads/{pull.branch}")
        return pull.head


def _moved(path: str) -> Refusal:
    refusal = Refusal(301, "Moved Permanently")
    refusal.document["url"] = path
    return refusal


class _Dialect:
    """What one forge calls things."""

    pulls = "pulls"
    has_sign = ""
    colour = "#aabbcc"

    def __init__(self, backend: PullsBackend, name: str) -> None:
        self.backend = backend
        self.name = name
        self.place = backend.of(name)

    def answer(self, method: str, words: list[str], query: dict[str, str], body: Row) -> tuple[int, Any]:
        if not words or words[0] in {"labels", "branches"}:
            return 200, self.around(words, query)
        number = int(words[1]) if len(words) > 1 else 0
        if len(words) > 2 and words[-1] in {"labels", "requested_reviewers", "merge"}:
            return self.answer_extra(words[-1], self.backend.pull(self.name, number), body)
        if words[-1] in {"comments", "notes"}:
            return self.comments(method, number, body)
        if words[0] == self.pulls:
            return self.answer_pulls(method, number, query, body)
        if words[0] == "issues":
            return self.answer_issues(method, number, query, body)
        raise Refusal(404, "Not Found")

    def around(self, words: list[str], query: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
        """Return what there is of the repository itself."""
        if not words:
            ways = {"merge": "allow_merge_commit", "squash": "allow_squash_merge", "rebase": "allow_rebase_merge"}
            allowed = {key: way in self.place.ways for way, key in ways.items()}
            return {"full_name": self.name, "archived": False, **allowed}
        if words[0] == "labels":
            found = self.place.labels if query.get("page", "1") == "1" else []
            return [
                {"id": number, "name": name, "color": self.colour, "description": ""}
                for number, name in enumerate(found, 1)
            ]
        return {"name": words[1], "enable_status_check": self.place.needs_checks}

    def answer_extra(self, kind: str, pull: FakePull, body: Row) -> tuple[int, Any]:
        if kind == "labels":
            self.put_labels(pull, body["labels"])
            return 200, []
        if kind == "merge":
            if pull.merges_itself:
                raise Refusal(409, "The pull request is already scheduled to auto merge")
            if not self.place.needs_checks or not body["merge_when_checks_succeed"]:
                pull.state = "merged"
            pull.merges_itself = body["Do"]
            return 201, None
        asked = [*body.get("reviewers", ()), *body.get("team_reviewers", ())]
        if not set(asked) <= set(self.place.people):
            raise Refusal(422, "Reviews may only be requested from collaborators.")
        pull.asked += asked
        return 201, self.pull_row(pull)

    def put_labels(self, pull: FakePull, names: list[Any]) -> None:
        """Put labels on a pull request; the repository gets those that it lacks."""
        self.place.labels += [name for name in names if name not in self.place.labels]
        pull.labels += names

    def comments(self, method: str, number: int, body: Row) -> tuple[int, Any]:
        comments = self.backend.pull(self.name, number).comments
        if method == "GET":
            return 200, [{"body": one} for one in comments]
        comments.append(body["body"])
        return 201, {"id": 1, "body": body["body"]}

    def answer_pulls(self, method: str, number: int, query: dict[str, str], body: Row) -> tuple[int, Any]:
        if method == "GET":
            return 200, [self.pull_row(one) for one in self.listed(query)]
        if method == "POST":
            return 201, self.pull_row(self.made(body))
        pull = self.backend.pull(self.name, number)
        self.change(pull, body)
        return 200, self.pull_row(pull)

    def answer_issues(self, method: str, number: int, query: dict[str, str], body: Row) -> tuple[int, Any]:
        if method == "GET":
            found = self.place.issues if query.get("page", "1") == "1" else []
            return 200, [self.issue_row(one) for one in reversed(found)]
        if method == "POST":
            issue = FakeIssue(self.place.next_number(), body["title"], self.body_in(body) or "")
            self.place.issues.append(issue)
            return 201, self.issue_row(issue)
        issue = next(one for one in self.place.issues if one.number == number)
        issue.title, issue.body = body["title"], self.body_in(body) or ""
        return 200, self.issue_row(issue)

    def body_in(self, body: Row) -> str | None:
        return body.get("body")

    def ends(self, body: Row) -> tuple[str, str]:
        return body["head"], body["base"]

    def listed(self, query: dict[str, str]) -> list[FakePull]:
        state = query.get("state", "open")
        found = sorted(self.place.pulls, key=lambda one: one.number, reverse=True)
        return [one for one in found if state in {"all", one.state}]

    def made(self, body: Row) -> FakePull:
        branch, base = self.ends(body)
        if any(one.branch == branch and not one.fork for one in self.place.open()):
            self.refuse_second(branch)
        heads = self.backend.folder(self.name) / "refs/heads"
        if not (heads / branch).exists():
            raise Refusal(422, "Validation Failed", "head invalid")
        if self.backend.git(self.name, "rev-parse", branch) == self.backend.git(self.name, "rev-parse", base):
            raise Refusal(422, "Validation Failed", f"No commits between {base} and {branch}")
        if body.get("draft") and not self.place.has_drafts:
            raise Refusal(422, "Draft pull requests are not supported in this repository.")
        title, draft = self.title_in(body)
        pull = FakePull(self.place.next_number(), branch, base, title, self.body_in(body) or "", draft)
        self.place.pulls.append(pull)
        return pull

    def title_in(self, body: Row) -> tuple[str, bool]:
        title = str(body["title"])
        if self.has_sign and title.startswith(self.has_sign):
            return title.removeprefix(self.has_sign), True
        return title, bool(body.get("draft")) and not self.has_sign

    def refuse_second(self, branch: str) -> None:
        raise Refusal(422, "Validation Failed", f"A pull request already exists for octo:{branch}.")

    def change(self, pull: FakePull, body: Row) -> None:
        if "title" in body:
            title, draft = self.title_in(body)
            pull.title = title
            if self.has_sign:
                pull.draft = draft
            pull.body = self.body_in(body) or ""
        if body.get("state") == "closed" or body.get("state_event") == "close":
            self.backend.head(self.name, pull)
            pull.state = "closed"

    def pull_row(self, pull: FakePull) -> Row:
        own, head = {"id": 1}, self.backend.head(self.name, pull)
        return {
            "number": pull.number,
            "html_url": f"https://forge.example/{self.name}/pull/{pull.number}",
            "state": "open" if pull.state == "open" else "closed",
            "merged_at": WHEN if pull.state == "merged" else None,
            "title": f"{self.has_sign if pull.draft else ''}{pull.title}",
            "body": pull.body,
            "draft": pull.draft,
            "node_id": f"{self.name}#{pull.number}",
            "head": {"ref": pull.branch, "sha": head, "repo": {"id": 2} if pull.fork else own},
            "base": {"ref": pull.base, "repo": own},
        }

    def issue_row(self, issue: FakeIssue) -> Row:
        return {
            "number": issue.number,
            "html_url": f"https://forge.example/{self.name}/issues/{issue.number}",
            "title": issue.title,
            "body": issue.body,
            "state": issue.state,
        }


class _GitHub(_Dialect):
    colour = "aabbcc"

    def around(self, words: list[str], query: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
        found = super().around(words, query)
        if words and words[0] == "labels":
            return [label(row, self.request) for row in found]
        return found

    @property
    def request(self) -> Request:
        return Request(FakeRepository(), self.name, API, "", {}, None)

    def issue_row(self, issue: FakeIssue) -> Row:
        request = self.request
        request.repository.issues[issue.number] = RestIssue(title=issue.title, body=issue.body, state=issue.state)
        return {**rest_issue(issue.number, request), **super().issue_row(issue)}

    def comments(self, method: str, number: int, body: Row) -> tuple[int, Any]:
        status, found = super().comments(method, number, body)
        if method == "GET":
            return status, [self.comment_row(index, row["body"]) for index, row in enumerate(found, 1)]
        return status, self.comment_row(1, found["body"])

    def comment_row(self, number: int, text: str) -> Row:
        address = f"{API}/repos/{self.name}/issues/comments/{number}"
        return {
            "id": number,
            "node_id": f"IC_{number}",
            "url": address,
            "html_url": address,
            "issue_url": address,
            "body": text,
            "user": user(self.request),
            "author_association": "MEMBER",
            "created_at": WHEN,
            "updated_at": WHEN,
        }

    def pull_row(self, pull: FakePull) -> Row:
        row = super().pull_row(pull)
        request = self.request
        address = f"{API}/repos/{self.name}/pulls/{pull.number}"
        links = "comments commits statuses html issue review_comments review_comment self"
        sides = {
            side: {**row[side], "label": f"octo:{row[side]['ref']}", "user": user(request), "sha": row["head"]["sha"]}
            for side in ("head", "base")
        }
        for side in sides.values():
            side["repo"] = {**full_repository(request), "has_downloads": False, **side["repo"]}
        numbers = "additions changed_files comments commits deletions review_comments id"
        urls = "comments commits diff issue patch review_comment review_comments statuses"
        nothing = "assignee closed_at merge_commit_sha milestone auto_merge mergeable merged_by"
        return {
            **dict.fromkeys(numbers.split(), 1),
            **dict.fromkeys(nothing.split(), None),
            **{f"{name}_url": address for name in urls.split()},
            **row,
            **sides,
            "_links": {name: {"href": address} for name in links.split()},
            "url": address,
            # Of a label of a pull request the description has no null: https://docs.github.com/en/rest/pulls/pulls
            "labels": [
                {**label({"name": name, "color": self.colour, "description": ""}, request), "description": ""}
                for name in pull.labels
            ],
            "requested_reviewers": [{**user(request), "login": name} for name in pull.asked],
            "user": user(request),
            "author_association": "MEMBER",
            "created_at": WHEN,
            "updated_at": WHEN,
            "locked": False,
            "merged": pull.state == "merged",
            "mergeable_state": "unknown",
            "maintainer_can_modify": False,
        }

    def listed(self, query: dict[str, str]) -> list[FakePull]:
        found = super().listed(query)
        if "head" not in query:
            return found
        owner, _, branch = query["head"].partition(":")
        return [one for one in found if one.branch == branch and owner == self.name.split("/")[0] and not one.fork]


class _Gitea(_Dialect):
    has_sign = "WIP: "

    def put_labels(self, pull: FakePull, names: list[Any]) -> None:
        pull.labels += [self.place.labels[number - 1] for number in names]

    def refuse_second(self, branch: str) -> None:
        raise Refusal(409, f"pull request already exists for these targets [head_branch: {branch}]")

    def listed(self, query: dict[str, str]) -> list[FakePull]:
        return super().listed(query) if int(query.get("page", "1")) == 1 else []

    def pull_row(self, pull: FakePull) -> Row:
        row = super().pull_row(pull)
        del row["node_id"]
        return row


class _GitLab(_Dialect):
    pulls = "merge_requests"
    has_sign = "Draft: "

    def answer_extra(self, kind: str, pull: FakePull, body: Row) -> tuple[int, Any]:
        assert kind == "merge"
        assert body["merge_when_pipeline_succeeds"]
        if not self.place.needs_checks:
            raise Refusal(405, "405 Method Not Allowed")
        pull.merges_itself = "merge"
        return 200, self.pull_row(pull)

    def change(self, pull: FakePull, body: Row) -> None:
        super().change(pull, body)
        if "add_labels" in body:
            self.put_labels(pull, body["add_labels"].split(","))
        pull.asked += [sorted(self.place.people)[number - 1] for number in body.get("reviewer_ids", ())]

    def body_in(self, body: Row) -> str | None:
        return body.get("description")

    def ends(self, body: Row) -> tuple[str, str]:
        return body["source_branch"], body["target_branch"]

    def refuse_second(self, branch: str) -> None:
        raise Refusal(409, f"Another open merge request already exists for this source branch: {branch}")

    def listed(self, query: dict[str, str]) -> list[FakePull]:
        return [one for one in super().listed(query) if one.branch == query.get("source_branch", one.branch)]

    def pull_row(self, pull: FakePull) -> Row:
        return {
            "iid": pull.number,
            "web_url": f"https://forge.example/{self.name}/-/merge_requests/{pull.number}",
            "state": {"open": "opened"}.get(pull.state, pull.state),
            "title": f"{self.has_sign if pull.draft else ''}{pull.title}",
            "description": pull.body,
            "sha": self.backend.head(self.name, pull),
            "source_branch": pull.branch,
            "source_project_id": 2 if pull.fork else 1,
            "target_project_id": 1,
        }

    def issue_row(self, issue: FakeIssue) -> Row:
        return {
            "iid": issue.number,
            "web_url": f"https://forge.example/{self.name}/-/issues/{issue.number}",
            "title": issue.title,
            "description": issue.body,
            "state": {"open": "opened"}.get(issue.state, issue.state),
        }


class _PullsHandler(_Handler):
    """One connection, also for what changes something."""

    def do_PATCH(self) -> None:  # noqa: N802 - as the library calls it
        """Answer what changes something on GitHub and Gitea."""
        self.do_POST()

    def do_PUT(self) -> None:  # noqa: N802 - as the library calls it
        """Answer what changes something on GitLab."""
        self.do_POST()


class PullsServer(GitServer):
    """Serves git and the APIs."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.RequestHandlerClass = _PullsHandler
        self.pulls = PullsBackend(root)
        self.backend: PullsBackend = self.pulls
        self.users = {TOKEN: "bot"}

    def api(self, forge: str) -> str:
        """Return the address of a forge's API."""
        return f"{self.address}/api/{ {'github': 'v3', 'gitea': 'v1', 'gitlab': 'v4'}[forge] }"
