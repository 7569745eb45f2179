"""Writing to a target: all or nothing, in order, and nothing of the staging left."""

import os
from pathlib import Path

import pytest
from tests.conftest import read_tree, write_tree

from issue_scaffold.adapters import staging
from issue_scaffold.adapters.staging import Change, apply, recover
from issue_scaffold.domain.rendering import File
from issue_scaffold.errors import ScaffoldError

ANSWERS = ".answers.yml"


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
    assert apply(tmp_path, ANSWERS, changes) == ()
    assert {path: content for path, content in read_tree(tmp_path).items() if "link" not in path} == {
        "old": b"n\n", "new/deep/y": b"y", "mode": b"m", "empty": b"", ANSWERS: b"a: 1\n",
    }  # fmt: skip
    assert os.access(tmp_path / "mode", os.X_OK)
    assert (tmp_path / "link").readlink() == Path("mode")
    assert (tmp_path / "link-to-be").readlink() == Path("mode")
    assert not (tmp_path / "gone").exists()
    assert not (tmp_path / staging.FOLDER).exists()


def test_a_target_that_does_not_exist_yet(tmp_path: Path) -> None:
    root = tmp_path / "a/b"
    apply(root, "conf/answers.yml", [Change(path="conf/answers.yml", before=None, after=text("x"))])
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
    assert apply(tmp_path, ANSWERS, changes) == ("a",)
    assert (tmp_path / ANSWERS).exists()
    assert not (tmp_path / staging.FOLDER).exists()
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
    apply(tmp_path, ANSWERS, changes)
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "tool").stat().st_mode & 0o777 == 0o750


def test_a_failure_before_the_first_replacement_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"a": "a"})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(staging, "_sync", full)
    with pytest.raises(ScaffoldError, match="nothing was written: No space left") as caught:
        apply(tmp_path, ANSWERS, [Change(path="a", before=text("a"), after=text("b"))])
    assert "make room" in str(caught.value.hint)
    with pytest.raises(ScaffoldError):
        apply(tmp_path / "new/below", ANSWERS, [Change(path="a", before=None, after=text("b"))])
    assert read_tree(tmp_path) == {"a": b"a"}
    assert {path.name for path in tmp_path.iterdir()} == {"a"}


def test_an_interruption_while_staging_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(staging, "_sync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        apply(tmp_path, ANSWERS, [Change(path="a", before=None, after=text("b"))])
    assert list(tmp_path.iterdir()) == []


def test_a_failure_half_way_is_completed_by_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {"a": "a", "b": "b"})
    changes = [
        Change(path="a", before=text("a"), after=text("A")),
        Change(path="b", before=text("b"), after=text("B")),
        Change(path=ANSWERS, before=None, after=text("x")),
    ]
    replace, done = Path.replace, []

    def failing(self: Path, to: Path) -> Path:
        done.append(self.name)
        if len(done) == 3:  # the manifest, then the first file
            raise OSError(5, "Input/output error", str(to))
        return replace(self, to)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(ScaffoldError, match="half way") as caught:
        apply(tmp_path, ANSWERS, changes)
    assert "completes it" in str(caught.value.hint)
    monkeypatch.undo()
    assert (tmp_path / "a").read_text() == "A"
    assert recover(tmp_path, ANSWERS) == ()
    assert read_tree(tmp_path) == {"a": b"A", "b": b"B", ANSWERS: b"x"}
    assert recover(tmp_path, ANSWERS) is None


def test_an_incomplete_staging_is_discarded(tmp_path: Path) -> None:
    write_tree(tmp_path, {f"{staging.FOLDER}/0000": "half", f"{staging.FOLDER}/manifest.new": "["})
    assert recover(tmp_path, ANSWERS) is None
    assert list(tmp_path.iterdir()) == []
