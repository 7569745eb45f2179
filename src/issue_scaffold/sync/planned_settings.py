"""The settings file in a plan: what the plan leaves of it so far, and the step that writes it."""

from dataclasses import replace
from pathlib import Path

from issue_scaffold.settings.edited_file import EditedSettings
from issue_scaffold.sync.plan import FileAction, FilePlan, FileStep


def planned_settings(plan: FilePlan, root: Path, new_path: str) -> EditedSettings:
    """Return the settings as the plan leaves them so far; new ones are made at `new_path`.

    Raises UsageError for a mistake in them.
    """
    settings = EditedSettings.read(root, new_path)
    # Of a step that writes nothing the content may be a link's, which isn't what the settings say.
    after = {step.path: step.after for step in plan.writes}.get(settings.path)
    if after is None:
        return settings
    return settings.planned(after.content)


def settings_step(settings: EditedSettings, reason: str) -> FileStep:
    """Return the step that writes the settings as they are now."""
    action = FileAction.NEW if settings.before is None else FileAction.MERGE
    return FileStep(
        path=settings.path,
        action=action,
        before=settings.before,
        after=settings.after,
        reason=reason,
    )


def with_settings(plan: FilePlan, settings: EditedSettings, reason: str) -> FilePlan:
    """Return the plan with the step that writes the settings, if they change."""
    step = settings_step(settings, reason)
    planned = plan.step_at(settings.path)
    if not step.writes or (planned is not None and planned.after == step.after):
        return plan
    if planned is not None and planned.writes:
        step = replace(step, reason=f"{planned.reason}; {reason}")
    return plan.with_steps(step)
