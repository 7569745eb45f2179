"""What is said of a file that differs."""

import pytest

from issue_scaffold.files.rendering import File, count_conflicts
from issue_scaffold.report.finding import Kind, Severity
from issue_scaffold.sync.drift import (
    Remedy,
    conflict,
    missing,
    modified,
    modified_by_meaning,
    outdated,
    unified_diff,
    unmerged,
)
from issue_scaffold.text.by_meaning import Difference

HERE = Remedy(".")


def file(text: str, *, executable: bool = False) -> File:
    """Return a file with this text."""
    return File(content=text.encode(), executable=executable)


@pytest.mark.parametrize(
    ("wanted", "found", "message", "line"),
    [
        (file("a\nb\nc\n"), file("a\nB\nc\n"), "1 line differs from the template", 2),
        (file("a\nb\nc\n"), file("a\nc\n"), "1 line differs from the template", 2),
        (file("a\n"), file("a\nb\nc\n"), "2 lines differ from the template", 2),
        (file("a\nb\n"), file(""), "2 lines differ from the template", 1),
        (file("a\nb\n"), file("a\n"), "1 line differs from the template", 1),
        (file("a\n"), file("a"), "only its last line break differs from the template", 1),
        (file("a"), file("a\n"), "only its last line break differs from the template", 1),
        (file("a\nb\nc\nd\ne\n"), file("a\nB\nc\nd\nE\n"), "2 lines differ from the template", 2),
        (file("a\nb\nc\nd\n"), file("a\n"), "3 lines differ from the template", 1),
        (file("a\0"), file("b\0"), "its bytes differ from the template's", None),
        (file("a"), file("b\0"), "its bytes differ from the template's", None),
        (file("a\0"), file("b"), "its bytes differ from the template's", None),
        (file("a", executable=True), file("a"), "is not executable; in the template it is", None),
        (file("a"), file("a", executable=True), "is executable; in the template it is not", None),
        (File(link="x"), file("a"), "is a file; the template has a symlink to x", None),
        (file("a"), File(link="y"), "is a symlink to y; the template has a file", None),
        (File(link="x"), File(link="y"), "is a symlink to y; the template has a symlink to x", None),
    ],
)
def test_the_message_and_the_place(wanted: File, found: File, message: str, line: int | None) -> None:
    finding = modified("p", wanted, found, HERE, with_diff=False)
    assert (finding.message, finding.line, finding.diff) == (message, line, None)
    assert (finding.kind, finding.severity, finding.path) == (Kind.MODIFIED, Severity.ERROR, "p")


@pytest.mark.parametrize(
    ("target", "path", "update", "restore", "accept"),
    [
        (".", "a.md", "scaffold update", "scaffold update --restore a.md", "scaffold accept a.md --reason"),
        ("x", "a.md", "scaffold update x", "scaffold update x --restore a.md", "scaffold accept x/a.md --reason"),
        ("x/", "a b.md", "scaffold update x/", "scaffold update x/ --restore 'a b.md'", "scaffold accept 'x/a b.md' "),
        ("+x", "a.md", "scaffold update +x", "scaffold update +x --restore a.md", "scaffold accept +x/a.md --reason"),
        ("/it's", "a", "scaffold update '/it'\"'\"'s'", "--restore a", "scaffold accept '/it'\"'\"'s/a'"),
    ],
)
def test_remedies_can_be_typed(target: str, path: str, update: str, restore: str, accept: str) -> None:
    remedy = Remedy(target)
    assert (outdated("f", "1", "2", remedy).hint or "").endswith(update)
    assert restore in (missing(path, remedy).hint or "")
    assert accept in (missing(path, remedy).hint or "")


def test_the_place_of_a_difference_and_of_a_conflict() -> None:
    found = modified("p", file("a\n"), file("b\n"), HERE, with_diff=True)
    assert (found.line, found.column, found.diff) == (1, 1, unified_diff("p", file("a\n"), file("b\n")))
    assert modified("p", file("a\0"), file("b\0"), HERE, with_diff=True).column is None
    marked = conflict("a b", b"one\ntwo\n<<<<<<< yours\n")
    assert (marked.line, marked.column, marked.hint) == (3, 1, "edit the marked lines, then: git add 'a b'")
    assert conflict("p", b"=======\n").line == 1
    assert unmerged("a b").hint == "resolve it, then: git add 'a b'"


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_first_of_the_differences_by_meaning_carries_the_diff(count: int) -> None:
    differences = [Difference(message=f"{number}", line=number, column=2) for number in range(1, count + 1)]
    expected, actual = file("a\n"), file("b\n")
    found = modified_by_meaning("p", differences, expected, actual, HERE, with_diff=True)
    assert [(one.message, one.line, one.column) for one in found] == [("1", 1, 2), ("2", 2, 2)][:count]
    assert [one.diff for one in found] == [unified_diff("p", expected, actual), None][:count]
    assert all(
        one.diff is None for one in modified_by_meaning("p", differences, expected, actual, HERE, with_diff=False)
    )


def test_how_many_lines_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the product of their numbers: beyond the limit nothing is compared, and no diff is made."""
    monkeypatch.setattr("issue_scaffold.text.diffs._MOST_PAIRS", 12)
    three, four = file("1\n2\n3\n"), file("1\n2\n3\n4\n")
    assert modified("p", three, four, HERE, with_diff=True).message == "1 line differs from the template"
    assert unified_diff("p", three, four)
    five = file("1\n2\n3\n4\n5\n")
    assert modified("p", three, five, HERE, with_diff=True).message == "its 5 lines are not the 3 of the template"
    assert modified("p", three, five, HERE, with_diff=True).diff == ""
    assert unified_diff("p", five, file("1\n"))


@pytest.mark.parametrize(("pairs", "count"), [(252 * 253, 3), (252 * 253 - 1, 253)])
def test_lines_that_stand_there_over_and_over(pairs: int, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are compared up to a number of pairs; beyond it they are passed over, which takes no time."""
    monkeypatch.setattr("issue_scaffold.text.diffs._EXACT_PAIRS", pairs)
    left, right = "a\n" + "same\n" * 250 + "b\n", "c\n" + "same\n" * 251 + "d\n"
    found = modified("p", file(left), file(right), HERE, with_diff=False)
    assert found.message == f"{count} lines differ from the template"


def test_diffs() -> None:
    assert unified_diff("p", file("a\r\nb\r\n"), file("a\nc\n")) == "--- a/p\n+++ b/p\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    assert unified_diff("p", None, file("a")) == (
        "--- /dev/null\n+++ b/p\n@@ -0,0 +1 @@\n+a\n\\ No newline at end of file\n"
    )
    assert unified_diff("p", file("a\n"), None).startswith("--- a/p\n+++ /dev/null\n")
    assert unified_diff("p", file("a\0"), file("b")) == ""
    assert unified_diff("p", file("a\n"), file("a\n")) == ""


CONFLICT = b"a\n<<<<<<< yours\nx\n=======\ny\n>>>>>>> theirs\n"


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b"", 0),
        (CONFLICT, 1),
        (CONFLICT.replace(b"\n", b"\r\n"), 1),
        (CONFLICT + CONFLICT, 2),
        (CONFLICT.replace(b"=======", b"||||||| base\nb\n======="), 1),
        (b"Title\n=======\n", 0),
        (b"<<<<<<< a\n>>>>>>> b\n", 0),
        (b">>>>>>> b\n=======\n<<<<<<< a\n", 0),
        (b"<<<<<<<a\n=======\n>>>>>>>b\n", 0),
        (b" <<<<<<< a\n=======\n>>>>>>> b\n", 0),
        (b"<<<<<<< a\n========\n>>>>>>> b\n", 0),
    ],
)
def test_conflict_markers(content: bytes, count: int) -> None:
    assert count_conflicts(content) == count


def test_a_conflict_has_a_place() -> None:
    finding = conflict("a b.md", CONFLICT)
    assert (finding.kind, finding.line, finding.column) == (Kind.CONFLICT, 2, 1)
    assert "git add 'a b.md'" in (finding.hint or "")
