"""The three-way merge as a pure function: one file's cases, renames, and what holds for every input."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issue_scaffold.files.rendering import File, Rendering, to_lf
from issue_scaffold.sync.merge import Tools, find_renames, merge_file, plan_merge, shared_lines
from issue_scaffold.sync.plan import FileAction, FilePlan
from issue_scaffold.text.by_meaning import MeaningMerge

ANSWERS = ".answers.yml"


def merge_lines(base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, bool]:
    """Merge for tests: both sides' additions in a row, a conflict when a line of the base is gone on both."""
    return (ours + theirs, False) if base in ours and base in theirs else (b"<" + ours + b"=" + theirs + b">", True)


TOOLS = Tools(
    text=merge_lines,
    meaning=lambda *_: None,
    same_answers=lambda one, other: one == other,
    is_reformatted=lambda *_: False,
)


def file(text: str | None, *, executable: bool = False) -> File | None:
    """Return a file with this text; None for none."""
    return None if text is None else File(content=text.encode(), executable=executable)


def rendering(files: Mapping[str, str], once: tuple[str, ...] = ()) -> Rendering:
    """Return a rendering of these texts and an answers file."""
    contents = {path: File(content=text.encode()) for path, text in files.items()}
    return Rendering(
        source="s", version="v", answers_file=ANSWERS, answers={}, files=contents | {ANSWERS: File(content=b"a: 1\n")},
        write_once=frozenset(once),
    )  # fmt: skip


def result(plan: FilePlan, ours: Mapping[str, File]) -> dict[str, File]:
    """Return the files of a target after a plan."""
    after = dict(ours)
    for step in plan.writes:
        after.pop(step.path, None)
        if step.after is not None:
            after[step.path] = step.after
    return after


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "action", "after"),
    [
        (None, None, "t", FileAction.NEW, "t"),
        (None, "t", "t", FileAction.UNCHANGED, "t"),
        (None, "t\r\n", "t\n", FileAction.UNCHANGED, "t\r\n"),
        ("b", "b", "b", FileAction.UNCHANGED, "b"),
        ("b", "b", "t", FileAction.CLEAN, "t"),
        ("b", "o", "b", FileAction.KEPT, "o"),
        ("b", "t", "t", FileAction.UNCHANGED, "t"),
        ("b", None, "b", FileAction.KEPT, None),
        ("b", None, "t", FileAction.KEPT, None),
        ("b", None, None, FileAction.UNCHANGED, None),
        ("b", "b", None, FileAction.DELETE, None),
        ("b", "o", None, FileAction.KEPT, "o"),
        ("b\n", "b\no\n", "b\nt\n", FileAction.MERGE, "b\no\nb\nt\n"),
        ("b\n", "o\n", "t\n", FileAction.CONFLICT, "<o\n=t\n>"),
        ("b\0", "o\0", "t\0", FileAction.CONFLICT, "o\0"),
        ("b\n", "o\n", "t\0", FileAction.CONFLICT, "o\n"),
        ("b\0", "b\0", "t\0", FileAction.CLEAN, "t\0"),
        ("b\n", "b\r\n", "t\n", FileAction.CLEAN, "t\r\n"),
        ("b\r\n", "b\r\n", "t\r\n", FileAction.CLEAN, "t\r\n"),
        ("b\r\n", "b\n", "t\r\n", FileAction.CLEAN, "t\n"),
        ("b\r\n", "b\r\n", "t\n", FileAction.CLEAN, "t\n"),
    ],
)
def test_one_file(
    base: str | None, ours: str | None, theirs: str | None, action: FileAction, after: str | None
) -> None:
    step = merge_file("a", file(base), file(ours), file(theirs), TOOLS)
    assert (step.action, step.after) == (action, file(after))
    assert step.writes == (file(ours) != file(after))


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "reason"),
    [
        ("b", None, "b", "you deleted it"),
        ("b", "o", "b", "your changes; the template didn't change it"),
        ("b", None, "t", "you deleted it; the template changed it"),
        ("b", "o", None, "the template removed it, but you changed it"),
        ("b", "b", None, "the template removed it"),
        ("b\n", "o\n", "t\n", "both sides changed the same lines"),
        ("b\0", "o\0", "t\0", "not text, changed on both sides; yours is kept"),
    ],
)
def test_the_reason_of_one_file(base: str | None, ours: str | None, theirs: str | None, reason: str) -> None:
    assert merge_file("a", file(base), file(ours), file(theirs), TOOLS).reason == reason


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [(False, False, True, True), (True, False, True, False), (False, True, False, True), (False, True, True, True)],
)
def test_the_executable_bit_is_merged_like_content(base: bool, ours: bool, theirs: bool, wanted: bool) -> None:
    step = merge_file(
        "a",
        file("b\n", executable=base), file("b\no\n", executable=ours), file("b\nt\n", executable=theirs),
        TOOLS,
    )  # fmt: skip
    assert step.after is not None
    assert step.after.executable is wanted


def test_meaning_goes_before_lines() -> None:
    tools = Tools(
        text=merge_lines,
        meaning=lambda _path, base, ours, theirs: MeaningMerge(text=f"{base}{ours}{theirs}", notes=("n",)),
        same_answers=TOOLS.same_answers,
        is_reformatted=TOOLS.is_reformatted,
    )
    step = merge_file("a", file("b"), file("o"), file("t"), tools)
    assert (step.action, step.after, step.by_meaning, step.notes) == (FileAction.MERGE, file("bot"), True, ("n",))
    adopted = merge_file("a", None, file("o"), file("t"), tools)
    assert adopted.after == file("Noneot")


def test_what_the_user_has_by_its_meaning_already_is_kept() -> None:
    tools = Tools(
        text=merge_lines,
        meaning=lambda _path, _base, ours, _theirs: MeaningMerge(text=ours, notes=("n",)),
        same_answers=TOOLS.same_answers,
        is_reformatted=TOOLS.is_reformatted,
    )
    for ours in ("o", "z"):
        step = merge_file("a", file("b"), file(ours), file("t"), tools)
        assert (step.action, step.after, step.by_meaning, step.notes) == (FileAction.KEPT, file(ours), True, ("n",))


def test_what_is_merged_into_text_that_has_it_all_is_kept() -> None:
    tools = Tools(
        text=lambda *_: (b"o\n", False),
        meaning=TOOLS.meaning,
        same_answers=TOOLS.same_answers,
        is_reformatted=TOOLS.is_reformatted,
    )
    step = merge_file("a", file("b\n"), file("o\n"), file("t\n"), tools)
    assert (step.action, step.after, step.reason) == (FileAction.KEPT, file("o\n"), "it has all that the template has")
    by_meaning = Tools(
        text=merge_lines,
        meaning=lambda *_: MeaningMerge(text="z"),
        same_answers=TOOLS.same_answers,
        is_reformatted=TOOLS.is_reformatted,
    )
    assert merge_file("a", file("b"), file("o"), file("t"), by_meaning).action is FileAction.MERGE


def test_a_name_before_the_answers_file_is_a_file_like_others() -> None:
    old, new = rendering({"!a": "b\n"}), rendering({"!a": "t\n"})
    step = next(one for one in plan_merge(old, {"!a": File(content=b"o\n")}, new, TOOLS).steps if one.path == "!a")
    assert step.action is FileAction.CONFLICT


def test_what_is_no_utf_8_is_merged_by_its_lines() -> None:
    """Nobody is asked what it means."""

    def never(*_: object) -> MeaningMerge:
        raise AssertionError

    tools = Tools(text=merge_lines, meaning=never, same_answers=TOOLS.same_answers, is_reformatted=TOOLS.is_reformatted)
    base, ours, theirs = (File(content=content) for content in (b"\xff\n", b"\xff\no\n", b"\xff\nt\n"))
    step = merge_file("a", base, ours, theirs, tools)
    assert (step.action, step.after) == (FileAction.MERGE, File(content=b"\xff\no\n\xff\nt\n"))


def test_a_change_of_the_bit_alone_is_taken_where_both_have_the_content() -> None:
    step = merge_file("a", file("b\n"), file("t\r\n"), file("t\n", executable=True), TOOLS)
    assert (step.action, step.after) == (FileAction.CLEAN, file("t\r\n", executable=True))
    without_base = merge_file("a", None, file("t\n"), file("t\n", executable=True), TOOLS)
    assert (without_base.action, without_base.after) == (FileAction.MERGE, file("t\nt\n", executable=True))


def test_line_ends_are_those_of_texts_alone() -> None:
    step = merge_file("a", file("b\n"), file("b\r\n"), file("t\0\n"), TOOLS)
    assert (step.action, step.after) == (FileAction.CLEAN, file("t\0\n"))


@pytest.mark.parametrize(
    ("ours", "action", "reason"),
    [
        ("b\n", FileAction.NEW, "renamed from old"),
        ("b\no\n", FileAction.MERGE, "renamed from old"),
        ("o\n", FileAction.CONFLICT, "both sides changed the same lines"),
    ],
)
def test_what_is_said_of_a_renamed_file(ours: str, action: FileAction, reason: str) -> None:
    lines = numbered(0, 20)
    old, new = rendering({"old": "b\n" + lines}), rendering({"new": "b\n" + lines + "t\n"})
    mine = File(content=(lines + ours if action is FileAction.CONFLICT else ours + lines).encode())

    def merge(base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, bool]:
        return ours + theirs, not ours.startswith(b"b") or base == ours

    tools = Tools(
        text=merge, meaning=TOOLS.meaning, same_answers=TOOLS.same_answers, is_reformatted=TOOLS.is_reformatted
    )
    step = next(step for step in plan_merge(old, {"old": mine}, new, tools).steps if step.path == "new")
    assert (step.action, step.reason, step.moved) == (action, reason, mine)


def test_a_file_of_before_that_was_written_once_and_is_gone_stays_gone() -> None:
    before = rendering({"once": "b\n"}, once=("once",))
    for ours, action in ((None, FileAction.UNCHANGED), (File(content=b"mine"), FileAction.KEPT)):
        target = {} if ours is None else {"once": ours}
        step = next(one for one in plan_merge(before, target, rendering({}), TOOLS).steps if one.path == "once")
        assert (step.action, step.after) == (action, ours)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [("a\nb\n", "b\n", "b\n"), ("a\nb\nc\n", "b\nc\n", "b\nc\n"), ("a\n", "a", ""), ("a", "a\n", ""), ("a", "a", "a")],
)
def test_shared_lines_are_whole_ones(one: str, other: str, shared: str) -> None:
    assert shared_lines(one.encode(), other.encode()) == shared.encode()


def test_lines_that_stand_there_over_and_over_count() -> None:
    """For a shared base and for a rename alike, however many they are."""
    one, other = "a\n" + "same\n" * 250 + "b\n", "c\n" + "same\n" * 250 + "d\n"
    assert shared_lines(one.encode(), other.encode()) == b"same\n" * 250
    assert find_renames(rendering({"a": one}).files, rendering({"b": other}).files) == {"a": "b"}


def numbered(first: int, last: int) -> str:
    """Return a text of numbered lines."""
    return "".join(f"{number}\n" for number in range(first, last))


def test_renames_are_found_by_likeness() -> None:
    long = numbered(0, 20)
    old = {"a": long, "b": "x\n" + long, "c": "short\n", "stays": long}
    new = {"stays": long, "moved": "y\n" + long, "other": "z\n"}
    assert find_renames(rendering(old).files, rendering(new).files) == {"a": "moved"}, "the liker one alone"
    assert find_renames(rendering({"a": ""}).files, rendering({"b": ""}).files) == {"a": "b"}
    assert find_renames(rendering({"a": "1\n"}).files, rendering({"b": "2\n"}).files) == {}


def test_of_two_new_names_the_liker_one_is_taken_wherever_it_stands() -> None:
    text = numbered(0, 20)
    liker, less_alike = text + "more\n", text + "much\nmuch\nmore\n"
    for new in ({"first": less_alike, "second": liker}, {"second": less_alike, "first": liker}):
        (name,) = (path for path, content in new.items() if content == liker)
        assert find_renames(rendering({"a": text}).files, rendering(new).files) == {"a": name}


@pytest.mark.parametrize(("shared", "is_rename"), [(10, True), (9, False), (11, True), (20, True), (0, False)])
def test_half_alike_is_a_rename(shared: int, is_rename: bool) -> None:
    """As git says it: similarity index 50 %."""
    before, after = numbered(0, 20), numbered(0, shared) + numbered(100, 120 - shared)
    renames = find_renames(rendering({"a": before}).files, rendering({"b": after}).files)
    assert renames == ({"a": "b"} if is_rename else {})


def test_what_two_old_files_become_is_one_of_them_and_the_other_goes() -> None:
    """The user's edit moves along with the liker one; the other one is deleted, as nobody touched it."""
    long = numbered(0, 20)
    old = rendering({"a": long, "b": "x\n" + long})
    new = rendering({"moved": long + "more\n"})
    ours = {path: file for path, file in old.files.items() if path != "a"} | {
        "a": File(content=f"{long}mine\n".encode())
    }
    steps = {step.path: step for step in plan_merge(old, ours, new, TOOLS).steps}
    assert steps["moved"].moved_from == "a"
    assert steps["a"].reason == "the template renamed it to moved"
    assert (steps["b"].action, steps["b"].reason) == (FileAction.DELETE, "the template removed it")
    edited_other = ours | {"b": File(content=b"mine too\n")}
    steps = {step.path: step for step in plan_merge(old, edited_other, new, TOOLS).steps}
    assert (steps["b"].action, steps["b"].after) == (FileAction.KEPT, edited_other["b"])


def test_write_once() -> None:
    theirs = rendering({"once": "t\n", "a": "a\n"}, once=("once",))
    ours = {"once": File(content=b"mine\n")}
    step = next(step for step in plan_merge(None, ours, theirs, TOOLS).steps if step.path == "once")
    assert not step.writes
    managed_before = rendering({"once": "b\n", "a": "a\n"})
    step = next(step for step in plan_merge(managed_before, ours, theirs, TOOLS).steps if step.path == "once")
    assert not step.writes
    once_before, managed_now = rendering({"once": "b\n"}, once=("once",)), rendering({"once": "t\n"})
    step = next(step for step in plan_merge(once_before, ours, managed_now, TOOLS).steps if step.path == "once")
    assert not step.writes


def test_deletions_come_first_and_the_answers_file_last() -> None:
    plan = plan_merge(
        rendering({"b": "1\n2\n3\n", "z": "gone\n"}),
        dict(rendering({"b": "1\n2\n3\n", "z": "gone\n"}).files) | {ANSWERS: File(content=b"old: 1\n")},
        rendering({"a": "new", "b": "4\n"}),
        TOOLS,
    )
    assert [step.path for step in plan.writes] == ["z", "a", "b", ANSWERS]
    assert [step.path for step in plan.steps] == sorted(step.path for step in plan.steps)


TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\r\n", "\0"]), max_size=4).map("".join)
TREES = st.dictionaries(st.sampled_from(["a", "b", "d/c", "d/e"]), TEXTS, max_size=4)


@given(base=TREES, ours=TREES, theirs=TREES)
def test_whatever_happens(base: dict[str, str], ours: dict[str, str], theirs: dict[str, str]) -> None:
    """Nothing of the user's is lost, nothing of others is touched, and a second run has nothing to do."""
    old, new = rendering(base), rendering(theirs)
    target = {path: File(content=text.encode()) for path, text in ours.items()} | {ANSWERS: old.files[ANSWERS]}
    mine = {path: content for path, content in target.items() if path in {*old.files, *new.files}}
    plan = plan_merge(old, mine, new, TOOLS)
    after = result(plan, mine)
    renames = find_renames(old.files, new.files)
    for path, content in mine.items():
        if not content.same_as(old.files.get(path)) and path != ANSWERS:
            kept = after.get(path) or after.get(renames.get(path, ""))
            assert kept is not None, "an edited file is never deleted"
            assert to_lf(content.content) in to_lf(kept.content) or kept.content == content.content
    for path, content in new.files.items():
        if path not in old.files and path not in mine and path not in renames.values():
            assert after[path] == content, "what is new comes"
    again = plan_merge(new, {path: content for path, content in after.items() if path in new.files}, new, TOOLS)
    assert not again.writes


@given(files=TREES)
def test_an_untouched_target_becomes_the_new_rendering(files: dict[str, str]) -> None:
    old = rendering({"a": "1\n", "b": "x\n" * 5, "gone": "g\n"})
    new = rendering(files)
    assert result(plan_merge(old, dict(old.files), new, TOOLS), dict(old.files)).keys() == new.files.keys()


@given(one=TEXTS, other=TEXTS)
def test_the_base_of_files_without_one(one: str, other: str) -> None:
    left, right = one.encode().splitlines(keepends=True), other.encode().splitlines(keepends=True)
    for side in (left, right):
        rest = iter(side)
        assert all(line in rest for line in shared_lines(one.encode(), other.encode()).splitlines(keepends=True))
