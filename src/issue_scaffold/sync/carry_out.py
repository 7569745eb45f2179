"""What `init` and `update` share: how contents merge, what is refused, and carrying out a plan."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from issue_scaffold.errors import ConflictError, ScaffoldError, UsageError
from issue_scaffold.files import target_files as target
from issue_scaffold.files.rendering import File, count_conflicts
from issue_scaffold.forge.layout import SETTINGS_PATH, is_wanted
from issue_scaffold.git import command as git
from issue_scaffold.git.folder import index_lock, top_level
from issue_scaffold.report.finding import Finding, Severity
from issue_scaffold.settings import edit as settings_edit
from issue_scaffold.sync import structured_files
from issue_scaffold.sync.merge import Tools
from issue_scaffold.sync.plan import FileAction, FilePlan, Files, FileStep
from issue_scaffold.sync.target import accepted_deviations
from issue_scaffold.template.answers_file import same_answers
from issue_scaffold.validate.run import validate_files
from issue_scaffold.writing import staging
from issue_scaffold.writing.pending import is_pending


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """What `init` or `update` did, or with `dry_run` would do.

    `version_before` is None for a first installation. `notes` are remarks for the user; `resumed` says that an
    interrupted run was completed instead.
    """

    target: str
    source: str
    version_before: str | None
    version: str
    plan: FilePlan
    dry_run: bool
    notes: tuple[str, ...] = ()
    resumed: bool = False

    @property
    def exit_code(self) -> int:
        """0 when all is done, 1 when conflicts are left."""
        return 1 if self.plan.conflicts else 0


class NothingWrittenError(ConflictError):
    """Files stand in the way and none may be written; `outcome` is what was not carried out."""

    def __init__(self, message: str, outcome: FileOutcome, *, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.outcome = outcome


def merge_tools(version: str) -> Tools:
    """Return how contents are merged; conflict markers name the template's version."""
    labels = ("yours", "template, before", f"template {version}")
    return Tools(
        text=lambda base, ours, theirs: git.merge_text(base, ours, theirs, labels),
        meaning=structured_files.merge,
        same_answers=same_answers,
    )


def refuse_unfinished(root: Path, ours: Files, *rendered: Files) -> None:
    """Raise ConflictError while git is in the middle of something, or earlier conflicts are not resolved.

    `ours` are the target's files to look at, `rendered` the template's, which may hold conflict markers themselves.
    """
    top = top_level(root)
    if top is not None and (state := git.merge_in_progress(top)):
        raise ConflictError(
            f"a {state} is in progress in {top}; nothing was written",
            hint=f"finish it, or: git {state} --abort",
        )
    marked = [
        path
        for path, file in ours.items()
        if (count := count_conflicts(file.content))
        and count
        > max((count_conflicts(tree[path].content) for tree in rendered if path in tree), default=0)
    ]
    if marked:
        raise ConflictError(
            f"conflicts from an earlier run are not resolved yet: {', '.join(marked)}; nothing was written",
            hint="resolve the marked lines, or take the template's content: scaffold update --restore PATH",
        )


def refuse_case_twins(root: Path, plan: FilePlan) -> None:
    """Raise ConflictError when a new file's name differs from one that stays only by case."""
    leaving = {step.path for step in plan.steps if step.action is FileAction.DELETE}
    for step in plan.steps:
        twin = target.case_twin(root, step.path) if step.action is FileAction.NEW else None
        if twin is not None and twin not in leaving:
            raise ConflictError(
                f"{step.path} would stand beside {twin}, which differs only by case; nothing was written",
                hint=f"they are one file on macOS and Windows; rename yours first: git mv {twin} {step.path}",
            )


def refuse_invalid(plan: FilePlan) -> None:
    """Raise ConflictError when a file would get an error that it doesn't have now."""
    after = {
        step.path: step.after.content
        for step in plan.steps
        if step.after and step.action is not FileAction.CONFLICT
    }
    before = {step.path: step.before.content for step in plan.steps if step.before}
    written = {step.path for step in plan.writes}
    known = {(f.path, f.rule, f.message) for f in _errors(before)}
    fresh = [
        f for f in _errors(after) if f.path in written and (f.path, f.rule, f.message) not in known
    ]
    if fresh:
        lines = "".join(
            f"\n  {f.path}:{f.line or 1}:{f.column or 1}: {f.message} [{f.rule}]" for f in fresh
        )
        raise ConflictError(
            f"the result would break GitHub's rules; nothing was written{lines}",
            hint="change the answers with -d, or the template",
        )


def _errors(files: Mapping[str, bytes]) -> list[Finding]:
    validated = {path: content for path, content in files.items() if is_wanted(path)}
    return [finding for finding in validate_files(validated) if finding.severity is Severity.ERROR]


def refuse_detours(root: Path, plan: FilePlan) -> None:
    """Raise DetourError when a file would be written through a symlink."""
    for step in plan.writes:
        target.refuse_detour(root, step.path)


def refuse_locked_index(root: Path, plan: FilePlan) -> None:
    """Raise ScaffoldError while another git works on the index in which conflicts would have to be marked."""
    lock = index_lock(root) if plan.conflicts else None
    if lock is not None:
        raise ScaffoldError(
            f"another git is at work in {root}, so that conflicts can't be marked; nothing was written",
            hint=f"wait for it to end; if there is none, remove {lock}",
        )


def carry_out(root: Path, plan: FilePlan) -> tuple[str, ...]:
    """Carry out a plan, and mark its conflicts in git's index.

    Returns remarks for the user. Raises ScaffoldError; then nothing was written, or the next run completes it.
    """
    index_info, remarks = _index_info(root, plan)
    changes = [
        staging.Change(
            path=step.path,
            before=step.before,
            after=step.after,
            index_info=index_info.get(step.path, ""),
        )
        for step in plan.ordered
        if step.writes or step.path in index_info
    ]
    return remarks + staging.apply(root, changes).notes


def _index_info(root: Path, plan: FilePlan) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return what marks the conflicts of a plan in git's index, or a remark when git doesn't work here."""
    if top_level(root) is None:
        return {}, ()
    try:
        return git.unmerged_index_info(root, [_unmerged(step) for step in plan.conflicts]), ()
    except git.GitError as error:
        return {}, (git.unmarked(error),)


def _unmerged(step: FileStep) -> git.UnmergedFile:
    return git.UnmergedFile(
        path=step.path, base=step.base, ours=step.before or step.moved, theirs=step.theirs
    )


def recovery_notes(root: Path, recovery: staging.Recovery | None) -> tuple[str, ...]:
    """Return what to say of an interrupted run; without a recovery, as in a dry run, that one is waiting."""
    if recovery is not None:
        return recovery.notes
    if is_pending(root):
        return (
            "an interrupted run is not completed yet; the next run that writes does that first",
        )
    return ()


def with_acceptances(root: Path, plan: FilePlan) -> FilePlan:
    """Return a plan that also keeps accepted files accepted after a clean merge or a move.

    What it adds is a step for the settings file, so that whoever commits the files of the plan commits this one too.
    """
    accepted = accepted_deviations(root)
    renewed = []
    for step in plan.steps:
        entry, ours = accepted.get(step.moved_from or step.path), step.before or step.moved
        if (
            entry
            and step.action is FileAction.MERGE
            and ours
            and step.after
            and entry.sha256 == ours.digest
        ):
            renewed.append((entry, step.path, step.after.digest))
    if not renewed or any(step.path == SETTINGS_PATH for step in plan.writes):
        return plan
    before, text = settings_to_edit(root)
    for entry, path, sha256 in renewed:
        text = settings_edit.with_accepted(
            text, path=path, sha256=sha256, reason=entry.reason, instead_of=entry.path
        )
    change = settings_change(before, text)
    if change is None:
        return plan
    renewal = FileStep(
        path=SETTINGS_PATH,
        action=FileAction.MERGE,
        before=change.before,
        after=change.after,
        reason="what you accepted stays accepted",
    )
    others = [step for step in plan.steps if step.path != SETTINGS_PATH]
    return replace(plan, steps=tuple(sorted([*others, renewal], key=lambda step: step.path)))


def settings_to_edit(root: Path) -> tuple[File | None, str]:
    """Return the settings file (None: there is none) and its text. Raises UsageError when it can't be edited."""
    accepted_deviations(root)  # names a mistake in it
    before = target.read_file(root, SETTINGS_PATH)
    if before is not None and before.link is not None:
        raise UsageError(
            f"{SETTINGS_PATH} is a symlink, which is not written through",
            hint="replace it with a file",
        )
    return before, before.content.decode() if before else ""


def settings_change(before: File | None, text: str) -> staging.Change | None:
    """Return the change that gives the settings file a new text, or None when it has that."""
    after = File(content=text.encode(), executable=bool(before and before.executable))
    return (
        None if after == before else staging.Change(path=SETTINGS_PATH, before=before, after=after)
    )
