"""Fakes of the APIs of Gitea (and so Forgejo) and GitLab for whole owners: lists, trees and contents.

Shapes and statuses are those of https://docs.gitea.com/api and https://docs.gitlab.com/api/.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from tests.fleet.fake_github import Entry, Tree
from tests.labels.fake_github import Reply


@dataclass
class Project:
    """What a forge says of a repository beside what is in it."""

    archived: bool = False
    fork: bool = False
    visibility: str = "public"
    topics: tuple[str, ...] = ()


class FakeForge:
    """What both have in common: `projects` by their names, and what was asked."""

    authorization = ""

    def __init__(self, tree: Callable[[str], Tree | None]) -> None:
        self.projects: dict[str, Project] = {}
        self.tree = tree
        self.calls: list[str] = []
        self.page = 3

    def answer(self, verb: str, target: str, headers: dict[str, str], body: object, base: str) -> Reply:
        del verb, body
        self.calls.append(target)
        if headers.get("authorization") != self.authorization:
            return Reply(401, {"message": "401 Unauthorized"})
        address = urlsplit(target)
        parts = [unquote(part) for part in address.path.split("/")[1:]]
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        return self.route(parts, query, f"{base}{address.path}") or Reply(404, {"message": "404 Not Found"})

    def route(self, parts: list[str], query: dict[str, str], address: str) -> Reply | None:
        """Return the answer of an endpoint; None where there is none."""
        raise NotImplementedError

    def owned(self, owner: str) -> list[str]:
        """Return the names of an owner's projects, those of groups in it too."""
        return sorted(name for name in self.projects if name.startswith(f"{owner}/"))

    def part(self, rows: list[Any], query: dict[str, str], address: str) -> Reply:
        """Return a page, with the header that names the next one."""
        number = int(query.get("page", "1"))
        end = number * self.page
        headers = {"X-Total-Count": str(len(rows))}
        if end < len(rows):
            headers["Link"] = f'<{address}?{urlencode({**query, "page": number + 1})}>; rel="next"'
        return Reply(200, rows[end - self.page : end], headers)

    def blob(self, name: str, oid: str) -> Reply | None:
        """Return a content."""
        tree = self.tree(name)
        if tree is None or oid not in {entry.oid for entry in tree.entries.values()}:
            return None
        content = base64.b64encode(tree.read(oid)).decode()
        return Reply(200, {"sha": oid, "encoding": "base64", "content": content, "size": 1})


class FakeGitea(FakeForge):
    """Gitea: `routers/api/v1/org/repo.go` and `repo/tree.go` in its source."""

    authorization = "token canary-token"
    truncates = False

    def route(self, parts: list[str], query: dict[str, str], address: str) -> Reply | None:
        match parts:
            case ["orgs", owner, "repos"] if self.owned(owner):
                return self.part([self.row(name) for name in self.owned(owner)], query, address)
            case ["repos", owner, name, "git", "trees", "main"]:
                return self.entries(f"{owner}/{name}")
            case ["repos", owner, name, "git", "blobs", oid]:
                return self.blob(f"{owner}/{name}", oid)
            case ["repos", owner, name, "labels"]:
                return Reply(200, [], {"X-Total-Count": "0"})
        return None

    def row(self, name: str) -> dict[str, Any]:
        said = self.projects[name]
        return {
            "full_name": name,
            "clone_url": f"https://gitea.invalid/{name}.git",
            "default_branch": "main",
            "archived": said.archived,
            "fork": said.fork,
            "empty": self.tree(name) is None,
            "private": said.visibility != "public",
            "internal": False,
            "topics": list(said.topics),
            "language": "",
            "permissions": {"admin": False, "push": True, "pull": True},
        }

    def entries(self, name: str) -> Reply | None:
        tree = self.tree(name)
        if tree is None:
            return None
        rows = [_tree_row(path, entry, "sha") for path, entry in tree.entries.items()]
        return Reply(200, {"sha": tree.root, "tree": rows, "truncated": self.truncates, "page": 1})


class FakeGitLab(FakeForge):
    """GitLab."""

    authorization = "Bearer canary-token"

    def route(self, parts: list[str], query: dict[str, str], address: str) -> Reply | None:
        match parts:
            case ["groups", group, "projects"] if self.owned(group):
                return self.part([self.row(name) for name in self.owned(group)], query, address.replace("%2F", "/"))
            case ["projects", name, "repository", "tree"]:
                return self.entries(name, query, address)
            case ["projects", name, "repository", "blobs", oid]:
                return self.blob(name, oid)
        return None

    def row(self, name: str) -> dict[str, Any]:
        said = self.projects[name]
        return {
            "path_with_namespace": name,
            "http_url_to_repo": f"https://gitlab.invalid/{name}.git",
            "default_branch": "main",
            "archived": said.archived,
            "empty_repo": self.tree(name) is None,
            "visibility": said.visibility,
            "topics": list(said.topics),
            "repository_access_level": "enabled",
            "permissions": {"project_access": None, "group_access": {"access_level": 40}},
            **({"forked_from_project": {"id": 1}} if said.fork else {}),
        }

    def entries(self, name: str, query: dict[str, str], address: str) -> Reply | None:
        tree = self.tree(name)
        if tree is None or query.get("ref") != "main":
            return None
        rows = [_tree_row(path, entry, "id") for path, entry in tree.entries.items()]
        return self.part(rows, query, address.replace("/" + name + "/", "/" + name.replace("/", "%2F") + "/"))


def _tree_row(path: str, entry: Entry, key: str) -> dict[str, Any]:
    kinds = {"040000": "tree", "160000": "commit"}
    return {"path": path, "name": path, "mode": entry.mode, "type": kinds.get(entry.mode, "blob"), key: entry.oid}
