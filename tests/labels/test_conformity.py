"""Prism itself is looked at here: it must notice a fake that deviates, and describe what GitHub describes."""

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.labels import fake_github
from tests.labels.fake_github import FakeGitHub, FakeServer
from tests.prism_proxy import DESCRIPTION


def test_a_deviation_is_noticed(prism: str, server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.github = FakeGitHub()
    server.github.repository().add("bug")
    headers = {"Authorization": f"token {server.github.token}"}
    address = f"{prism}/repos/octo/demo/labels"
    assert "sl-violations" not in violations(address, headers)

    label = fake_github.label

    def without_color(*arguments: Any) -> dict[str, Any]:  # noqa: ANN401
        row = label(*arguments)
        return {field: row[field] for field in row if field != "color"}

    monkeypatch.setattr(fake_github, "label", without_color)
    assert "must have required property 'color'" in violations(address, headers)
    headers["Content-Type"] = "application/json"
    wrong = violations(address, headers, json.dumps({"color": "ededed"}).encode())
    assert "must have required property 'name'" in wrong


def violations(address: str, headers: dict[str, str], body: bytes | None = None) -> str:
    """Send a request; return the headers and the body of the answer, in which Prism says what it minds."""
    request = urllib.request.Request(address, body, headers)  # noqa: S310 - a loopback address
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - same
            return f"{answer.headers}{answer.read().decode()}"
    except urllib.error.HTTPError as answer:
        with answer:
            return f"{answer.headers}{answer.read().decode()}"


@pytest.mark.skipif("SCAFFOLD_CORPUS" not in os.environ, reason="needs SCAFFOLD_CORPUS")
def test_the_description_of_labels_is_githubs_own() -> None:
    whole = json.loads(Path(os.environ["SCAFFOLD_CORPUS"], "schemas", "github-labels-openapi.json").read_bytes())
    pruned = json.loads(DESCRIPTION.read_bytes())
    assert pruned["info"]["version"] == whole["info"]["version"]
    for path in ("/repos/{owner}/{repo}/labels", "/repos/{owner}/{repo}/labels/{name}"):
        assert pruned["paths"][path] == bare(whole["paths"][path])
    assert pruned["components"]["schemas"]["label"] == bare(whole["components"]["schemas"]["label"])


def bare(node: Any) -> Any:  # noqa: ANN401
    if isinstance(node, dict):
        return {key: bare(value) for key, value in node.items() if key not in {"example", "examples"}}
    return [bare(value) for value in node] if isinstance(node, list) else node
