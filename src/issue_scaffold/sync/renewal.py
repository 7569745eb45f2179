"""Keeping what is accepted accepted in a plan, and what is the repository's own out of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from issue_scaffold.errors import UsageError
from issue_scaffold.files.rendering import File
from issue_scaffold.settings.edited_file import EditedSettings
from issue_scaffold.settings.file import Accepted
from issue_scaffold.sync.acceptances import Acceptances
from issue_scaffold.sync.deviation import MergeText, accept_present, follow_template
from issue_scaffold.sync.meaning import Meaning
from issue_scaffold.sync.plan import FileAction, FilePlan, FileStep
from issue_scaffold.sync.planned_settings import planned_settings, with_settings

# What is recorded of files that the user had before, and keeps.
WAS_HERE = "was here before scaffold"


class Renewal:
    """The settings of a target, in which a plan's files are to stay accepted.

    They are read once: what is withdrawn after that stays withdrawn, since the plan's step for the
    settings then finds another file than it expects. `new_path` is where they are made, `meaning`
    and `merge` are how files are compared and merged.
    """

    def __init__(self, root: Path, new_path: str, meaning: Meaning, merge: MergeText) -> None:
        self._root, self._new_path = root, new_path
        self._meaning, self._merge = meaning, merge

    def with_renewed(self, plan: FilePlan) -> FilePlan:
        """Return a plan that also keeps files accepted that the template changes, or moves.

        What it adds is a step for the settings file, so that whoever commits the files of the plan
        commits this one too. With a mistake in the settings nobody knows what is accepted: then the
        merged files say so.
        """
        changing = [step for step in plan.steps if _follows(step)]
        if not changing:
            return plan
        try:
            settings = planned_settings(plan, self._root, self._new_path)
        except UsageError as error:
            return _with_note(plan, f"if you accepted it, do so anew: {error.message}")
        for step in changing:
            path = step.moved_from or step.path
            known = settings.accepted_of(path)
            entries = self._followed(step, known) if known else ()
            moved = [entry._replace(path=step.path) for entry in entries]
            if moved != list(known):
                settings.accept(step.path, moved, instead_of=path)
        return with_settings(plan, settings, "what you accepted stays accepted")

    def with_kept(self, plan: FilePlan, whole: Iterable[str]) -> FilePlan:
        """Return a plan that also accepts what its files will have otherwise than the template.

        Each by its unit; files in `whole` as they are. Files with open conflicts are left out. With
        a mistake in the settings nothing is accepted: then `check` tells of both.
        """
        as_they_are = frozenset(whole)
        try:
            settings = planned_settings(plan, self._root, self._new_path)
            for step in plan.steps:
                entries = self._kept(step, settings)
                if entries and step.path in as_they_are and step.after is not None:
                    entries = (Accepted(step.path, step.after.digest, WAS_HERE),)
                if entries:
                    settings.accept(step.path, entries)
        except UsageError:
            return plan
        return with_settings(plan, settings, "what was here before stays, as accepted")

    def with_labels_config(self, plan: FilePlan, path: str | None) -> FilePlan:
        """Return the plan with a labels config recorded in the settings, if there is one to be.

        Raises UsageError when it can't be written.
        """
        if path is None:
            return plan
        settings = planned_settings(plan, self._root, self._new_path)
        settings.record_labels_config(path)
        return with_settings(plan, settings, f"the labels are in {path}")

    def with_absent(self, plan: FilePlan, reasons: Mapping[str, str]) -> FilePlan:
        """Return a plan that also accepts that files of the template aren't there, and why.

        With a mistake in the settings nothing is accepted: then `check` tells of both.
        """
        if not reasons:
            return plan
        try:
            settings = planned_settings(plan, self._root, self._new_path)
            for path, reason in reasons.items():
                settings.accept(path, [Accepted(path, None, reason)])
        except UsageError:
            return plan
        return with_settings(plan, settings, "what isn't installed is accepted as absent")

    def _kept(self, step: FileStep, settings: EditedSettings) -> tuple[Accepted, ...]:
        """Return what is to be accepted of a file, nothing where it is as the template has it."""
        after, theirs = step.after, step.theirs
        if after is None or theirs is None or after.same_as(theirs):
            return ()
        if step.action is FileAction.CONFLICT or settings.is_own(step.path):
            return ()
        file = self._meaning.compare(step.path, theirs, after)
        if file.is_alike:
            return ()
        known = settings.accepted_of(step.path)
        reason = WAS_HERE
        for entry in known:
            if step.before is not None and entry.is_whole(step.before.digest):
                reason = entry.reason
        return accept_present(file, known=known, reason=reason)

    def _followed(self, step: FileStep, known: Sequence[Accepted]) -> tuple[Accepted, ...]:
        """Return what is accepted of a file once its step is done."""
        ours, theirs = step.before or step.moved, step.theirs
        if ours is None or theirs is None or step.base is None:
            return tuple(known)
        if theirs.same_as(step.after):  # the template has taken it over
            return ()
        whole = next((entry for entry in known if entry.is_whole(ours.digest)), None)
        if whole is not None and step.action is FileAction.MERGE:
            return self._converted(whole, step.path, theirs, step.after or ours)
        return follow_template(known, base=step.base, ours=ours, theirs=theirs, merge=self._merge)

    def _converted(
        self, whole: Accepted, path: str, theirs: File, after: File
    ) -> tuple[Accepted, ...]:
        """Return what is accepted of a file by its units, after a merge, that was so as a whole."""
        file = self._meaning.compare(path, theirs, after)
        if file.is_alike:
            return ()
        return accept_present(file, known=(), reason=whole.reason)


def leave_own(plan: FilePlan, acceptances: Acceptances) -> FilePlan:
    """Return a plan that writes none of the repository's own files, and names them when it would.

    What the template has under a new name isn't written beside an own file.
    """
    if not acceptances.own:
        return plan
    moved = {
        step.moved_from
        for step in plan.steps
        if step.moved_from and acceptances.owner(step.moved_from) is not None
    }
    steps = [_left(step, acceptances, moved) for step in plan.steps]
    return replace(plan, steps=tuple(steps))


def _left(step: FileStep, acceptances: Acceptances, moved: set[str]) -> FileStep:
    if step.moved_from in moved:
        reason = f"{step.moved_from} is yours; the template renamed it to {step.path}"
        return replace(step, action=FileAction.KEPT, after=step.before, reason=reason)
    if acceptances.owner(step.path) is None:
        return step
    reason = "yours"
    if step.base != step.theirs or step.path in moved:
        reason = "yours; the template changed it"
    if step.theirs is None:
        reason = "yours; the template no longer has it"
    action = FileAction.KEPT
    if reason == "yours" and step.before is not None and step.before.same_as(step.theirs):
        action = FileAction.UNCHANGED
    return replace(step, action=action, after=step.before, reason=reason, notes=())


def _follows(step: FileStep) -> bool:
    """Whether what is accepted of a file has to follow what a step does; a conflict is open yet."""
    if step.action is FileAction.CONFLICT:
        return False
    return step.action is FileAction.MERGE or step.moved_from != "" or step.base != step.theirs


def _with_note(plan: FilePlan, note: str) -> FilePlan:
    """Return the plan with a note on each file that the user has changed and that is merged."""
    steps = []
    for step in plan.steps:
        if step.action is FileAction.MERGE:
            steps.append(replace(step, notes=(*step.notes, note)))
        else:
            steps.append(step)
    return replace(plan, steps=tuple(steps))
