"""What is asked of a node of any sort: the wrong sort gives the empty answer, and nothing fails."""

import pytest

from issue_scaffold.text import tree_values
from issue_scaffold.text.tree import Value
from issue_scaffold.text.yaml_nodes import parse_yaml

NODES = {
    "absent": None,
    "empty": "~",
    "text": "on its own",
    "true": "Yes",
    "false": "off",
    "a quoted word": '"yes"',
    "a list": "[1, {a: 1}, [2], {b: 2}]",
    "a mapping": "{a: {b: 1, c: [x]}, [k]: 2}",
    "an alias": "[&one {a: 1}, *one]",
}
ANSWERS = {
    # what is asked: what the nodes answer that don't answer with nothing
    "mapping_of": {"a mapping": 2},
    "keys_of": {"a mapping": 1},
    "items_of": {"a list": 4, "an alias": 2},
    "mappings_in": {"a list": 2, "an alias": 2},
    "scalars_in": {"a list": 1},
    "string_of": {"empty": 1, "text": 10, "true": 3, "false": 3, "a quoted word": 3},
}


def read(name: str) -> Value | None:
    text = NODES[name]
    if text is None:
        return None
    root = parse_yaml(text).documents[0]
    assert not hasattr(root, "target")
    return root


@pytest.mark.parametrize("asked", ANSWERS)
def test_any_node_can_be_asked(asked: str) -> None:
    ask = getattr(tree_values, asked)
    answers = {name: ask(read(name)) for name in NODES}
    sizes = {name: len(getattr(answer, "entries", answer)) for name, answer in answers.items()}
    assert {name: size for name, size in sizes.items() if size} == ANSWERS[asked]


def test_nothing_and_truth() -> None:
    assert [name for name in NODES if tree_values.is_null(read(name))] == ["absent", "empty"]
    assert [name for name in NODES if tree_values.is_true(read(name))] == ["true"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [(("a", "b"), "1"), (("a", "c"), ""), (("a", "x"), ""), (("x", "y"), ""), (("a", "b", "c"), "")],
)
def test_the_way_below(names: tuple[str, ...], expected: str) -> None:
    found = tree_values.value_below(read("a mapping"), *names)
    assert tree_values.string_of(found) == expected
    assert (found is None) == (names not in {("a", "b"), ("a", "c")})
