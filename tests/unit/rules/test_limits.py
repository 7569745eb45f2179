"""Limits are the tool's own: the same whatever the parser's, and found before any of a parser's."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from issue_scaffold.text import yaml_nodes
from issue_scaffold.text.json_nodes import parse_json
from issue_scaffold.text.limits import MAX_DEPTH, MAX_NODES
from issue_scaffold.text.toml_nodes import parse_toml
from issue_scaffold.text.yaml_nodes import LimitFailure, SyntaxFailure, parse_yaml
from issue_scaffold.validate.run import validate_files

FORM = ".github/ISSUE_TEMPLATE/a.yml"


def refusing_at(limit: int) -> Any:  # noqa: ANN401 - PyYAML has no types for its parsers
    """Return PyYAML's own parser with a scanner that refuses deeper nesting, ahead of the events, as libyaml's does."""

    class Refusing(yaml.Loader):
        def fetch_flow_collection_start(self, token: Any) -> None:  # noqa: ANN401
            self._refuse(self.flow_level)
            super().fetch_flow_collection_start(token)

        def add_indent(self, column: int) -> bool:
            self._refuse(len(self.indents))
            return bool(super().add_indent(column))

        def _refuse(self, depth: int) -> None:
            if depth >= limit:
                raise yaml.scanner.ScannerError("while nesting", self.get_mark(), "that is enough", self.get_mark())

    return Refusing


@pytest.fixture
def libyaml_limit() -> Iterator[Any]:
    """Return what sets libyaml's limit on nesting, which is the process's, and put it back after the test."""
    library = pytest.importorskip("yaml._yaml", reason="PyYAML was built without libyaml")
    if not hasattr(library, "_set_max_nest_level"):
        pytest.skip("this PyYAML can't set libyaml's limit")
    before = library._get_max_nest_level()
    yield library._set_max_nest_level
    library._set_max_nest_level(before)


TOO_DEEP = {
    "lists": "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
    "lists, thousands": "[" * 5_000,
    "mappings": "{a: " * 5_000,
    "dashes": "- " * 5_000 + "x",
    "keys": "? " * 5_000 + "x",
    "lines": "\n".join(" " * level + "a:" for level in range(MAX_DEPTH + 20)),
    "lists, then no YAML": "[" * (MAX_DEPTH + 1) + "@",
}
FINE = {
    "lists": "[" * MAX_DEPTH + "]" * MAX_DEPTH,
    "dashes": "- " * MAX_DEPTH + "x",
    "lines": "\n".join(" " * level + "a:" for level in range(MAX_DEPTH)),
    "many beside each other": "a: [" + "[], " * 2_000 + "]\n",
}


def assert_limits_are_ours() -> None:
    for name, text in TOO_DEEP.items():
        failure = parse_yaml(text).failure
        assert isinstance(failure, LimitFailure), (name, failure)
        assert failure.message == f"nested deeper than {MAX_DEPTH} levels"
    for name, text in FINE.items():
        assert parse_yaml(text).failure is None, name


@pytest.mark.parametrize("limit", [50, MAX_DEPTH, MAX_DEPTH + 1, 1_000, 10**6])
def test_libyaml_with_any_limit(limit: int, libyaml_limit: Any) -> None:  # noqa: ANN401
    libyaml_limit(limit)
    assert_limits_are_ours()


@pytest.mark.parametrize("limit", [50, MAX_DEPTH, MAX_DEPTH + 1, 1_000])
def test_another_parser_with_any_limit(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = refusing_at(limit)
    with pytest.raises(yaml.scanner.ScannerError):
        list(yaml.parse(TOO_DEEP["lists, thousands"], refusing))
    monkeypatch.setattr(yaml_nodes, "PARSER", refusing)
    assert_limits_are_ours()


def test_a_parser_without_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_nodes, "PARSER", yaml.Loader)
    assert_limits_are_ours()


@pytest.mark.parametrize("text", ["a: [1", "a: " + "[" * 50 + "]" * 49, "- " * 50 + "[", "[[[]]]\nb: @"])
def test_broken_syntax_is_no_broken_limit(text: str) -> None:
    assert isinstance(parse_yaml(text).failure, SyntaxFailure)


@given(st.text(st.sampled_from("ab:- \n'\"[]{}&*!|>#,?\t"), max_size=60), st.integers(50, 200))
def test_a_text_says_the_same_in_front_matter(text: str, filler: int) -> None:
    """A part of a text is read as that text alone, its places shifted by where it begins."""
    before = "x" * filler
    alone, part = parse_yaml(text), parse_yaml(before + text + "]" * filler, filler, filler + len(text))
    assert len(alone.documents) == len(part.documents)
    if alone.failure is None:
        assert part.failure is None
    else:
        assert part.failure is not None
        assert alone.failure.offset + filler == part.failure.offset


DEEP = MAX_DEPTH + 1
DEEP_JSON = ["[" * DEEP + "]" * DEEP, '{"a":' * 100_000, "[" * 100_000]
DEEP_TOML = [
    "a = " + "[" * DEEP + "]" * DEEP,
    "a = " + "[" * 100_000,
    "a = " + "{a = " * 5_000,
    ".".join("a" * 5_000) + " = 1\n",
    " . ".join(['"a"'] * 200) + " = 1\n",
    f"[{'.'.join('a' * 5_000)}]\nb = 1\n",
    f"[{'.'.join('a' * 60)}]\n{'.'.join('b' * 60)} = 1\n",
]


@pytest.mark.parametrize("text", DEEP_JSON, ids=range(len(DEEP_JSON)))
def test_json_is_limited_alike(text: str) -> None:
    assert isinstance(parse_json(text).failure, LimitFailure)


@pytest.mark.parametrize("text", DEEP_TOML, ids=range(len(DEEP_TOML)))
def test_toml_is_limited_alike(text: str) -> None:
    assert isinstance(parse_toml(text).failure, LimitFailure)


def test_too_many_values_of_toml() -> None:
    failure = parse_toml(f"a = [{'1,' * (MAX_NODES + 1)}]").failure
    assert isinstance(failure, LimitFailure)
    assert failure.message == f"more than {MAX_NODES:,} values"


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 99 + "]" * 99,
        f'a = "{"[" * 200}"',
        f"a = '{'{' * 200}'",
        f'a = """{"[" * 200}""""\n',
        f"a = '''\n{'[' * 200}'''\n",
        f'a = "\\"{"." * 200}"',
        f"# {'[' * 200}\na = 1",
        "a = [" + "[], " * 2_000 + "]",
        "\n".join(f"[t{number}]\na.b = 1.5" for number in range(200)),
    ],
)
def test_brackets_that_do_not_nest(text: str) -> None:
    assert parse_toml(text).failure is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (FORM, TOO_DEEP["lists, thousands"]),
        (".github/ISSUE_TEMPLATE/a.md", f"---\nname: {TOO_DEEP['lists, thousands']}\n---\ntext\n"),
        (".github/labels.yml", TOO_DEEP["dashes"]),
        (".github/labels.json", json.dumps([]) + DEEP_JSON[2]),
        (".github/labels.toml", DEEP_TOML[3]),
    ],
)
def test_every_kind_of_file_has_the_same_finding(path: str, text: str) -> None:
    assert {finding.rule for finding in validate_files({path: text.encode()})} >= {"yaml/limits"}
