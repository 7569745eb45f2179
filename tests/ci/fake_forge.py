"""Pull requests and issues as GitHub, Gitea (Forgejo's API is the same) and GitLab serve them, on a loopback address.

Written from their documentation of the REST API; only the calls of scripts/update_request.py are there. A call without
the token is refused, as is one named in `refuses`.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

REPOSITORY = "octo-org/shop"
TOKEN = "forge-token-x"  # noqa: S105 - of nobody
GITLAB_STATES = {"open": "opened", "closed": "closed", "merged": "merged"}


class FakeForge:
    """The items of one repository, whichever API asks for them; `calls` keeps what was sent."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.items: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.refuses = ""
        forge = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def _answer(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                content = json.loads(self.rfile.read(size)) if size else {}
                given = self.headers.get("PRIVATE-TOKEN") or self.headers.get("Authorization", "").split(" ")[-1]
                status, found = 401, {"message": "no token"}
                if given == TOKEN:
                    status, found = forge.answer(self.command, self.path, content)
                body = json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PATCH = do_PUT = _answer  # noqa: N815 - the standard library's names

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def variables(self, server_url: str) -> dict[str, str]:
        """Return what the forge's runner sets, and the token."""
        if self.kind == "gitlab":
            project = {
                "CI_PROJECT_ID": "7",
                "CI_PROJECT_URL": f"{server_url}/{REPOSITORY}",
                "CI_DEFAULT_BRANCH": "main",
            }
            return {"CI_API_V4_URL": f"{self.address}/api/v4", **project, "GH_TOKEN": TOKEN}
        prefix = "/api/v1" if self.kind == "gitea" else "/api/v3"
        places = {"GITHUB_SERVER_URL": server_url, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_REF_NAME": "main"}
        return {"GITHUB_API_URL": f"{self.address}{prefix}", **places, "GH_TOKEN": TOKEN}

    def answer(self, verb: str, target: str, content: dict[str, Any]) -> tuple[int, Any]:
        """Return the status and the content of an answer."""
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        words = parts.path.strip("/").split("/")
        number = int(words.pop()) if words[-1].isdigit() and len(words) > 4 else None
        noun = words[-1]
        kind = "pr" if noun in {"pulls", "merge_requests"} else "issue"
        self.calls.append(f"{verb} {noun}")
        if self.calls[-1] == self.refuses:
            return 403, {"message": "not permitted"}
        if verb == "GET":
            rows = [self._row(item) for item in reversed(self._found(kind, query))]
            return 200, {"items": rows} if "search" in words else rows
        if verb == "POST":
            assert number is None
            item = {"kind": kind, "number": len(self.items) + 1, "state": "open", "fork": False}
            self.items.append(item)
            item |= {"head": content.get("head") or content.get("source_branch")}
            item |= {"base": content.get("base") or content.get("target_branch")}
        else:
            (item,) = [item for item in self.items if item["number"] == number and item["kind"] == kind]
        item["title"] = content.get("title", item.get("title"))
        item["body"] = content["description" if self.kind == "gitlab" else "body"]
        return 201, self._row(item)

    def _found(self, kind: str, query: dict[str, str]) -> list[dict[str, Any]]:
        """Return what a list holds. GitHub and GitLab know filters for branches, Gitea doesn't.

        Lists hold what is open unless all is asked for, but for GitHub's search and GitLab's issues.
        """
        if kind == "pr" or self.kind == "gitea":
            assert query["state"] == "all"
        branch = query.get("source_branch") or query.get("head", "").partition(":")[2]
        if branch:
            return [item for item in self.items if item["kind"] == kind and item["head"] == branch]
        return [item for item in self.items if item["kind"] == kind]

    def _row(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return an item as this forge shows it."""
        if self.kind == "gitlab":
            own = {"iid": item["number"], "id": 1000 + item["number"], "state": GITLAB_STATES[item["state"]]}
            return own | {"title": item["title"], "source_project_id": 8 if item["fork"] else 7}
        owner = "somebody/shop" if item["fork"] else REPOSITORY
        merged = "2026-01-01T00:00:00Z" if item["state"] == "merged" else None
        row = {"number": item["number"], "title": item["title"], "state": "closed" if merged else item["state"]}
        if item["kind"] == "pr":
            row |= {"merged_at": merged, "head": {"ref": item["head"], "repo": {"full_name": owner}}}
        return row

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
