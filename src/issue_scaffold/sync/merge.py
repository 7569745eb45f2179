"""The three-way merge: old rendering, the target's files and new rendering make a plan.

Pure: how two texts, or two files with a meaning, are merged is handed in.
"""

import difflib
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from issue_scaffold.files.rendering import File, Rendering, are_texts, to_lf, uses_crlf
from issue_scaffold.sync.plan import FileAction, FilePlan, Files, FileStep
from issue_scaffold.text.by_meaning import MeaningMerge

# As git: at least half alike is a rename.
RENAME_SIMILARITY = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """How contents are merged.

    `text(base, ours, theirs)` returns the merged bytes and whether they hold conflict markers;
    `meaning(path, base, ours, theirs)` returns None where a file can only be merged as text;
    `same_answers` compares two answers files; `is_reformatted(path, one, other)` tells whether two
    texts differ in formatting only.
    """

    text: Callable[[bytes, bytes, bytes], tuple[bytes, bool]]
    meaning: Callable[[str, str | None, str, str], MeaningMerge | None]
    same_answers: Callable[[bytes, bytes], bool]
    is_reformatted: Callable[[str, str, str], bool]


def plan_merge(base: Rendering | None, ours: Files, theirs: Rendering, tools: Tools) -> FilePlan:
    """Return what brings a target from the old rendering to the new one.

    `base` is None when nothing was installed; `ours` holds the target's files at every path of both
    renderings.
    """
    sides = _Sides(base, ours, theirs, tools)
    paths = sorted({*sides.old, *theirs.files})
    steps = [step for path in paths for step in sides.steps(path)]
    steps.sort(key=lambda step: step.path)
    return FilePlan(answers_file=theirs.answers_file, steps=tuple(steps))


class _Sides:
    """The three sides of one merge, and which files the template renamed between two of them."""

    def __init__(
        self, base: Rendering | None, ours: Files, theirs: Rendering, tools: Tools
    ) -> None:
        self.old: Files = {}
        self._written_before: frozenset[str] = frozenset()
        if base is not None:
            self.old, self._written_before = base.files, frozenset(base.write_once)
        self._ours, self._theirs, self._tools = ours, theirs, tools
        self._new_names = find_renames(self.old, theirs.files)
        self._old_names = {new: before for before, new in self._new_names.items()}

    def steps(self, path: str) -> Iterator[FileStep]:
        """Yield what happens to one path; a rename has its steps at the new name."""
        ours, new = self._ours.get(path), self._theirs.files.get(path)
        if new is not None and path == self._theirs.answers_file:
            yield _answers_step(path, ours, new, self._tools)
        elif new is not None and path in self._theirs.write_once:
            yield _write_once_step(path, ours, new)
        elif path in self._old_names and ours is None:
            yield from self._move_steps(self._old_names[path], path)
        elif path in self._new_names and self._new_names[path] not in self._ours:
            return
        elif path in self._written_before:
            yield _kept(path, ours, "written once; yours since")
        else:
            yield merge_file(path, self.old.get(path), ours, new, self._tools)

    def _move_steps(self, old_path: str, new_path: str) -> Iterator[FileStep]:
        """Yield the steps for a file that the template renamed, so that edits move along."""
        base, theirs = self.old[old_path], self._theirs.files[new_path]
        mine = self._ours.get(old_path)
        if mine is None:
            yield FileStep(
                path=new_path,
                action=FileAction.KEPT,
                before=None,
                after=None,
                base=base,
                theirs=theirs,
                reason=f"you deleted it; the template renamed it to {new_path}",
            )
            return
        merged = merge_file(new_path, base, mine, theirs, self._tools)
        yield _moved(merged, old_path, mine)
        yield FileStep(
            path=old_path,
            action=FileAction.DELETE,
            before=mine,
            after=None,
            base=base,
            reason=f"the template renamed it to {new_path}",
        )


# What a merge into a file that was there amounts to at a path where none was.
_MOVED_ACTIONS: Final = {
    FileAction.UNCHANGED: FileAction.NEW,
    FileAction.CLEAN: FileAction.NEW,
    FileAction.KEPT: FileAction.MERGE,
}


def _moved(merged: FileStep, old_path: str, mine: File) -> FileStep:
    """Return the step at the new name of a file that had another one so far."""
    reason = f"renamed from {old_path}"
    if merged.action not in _MOVED_ACTIONS:
        reason = merged.reason or reason
    return replace(
        merged,
        before=None,
        action=_MOVED_ACTIONS.get(merged.action, merged.action),
        moved_from=old_path,
        moved=mine,
        reason=reason,
    )


def merge_file(
    path: str, base: File | None, ours: File | None, theirs: File | None, tools: Tools
) -> FileStep:
    """Return the step for one path, each side None where it has no such file."""
    step = FileStep(
        path=path, action=FileAction.UNCHANGED, before=ours, after=ours, base=base, theirs=theirs
    )
    if _same(ours, theirs):
        return step
    if _same(base, theirs):
        reason = "your changes; the template didn't change it"
        if ours is None:
            reason = "you deleted it"
        return replace(step, action=FileAction.KEPT, reason=reason)
    if _same(base, ours):
        return _take_theirs(step)
    if ours is None:
        return replace(
            step, action=FileAction.KEPT, reason="you deleted it; the template changed it"
        )
    if theirs is None:
        return replace(
            step, action=FileAction.KEPT, reason="the template removed it, but you changed it"
        )
    return _merge_contents(step, base, ours, theirs, tools)


def _same(one: File | None, other: File | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.same_as(other)


def _take_theirs(step: FileStep) -> FileStep:
    if step.theirs is None:
        reason = "the template removed it"
        return replace(step, action=FileAction.DELETE, after=None, reason=reason)
    if step.before is None:
        return replace(step, action=FileAction.NEW, after=step.theirs)
    after = _in_style_of(step.before, step.theirs)
    if step.base is not None and step.base.content == step.before.content:
        after = step.theirs
    return replace(step, action=FileAction.CLEAN, after=after)


# Why two contents contradict each other: whether there was one before that somebody changed, and
# whether both are text.
_CONFLICTS: Final = {
    (True, True): "both sides changed the same lines",
    (True, False): "not text, changed on both sides; yours is kept",
    (False, True): "yours and the template's differ in the same lines",
    (False, False): "not text, and other than the template's; yours is kept",
}


def _merge_contents(
    step: FileStep, base: File | None, ours: File, theirs: File, tools: Tools
) -> FileStep:
    if not all(file.is_text for file in (base, ours, theirs) if file is not None):
        reason = _CONFLICTS[base is not None, False]
        return replace(step, action=FileAction.CONFLICT, reason=reason)
    executable = _merged_bit(base, ours, theirs)
    by_meaning = _merge_by_meaning(step.path, base, ours, theirs, tools)
    if by_meaning is not None:
        after = File(content=by_meaning.text.encode(), executable=executable)
        action = FileAction.KEPT if after == ours else FileAction.MERGE
        notes = by_meaning.notes
        return replace(step, action=action, after=after, by_meaning=True, notes=notes)
    if base is not None and _same(ours._replace(executable=theirs.executable), theirs):
        after = ours._replace(executable=executable)
        return replace(step, action=FileAction.CLEAN, after=after)
    return _merge_lines(step, ours, theirs, tools, executable=executable)


def _merge_lines(
    step: FileStep, ours: File, theirs: File, tools: Tools, *, executable: bool
) -> FileStep:
    base = step.base
    if _is_reformatted(step.path, theirs, ours, tools):
        reason = "it says what the template says, in a formatting of yours"
        return replace(step, action=FileAction.KEPT, reason=reason)
    ours_lf, theirs_lf = to_lf(ours.content), to_lf(theirs.content)
    common = shared_lines(ours_lf, theirs_lf) if base is None else to_lf(base.content)
    merged, conflicted = tools.text(common, ours_lf, theirs_lf)
    after = _in_style_of(ours, File(content=merged, executable=executable))
    if after == ours:
        reason = "it has all that the template has"
        return replace(step, action=FileAction.KEPT, reason=reason)
    if conflicted and base is not None and _is_reformatted(step.path, base, ours, tools):
        after = _in_style_of(ours, theirs._replace(executable=executable))
        reason = "you had changed its formatting only; the template's is taken"
        return replace(step, action=FileAction.CLEAN, after=after, reason=reason)
    if conflicted:
        reason = _CONFLICTS[base is not None, True]
        return replace(step, action=FileAction.CONFLICT, after=after, reason=reason)
    return replace(step, action=FileAction.MERGE, after=after)


def _is_reformatted(path: str, one: File, other: File, tools: Tools) -> bool:
    if one.executable != other.executable:
        return False
    try:
        texts = to_lf(one.content).decode(), to_lf(other.content).decode()
    except UnicodeDecodeError:
        return False
    return tools.is_reformatted(path, *texts)


def _merged_bit(base: File | None, ours: File, theirs: File) -> bool:
    """Return whether the merged file is executable: the user's change of that counts first."""
    if base is None or base.executable == ours.executable:
        return theirs.executable
    return ours.executable


def _merge_by_meaning(
    path: str, base: File | None, ours: File, theirs: File, tools: Tools
) -> MeaningMerge | None:
    try:
        base_text = None if base is None else base.content.decode()
        ours_text, theirs_text = ours.content.decode(), theirs.content.decode()
    except UnicodeDecodeError:
        return None
    return tools.meaning(path, base_text, ours_text, theirs_text)


def _in_style_of(ours: File, theirs: File) -> File:
    """Return the new file with the line ends that the target's file has."""
    if not (are_texts(ours, theirs) and b"\n" in ours.content):
        return theirs
    content = to_lf(theirs.content)
    if uses_crlf(ours.content):
        content = content.replace(b"\n", b"\r\n")
    return theirs._replace(content=content)


def shared_lines(one: bytes, other: bytes) -> bytes:
    """Return the lines that two texts have in common, in order: the base of files without one."""
    left, right = one.splitlines(keepends=True), other.splitlines(keepends=True)
    blocks = difflib.SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    return b"".join(line for block in blocks for line in left[block.a : block.a + block.size])


def _answers_step(path: str, ours: File | None, theirs: File, tools: Tools) -> FileStep:
    step = FileStep(path=path, action=FileAction.UNCHANGED, before=ours, after=ours, theirs=theirs)
    if ours is None:
        return replace(step, action=FileAction.NEW, after=theirs)
    if tools.same_answers(ours.content, theirs.content):
        return step
    return replace(step, action=FileAction.CLEAN, after=_in_style_of(ours, theirs))


def _write_once_step(path: str, ours: File | None, theirs: File) -> FileStep:
    if ours is None:
        return FileStep(path=path, action=FileAction.NEW, before=None, after=theirs, theirs=theirs)
    return _kept(path, ours, "written once; yours since")


def _kept(path: str, ours: File | None, reason: str) -> FileStep:
    action = FileAction.UNCHANGED if ours is None else FileAction.KEPT
    return FileStep(path=path, action=action, before=ours, after=ours, reason=reason)


def find_renames(old: Mapping[str, File], new: Mapping[str, File]) -> dict[str, str]:
    """Return which files of the old rendering live on under another name in the new one.

    A new file has one old name, and the likest pairs come first.
    """
    pairs = list(itertools.product(_texts_only_in(old, new), _texts_only_in(new, old)))
    alike = {pair: likeness(old[pair[0]], new[pair[1]]) for pair in pairs}
    renames: dict[str, str] = {}
    taken: set[str] = set()
    for before, after in sorted(pairs, key=lambda pair: (-alike[pair], pair)):
        if alike[before, after] < RENAME_SIMILARITY:
            break
        if before not in renames and after not in taken:
            renames[before] = after
            taken.add(after)
    return renames


def _texts_only_in(one: Mapping[str, File], other: Mapping[str, File]) -> list[str]:
    return [path for path in sorted(one) if path not in other and one[path].is_text]


def likeness(one: File, other: File) -> float:
    """Return how much of two texts is the same, from 0 to 1."""
    if one.content == other.content:
        return 1.0
    left, right = to_lf(one.content).splitlines(), to_lf(other.content).splitlines()
    return difflib.SequenceMatcher(None, left, right, autojunk=False).ratio()
