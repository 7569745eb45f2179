"""What is formatting, and what is said: by kind of file, both ways round."""

from __future__ import annotations

import itertools
import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from issue_scaffold.sync import formatting
from issue_scaffold.sync.formatting import _data_meaning, _markdown_meaning, is_reformatted
from issue_scaffold.text.by_meaning import NotUnderstoodError

FORM = "name: 'A'\nbody:\n- type: input\n  id: x # why\n  attributes: {label: \"L\", value: yes}\n"
MARKDOWN = (
    "---\nname: 'A'\ntitle: ''\n---\n\n**Steps:**\n1. one\n2. two\n* [ ] box\n\n|a|b|\n|-|-|\n|1|2|\n\nLong\nprose\n"
)
BLOCKS = """\
name: "A"

body:
  - type: input
    id: x  #  why
    attributes:
      label: L
      value: yes
"""
FORMATTED = """\
---
name: "A"
title: ""
---

**Steps:**

1. one
1. two

- [ ] box

| a   | b   |
| --- | --- |
| 1   | 2   |

Long
prose
"""

SAME = [
    ("f.yml", FORM, BLOCKS),
    ("f.yaml", "a: |\n  x\n  y\n", 'a: "x\\ny\\n"\n'),
    ("f.yml", "a:\n", "---\na: null\n\n"),
    ("f.yml", "# head\na: [1, 2]\n", "# head\n\na:\n  - 1\n  - 2\n"),
    ("f.json", '{"a":[1,2]}\n', '{\n  "a": [1, 2]\n}\n'),
    (
        "f.md",
        MARKDOWN,
        FORMATTED,
    ),
    ("f.md", "Title\n=====\n*a* b\n", "# Title\n\n_a_ b\n"),
    ("f.md", "<!-- c -->\ntext\n", "<!-- c -->\n\ntext\n"),
    ("f.md", "```sh\nx\n```\n", "~~~sh\nx\n~~~\n"),
]  # fmt: skip
OTHER = [
    ("f.yml", FORM, FORM.replace("why", "because")),
    ("f.yml", FORM, FORM.replace(" # why", "")),
    ("f.yml", FORM, FORM.replace("value: yes", "value: 'yes'")),
    ("f.yml", "a: 1\nb: 2\n", "b: 2\na: 1\n"),
    ("f.yml", "a: 1.0\n", 'a: "1.0"\n'),
    ("f.yml", "a: &x 1\n", "a: 1\n"),
    ("f.yml", "a: x\n", "a: !t x\n"),
    ("f.yml", "a: '#1'\n", "a: #1\n"),
    ("f.yml", "a: 1\n", "a: [\n"),
    ("f.json", '{"a": 1}', '{"a": "1"}'),
    ("f.md", MARKDOWN, MARKDOWN.replace("Long\nprose", "Long prose")),
    ("f.md", MARKDOWN, MARKDOWN.replace("name: 'A'", "name: 'B'")),
    ("f.md", MARKDOWN, MARKDOWN.replace("two", "three")),
    ("f.md", "1. a\n", "- a\n"),
    ("f.md", "3. a\n", "1. a\n"),
    ("f.md", "- a\n- b\n", "- a\n  - b\n"),
    ("f.md", "<!-- a -->\n", "<!-- b -->\n"),
    ("f.md", "```sh\nx\n```\n", "```\nx\n```\n"),
    ("f.md", "[a](b)\n", "[a](c)\n"),
    ("f.md", "![a](b)\n", "![a](c)\n"),
    ("f.md", "![a](b 'x')\n", "![a](b 'y')\n"),
    ("f.md", "|a|\n|-|\n", "|a|\n|:-|\n"),
    ("f.txt", "a  b\n", "a b\n"),
]


@pytest.mark.parametrize(("path", "one", "other"), SAME)
def test_formatting_is_not_what_is_said(path: str, one: str, other: str) -> None:
    assert is_reformatted(path, one, other)
    assert is_reformatted(path, other, one)


@pytest.mark.parametrize(("path", "one", "other"), OTHER)
def test_what_is_said_is_not_formatting(path: str, one: str, other: str) -> None:
    assert not is_reformatted(path, one, other)
    assert not is_reformatted(path, other, one)


def test_only_a_person_takes_the_end_of_the_last_line_away() -> None:
    assert not is_reformatted("f.md", "a\n", "a")
    assert is_reformatted("f.md", "a", "a\n")


WORDS = st.sampled_from(["a", "b x", "null", "~", "", "1", "yes", "True", "&", "*", "#1", "|", "c\\d", "'", "- n"])
VALUES = st.recursive(
    WORDS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)), max_leaves=8
)
EDITS = st.sampled_from(
    [
        *("a", "n", "U", " ", "\n", "#", "# c", "&x ", "*x", "!t ", "|", "|2\n  ", "> # c\n  ", "'", '"'),
        *("\\x61", "\\", "~", "null", "Null", "- ", ": ", "{", "}", "2", "---\n"),
        *("%YAML 1.1\n---\n", "\u00a0", "\u2028", "\ufeff"),
    ]
)  # fmt: skip
SUFFIXES = st.sampled_from([".yml", ".json"])


@given(VALUES, SUFFIXES, st.data())
@settings(deadline=None, max_examples=400)
def test_a_quick_no_is_what_reading_would_say(value: object, suffix: str, data: st.DataObject) -> None:
    """A text beside one that is written otherwise, and beside one with something put in or taken out."""
    texts = [json.dumps(value), json.dumps(value, indent=2, ensure_ascii=False)]
    styles = st.sampled_from([None, "'", '"', "|", ">"])
    for _ in range(2):
        style, flow = data.draw(styles), data.draw(st.sampled_from([True, False, None]))
        texts.append(yaml.safe_dump(value, default_style=style, default_flow_style=flow))
    for _ in range(4):
        text = data.draw(st.sampled_from(texts))
        at = data.draw(st.integers(0, len(text)))
        texts.append(text[:at] + data.draw(EDITS) + text[at + data.draw(st.integers(0, 2)) :])
    for one, other in itertools.product(texts, texts):
        if is_reformatted(f"f{suffix}", one, other) != _says_the_same(one, other, suffix):
            raise AssertionError(one, other)


def _says_the_same(one: str, other: str, suffix: str) -> bool:
    """Return what `is_reformatted` does, without what it leaves unread or remembers."""
    if one.endswith("\n") and not other.endswith("\n"):
        return False
    try:
        if suffix == ".md":
            return _markdown_meaning(one) == _markdown_meaning(other)
        return _data_meaning(one, suffix) == _data_meaning(other, suffix)
    except NotUnderstoodError:
        return False


PROSE = st.sampled_from(
    [
        *("# Head", "Head\n===", "## *b* ##", "- [ ] a", "- [ ] b\n  more", "1. one\n2. two", "> said", "> - deep"),
        *("```py\nx = 1\n```", "~~~\nend", "    code", "a  \nb", "**b** _i_ `code`", "[a]", "![a]", "---", "\\*no\\*"),
        *("<!-- why -->", "<!-- why", "a <!-- b --> c", "AT&T & Co", "", "a\n\n\nb", "\u00fc\u2028x", "* a\n\n  b"),
        *("[a](b)", "![a](b)", "[a]: /b 'c'", "&amp; &#97;", "<b>x</b>", "<https://a.b>"),
        *("| a | b |\n|:-:|---|\n| c | d | e |", "-\t" * 30 + "deep", "> " * 60 + "deep", "- " * 60 + "deep"),
        *("[https://a.b](https://a.b)", "a&b;"),
    ]
)  # fmt: skip
PROSE_EDITS = st.sampled_from(
    ["e", "t", "Our own", "\n", "\n\n", "- ", "> ", "```\n", "*", "`", "<!--", "-->", "&", "  ", "|", "\\"]
)
FRONTS = st.sampled_from(
    ["", "---\nname: a\n---\n", "---\nname: 'a'\n---\n", "---\nname: a\n", "x\n---\nname: a\n---\n"]
)


@given(st.lists(PROSE, min_size=1, max_size=5), st.data())
@settings(deadline=None, max_examples=150)
def test_a_quick_no_of_prose_is_what_reading_would_say(blocks: list[str], data: st.DataObject) -> None:
    """A text beside one whose marks are others, and beside one with something put in or taken out."""
    texts = [data.draw(FRONTS) + "\n\n".join(blocks)]
    texts += [texts[0].replace("- ", "* ").replace("_", "*"), data.draw(FRONTS) + "\n".join(blocks)]
    for _ in range(3):
        text = data.draw(st.sampled_from(texts))
        at = data.draw(st.integers(0, len(text)))
        texts.append(text[:at] + data.draw(PROSE_EDITS) + text[at + data.draw(st.integers(0, 6)) :])
    for one, other in itertools.combinations(texts, 2):
        if is_reformatted("f.md", one, other) != _says_the_same(one, other, ".md"):
            raise AssertionError(one, other)


HIDDEN_IN_PROSE = [
    ("&lt;\n", "<\n"),
    ("<https://a.b>\n", "[https://a.b](https://a.b)\n"),
    ("[a]: /b\n\nx\n", "x\n\n[c]: /d\n"),
    ("| a |\n|---|\n| b | c |\n", "| a |\n|---|\n| b | d |\n"),
    ("- " * 60 + "a\n", "- " * 60 + "b\n"),
    ("-\t" * 60 + "a\n", "-\t" * 60 + "b\n"),
    ("> " * 120 + "a\n", "> " * 120 + "b\n"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), HIDDEN_IN_PROSE)
def test_letters_of_prose_that_say_nothing_are_not_counted(one: str, other: str) -> None:
    assert is_reformatted("f.md", one, other)


def test_other_words_are_seen_without_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatting, "_meaning", None)
    text = "---\nname: a\n---\n<!-- Q&A -->\n- [ ] Alerts & more\n"
    assert not is_reformatted("f.md", text, f"{text}Our own\n")


HIDDEN = [
    ("a: |\n  x\n", "a: | # why\n  x\n"),
    ("a: >-\n  x\n", "a: >-# why\n  x\n"),
    ("- &x a\n- *x\n- b\n- b\n", "- a\n- a\n- &x b\n- *x\n"),
    ('a: "x\\x61"\n', "a: xa\n"),
    ("a:\n", "a: Null\n"),
    ("a: |2\n    x\n", 'a: "  x\\n"\n'),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), HIDDEN)
def test_letters_that_say_nothing_are_not_counted(one: str, other: str) -> None:
    assert is_reformatted("f.yml", one, other)


def test_what_is_remembered_of_a_template_is_what_reading_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the same content in files of several kinds, asked for in any order, and again."""
    texts = ["a: 1\n", "---\na: 1\n---\n", "a:   1\n", "{a: 1}\n", '{"a": 1}\n', "a: [\n", "* a\n", "- a\n"]
    asked = [(path, *pair) for path in ("f.yml", "f.json", "f.md") for pair in itertools.product(texts, texts)]
    twice = [is_reformatted(*one) for one in [*asked, *asked]]
    monkeypatch.setattr(formatting, "_MOST_REMEMBERED", -1)
    assert twice == [is_reformatted(*one) for one in asked] * 2
