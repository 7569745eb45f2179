"""Carrying out a plan: its files are written all or none, and git's index is told of conflicts."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from issue_scaffold.git import command as git
from issue_scaffold.sync.plan import FilePlan, FileStep
from issue_scaffold.sync.target import TargetFolder
from issue_scaffold.writing import staging
from issue_scaffold.writing.pending import is_pending


def apply_plan(folder: TargetFolder, plan: FilePlan, *, command: str) -> tuple[str, ...]:
    """Carry out a plan. Returns remarks for the user, on what changed meanwhile for one.

    `command` is what can be taken back. Raises ScaffoldError; then nothing was written, or the next
    run completes it.
    """
    marks, remarks = _index_marks(folder, plan)
    changes = [
        staging.Change(
            path=step.path,
            before=step.before,
            after=step.after,
            index_info=marks.get(step.path, ""),
        )
        for step in plan.ordered
        if step.writes or step.path in marks
    ]
    return remarks + staging.apply(folder.root, changes, run=staging.Run(command=command)).notes


def _index_marks(folder: TargetFolder, plan: FilePlan) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return what git's index is to be told: conflicts, and modes that git doesn't look at itself.

    With it a remark when git doesn't work here.
    """
    if folder.top is None:
        return {}, ()
    marks: dict[str, str] = {}
    try:
        unmerged = [_unmerged(step) for step in plan.conflicts]
        marks |= git.unmerged_index_info(folder.root, unmerged)
    except git.GitError as error:
        return {}, (git.unmarked(error, ""),)
    with suppress(git.GitError):  # where git doesn't work, it doesn't look at modes either
        marks |= git.mode_index_info(folder.root, dict(_changed_modes(plan)))
    return marks, ()


def _changed_modes(plan: FilePlan) -> Iterator[tuple[str, bool]]:
    """Yield the files that become executable, or are it no longer, with what they are then."""
    for step in plan.steps:
        if step.after is None or step.after.link is not None or step in plan.conflicts:
            continue
        modes = {file.executable for file in (step.base, step.before, step.theirs) if file}
        if len(modes) > 1:
            yield step.path, step.after.executable


def _unmerged(step: FileStep) -> git.UnmergedFile:
    return git.UnmergedFile(
        path=step.path, base=step.base, ours=step.before or step.moved, theirs=step.theirs
    )


def recovery_notes(root: Path, recovery: staging.Recovery | None) -> tuple[str, ...]:
    """Return what to say of an interrupted run; without a recovery, that one is waiting."""
    if recovery is not None:
        return recovery.notes
    if is_pending(root):
        return (
            "an interrupted run is not completed yet; the next run that writes does that first",
        )
    return ()
