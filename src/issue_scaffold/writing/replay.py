"""Carrying out a journal, forward or backward, row by row: each file takes its place in one step.

Can be begun again at any point, in either direction: a file that is as it was is changed, one that
is as it shall be is left, and one that is neither is somebody else's by now.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.folders import DetourError, Folder, open_below, split_place
from issue_scaffold.writing.journal import Journal, Row, aim_of, fingerprint_at, new_name, old_name
from issue_scaffold.writing.journal_places import open_journal_folder

# A folder that can't be removed for one of these reasons may stay, empty as it is; git leaves it
# too.
_MAY_STAY: Final = frozenset(
    {errno.ENOTEMPTY, errno.EEXIST, errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS}
)
# The file system has no hard links, or the journal lies on another one.
_NO_LINK: Final = frozenset(
    {
        errno.EXDEV,
        errno.EPERM,
        errno.EACCES,
        errno.ENOTSUP,
        errno.EMLINK,
        errno.ENOSYS,
        errno.EINVAL,
    }
)


def forward(root: Path, journal: Journal, *, resumed: bool) -> tuple[list[Row], tuple[str, ...]]:
    """Carry out a journal; return the rows that are done and the paths left alone.

    Raises OSError, ScaffoldError.
    """
    done: list[Row] = []
    left_alone: list[str] = []
    with open_journal_folder(journal.place) as contents:
        for number, row in enumerate(journal.rows):
            try:
                is_done = _carry_out(root, journal, contents, number, resumed=resumed)
            except OSError as error:
                # The system knows the name below an opened folder only.
                error.filename, error.filename2 = str(root / row.path), None
                raise
            if is_done:
                done.append(row)
            else:
                left_alone.append(row.path)
    # Once for each folder, and before the journal goes: until then a power cut is made good by the
    # next run.
    _sync_folders(
        root, [row.path for row in done if row.changes and row.after is not None], journal.made
    )
    return done, tuple(left_alone)


def _sync_folders(root: Path, paths: Iterable[str], made: Iterable[str]) -> None:
    folders = {path.rpartition("/")[0] for path in (*paths, *made)}
    for folder in sorted(folders):
        with open_below(root, folder.split("/") if folder else ()) as opened:
            opened.sync()


def _carry_out(
    root: Path, journal: Journal, contents: Folder, number: int, *, resumed: bool
) -> bool:
    """Do one row.

    Return False when the target's file is neither what it was nor what it shall be.
    """
    row = journal.rows[number]
    if not row.changes and (row.after is None or not resumed):
        return True
    parts, name = split_place(row.path)
    if row.after is None:
        return _delete(root, journal, row)
    temporary = journal.temporary_name(number)
    try:
        with open_below(root, parts, make=row.before is None) as folder:
            if resumed:
                folder.discard(temporary)
            now = fingerprint_at(folder, name)
            if now == row.before and row.changes:
                _put(
                    folder,
                    name,
                    temporary,
                    _Content(contents, new_name(number), row.after),
                    mode=row.new_mode,
                )
            return now in {row.before, row.after}
    except FileNotFoundError:
        if (root / row.path).parent.is_dir():
            raise
        return False  # the user has removed the folder of a file that was there


def _delete(root: Path, journal: Journal, row: Row) -> bool:
    parts, name = split_place(row.path)
    try:
        with open_below(root, parts) as folder:
            now = fingerprint_at(folder, name)
            if now not in {None, row.before}:
                return False
            if now is not None:
                folder.remove(name)
                folder.sync()
    except (FileNotFoundError, DetourError):
        pass  # gone with its folder
    _remove_empty_folders(root, parts, journal.run.may_remove)
    return True


class _Content(NamedTuple):
    """What a file is to hold: a file of the journal's folder, or a link's fingerprint."""

    folder: Folder
    name: str
    wanted: str


def _put(folder: Folder, name: str, temporary: str, content: _Content, *, mode: int | None) -> None:
    """Give an entry of a folder its content in one step, by way of a new file beside it.

    It keeps the permissions and the owner of the file that it replaces, unless `mode` says which
    permissions.
    """
    aim = aim_of(content.wanted)
    if aim is not None:
        folder.write_link(temporary, aim)
    else:
        # Permissions apart, which are set below.
        found = fingerprint_at(content.folder, content.name)
        if found is None or found[1:] != content.wanted[1:]:
            raise ScaffoldError(f"{content.folder.path / content.name} is damaged or gone")
        _copy(folder, temporary, content)
        state = folder.state(name)
        executable = content.wanted.startswith("x")
        if state is not None and stat.S_ISREG(state.st_mode):
            _keep_owner(folder, temporary, state)
            mode = _kept_mode(state, executable=executable) if mode is None else mode
        folder.set_mode(temporary, _new_mode(executable=executable) if mode is None else mode)
    folder.replace(temporary, name)


def _copy(folder: Folder, temporary: str, content: _Content) -> None:
    try:
        folder.take_over(temporary, content.folder, content.name)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        folder.write_new(temporary, content.folder.read(content.name))


def _keep_owner(folder: Folder, name: str, like: os.stat_result) -> None:
    state = folder.state(name)
    if state is not None and (state.st_uid, state.st_gid) != (like.st_uid, like.st_gid):
        # Only the superuser gives files away; others keep at least the group, where they are in it.
        try:
            folder.set_owner(name, like.st_uid, like.st_gid)
        except PermissionError:
            with contextlib.suppress(PermissionError):
                folder.set_owner(name, -1, like.st_gid)


def _kept_mode(state: os.stat_result, *, executable: bool) -> int | None:
    """Return the permissions of a replaced file, None when its executable bit is to change."""
    old = stat.S_IMODE(state.st_mode) & 0o777
    if bool(old & stat.S_IXUSR) == executable:
        return old
    return None


def _new_mode(*, executable: bool) -> int:
    umask = os.umask(0)
    os.umask(umask)
    return (0o777 if executable else 0o666) & ~umask


def _remove_empty_folders(
    root: Path, parts: Sequence[str], may_remove: Callable[[str], bool]
) -> None:
    """Remove the folders that a deleted file leaves empty, from the innermost up."""
    for depth in range(len(parts), 0, -1):
        if not may_remove("/".join(parts[:depth])):
            return
        try:
            with open_below(root, parts[: depth - 1]) as folder:
                folder.remove_folder(parts[depth - 1])
                folder.sync()
        except (FileNotFoundError, NotADirectoryError, DetourError):
            continue  # gone already; a run that died may have left the one above
        except OSError as error:
            if error.errno not in _MAY_STAY:
                raise
            return


def backward(root: Path, journal: Journal) -> None:
    """Bring back what a journal's rows had changed.

    Raises the first error when all has been tried.
    """
    failures: list[OSError | ScaffoldError] = []
    with open_journal_folder(journal.place) as contents:
        for number in reversed(range(len(journal.rows))):
            try:
                _undo(root, journal, contents, number)
            except (OSError, ScaffoldError) as error:
                failures.append(error)
    for folder in sorted(journal.made, key=len, reverse=True):
        try:
            _unmake(root, folder.split("/"))
        except OSError as error:
            failures.append(error)
    if failures:
        raise failures[0]


def _undo(root: Path, journal: Journal, contents: Folder, number: int) -> None:
    row = journal.rows[number]
    if not row.changes:
        return
    parts, name = split_place(row.path)
    temporary = journal.temporary_name(number)
    try:
        with open_below(root, parts, make=row.before is not None) as folder:
            folder.discard(temporary)
            if fingerprint_at(folder, name) != row.after:
                return
            if row.before is None:
                folder.remove(name)
            else:
                _put(
                    folder,
                    name,
                    temporary,
                    _Content(contents, old_name(number), row.before),
                    mode=row.mode,
                )
            folder.sync()
    except FileNotFoundError:
        if row.before is not None:
            raise
    except DetourError:
        # What was to come stands below what is still there.
        if row.before is not None:
            raise


def _unmake(root: Path, parts: Sequence[str]) -> None:
    """Remove a folder that a run has made, if it is empty."""
    try:
        with open_below(root, parts[:-1]) as folder:
            folder.remove_folder(parts[-1])
    except (FileNotFoundError, NotADirectoryError, DetourError):
        return
    except OSError as error:
        if error.errno not in _MAY_STAY:
            raise
