"""Reading a file that somebody else put there: regular, within a limit, within a folder.

The one place that opens such files. What is no regular file is told by its kind before it is
opened, since opening a pipe or a device may wait or do something; what was opened is looked at
again, since it may have been swapped. Below a folder, each step of the way is opened without
following links, so that no link swapped in meanwhile leads elsewhere.
"""

import errno
import os
import stat
from collections.abc import Sequence
from typing import Final

from issue_scaffold.errors import ScaffoldError, UsageError, reason_of
from issue_scaffold.text.limits import MAX_BYTES

Place = str | os.PathLike[str]

_ONLY_LOOK: Final = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
# A folder may be passed through without leave to list it.
_FOLDER: Final = (
    getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
)
_STEPWISE: Final = os.open in os.supports_dir_fd and os.stat in os.supports_dir_fd
# Parts of a path that don't lead one step down.
_ELSEWHERE: Final = frozenset({"", ".", ".."})
# What the system says of a link, or of what is no folder, where a folder is to be opened.
_LINKED: Final = frozenset({errno.ELOOP, errno.EMLINK, errno.ENOTDIR})
_KINDS: Final = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISLNK, "a symlink that leads nowhere"),
)
_CHUNK: Final = 1 << 16


class AbsentFileError(UsageError):
    """Nothing is there."""


class NotAFileError(UsageError):
    """Something is there that isn't read: `what` says what it is, as in "is a named pipe"."""

    def __init__(self, message: str, *, hint: str | None = None, what: str = "") -> None:
        super().__init__(message, hint=hint)
        self.what = what


def read_file(
    place: Place, *, below: Place | None = None, limit: int = MAX_BYTES, shown: str | None = None
) -> bytes:
    """Return a regular file's content; `shown` is how messages call it.

    With `below`, a relative place is meant from that folder, not from the current one, and a link
    that leads out of it isn't followed. Without, the user, or a hook, has named the file: no link
    leads out of the work tree that it lies in. Raises AbsentFileError if nothing is there,
    NotAFileError for anything but a regular file and for one that is larger than the limit,
    ScaffoldError if it can't be read.
    """
    name = shown or os.fspath(place)
    content = _read(place, below, name, limit=limit, is_cut=False)
    if len(content) > limit:  # it has grown since
        raise _too_large(name, limit)
    return content


def read_beginning(
    place: Place, *, below: Place | None = None, limit: int = MAX_BYTES, shown: str | None = None
) -> bytes:
    """Return a regular file's content, cut off one byte past the limit.

    Raises as `read_file` does otherwise.
    """
    return _read(place, below, shown or os.fspath(place), limit=limit, is_cut=True)


def repository_around(place: Place) -> str | None:
    """Return the work tree that a path lies in by its name, None if in none.

    Its links are not the user's own.
    """
    # Links stay as they are written.
    folder = os.path.dirname(os.path.abspath(place))  # noqa: PTH100, PTH120
    while not os.path.lexists(os.path.join(folder, ".git")):  # noqa: PTH118
        folder, inner = os.path.dirname(folder), folder  # noqa: PTH120
        if folder == inner:
            return None
    return folder


def _read(place: Place, below: Place | None, name: str, *, limit: int, is_cut: bool) -> bytes:
    try:
        root, path = below, place
        if below is None:
            root, path = repository_around(place), os.path.abspath(place)  # noqa: PTH100
        descriptor = _open_named(path, name) if root is None else _open_below(path, root, name)
        try:
            state = os.fstat(descriptor)
            _refuse_others(state, name)
            if state.st_size > limit and not is_cut:
                raise _too_large(name, limit)
            return _content(descriptor, state.st_size, limit + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _translated(error, name) from None
    except ValueError:  # a zero byte in a name
        raise AbsentFileError(f"{name}: no such file or folder") from None


def read_if_there(
    place: Place, *, below: Place | None = None, limit: int = MAX_BYTES, shown: str | None = None
) -> bytes | None:
    """Return what `read_file` returns, None if nothing is there; raises as it does otherwise."""
    try:
        return read_file(place, below=below, limit=limit, shown=shown)
    except AbsentFileError:
        return None


def read_plain(path: str, *, below: Place, limit: int) -> tuple[bytes, os.stat_result] | None:
    """Return the content and the state of a regular file below a folder, by a way without links.

    None where it isn't plain: whoever looks more closely says what it is. Raises FileNotFoundError
    where plainly nothing is there.
    """
    parts = path.split("/")
    if not _STEPWISE or not _ELSEWHERE.isdisjoint(parts):
        return None
    try:
        descriptor = _open_stepwise(below, parts, path)
    except FileNotFoundError:
        raise
    except (OSError, ScaffoldError, ValueError):
        return None
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode) or state.st_size > limit:
            return None
        content = _content(descriptor, state.st_size, limit + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    if len(content) > limit:  # it has grown since
        return None
    return content, state


def is_plainly_absent(path: str, *, below: Place) -> bool:
    """Tell whether nothing is at a path below a folder, by a way without links.

    Where it isn't plain, whoever opens it says what it is.
    """
    place = os.fspath(below)
    for part in path.split("/"):
        place = f"{place}/{part}"
        try:
            mode = os.lstat(place).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return True
        except (OSError, ValueError):
            return False
        if not stat.S_ISDIR(mode):
            return False
    return False


def _open_named(place: Place, name: str) -> int:
    _refuse_others(os.stat(place), name)  # noqa: PTH116 - places come as text too
    return os.open(place, _ONLY_LOOK)


def _open_below(place: Place, below: Place, name: str) -> int:
    parts = os.fspath(place).split(os.sep)  # noqa: PTH206 - pathlib takes twice the time
    if _STEPWISE and _ELSEWHERE.isdisjoint(parts):
        try:
            return _open_stepwise(below, parts, name)
        except OSError as error:
            if error.errno not in _LINKED:
                raise
    return _open_resolved(place, below, name)


def _open_stepwise(root: Place, parts: Sequence[str], name: str) -> int:
    """Open a file below a folder by a way without links. Raises OSError where there is one."""
    folder = os.open(root, _FOLDER)
    try:
        *parents, last = parts
        for part in parents:
            inner = os.open(part, _FOLDER | _NO_LINK, dir_fd=folder)
            os.close(folder)
            folder = inner
        state = os.stat(last, dir_fd=folder, follow_symlinks=False)
        if stat.S_ISLNK(state.st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        _refuse_others(state, name)
        return os.open(last, _ONLY_LOOK | _NO_LINK, dir_fd=folder)
    finally:
        os.close(folder)


def _open_resolved(place: Place, below: Place, name: str) -> int:
    root = os.path.realpath(below)
    # pathlib takes twice the time.
    real = os.path.realpath(os.path.join(root, place))  # noqa: PTH118
    lead = root.rstrip(os.sep) + os.sep
    if real == root:
        _refuse_others(os.stat(root), name)  # noqa: PTH116 - as above
    parts = real.removeprefix(lead).split(os.sep)  # noqa: PTH206 - it is a relative path
    what = ""
    if not real.startswith(lead):
        what = "a symlink that leads out of the folder"
    elif ".git" in parts and ".git" not in os.fspath(place).split("/"):
        what = "a symlink into git's own folder"  # where a token may stand, in the URL of a remote
    if what:
        raise NotAFileError(
            f"{name} is {what}, not a regular file", hint="put a file in its place", what=what
        )
    return _open_stepwise(root, parts, name) if _STEPWISE else _open_named(real, name)


def _too_large(name: str, limit: int) -> NotAFileError:
    what = f"larger than {limit // 1024:,} KiB"
    return NotAFileError(f"{name} is {what}", hint="nothing this large is read", what=what)


def _refuse_others(state: os.stat_result, name: str) -> None:
    """Raise NotAFileError for anything but a regular file."""
    if stat.S_ISREG(state.st_mode):
        return
    what = kind_of(state.st_mode)
    raise NotAFileError(
        f"{name} is {what}, not a regular file", hint="put a file in its place", what=what
    )


def kind_of(mode: int) -> str:
    """Return what a mode is that is no regular file's, as in "is a named pipe"."""
    return next((words for is_kind, words in _KINDS if is_kind(mode)), "something unknown")


def _content(descriptor: int, size: int, left: int) -> bytes:
    chunks: list[bytes] = []
    while left > 0:
        # One byte more than the size, so that one call does, and a file that has grown is noticed.
        chunk = os.read(descriptor, min(left, max(size + 1, _CHUNK)))
        if not chunk:
            break
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


def _translated(error: OSError, name: str) -> ScaffoldError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return AbsentFileError(
            f"{name}: no such file or folder",
            hint="check the path, or leave it out for the current folder",
        )
    if error.errno == errno.ELOOP:
        what = "a symlink that leads to itself"
        return NotAFileError(
            f"{name} is {what}, not a regular file", hint="put a file in its place", what=what
        )
    return ScaffoldError(f"{name} can't be read: {reason_of(error)}", hint="check permissions")
