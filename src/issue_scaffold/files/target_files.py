"""The files of a target, read without ever leaving it; and what stands in the way of one."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files import bounded as bounded_files
from issue_scaffold.files.bounded import kind_of
from issue_scaffold.files.folders import DetourError, open_below, split_place
from issue_scaffold.files.names import is_git_folder
from issue_scaffold.files.rendering import File
from issue_scaffold.text.limits import MAX_MANAGED_BYTES


class InTheWayError(ScaffoldError):
    """Something that is no file stands where a file of the template belongs.

    `what` says what it is.
    """

    def __init__(self, message: str, *, hint: str | None = None, what: str = "") -> None:
        super().__init__(message, hint=hint)
        self.what = what


def read_file(root: Path, path: str) -> File | None:
    """Return a file of the target, or None when it has none there.

    Raises InTheWayError where a folder or a device is in the way, ScaffoldError where the file
    can't be read, and where a symlink on the way to it leads out of the target.
    """
    try:
        plain = bounded_files.read_plain(path, below=root, limit=MAX_MANAGED_BYTES)
    except FileNotFoundError:
        return None
    if plain is None:
        return _read_closely(root, path)
    content, state = plain
    return File(content=content, executable=bool(state.st_mode & stat.S_IXUSR))


def _read_closely(root: Path, path: str) -> File | None:
    """Return a file that a link may lead to, or what stands in its place, as `read_file` does."""
    # pathlib takes twice the time.
    place = os.path.join(root, path)  # noqa: PTH118
    try:
        state = os.lstat(place)
    except (FileNotFoundError, NotADirectoryError):
        _refuse_way_out(root, path)
        return None
    except OSError as error:
        raise ScaffoldError(f"{place} can't be read: {error.strerror}") from error
    _refuse_way_out(root, path)
    if stat.S_ISLNK(state.st_mode):
        return File(link=str(Path(place).readlink()))
    if not stat.S_ISREG(state.st_mode):
        raise InTheWayError(
            f"{place} is in the way: it is not a file but {kind_of(state.st_mode)}",
            hint="move it away, then run this again",
            what=kind_of(state.st_mode),
        )
    content = bounded_files.read_file(path, below=root, limit=MAX_MANAGED_BYTES, shown=place)
    return File(content=content, executable=bool(state.st_mode & stat.S_IXUSR))


def read_files(root: Path, paths: Iterable[str]) -> dict[str, File]:
    """Return those of the paths that the target has. Raises ScaffoldError as `read_file` does."""
    return {path: file for path in sorted(paths) if (file := read_file(root, path)) is not None}


def _refuse_way_out(root: Path, path: str) -> None:
    """Raise ScaffoldError when a folder on the way to a path is a file, or leads elsewhere."""
    place = os.fspath(root)
    for part in path.split("/")[:-1]:
        place = os.path.join(place, part)  # noqa: PTH118 - pathlib takes twice the time
        try:
            mode = os.lstat(place).st_mode
        except FileNotFoundError:
            return
        except OSError as error:
            raise ScaffoldError(f"{place} can't be read: {error.strerror}") from error
        if stat.S_ISDIR(mode):
            continue
        folder = Path(place)
        if stat.S_ISLNK(mode) and not _inside(root, folder):
            aim = os.readlink(folder)  # noqa: PTH115 - as it is written
            raise DetourError(
                f"{folder} is a symlink that leads out of the target (to {aim})",
                hint="nothing is ever read or written through it; replace it with a folder",
            )
        if not folder.is_dir():
            raise DetourError(
                f"{folder} is in the way: a folder is needed there", hint="move it away"
            )


def _inside(root: Path, folder: Path) -> bool:
    # Path.resolve() raises on a loop of links in Python 3.12 and older.
    place, top = Path(os.path.realpath(folder)), Path(os.path.realpath(root))
    return place.is_relative_to(top) and not any(map(is_git_folder, place.relative_to(top).parts))


def refuse_detour(root: Path, path: str) -> None:
    """Raise DetourError when nothing may be written at a path, for what stands on the way.

    A folder there may be a symlink, a file, or git's own.

    Raises ScaffoldError where a folder can't be looked into.
    """
    folders, _ = split_place(path)
    try:
        open_below(root, folders).close()
    except FileNotFoundError:
        return
    except NotADirectoryError as error:
        raise DetourError(f"{root} is no folder, so {path} can't be written below it") from error
    except OSError as error:
        raise ScaffoldError(f"the way to {root / path} can't be read: {error.strerror}") from error


def refuse_unwritable(root: Path, path: str) -> None:
    """Raise ScaffoldError when the folder that a path is written to is not writable."""
    folder = (root / path).parent
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ScaffoldError(
            f"nothing was written: {folder} is not writable",
            hint="make the folder writable, or run as a user who may write to it",
        )


def case_twin(root: Path, path: str) -> str | None:
    """Return a path of the target that differs from the given one only by case, or None."""
    folder = root
    shown: list[str] = []
    for part in Path(path).parts:
        try:
            names = os.listdir(folder)  # noqa: PTH208 - names are all that is needed
        except OSError:
            return None
        twin = next(
            (name for name in names if name != part and name.casefold() == part.casefold()), None
        )
        if twin is not None and part not in names:
            return "/".join([*shown, twin])
        shown.append(part)
        folder = folder / part
    return None


def first_missing_folder(root: Path) -> Path | None:
    """Return the topmost folder that making `root` would make, or None when it exists."""
    missing = None
    place = root
    while not place.exists():
        missing, place = place, place.parent
    return missing
