"""The position-carrying tree: the same data as PyYAML's, every span right, both parsers alike, limits kept."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from issue_scaffold.text import yaml_nodes
from issue_scaffold.text.json_nodes import parse_json
from issue_scaffold.text.tree import Mapping, Node, Scalar, Sequence, canonical, resolve
from issue_scaffold.text.yaml_nodes import parse_yaml

TEXT = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from("\n :#-'\"[]{}&*!|>%@`,?"), max_size=20
)
DATA = st.recursive(
    TEXT | st.booleans() | st.none() | st.integers(-5000, 5000),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
JSON = st.recursive(
    st.text(max_size=8) | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def data_of(node: Node) -> Any:  # noqa: ANN401 - YAML's data
    value = resolve(node)
    if isinstance(value, Sequence):
        return [data_of(item) for item in value.items]
    if isinstance(value, Mapping):
        return {data_of(entry.key): data_of(entry.value) for entry in value.entries}
    match value.kind:
        case "null":
            return None
        case "int":
            return int(value.value)
        case "bool":
            return value.value.lower() in {"yes", "true", "on"}
    return value.value


def scalars(node: Node) -> Iterator[Scalar]:
    value = resolve(node)
    if isinstance(value, Scalar):
        yield value
    elif isinstance(value, Sequence):
        for item in value.items:
            yield from scalars(item)
    else:
        for entry in value.entries:
            yield from scalars(entry.key)
            yield from scalars(entry.value)


@given(DATA, st.booleans())
def test_data_is_what_was_written(data: Any, flow: bool) -> None:  # noqa: ANN401
    text = yaml.safe_dump(data, default_flow_style=flow, allow_unicode=True, sort_keys=False)
    stream = parse_yaml(text)
    assert stream.failure is None
    assert data_of(stream.documents[0]) == data


@given(DATA)
def test_span_of_a_scalar_reads_as_the_scalar(data: Any) -> None:  # noqa: ANN401
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    for scalar in scalars(parse_yaml(text).documents[0]):
        raw = text[scalar.start : scalar.end]
        if "\n" not in raw and scalar.style not in {"|", ">"}:
            assert yaml.load(raw, yaml.BaseLoader) == (scalar.value or ("" if raw else None))  # noqa: S506


@given(st.text(st.sampled_from("ab:- \n'\"[]{}&*!|>#,?\t"), max_size=60))
def test_both_parsers_build_the_same_tree(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        ours = parse_yaml(text)
        patch.setattr(yaml_nodes, "PARSER", yaml.Loader)
        pure = parse_yaml(text)
    if ours.failure is None and pure.failure is None:
        assert [placed(item) for item in ours.documents] == [placed(item) for item in pure.documents]


@pytest.mark.parametrize("parser", [yaml.Loader, yaml_nodes.PARSER])
def test_every_node_ends_with_its_content(parser: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_nodes, "PARSER", parser)
    text = "- &a !t\n  k: |+\n    two\n\n  \n- |\n  one\n\n# after\n- {b: [1], c: &d 'é'}  # x\n- *a\n"
    (root,) = parse_yaml(text).documents
    assert isinstance(root, Sequence)
    written = [text[item.start : item.end] for item in root.items]
    assert written == ["k: |+\n    two\n\n  ", "|\n  one", "{b: [1], c: &d 'é'}", "*a"]


def test_a_mapping_says_what_is_its_own() -> None:
    root = parse_yaml('a: &a {x: 1, z: 2}\nb: {y: 1, <<: *a, x: 3, "<<": 4}\n').documents[0]
    assert isinstance(root, Mapping)
    inner = root.get("b")
    assert isinstance(inner, Mapping)
    assert [data_of(entry.key) for entry in inner.written] == ["y", "<<", "x", "<<"]
    assert list(inner.fields) == ["z", "y", "x", "<<"]
    assert inner.own("z") is None
    assert inner.own("x") is inner.find("x")


def test_canonical_is_the_same_for_every_spelling() -> None:
    texts = ("a: [x, 1, ~, true]\n", "{\"a\": ['x', 1, null, true]}", '# c\na:\n- "x"\n- 1\n-\n- true\n')
    values = {canonical(parse_yaml(text).documents[0]) for text in texts}
    assert values == {'{"a": ["x", 1, null, true]}'}


def test_canonical_follows_an_alias_to_a_scalar_only() -> None:
    """Aliases of aliases nest deeper than any text may, and deeper than Python calls."""
    (root,) = parse_yaml("a: &a [1]\nb: *a\nc: &s x\nd: *s\n<<: {e: 1}\n").documents
    assert canonical(root) == '{"a": [1], "b": *a, "c": "x", "d": "x", "<<": {"e": 1}}'
    rows = [f"- &a{n} {'[' * 90}{f'*a{n - 1}' if n else ''}{']' * 90}" for n in range(25)]
    (root,) = parse_yaml("\n".join(rows)).documents
    assert canonical(root).endswith(f"{'[' * 90}*a23{']' * 91}")


def placed(node: Node) -> list[tuple[str, int]]:
    return [(scalar.value, scalar.start) for scalar in scalars(node)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("yes", "bool"),
        ("Off", "bool"),
        ("y", "str"),
        ("", "null"),
        ("~", "null"),
        ("NULL", "null"),
        ("012", "int"),
        ("1:30", "int"),
        ("1.5", "float"),
        ("2024-01-01", "timestamp"),
        (":sym", "symbol"),
        ("5319e7", "str"),
        ("'yes'", "str"),
    ],
)
def test_what_yaml_makes_of_a_plain_scalar(text: str, kind: str) -> None:
    root = parse_yaml(f"a: {text}\n").documents[0]
    assert isinstance(root, Mapping)
    value = root.get("a")
    assert isinstance(value, Scalar)
    assert value.kind == kind


def test_merge_keys_bring_entries_in_and_never_override() -> None:
    root = parse_yaml("a: &a {x: 1, z: 2}\nb: {<<: *a, x: 3}\n").documents[0]
    assert isinstance(root, Mapping)
    assert data_of(root.entries[1].value) == {"z": 2, "x": 3}


@given(JSON)
def test_json_tree_is_the_data(data: Any) -> None:  # noqa: ANN401
    for separators in [(",", ":"), (",", ": "), (" ,", " :"), ("\t\n,\n", " : ")]:
        stream = parse_json(json.dumps(data, indent=1, separators=separators))
        assert stream.failure is None
        assert data_of(stream.documents[0]) == data


def test_json_takes_tabs_and_surrogate_pairs() -> None:
    (root,) = parse_json('{\n\t"name": "\\ud83d\\udd27"\n}').documents
    assert data_of(root) == {"name": "🔧"}
