"""The three-way merge: the template's old rendering, the target's files, the template's new rendering -> a plan.

Pure: how two texts, or two files with a meaning, are merged is handed in.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from issue_scaffold.files.rendering import File, Rendering, to_lf, uses_crlf
from issue_scaffold.sync.plan import FileAction, FilePlan, Files, FileStep
from issue_scaffold.text.by_meaning import MeaningMerge

# As git: at least half alike is a rename.
RENAME_SIMILARITY = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """How contents are merged.

    `text(base, ours, theirs)` returns the merged bytes and whether they hold conflict markers;
    `meaning(path, base, ours, theirs)` returns None where a file can only be merged as text; `same_answers` compares
    two answers files.
    """

    text: Callable[[bytes, bytes, bytes], tuple[bytes, bool]]
    meaning: Callable[[str, str | None, str, str], MeaningMerge | None]
    same_answers: Callable[[bytes, bytes], bool]


def plan_merge(base: Rendering | None, ours: Files, theirs: Rendering, tools: Tools) -> FilePlan:
    """Return what brings a target from the old rendering (None: nothing was installed) to the new one.

    `ours` holds the target's files at every path of both renderings.
    """
    old = base.files if base else {}
    renamed = find_renames(old, theirs.files)
    moved_from = {new: before for before, new in renamed.items()}
    steps = []
    for path in sorted({*old, *theirs.files}):
        if path == theirs.answers_file:
            steps.append(_answers_step(path, ours.get(path), theirs.files[path], tools))
        elif path in theirs.write_once:
            steps.append(_write_once_step(path, ours.get(path), theirs.files[path]))
        elif path in moved_from and path not in ours:
            steps.extend(_move_steps(moved_from[path], path, old, ours, theirs.files, tools))
        elif path in renamed and renamed[path] not in ours:
            continue  # its step comes with the new name
        elif base is not None and path in base.write_once:
            steps.append(_kept(path, ours.get(path), "written once; yours since"))
        else:
            steps.append(
                merge_file(path, old.get(path), ours.get(path), theirs.files.get(path), tools)
            )
    return FilePlan(
        answers_file=theirs.answers_file, steps=tuple(sorted(steps, key=lambda step: step.path))
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
        reason = "you deleted it" if ours is None else "your changes; the template didn't change it"
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
    return one is other if one is None or other is None else one.same_as(other)


def _take_theirs(step: FileStep) -> FileStep:
    if step.theirs is None:
        return replace(step, action=FileAction.DELETE, after=None, reason="the template removed it")
    if step.before is None:
        return replace(step, action=FileAction.NEW, after=step.theirs)
    untouched = step.base is not None and step.base.content == step.before.content
    after = step.theirs if untouched else _in_style_of(step.before, step.theirs)
    return replace(step, action=FileAction.CLEAN, after=after)


def _merge_contents(
    step: FileStep, base: File | None, ours: File, theirs: File, tools: Tools
) -> FileStep:
    if not (ours.is_text and theirs.is_text and (base is None or base.is_text)):
        return replace(
            step,
            action=FileAction.CONFLICT,
            reason="not text, changed on both sides; yours is kept",
        )
    executable = (
        theirs.executable if base is None or base.executable == ours.executable else ours.executable
    )
    by_meaning = _merge_by_meaning(step.path, base, ours, theirs, tools)
    if by_meaning is not None:
        after = File(content=by_meaning.text.encode(), executable=executable)
        if after == ours:
            return replace(step, action=FileAction.KEPT, by_meaning=True, notes=by_meaning.notes)
        return replace(
            step, action=FileAction.MERGE, after=after, by_meaning=True, notes=by_meaning.notes
        )
    if base is not None and _same(ours._replace(executable=theirs.executable), theirs):
        return replace(step, action=FileAction.CLEAN, after=ours._replace(executable=executable))
    ours_lf, theirs_lf = to_lf(ours.content), to_lf(theirs.content)
    common = to_lf(base.content) if base is not None else shared_lines(ours_lf, theirs_lf)
    merged, conflicted = tools.text(common, ours_lf, theirs_lf)
    after = _in_style_of(ours, File(content=merged, executable=executable))
    if after == ours:
        return replace(step, action=FileAction.KEPT, reason="it has all that the template has")
    action = FileAction.CONFLICT if conflicted else FileAction.MERGE
    return replace(
        step,
        action=action,
        after=after,
        reason="both sides changed the same lines" if conflicted else "",
    )


def _merge_by_meaning(
    path: str, base: File | None, ours: File, theirs: File, tools: Tools
) -> MeaningMerge | None:
    try:
        texts = [None if file is None else file.content.decode() for file in (base, ours, theirs)]
    except UnicodeDecodeError:
        return None
    base_text, ours_text, theirs_text = texts
    if ours_text is None or theirs_text is None:
        return None
    return tools.meaning(path, base_text, ours_text, theirs_text)


def _in_style_of(ours: File, theirs: File) -> File:
    """Return the new file with the line ends that the target's file has."""
    if not (ours.is_text and theirs.is_text and b"\n" in ours.content):
        return theirs
    content = to_lf(theirs.content)
    return theirs._replace(
        content=content.replace(b"\n", b"\r\n") if uses_crlf(ours.content) else content
    )


def shared_lines(one: bytes, other: bytes) -> bytes:
    """Return the lines that two texts have in common, in order: the base for merging files that have none."""
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
    action = FileAction.KEPT if ours is not None else FileAction.UNCHANGED
    return FileStep(path=path, action=action, before=ours, after=ours, reason=reason)


def _move_steps(
    old_path: str, new_path: str, old: Files, ours: Files, new: Files, tools: Tools
) -> Iterator[FileStep]:
    """Yield the steps for a file that the template renamed, so that the user's edits move along."""
    mine = ours.get(old_path)
    if mine is None:
        reason = f"you deleted it; the template renamed it to {new_path}"
        yield FileStep(
            path=new_path,
            action=FileAction.KEPT,
            before=None,
            after=None,
            base=old[old_path],
            theirs=new[new_path],
            reason=reason,
        )
        return
    merged = merge_file(new_path, old[old_path], mine, new[new_path], tools)
    reason = merged.reason or f"renamed from {old_path}"
    moved = replace(merged, before=None, moved_from=old_path, moved=mine, reason=reason)
    if moved.action in {FileAction.UNCHANGED, FileAction.KEPT, FileAction.CLEAN}:
        action = FileAction.MERGE if moved.action is FileAction.KEPT else FileAction.NEW
        moved = replace(moved, action=action, reason=f"renamed from {old_path}")
    yield moved
    yield FileStep(
        path=old_path,
        action=FileAction.DELETE,
        before=mine,
        after=None,
        base=old[old_path],
        reason=f"the template renamed it to {new_path}",
    )


def find_renames(old: Mapping[str, File], new: Mapping[str, File]) -> dict[str, str]:
    """Return which files of the old rendering live on under another name in the new one."""
    gone = [path for path in sorted(old) if path not in new and old[path].is_text]
    come = [path for path in sorted(new) if path not in old and new[path].is_text]
    ranked = sorted(
        ((_likeness(old[before], new[after]), before, after) for before in gone for after in come),
        key=lambda row: (-row[0], row[1], row[2]),
    )
    renames: dict[str, str] = {}
    for likeness, before, after in ranked:
        if (
            likeness >= RENAME_SIMILARITY
            and before not in renames
            and after not in renames.values()
        ):
            renames[before] = after
    return renames


def _likeness(one: File, other: File) -> float:
    if one.content == other.content:
        return 1.0
    left, right = to_lf(one.content).splitlines(), to_lf(other.content).splitlines()
    return difflib.SequenceMatcher(None, left, right, autojunk=False).ratio()
