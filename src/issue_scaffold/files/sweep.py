"""A quick look at many small files: folders and files that are plainly there, and nothing else.

Whoever asks falls back to a thorough look where this one says no: at a link, a device, a file that
is too large, or one that can't be read. Nothing is followed, so nothing is read from elsewhere.
"""

import os
import stat
from collections.abc import Callable
from typing import Final, NamedTuple, Self

from issue_scaffold.text.limits import MAX_BYTES

_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
# Windows opens no folders.
IS_POSSIBLE: Final = (
    hasattr(os, "O_NOFOLLOW") and os.open in os.supports_dir_fd and os.scandir in os.supports_fd
)
_MOST_FILES: Final = 1000


class UnclearError(Exception):
    """Something isn't plainly a file or a folder: another has to look."""


class PlainFile(NamedTuple):
    """A regular file: its content, and whether its owner may run it."""

    content: bytes
    executable: bool


class Wanted(NamedTuple):
    """What is looked for, by its path and the depth of the folder that it lies in.

    `depth` is that of a folder, None for one that isn't entered; the root has 0. `file` tells
    whether a file is read.
    """

    depth: Callable[[str, int], int | None]
    file: Callable[[str, int], bool]


class Sweep:
    """The files and the folders that were found below a root, by POSIX path.

    `top` are the names in the root itself. As a context manager it holds the root open.
    """

    def __init__(self, root: str) -> None:
        """Open a root. Raises UnclearError."""
        self.files: dict[str, PlainFile] = {}
        self.folders: set[str] = set()
        self.top: set[str] = set()
        try:
            self._root = os.open(root, _FLAGS | os.O_DIRECTORY)
        except (OSError, ValueError):
            raise UnclearError(root) from None

    def __enter__(self) -> Self:
        """Return the sweep itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the root."""
        os.close(self._root)

    def read(self, name: str) -> bytes:
        """Return the content of a file in the root itself. Raises UnclearError."""
        try:
            state = os.stat(name, dir_fd=self._root, follow_symlinks=False)
            if not stat.S_ISREG(state.st_mode):
                raise UnclearError(name)
            self.files[name] = _read(self._root, name)
        except (OSError, ValueError):
            raise UnclearError(name) from None
        return self.files[name].content

    def look(self, wanted: Wanted) -> None:
        """Look for what is wanted, but for what was read before. Raises UnclearError."""
        try:
            self._folder(self._root, "", 0, wanted)
        except OSError:
            raise UnclearError from None

    def _folder(self, descriptor: int, prefix: str, depth: int, wanted: Wanted) -> None:
        with os.scandir(descriptor) as found:
            entries = list(found)
        names = [entry.name for entry in entries]
        if not prefix:
            self.top.update(names)
        elif ".git" in names:
            raise UnclearError(prefix)  # a repository of its own
        for entry in entries:
            path = prefix + entry.name
            if not entry.is_dir(follow_symlinks=False):
                self._take(descriptor, entry, path, depth, wanted)
                continue
            below = wanted.depth(path, depth)
            if below is not None:
                self._enter(descriptor, entry.name, path, below, wanted)

    def _take(
        self, folder: int, entry: os.DirEntry[str], path: str, depth: int, wanted: Wanted
    ) -> None:
        """Read what is no folder, if it is wanted."""
        if path in self.files:
            return
        if wanted.file(path, depth):
            # A pipe or a device does something when it is opened.
            if not entry.is_file(follow_symlinks=False) or len(self.files) == _MOST_FILES:
                raise UnclearError(path)
            self.files[path] = _read(folder, entry.name)
        elif entry.is_symlink() and wanted.depth(path, depth) is not None:
            raise UnclearError(path)

    def _enter(self, above: int, name: str, path: str, depth: int, wanted: Wanted) -> None:
        descriptor = os.open(name, _FLAGS | os.O_DIRECTORY, dir_fd=above)
        try:
            self.folders.add(path)
            self._folder(descriptor, f"{path}/", depth, wanted)
        finally:
            os.close(descriptor)


def _read(folder: int, name: str) -> PlainFile:
    descriptor = os.open(name, _FLAGS, dir_fd=folder)
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_size > MAX_BYTES:
            raise UnclearError(name)
        content = os.read(descriptor, state.st_size + 1)
    finally:
        os.close(descriptor)
    if len(content) != state.st_size:  # it is being written, or came in parts
        raise UnclearError(name)
    return PlainFile(content, bool(state.st_mode & stat.S_IXUSR))
