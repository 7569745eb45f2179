"""`scaffold undo`: take back the last run that wrote to a target, exactly.

Owns which run that is and what becomes of each of its files. What was edited since is never
touched; nothing but what the run itself wrote is ever overwritten.
"""

import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from pathlib import Path
from typing import NamedTuple

from issue_scaffold.errors import EXIT_FINDINGS, EXIT_OK, ScaffoldError, UsageError
from issue_scaffold.files import target_files
from issue_scaffold.files.rendering import File
from issue_scaffold.git import command as git
from issue_scaffold.state.locks import hold_target
from issue_scaffold.sync.apply_plan import recovery_notes
from issue_scaffold.sync.refusals import refuse_locked_index, refuse_unfinished
from issue_scaffold.sync.target import TargetFolder, find_folder, nearest_target
from issue_scaffold.template.answers_file import ANSWERS_FILE
from issue_scaffold.writing import staging
from issue_scaffold.writing.journal import Journal, Row, fingerprint, read_old
from issue_scaffold.writing.journal_places import find_journals
from issue_scaffold.writing.past_runs import ended_at, past_runs, run_of_number


class UndoAction(StrEnum):
    """What becomes of one file of the run that is taken back."""

    RESTORE = "restore"
    DELETE = "delete"
    LEFT = "left"
    UNCHANGED = "unchanged"


class UndoneFile(NamedTuple):
    """One file of a run: what the target has, and had before the run, which it is to have again.

    `reason` says why it is left. `mode` are the permissions to give it, `index_info` is what git's
    index is to be told.
    """

    path: str
    action: UndoAction
    before: File | None
    after: File | None
    reason: str = ""
    mode: int | None = None
    index_info: str = ""

    @property
    def writes(self) -> bool:
        """Whether anything of it changes."""
        return self.action in {UndoAction.RESTORE, UndoAction.DELETE} or bool(self.index_info)


class PastRun(NamedTuple):
    """A run that was or can be taken back: its command, and when it ended, in seconds."""

    command: str
    ended: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoOptions:
    """What the user asked of `undo`."""

    target: str
    dry_run: bool = False
    on_wait: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoOutcome:
    """What `undo` did, or with `dry_run` would do.

    `folder` is the one whose run it was, `before` the run that comes next. `resumed` says that an
    interrupted `undo` was completed instead.
    """

    target: str
    folder: Path
    run: PastRun
    files: tuple[UndoneFile, ...]
    dry_run: bool
    notes: tuple[str, ...] = ()
    before: PastRun | None = None
    resumed: bool = False

    @property
    def left(self) -> tuple[UndoneFile, ...]:
        """The files that are as they were found, though the run had written them."""
        return tuple(file for file in self.files if file.action is UndoAction.LEFT)

    @property
    def exit_code(self) -> int:
        """0 when all of the run is taken back, 1 when files were left."""
        return EXIT_FINDINGS if self.left else EXIT_OK


def undo(options: UndoOptions) -> UndoOutcome:
    """Take back the last run on a target. Returns what was done.

    Raises UsageError when there is none, ConflictError while git is in the middle of something, and
    what writing raises; then nothing was written.
    """
    named = find_folder(options.target)
    folder = _folder_of_last_run(named)
    if folder is None:
        raise _nothing(options.target)
    root = folder.root
    with hold_target(root, shown=options.target, on_wait=options.on_wait):
        recovery = None if options.dry_run else staging.recover(root)
        notes = recovery_notes(root, recovery)
        if recovery is not None and recovery.taken_back is not None:
            return _resumed(options, root, recovery.taken_back, notes)
        return _undo(options, folder, notes)


def _nothing(target: str) -> UsageError:
    return UsageError(
        f"there is nothing to undo in {target}",
        hint="the last runs of init, update, accept, validate --fix, convert and catalog add can "
        "be taken back, in the folder where they wrote, until it is moved or copied",
    )


def _folder_of_last_run(named: TargetFolder) -> TargetFolder | None:
    """Return the folder, at or above the one that was named, on which the last run was.

    Above, it is one in the work tree, or an initialised target.
    """
    folders = [named.root]
    target = nearest_target(named.root, ANSWERS_FILE)
    if target is not None:
        folders.append(target)
    if named.top is not None:
        above = (place for place in named.root.parents if place.is_relative_to(named.top))
        folders += above
    latest = {folder: _last_end(folder) for folder in folders}
    root = max(folders, key=lambda folder: latest[folder])
    if latest[root] == 0:
        return None
    return TargetFolder(root, named.top)


def _last_end(root: Path) -> float:
    """Return when the last run on a folder ended: 0 for none, infinity for one that was killed."""
    if find_journals(root, ""):
        return inf
    return max((ended_at(run.place.name) for run in past_runs(root)), default=0)


def _undo(options: UndoOptions, folder: TargetFolder, notes: tuple[str, ...]) -> UndoOutcome:
    refuse_unfinished(folder, {})
    found = _last_run(folder)
    if found is None:
        raise _nothing(options.target)
    run, files, others, remarks = found
    if any(file.index_info for file in files):
        refuse_locked_index(folder.root)
    outcome = UndoOutcome(
        target=options.target,
        folder=folder.root,
        run=_shown(run),
        files=tuple(sorted(files, key=lambda file: file.path)),
        dry_run=options.dry_run,
        notes=notes + remarks,
        before=next(iter(others), None),
    )
    if options.dry_run:
        return outcome
    return _carried_out(folder.root, run, files, outcome)


class _Chosen(NamedTuple):
    """A run to take back, what becomes of its files in their order, and the whole runs before it.

    `remarks` are for the user.
    """

    run: Journal
    files: list[UndoneFile]
    before: list[PastRun]
    remarks: tuple[str, ...]


def _last_run(folder: TargetFolder) -> _Chosen | None:
    """Return the run to take back.

    It isn't one of which only files are left that an earlier `undo` has left already.
    """
    runs = list(past_runs(folder.root))
    for at, run in enumerate(runs):
        files, remarks = _files_of(folder, run)
        if not run.run.left or any(file.writes for file in files):
            before = [_shown(other) for other in runs[at + 1 :] if not other.run.left]
            return _Chosen(run, files, before, remarks)
    return None


def _shown(run: Journal) -> PastRun:
    return PastRun(run.run.command, ended_at(run.place.name))


def _files_of(folder: TargetFolder, run: Journal) -> tuple[list[UndoneFile], tuple[str, ...]]:
    """Return what becomes of each file of a run, the last one that it wrote first, and remarks."""
    numbers = range(len(run.rows) - 1, -1, -1)
    rows = [(number, run.rows[number]) for number in numbers]
    if run.run.left:
        rows = [(number, row) for number, row in rows if row.path in run.run.left]
    index: dict[str, str] = {}
    remarks: tuple[str, ...] = ()
    try:
        index = _index_to_restore(folder, [row for _, row in rows])
    except git.GitError as error:
        remarks = (git.index_stays(error),)
    files = [_file(folder.root, run, number, index.get(row.path, "")) for number, row in rows]
    return files, remarks


def _index_to_restore(folder: TargetFolder, rows: Iterable[Row]) -> dict[str, str]:
    """Return what gives the index back its entries, by path, where it has what the run entered.

    Raises GitError.
    """
    before = {row.path: row for row in rows if row.index_info and row.index_before is not None}
    if not before or folder.top is None:
        return {}
    entries = git.index_entries(folder.root, list(before))
    wanted = {
        path: row.index_before or ()
        for path, row in before.items()
        if set(entries[path]) == git.entered_entries(row.index_info)
    }
    return git.index_info(folder.root, wanted)


def _file(root: Path, run: Journal, number: int, index_info: str) -> UndoneFile:
    row = run.rows[number]
    try:
        now = target_files.read_file(root, row.path)
        target_files.refuse_detour(root, row.path)
    except ScaffoldError as error:
        return UndoneFile(row.path, UndoAction.LEFT, None, None, error.message)
    print_ = fingerprint(now)
    if print_ == row.before:
        return UndoneFile(row.path, UndoAction.UNCHANGED, now, now, index_info=index_info)
    if print_ != row.after:
        reason = "edited since"
        if now is None:
            reason = "deleted since"
        return UndoneFile(row.path, UndoAction.LEFT, now, now, reason)
    if row.before is None:
        return UndoneFile(row.path, UndoAction.DELETE, now, None, index_info=index_info)
    old = read_old(run, number)
    if old is None:
        reason = "what it was is damaged or gone"
        return UndoneFile(row.path, UndoAction.LEFT, now, now, reason)
    mode = _mode_to_restore(root, row)
    return UndoneFile(row.path, UndoAction.RESTORE, now, old, mode=mode, index_info=index_info)


def _mode_to_restore(root: Path, row: Row) -> int | None:
    """Return the permissions of before; None where somebody has set others since."""
    if row.mode is None or row.after is None:
        return row.mode
    now = stat.S_IMODE((root / row.path).lstat().st_mode)
    was_executable = bool(row.mode & stat.S_IXUSR)
    if now == row.mode & 0o777 or was_executable != bool(now & stat.S_IXUSR):
        return row.mode
    return None


def _carried_out(
    root: Path, run: Journal, files: Sequence[UndoneFile], outcome: UndoOutcome
) -> UndoOutcome:
    changes = [
        staging.Change(
            path=file.path,
            before=file.before,
            after=file.after,
            index_info=file.index_info,
            mode=file.mode,
        )
        for file in files
        if file.writes
    ]
    left = tuple(file.path for file in outcome.left)
    taking_back = staging.Run(
        command=run.run.command,
        takes_back=run.place.name,
        unmade=run.made,
        unmade_above=run.made_above,
        left=left,
    )
    applied = staging.apply(root, changes, run=taking_back)
    alone = set(applied.left_alone)
    return replace(
        outcome,
        files=tuple(_as_left(file) if file.path in alone else file for file in outcome.files),
        notes=outcome.notes + applied.remarks,
    )


def _as_left(file: UndoneFile) -> UndoneFile:
    return file._replace(action=UndoAction.LEFT, after=file.before, reason="edited meanwhile")


def _resumed(
    options: UndoOptions, root: Path, journal: Journal, notes: tuple[str, ...]
) -> UndoOutcome:
    """Return what an interrupted `undo` has done, which was completed just now."""
    number = journal.run.takes_back
    rest = run_of_number(root, number)
    left: tuple[str, ...] = ()
    if rest is not None:
        left = rest.run.left
    files = [UndoneFile(path, UndoAction.LEFT, None, None, "edited since") for path in left]
    files += [_done(row) for row in journal.rows if row.path not in left]
    return UndoOutcome(
        target=options.target,
        folder=root,
        run=PastRun(journal.run.command, ended_at(number)),
        files=tuple(sorted(files, key=lambda file: file.path)),
        dry_run=False,
        notes=notes,
        resumed=True,
    )


def _done(row: Row) -> UndoneFile:
    action = UndoAction.RESTORE
    if row.after is None:
        action = UndoAction.DELETE
    elif not row.changes:
        action = UndoAction.UNCHANGED
    return UndoneFile(row.path, action, None, None)
