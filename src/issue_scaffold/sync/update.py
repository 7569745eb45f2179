"""`scaffold update`: merge another version, answers or template into a target, or restore files."""

import os
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from issue_scaffold.errors import UsageError
from issue_scaffold.files import target_files as target
from issue_scaffold.files.rendering import File, Rendering
from issue_scaffold.git import command as git
from issue_scaffold.settings.place import new_settings_path
from issue_scaffold.state.draft_answers import DraftAnswers
from issue_scaffold.state.locks import hold_target
from issue_scaffold.sync import structured_files
from issue_scaffold.sync.acceptances import Acceptances, acceptances_of
from issue_scaffold.sync.adopted_steps import record_places
from issue_scaffold.sync.apply_plan import apply_plan, recovery_notes
from issue_scaffold.sync.content_merge import merge_tools
from issue_scaffold.sync.deviation import judge, kept_by_meaning
from issue_scaffold.sync.drift import Remedy
from issue_scaffold.sync.edited_answers import EditedAnswers, find_edit
from issue_scaffold.sync.interview import Asker, Interview
from issue_scaffold.sync.introduced import new_questions
from issue_scaffold.sync.item_changes import ItemChange, with_changes
from issue_scaffold.sync.meaning import Meaning
from issue_scaffold.sync.merge import plan_merge
from issue_scaffold.sync.moved import find_move
from issue_scaffold.sync.news import news_of
from issue_scaffold.sync.outcome import FileOutcome, NothingWrittenError
from issue_scaffold.sync.own_labels import followed, named_config
from issue_scaffold.sync.own_layout import own_names, renamed
from issue_scaffold.sync.plan import FileAction, FilePlan, Files, FileStep
from issue_scaffold.sync.refusals import listed, refuse_invalid, refuse_plan, refuse_unfinished
from issue_scaffold.sync.renewal import Renewal, leave_own
from issue_scaffold.sync.sparse import refuse_skipped
from issue_scaffold.sync.target import (
    FoundTarget,
    SyncTarget,
    TargetFolder,
    find_folder,
    find_target,
    open_target,
)
from issue_scaffold.sync.trees import FolderTree
from issue_scaffold.sync.unsaved import unsaved_edits
from issue_scaffold.template.copier_engine import Asking
from issue_scaffold.template.renderer import Renderer, Request
from issue_scaffold.template.source_text import TemplateSource, parse_source, refuse_inside
from issue_scaffold.template.sources import Revision, SourceReader
from issue_scaffold.text.wording import count
from issue_scaffold.writing import staging


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOptions:
    """What the user asked of `update`; `changes` are made in the answers that `data` gives.

    With `looks_above` a folder below a target stands for it, too. `restore` names files to bring
    back to the template's content (empty: none), `restore_all` means all of them. Where that would
    overwrite edits that no commit has, `confirm` is asked with the files' paths, unless `force` is
    set. `before_write` is told what will be done when nothing else can keep it from being done.
    """

    target: str
    template: str | None = None
    ref: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    changes: Sequence[ItemChange] = ()
    answers_file: str | None = None
    ask_again: bool = False
    ask: Asker | None = None
    restore: Sequence[str] = ()
    restore_all: bool = False
    force: bool = False
    confirm: Callable[[Sequence[str]], bool] = lambda _: False
    on_conflict: Literal["inline", "abort"] = "inline"
    dry_run: bool = False
    looks_above: bool = False
    before_write: Callable[[FileOutcome], None] = lambda _: None
    on_wait: Callable[[], None] = lambda: None


def update(options: UpdateOptions, renderer: Renderer) -> FileOutcome:
    """Update a target. Returns what was done.

    Raises UsageError for a target that isn't initialised, NothingWrittenError when conflicts were
    not to be written, and what rendering and writing raise; then nothing was written.
    """
    found = FoundTarget(options.target, find_folder(options.target))
    if options.looks_above:
        found = find_target(options.target, options.answers_file)
    shown, folder = found
    root = folder.root
    with hold_target(root, shown=shown, on_wait=options.on_wait):
        recovery = None if options.dry_run else staging.recover(root)
        named = None
        if options.template is not None:
            named = parse_source(options.template, relative_to=Path.cwd())
        opened = open_target(shown, options.answers_file, folder=folder, named=named)
        outcome = _update(options, opened, named or opened.source, renderer)
        return replace(outcome, notes=recovery_notes(root, recovery) + outcome.notes)


def _update(
    options: UpdateOptions, opened: SyncTarget, source: TemplateSource, renderer: Renderer
) -> FileOutcome:
    refuse_inside(source, opened.folder.work_tree)
    chosen, remarks = _destination(options, opened, source, renderer.sources)
    move = find_move(opened, renderer.sources.of(opened.source))
    if move is not None:
        move.refuse_lost_base(opened)
        remarks += (move.message,)
    recorded = opened.recorded(renderer.sources)
    options, labels_config = _without_path(options, opened.root)
    request = recorded._replace(revision=chosen or recorded.revision, data=options.data)
    request = request._replace(data=with_changes(request, options.changes, renderer))
    options = replace(options, data=request.data)
    base = renderer.rendering(recorded)
    installed = base.files.keys()
    edited = _edited(opened, base, renderer)
    if edited is not None:
        base = edited.rendering
        remarks += (f"{edited.message(opened)}; now the files follow",)
    asking = _asking(options, base, request, renderer)
    interview = _interview(options, opened, asking, recorded, request, renderer)
    theirs = renderer.rendering(request, asking=asking, interviewer=interview)
    acceptances = acceptances_of(opened.root, may_be_broken=not options.restore_all)
    names = own_names(
        opened.root,
        theirs,
        theirs.files.keys() - installed | _renamed(options, opened, base, acceptances),
    )
    base, theirs = base.relocated(names), theirs.relocated(names)
    paths = {*base.files, *theirs.files}
    ours = target.read_files(opened.root, paths)
    refuse_skipped(opened.folder, paths, ours)
    restored = _restored(options, opened.root, ours, theirs, acceptances)
    unrestored = {path: file for path, file in ours.items() if path not in restored}
    remedy = Remedy(opened.shown)
    refuse_unfinished(opened.folder, unrestored, base.files, theirs.files, remedy=remedy)
    tools = merge_tools(theirs.version)
    plan = leave_own(plan_merge(base, ours, theirs, tools), acceptances)
    meaning = Meaning(tuple(theirs.files), renderer.store)
    staying = acceptances if options.restore_all else Acceptances()
    plan = _Restoring(theirs, staying, meaning).planned(plan, restored)
    settings_path = new_settings_path(opened.root, theirs.answers.get("platform"))
    renewal = Renewal(opened.root, settings_path, meaning, tools.text)
    plan = renewal.with_labels_config(renewal.with_renewed(plan), labels_config)
    plan = followed(
        opened.root,
        record_places(opened.root, plan, names, settings_path),
        base.files,
        theirs.files,
    )
    news = news_of(
        recorded,
        request._replace(recorded=theirs.answers, data={}),
        remedy,
        renderer,
    )
    outcome = FileOutcome(
        target=opened.shown,
        source=source.recorded,
        version_before=opened.version,
        version=theirs.version,
        plan=plan,
        dry_run=options.dry_run,
        notes=remarks + news.remarks,
        changes=news.changes,
        source_before=_other(opened.source, source),
    )
    refuse_plan(opened.folder, plan)
    if plan.conflicts and options.on_conflict == "abort":
        raise NothingWrittenError(
            f"{count(len(plan.conflicts), 'file')} can't be merged; nothing was written"
            f"{listed(plan.conflicts)}",
            outcome,
            hint="leave out --on-conflict abort to get the conflicts marked in the files",
        )
    refuse_invalid(plan, renderer.store)
    _refuse_unsaved(options, opened.folder, outcome, restored)
    if options.dry_run:
        return outcome
    options.before_write(outcome)
    notes = apply_plan(opened.folder, plan, command="update") + _resolved_notes(
        opened.folder, restored
    )
    _end(interview)
    return replace(outcome, notes=outcome.notes + notes)


def _without_path(options: UpdateOptions, root: Path) -> tuple[UpdateOptions, str | None]:
    """Return the options without the path of a labels config that is ours to record, and it."""
    path, others = named_config(root, options.data)
    if path is None:
        return options, None
    return replace(options, data=others), path


def _renamed(
    options: UpdateOptions, opened: SyncTarget, base: Rendering, acceptances: Acceptances
) -> set[str]:
    """Return the template's files that the user has given the other suffix.

    What is to be restored isn't looked for, nor what is absent on purpose.
    """
    if options.restore or options.restore_all:
        return set()
    found = renamed(opened.root, base)
    return {path for path in found if not acceptances.of(path) and not acceptances.owner(path)}


def _edited(opened: SyncTarget, base: Rendering, renderer: Renderer) -> EditedAnswers | None:
    """Return what was edited in the recorded answers, if a file isn't as they make it."""
    if opened.folder.top is None:  # nothing but git's history tells what they were
        return None
    paths = sorted(set(base.files) - base.write_once - {base.answers_file})
    tree = FolderTree(opened.root)
    ours = [(tree.read(path), base.files[path]) for path in paths]
    if all(file is not None and file.same_as(made) for file, made in ours):
        return None
    return find_edit(opened, tree, base, renderer)


def _other(before: TemplateSource, source: TemplateSource) -> str | None:
    """Return what the template was recorded as, where the target moves to another one."""
    if before == source:
        return None
    return before.recorded


def _destination(
    options: UpdateOptions, opened: SyncTarget, source: TemplateSource, sources: SourceReader
) -> tuple[Revision | None, tuple[str, ...]]:
    """Return the revision to go to, None for the recorded one, and remarks on how it was found."""
    plain = source == opened.source and options.ref is None
    if plain and (options.restore or options.restore_all):
        # Restoring brings back what the target has, not what its tag has become.
        return None, ()
    versions = sources.of(source)
    chosen, remarks = versions.choose(options.ref)
    if plain and not versions.known.is_newer(chosen.version, opened.version):
        return versions.revision(opened.version), remarks
    return chosen, remarks


def _asking(
    options: UpdateOptions, base: Rendering, request: Request, renderer: Renderer
) -> Asking:
    """Return what a person is to be asked; nothing when the new version has no new question."""
    if options.ask is None:
        return "nothing"
    if options.ask_again:
        return "all"
    known = renderer.known(request)
    if known is not None and known.answers.keys() <= base.answers.keys() | options.data.keys():
        return "nothing"
    return "new"


def _end(interview: Interview | None) -> None:
    """Forget the answers that an interrupted run would have left to the next one."""
    if interview is not None:
        interview.end()


def _interview(
    options: UpdateOptions,
    opened: SyncTarget,
    asking: Asking,
    recorded: Request,
    request: Request,
    renderer: Renderer,
) -> Interview | None:
    """Return who asks the questions that there are reasons to ask; None where nobody is."""
    if options.ask is None or asking == "nothing":
        return None
    # Before anything is rendered: a template isn't asked twice at a time.
    new_in = new_questions(recorded, request, opened.answers, renderer)
    drafts = DraftAnswers(opened.root, f"{opened.source.recorded} {request.revision.version}")
    interview = Interview(options.ask, drafts, new_in=new_in)
    interview.want(None)
    return interview


def _restored(
    options: UpdateOptions,
    root: Path,
    ours: Files,
    theirs: Rendering,
    acceptances: Acceptances,
) -> set[str]:
    """Return the files to restore: those named, or all but the ones that deviate on purpose."""
    if options.restore_all:
        managed = set(theirs.files) - theirs.write_once - {theirs.answers_file}
        return {path for path in managed if not _is_left(path, ours.get(path), acceptances)}
    named = {_managed_path(path, options, root, theirs) for path in options.restore}
    unknown = sorted(named - set(theirs.files))
    if unknown:
        raise UsageError(
            f"the template has no file {', '.join(unknown)}",
            hint=f"its files: {', '.join(sorted(theirs.files))}",
        )
    owned = sorted(path for path in named if acceptances.owner(path) is not None)
    if owned:
        raise UsageError(
            f"{', '.join(owned)}: this repository's own, which is never written",
            hint="end that first: scaffold accept --remove PATH; see: scaffold accept --list",
        )
    return named


def _managed_path(text: str, options: UpdateOptions, root: Path, theirs: Rendering) -> str:
    """Return a file's path in the target: it is named from there, or from a folder below it."""
    place = Path(os.path.normpath(Path(options.target).resolve() / text))
    if place.is_relative_to(root) and place.relative_to(root).as_posix() in theirs.files:
        return place.relative_to(root).as_posix()
    return Path(text).as_posix()


def _is_left(path: str, ours: File | None, acceptances: Acceptances) -> bool:
    """Whether nothing of a file is to be restored: it is own, or accepted as it is."""
    digest = None if ours is None else ours.digest
    return acceptances.owner(path) is not None or acceptances.is_whole(path, digest)


def _refuse_unsaved(
    options: UpdateOptions, folder: TargetFolder, outcome: FileOutcome, restored: set[str]
) -> None:
    """Raise NothingWrittenError when restoring would overwrite edits that no commit has."""
    if options.force or not restored:
        return
    steps = [step for step in outcome.plan.steps if step.path in restored]
    unsaved = unsaved_edits(folder, steps)
    if not unsaved or options.confirm(unsaved):
        return
    lines = listed(replace(step, reason="") for step in steps if step.path in unsaved)
    raise NothingWrittenError(
        f"edits that are not committed, in {count(len(unsaved), 'file')}; nothing was written"
        f"{lines}",
        outcome,
        hint="commit them, or restore them all the same with --force; scaffold undo takes it back",
    )


def _resolved_notes(folder: TargetFolder, restored: set[str]) -> tuple[str, ...]:
    """Return what is left to do for restored files that git still has as unmerged."""
    if not restored or folder.top is None:
        return ()
    try:
        unmerged = sorted(restored.intersection(git.unmerged_paths(folder.root)))
    except git.GitError:
        return ()  # all is written; a git that doesn't work here has nothing marked by us
    if not unmerged:
        return ()
    return (f"the conflict is resolved; tell git: git add {' '.join(unmerged)}",)


class _Restoring:
    """Bringing files back to the template's content, but for what of them is `accepted`."""

    def __init__(self, theirs: Rendering, accepted: Acceptances, meaning: Meaning) -> None:
        self._theirs, self._accepted, self._meaning = theirs, accepted, meaning

    def planned(self, plan: FilePlan, restored: Container[str]) -> FilePlan:
        """Return a plan that brings these files back, and does the rest as it was planned."""
        return plan.with_steps(*(self._step(step) for step in plan.steps if step.path in restored))

    def _step(self, step: FileStep) -> FileStep:
        wanted = self._theirs.files[step.path]
        if step.before is None:
            return replace(step, action=FileAction.NEW, after=wanted, reason="restored")
        after = self._content(step.path, step.before, wanted)
        if after.same_as(step.before):
            after = step.before
            return replace(step, action=FileAction.UNCHANGED, after=after, reason="", notes=())
        return replace(step, action=FileAction.CLEAN, after=after, reason="restored", notes=())

    def _content(self, path: str, ours: File, wanted: File) -> File:
        """Return a file with the template's content, and with what of it is the user's."""
        if wanted.same_as(ours):
            return ours
        entries = self._accepted.of(path)
        file = self._meaning.compare(path, wanted, ours)
        if file.differences is None:
            return judge(file, entries).expected
        kept = kept_by_meaning(file.differences, entries)
        text = ours.content.decode(), wanted.content.decode()
        merged = structured_files.restore(path, *text, kept)
        if merged is None:
            return wanted
        return File(content=merged.text.encode(), executable=wanted.executable)
