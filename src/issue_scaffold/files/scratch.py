"""Temporary folders: what each kind is called, and that none of them outlives who has made it.

The one place that names something in the system's temporary folder. Whoever makes a folder holds a
lock on it, and so do the processes that it forks; the system drops that when the last of them ends,
however it ends. The next that makes one removes those that nobody holds.
"""

import contextlib
import os
import re
import stat
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from issue_scaffold.files import interrupts

if sys.platform != "win32":
    import fcntl


class ScratchKind(StrEnum):
    """What a folder is for."""

    FLEET = "fleet"  # what workers have; one for a run
    CHECKOUT = "checkout"  # repositories on hosts, in this process
    PUSH = "push"  # commits on their way to a host
    LABELS = "labels"  # labels configs of repositories on hosts
    RENDER = "render"  # templates, and what they make
    MIRROR = "mirror"  # of a template's repository, until it is whole
    TEMPLATE = "template"  # the bundled one, unpacked
    MERGE = "merge"  # the three texts of a merge
    CATALOG = "catalog"  # a copy of a catalog, to try its answers
    PREVIEW = "preview"  # a page, and the profile of a browser


# What is left on purpose: the report of a crash, for people to send. It is removed when it is old.
REPORT_LEAD: Final = "scaffold-report-"
REPORT_SUFFIX: Final = ".txt"
_OLD_SECONDS: Final = 30 * 24 * 3600.0
# Nobody else calls anything so, versions without locks included: what is called so may be removed.
_LEAD: Final = "issue-scaffold-run-"
_NAME: Final = re.compile(rf"{_LEAD}(?:{'|'.join(ScratchKind)})-\w{{8}}", re.ASCII)
_REPORT: Final = re.compile(rf"{REPORT_LEAD}\w{{8}}{re.escape(REPORT_SUFFIX)}", re.ASCII)
_MOST_TRIES: Final = 10
_FOLDER: Final = (
    os.O_RDONLY
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
# The folders whose leftovers this process has looked for.
_swept: set[str] = set()


class Scratch:
    """A temporary folder of ours, which is there until `close`.

    As a context manager it gives the path, and closes itself.
    """

    def __init__(self, kind: ScratchKind, below: Path | None = None) -> None:
        """Make it, in the system's temporary folder or `below` another one. Raises OSError."""
        import tempfile

        parent = tempfile.gettempdir() if below is None else str(below)
        made: Path | None = None
        try:
            with interrupts.deferred():  # a folder that is there is one that will be removed
                _sweep_once(parent)
                made, self._handle = _made(f"{_LEAD}{kind}-", parent)
        except BaseException:  # a signal came meanwhile, and nobody gets the folder
            if made is not None:
                self.path = made
                self.close()
            raise
        self.path = made

    def __enter__(self) -> Path:
        """Return the folder."""
        return self.path

    def __exit__(self, *_: object) -> None:
        """Remove the folder."""
        self.close()

    def close(self) -> None:
        """Remove the folder, as far as that can be, and let go of it."""
        import shutil

        with interrupts.deferred():
            shutil.rmtree(self.path, ignore_errors=True)
            self.let_go()

    def let_go(self) -> Self:
        """Drop the lock of a folder that has got another name, or another owner."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        return self


def _made(lead: str, parent: str) -> tuple[Path, int | None]:
    """Return a new folder, and what holds it. Raises OSError."""
    import tempfile

    for _ in range(_MOST_TRIES):
        path = Path(tempfile.mkdtemp(prefix=lead, dir=parent))
        try:
            return path, _held(path)
        except BlockingIOError:  # somebody has taken it for a leftover, and removes it
            continue
    raise FileExistsError(f"no folder could be made in {parent}")


def share(folder: str) -> None:
    """Hold the folder that another process has made as long as this process lives."""
    with contextlib.suppress(OSError):
        _held(Path(folder))


def _held(folder: Path) -> int | None:
    """Hold a folder together with others; None where the system can't do that.

    Raises BlockingIOError for one that is being removed.
    """
    if sys.platform == "win32":
        return None
    handle = None
    try:
        handle = os.open(folder, _FOLDER)
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), os.lstat(folder)):
            return handle
    except FileNotFoundError:
        pass
    except OSError as error:
        if not isinstance(error, BlockingIOError):  # a file system without locks
            _closed(handle)
            return None
    _closed(handle)
    raise BlockingIOError(str(folder))


def _closed(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)


def _sweep_once(parent: str) -> None:
    if parent not in _swept:
        _swept.add(parent)
        sweep(parent)


def sweep(parent: str) -> None:
    """Remove from a folder what is left of runs that were killed, and reports that are old."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if not entry.name.startswith((_LEAD, REPORT_LEAD)):
                continue
            with contextlib.suppress(OSError):
                _remove_left(entry)


def _remove_left(entry: os.DirEntry[str]) -> None:
    """Remove an entry that is a leftover of this user's. Raises OSError."""
    state = entry.stat(follow_symlinks=False)
    if state.st_uid != os.geteuid():
        return
    if stat.S_ISREG(state.st_mode) and _REPORT.fullmatch(entry.name):
        if time.time() - state.st_mtime > _OLD_SECONDS:
            os.unlink(entry.path)  # noqa: PTH108 - as it was found
    elif stat.S_ISDIR(state.st_mode) and _NAME.fullmatch(entry.name):
        _remove_folder(entry.path)


def _remove_folder(path: str) -> None:
    """Remove a folder that nobody holds. Raises OSError."""
    import shutil

    handle = os.open(path, _FOLDER)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(handle)
