"""The difference of a text that was accepted: it stands through edits elsewhere, and for nothing else."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from issue_scaffold.files.rendering import File
from issue_scaffold.git.command import merge_text
from issue_scaffold.settings.file import Accepted
from issue_scaffold.sync.deviation import follow_template, judge
from issue_scaffold.sync.meaning import ComparedFile
from issue_scaffold.sync.text_difference import describe, standing

BASE = "".join(f"line {number}\n" for number in range(12))


def file(text: str, *, executable: bool = False) -> File:
    """Return a file of that text."""
    return File(content=text.encode(), executable=executable)


def record(expected: str, actual: str) -> str:
    """Return what is recorded of a difference."""
    found = describe(file(expected), file(actual))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("accepted", "now", "left"),
    [
        (BASE + "own\n", BASE + "own\nmore\n", BASE + "own\n"),
        (BASE + "own\n", BASE + "before\nown\n", BASE + "own\n"),
        ("own\n" + BASE, "own\n" + BASE + "end\n", "own\n" + BASE),
        (BASE.replace("line 3", "mine"), BASE.replace("line 3", "mine").replace("line 4", "x"), None),
        (BASE.replace("line 3\n", ""), BASE.replace("line 3\n", "").replace("line 9", "x"), None),
        (BASE.replace("line 3\n", ""), BASE.replace("line 3\nline 4", "x"), None),
        (BASE.replace("line 3\n", ""), BASE + "x\n", BASE),
        (BASE.replace("line 3", "mine"), BASE.replace("line 3", "other"), BASE),
        (BASE.replace("line 3", "mine"), BASE.replace("line 8", "mine"), BASE),
        (BASE[:-1], BASE[:-1].replace("line 1\n", "x\n"), None),
        (BASE.replace("\n", "\r\n").replace("line 3", "mine"), BASE.replace("line 3", "mine") + "x\n", None),
    ],
)  # fmt: skip
def test_what_was_accepted_stands_while_it_is_there(accepted: str, now: str, left: str | None) -> None:
    """`left` is the text to compare with then; None for that which was accepted."""
    found = standing(file(BASE), file(now), record(BASE, accepted))
    wanted = accepted if left is None else left
    assert found.file.content.decode() == wanted.replace("\r\n", "\n")
    assert bool(found.held) == (wanted != BASE)


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n", "\n", "- x\n"]), max_size=14)


@given(LINES, LINES)
def test_a_record_stands_for_the_whole_difference(expected: list[str], actual: list[str]) -> None:
    left, right = file("".join(expected)), file("".join(actual))
    found = standing(left, right, record("".join(expected), "".join(actual)))
    assert found.file.content == right.content
    assert found.fallen == 0


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str, str]:
    """Return a text, an edit of it, and that edit with another one of other lines."""
    base = [f"line {number}\n" for number in range(draw(st.integers(2, 16)))]
    places = draw(st.lists(st.integers(0, len(base) - 1), min_size=2, max_size=5, unique=True))
    rows = {place: draw(st.sampled_from(["", "own {}\n", "own {}\nline {}\n", "own {}\nown {}\n"])) for place in places}
    split = draw(st.integers(1, len(places) - 1))
    first = {place: rows[place] for place in places[:split]}

    def text(edits: dict[int, str]) -> str:
        return "".join(edits.get(place, "line {}\n").replace("{}", str(place)) for place in range(len(base)))

    return text({}), text(first), text(rows)


@given(edited())
def test_it_stands_through_edits_of_other_lines(case: tuple[str, str, str]) -> None:
    base, accepted, now = case
    assume(now != accepted)
    found = standing(file(base), file(now), record(base, accepted))
    assert found.file.content == file(accepted).content
    assert found.fallen == 0


@given(LINES, LINES, LINES)
def test_it_never_stands_for_what_was_not_accepted(base: list[str], accepted: list[str], now: list[str]) -> None:
    """The text to compare with is the template's, but for lines that both have."""
    left, right = file("".join(base)), file("".join(now))
    found = standing(left, right, record("".join(base), "".join(accepted)))
    if found.file.content == right.content and found.file != left:
        assert right.content in (left.content, file("".join(accepted)).content) or found.held
    if found.held == 0:
        assert found.file == left


def test_the_template_may_have_moved_it() -> None:
    accepted = record(BASE, BASE.replace("line 6", "mine"))
    moved = "new\nnewer\n" + BASE
    found = standing(file(moved), file(moved.replace("line 6", "mine")), accepted)
    assert found.file.content.decode() == moved.replace("line 6", "mine")


def test_a_mode_is_part_of_it() -> None:
    mode = describe(file(BASE), file(BASE, executable=True))
    assert mode == "executable"
    assert standing(file(BASE), file(BASE + "x\n", executable=True), mode).file == file(BASE, executable=True)
    assert standing(file(BASE, executable=True), file(BASE), mode).fallen == 1


@pytest.mark.parametrize("text", ["", "nonsense", "1,1:0:0:0", f"99999,5:{'0' * 16}::{'0' * 32}"])
def test_a_record_that_says_nothing_stands_for_nothing(text: str) -> None:
    assert standing(file(BASE), file(BASE + "x\n"), text).file == file(BASE)


def test_what_is_no_text_has_no_record() -> None:
    assert describe(file(BASE), File(content=b"\0")) is None
    assert describe(file(BASE), File(link="a")) is None


def joined(base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, bool]:
    """Merge as git does."""
    return merge_text(base, ours, theirs, ("a", "b", "c"))


@settings(max_examples=25)
@given(st.data())
def test_what_is_accepted_stays_so_through_updates(data: st.DataObject) -> None:
    """Through edits elsewhere and clean merges; and each new edit is drift of its own."""
    base = [f"line {number}\n" for number in range(24)]
    places = data.draw(st.lists(st.integers(0, 7), min_size=3, max_size=3, unique=True))
    accepted, later, new = (3 * place for place in places)

    def text(*edits: tuple[int, str]) -> File:
        rows = dict(edits)
        return file("".join(rows.get(place, line) for place, line in enumerate(base)))

    what = [data.draw(st.sampled_from(["", "own\n", "own\nline\n"])) for _ in range(2)]
    changed = data.draw(st.sampled_from(["", "theirs\n", "line\ntheirs\n"]))
    ours, theirs = text((accepted, what[0]), (later, what[1])), text((new, changed))
    alone = describe(text(), text((accepted, what[0])))
    entries = follow_template(
        [Accepted("a", None, "why", None, alone)], base=text(), ours=ours, theirs=theirs, merge=joined
    )
    merged, conflicted = joined(text().content, ours.content, theirs.content)
    assume(not conflicted)
    judged = judge(ComparedFile("a", theirs, File(content=merged), None), entries)
    assert [part.reason for part in judged.accepted] == ["why"]
    assert judged.expected == text((accepted, what[0]), (new, changed))
    assert judged.expected.content != merged
