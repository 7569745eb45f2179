"""Where GraphQL is, which conditions hold, and what a host may call a repository."""

import pytest

from issue_scaffold.errors import UsageError
from issue_scaffold.fleet.conditions import parse_condition
from issue_scaffold.fleet.listing import shapes
from issue_scaffold.label_sync.github.api import GITHUB_API
from issue_scaffold.label_sync.http.json_shapes import MalformedAnswerError
from issue_scaffold.label_sync.http.opening import open_client
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.place import graphql_api, graphql_target
from issue_scaffold.template.renderer import open_renderer

ANSWERS = b"_src_path: https://example.org/t.git\n_commit: v1.2.0\n"


@pytest.mark.parametrize(
    ("api", "given", "expected"),
    [
        ("https://api.github.com", None, "https://api.github.com/graphql"),
        ("https://api.github.com/", None, "https://api.github.com/graphql"),
        ("https://ghe.example.org/api/v3", None, "https://ghe.example.org/api/graphql"),
        ("https://api.acme.ghe.com", None, "https://api.acme.ghe.com/graphql"),
        ("https://ghe.example.org/api/v3", "https://ghe.example.org/q", "https://ghe.example.org/q"),
        # That of github.com, which its workflows set, is not that of another host.
        ("https://ghe.example.org/api/v3", "https://api.github.com/graphql", "https://ghe.example.org/api/graphql"),
        ("http://127.0.0.1:1", "http://127.0.0.1:2/graphql", "http://127.0.0.1:2/graphql"),
    ],
)
def test_graphql_is_beside_the_api(api: str, given: str | None, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_GRAPHQL_URL", raising=False)
    if given is not None:
        monkeypatch.setenv("GITHUB_GRAPHQL_URL", given)
    assert graphql_api(api) == expected
    # Who has a client of REST already asks there too, as far as that is the same place.
    client = open_client(api, Token("TOKEN", "secret"), GITHUB_API, on_wait=lambda *_: None)
    origin, _, path = expected.rpartition("//")[2].partition("/")
    assert graphql_target(client) == (f"/{path}" if origin == client.host else "/graphql")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("initialised", True),
        ("not-initialised", False),
        ("version<1.3", True),
        ("version < v1.2.0", False),
        ("version<=1.2", True),
        ("version>1.1", True),
        ("version>=2", False),
        ("version=v1.2.0", True),
        ("version==1.2", True),
        ("version!=main", True),
        ("version=main", False),
        ("source=https://EXAMPLE.org/t", True),
        ("source!=https://example.org/t.git", False),
        ("source=https://example.org/u", False),
    ],
)
def test_a_condition_is_on_the_record(condition: str, *, expected: bool) -> None:
    with open_renderer() as renderer:
        holds = parse_condition(condition).holds
        assert holds(ANSWERS, renderer.sources) is expected
        # Of what nobody can read nothing else is known.
        for other in (b"", b"a: [", b"- 1\n", b"_src_path: 1\n"):
            is_word = condition.endswith("initialised")
            assert holds(other, renderer.sources) is (is_word and bool(other) == (condition == "initialised"))


@pytest.mark.parametrize("text", ["", "clean", "version", "version<", "version<x", "source<https://a", "a=b"])
def test_other_conditions_are_mistakes(text: str) -> None:
    with pytest.raises(UsageError):
        parse_condition(text)


def test_a_host_cannot_name_what_git_would_run() -> None:
    for name in ("-a/b", "a/-b", "a", "a/b\n", "a/..", "../b", "a//b", "/a/b", "a/b/", "a/b c", "ä/b", None, 1):
        with pytest.raises(MalformedAnswerError):
            shapes.repository_name(name)
    for url in ("ext::sh -c x", "--upload-pack=x", "file:///etc", "https://a:b@c/d", "https://a/ b", "", None):
        with pytest.raises(MalformedAnswerError):
            shapes.address(url)
    assert shapes.repository_name("group/sub.group/a_b") == "group/sub.group/a_b"
    for mode, oid in ((33188, "x"), ("777", "0" * 40), (True, "0" * 40), (None, None)):
        with pytest.raises(MalformedAnswerError):
            shapes.entry(mode, oid)
    assert shapes.entry(33261, "0" * 40).mode == "100755"
