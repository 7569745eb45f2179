"""The quick way to a plain file gives what the thorough one gives, and sees an absent one as that one does."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.trust.test_reading import SHAPES

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files import target_files
from issue_scaffold.files.bounded import read_if_there
from issue_scaffold.files.rendering import content_digest
from issue_scaffold.forge.layout import SETTINGS_PATHS
from issue_scaffold.settings.place import find_settings, read_settings_file
from issue_scaffold.sync.trees import Detour, FolderTree
from issue_scaffold.text import digests

Shape = Callable[[Path], object]


def absent(_: Path) -> None: ...


def file(place: Path) -> None:
    place.write_bytes(b"text\r\n")


def program(place: Path) -> None:
    place.write_text("text\n")
    place.chmod(0o755)


def beside(place: Path) -> None:
    place.with_name("aim").write_text("aim\n")
    place.symlink_to("aim")


def closed(place: Path) -> None:
    place.write_text("text\n")
    place.chmod(0)


KINDS: list[Shape] = [absent, file, program, beside, closed, *SHAPES]


def real(folder: Path) -> Path:
    folder.mkdir()
    return folder


def missing(folder: Path) -> Path:
    return folder.with_name("nobody-looks-here")


def linked(folder: Path) -> Path:
    inner = real(folder.with_name("elsewhere"))
    folder.symlink_to("elsewhere")
    return inner


def leading_out(folder: Path) -> Path:
    outer = real(folder.parent.with_name("outside"))
    folder.symlink_to(outer)
    return outer


def circle(folder: Path) -> Path:
    folder.symlink_to(folder.name)
    return missing(folder)


def no_folder(folder: Path) -> Path:
    folder.write_text("a file\n")
    return missing(folder)


def unlisted(folder: Path) -> Path:
    return real(folder)


WAYS = [real, missing, linked, leading_out, circle, no_folder, unlisted]


def said(read: Callable[[], object]) -> object:
    """Return what reading gives, or the error in its place."""
    try:
        return read()
    except ScaffoldError as error:
        return type(error), error.message, error.hint


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_the_quick_way_reads_what_the_thorough_one_reads(
    way: Callable[[Path], Path], kind: Shape, tmp_path: Path
) -> None:
    root = real(tmp_path / "target")
    path = SETTINGS_PATHS[0]
    folder = way(root / path.rpartition("/")[0])
    if folder.is_dir():
        kind(folder / path.rpartition("/")[2])
    if way is unlisted:
        folder.chmod(0o300)
    try:
        quick = said(lambda: target_files.read_file(root, path))
        assert quick == said(lambda: target_files._read_closely(root, path))
        settings = said(lambda: read_settings_file(root))
        assert settings == said(lambda: find_settings(lambda one: read_if_there(one, below=root, shown=one)))
    finally:
        if way is unlisted:
            folder.chmod(0o700)


def test_a_tree_is_as_it_was_when_it_was_first_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_text("1\n")
    tree = FolderTree(tmp_path)
    first = tree.read("a/b/c"), tree.read("none"), tree.detour("a/b/c")
    (tmp_path / "a" / "b" / "c").write_text("2\n")
    (tmp_path / "none").write_text("3\n")
    assert (tree.read("a/b/c"), tree.read("none"), tree.detour("a/b/c")) == first


@pytest.mark.parametrize("path", ["a/b/c/d", "a/b/d", "a/d", "d"])
def test_the_outermost_detour_counts(path: str, tmp_path: Path) -> None:
    (tmp_path / "real" / "b" / "c").mkdir(parents=True)
    (tmp_path / "real" / "b" / ".git").mkdir()
    (tmp_path / "a").symlink_to("real")
    (tmp_path / "e").mkdir()
    expected = Detour("a", is_symlink=True) if "/" in path else None
    tree = FolderTree(tmp_path)
    assert [tree.detour(one) for one in ("a/b/c/x", path, path)] == [Detour("a", is_symlink=True), expected, expected]
    assert tree.detour("e/f/g") is None


def test_digests_stay_the_same_when_much_was_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = [os.urandom(size) for size in (0, 1, 1000, 100_000)] + [b"a\r\nb\r\n", b"a\r\n\0", b"a\rb"]
    monkeypatch.setattr(digests._Hasher, "left", digests.LITTLE_BYTES)
    few = [digests.sha256_of(content) for content in contents]
    digests.sha256_of(bytes(digests.LITTLE_BYTES))
    assert digests._Hasher.left > digests.LITTLE_BYTES  # OpenSSL's from now on
    assert [digests.sha256_of(content) for content in contents] == few
    assert content_digest(b"a\r\nb\r\n") == content_digest(b"a\nb\n")
