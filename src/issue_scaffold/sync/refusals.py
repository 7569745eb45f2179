"""What keeps a plan from being carried out: each function raises when it finds it.

Owns what `init` and `update` look at before they write; writes nothing.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from issue_scaffold.errors import ConflictError, ScaffoldError
from issue_scaffold.files import target_files as target
from issue_scaffold.files.rendering import count_conflicts
from issue_scaffold.forge.source_files import is_taken
from issue_scaffold.git import command as git
from issue_scaffold.git.folder import index_lock
from issue_scaffold.report.finding import Finding, Severity
from issue_scaffold.sync.plan import FileAction, FilePlan, Files, FileStep
from issue_scaffold.sync.target import TargetFolder
from issue_scaffold.validate.run import validate_files


def refuse_unfinished(folder: TargetFolder, ours: Files, *rendered: Files) -> None:
    """Raise ConflictError while git is in the middle of something, or earlier conflicts are open.

    `ours` are the target's files to look at, `rendered` the template's, which may hold conflict
    markers themselves.
    """
    if folder.top is not None and (state := git.merge_in_progress(folder.top)):
        raise ConflictError(
            f"a {state} is in progress in {folder.top}; nothing was written",
            hint=f"finish it, or: git {state} --abort",
        )
    marked = [path for path in ours if _has_new_markers(path, ours, rendered)]
    if marked:
        raise ConflictError(
            f"conflicts from an earlier run are not resolved yet: {', '.join(marked)}; "
            "nothing was written",
            hint="resolve the marked lines, "
            "or take the template's content: scaffold update --restore PATH",
        )


def _has_new_markers(path: str, ours: Files, rendered: Iterable[Files]) -> bool:
    """Whether a file has more conflict markers than each rendering of it."""
    count = count_conflicts(ours[path].content)
    if count == 0:
        return False
    return all(count > count_conflicts(files[path].content) for files in rendered if path in files)


def refuse_plan(folder: TargetFolder, plan: FilePlan) -> None:
    """Raise ScaffoldError for a plan that the target's files and git's index leave no room for."""
    _refuse_case_twins(folder.root, plan)
    for step in plan.writes:
        target.refuse_detour(folder.root, step.path)
    _refuse_locked_index(folder.root, plan)


def _refuse_case_twins(root: Path, plan: FilePlan) -> None:
    """Raise ConflictError when a new file's name differs from one that stays only by case."""
    leaving = {step.path for step in plan.steps if step.action is FileAction.DELETE}
    for step in plan.steps:
        if step.action is not FileAction.NEW:
            continue
        twin = target.case_twin(root, step.path)
        if twin is not None and twin not in leaving:
            raise ConflictError(
                f"{step.path} would stand beside {twin}, which differs only by case; "
                "nothing was written",
                hint="they are one file on macOS and Windows; "
                f"rename yours first: git mv {twin} {step.path}",
            )


def _refuse_locked_index(root: Path, plan: FilePlan) -> None:
    """Raise ScaffoldError while another git works on the index that conflicts are marked in."""
    if not plan.conflicts:
        return
    lock = index_lock(root)
    if lock is not None:
        raise ScaffoldError(
            f"another git is at work in {root}, so that conflicts can't be marked; "
            "nothing was written",
            hint=f"wait for it to end; if there is none, remove {lock}",
        )


def refuse_invalid(plan: FilePlan) -> None:
    """Raise ConflictError when a file would get an error that it doesn't have now."""
    after = {step.path: step.after.content for step in plan.steps if step.after is not None}
    for step in plan.conflicts:
        after.pop(step.path, None)
    before = {step.path: step.before.content for step in plan.steps if step.before is not None}
    written = {step.path for step in plan.writes}
    known = {_identity(error) for error in _errors(before)}
    fresh = [error for error in _errors(after) if _identity(error) not in known]
    lines = [f"\n  {_line(error)}" for error in fresh if error.path in written]
    if lines:
        raise ConflictError(
            f"the result would break GitHub's rules; nothing was written{''.join(lines)}",
            hint="change the answers with -d, or the template",
        )


def _identity(error: Finding) -> tuple[str, str | None, str]:
    """Return what makes an error the same one before and after, wherever it stands."""
    return error.path, error.rule, error.message


def _line(error: Finding) -> str:
    place = f"{error.path}:{error.line or 1}:{error.column or 1}"
    return f"{place}: {error.message} [{error.rule}]"


def _errors(files: Mapping[str, bytes]) -> list[Finding]:
    validated = {path: content for path, content in files.items() if is_taken(path, content)}
    return [finding for finding in validate_files(validated) if finding.severity is Severity.ERROR]


def listed(steps: Iterable[FileStep]) -> str:
    """Return the paths of steps with their reasons, each on a line of its own below a message."""
    lines = [f"\n  {step.path}: {step.reason}".removesuffix(": ") for step in steps]
    return "".join(lines)
