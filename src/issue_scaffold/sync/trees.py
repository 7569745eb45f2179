"""Where a check reads a target's files: in its work tree, in the index, or in a revision."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

from issue_scaffold.files import target_files as target
from issue_scaffold.files.rendering import File
from issue_scaffold.forge.source_files import RepositoryFiles, read_with_pages
from issue_scaffold.settings.place import find_settings


class Detour(NamedTuple):
    """A folder on the way to a file by which git, and so a forge, doesn't get there."""

    folder: str
    is_symlink: bool


class FileTree(Protocol):
    """The files of a target."""

    def read(self, path: str) -> File | None:
        """Return a file, or None when there is none.

        Raises ScaffoldError for one that can't be read.
        """

    def detour(self, path: str) -> Detour | None:
        """Return the folder on the way to a path that is none of this repository's.

        None when all are.
        """

    def load(self, paths: Iterable[str]) -> None:
        """Prepare to read these paths, where that is cheaper at once."""

    def validated(self) -> RepositoryFiles:
        """Return the contents of all files that the validator looks at. Raises ScaffoldError."""


class FolderTree:
    """The files as they lie in a folder, each as it was when it was first looked at."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files: dict[str, File | None] = {}
        self._detours: dict[str, Detour | None] = {}

    def read(self, path: str) -> File | None:
        """Return a file, as `FileTree.read` does."""
        if path not in self._files:
            self._files[path] = target.read_file(self.root, path)
        return self._files[path]

    def detour(self, path: str) -> Detour | None:
        """Return what is on the way to a path, as `FileTree.detour` does."""
        return self._detour_by(path.rpartition("/")[0])

    def _detour_by(self, folder: str) -> Detour | None:
        """Return the outermost detour on the way into a folder."""
        if not folder:
            return None
        if folder not in self._detours:
            above = self._detour_by(folder.rpartition("/")[0])
            self._detours[folder] = above or self._detour_at(folder)
        return self._detours[folder]

    def _detour_at(self, folder: str) -> Detour | None:
        place = os.path.join(self.root, folder)  # noqa: PTH118 - pathlib takes twice the time
        is_symlink = os.path.islink(place)  # noqa: PTH114
        if is_symlink or os.path.lexists(f"{place}/.git"):
            return Detour(folder, is_symlink)
        return None

    def load(self, paths: Iterable[str]) -> None:
        """Do nothing: files are read one by one."""

    def validated(self) -> RepositoryFiles:
        """Return the contents of what the validator looks at."""
        files = self._files.items()
        known = {
            path: file.content for path, file in files if file is not None and file.link is None
        }
        repository = read_with_pages(self.root, known=known)
        content = find_settings(repository.files.get)[1]
        if b"labels_config" not in (content or b""):
            return repository
        # Reading settings and labels takes a warm check more time than all else.
        from issue_scaffold.labels.places import read_with_config

        return read_with_config(self.root)


class SettingsFile(NamedTuple):
    """The settings of a tree: where they are, or would be, and what they say."""

    path: str
    content: bytes = b""


def settings_of(tree: FileTree) -> SettingsFile:
    """Return the settings of a tree. Raises ScaffoldError as `FileTree.read` does."""
    path, file = find_settings(tree.read)
    return SettingsFile(path, b"" if file is None else file.content)


def content_of(tree: FileTree, path: str) -> bytes:
    """Return the content of a file that need not be there.

    Raises ScaffoldError as `FileTree.read` does.
    """
    file = tree.read(path)
    if file is None:
        return b""
    return file.content
