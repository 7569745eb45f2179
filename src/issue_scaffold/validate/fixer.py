"""Fixing what the rules found, in memory: a fix is kept only if nothing new comes of it.

Owns which fixes are taken together and how each step is proved; writing files is `fix`'s.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from issue_scaffold.forge.forges import SharedForges
from issue_scaffold.forge.layout import SETTINGS_PATHS
from issue_scaffold.text.edits import Edit, Fix, apply_edits, overlaps
from issue_scaffold.validate.diagnostics import Diagnostic
from issue_scaffold.validate.engine import run_rules
from issue_scaffold.validate.removals import Removal, removals

_BOM: Final = b"\xef\xbb\xbf"
_NOTHING_SAID: Final = SharedForges()
_MAX_ROUNDS: Final = 50


class FixedFile(NamedTuple):
    """A file after fixing: its path and content now, how many diagnostics that settled, what went.

    `removed` is what stood in the file and stands nowhere in it now.
    """

    path: str
    content: bytes
    fixed: int
    removed: tuple[Removal, ...] = ()


class _Proposal(NamedTuple):
    """One fix and the diagnostic that it is for."""

    diagnostic: Diagnostic
    fix: Fix

    @property
    def path(self) -> str:
        """The file that changes."""
        return self.fix.path or self.diagnostic.source.path

    @property
    def new_path(self) -> str:
        """What the file is called afterwards."""
        folder, slash, name = self.path.rpartition("/")
        return f"{folder}{slash}{self.fix.rename or name}"

    @property
    def order(self) -> tuple[bool, bool, int]:
        """Safe fixes before unsafe ones, renames last, each by its place."""
        return self.fix.unsafe, bool(self.fix.rename), self.diagnostic.problem.start

    @property
    def key(self) -> tuple[str, str, str]:
        """What stays the same while other parts of the file are fixed."""
        source, problem = self.diagnostic.source, self.diagnostic.problem
        line = source.excerpt(problem.start, problem.start).text
        return source.path, self.diagnostic.rule.id, f"{problem.message}\0{line}"


def fix_files(
    files: Mapping[str, bytes],
    wanted: Iterable[str],
    *,
    unsafe: bool,
    together: bool,
    forges: SharedForges = _NOTHING_SAID,
) -> dict[str, FixedFile]:
    """Return the files that change, by their path before. Only `wanted` files are fixed.

    Afterwards nothing can be fixed any more, and no file has a diagnostic that it didn't have.
    """
    fixer = _Fixer(files, wanted, together=together, forges=forges)
    for _ in range(_MAX_ROUNDS):
        if not fixer.round(unsafe=unsafe):
            break
    changed = {}
    for path, before in fixer.came_from.items():
        content = fixer.now[path]
        if path != before or content != files[before]:
            removed = tuple(fixer.removed.get(before, ()))
            changed[before] = FixedFile(path, content, fixer.counts[before], removed)
    return changed


class _Fixer:
    """The loop's state: the files as they are now, and where each came from."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        wanted: Iterable[str],
        *,
        together: bool,
        forges: SharedForges,
    ) -> None:
        self.now = dict(files)
        self.came_from = {path: path for path in files}
        self.counts: Counter[str] = Counter()
        self.removed: dict[str, list[Removal]] = {}
        self._files = files
        self._wanted = set(wanted)
        self._refused: set[tuple[str, str, str]] = set()
        self._together = together
        self._forges = forges

    def round(self, *, unsafe: bool) -> bool:
        """Fix as much as can be fixed side by side; tell whether there was anything to try."""
        by_file: dict[str, list[_Proposal]] = {}
        for diagnostic in self._run(self.now):
            fix = diagnostic.problem.fix
            if fix is None or diagnostic.source.path not in self._wanted:
                continue
            proposal = _Proposal(diagnostic, fix)
            if (unsafe or not fix.unsafe) and proposal.key not in self._refused:
                by_file.setdefault(proposal.path, []).append(proposal)
        for proposals in by_file.values():
            self._fix_file(_compatible(proposals))
        return bool(by_file)

    def _run(self, files: Mapping[str, bytes]) -> list[Diagnostic]:
        return run_rules(files, together=self._together, forges=self._forges).diagnostics

    def _fix_file(self, batch: list[_Proposal]) -> None:
        """Fix one file; what spoils something is tried alone, and refused if it still does."""
        if self._try(batch):
            return
        for proposal in batch:
            if self._try([proposal]):
                return
            self._refused.add(proposal.key)

    def _try(self, batch: list[_Proposal]) -> bool:
        """Apply a batch if that settles what it is for and nothing more; tell whether it did."""
        after = _apply(self.now, batch)
        if after is None or after == self.now:
            return False
        renames = any(proposal.fix.rename for proposal in batch)
        if not renames and not self._is_better(batch, after):
            return False
        for proposal in batch:
            original = self.came_from[proposal.path]
            self.counts[original] += 1
            self.removed.setdefault(original, []).extend(self._removed_by(proposal, original))
        self.now = after
        for proposal in batch:
            if proposal.fix.rename:
                self.came_from[proposal.new_path] = self.came_from.pop(proposal.path)
                self._wanted ^= {proposal.path, proposal.new_path}
        return True

    def _removed_by(self, proposal: _Proposal, original: str) -> list[Removal]:
        rule, problem = proposal.diagnostic.rule, proposal.diagnostic.problem
        before, now = self._files[original], self.now[proposal.path]
        reason = f"{problem.message} [{rule.id}]"
        found = removals(proposal.path, before, now, proposal.fix, reason)
        return [removal._replace(path=original) for removal in found]

    def _is_better(self, batch: list[_Proposal], after: Mapping[str, bytes]) -> bool:
        """Tell whether each rule that a batch is for has less to say, and no other rule more."""
        before: Mapping[str, bytes] = self.now
        if not any(proposal.fix.path for proposal in batch):
            # What a fix does to its own file alone needs no look at the others.
            touched = {*SETTINGS_PATHS, *(proposal.path for proposal in batch)}
            before = {path: before[path] for path in before if path in touched}
            after = {path: after[path] for path in after if path in touched}
        has = _tally(self._run(after))
        had = _tally(self._run(before))
        return _reveals_nothing_new(batch, had, has) and all(
            _is_settled(proposal, had, has) for proposal in batch
        )


# The diagnostics of each rule in each file.
_Tally = dict[tuple[str, str], list[Diagnostic]]


def _tally(diagnostics: Iterable[Diagnostic]) -> _Tally:
    tally: _Tally = {}
    for diagnostic in diagnostics:
        key = (diagnostic.source.path, diagnostic.rule.id)
        tally.setdefault(key, []).append(diagnostic)
    return tally


def _reveals_nothing_new(batch: Iterable[_Proposal], had: _Tally, has: _Tally) -> bool:
    """Tell whether no rule has more to say, but in a file of which more can be read now."""
    more_readable = {proposal.path for proposal in batch if proposal.diagnostic.rule.reveals}
    for key, diagnostics in has.items():
        if len(diagnostics) <= len(had.get(key, ())):
            continue
        rule = diagnostics[0].rule
        if key[0] not in more_readable or rule.reveals == "next":
            return False
    return True


def _is_settled(proposal: _Proposal, had: _Tally, has: _Tally) -> bool:
    """Tell whether what a fix is for is gone."""
    rule = proposal.diagnostic.rule
    key = (proposal.diagnostic.source.path, rule.id)
    left = has.get(key, [])
    if len(left) < len(had.get(key, ())):
        return True
    # Behind one slip of syntax may lie the next.
    start = proposal.diagnostic.problem.start
    return rule.reveals == "next" and all(item.problem.start > start for item in left)


def _compatible(proposals: list[_Proposal]) -> list[_Proposal]:
    """Return the fixes of one file that can be done in one go.

    No two of them touch the same text; a rename goes alone.
    """
    taken: list[Edit] = []
    chosen: list[_Proposal] = []
    for proposal in sorted(proposals, key=lambda proposal: proposal.order):
        if proposal.fix.rename:
            return chosen or [proposal]
        if not overlaps(proposal.fix.edits, taken):
            taken += proposal.fix.edits
            chosen.append(proposal)
    return chosen


def _apply(files: Mapping[str, bytes], batch: Iterable[_Proposal]) -> dict[str, bytes] | None:
    """Return the files after a batch; None if a rename's new name is taken."""
    result = dict(files)
    edits: dict[str, list[Edit]] = {}
    for proposal in batch:
        if not proposal.fix.rename:
            edits.setdefault(proposal.path, []).extend(proposal.fix.edits)
            continue
        others = {path.lower() for path in result if path != proposal.path}
        if proposal.new_path.lower() in others:
            return None
        result[proposal.new_path] = result.pop(proposal.path)
        edits.setdefault(proposal.new_path, []).extend(proposal.fix.edits)
    without_bom = {proposal.path for proposal in batch if proposal.fix.drop_bom}
    for path, listed in edits.items():
        result[path] = _edited(result[path], listed, keep_bom=path not in without_bom)
    return result


def _edited(content: bytes, edits: Iterable[Edit], *, keep_bom: bool) -> bytes:
    text = apply_edits(content.removeprefix(_BOM).decode("utf-8"), edits).encode("utf-8")
    if keep_bom and content.startswith(_BOM):
        return _BOM + text
    return text
