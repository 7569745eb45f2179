"""Reading the files that are to be validated: only regular files, never more than the limit, never out of the root.

Owns the walk over a repository's template folders and the decoding of bytes.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from issue_scaffold.domain.limits import MAX_BYTES
from issue_scaffold.domain.repository_layout import FOLDERS, is_wanted
from issue_scaffold.errors import ScaffoldError, UsageError

_MAX_FILES: Final = 20_000
_MAX_FOLDER_DEPTH: Final = 4


def read_file(path: str | Path) -> bytes:
    """Return a regular file's content, cut off one byte past the limit.

    Raises UsageError if nothing is there or it is no file, ScaffoldError if it can't be read.
    """
    name = os.fspath(path)
    try:
        # A pipe would block on open; the descriptor is looked at before anything is read.
        descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{name}: no such file or folder", hint="check the path, or leave it out for `.`") from None
    except OSError as error:
        raise _unreadable(name, error) from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UsageError(f"{name}: not a regular file")
        try:
            return file.read(MAX_BYTES + 1)
        except OSError as error:
            raise _unreadable(name, error) from None


def repository_paths(root: Path) -> list[str]:
    """Return the files under a repository's root that are validated or known of, as sorted POSIX paths.

    Raises ScaffoldError if a folder can't be read.
    """
    found: set[str] = set()
    for folder in FOLDERS:
        found.update(_walk(root, folder, 0))
        if len(found) > _MAX_FILES:
            raise ScaffoldError(f"{root}: more than {_MAX_FILES:,} files in the template folders")
    return sorted(found)


def _walk(root: Path, folder: str, depth: int) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise _unreadable(str(root / folder), error) from None
    for entry in entries:
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_dir(follow_symlinks=False):
            if depth < _MAX_FOLDER_DEPTH and is_wanted(path, folder=True):
                yield from _walk(root, path, depth + 1)
        elif is_wanted(path) and _is_inside(root, entry):
            yield path


def _is_inside(root: Path, entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry is a regular file that doesn't lead out of the root."""
    if not entry.is_symlink():
        return entry.is_file(follow_symlinks=False)
    return entry.is_file() and Path(os.path.realpath(entry.path)).is_relative_to(os.path.realpath(root))


def _unreadable(name: str, error: OSError) -> ScaffoldError:
    return ScaffoldError(f"{name}: can't be read: {(error.strerror or str(error)).lower()}", hint="check permissions")
