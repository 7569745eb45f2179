"""The one writer of sets of files: a run that dies at any point leaves nothing half done.

All contents are in a journal before the first file changes; then the files are replaced one by one,
in their order. What can't be finished is undone. A run that finds a complete journal finishes it,
an incomplete one is discarded. A file that changed in between is never overwritten. A run that has
ended is kept for the one that takes it back.
"""

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files import interrupts
from issue_scaffold.files.folders import DetourError, refuse_link, split_place
from issue_scaffold.files.target_files import first_missing_folder, refuse_detour, refuse_unwritable
from issue_scaffold.git import command as git
from issue_scaffold.git.folder import enclosing_git_folder
from issue_scaffold.writing.journal import (
    Change,
    Found,
    Journal,
    PendingJournalError,
    Row,
    Run,
    clear,
    drop_journal,
    end_journal,
    has_ended,
    read_journal,
    write_journal,
)
from issue_scaffold.writing.journal_places import find_journals
from issue_scaffold.writing.past_runs import keep_run, settle_run
from issue_scaffold.writing.pending import find_complete, old_leftovers
from issue_scaffold.writing.replay import backward, forward

__all__ = ["Applied", "Change", "Recovery", "Run", "apply", "recover"]

_NOT_RECORDED: Final = Run()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What came of a set of changes: paths that changed meanwhile, left alone, and remarks."""

    left_alone: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """All that a user should know."""
        return (
            *(f"{path} changed meanwhile and was left alone" for path in self.left_alone),
            *self.remarks,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What became of an interrupted run: the paths completed, and what to tell the user.

    `taken_back` is the journal of a run that took back another one, and was completed.
    """

    completed: frozenset[str] | None = None
    notes: tuple[str, ...] = ()
    taken_back: Journal | None = None


def apply(
    root: Path, changes: Sequence[Change], *, purpose: str = "", run: Run = _NOT_RECORDED
) -> Applied:
    """Carry out changes in their order, all or nothing; then bring git's index up to date.

    `recover` must have been called, under the same lock, for the same purpose. `run` says whether
    it can be taken back, which only one without a purpose can. Raises
    ScaffoldError: nothing of the target has changed then, unless it says that the next run
    completes the changes.
    """
    if not changes:
        if run.takes_back:
            _settle(root, run, ())
        return Applied()
    for change in changes:
        _refuse(root, change)
    with interrupts.deferred():
        journal = _begin(root, purpose, changes, run)
        try:
            done, left_alone = forward(root, journal, resumed=False)
        except (OSError, ScaffoldError) as error:
            _give_up(root, journal, error)
        remarks = _tell_git(root, journal, done)
        remarks += _end(root, journal, left_alone)
    return Applied(left_alone=left_alone, remarks=remarks)


def recover(root: Path, *, purpose: str = "") -> Recovery:
    """Finish, undo or discard what an earlier run left, and say so.

    Raises ScaffoldError when it can't be done.
    """
    notes = list(old_leftovers(root))
    completed: set[str] | None = None
    taken_back = None
    for place in find_journals(root, purpose):
        with interrupts.deferred():
            journal, remarks = _recover_one(root, purpose, place)
        notes += remarks
        if journal is not None:
            completed = (completed or set()) | {row.path for row in journal.rows}
            if journal.run.takes_back:
                taken_back = journal
    return Recovery(
        completed=None if completed is None else frozenset(completed),
        notes=tuple(notes),
        taken_back=taken_back,
    )


def _recover_one(root: Path, purpose: str, place: Path) -> tuple[Journal | None, tuple[str, ...]]:
    """Settle one journal; return it if it was completed, and remarks."""
    if place not in find_complete(root, purpose):
        said = has_ended(place) or not any(place.iterdir())
        clear(place)
        return None, () if said else ("an interrupted run was dropped; it had written nothing",)
    journal = read_journal(root, place)
    if journal is None:
        drop_journal(place)
        return None, (
            "an interrupted run was dropped: this folder is another one than it worked on",
        )
    try:
        done, left_alone = forward(root, journal, resumed=True)
    except (OSError, ScaffoldError) as error:
        try:
            backward(root, journal)
            drop_journal(place)
        except (OSError, ScaffoldError):
            raise ScaffoldError(
                f"an interrupted run can be neither completed nor undone: {_told(error)}"
            ) from error
        return None, (f"an interrupted run could not be completed, and was undone: {_told(error)}",)
    remarks = _tell_git(root, journal, done)
    remarks += _end(root, journal, left_alone)
    alone = tuple(f"{path} had changed since and was left alone" for path in left_alone)
    return journal, ("an interrupted run was completed first", *alone, *remarks)


def _refuse(root: Path, change: Change) -> None:
    """Raise ScaffoldError for a change that would leave the target, or isn't permitted."""
    split_place(change.path)
    if change.after == change.before:
        return
    if change.after is not None and change.after.link is not None:
        refuse_link(change.path, change.after.link)
    refuse_detour(root, change.path)
    refuse_unwritable(root, change.path)


def _begin(root: Path, purpose: str, changes: Sequence[Change], run: Run) -> Journal:
    """Write the journal of a set of changes, after making the root.

    Raises ScaffoldError; then nothing is left.
    """
    git_folder = enclosing_git_folder(root)
    if git_folder is not None:
        raise DetourError(f"{git_folder} is git's own folder, into which nothing is ever written")
    missing = first_missing_folder(root)
    above = 0 if missing is None else len(root.relative_to(missing).parts) + 1
    try:
        if missing is not None:
            root.mkdir(parents=True, exist_ok=True)
        found = Found(
            modes=[_mode_of(root, change) for change in changes],
            entries=_index_before(root, changes, run),
            made=_folders_to_make(root, changes),
            made_above=above,
        )
        return write_journal(root, purpose, changes, found, run)
    except BaseException as error:
        if not isinstance(error, PendingJournalError):
            _remove_root(root, above)
        if isinstance(error, OSError):
            raise _nothing_written(error, root) from error
        raise


def _index_before(root: Path, changes: Sequence[Change], run: Run) -> Mapping[str, tuple[str, ...]]:
    """Return what git's index has of the paths that are to change in it, empty if git can't say."""
    paths = [change.path for change in changes if change.index_info]
    if not paths or not run.command or run.takes_back:
        return {}
    try:
        return git.index_entries(root, paths)
    except git.GitError:
        return {}


def _mode_of(root: Path, change: Change) -> int | None:
    if change.before is None or change.before.link is not None:
        return None
    place = os.path.join(root, change.path)  # noqa: PTH118 - pathlib takes twice the time
    if os.path.exists(place):  # noqa: PTH110
        return stat.S_IMODE(os.lstat(place).st_mode)
    return None


def _folders_to_make(root: Path, changes: Sequence[Change]) -> list[str]:
    found: dict[str, None] = {}
    for change in changes:
        parts = change.path.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            if change.after is not None and not os.path.isdir(f"{root}/{folder}"):  # noqa: PTH112
                found[folder] = None
    return list(found)


def _give_up(root: Path, journal: Journal, error: OSError | ScaffoldError) -> None:
    """Undo what is half done, and raise ScaffoldError that says how the target is left."""
    try:
        backward(root, journal)
    except (OSError, ScaffoldError):
        raise ScaffoldError(
            f"writing stopped half way: {_told(error)}",
            hint="the next scaffold run on this target completes it",
        ) from error
    drop_journal(journal.place)
    _remove_root(root, journal.made_above)
    if isinstance(error, OSError):
        raise _nothing_written(error, root) from error
    raise error


def _nothing_written(error: OSError, root: Path) -> ScaffoldError:
    hint = "make room on the disk, then run this again"
    if isinstance(error, PermissionError):
        hint = (
            "make it writable (chattr -i for an immutable file), "
            "or run as a user who may write to it"
        )
    return ScaffoldError(
        f"nothing was written: {error.strerror}: {error.filename or root}", hint=hint
    )


def _told(error: OSError | ScaffoldError) -> str:
    if isinstance(error, ScaffoldError):
        return error.message
    if error.filename:
        return f"{error.strerror}: {error.filename}"
    return str(error.strerror)


def _end(root: Path, journal: Journal, left_alone: Sequence[str]) -> tuple[str, ...]:
    """End a run whose files are all in place; return a remark if it can't be taken back."""
    run = journal.run
    if run.takes_back:
        _settle(root, run, left_alone)
    elif run.command:
        try:
            keep_run(root, journal)
        except OSError as error:
            _end_unrecorded(journal)
            return (f"scaffold undo can't take this back: {_told(error)}",)
        return ()
    _end_unrecorded(journal)
    _remove_root(root, run.unmade_above)
    return ()


def _settle(root: Path, run: Run, left_alone: Sequence[str]) -> None:
    """Forget the run that was taken back, but for what was left of it."""
    try:
        settle_run(root, run.takes_back, (*run.left, *left_alone))
    except OSError as error:
        raise _not_ended(error) from error


def _end_unrecorded(journal: Journal) -> None:
    try:
        end_journal(journal.place)
    except OSError as error:
        error.filename = str(journal.place)
        raise _not_ended(error) from error


def _not_ended(error: OSError) -> ScaffoldError:
    return ScaffoldError(
        f"everything is written, but the record of it can't be removed: {_told(error)}",
        hint="the next scaffold run on this target does that",
    )


def _tell_git(root: Path, journal: Journal, done: Sequence[Row]) -> tuple[str, ...]:
    """Mark conflicts in git's index, or take the marks back; return a remark if git refuses.

    What was left alone is as the user wants it.
    """
    index_info = "".join(row.index_info for row in done)
    if not index_info:
        return ()
    try:
        git.enter_index(root, index_info)
    except git.GitError as error:
        if journal.run.takes_back:
            return (git.index_stays(error),)
        return (git.unmarked(error, index_info),)
    return ()


def _remove_root(root: Path, above: int) -> None:
    """Remove the folders of the root's own path that a run has made, as far as they are empty.

    The one that the user is in stays.
    """
    if above and _is_inside(root):
        return
    for place in (root, *root.parents)[:above]:
        try:
            place.rmdir()
        except OSError:
            return


def _is_inside(root: Path) -> bool:
    try:
        return Path.cwd().is_relative_to(root)
    except OSError:
        return False  # the working directory is gone itself
