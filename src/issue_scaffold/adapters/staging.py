"""Writing to a target so that a run that dies at any point leaves nothing half done.

All contents are staged in one folder beside the answers file and synced, a manifest last; then they replace the
target's files one by one, in the manifest's order. A run that finds a complete staging folder finishes it, an
incomplete one is discarded. A file that changed in between is never overwritten.
"""

import hashlib
import json
import os
import re
import shutil
import stat
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from issue_scaffold.adapters import git
from issue_scaffold.adapters.target import refuse_detour, refuse_unwritable
from issue_scaffold.domain.rendering import File, check_path
from issue_scaffold.errors import ScaffoldError, TemplateError

FOLDER: Final = ".scaffold-staging"
_MANIFEST: Final = "manifest.json"
_STAGED: Final = re.compile(r"\d{4,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file to write, or with `after` None to delete; `before` is what the target has there now.

    `index_info` is entered into git's index once all files are in place; a change may consist of nothing else.
    """

    path: str
    before: File | None
    after: File | None
    index_info: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    path: str
    staged: str | None
    before: str | None
    after: str | None
    index_info: str


def apply(root: Path, answers_file: str, changes: Sequence[Change]) -> tuple[str, ...]:
    """Carry out changes in their order, all or nothing; then bring git's index up to date.

    Returns the paths that were left alone because they have changed meanwhile. Raises ScaffoldError; then nothing of
    the target has changed, unless the system failed between two replacements: those the next run completes.
    """
    _stage(root, answers_file, changes)
    try:
        return _roll_forward(root, answers_file)
    except OSError as error:
        raise ScaffoldError(
            f"writing stopped half way: {error.strerror}: {error.filename}",
            hint="the next scaffold run on this target completes it",
        ) from error


def recover(root: Path, answers_file: str) -> tuple[str, ...] | None:
    """Finish or discard what an earlier run left; None when there was nothing to finish.

    Returns the paths that were left alone because they have changed since. Raises ScaffoldError.
    """
    folder = _folder(root, answers_file)
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise ScaffoldError(f"{folder} is in the way: scaffold needs a folder of that name", hint="move it away")
    if not folder.is_dir():
        return None
    try:
        if not (folder / _MANIFEST).is_file():
            shutil.rmtree(folder)
            return None
        return _roll_forward(root, answers_file)
    except OSError as error:
        raise ScaffoldError(f"an interrupted run can't be completed: {error.strerror}: {error.filename}") from error


def _folder(root: Path, answers_file: str) -> Path:
    return (root / answers_file).parent / FOLDER


def _stage(root: Path, answers_file: str, changes: Sequence[Change]) -> None:
    folder = _folder(root, answers_file)
    for change in changes:
        refuse_detour(root, change.path)
        refuse_unwritable(root, change.path)
    made = _missing_folders(folder)
    try:
        folder.mkdir(parents=True)
        rows = [_stage_file(folder, index, change) for index, change in enumerate(changes)]
        for row in rows:
            if row.staged:
                _sync(folder / row.staged)
        draft = folder / "manifest.new"
        draft.write_text(json.dumps([asdict(row) for row in rows]), encoding="ascii")
        _sync(draft)
        draft.replace(folder / _MANIFEST)
        _sync(folder)
    except BaseException as error:
        shutil.rmtree(made[0], ignore_errors=True)
        if isinstance(error, OSError):
            raise ScaffoldError(f"nothing was written: {error.strerror}: {root}", hint=_hint_for(error)) from error
        raise


def _missing_folders(folder: Path) -> list[Path]:
    return [place for place in reversed((folder, *folder.parents)) if not place.exists()]


def _hint_for(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "make the folder writable, or run as a user who may write to it"
    return "make room on the disk, then run this again"


def _stage_file(folder: Path, index: int, change: Change) -> _Row:
    row = _Row(
        path=change.path,
        staged=None,
        before=_fingerprint(change.before),
        after=_fingerprint(change.after),
        index_info=change.index_info,
    )
    if change.after is None or change.after == change.before:
        return row
    staged = folder / f"{index:04}"
    if change.after.link is not None:
        staged.symlink_to(change.after.link)
    else:
        staged.write_bytes(change.after.content)
        staged.chmod(_mode(change))
    return replace(row, staged=staged.name)


def _mode(change: Change) -> int:
    umask = os.umask(0)
    os.umask(umask)
    return (0o777 if change.after and change.after.executable else 0o666) & ~umask


def _roll_forward(root: Path, answers_file: str) -> tuple[str, ...]:
    folder = _folder(root, answers_file)
    done: list[_Row] = []
    skipped: list[_Row] = []
    for row in _read_manifest(folder):
        (done if _carry_out(root, folder, row) else skipped).append(row)
    # What was skipped is as the user wants it now; perhaps a conflict that is resolved.
    if index_info := "".join(row.index_info for row in done):
        git.enter_index(root, index_info)
    # Once for each folder, and before the manifest goes: until then a power cut is made good by the next run.
    for changed in {(root / row.path).parent for row in done if row.staged}:
        _sync(changed)
    for left in folder.iterdir():
        if left.name != _MANIFEST:
            left.unlink()
    (folder / _MANIFEST).unlink()
    folder.rmdir()
    return tuple(row.path for row in skipped)


def _read_manifest(folder: Path) -> list[_Row]:
    """Return the rows of a manifest; one that this module didn't write must not move a file anywhere."""
    try:
        rows = [_Row(**data) for data in json.loads((folder / _MANIFEST).read_text(encoding="ascii"))]
        for row in rows:
            check_path(row.path)
        if all(row.staged is None or _STAGED.fullmatch(row.staged) for row in rows):
            return rows
    except (ValueError, TypeError, TemplateError):
        pass
    raise ScaffoldError(f"{folder} was not left by an interrupted run of scaffold", hint="look into it and remove it")


def _carry_out(root: Path, folder: Path, row: _Row) -> bool:
    """Do one row; return False when the target's file is neither what it was nor what it shall be."""
    refuse_detour(root, row.path)
    place = root / row.path
    now = _fingerprint_at(place)
    if now != row.after:
        if now != row.before or (row.staged and not os.path.lexists(folder / row.staged)):
            return False
        if row.staged is None:
            place.unlink()
        else:
            _put(folder / row.staged, place, keep_mode=now is not None)
    if row.after is None:
        _remove_empty_folders(root, place.parent)
    return True


def _put(staged: Path, place: Path, *, keep_mode: bool) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if keep_mode and not staged.is_symlink() and not place.is_symlink():
        _keep_mode(place, staged)
    staged.replace(place)


def _keep_mode(place: Path, staged: Path) -> None:
    """Give the new file the old one's permissions, but for the executable bit, which is the plan's."""
    old, new = stat.S_IMODE(place.stat().st_mode), stat.S_IMODE(staged.stat().st_mode)
    if bool(old & stat.S_IXUSR) == bool(new & stat.S_IXUSR):
        staged.chmod(old)


def _remove_empty_folders(root: Path, folder: Path) -> None:
    while folder != root and folder.is_relative_to(root):
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _fingerprint(file: File | None) -> str | None:
    if file is None:
        return None
    if file.link is not None:
        return f"link {file.link}"
    return f"{'x' if file.executable else '-'} {hashlib.sha256(file.content).hexdigest()}"


def _fingerprint_at(place: Path) -> str | None:
    try:
        state = place.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(state.st_mode):
        return _fingerprint(File(link=str(place.readlink())))
    if not stat.S_ISREG(state.st_mode):
        return "not a file"
    return _fingerprint(File(content=place.read_bytes(), executable=bool(state.st_mode & stat.S_IXUSR)))


def _sync(place: Path) -> None:
    """Bring a file or a folder to the disk, where the system can."""
    if place.is_symlink():
        return
    try:
        handle = os.open(place, os.O_RDONLY)
    except PermissionError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
