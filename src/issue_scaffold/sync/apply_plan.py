"""Carrying out a plan: its files are written all or none, its conflicts marked in git's index."""

from collections.abc import Mapping
from pathlib import Path

from issue_scaffold.git import command as git
from issue_scaffold.sync.plan import FilePlan, FileStep
from issue_scaffold.sync.target import TargetFolder
from issue_scaffold.writing import staging
from issue_scaffold.writing.pending import is_pending


def apply_plan(folder: TargetFolder, plan: FilePlan) -> tuple[str, ...]:
    """Carry out a plan. Returns remarks for the user, on what changed meanwhile for one.

    Raises ScaffoldError; then nothing was written, or the next run completes it.
    """
    marks, remarks = _conflict_marks(folder, plan)
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
    return remarks + staging.apply(folder.root, changes).notes


def _conflict_marks(
    folder: TargetFolder, plan: FilePlan
) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return what marks each conflict in git's index, or a remark when git doesn't work here."""
    if folder.top is None:
        return {}, ()
    try:
        unmerged = [_unmerged(step) for step in plan.conflicts]
        return git.unmerged_index_info(folder.root, unmerged), ()
    except git.GitError as error:
        return {}, (git.unmarked(error),)


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
