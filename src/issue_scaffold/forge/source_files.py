"""The files of a repository that are to be validated: where they are, and what they hold.

Owns the walk over a repository's template folders. How a file is read is bounded_files'.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.bounded import AbsentFileError, NotAFileError, read_beginning
from issue_scaffold.forge.file_kind import may_hold_template
from issue_scaffold.forge.layout import (
    FOLDERS,
    is_entered,
    is_security_policy,
    is_wanted,
    may_be_misplaced,
)

_MAX_FILES: Final = 20_000
_MAX_FOLDER_DEPTH: Final = 4
# Of a folder that the walk doesn't come by.
NOT_WALKED: Final = _MAX_FOLDER_DEPTH + 1


def walked_depth(folder: str, above: int) -> int | None:
    """Return how deep the walk over a repository is in a folder, from the depth of its parent.

    None for a folder that it doesn't enter.
    """
    if folder in FOLDERS:
        return 0
    if above < _MAX_FOLDER_DEPTH and is_entered(folder):
        return above + 1
    return None


class RepositoryFiles(NamedTuple):
    """A repository's files by POSIX path.

    `files` are their contents, cut off one byte past the limit. What can't be read as a file
    is in `unread`.

    `unread` gives in words what stands there instead, as in "is a named pipe".
    """

    files: dict[str, bytes]
    unread: dict[str, str]


def read_repository(root: Path, only: Callable[[str], object] = bool) -> RepositoryFiles:
    """Return the files under a repository's root that are validated or known of, if `only` is true.

    Raises ScaffoldError for a folder or a file that there is no leave to read.
    """
    found = RepositoryFiles({}, {})
    for path in _paths(root):
        if not only(path):
            continue
        try:
            content = read_beginning(path, below=root, shown=str(root / path))
            if _is_kept(path, content):
                found.files[path] = content
        except AbsentFileError:  # gone since, or a link to nothing
            if os.path.lexists(root / path):
                found.unread[path] = "a symlink that leads nowhere"
        except NotAFileError as error:
            # That there is a policy matters, not what it says; a folder is none of the files.
            if may_be_misplaced(path):
                continue
            if error.what != "a folder" and not is_security_policy(path):
                found.unread[path] = error.what
    return found


def is_taken(path: str, content: bytes) -> bool:
    """Tell whether the walk keeps a file that it has read."""
    return is_wanted(path) and _is_kept(path, content)


def _is_kept(path: str, content: bytes) -> bool:
    return not may_be_misplaced(path) or may_hold_template(path, content)


def _paths(root: Path) -> list[str]:
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
        reason = (error.strerror or str(error)).lower()
        raise ScaffoldError(
            f"{root / folder} can't be read: {reason}", hint="check permissions"
        ) from None
    for entry in entries:
        path = f"{folder}/{entry.name}".removeprefix("/")
        if entry.is_dir(follow_symlinks=False):
            if depth < _MAX_FOLDER_DEPTH and is_entered(path):
                yield from _walk(root, path, depth + 1)
        elif is_wanted(path):
            yield path
