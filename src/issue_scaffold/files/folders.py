"""Folders that are opened step by step: the way to every file that is written.

From the root down each step is opened below the one before it and never through a link, so what is
written lands where it was looked at, whatever is renamed meanwhile. Git's own folder is known by
what it holds, not by its name alone. Owns every call that changes a target; must not decide what is
written.
"""

import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.names import is_git_folder
from issue_scaffold.text.limits import MAX_MANAGED_BYTES

# Windows opens no folders: there each step is looked at before it is taken.
_BY_DESCRIPTOR: Final = hasattr(os, "O_NOFOLLOW") and os.supports_dir_fd.issuperset(
    {os.open, os.mkdir, os.stat, os.unlink, os.rename, os.rmdir, os.symlink, os.readlink, os.link}
)
_FOLDER_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
# A pipe would block when it is opened.
_READ_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_NEW_FLAGS: Final = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_BLOCK_BYTES: Final = 1 << 20


class DetourError(ScaffoldError):
    """A folder on the way to a path is a link, a file, or git's own; nothing is written."""


class Folder:
    """An opened folder.

    Names are those of its own entries; every method raises OSError as the call it makes.
    """

    def __init__(self, path: Path, descriptor: int | None) -> None:
        self.path = path
        self._descriptor = descriptor

    def __enter__(self) -> Self:
        """Return the folder itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close it; once is enough."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def child(self, name: str) -> "Folder":
        """Open a folder in this one.

        Raises DetourError for something else, FileNotFoundError for nothing.
        """
        place = self.path / name
        if self._descriptor is not None:
            try:
                return Folder(place, os.open(name, _FOLDER_FLAGS, dir_fd=self._descriptor))
            except OSError as error:
                if error.errno not in {errno.ENOTDIR, errno.ELOOP, errno.EMLINK}:
                    raise
                raise self._detour(name) from None
        state = os.lstat(place)
        if not stat.S_ISDIR(state.st_mode) or getattr(state, "st_reparse_tag", None):
            raise self._detour(name)
        return Folder(place, None)

    def _detour(self, name: str) -> DetourError:
        place = self.path / name
        try:
            aim = self.link(name)
        except OSError:
            return DetourError(
                f"{place} is in the way: a folder is needed there", hint="move it away"
            )
        return DetourError(
            f"{place} is a symlink (to {aim}), and nothing is ever written through one",
            hint="replace it with a folder",
        )

    def state(self, name: str) -> os.stat_result | None:
        """Return what the system says of an entry, links not followed.

        None when there is no such entry.
        """
        try:
            return os.stat(self._named(name), dir_fd=self._descriptor, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def link(self, name: str) -> str:
        """Return where a symlink leads, as it is written."""
        return os.readlink(self._named(name), dir_fd=self._descriptor)

    def read(self, name: str) -> bytes:
        """Return a regular file's content, of at most `MAX_MANAGED_BYTES`.

        A link is never followed.
        """
        handle = os.open(self._named(name), _READ_FLAGS, dir_fd=self._descriptor)
        with os.fdopen(handle, "rb") as file:
            content = file.read(MAX_MANAGED_BYTES + 1)
        if len(content) > MAX_MANAGED_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(self.path / name))
        return content

    def write_new(self, name: str, content: bytes, *, synced: bool = True) -> None:
        """Make a file that wasn't there, readable by its owner alone.

        With `synced`, bring it to the disk.
        """
        handle = os.open(self._named(name), _NEW_FLAGS, 0o600, dir_fd=self._descriptor)
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(handle, left[:_BLOCK_BYTES]) :]
            if synced:
                os.fsync(handle)
        finally:
            os.close(handle)

    def write_link(self, name: str, aim: str) -> None:
        """Make a symlink that wasn't there."""
        os.symlink(aim, self._named(name), dir_fd=self._descriptor)

    def take_over(self, name: str, other: "Folder", other_name: str) -> None:
        """Make an entry that is the same file as another folder's: a hard link."""
        os.link(
            other._named(other_name),  # noqa: SLF001 - another one of this class
            self._named(name),
            src_dir_fd=other._descriptor,  # noqa: SLF001
            dst_dir_fd=self._descriptor,
            follow_symlinks=False,
        )

    def set_owner(self, name: str, user: int, group: int) -> None:
        """Give a file to a user and a group."""
        if hasattr(os, "chown"):
            os.chown(self._named(name), user, group, dir_fd=self._descriptor, follow_symlinks=False)

    def set_mode(self, name: str, mode: int) -> None:
        """Set the permissions of a file that this process has just made; it must be no link."""
        os.chmod(self._named(name), mode, dir_fd=self._descriptor)

    def replace(self, name: str, new_name: str) -> None:
        """Rename an entry within the folder, in the place of what has the new name."""
        os.replace(
            self._named(name),
            self._named(new_name),
            src_dir_fd=self._descriptor,
            dst_dir_fd=self._descriptor,
        )

    def remove(self, name: str) -> None:
        """Remove a file or a link."""
        os.unlink(self._named(name), dir_fd=self._descriptor)

    def discard(self, name: str) -> None:
        """Remove a file or a link if there is one."""
        try:
            self.remove(name)
        except FileNotFoundError:
            return

    def make_folder(self, name: str) -> None:
        """Make a folder."""
        os.mkdir(self._named(name), dir_fd=self._descriptor)

    def remove_folder(self, name: str) -> None:
        """Remove an empty folder."""
        os.rmdir(self._named(name), dir_fd=self._descriptor)

    def names(self) -> list[str]:
        """Return the names of all entries."""
        place = self.path if self._descriptor is None else self._descriptor
        return os.listdir(place)  # noqa: PTH208

    def sync(self) -> None:
        """Bring renames and removals in the folder to the disk, where the system can."""
        if self._descriptor is None:
            return
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
                raise

    def is_git_folder(self) -> bool:
        """Return whether git keeps its data here, by what git itself looks for."""
        # https://github.com/git/git/blob/master/setup.c, is_git_directory
        if self.state("HEAD") is None:
            return False
        holds_objects = self.state("objects") is not None and self.state("refs") is not None
        return holds_objects or self.state("commondir") is not None

    def refuse_git(self) -> None:
        """Raise DetourError when this is git's own folder, by its name or by what it holds."""
        if is_git_folder(self.path.name) or self.is_git_folder():
            raise DetourError(
                f"{self.path} is git's own folder, into which nothing is ever written"
            )

    def _named(self, name: str) -> str:
        if self._descriptor is not None:
            return name
        return os.path.join(self.path, name)  # noqa: PTH118


def open_root(root: Path) -> Folder:
    """Open a folder by its own path, whose symlinks the caller has resolved. Raises OSError."""
    if _BY_DESCRIPTOR:
        return Folder(root, os.open(root, _FOLDER_FLAGS))
    if not stat.S_ISDIR(os.lstat(root).st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(root))
    return Folder(root, None)


def open_below(root: Path, parts: Sequence[str], *, make: bool = False) -> Folder:
    """Open the folder at `parts` below a root, with `make` after making what isn't there.

    Raises DetourError for a link, a file or git's own folder on the way, FileNotFoundError for a
    missing folder.
    """
    folder = open_root(root)
    try:
        for part in parts:
            if make and folder.state(part) is None:
                folder.make_folder(part)
            inner = folder.child(part)
            folder.close()
            folder = inner
            folder.refuse_git()
    except BaseException:
        folder.close()
        raise
    return folder


def split_place(path: str) -> tuple[list[str], str]:
    """Return the folders on the way to a path below a root, and its last name.

    Raises DetourError for a path that leaves the root or enters git's own folder by its name.
    """
    parts = path.split("/")
    bad = {"", ".", ".."}.intersection(parts)
    is_absolute = os.path.isabs(path)  # noqa: PTH117 - a text, not a place
    if bad or "\0" in path or is_absolute or os.path.splitdrive(path)[0]:
        raise DetourError(f"{path!r} is no path below a folder")
    if any(is_git_folder(part) for part in parts):
        raise DetourError(f"{path!r} lies in git's own folder, into which nothing is ever written")
    return parts[:-1], parts[-1]


def refuse_link(path: str, aim: str) -> None:
    """Raise DetourError for a symlink below a root that would leave it, or enter git's folder."""
    # Texts, not places: nothing is looked up.
    place = os.path.normpath(os.path.join(os.path.dirname(path), aim))  # noqa: PTH118, PTH120
    if place != ".":
        split_place(Path(place).as_posix())
