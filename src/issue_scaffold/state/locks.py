"""Locks between processes, on files in the cache folder.

The system drops them when a process dies.

Ours rather than `filelock`: to import that takes 200 million instructions, this 2 million, and a
whole check on a warm cache 340 million.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Final

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.state.cache_store import digest_of
from issue_scaffold.state.user_folders import cache_folder

_POLL_SECONDS: Final = 0.05

if sys.platform == "win32":
    import msvcrt

    def try_lock(handle: int) -> bool:
        """Lock an open file unless another process has; return whether it is locked now."""
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def try_lock(handle: int) -> bool:
        """Lock an open file unless another process has; return whether it is locked now."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def lock_within(handle: int, seconds: float) -> bool:
    """Lock an open file, waiting for another process; return whether it is locked now."""
    deadline = time.monotonic() + seconds
    while not try_lock(handle):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


@contextmanager
def hold(
    folder: Path,
    name: str,
    *,
    what: str,
    patience: float = 60.0,
    on_wait: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """Hold the lock `name`, waiting up to `patience` seconds for another process.

    `on_wait` is called once before that.

    A cache folder that can't be written is replaced by the system's temporary folder. Raises
    ScaffoldError when the other process, working on `what`, doesn't end in time.
    """
    handle = _open(folder / "locks", name)
    try:
        deadline = time.monotonic() + patience
        told = False
        while not try_lock(handle):
            if time.monotonic() >= deadline:
                raise ScaffoldError(
                    f"another scaffold run has been working on {what} for {patience:.0f} seconds",
                    hint="wait for it to end, then run this again",
                )
            if not told:
                told = True
                on_wait()
            time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(handle)


def hold_target(
    root: Path, *, shown: str, on_wait: Callable[[], None] = lambda: None, purpose: str = ""
) -> AbstractContextManager[None]:
    """Hold the lock of everything that is written to a folder for one purpose.

    Raises as `hold` does.
    """
    key = digest_of(str(root), purpose) if purpose else digest_of(str(root))
    return hold(cache_folder(), f"target-{key[:32]}", what=shown, on_wait=on_wait)


def forget_target(root: Path) -> None:
    """Remove the lock of a folder that is going away, and that nobody else has known of."""
    name = f"target-{digest_of(str(root))[:32]}.lock"
    for place in (cache_folder() / "locks", _temporary_folder()):
        with suppress(OSError):
            (place / name).unlink()


def _open(folder: Path, name: str) -> int:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    with suppress(OSError):
        return _opened(folder, f"{name}.lock", flags)
    with suppress(OSError):
        return _opened(_temporary_folder(), f"{name}.lock", flags)
    raise ScaffoldError(
        "no lock file can be made, neither in the cache folder nor in the temporary folder"
    )


def _opened(folder: Path, name: str, flags: int) -> int:
    place = os.path.join(folder, name)  # noqa: PTH118 - pathlib takes twice the time
    try:
        return os.open(place, flags, 0o666)
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
        return os.open(place, flags, 0o666)


def _temporary_folder() -> Path:
    import tempfile

    # One for each user: nobody can make a file in another one's.
    user = os.getuid() if sys.platform != "win32" else 0
    return Path(tempfile.gettempdir()) / f"issue-scaffold-locks-{user}"
