"""`scaffold validate --fix`: mend the files of the given paths on disk, or say what would change."""

import difflib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from issue_scaffold.adapters.text_files import rename_file, replace_file
from issue_scaffold.domain.report import TargetReport
from issue_scaffold.errors import UsageError
from issue_scaffold.usecases.mending import Mended, mend
from issue_scaffold.usecases.validate import STDIN, Group, Target, collect


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
        left, right = (_lines(content) for content in (self.before, self.after))
        found = difflib.unified_diff(left, right, f"a/{self.path}", f"b/{self.new_path}")
        text = "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in found)
        if text or self.path == self.new_path:
            return text
        return f"rename from {self.path}\nrename to {self.new_path}\n"


def _lines(content: bytes) -> list[str]:
    # A byte order mark is shown as what it is, or its removal would be a change that nobody sees.
    text = content.decode("utf-8").replace("\ufeff", "<BOM>", 1).replace("\r\n", "\n")
    return text.splitlines(keepends=True)


def plan_fixes(paths: Sequence[str], *, unsafe: bool, stdin: bytes | None = None) -> list[Change]:
    """Return what `--fix` would change, without changing it."""
    return [change for _, change in _planned(collect(paths, stdin), unsafe=unsafe)]


def with_diffs(targets: Iterable[TargetReport], changes: Sequence[Change]) -> Iterator[TargetReport]:
    """Yield targets in which the first finding of each file that can be mended carries the file's diff."""
    diffs = {change.path: change.diff for change in changes}
    for target in targets:
        findings = []
        for finding in target.findings:
            mendable = finding.fixable or finding.fixable_unsafely
            diff = diffs.pop(finding.path, None) if mendable else None
            findings.append(replace(finding, diff=diff) if diff else finding)
        yield replace(target, findings=tuple(findings))


def apply_fixes(paths: Sequence[str], *, unsafe: bool) -> list[Change]:
    """Mend files on disk; return what changed. Raises UsageError for standard input, ScaffoldError if one can't be."""
    if STDIN in paths:
        raise UsageError("--fix can't write to standard input", hint="use --diff with it")
    changes = []
    for place, change in _planned(collect(paths), unsafe=unsafe):
        if change.after != change.before:
            replace_file(place, change.after, shown=change.path)
        if change.new_path != change.path:
            rename_file(place, os.path.basename(change.new_path), shown=change.path)  # noqa: PTH119
        changes.append(change)
    return changes


def _planned(targets: Sequence[Target], *, unsafe: bool) -> list[tuple[Path, Change]]:
    planned: dict[str, tuple[Path, Change]] = {}
    for group, wanted in _by_group(targets):
        mended = mend(group.files, wanted, unsafe=unsafe, together=group.root is not None)
        for path, result in sorted(mended.items()):
            place = group.root / path if group.root is not None else Path(path)
            planned.setdefault(str(place), (place, _change(group, path, result)))
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
