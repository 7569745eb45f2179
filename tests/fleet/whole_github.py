"""A whole GitHub: its lists, its pull requests and git, of the same repositories, on one server."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.fleet.fake_github import FakeHost, git_tree
from tests.fleet.fake_pulls import TOKEN, PullsBackend


class WholeGitHub(PullsBackend):
    """GitHub's pull requests, and its lists beside them. `base` is where clients find the API."""

    def __init__(self, root: Path, address: str, base: str | None = None) -> None:
        super().__init__(root)
        self.base = base or f"{address}/api/v3"
        self.host = FakeHost(lambda name: git_tree(self, name), lambda name: f"{address}/{name}.git")
        self.host.token = TOKEN

    def writes(self) -> list[tuple[str, str]]:
        """Return the requests of REST that changed something."""
        return [one for one in super().writes() if not one[1].endswith("/graphql")]

    def _api(self, method: str, address: str, headers: Mapping[str, str], body: Any) -> tuple[int, Any]:  # noqa: ANN401
        is_mutation = body is not None and str(body.get("query", "")).startswith("mutation")
        words = address.partition("?")[0].split("/")
        is_about_pulls = len(words) > 6 and words[6] in {"pulls", "issues", "labels"}
        if is_mutation or is_about_pulls:
            return super()._api(method, address.replace("/api/v3/graphql", "/api/graphql"), headers, body)
        told = {key.lower(): value for key, value in headers.items()}
        target = address.removeprefix("/api").removeprefix("/v3")
        reply = self.host.answer(method, target, told, body, self.base)
        return reply.status, reply.body
