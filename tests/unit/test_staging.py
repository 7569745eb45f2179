"""Writing to a target: all or nothing, in order, and nothing of the staging left."""

import errno
import os
import shutil
from pathlib import Path

import pytest
from tests.conftest import read_tree, write_tree

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.rendering import File
from issue_scaffold.writing.journal import Run
from issue_scaffold.writing.journal_places import find_runs, make_journal_folder
from issue_scaffold.writing.pending import is_pending
from issue_scaffold.writing.staging import Applied, Change, Recovery, apply, recover

ANSWERS = ".answers.yml"


def left_in_state() -> list[Path]:
    """Return the journals that are left."""
    return list(Path(os.environ["SCAFFOLD_CACHE_DIR"]).glob("state/targets/*"))


def text(content: str, *, executable: bool = False) -> File:
    """Return a file with this text."""
    return File(content=content.encode(), executable=executable)


def test_all_kinds_of_changes(tmp_path: Path) -> None:
    write_tree(tmp_path, {"old": "o\n", "gone/deep/x": "x", "mode": "m", "link-to-be": "l"})
    (tmp_path / "link").symlink_to("old")
    changes = [
        Change(path="gone/deep/x", before=text("x"), after=None),
        Change(path="old", before=text("o\n"), after=text("n\n")),
        Change(path="new/deep/y", before=None, after=text("y")),
        Change(path="mode", before=text("m"), after=text("m", executable=True)),
        Change(path="link", before=File(link="old"), after=File(link="mode")),
        Change(path="link-to-be", before=text("l"), after=File(link="mode")),
        Change(path="empty", before=None, after=File()),
        Change(path=ANSWERS, before=None, after=text("a: 1\n")),
    ]
    assert apply(tmp_path, changes) == Applied()
    assert {path: content for path, content in read_tree(tmp_path).items() if "link" not in path} == {
        "old": b"n\n", "new/deep/y": b"y", "mode": b"m", "empty": b"", ANSWERS: b"a: 1\n",
    }  # fmt: skip
    assert os.access(tmp_path / "mode", os.X_OK)
    assert (tmp_path / "link").readlink() == Path("mode")
    assert (tmp_path / "link-to-be").readlink() == Path("mode")
    assert not (tmp_path / "gone").exists()
    assert not left_in_state()


def test_a_target_that_does_not_exist_yet(tmp_path: Path) -> None:
    root = tmp_path / "a/b"
    apply(root, [Change(path="conf/answers.yml", before=None, after=text("x"))])
    assert read_tree(root) == {"conf/answers.yml": b"x"}
    assert [path.name for path in (root / "conf").iterdir()] == ["answers.yml"]


@pytest.mark.parametrize(
    ("before", "found"), [(None, "there now"), ("was", "changed"), ("was", None), ("was", "folder")]
)
def test_what_changed_meanwhile_is_left_alone(before: str | None, found: str | None, tmp_path: Path) -> None:
    if found == "folder":
        (tmp_path / "a").mkdir()
    elif found is not None:
        write_tree(tmp_path, {"a": found})
    changes = [
        Change(path="a", before=None if before is None else text(before), after=text("new")),
        Change(path=ANSWERS, before=None, after=text("x")),
    ]
    assert apply(tmp_path, changes).left_alone == ("a",)
    assert (tmp_path / ANSWERS).exists()
    assert not left_in_state()
    if found == "folder":
        assert (tmp_path / "a").is_dir()
    else:
        assert read_tree(tmp_path).get("a") == (None if found is None else found.encode())


def test_the_users_permissions_stay(tmp_path: Path) -> None:
    write_tree(tmp_path, {"secret": "s", "tool": "t"})
    (tmp_path / "secret").chmod(0o600)
    (tmp_path / "tool").chmod(0o750)
    changes = [
        Change(path="secret", before=text("s"), after=text("S")),
        Change(path="tool", before=text("t", executable=True), after=text("T", executable=True)),
    ]
    apply(tmp_path, changes)
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "tool").stat().st_mode & 0o777 == 0o750


class Disk:
    """What is known to be on the disk when a file takes another one's place, by the calls that were made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.synced: set[int] = set()
        self.unsynced: list[str] = []
        self.calls: list[tuple[str, int]] = []
        self._fsync, self._replace = os.fsync, os.replace
        monkeypatch.setattr("os.fsync", self.fsync)
        monkeypatch.setattr("os.replace", self.replace)

    def fsync(self, handle: int) -> None:
        self._fsync(handle)
        number = os.fstat(handle).st_ino
        self.synced.add(number)
        self.calls.append(("sync", number))

    def replace(self, name: str, to: str, *, src_dir_fd: int | None = None, dst_dir_fd: int | None = None) -> None:
        state = os.stat(name, dir_fd=src_dir_fd, follow_symlinks=False)
        if state.st_ino not in self.synced:
            self.unsynced.append(to)
        self._replace(name, to, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        folder = os.fstat(dst_dir_fd) if dst_dir_fd is not None else Path(to).parent.stat()
        self.calls.append((to, folder.st_ino))


@pytest.mark.parametrize("has_links", [True, False])
def test_a_power_cut_finds_old_or_new_content(has_links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Contents are on the disk before they get their names, and the names before the journal goes."""
    write_tree(tmp_path, {"a": "a", "b": "b"})
    if not has_links:

        def refuse(*_: object, **__: object) -> None:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

        monkeypatch.setattr("os.link", refuse)
    disk = Disk(monkeypatch)
    apply(tmp_path, CHANGES)
    assert disk.unsynced == []
    names = [name for name, _ in disk.calls if name != "sync"]
    assert names == ["manifest.json", "a", "b", "c", ANSWERS, "ended.json"]
    recorded, last, ended = (names.index(name) for name in ("manifest.json", ANSWERS, "ended.json"))
    places = [at for at, (name, _) in enumerate(disk.calls) if name != "sync"]
    assert disk.calls[places[recorded] + 1] == ("sync", disk.calls[places[recorded]][1]), "the journal itself"
    for folder in (tmp_path, tmp_path / "new/deep", tmp_path / "new"):
        assert ("sync", folder.stat().st_ino) in disk.calls[places[last] : places[ended]], folder


def test_a_failure_before_the_first_replacement_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"a": "a"})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ScaffoldError, match="nothing was written: No space left") as caught:
        apply(tmp_path, [Change(path="a", before=text("a"), after=text("b"))])
    assert "make room" in str(caught.value.hint)
    with pytest.raises(ScaffoldError):
        apply(tmp_path / "new/below", [Change(path="a", before=None, after=text("b"))])
    assert read_tree(tmp_path) == {"a": b"a"}
    assert {path.name for path in tmp_path.iterdir()} == {"a"}
    assert not left_in_state()


def test_an_interruption_while_staging_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        apply(tmp_path, [Change(path="a", before=None, after=text("b"))])
    assert list(tmp_path.iterdir()) == []
    assert not left_in_state()


CHANGES = (
    Change(path="a", before=text("a"), after=text("A")),
    Change(path="b", before=text("b"), after=text("B")),
    Change(path="new/deep/c", before=None, after=text("c")),
    Change(path=ANSWERS, before=None, after=text("x")),
)


def test_a_file_that_can_never_be_replaced_is_named_and_the_rest_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path, {"a": "a", "b": "b"})
    refuse_to_replace(monkeypatch, {"b"})
    with pytest.raises(ScaffoldError, match=r"nothing was written: Operation not permitted: .+/b$"):
        apply(tmp_path, CHANGES)
    assert read_tree(tmp_path) == {"a": b"a", "b": b"b"}
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}
    assert not left_in_state()
    assert recover(tmp_path) == Recovery()


def refuse_to_replace(monkeypatch: pytest.MonkeyPatch, names: set[str]) -> None:
    """Let no file take the place of those of the names, as where they are immutable."""
    replace = os.replace

    def refusing(source: str, to: str, **folders: int | None) -> None:
        if to in names:
            raise PermissionError(1, "Operation not permitted", source, None, to)
        replace(source, to, **folders)

    monkeypatch.setattr("os.replace", refusing)


def test_what_can_neither_be_finished_nor_undone_is_completed_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path, {"a": "a", "b": "b"})
    replaced: list[str] = []
    replace = os.replace

    def failing(source: str, to: str, **folders: int | None) -> None:
        replaced.append(to)
        if to in {"a", "b"} and len(replaced) > 2:  # after the manifest and the first file
            raise OSError(5, "Input/output error", to)
        replace(source, to, **folders)

    monkeypatch.setattr("os.replace", failing)
    with pytest.raises(ScaffoldError, match="half way") as caught:
        apply(tmp_path, CHANGES)
    assert "completes it" in str(caught.value.hint)
    monkeypatch.undo()


def test_a_complete_journal_is_carried_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"a": "a", "b": "b"})

    class Dead(BaseException):
        """As SIGKILL: nothing is tidied up."""

    def die(*_: object, **__: object) -> None:
        raise Dead

    with monkeypatch.context() as context:
        context.setattr("issue_scaffold.writing.replay._put", die)
        with pytest.raises(Dead):
            apply(tmp_path, CHANGES)
    assert is_pending(tmp_path)
    found = recover(tmp_path)
    assert found.completed == frozenset({"a", "b", "new/deep/c", ANSWERS})
    assert found.notes == ("an interrupted run was completed first",)
    assert read_tree(tmp_path) == {"a": b"A", "b": b"B", "new/deep/c": b"c", ANSWERS: b"x"}
    assert recover(tmp_path) == Recovery()
    assert not left_in_state()


def test_an_incomplete_journal_is_discarded_and_said(tmp_path: Path) -> None:
    place = make_journal_folder(tmp_path, "")
    write_tree(place, {"0000.new": "half", "manifest.new": "["})
    assert not is_pending(tmp_path)
    assert recover(tmp_path) == Recovery(notes=("an interrupted run was dropped; it had written nothing",))
    assert not left_in_state()


def test_what_an_earlier_version_left_is_never_carried_out(tmp_path: Path) -> None:
    write_tree(tmp_path, {".scaffold-staging/0000": "evil", ".scaffold-staging/manifest.json": "[]"})
    found = recover(tmp_path)
    assert found.completed is None
    assert ".scaffold-staging is not used" in found.notes[0]
    assert (tmp_path / ".scaffold-staging/0000").exists()


@pytest.mark.parametrize("mode", [0o777, 0o755, 0o711])
def test_every_bit_of_a_files_permissions_stays(mode: int, tmp_path: Path) -> None:
    write_tree(tmp_path, {"tool": "t"})
    (tmp_path / "tool").chmod(mode)
    apply(tmp_path, [Change(path="tool", before=text("t", executable=True), after=text("T", executable=True))])
    assert (tmp_path / "tool").stat().st_mode & 0o777 == mode


def test_a_file_whose_folder_the_user_has_removed_is_left_alone(tmp_path: Path) -> None:
    changes = [
        Change(path="gone/a", before=text("a"), after=text("A")),
        Change(path=ANSWERS, before=None, after=text("x")),
    ]
    assert apply(tmp_path, changes).left_alone == ("gone/a",)
    assert read_tree(tmp_path) == {ANSWERS: b"x"}


def test_all_folders_that_a_deletion_empties_go_and_no_other(tmp_path: Path) -> None:
    write_tree(tmp_path, {"kept/file": "k", "kept/a/b/c/d/x": "x"})
    apply(tmp_path, [Change(path="kept/a/b/c/d/x", before=text("x"), after=None)])
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["file"]


def test_folders_that_were_made_go_when_the_last_file_can_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path, {"a": "a", "b": "b"})
    refuse_to_replace(monkeypatch, {ANSWERS})
    with pytest.raises(ScaffoldError, match="nothing was written"):
        apply(tmp_path, CHANGES)
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}


class Dead(BaseException):
    """As SIGKILL: nothing is tidied up."""


def die_before(name: str, root: Path, monkeypatch: pytest.MonkeyPatch, changes: tuple[Change, ...] = CHANGES) -> None:
    """Begin some changes, and die with the new content beside its file."""
    replace = os.replace

    def dying(source: str, to: str, **folders: int | None) -> None:
        if to == name:
            raise Dead
        replace(source, to, **folders)

    with monkeypatch.context() as context:
        context.setattr("os.replace", dying)
        with pytest.raises(Dead):
            apply(root, changes)


def test_a_file_where_the_folder_of_a_deleted_one_was_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"a": "a", "d/e/x": "x"})
    deletion = Change(path="d/e/x", before=text("x"), after=None)
    die_before("a", tmp_path, monkeypatch, (CHANGES[0], deletion))
    shutil.rmtree(tmp_path / "d")
    write_tree(tmp_path, {"d": "the user's"})
    assert recover(tmp_path).notes == ("an interrupted run was completed first",)
    assert read_tree(tmp_path) == {"a": b"A", "d": b"the user's"}


def test_what_a_dead_run_left_beside_its_file_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"a": "a", "b": "b"})
    die_before("b", tmp_path, monkeypatch)
    assert len(list(tmp_path.iterdir())) == 3
    assert recover(tmp_path).completed == frozenset({"a", "b", "new/deep/c", ANSWERS})
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b", "new", ANSWERS}


@pytest.mark.parametrize("is_damaged", [True, False])
def test_a_run_that_can_be_neither_completed_nor_undone_says_which_file_is_why(
    is_damaged: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path, {"a": "a", "b": "b"})
    die_before("b", tmp_path, monkeypatch)
    if is_damaged:
        for old in left_in_state()[0].glob("*.old"):
            old.write_bytes(b"damaged")
    refuse_to_replace(monkeypatch, {"b"} if is_damaged else {"a", "b"})
    with pytest.raises(ScaffoldError, match=r"neither completed nor undone: Operation not permitted: .*b$"):
        recover(tmp_path)
    assert is_pending(tmp_path)
    monkeypatch.undo()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only the superuser gives files away")
def test_another_users_file_stays_theirs(tmp_path: Path) -> None:
    write_tree(tmp_path, {"theirs": "t", "ours": "o"})
    os.chown(tmp_path / "theirs", 1234, 4321)
    paths = ("ours", "theirs")
    apply(tmp_path, [Change(path=path, before=text(path[0]), after=text("new")) for path in paths])
    state = (tmp_path / "theirs").stat()
    assert (state.st_uid, state.st_gid) == (1234, 4321)
    assert (tmp_path / "ours").stat().st_uid == os.geteuid()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_run_whose_record_has_no_safe_place_is_done_and_says_so(tmp_path: Path) -> None:
    apply(tmp_path, [Change(path="a", before=None, after=text("a"))], run=Run(command="init"))
    (kept,) = find_runs(tmp_path)
    shutil.rmtree(kept.parent)
    kept.parent.symlink_to(kept.parents[1])
    done = apply(tmp_path, [Change(path="b", before=None, after=text("b"))], run=Run(command="init"))
    assert read_tree(tmp_path) == {"a": b"a", "b": b"b"}
    assert [remark.partition(":")[0] for remark in done.remarks] == ["scaffold undo can't take this back"]
    assert not is_pending(tmp_path)


def test_an_index_that_git_can_not_read_keeps_no_file_from_being_written(repo: Path) -> None:
    (repo / ".git/index").write_bytes(b"no index")
    change = Change(path="a", before=None, after=text("a"), index_info=f"100644 {'0' * 40} 0\ta\n")
    done = apply(repo, [change], run=Run(command="update"))
    assert (repo / "a").read_bytes() == b"a"
    assert "git could not be told" in done.remarks[0]
