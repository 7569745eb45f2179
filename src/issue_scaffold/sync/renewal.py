"""Keeping accepted files accepted in a plan that merges into them, or moves them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from issue_scaffold.errors import UsageError
from issue_scaffold.forge.layout import SETTINGS_PATH
from issue_scaffold.settings.edited_file import EditedSettings
from issue_scaffold.settings.file import Accepted
from issue_scaffold.sync.plan import FileAction, FilePlan, FileStep


def renew_accepted(root: Path, plan: FilePlan) -> FilePlan:
    """Return a plan that also keeps accepted files accepted after a clean merge or a move.

    What it adds is a step for the settings file, so that whoever commits the files of the plan
    commits this one too. The settings are read once: what is withdrawn after that stays withdrawn,
    since the step then finds another file than it expects. With a mistake in the settings nobody
    knows what is accepted: then the merged files say so.
    """
    if not any(step.action is FileAction.MERGE for step in plan.steps):
        return plan
    try:
        settings = EditedSettings.read(root)
    except UsageError as error:
        return _with_note(plan, f"if you accepted it, do so anew: {error.message}")
    return _renewed(plan, settings)


def _renewed(plan: FilePlan, settings: EditedSettings) -> FilePlan:
    renewed = [step for step in plan.steps if _renews(step, settings.accepted)]
    if not renewed or any(step.path == SETTINGS_PATH for step in plan.writes):
        return plan
    for step in renewed:
        entry = settings.accepted[step.moved_from or step.path]
        sha256 = None if step.after is None else step.after.digest
        settings.accept(path=step.path, sha256=sha256, reason=entry.reason, instead_of=entry.path)
    renewal = FileStep(
        path=SETTINGS_PATH,
        action=FileAction.MERGE,
        before=settings.before,
        after=settings.after,
        reason="what you accepted stays accepted",
    )
    if not renewal.writes:
        return plan
    others = [step for step in plan.steps if step.path != SETTINGS_PATH]
    return replace(plan, steps=tuple(sorted([*others, renewal], key=lambda step: step.path)))


def _with_note(plan: FilePlan, note: str) -> FilePlan:
    """Return the plan with a note on each file that the user has changed and that is merged."""
    steps = []
    for step in plan.steps:
        if step.action is FileAction.MERGE:
            steps.append(replace(step, notes=(*step.notes, note)))
        else:
            steps.append(step)
    return replace(plan, steps=tuple(steps))


def _renews(step: FileStep, accepted: Mapping[str, Accepted]) -> bool:
    """Whether a step merges into a file that is accepted as it is now."""
    entry, ours = accepted.get(step.moved_from or step.path), step.before or step.moved
    if entry is None or ours is None or step.after is None:
        return False
    return step.action is FileAction.MERGE and entry.sha256 == ours.digest
