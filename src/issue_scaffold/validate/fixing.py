"""`scaffold validate --fix`: mend the files of the given paths on disk, or say what would change."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.files.rendering import File
from issue_scaffold.report.report import TargetReport
from issue_scaffold.text.diffs import text_diff
from issue_scaffold.validate.mending import Mended, mend
from issue_scaffold.validate.run import STDIN, Group, Target, collect
from issue_scaffold.writing import staging
from issue_scaffold.writing.files import Place, apply_all, find_place, read_present, writing


class Change(NamedTuple):
    """One file that was or would be mended: its path as users know it, its new one, and its contents."""

    path: str
    new_path: str
    before: bytes
    after: bytes
    fixed: int

    @property
    def diff(self) -> str:
        """The change as a unified diff; a rename alone is two header lines."""
        before, after = _shown(self.before), _shown(self.after)
        text = text_diff(before, after, f"a/{self.path}", f"b/{self.new_path}")
        if text or self.path == self.new_path:
            return text
        return f"rename from {self.path}\nrename to {self.new_path}\n"


class Fixed(NamedTuple):
    """What was mended, and remarks for the user."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def _shown(content: bytes) -> str:
    # A byte order mark is shown as what it is, or its removal would be a change that nobody sees.
    return content.decode("utf-8").replace("\ufeff", "<BOM>", 1).replace("\r\n", "\n")


def plan_fixes(paths: Sequence[str], *, unsafe: bool, stdin: bytes | None = None) -> list[Change]:
    """Return what `--fix` would change, without changing it."""
    return [change for _, _, change in _planned(collect(paths, stdin), unsafe=unsafe)]


def with_diffs(
    targets: Iterable[TargetReport], changes: Sequence[Change]
) -> Iterator[TargetReport]:
    """Yield targets in which the first finding of each file that can be mended carries the file's diff."""
    diffs = {change.path: change.diff for change in changes}
    for target in targets:
        findings = []
        for finding in target.findings:
            mendable = finding.fixable or finding.fixable_unsafely
            diff = diffs.pop(finding.path, None) if mendable else None
            findings.append(finding._replace(diff=diff) if diff else finding)
        yield target._replace(findings=tuple(findings))


def apply_fixes(paths: Sequence[str], *, unsafe: bool) -> Fixed:
    """Mend files on disk. Raises UsageError for standard input, ScaffoldError if one can't be mended."""
    if STDIN in paths:
        raise UsageError("--fix can't write to standard input", hint="use --diff with it")
    notes = _settle(collect(paths))
    changes = []
    by_root: dict[Path, list[staging.Change]] = {}
    for place, within, change in _planned(collect(paths), unsafe=unsafe):
        found = find_place(place, within=within)
        by_root.setdefault(found.root, []).extend(_steps(found, change))
        changes.append(change)
    for root, steps in by_root.items():
        with writing(root, shown=str(root)) as recovery:
            notes.extend(recovery.notes)
            apply_all(root, steps)
    return Fixed(changes=tuple(changes), notes=tuple(dict.fromkeys(notes)))


def _settle(targets: Sequence[Target]) -> list[str]:
    """Settle what interrupted runs left where the targets lie, before anything is read; return what to say of it."""
    roots = set()
    for group, wanted in _by_group(targets):
        if group.root is not None:
            roots.add(find_place(group.root / ".github", within=group.root).root)
        else:
            roots.update(find_place(Path(path)).root for path in wanted)
    notes: list[str] = []
    for root in sorted(roots):
        with writing(root, shown=str(root)) as recovery:
            notes.extend(recovery.notes)
    return notes


def _steps(place: Place, change: Change) -> list[staging.Change]:
    """Return what has to be done for one mended file. Raises ScaffoldError where a new name is taken."""
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


def _planned(targets: Sequence[Target], *, unsafe: bool) -> list[tuple[Path, Path | None, Change]]:
    """Return the changes with each file's place, and the folder that it belongs to (None: to none)."""
    planned: dict[str, tuple[Path, Path | None, Change]] = {}
    for group, wanted in _by_group(targets):
        mended = mend(group.files, wanted, unsafe=unsafe, together=group.root is not None)
        for path, result in sorted(mended.items()):
            place = group.root / path if group.root is not None else Path(path)
            planned.setdefault(str(place), (place, group.root, _change(group, path, result)))
    return list(planned.values())


def _by_group(targets: Sequence[Target]) -> list[tuple[Group, set[str]]]:
    found: dict[int, tuple[Group, set[str]]] = {}
    for target in targets:
        if target.group is not None:
            found.setdefault(id(target.group), (target.group, set()))[1].update(target.wanted)
    return list(found.values())


def _change(group: Group, path: str, result: Mended) -> Change:
    # Another file of the repository may have to change: a label goes into the labels config.
    shown = group.shown.get(path) or (str(group.root / path) if group.root else path)
    folder = os.path.dirname(shown)  # noqa: PTH120 - paths are kept as the user wrote them
    renamed = shown
    if result.path != path:
        name = result.path.rpartition("/")[2]
        renamed = os.path.join(folder, name) if folder else name  # noqa: PTH118
    return Change(shown, renamed, group.files[path], result.content, result.fixed)
