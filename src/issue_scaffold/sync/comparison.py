"""What a target's files say compared with what template and answers make, file by file."""

import os
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from issue_scaffold.files.rendering import File, Rendering, are_texts, count_conflicts, to_lf
from issue_scaffold.files.target_files import InTheWayError
from issue_scaffold.report.finding import Finding, Kind, Severity
from issue_scaffold.sync import drift
from issue_scaffold.sync.acceptances import Acceptances
from issue_scaffold.sync.drift import Remedy
from issue_scaffold.sync.meaning import ComparedFile, Meaning
from issue_scaffold.sync.target import SyncTarget
from issue_scaffold.sync.trees import FileTree
from issue_scaffold.template.answers_file import same_answers
from issue_scaffold.template.render_cache import Manifest, ManifestEntry
from issue_scaffold.template.renderer import Renderer, Request


class Expectation(NamedTuple):
    """What a target is to hold: the request for it, and its manifest."""

    request: Request
    manifest: Manifest


class Comparison:
    """One target against one manifest; contents are loaded when something differs."""

    def __init__(
        self,
        opened: SyncTarget,
        expectation: Expectation,
        renderer: Renderer,
        files: FileTree,
        acceptances: Acceptances,
        *,
        with_diff: bool,
    ) -> None:
        self.opened = opened
        self.request, self.manifest = expectation
        self.renderer = renderer
        self.files = files
        self.acceptances = acceptances
        self.meaning = Meaning(tuple(self.manifest.entries), renderer.store)
        self.with_diff = with_diff
        self.remedy = Remedy(opened.shown)

    def findings(self) -> Iterator[Finding]:
        """Yield what differs, file by file."""
        self.files.load(self.manifest.entries)
        for path, entry in self.manifest.entries.items():
            if path not in self.manifest.write_once:
                yield from self._file(path, entry)

    def _file(self, path: str, entry: ManifestEntry) -> Iterator[Finding]:
        owner = self.acceptances.owner(path)
        if owner is not None and path != self.manifest.answers_file:
            yield drift.own(path, owner.reason)
            return
        detour = self.files.detour(path)
        if detour is not None:
            if detour.is_symlink:
                yield drift.linked(path, detour.folder)
            else:
                yield drift.in_other_repository(path, detour.folder)
            return
        try:
            actual = self.files.read(path)
        except InTheWayError as error:
            yield drift.in_the_way(path, error.what, self.remedy)
            return
        if actual is None or not _is_as_rendered(actual, entry):
            yield from self._deviation(path, actual)

    def _deviation(self, path: str, actual: File | None) -> Iterator[Finding]:
        """Yield what is to say of a file that isn't as it was rendered; None is no file."""
        if actual is not None and self._has_conflict(path, actual):
            yield drift.conflict(path, actual.content)
            return
        digest = None if actual is None else actual.digest
        entries = self.acceptances.of(path)
        whole = next((entry for entry in entries if entry.is_whole(digest)), None)
        if whole is not None:
            yield drift.accepted(path, whole.reason)
        elif actual is None:
            yield drift.missing(path, self.remedy)
        elif path == self.manifest.answers_file:
            yield from self._answers(path, self._expected(path), actual)
        else:
            yield from self._modified(path, actual)

    def _has_conflict(self, path: str, actual: File) -> bool:
        # A template may hold markers itself, in a guide on merging say.
        count = count_conflicts(actual.content)
        return count > 0 and count > count_conflicts(self._expected(path).content)

    def _modified(self, path: str, actual: File) -> Iterator[Finding]:
        entries = self.acceptances.of(path)
        file = self.meaning.compare(path, self._expected(path), actual)
        fallen: tuple[str, ...] = ()
        if entries:
            from issue_scaffold.sync.deviation import judge

            judged = judge(file, entries)
            for part in judged.accepted:
                finding = drift.accepted(path, part.reason, part.unit)
                yield finding._replace(line=part.line, column=part.column)
            file = file._replace(expected=judged.expected, differences=judged.differences)
            whole = tuple(entry.reason for entry in entries if entry.difference is None)
            fallen = (*judged.fallen, *whole)
        for finding in self._unaccepted(file):
            yield drift.accepted_before(finding, fallen)

    def _unaccepted(self, file: ComparedFile) -> tuple[Finding, ...]:
        """Return what differs and isn't accepted: what is, the file to compare with has."""
        path, expected, actual, differences = file
        if differences is not None:
            return drift.modified_by_meaning(
                path, differences, expected, actual, self.remedy, with_diff=self.with_diff
            )
        if _is_same(actual, expected.digest, executable=expected.executable):
            return ()
        describe = drift.modified
        if _is_reformatted(path, expected, actual):
            describe = drift.reformatted
        return (describe(path, expected, actual, self.remedy, with_diff=self.with_diff),)

    def _answers(self, path: str, expected: File, actual: File) -> Iterator[Finding]:
        if same_answers(expected.content, actual.content, with_record=False):
            return
        finding = Finding(
            kind=Kind.MODIFIED,
            severity=Severity.ERROR,
            path=path,
            message="the recorded answers are not what the template makes of them",
            hint=self.remedy.update(),
        )
        if self.with_diff:
            finding = finding._replace(diff=drift.unified_diff(path, expected, actual))
        yield finding

    @cached_property
    def expected(self) -> Rendering:
        """All that template and answers make."""
        return self.renderer.rendering(self.request)

    def _expected(self, path: str) -> File:
        return self.expected.files[path]


def _is_reformatted(path: str, expected: File, actual: File) -> bool:
    if not are_texts(expected, actual) or expected.executable != actual.executable:
        return False
    from issue_scaffold.sync.formatting import is_reformatted

    try:
        wanted, found = to_lf(expected.content).decode(), to_lf(actual.content).decode()
    except UnicodeDecodeError:
        return False
    return is_reformatted(path, wanted, found)


def _is_as_rendered(actual: File, entry: ManifestEntry) -> bool:
    return _is_same(actual, entry.digest, executable=entry.executable)


def _is_same(actual: File, digest: str, *, executable: bool) -> bool:
    if actual.digest != digest:
        return False
    # Windows has no executable bit.
    return actual.executable == executable or os.name == "nt"
