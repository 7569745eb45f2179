"""A form's YAML: readable, and nothing in it that one reader takes for something else than another."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from issue_scaffold.convert.form import Element, IssueForm, Option, form_from_data
from issue_scaffold.convert.form_text import form_text, scalar

OTHERWISE = (
    *(
        "yes",
        "No",
        "on",
        "y",
        "N",
        "null",
        "~",
        "0123",
        "0x1F",
        "0o17",
        "1:30",
        "1e3",
        ".inf",
        "2024-01-01",
        "12",
        "1.5",
    ),
    *(":symbol", "=", "<<", "a: b", "a #b", "- x", "? x", "[x]", "{x}", "&a", "*a", "!a", "%a", "@a", "`a`", "'a'"),
    *('"a"', "| a", "> a", "#a", "", " a", "a ", "a:", "\ta", "a\u00a0", "\x7f", "\u2028", "🎯 a", "---", "..."),
)


@pytest.mark.parametrize("text", OTHERWISE)
def test_a_text_stays_a_text(text: str) -> None:
    assert yaml.safe_load(f"key: {scalar(text)}")["key"] == text
    assert yaml.safe_load(f"[{scalar(text, in_flow=True)}]" if '"' in scalar(text) else '["x"]')


@pytest.mark.parametrize(
    "text", ["Steps to reproduce", "What's wrong?", "e.g. 1.2", "中文", "Über uns", "v1.2 (beta), or"]
)
def test_a_plain_text_is_written_plainly(text: str) -> None:
    assert scalar(text) == text


def test_long_and_many_lined_texts_are_blocks() -> None:
    long = " ".join(["word"] * 40)
    text = form_text(
        {"name": "x", "body": [{"type": "markdown", "attributes": {"value": "a\nb"}}], "description": long}
    )
    assert "description: >-\n  word" in text
    assert "value: |\n        a\n        b" in text
    assert max(map(len, text.splitlines())) <= 110


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=140).filter(lambda text: "\r" not in text)


@settings(max_examples=150)
@given(texts, texts, st.lists(texts, min_size=1, max_size=3))
def test_any_text_is_read_as_it_was(one: str, other: str, many: list[str]) -> None:
    options = tuple(Option(label=label, required=True) for label in many)
    form = IssueForm(
        name=one,
        description=other,
        labels=tuple(label for label in many if label),
        body=(
            Element(type="markdown", value=other),
            Element(type="checkboxes", label=one, options=options),
            Element(type="dropdown", label=one, options=options),
        ),
    )
    read = yaml.safe_load(form_text(form.data()))
    # A block ends in one line end, whatever its text ended in.
    assert _loosely(read) == _loosely(form.data())


def _loosely(data: object) -> object:
    return json.loads(json.dumps(data), object_hook=lambda row: {
        key: value.strip("\n") if isinstance(value, str) else
        [item.strip("\n") if isinstance(item, str) else item for item in value] if isinstance(value, list) else value
        for key, value in row.items()
    })  # fmt: skip


def test_a_form_is_read_from_its_data() -> None:
    form = IssueForm(
        name="n", description="d", title="t", labels=("a", "b"), assignees=("c",), projects=("o/1",), type="Bug",
        body=(
            Element(type="markdown", value="v"),
            Element(
                type="dropdown", label="l", id="i", options=(Option(label="o"),), multiple=True, default=0
            ),
            Element(type="upload", label="u", accept=".zip"),
        ),
    )  # fmt: skip
    assert form_from_data(form.data()) == form
    assert form_from_data({**form.data(), "labels": "a, b"}) == form
