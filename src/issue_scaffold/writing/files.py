"""Writing files that a user names by the way of every target: whole, or not at all.

Owns which folder such files belong to, and that no link on the way to them leads out of it.
"""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from issue_scaffold.errors import ScaffoldError, reason_of
from issue_scaffold.files.folders import DetourError
from issue_scaffold.files.rendering import File
from issue_scaffold.git.folder import find_work_tree
from issue_scaffold.state.locks import hold_target
from issue_scaffold.writing import staging


class Place(NamedTuple):
    """A file below the folder that its changes are kept with: a work tree, or its own."""

    root: Path
    path: str


def find_place(path: Path, *, within: Path | None = None) -> Place:
    """Return where a file is written that is named by a path; links are followed.

    `within` is the folder that it belongs to outside of a git work tree (None: the one it lies in).
    Raises DetourError when it leads out of that.
    """
    named = Path(os.path.abspath(path))  # noqa: PTH100 - `..` is taken out as it is written
    tree = find_work_tree(named.parent)
    root = Path(os.path.realpath(tree.top if tree is not None else within or named.parent))
    place = Path(os.path.realpath(named))
    if not place.is_relative_to(root) or place == root:
        raise DetourError(
            f"{path} leads out of {root} through a symlink (to {place}); nothing was written",
            hint="name the file that you mean by its own path",
        )
    return Place(root, place.relative_to(root).as_posix())


@contextmanager
def writing(root: Path, *, shown: str) -> Iterator[staging.Recovery]:
    """Hold the lock on a folder, after settling what an interrupted run left in it.

    Raises ScaffoldError.
    """
    with hold_target(root, shown=shown):
        yield staging.recover(root)


def read_present(root: Path, path: str) -> File | None:
    """Return the file that a folder has at a path, or None for nothing there.

    Raises ScaffoldError.
    """
    place = root / path
    try:
        state = place.lstat()
        if not stat.S_ISREG(state.st_mode):
            raise ScaffoldError(
                f"{place} is in the way: it is not a file", hint="move it away, then run this again"
            )
        return File(content=place.read_bytes(), executable=bool(state.st_mode & stat.S_IXUSR))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ScaffoldError(f"{place} can't be read: {error.strerror}") from error


def write_files(root: Path, files: Mapping[str, bytes], *, command: str = "") -> None:
    """Write files below a folder, which is made when it isn't there.

    Existing files keep their mode. `command` is what can be taken back, empty for nothing.

    Must be called in `writing`. Raises ScaffoldError when one can't be written; then none has been.
    """
    changes = []
    for path, content in files.items():
        before = read_present(root, path)
        after = File(content=content, executable=before is not None and before.executable)
        if after != before:
            changes.append(staging.Change(path=path, before=before, after=after))
    apply_all(root, changes, command=command)


def apply_all(
    root: Path, changes: Sequence[staging.Change], *, purpose: str = "", command: str = ""
) -> None:
    """Carry out changes, none of which may be passed over.

    `command` is what can be taken back, empty for nothing. Raises ScaffoldError.
    """
    run = staging.Run(command=command)
    left = staging.apply(root, changes, purpose=purpose, run=run).left_alone
    if left:
        raise ScaffoldError(
            f"{', '.join(left)} changed meanwhile and was left alone", hint="run this again"
        )


def replace_file(path: Path, content: bytes) -> None:
    """Give one file a content, whatever it had; its folder is made when it isn't there.

    What is no file, like a pipe or a terminal, is written to. Raises ScaffoldError.
    """
    if path.exists() and not path.is_file():
        _write_through(path, content)
        return
    place = find_place(path)
    # Apart from what is written to the folder as a whole: a report must not complete an interrupted
    # update.
    purpose = f"file {place.path}"
    with hold_target(place.root, shown=str(path), purpose=purpose):
        staging.recover(place.root, purpose=purpose)
        before = read_present(place.root, place.path)
        after = File(content=content, executable=before is not None and before.executable)
        if after != before:
            change = staging.Change(path=place.path, before=before, after=after)
            apply_all(place.root, [change], purpose=purpose)


def settle_file(path: Path) -> bool:
    """Settle what an interrupted `replace_file` left; return whether the file was completed.

    Raises ScaffoldError.
    """
    if path.exists() and not path.is_file():
        return False
    place = find_place(path)
    purpose = f"file {place.path}"
    with hold_target(place.root, shown=str(path), purpose=purpose):
        return staging.recover(place.root, purpose=purpose).completed is not None


def _write_through(path: Path, content: bytes) -> None:
    try:
        with path.open("wb") as file:
            file.write(content)
    except OSError as error:
        raise ScaffoldError(f"{path} can't be written: {reason_of(error)}") from error
