"""What keeps a plan from being carried out: each function raises when it finds it.

Owns what `init` and `update` look at before they write; writes nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

from issue_scaffold.errors import ConflictError, ScaffoldError
from issue_scaffold.files import target_files as target
from issue_scaffold.files.rendering import File, count_conflicts
from issue_scaffold.forge.source_files import RepositoryFiles, is_taken
from issue_scaffold.git import command as git
from issue_scaffold.git.folder import index_lock
from issue_scaffold.report.finding import Finding, Severity
from issue_scaffold.state.cache_store import CacheStore
from issue_scaffold.sync import structured_files
from issue_scaffold.sync.drift import Remedy
from issue_scaffold.sync.plan import FileAction, FilePlan, Files, FileStep
from issue_scaffold.sync.target import TargetFolder
from issue_scaffold.sync.validity import errors_of
from issue_scaffold.text.shell_words import quote

_Contents: TypeAlias = tuple[tuple[str, bytes], ...]

# Repositories of a fleet get the same files: up to so many sets of them, of so many bytes each.
_REMEMBERED: Final = 64
_MOST_BYTES: Final = 262_144
_NUMBER: Final = re.compile(r"\d+")
# A name that stands on one line.
_NAME: Final = re.compile(rb"^name:[ \t]+[^|>&*!\s].*(?:\r?\n(?![ \t])|\Z)", re.MULTILINE)


def refuse_unfinished(
    folder: TargetFolder, ours: Files, *rendered: Files, remedy: Remedy | None = None
) -> None:
    """Raise ConflictError while git is in the middle of something, or earlier conflicts are open.

    `ours` are the target's files to look at, `rendered` the template's, which may hold conflict
    markers themselves, `remedy` is for a target that has a template already.
    """
    if folder.top is not None and (state := git.merge_in_progress(folder.top)):
        raise ConflictError(
            f"a {state} is in progress in {folder.top}; nothing was written",
            hint=f"finish it, or: git {state} --abort",
        )
    marked = [path for path in ours if _has_new_markers(path, ours, rendered)]
    if marked:
        hint = "resolve the marked lines"
        if remedy is not None:
            hint += f", or take the template's content: {remedy.update_command} --restore PATH"
        raise ConflictError(
            f"conflicts from an earlier run are not resolved yet: {', '.join(marked)}; "
            "nothing was written",
            hint=hint,
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
    if plan.conflicts:
        refuse_locked_index(folder.root)


def _refuse_case_twins(root: Path, plan: FilePlan) -> None:
    """Raise ConflictError when a new file's name differs from one that stays only by case."""
    leaving = {step.path for step in plan.steps if step.action is FileAction.DELETE}
    for step in plan.steps:
        if step.action is not FileAction.NEW:
            continue
        twin = target.case_twin(root, step.path)
        if twin is not None and twin not in leaving:
            wanted = "/".join(step.path.split("/")[: twin.count("/") + 1])
            raise ConflictError(
                f"{step.path} would stand beside {twin}, which differs only by case; "
                "nothing was written",
                hint="they are one file on macOS and Windows; "
                f"rename yours first: git mv {quote(twin)} {quote(wanted)}",
            )


def refuse_locked_index(root: Path) -> None:
    """Raise ScaffoldError while another git works on the index that conflicts are marked in."""
    lock = index_lock(root)
    if lock is not None:
        raise ScaffoldError(
            f"another git is at work in {root}, so that conflicts can't be marked; "
            "nothing was written",
            hint=f"wait for it to end; if there is none, remove {lock}",
        )


def refuse_invalid(plan: FilePlan, store: CacheStore) -> None:
    """Raise ConflictError when a file would get an error that it doesn't have now.

    `store` knows which files have none.
    """
    lines = [f"\n  {_line(error)}" for error in _new_errors(plan, store)]
    if lines:
        raise ConflictError(
            f"the result would break GitHub's rules; nothing was written{''.join(lines)}",
            hint="change the answers with -d, or the template",
        )


def _new_errors(plan: FilePlan, store: CacheStore) -> Iterator[Finding]:
    """Yield the errors of what is to be written that nobody had before."""
    written = {step.path for step in plan.writes if step.action is not FileAction.CONFLICT}
    looked_at = _looked_at(plan, written)
    steps = [step for step in plan.steps if step.path in looked_at]
    errors = _errors(((step.path, step.after) for step in steps), store)
    if not any(error.path in written for error in errors):
        return
    known = _KnownErrors(steps)
    yield from [error for error in errors if not known.takes(error) and error.path in written]


class _KnownErrors:
    """What was wrong with files before a run.

    Of a file that couldn't be read up to its end nobody knows what else is wrong with it. Only what
    is wrong with the template's own content is new there.
    """

    def __init__(self, steps: Sequence[FileStep]) -> None:
        before = _errors((step.path, _present(step)) for step in steps)
        self._left = Counter(map(_identity, before))
        self._half_read = {error.path for error in before if _hides_others(error)}
        self._templates = set(map(_identity, _errors((step.path, step.theirs) for step in steps)))

    def takes(self, error: Finding) -> bool:
        """Return whether an error was there before; each of them is one error of now."""
        identity = _identity(error)
        self._left[identity] -= 1
        may_be_old = error.path in self._half_read and identity not in self._templates
        return self._left[identity] >= 0 or may_be_old


def _looked_at(plan: FilePlan, written: set[str]) -> set[str]:
    """Return the files to validate: those whose content changes.

    With a new name among them also the others, one of which may have it already.
    """
    renamed = [step for step in plan.steps if step.path in written and not _keeps_name(step)]
    if not renamed:
        return written
    return {step.path for step in plan.steps if step.action is not FileAction.CONFLICT}


def _keeps_name(step: FileStep) -> bool:
    """Return whether a template keeps its place and its name; False where it may have another."""
    if step.before is None or step.after is None:
        return step.after is None
    if not is_taken(step.path, step.after.content):
        return True
    before, after = _NAME.findall(step.before.content), _NAME.findall(step.after.content)
    return len(after) == 1 and before == after


def _hides_others(error: Finding) -> bool:
    from issue_scaffold.validate.rules.registry import RULES

    return error.rule is not None and bool(RULES[error.rule].reveals)


def _present(step: FileStep) -> File | None:
    """Return what the target has now, under the old name where the template has a new one."""
    if step.before is None:
        return step.moved
    return step.before


def _identity(error: Finding) -> tuple[str, str | None, str]:
    """Return what makes an error the same one before and after, wherever it stands.

    Messages name places by number, `body[3]`, which change with what comes before them.
    """
    return error.path, error.rule, _NUMBER.sub("", error.message)


def _line(error: Finding) -> str:
    place = f"{error.path}:{error.line or 1}:{error.column or 1}"
    return f"{place}: {error.message} [{error.rule}]"


def _errors(
    files: Iterable[tuple[str, File | None]], store: CacheStore | None = None
) -> list[Finding]:
    validated = {}
    for path, file in files:
        if file is not None and is_taken(path, file.content):
            validated[path] = file.content
    if not validated:
        return []
    findings = _findings(tuple(validated.items()), store)
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def _findings(files: _Contents, store: CacheStore | None) -> tuple[Finding, ...]:
    if sum(len(content) for _, content in files) > _MOST_BYTES:
        return _found(files, store)
    return _remembered_findings(files, store)


@lru_cache(maxsize=_REMEMBERED)
def _remembered_findings(files: _Contents, store: CacheStore | None) -> tuple[Finding, ...]:
    return _found(files, store)


def _found(files: _Contents, store: CacheStore | None) -> tuple[Finding, ...]:
    if store is not None:
        return errors_of(RepositoryFiles(dict(files), {}), store)
    from issue_scaffold.validate.run import validate_files

    return validate_files(dict(files))


def broken_files(plan: FilePlan, store: CacheStore) -> set[str]:
    """Return the files that a plan leaves with errors, which they have had before."""
    settled = [step for step in plan.steps if step.action is not FileAction.CONFLICT]
    files = ((step.path, step.after) for step in settled)
    return {error.path for error in _errors(files, store)}


def is_broken(step: FileStep) -> bool:
    """Tell whether the target's file has an error that keeps it from being merged by its meaning.

    Were it sound, nobody would have to decide what becomes of it.
    """
    return structured_files.kind_of(step.path) is not None and bool(
        _errors([(step.path, step.before)])
    )


def listed(steps: Iterable[FileStep]) -> str:
    """Return the paths of steps with their reasons, each on a line of its own below a message."""
    lines = [f"\n  {step.path}: {step.reason}".removesuffix(": ") for step in steps]
    return "".join(lines)
