"""What is formatting, and what is said: by kind of file, both ways round."""

from __future__ import annotations

import pytest

from issue_scaffold.sync.formatting import is_reformatted

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
