"""Existing templates of the other kind than the template's file: Markdown for a form, or reversed.

Neither can become the other by a merge. So either the existing one stays and the template's isn't
written, which is accepted, or the template's takes its place.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from issue_scaffold.files import target_files as target
from issue_scaffold.files.rendering import Rendering
from issue_scaffold.settings.adopted import may_stand_for
from issue_scaffold.settings.edited_file import EditedSettings
from issue_scaffold.settings.file import Accepted
from issue_scaffold.sync.plan import FileAction, FilePlan, FileStep
from issue_scaffold.sync.same_template import Recognised


def find_stand_ins(
    recognised: tuple[Recognised, ...], rendering: Rendering, taken: Collection[str]
) -> dict[str, str]:
    """Return which template's files have an existing one of the other kind, by the existing path.

    Nothing stands for the template's files in `taken`, which have their place.
    """
    found: dict[str, str] = {}
    for one in recognised:
        is_free = one.catalog not in {*taken, *found.values()}
        is_one_kind = may_stand_for(one.existing, one.catalog)
        if is_free and not is_one_kind and one.existing not in rendering.files:
            found[one.existing] = one.catalog
    return found


def with_stand_ins(root: Path, plan: FilePlan, stand_ins: Mapping[str, str]) -> FilePlan:
    """Return a plan that has a step for each of them in the place of the template's new file."""
    new = {step.path: step for step in plan.steps if step.action is FileAction.NEW}
    steps = {step.path: step for step in plan.steps}
    for path, name in stand_ins.items():
        file = target.read_file(root, path)
        if name not in new or file is None or not file.is_text:
            continue
        del steps[name]
        steps[path] = FileStep(
            path=path,
            action=FileAction.KEPT,
            before=file,
            after=file,
            theirs=new[name].theirs,
            stands_for=name,
            reason=f"the template has {name} for it",
        )
    return replace(plan, steps=tuple(steps[path] for path in sorted(steps)))


def keep_stand_in(step: FileStep, *, is_merge: bool) -> FileStep:
    """Return the step that leaves the existing file, and the template's unwritten."""
    reason = f"you chose to keep it; {step.stands_for} isn't written"
    if is_merge:
        reason = f"nothing merges it with a file of another kind; {step.stands_for} isn't written"
    return replace(step, theirs=None, reason=reason)


def replace_stand_in(step: FileStep) -> tuple[FileStep, FileStep]:
    """Return the steps that put the template's file in the place of the existing one."""
    gone = replace(
        step,
        action=FileAction.DELETE,
        after=None,
        theirs=None,
        reason=f"you chose to replace it with {step.stands_for}",
    )
    new = FileStep(
        path=step.stands_for,
        action=FileAction.NEW,
        before=None,
        after=step.theirs,
        theirs=step.theirs,
    )
    return gone, new


def accept_stand_ins(settings: EditedSettings, kept: Iterable[FileStep]) -> None:
    """Accept that the template's files are absent for which these stay.

    Raises UsageError when it can't be written.
    """
    for step in kept:
        reason = f"{step.path} is in its place"
        settings.accept(step.stands_for, [Accepted(step.stands_for, None, reason)])
