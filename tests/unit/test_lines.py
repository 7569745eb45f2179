"""Where lines begin and end, which break a text has, and what a diff of two texts shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issue_scaffold.text import lines
from issue_scaffold.text.diffs import text_diff
from issue_scaffold.text.edits import apply_edits, insert_line, insert_lines
from issue_scaffold.text.source import Source

TEXT = st.text(st.sampled_from("ab\r\n\x85\u2028🔧"), max_size=20)


@given(TEXT, st.data())
def test_a_source_and_the_functions_say_the_same_of_every_place(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    source = Source("x", text)
    assert lines.line_start(text, at) == source.line_start(at)
    assert lines.position(text, at) == source.position(at)
    assert lines.column(text, at) == source.position(at)[1] - 1


@given(TEXT, st.data())
def test_a_line_ends_before_its_break(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    end, following = lines.line_end(text, at), lines.next_line(text, at)
    assert text[end:following] in {"\n", "\r\n", ""}
    assert not text[at:end].endswith("\r") or following == len(text)
    assert following == len(text) or text[following - 1] == "\n"
    assert "\n" not in text[at:end]


@given(TEXT)
def test_lines_make_up_the_text_and_end_at_line_feeds(text: str) -> None:
    rows = lines.split_lines(text)
    assert "".join(rows) == text
    assert all(row.index("\n") == len(row) - 1 for row in rows[:-1])


@pytest.mark.parametrize(
    ("text", "ending"),
    [("", "\n"), ("a", "\n"), ("a\nb\r\nc\n", "\n"), ("a\r\nb\r\nc\n", "\r\n"), ("a\r\nb\n", "\n"), ("a\rb", "\n")],
)
def test_an_inserted_line_takes_the_break_that_most_lines_have(text: str, ending: str) -> None:
    assert lines.newline(text) == ending
    assert apply_edits(text, [insert_lines(text, 0, ["x", "y"])]) == f"x{ending}y{ending}{text}"
    assert insert_line(Source("x", text), 0, "x").text == f"x{ending}"


def test_a_diff_tells_an_unfinished_line_from_a_sign_that_breaks_no_line() -> None:
    assert text_diff("a\x0cb\n", "a\x0cc\n", "a/x", "b/x") == "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\x0cb\n+a\x0cc\n"
    assert text_diff("a", "b\n", "a/x", "b/x").splitlines()[3:] == ["-a", "\\ No newline at end of file", "+b"]
    assert text_diff("a\n", "a\n", "a/x", "b/x") == ""
