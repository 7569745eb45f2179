"""The fake answers as GitHub's published description says, and refuses what GitHub's schema doesn't have."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.fleet.fake_github import FakeHost, schema
from tests.fleet.fake_pulls import TOKEN, PullsBackend
from tests.fleet.planned_runs import BEFORE
from tests.fleet.test_organisations import Organisation
from tests.prism_proxy import DESCRIPTION

from issue_scaffold.fleet.forges import github
from issue_scaffold.fleet.listing.graphql import page_query
from issue_scaffold.fleet.listing.listing import OwnerKind

TREES = "/repos/{owner}/{repo}/git/trees/{tree_sha}"
BLOBS = "/repos/{owner}/{repo}/git/blobs/{file_sha}"


@cache
def description() -> dict[str, Any]:
    """Return the description, with what OpenAPI 3.0 calls nullable as JSON Schema has it."""
    found = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return {**found, "components": nullable(found["components"])}


def nullable(node: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(node, list):
        return [nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: nullable(value) for key, value in node.items() if key not in {"nullable", "format"}}
    if node.get("nullable") is True:
        return {"anyOf": [made, {"type": "null"}]}
    return made


def problems(path: str, status: int, body: Any, verb: str = "get") -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield what is wrong with an answer."""
    answer = description()["paths"][path][verb]["responses"][str(status)]
    while "$ref" in answer:
        answer = description()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    content = nullable(answer["content"]["application/json"]["schema"])
    validator = jsonschema.Draft4Validator({**content, "components": description()["components"]})
    for error in validator.iter_errors(body):
        yield f"{error.json_path}: {error.message[:200]}"


@pytest.fixture
def acme(tmp_path: Path) -> FakeHost:
    made = Organisation(tmp_path / "host")
    made.add("acme/api", {"README.md": "x", "src/a.c": "a", "bin/run": "x"}, topics=("a",), language="C")
    made.add("acme/old", {"README.md": "x"}, archived=True, fork=True, visibility="private")
    made.add("acme/empty", None)
    made.add("jo/x", {"README.md": "x"})
    made.host.users = {"jo"}
    return made.host


def ask(host: FakeHost, target: str) -> tuple[int, Any]:
    reply = host.answer("GET", target, {"authorization": f"token {host.token}"}, None, "https://api.github.example")
    return reply.status, reply.body


def test_rest_answers_as_github_describes_it(acme: FakeHost) -> None:
    tree = acme.tree("acme/api")
    assert tree is not None
    oid = tree.entries["README.md"].oid
    for path, target, expected in (
        ("/orgs/{org}/repos", "/orgs/acme/repos?per_page=100", 200),
        ("/users/{username}/repos", "/users/jo/repos", 200),
        ("/repos/{owner}/{repo}", "/repos/acme/old", 200),
        ("/repos/{owner}/{repo}", "/repos/acme/none", 404),
        (TREES, "/repos/acme/api/git/trees/main?recursive=1", 200),
        (TREES, "/repos/acme/empty/git/trees/main?recursive=1", 409),
        (BLOBS, f"/repos/acme/api/git/blobs/{oid}", 200),
        (BLOBS, f"/repos/acme/api/git/blobs/{'0' * 40}", 404),
    ):
        status, body = ask(acme, target)
        assert (status, list(problems(path, status, body))) == (expected, []), target


def test_pull_requests_are_as_github_describes_them(tmp_path: Path) -> None:
    backend = PullsBackend(tmp_path / "forge")
    backend.make("octo/api", BEFORE)
    backend.commit("octo/api", {"README.md": "new\n"}, branch="scaffold/update")
    place = backend.of("octo/api")
    place.labels, place.people = ["chore"], ["ann"]
    one, head = {"head": "scaffold/update", "base": "main"}, "?state=all&head=octo:scaffold/update"
    for verb, words, sent, expected in (
        ("post", "", {**one, "title": "A", "body": "b"}, 201),
        ("post", "", {**one, "title": "A", "body": "b"}, 422),
        ("get", head, None, 200),
        ("post", "/1/requested_reviewers", {"reviewers": ["ann"]}, 201),
        ("patch", "/1", {"title": "B", "body": "c"}, 200),
        ("patch", "/1", {"state": "closed"}, 200),
        ("get", "?state=all", None, 200),
    ):
        address = f"/api/v3/repos/octo/api/pulls{words}"
        said = backend.answer(
            verb.upper(), address, {"Authorization": f"token {TOKEN}"}, json.dumps(sent).encode(), None
        )
        path = "/repos/{owner}/{repo}/pulls" + words.partition("?")[0].replace("/1", "/{pull_number}")
        body = json.loads(bytes(said.body))
        assert (said.status, list(problems(path, expected, body, verb))) == (expected, []), (verb, words)


def test_orders_about_pull_requests_are_valid_by_githubs_schema() -> None:
    import graphql

    for mutation in (github._TO_DRAFT, github._TO_READY, github._TO_MERGE):
        assert graphql.validate(schema(), graphql.parse(mutation)) == []


def test_a_deviation_is_noticed(acme: FakeHost) -> None:
    _, body = ask(acme, "/orgs/acme/repos")
    del body[0]["full_name"]
    assert "'full_name' is a required property" in "".join(problems("/orgs/{org}/repos", 200, body))


@pytest.mark.parametrize("kind", [OwnerKind.ORG, OwnerKind.USER])
def test_questions_are_valid_by_githubs_schema(kind: OwnerKind) -> None:
    import graphql

    for with_labels in (False, True):
        question = graphql.parse(page_query(kind, 'odd"name.yml', with_labels=with_labels))
        assert graphql.validate(schema(), question) == []
    wrong = graphql.parse(page_query(kind, "x", with_labels=False).replace("isEmpty", "isHollow"))
    assert "isHollow" in graphql.validate(schema(), wrong)[0].message
