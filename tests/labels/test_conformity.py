"""Prism itself is looked at here: it must notice a fake that deviates, and describe what GitHub describes."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.labels import fake_github
from tests.labels.fake_github import FakeGitHub, FakeServer

PRUNED = Path(__file__).parents[1] / "prism" / "github-openapi.json"


def test_a_deviation_is_noticed(prism: str, server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.github = FakeGitHub()
    server.github.repository().add("bug")
    headers = {"Authorization": f"token {server.github.token}"}
    address = f"{prism}/repos/octo/demo/labels"
    good = requests.get(address, headers=headers, timeout=30)
    assert "sl-violations" not in good.headers

    label = fake_github.label

    def without_color(*arguments: Any) -> dict[str, Any]:  # noqa: ANN401
        row = label(*arguments)
        return {field: row[field] for field in row if field != "color"}

    monkeypatch.setattr(fake_github, "label", without_color)
    bad = requests.get(address, headers=headers, timeout=30)
    assert "must have required property 'color'" in bad.headers["sl-violations"]
    wrong = requests.post(address, headers=headers, json={"color": "ededed"}, timeout=30)
    assert "must have required property 'name'" in wrong.headers.get("sl-violations", "") + wrong.text


@pytest.mark.skipif("SCAFFOLD_CORPUS" not in os.environ, reason="needs SCAFFOLD_CORPUS")
def test_the_description_of_labels_is_githubs_own() -> None:
    whole = json.loads(Path(os.environ["SCAFFOLD_CORPUS"], "schemas", "github-labels-openapi.json").read_bytes())
    pruned = json.loads(PRUNED.read_bytes())
    assert pruned["info"]["version"] == whole["info"]["version"]
    for path in ("/repos/{owner}/{repo}/labels", "/repos/{owner}/{repo}/labels/{name}"):
        assert pruned["paths"][path] == bare(whole["paths"][path])
    assert pruned["components"]["schemas"]["label"] == bare(whole["components"]["schemas"]["label"])


def bare(node: Any) -> Any:  # noqa: ANN401
    if isinstance(node, dict):
        return {key: bare(value) for key, value in node.items() if key not in {"example", "examples"}}
    return [bare(value) for value in node] if isinstance(node, list) else node
