"""Mending what the rules found, in memory: fixes are spliced in, and kept only if nothing new comes of them.

Owns which fixes are taken together and how each step is proved; writing files is `fixing`'s.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from issue_scaffold.forge.layout import SETTINGS_PATH
from issue_scaffold.text.edits import Edit, Fix, apply_edits, overlaps
from issue_scaffold.validate.examination import Located, examine

_BOM: Final = b"\xef\xbb\xbf"
_MAX_ROUNDS: Final = 50
_SYNTAX: Final = frozenset({"yaml/syntax", "template/front-matter-syntax"})
# Mending one of these makes more of the file readable, so that findings come to light which were there before.
_REVEALING: Final = _SYNTAX | {
    "yaml/encoding",
    "yaml/multiple-documents",
    "template/no-front-matter",
    "body/unknown-type",
    "form/labels-type",
    "form/assignees-type",
}


class Mended(NamedTuple):
    """A file after mending: its path and content now, and how many findings that settled."""

    path: str
    content: bytes
    fixed: int


class _Job(NamedTuple):
    """One fix and what asks for it."""

    located: Located
    fix: Fix

    @property
    def path(self) -> str:
        """The file that changes."""
        return self.fix.path or self.located.source.path

    @property
    def new_path(self) -> str:
        """What the file is called afterwards."""
        folder, slash, name = self.path.rpartition("/")
        return f"{folder}{slash}{self.fix.rename or name}"


def mend(
    files: Mapping[str, bytes], wanted: Iterable[str], *, unsafe: bool, together: bool
) -> dict[str, Mended]:
    """Return the files that change, by their path before. Only findings of `wanted` files are mended.

    Afterwards nothing can be mended any more, and no file has a finding that it didn't have.
    """
    mending = _Mending(files, wanted, together=together)
    for _ in range(_MAX_ROUNDS):
        if not mending.round(unsafe=unsafe):
            break
    changed = {}
    for path, before in mending.came_from.items():
        content = mending.now[path]
        if path != before or content != files[before]:
            changed[before] = Mended(path, content, mending.counts[before])
    return changed


class _Mending:
    """The loop's state: the files as they are now, and where each came from."""

    def __init__(
        self, files: Mapping[str, bytes], wanted: Iterable[str], *, together: bool
    ) -> None:
        self.now = dict(files)
        self.came_from = {path: path for path in files}
        self.counts: Counter[str] = Counter()
        self.targets = set(wanted)
        self.refused: set[tuple[str, str, str]] = set()
        self.together = together

    def round(self, *, unsafe: bool) -> bool:
        """Mend as much as can be mended side by side; tell whether there was anything to try."""
        jobs = [
            _Job(item, item.problem.fix)
            for item in examine(self.now, together=self.together)
            if item.problem.fix is not None
            and item.source.path in self.targets
            and (unsafe or not item.problem.fix.unsafe)
            and _key(item) not in self.refused
        ]
        by_file: dict[str, list[_Job]] = {}
        for job in jobs:
            by_file.setdefault(job.path, []).append(job)
        for listed in by_file.values():
            self._file(_compatible(listed))
        return bool(jobs)

    def _file(self, batch: list[_Job]) -> None:
        """Mend one file; what spoils something together is tried alone, and refused if it still does."""
        if self._try(batch):
            return
        for job in batch:
            if self._try([job]):
                return
            self.refused.add(_key(job.located))

    def _try(self, batch: list[_Job]) -> bool:
        """Carry out a batch if it settles what it is for and makes no new finding; tell whether it did."""
        after = _apply(self.now, batch)
        if after is None or after == self.now:
            return False
        across = any(job.fix.path for job in batch)
        touched = {SETTINGS_PATH, *(job.path for job in batch), *(job.new_path for job in batch)}
        had, has = (
            examine(
                {path: files[path] for path in files if across or path in touched},
                together=self.together,
            )
            for files in (self.now, after)
        )
        renamed = any(job.fix.rename for job in batch)
        if not renamed and not _is_better(batch, had, has):
            return False
        self.now = after
        for job in batch:
            self.counts[self.came_from[job.path]] += 1
            if job.fix.rename:
                self.came_from[job.new_path] = self.came_from.pop(job.path)
                self.targets ^= {job.path, job.new_path}
        return True


def _key(item: Located) -> tuple[str, str, str]:
    line = item.source.excerpt(item.problem.start, item.problem.start).text
    return (item.source.path, item.rule.id, f"{item.problem.message}\0{line}")


def _compatible(jobs: list[_Job]) -> list[_Job]:
    """Return the jobs of one file that can be done in one go: no two touch the same text; a rename goes alone."""
    taken: list[Edit] = []
    chosen: list[_Job] = []
    for job in sorted(
        jobs, key=lambda job: (job.fix.unsafe, bool(job.fix.rename), job.located.problem.start)
    ):
        if job.fix.rename:
            return chosen or [job]
        if not overlaps(job.fix.edits, taken):
            taken += job.fix.edits
            chosen.append(job)
    return chosen


def _apply(files: Mapping[str, bytes], batch: Iterable[_Job]) -> dict[str, bytes] | None:
    """Return the files after a batch; None if a rename's new name is taken."""
    result = dict(files)
    edits: dict[str, list[Edit]] = {}
    for job in batch:
        if job.fix.rename:
            if job.new_path.lower() in {path.lower() for path in result if path != job.path}:
                return None
            result[job.new_path] = result.pop(job.path)
        else:
            edits.setdefault(job.path, []).extend(job.fix.edits)
    without_bom = {job.path for job in batch if job.fix.drop_bom}
    for path, listed in edits.items():
        content = result[path]
        bom = _BOM if content.startswith(_BOM) else b""
        text = apply_edits(content[len(bom) :].decode("utf-8"), listed)
        result[path] = (b"" if path in without_bom else bom) + text.encode("utf-8")
    return result


def _is_better(batch: list[_Job], had: list[Located], has: list[Located]) -> bool:
    """Tell whether every rule that a batch is for has less to say, and no other rule more."""
    old, new = _tally(had), _tally(has)
    revealing = {job.path for job in batch if job.located.rule.id in _REVEALING}
    for key, number in new.items():
        path, rule = key
        if number > old[key] and (path not in revealing or rule in _SYNTAX):
            return False
    for job in batch:
        key = (job.located.source.path, job.located.rule.id)
        if new[key] < old[key]:
            continue
        # Behind one slip of syntax may lie the next.
        further = [item.problem.start for item in has if (item.source.path, item.rule.id) == key]
        if job.located.rule.id not in _SYNTAX or min(further) <= job.located.problem.start:
            return False
    return True


def _tally(located: Iterable[Located]) -> Counter[tuple[str, str]]:
    return Counter((item.source.path, item.rule.id) for item in located)
