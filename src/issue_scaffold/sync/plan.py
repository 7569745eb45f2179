"""What a run will do to a target, file by file, as a value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from issue_scaffold.files.rendering import File


class FileAction(StrEnum):
    """What happens to one file; `--dry-run` prints these words."""

    NEW = "new"
    CLEAN = "clean"
    MERGE = "merge"
    CONFLICT = "conflict"
    DELETE = "delete"
    KEPT = "kept"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStep:
    """One file of a plan.

    `before` is what the target has now, `after` what it will have (None: no such file); they are
    equal when the file is left alone. `base` and `theirs` are the template's old and new content,
    `moved_from` is the old name of a file that the template renamed and `moved` what the target has
    there, `reason` says why in a few words. `by_meaning` tells a merge that took the file's entries
    apart instead of its lines, with `notes` on what was kept. `adopted_as` is the template's own
    path of a file that the target has under another name; `stands_for` is the same of a file of
    another kind, which isn't written beside it.
    """

    path: str
    action: FileAction
    before: File | None
    after: File | None
    base: File | None = None
    theirs: File | None = None
    moved_from: str = ""
    moved: File | None = None
    reason: str = ""
    by_meaning: bool = False
    adopted_as: str = ""
    stands_for: str = ""
    notes: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether the target's file changes."""
        return self.before != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """The steps for one target, sorted by path; the answers file's step is among them."""

    answers_file: str
    steps: tuple[FileStep, ...]

    @property
    def conflicts(self) -> tuple[FileStep, ...]:
        """The steps that end in a conflict."""
        return tuple(step for step in self.steps if step.action is FileAction.CONFLICT)

    @property
    def ordered(self) -> tuple[FileStep, ...]:
        """All steps in their order: deletions make room, the answers file comes last."""
        return self._in_order(self.steps)

    @property
    def writes(self) -> tuple[FileStep, ...]:
        """The steps that change the target, in their order."""
        return self._in_order(step for step in self.steps if step.writes)

    def _in_order(self, steps: Iterable[FileStep]) -> tuple[FileStep, ...]:
        def rank(step: FileStep) -> tuple[bool, bool, str]:
            return (step.path == self.answers_file, step.action is not FileAction.DELETE, step.path)

        return tuple(sorted(steps, key=rank))

    def step_at(self, path: str) -> FileStep | None:
        """Return the step of one file."""
        return next((step for step in self.steps if step.path == path), None)

    def with_steps(self, *steps: FileStep) -> "FilePlan":
        """Return the plan with these steps, in place of those that their files had."""
        by_path = {step.path: step for step in (*self.steps, *steps)}
        return replace(self, steps=tuple(by_path[path] for path in sorted(by_path)))


Files = Mapping[str, File]
