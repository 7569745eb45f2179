"""One writer of scalars: whatever text it writes is read back as that text, by YAML 1.1 and 1.2."""

import json
from io import StringIO
from itertools import product
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from issue_scaffold.text.scalars import json_scalar, quoted, yaml_scalar

FRAMES = ("- {}\n", "k: {} # c\n", "{}: v\n", "[{}, x]\n", "{{{}: x}}\n", "{{k: {}}}\n", "[a, {}]\n")
TRAPS = (
    "12e3", "1e3", "0x1F", "0o17", "012", "0b1", "1_000", "1,000", "12:30", "1.5", ".5", "+1", "-1", ".inf", ".nan",
    "2024-01-01", "2001-12-14 21:59:43.10 -5", "2001-12-14t21:59:43Z", "yes", "No", "on", "OFF", "y", "N", "true",
    "Null", "~", "", " ", " a", "a ", "\ta", "a\t", "a\u00a0", "\u00a0", "a\nb", "\n", "a\n", "a\rb", "a: b", "a:",
    "a #b", "#a", "- a", "? a", "[a]", "{a}", "a, b",
    "it's", 'say "hi"', '"a"', "'a'", "back\\slash", "*a", "&a", "!a", "%a",
    "@a", "`a`", "|", ">", "=", "<<", "---", "...", "---a", ":sym", "a:b", "🔧 tool", "👩\u200d🔧", "\x85", "a\x85b",
    "\u2028",
    "\ufeff", "\x7f", "\x00", "\ufffe", "(a)", "中文", "٣", "é", "e\u0301",
)  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.text(
    "aeE0129xyno-:#,.'\"\\[]{}&*!|>%@`?~= \t\n\r\x85\u2028🔧", max_size=12
)


def one_one(text: str) -> Any:  # noqa: ANN401 - YAML's data
    return yaml.safe_load(text)


def one_two(text: str) -> Any:  # noqa: ANN401
    return YAML(typ="safe", pure=True).load(StringIO(text))


def first(data: Any) -> list[object]:  # noqa: ANN401
    return [*data, *data.values()] if isinstance(data, dict) else list(data)


def assert_is_read_back(value: str, style: str, frame: str) -> None:
    written = yaml_scalar(value, style, in_flow="[" in frame or "{{" in frame)
    assert "\n" not in written
    for read in (one_one, one_two):
        assert value in first(read(frame.format(written))), (written, frame)


@pytest.mark.parametrize("value", TRAPS)
def test_no_trap_changes_a_text(value: str) -> None:
    for frame, style in product(FRAMES, ("", "'", '"', "|", ">")):
        assert_is_read_back(value, style, frame)


@given(TEXT, st.sampled_from(("", "'", '"', "|", ">")), st.sampled_from(FRAMES))
@example("12e3", "", "[{}, x]\n")
def test_every_text_is_read_back(value: str, style: str, frame: str) -> None:
    assert_is_read_back(value, style, frame)


@given(TEXT)
def test_a_quoted_text_is_read_back_and_quoted(value: str) -> None:
    written = quoted(value)
    assert written[0] == written[-1]
    assert written[0] in "'\""
    assert one_one(written) == one_two(written) == value


@given(TEXT, st.booleans())
def test_json_is_read_back(value: str, ascii_only: bool) -> None:
    assert json.loads(json_scalar(value, ascii_only=ascii_only)) == value


@pytest.mark.parametrize("value", ["good first issue", "What's wrong?", "e.g. 1.2", "中文", "v1.2 (beta), or", "(a)"])
def test_what_no_reader_mistakes_stays_plain(value: str) -> None:
    assert yaml_scalar(value) == value


@pytest.mark.parametrize("value", ["1,000", "y", "N", "a\u00a0", "2024-01-01 x", "0o17"])
def test_what_another_reader_than_these_mistakes_is_quoted(value: str) -> None:
    """Psych reads commas in numbers, Go's reader `y`; a blank of any width at the end is easily lost."""
    assert yaml_scalar(value) == f'"{value}"'


@pytest.mark.parametrize("value", ["a:b", "a#b", "a]b"])
def test_what_looks_like_a_sign_of_brackets_is_quoted_in_them_only(value: str) -> None:
    assert yaml_scalar(value, in_flow=True) == f'"{value}"'
    assert yaml_scalar(value) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [("yes", '"yes"'), ('"a" b', "'\"a\" b'"), ("a\nb", '"a\\nb"'), ("\\d: x", "'\\d: x'"), ("🔧", '"🔧"')],
)
def test_the_marks_with_the_fewest_escapes_are_taken(value: str, written: str) -> None:
    assert yaml_scalar(value) == written
