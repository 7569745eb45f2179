"""A fake of GitHub's API for whole organisations: REST, and GraphQL executed by GitHub's own schema.

Its branches are the bare repositories of a `GitBackend`, so that what the API tells is what git serves. Questions are
validated and answered by graphql-core: a field that GitHub doesn't have is refused, and so is an answer of another
type. It fails as it is told, by the faults of `tests.labels.fake_github`.
"""

import base64
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import graphql
import pytest
from tests.conftest import IN_CI
from tests.fleet.git_server import GitBackend
from tests.labels.fake_github import FakeGitHub, FakeRepository, Reply, Request, full_repository

SCHEMA = Path(__file__).parent / "npm" / "node_modules" / "@octokit" / "graphql-schema" / "schema.graphql"
INSTALL = "GitHub's schema is not installed: npm ci --prefix tests/fleet/npm"


@cache
def schema() -> graphql.GraphQLSchema:
    """Return GitHub's published schema."""
    if not SCHEMA.exists():
        if IN_CI:
            pytest.fail(INSTALL)
        pytest.skip(INSTALL)
    # It has a field twice, and deprecates some of interfaces: that is GitHub's.
    read = graphql.parse(SCHEMA.read_text(encoding="utf-8"), no_location=True)
    return graphql.build_ast_schema(read, assume_valid=True, assume_valid_sdl=True)


class HiddenError(Exception):
    """A repository that a page doesn't show, and the type of its error."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Entry(NamedTuple):
    """An entry of a tree, folders among them."""

    mode: str
    oid: str


class Tree(NamedTuple):
    """A commit: its id, its entries by path, and what reads a content by its id."""

    commit: str
    root: str
    entries: Mapping[str, Entry]
    read: Callable[[str], bytes]


@dataclass
class Hosted:
    """What the host says of a repository beside what is in it."""

    archived: bool = False
    fork: bool = False
    disabled: bool = False
    visibility: str = "public"
    language: str | None = None
    topics: tuple[str, ...] = ()
    permission: str = "ADMIN"
    labels: list[dict[str, Any]] = field(default_factory=list)
    hidden: HiddenError | None = None
    unlisted: bool = False  # by REST too
    truncated: bool = False


def git_tree(backend: GitBackend, name: str) -> Tree | None:
    """Return the head of a bare repository; None for an empty one."""
    try:
        commit = backend.git(name, "rev-parse", "--verify", "--quiet", "HEAD")
    except subprocess.CalledProcessError:
        return None
    rows = backend.git(name, "ls-tree", "-r", "-t", "-z", "HEAD").split("\0")
    entries = {}
    for meta, _, path in (row.partition("\t") for row in rows if row):
        mode, _, oid = meta.split()
        entries[path] = Entry(mode, oid)

    def read(oid: str) -> bytes:
        command = ["git", "--git-dir", str(backend.folder(name)), "cat-file", "blob", oid]
        return subprocess.run(command, check=True, capture_output=True).stdout

    return Tree(commit, backend.git(name, "rev-parse", "HEAD^{tree}"), entries, read)


class FakeHost(FakeGitHub):
    """The whole service. Repositories are called OWNER/NAME; owners are organisations, or else `users`."""

    def __init__(self, tree: Callable[[str], Tree | None], clone_url: Callable[[str], str]) -> None:
        super().__init__()
        self.hosted: dict[str, Hosted] = {}
        self.users: set[str] = set()
        self.most = 100  # rows that a page of GraphQL can have before it takes too long
        self.tree = tree
        self.clone_url = clone_url
        self.costs: list[int] = []
        self.sso = ""

    def host(self, name: str, **said: Any) -> Hosted:  # noqa: ANN401 - the fields of what is made
        """Let there be a repository."""
        self.hosted[name] = Hosted(**said)
        self.repositories[name] = FakeRepository()
        return self.hosted[name]

    def kinds(self) -> Counter[str]:
        """Return how many requests came, by where they went."""
        return Counter("graphql" if target.endswith("/graphql") else "rest" for _, target in self.calls)

    def owned_by(self, owner: str) -> list[str]:
        """Return the names of an owner's repositories, sorted."""
        return sorted(name for name in self.hosted if name.partition("/")[0] == owner)

    def _work(self, verb: str, target: str, headers: dict[str, str], body: object, base: str) -> Reply:
        if headers.get("authorization") != f"token {self.token}":
            return self._problem(401, "Bad credentials")
        if self.sso:
            message = "Resource protected by organization SAML enforcement. You must grant your token access."
            return self._problem(403, message, {"X-GitHub-SSO": self.sso})
        address = urlsplit(target)
        parts = [unquote(part) for part in address.path.split("/")[1:]]
        query = parse_qs(address.query)
        match parts:
            case ["orgs" | "users" as kind, owner, "repos"]:
                return self._listed(kind, owner, Request(FakeRepository(), owner, base, address.path, query, body))
            case ["repos", owner, name, *rest] if f"{owner}/{name}" in self.hosted:
                return self._in_repository(f"{owner}/{name}", rest, base) or super()._work(
                    verb, target, headers, body, base
                )
        return super()._work(verb, target, headers, body, base)

    def _listed(self, kind: str, owner: str, request: Request) -> Reply:
        if (kind == "users") != (owner in self.users) or not self.owned_by(owner):
            return self._problem(404, "Not Found")
        names = [name for name in self.owned_by(owner) if not self.hosted[name].unlisted]
        return self._page([self.repository_row(name, request.base) for name in names], request)

    def _in_repository(self, name: str, rest: list[str], base: str) -> Reply | None:
        match rest:
            case []:
                return Reply(200, self.repository_row(name, base), self._headers())
            case ["git", "trees", _]:
                return self._rest_tree(name, base)
            case ["git", "blobs", oid]:
                return self._rest_blob(name, oid, base)
        return None

    def repository_row(self, name: str, base: str) -> dict[str, Any]:
        """Return what REST says of a repository."""
        said = self.hosted[name]
        request = Request(self.repositories[name], name, base, "", {}, None)
        return full_repository(request) | {
            "archived": said.archived,
            "fork": said.fork,
            "disabled": said.disabled,
            "visibility": said.visibility,
            "private": said.visibility != "public",
            "language": said.language,
            "topics": list(said.topics),
            "clone_url": self.clone_url(name),
            "permissions": {"admin": False, "push": said.permission in {"ADMIN", "WRITE"}, "pull": True},
        }

    def _rest_tree(self, name: str, base: str) -> Reply:
        tree = self.tree(name)
        if tree is None:
            return self._problem(409, "Git Repository is empty.")
        kinds = {"040000": "tree", "160000": "commit"}
        rows = []
        for path, (mode, oid) in tree.entries.items():
            kind = kinds.get(mode, "blob")
            url = f"{base}/repos/{name}/git/{kind}s/{oid}"
            size = {"size": 1} if kind == "blob" else {}
            rows.append({"path": path, "mode": mode, "type": kind, "sha": oid, "url": url, **size})
        url = f"{base}/repos/{name}/git/trees/{tree.root}"
        body = {"sha": tree.root, "url": url, "tree": rows, "truncated": self.hosted[name].truncated}
        return Reply(200, body, self._headers())

    def _rest_blob(self, name: str, oid: str, base: str) -> Reply:
        tree = self.tree(name)
        if tree is None or oid not in {entry.oid for entry in tree.entries.values()}:
            return self._problem(404, "Not Found")
        content = tree.read(oid)
        body = {
            "sha": oid,
            "node_id": "B_1",
            "size": len(content),
            "url": f"{base}/repos/{name}/git/blobs/{oid}",
            "content": base64.encodebytes(content).decode(),
            "encoding": "base64",
        }
        return Reply(200, body, self._headers())

    def _ask(self, body: Any) -> Reply:  # noqa: ANN401 - JSON
        if not self.has_graphql:
            return self._problem(404, "Not Found")
        variables = body.get("variables") or {}
        if int(variables.get("first") or 0) > self.most:
            return Reply(502, "<html><title>502 Bad Gateway</title></html>", self._headers(), html=True)
        done = graphql.graphql_sync(schema(), body["query"], self._root(), variable_values=variables)
        answer: dict[str, Any] = {"data": done.data}
        if done.errors:
            answer["errors"] = [_error(error) for error in done.errors]
        return Reply(200, answer, self._headers())

    def _root(self) -> dict[str, Any]:
        limit = {"cost": 1, "remaining": 4999, "resetAt": "2026-01-01T00:00:00Z"}
        return {
            "rateLimit": lambda _info, **_: limit,
            "organization": lambda _info, login: self._owner(login, "Organization"),
            "user": lambda _info, login: self._owner(login, "User"),
            "repository": lambda _info, owner, name, **_: self._node(f"{owner}/{name}"),
        }

    def _owner(self, login: str, kind: str) -> Any:  # noqa: ANN401 - a node
        if (kind == "User") != (login in self.users) or not self.owned_by(login):
            return HiddenError("NOT_FOUND", f"Could not resolve to a {kind} with the login of '{login}'.")
        return {"login": login, "repositories": lambda _info, **asked: self._connection(login, **asked)}

    def _connection(self, owner: str, *, first: int, after: str | None = None, **_: object) -> dict[str, Any]:
        names = self.owned_by(owner)
        start = int(after or 0)
        end = start + first
        cursor = {"hasNextPage": end < len(names), "endCursor": str(end)}
        nodes = [self._node(name) for name in names[start:end]]
        return {"totalCount": len(names), "pageInfo": cursor, "nodes": nodes}

    def _node(self, name: str) -> Any:  # noqa: ANN401 - a node
        said = self.hosted.get(name)
        if said is None:
            return HiddenError("NOT_FOUND", f"Could not resolve to a Repository with the name '{name}'.")
        if said.hidden is not None:
            return said.hidden
        tree = self.tree(name)
        branch = None
        if tree is not None:
            branch = {"name": "main", "target": {"__typename": "Commit", "oid": tree.commit}}
        return {
            "nameWithOwner": name,
            "url": f"https://github.example/{name}",
            "isArchived": said.archived,
            "isFork": said.fork,
            "isEmpty": tree is None,
            "isDisabled": said.disabled,
            "visibility": said.visibility.upper(),
            "viewerPermission": said.permission,
            "primaryLanguage": None if said.language is None else {"name": said.language},
            "repositoryTopics": {"nodes": [{"topic": {"name": topic}} for topic in said.topics]},
            "defaultBranchRef": branch,
            "labels": {"nodes": said.labels, "pageInfo": {"hasNextPage": False, "endCursor": None}},
            "object": lambda _info, expression="", oid="", **_: _object(tree, expression, oid),
        }


def _error(error: graphql.GraphQLError) -> dict[str, Any]:
    said: dict[str, Any] = {**error.formatted}
    if isinstance(error.original_error, HiddenError):
        said["type"] = error.original_error.kind
    return said


def _object(tree: Tree | None, expression: str, oid: str = "") -> dict[str, Any] | None:
    """Return what `HEAD:PATH` or an id names, as GitHub's interface GitObject has it."""
    if oid and tree is not None:
        places = [(path, entry) for path, entry in tree.entries.items() if entry.oid == oid]
        return _node_of(tree, *places[0]) if places else None
    revision, _, path = expression.partition(":")
    if tree is None or revision != "HEAD":
        return None
    if not path:
        return _folder(tree, "")
    entry = tree.entries.get(path)
    if entry is None:
        return None
    return _node_of(tree, path, entry)


def _node_of(tree: Tree, path: str, entry: Entry) -> dict[str, Any] | None:
    if entry.mode == "040000":
        return _folder(tree, f"{path}/")
    if entry.mode == "160000":
        return None
    content = tree.read(entry.oid)
    is_binary = b"\0" in content
    return {
        "__typename": "Blob",
        "oid": entry.oid,
        "byteSize": len(content),
        "isBinary": is_binary,
        "isTruncated": False,
        "text": None if is_binary else content.decode(errors="replace"),
    }


def _node_when_asked(tree: Tree, path: str, entry: Entry, _info: object) -> dict[str, Any] | None:
    return _node_of(tree, path, entry)


def _folder(tree: Tree, lead: str) -> dict[str, Any]:
    return {"__typename": "Tree", "entries": list(_entries(tree, lead))}


def _entries(tree: Tree, lead: str) -> Iterator[dict[str, Any]]:
    kinds = {"040000": "tree", "160000": "commit"}
    for path, entry in tree.entries.items():
        name = path.removeprefix(lead)
        if path.startswith(lead) and "/" not in name:
            node = partial(_node_when_asked, tree, path, entry)
            yield {
                "name": name,
                "mode": int(entry.mode, 8),
                "oid": entry.oid,
                "type": kinds.get(entry.mode, "blob"),
                "object": node,
            }
