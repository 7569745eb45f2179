"""`scaffold validate --fix`: fix the files of the given paths on disk, or say what would change."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.files.rendering import File
from issue_scaffold.report.report import TargetReport
from issue_scaffold.text.diffs import text_diff
from issue_scaffold.validate.fixer import FixedFile, fix_files
from issue_scaffold.validate.paths import STDIN, FileGroup, RequestedPath, collect
from issue_scaffold.validate.removals import Removal
from issue_scaffold.writing import staging
from issue_scaffold.writing.files import Place, apply_all, find_place, read_present, writing


class FileFix(NamedTuple):
    """One file that was or would be fixed: its paths as users know them, and its contents.

    `removed` is what is not in it any more, with the paths as users know them.
    """

    path: str
    new_path: str
    before: bytes
    after: bytes
    fixed: int
    removed: tuple[Removal, ...] = ()

    @property
    def diff(self) -> str:
        """The change as a unified diff; a rename alone is two header lines."""
        before, after = _visible(self.before), _visible(self.after)
        text = text_diff(before, after, f"a/{self.path}", f"b/{self.new_path}")
        if text or self.path == self.new_path:
            return text
        return f"rename from {self.path}\nrename to {self.new_path}\n"


class FixResult(NamedTuple):
    """What was fixed, remarks for the user, and the folders to which the changes belong."""

    changes: tuple[FileFix, ...]
    notes: tuple[str, ...]
    roots: tuple[Path, ...]


def _visible(content: bytes) -> str:
    # A byte order mark is shown as what it is, or its removal would be a change that nobody sees.
    return content.decode("utf-8").replace("\ufeff", "<BOM>", 1).replace("\r\n", "\n")


def plan_fixes(
    paths: Sequence[str], *, unsafe: bool, stdin: bytes | None = None, forge: str | None = None
) -> list[FileFix]:
    """Return what `--fix` would change, without changing it."""
    requested = collect(paths, stdin, forge)
    return [planned.change for planned in _planned(requested, unsafe=unsafe)]


def with_diffs(
    targets: Iterable[TargetReport], changes: Sequence[FileFix]
) -> Iterator[TargetReport]:
    """Yield targets in which the first fixable finding of each file carries the file's diff.

    A finding that is the first of several files carries the diffs of all of them.
    """
    diffs = {change.path: change.diff for change in changes}
    for target in targets:
        findings = []
        for finding in target.findings:
            diff = ""
            if finding.fixable or finding.fixable_unsafely:
                diff = "".join(diffs.pop(place.path, "") for place in finding.places)
            findings.append(finding._replace(diff=diff) if diff else finding)
        yield target._replace(findings=tuple(findings))


def with_removals(
    targets: Iterable[TargetReport], changes: Sequence[FileFix]
) -> Iterator[TargetReport]:
    """Yield targets that list for programs what the fixes of their files took out."""
    left = list(changes)
    for target in targets:
        inside = [change for change in left if _is_inside(change.path, target.target)]
        left = [change for change in left if change not in inside]
        removed = [removal.fields for change in inside for removal in change.removed]
        yield target._replace(fields={**target.fields, "removed": removed})


def _is_inside(path: str, target: str) -> bool:
    inside = os.path.relpath(path, target)
    return inside == os.curdir or not inside.startswith(os.pardir)


def apply_fixes(paths: Sequence[str], *, unsafe: bool, forge: str | None = None) -> FixResult:
    """Fix files on disk.

    Raises UsageError for standard input, ScaffoldError if a file can't be changed.
    """
    if STDIN in paths:
        raise UsageError("--fix can't write to standard input", hint="use --diff with it")
    notes = _settle(collect(paths))
    changes = []
    by_root: dict[Path, list[staging.Change]] = {}
    for planned in _planned(collect(paths, forge=forge), unsafe=unsafe):
        place = find_place(planned.path, within=planned.root)
        by_root.setdefault(place.root, []).extend(_steps(place, planned.change))
        changes.append(planned.change)
    for root, steps in by_root.items():
        with writing(root, shown=str(root)) as recovery:
            notes.extend(recovery.notes)
            apply_all(root, steps, command="validate --fix")
    return FixResult(tuple(changes), tuple(dict.fromkeys(notes)), tuple(by_root))


def _settle(requested: Sequence[RequestedPath]) -> list[str]:
    """Settle what interrupted runs left where the paths lie; return what to say of it."""
    roots = set()
    for group, wanted in _by_group(requested):
        if group.root is not None:
            roots.add(find_place(group.root / ".github", within=group.root).root)
        else:
            roots.update(find_place(Path(path)).root for path in wanted)
    notes: list[str] = []
    for root in sorted(roots):
        with writing(root, shown=str(root)) as recovery:
            notes.extend(recovery.notes)
    return notes


def _steps(place: Place, change: FileFix) -> list[staging.Change]:
    """Return what has to be done for one file. Raises ScaffoldError where a new name is taken."""
    present = read_present(place.root, place.path)
    executable = present is not None and present.executable
    before = File(content=change.before, executable=executable)
    after = File(content=change.after, executable=executable)
    if change.new_path == change.path:
        return [staging.Change(path=place.path, before=before, after=after)]
    name = os.path.basename(change.new_path)  # noqa: PTH119 - a path as the user knows it
    target = (place.root / place.path).with_name(name)
    if os.path.lexists(target) and not target.samefile(place.root / place.path):
        raise ScaffoldError(f"{change.path} can't be renamed: {name} exists")
    # The old name goes first: where case doesn't count, the two are one file.
    new_path = target.relative_to(place.root).as_posix()
    return [
        staging.Change(path=place.path, before=before, after=None),
        staging.Change(path=new_path, before=None, after=after),
    ]


class _PlannedFix(NamedTuple):
    """A change with its file's place, and the folder that it belongs to (None: to none)."""

    path: Path
    root: Path | None
    change: FileFix


def _planned(requested: Sequence[RequestedPath], *, unsafe: bool) -> list[_PlannedFix]:
    planned: dict[str, _PlannedFix] = {}
    for group, wanted in _by_group(requested):
        fixed = fix_files(
            group.files,
            wanted,
            unsafe=unsafe,
            together=group.root is not None,
            forges=group.forges,
        )
        for path, result in sorted(fixed.items()):
            place = Path(path) if group.root is None else group.root / path
            change = _file_fix(group, path, result)
            planned.setdefault(str(place), _PlannedFix(place, group.root, change))
    return list(planned.values())


def _by_group(requested: Sequence[RequestedPath]) -> list[tuple[FileGroup, set[str]]]:
    groups: dict[int, tuple[FileGroup, set[str]]] = {}
    for path in requested:
        if path.group is not None:
            groups.setdefault(id(path.group), (path.group, set()))[1].update(path.wanted)
    return list(groups.values())


def _file_fix(group: FileGroup, path: str, result: FixedFile) -> FileFix:
    name = group.names.get(path)
    if name is None:
        # Another file of the repository may have to change: a label goes into the labels config.
        name = path if group.root is None else str(group.root / path)
    new_name = name
    if result.path != path:
        folder = os.path.dirname(name)  # noqa: PTH120 - paths are kept as the user wrote them
        new_name = os.path.join(folder, result.path.rpartition("/")[2])  # noqa: PTH118
    removed = tuple(removal._replace(path=name) for removal in result.removed)
    return FileFix(name, new_name, group.files[path], result.content, result.fixed, removed)
