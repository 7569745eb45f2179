"""The files of a repository that are to be validated: where they are, and what they hold.

Owns the walk over a repository's template folders. How a file is read is bounded_files'.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from issue_scaffold.errors import ScaffoldError, reason_of
from issue_scaffold.files.bounded import AbsentFileError, NotAFileError, read_beginning
from issue_scaffold.forge.file_kind import leads_to_template, may_be_hidden, may_hold_template
from issue_scaffold.forge.layout import (
    DOCS,
    FOLDERS,
    is_entered,
    is_page,
    is_security_policy,
    is_wanted,
    may_be_misplaced,
)
from issue_scaffold.text.limits import MAX_BYTES

_MAX_FILES: Final = 20_000
_MAX_FOLDER_DEPTH: Final = 4
MAX_PAGES: Final = 1_000
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

    `files` are their contents, cut off one byte past the limit; where the chooser may not show a
    template, pages with links to templates can be among them. What can't be read as a file is in
    `unread`.

    `unread` gives in words what stands there instead, as in "is a named pipe".
    """

    files: dict[str, bytes]
    unread: dict[str, str]


def read_repository(
    root: Path,
    only: Callable[[str], object] = bool,
    known: Mapping[str, bytes] = MappingProxyType({}),
) -> RepositoryFiles:
    """Return the files under a repository's root that are validated or known of, if `only` is true.

    What is `known` of regular files isn't read again. Raises ScaffoldError for a folder or a file
    that there is no leave to read.
    """
    found = RepositoryFiles({}, {})
    for path in _paths(root):
        if not only(path):
            continue
        try:
            content = _content(root, path, known)
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


def _content(root: Path, path: str, known: Mapping[str, bytes]) -> bytes:
    if path in known:
        return known[path][: MAX_BYTES + 1]
    return read_beginning(path, below=root, shown=f"{root}/{path}")


def read_with_pages(
    root: Path,
    only: Callable[[str], object] = bool,
    known: Mapping[str, bytes] = MappingProxyType({}),
) -> RepositoryFiles:
    """Return what `read_repository` does, and pages with links to templates if they matter."""
    found = read_repository(root, only, known)
    if wants_pages(found.files):
        found.files.update(_pages(root))
    return found


def wants_pages(files: Mapping[str, bytes]) -> bool:
    """Tell whether it matters which pages have links to templates: one isn't in the chooser."""
    return any(may_be_hidden(path, content) for path, content in files.items())


def _pages(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the pages below a root that have links to templates, of those that can be read."""
    for path in _page_paths(root):
        try:
            content = read_beginning(path, below=root)
        except ScaffoldError:
            continue
        if leads_to_template(path, content):
            yield path, content


def _page_paths(root: Path) -> list[str]:
    found = []
    for folder in FOLDERS:
        for top, below, names in os.walk(root / folder):
            inside = Path(top).relative_to(root)
            is_within = len(inside.parts) < _MAX_FOLDER_DEPTH and folder == DOCS
            below[:] = sorted(below) if is_within else []
            paths = ((inside / name).as_posix() for name in names)
            found += [path for path in paths if is_page(path)]
    return sorted(found)[:MAX_PAGES]


def is_taken(path: str, content: bytes) -> bool:
    """Tell whether the walk keeps a file that it has read."""
    return is_wanted(path) and _is_kept(path, content)


def _is_kept(path: str, content: bytes) -> bool:
    return not may_be_misplaced(path) or may_hold_template(path, content)


def _paths(root: Path) -> list[str]:
    found: set[str] = set()
    top = os.fspath(root)
    for folder in FOLDERS:
        found.update(_walk(top, folder, 0))
        if len(found) > _MAX_FILES:
            raise ScaffoldError(f"{root}: more than {_MAX_FILES:,} files in the template folders")
    return sorted(found)


def _walk(root: str, folder: str, depth: int) -> Iterator[str]:
    # pathlib takes twice the time.
    place = os.path.join(root, folder)  # noqa: PTH118
    try:
        with os.scandir(place) as found:
            entries = sorted(found, key=attrgetter("name"))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise ScaffoldError(
            f"{Path(place)} can't be read: {reason_of(error)}", hint="check permissions"
        ) from None
    for entry in entries:
        path = f"{folder}/{entry.name}".removeprefix("/")
        if entry.is_dir(follow_symlinks=False):
            if depth < _MAX_FOLDER_DEPTH and is_entered(path):
                yield from _walk(root, path, depth + 1)
        elif is_wanted(path):
            yield path
