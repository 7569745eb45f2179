"""Runs are taken back byte for byte, however many there were and whatever was edited in between."""

import json
import os
import stat
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import read_tree, write_tree

from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.files.rendering import File
from issue_scaffold.files.target_files import read_file
from issue_scaffold.sync.undo import UndoAction, UndoOptions, UndoOutcome, undo
from issue_scaffold.writing import past_runs as kept
from issue_scaffold.writing.journal_places import find_runs
from issue_scaffold.writing.staging import Change, Run, apply

PATHS = ("a", "b", "d/x", "d/y", "e/f/z")
RUN = Run(command="update")
Seen = dict[str, tuple[object, ...]]


def seen(root: Path) -> Seen:
    """Return what a user can notice of each file below a folder."""
    found: Seen = {}
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = (path.readlink(),)
        elif path.is_file():
            found[name] = (stat.S_IMODE(path.stat().st_mode), path.read_bytes())
    return found


def folders(root: Path) -> set[str]:
    """Return the folders below a folder."""
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_dir()}


def changes(root: Path, wanted: Mapping[str, File | None]) -> list[Change]:
    """Return what gives files these contents."""
    found = [Change(path=path, before=read_file(root, path), after=after) for path, after in wanted.items()]
    return [change for change in found if change.before != change.after]


def taken_back(root: Path) -> UndoOutcome:
    """Take back the last run."""
    return undo(UndoOptions(target=str(root)))


FILES = st.builds(
    File, content=st.sampled_from([b"", b"one\n", b"two\r\n", b"\0"]), executable=st.booleans(), link=st.none()
)
LINKS = st.sampled_from(PATHS[:2]).map(lambda aim: File(link=aim))
CONTENTS = st.none() | FILES | LINKS
RUNS = st.dictionaries(st.sampled_from(PATHS), CONTENTS, min_size=1)
EDITS = st.dictionaries(st.sampled_from(PATHS), st.none() | st.sampled_from([b"mine\n", b"one\n"]))
ROUNDS = st.lists(st.tuples(RUNS, EDITS | st.just({})), min_size=1, max_size=5)


def edit(root: Path, wanted: Mapping[str, bytes | None]) -> None:
    """Edit files as a user does."""
    for path, content in wanted.items():
        place = root / path
        if place.is_symlink() or (content is None and place.exists()):
            place.unlink()
        if content is not None:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


class Model:
    """What each run had found and left, by path."""

    def __init__(self, before: Seen, after: Seen) -> None:
        self.before, self.after = before, after
        self.paths = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        self.was_left = False

    def writes(self, now: Seen) -> set[str]:
        """Return the paths that can be taken back."""
        return {path for path in self.paths if now.get(path) == self.after.get(path)}

    def left(self, now: Seen) -> set[str]:
        """Return the paths that are neither as the run left them nor as it found them."""
        return {path for path in self.paths - self.writes(now) if now.get(path) != self.before.get(path)}


@settings(max_examples=40)
@given(ROUNDS)
def test_runs_and_edits(rounds: Sequence[tuple[Mapping[str, File | None], Mapping[str, bytes | None]]]) -> None:
    """What a run wrote and nobody touched is as it was before; everything else is as it is now."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write_tree(root, {"a": "first\n", "d/x": "x\n"})
        (root / "empty").mkdir()
        was_edited = any(edits for _, edits in rounds)
        if not was_edited:  # permissions alone don't make a file another one
            (root / "a").chmod(0o640)
        stack: list[Model] = []
        trees: list[set[str]] = []
        for wanted, edits in rounds:
            planned = changes(root, wanted)
            before, tree = seen(root), folders(root)
            apply(root, planned, run=RUN)
            if planned:
                stack.append(Model(before, seen(root)))
                trees.append(tree)
            edit(root, edits)
        while True:
            now = seen(root)
            model = next((one for one in reversed(stack) if not one.was_left or one.writes(now)), None)
            if model is None:
                break
            outcome = taken_back(root)
            left = model.left(now)
            wanted_now = {path: model.before.get(path, ()) for path in model.writes(now)}
            expected = {path: content for path, content in {**now, **wanted_now}.items() if content}
            assert seen(root) == expected
            assert {file.path for file in outcome.left} == left
            assert outcome.exit_code == (1 if left else 0)
            if not was_edited:
                assert folders(root) == trees[stack.index(model)]
            model.paths, model.was_left = left, True
            stack = [one for one in stack if one.paths]
        with pytest.raises(UsageError, match="nothing to undo"):
            taken_back(root)


def rewrite(root: Path, number: int) -> None:
    """Make a run that writes to one file."""
    apply(root, changes(root, {"a": File(content=str(number).encode())}), run=RUN)


def test_ten_runs_can_be_taken_back(tmp_path: Path) -> None:
    for number in range(13):
        rewrite(tmp_path, number)
    for number in range(11, 1, -1):
        taken_back(tmp_path)
        assert (tmp_path / "a").read_text() == str(number)
    with pytest.raises(UsageError):
        taken_back(tmp_path)


def test_large_runs_go_earlier_but_for_three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_MOST_BYTES", 10)
    for number in range(7):
        rewrite(tmp_path, number)
    for number in (5, 4, 3):
        taken_back(tmp_path)
        assert (tmp_path / "a").read_text() == str(number)
    with pytest.raises(UsageError):
        taken_back(tmp_path)


def test_a_clock_that_goes_back_changes_no_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, time in enumerate((5_000, 3_000, 4_000)):
        monkeypatch.setattr("time.time_ns", lambda time=time: time)
        rewrite(tmp_path, number)
    for number in (1, 0):
        taken_back(tmp_path)
        assert (tmp_path / "a").read_text() == str(number)


def test_permissions_that_a_user_has_set_since_stay(tmp_path: Path) -> None:
    """With the content of before; those that the run changed itself come back."""
    write_tree(tmp_path, {"a": "a", "b": "b"})
    for name in "ab":
        (tmp_path / name).chmod(0o644)
    apply(tmp_path, changes(tmp_path, {"a": File(content=b"A"), "b": File(content=b"b", executable=True)}), run=RUN)
    (tmp_path / "a").chmod(0o600)
    assert taken_back(tmp_path).exit_code == 0
    assert read_tree(tmp_path) == {"a": b"a", "b": b"b"}
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in "ab"] == [0o600, 0o644]


def record(root: Path) -> Path:
    """Return the folder of the one run that can be taken back."""
    (found,) = find_runs(root)
    return found


def outside(document: Any, path: str) -> None:  # noqa: ANN401 - JSON
    """Let a manifest name another path."""
    document["rows"][0]["path"] = path


FORGERIES: tuple[tuple[str, Callable[[Any], object]], ...] = (
    ("a path above", lambda document: outside(document, "../victim")),
    ("an absolute path", lambda document: outside(document, "/victim")),
    ("git's own folder", lambda document: outside(document, ".git/hooks/pre-commit")),
    ("no fingerprint", lambda document: document["rows"][0].update(before="- 00")),
    ("a mode that is none", lambda document: document["rows"][0].update(mode="0644")),
    ("an index entry of another file", lambda document: document["rows"][0].update(index_before=["100644 x 0\tb"])),
    ("another shape", lambda document: document.pop("run")),
    ("a number that is none", lambda document: document.update(run={**document["run"], "takes_back": "../x"})),
    ("a folder above", lambda document: document.update(made=["../victim"])),
)


@pytest.mark.parametrize(("what", "forge"), FORGERIES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_forged_record_is_refused(what: str, forge: Callable[[Any], object], tmp_path: Path) -> None:
    del what
    root = tmp_path / "root"
    write_tree(tmp_path, {"victim": "kept", "root/a": "one"})
    rewrite(root, 2)
    manifest = record(root) / "manifest.json"
    document = json.loads(manifest.read_text())
    forge(document)
    manifest.write_text(json.dumps(document))
    before = read_tree(tmp_path)
    with pytest.raises(ScaffoldError, match="not left by"):
        taken_back(root)
    assert read_tree(tmp_path) == before


def test_a_forged_link_leads_nowhere(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write_tree(tmp_path, {"victim": "kept", "root/a": "one"})
    rewrite(root, 2)
    manifest = record(root) / "manifest.json"
    document = json.loads(manifest.read_text())
    document["rows"][0]["before"] = "link ../victim"
    manifest.write_text(json.dumps(document))
    with pytest.raises(ScaffoldError):
        taken_back(root)
    assert not (root / "a").is_symlink()


def test_contents_that_are_damaged_are_not_put_in_place(tmp_path: Path) -> None:
    write_tree(tmp_path, {"a": "one", "b": "one"})
    apply(tmp_path, changes(tmp_path, {"a": File(content=b"A"), "b": File(content=b"B")}), run=RUN)
    (record(tmp_path) / "0000.old").write_bytes(b"evil")
    outcome = taken_back(tmp_path)
    assert [(file.path, file.reason) for file in outcome.left] == [("a", "what it was is damaged or gone")]
    assert read_tree(tmp_path) == {"a": b"A", "b": b"one"}


def test_a_link_in_the_place_of_the_records_is_not_believed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write_tree(root, {"a": "one"})
    rewrite(root, 2)
    folder = record(root).parent
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="nothing to undo"):
        taken_back(root)


def test_another_folder_at_the_same_path_has_nothing_to_undo(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write_tree(root, {"a": "one"})
    rewrite(root, 2)
    root.rename(tmp_path / "moved")
    write_tree(root, {"a": "2"})
    with pytest.raises(UsageError, match="nothing to undo"):
        taken_back(root)
    assert read_tree(root) == {"a": b"2"}


def test_a_run_without_a_command_is_not_kept(tmp_path: Path) -> None:
    apply(tmp_path, changes(tmp_path, {"a": File(content=b"a report")}))
    with pytest.raises(UsageError, match="nothing to undo"):
        taken_back(tmp_path)


def test_a_folder_that_turned_into_a_link_is_left(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write_tree(tmp_path, {"root/d/x": "one", "root/a": "one"})
    apply(root, changes(root, {"d/x": File(content=b"two"), "a": File(content=b"two")}), run=RUN)
    (root / "d").rename(root / "real")
    (root / "d").symlink_to("real")
    outcome = taken_back(root)
    assert [(file.path, file.action) for file in outcome.files] == [
        ("a", UndoAction.RESTORE), ("d/x", UndoAction.LEFT),
    ]  # fmt: skip
    assert (root / "real/x").read_text() == "two"


def test_the_folder_that_the_user_is_in_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "new"
    apply(root, [Change(path="a", before=None, after=File(content=b"a"))], run=RUN)
    monkeypatch.chdir(root)
    assert taken_back(root).exit_code == 0
    assert os.listdir(root) == []  # noqa: PTH208
