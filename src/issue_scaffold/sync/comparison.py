"""What a target's files say compared with what template and answers make, file by file."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from issue_scaffold.files.rendering import File, Rendering, count_conflicts, to_lf
from issue_scaffold.files.target_files import InTheWayError
from issue_scaffold.report.finding import Finding, Kind, Severity
from issue_scaffold.state.cache_store import digest_of
from issue_scaffold.sync import drift
from issue_scaffold.sync.acceptances import accepted_in
from issue_scaffold.sync.drift import Remedy
from issue_scaffold.sync.target import SyncTarget
from issue_scaffold.sync.trees import FileTree
from issue_scaffold.template.answers_file import same_answers
from issue_scaffold.template.render_cache import Manifest, ManifestEntry
from issue_scaffold.template.renderer import Renderer

if TYPE_CHECKING:
    from issue_scaffold.settings.file import Accepted
    from issue_scaffold.text.by_meaning import Difference

PRECOMMIT: Final = ".pre-commit-config.yaml"


class Comparison:
    """One target against one manifest; contents are loaded when something differs."""

    def __init__(
        self,
        opened: SyncTarget,
        manifest: Manifest,
        renderer: Renderer,
        files: FileTree,
        settings: bytes,
        *,
        with_diff: bool,
    ) -> None:
        self.opened = opened
        self.manifest = manifest
        self.renderer = renderer
        self.files = files
        self.settings = settings
        self.with_diff = with_diff
        self.remedy = Remedy(opened.shown)
        self.rendering: Rendering | None = None

    def findings(self) -> Iterator[Finding]:
        """Yield what differs, file by file."""
        accepted = accepted_in(self.settings)
        self.files.load(self.manifest.entries)
        for path, entry in self.manifest.entries.items():
            if path not in self.manifest.write_once:
                yield from self._file(path, entry, accepted)

    def _file(
        self, path: str, entry: ManifestEntry, accepted: "Mapping[str, Accepted]"
    ) -> Iterator[Finding]:
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
            yield from self._deviation(path, actual, accepted.get(path))

    def _deviation(
        self, path: str, actual: File | None, accepted: "Accepted | None"
    ) -> Iterator[Finding]:
        """Yield what is to say of a file that isn't as it was rendered; None is no file."""
        if actual is not None and self._has_conflict(path, actual):
            yield drift.conflict(path, actual.content)
            return
        digest = None if actual is None else actual.digest
        if accepted is not None and accepted.sha256 == digest:
            yield drift.accepted(path, accepted.reason)
        elif actual is None:
            yield drift.missing(path, self.remedy)
        else:
            yield from self._modified(path, actual)

    def _has_conflict(self, path: str, actual: File) -> bool:
        # A template may hold markers itself, in a guide on merging say.
        count = count_conflicts(actual.content)
        return count > 0 and count > count_conflicts(self._expected(path).content)

    def _modified(self, path: str, actual: File) -> tuple[Finding, ...]:
        expected = self._expected(path)
        if path == self.manifest.answers_file:
            if same_answers(expected.content, actual.content, with_record=False):
                return ()
            return (self._answers(path, expected, actual),)
        differences = self._by_meaning(path, expected, actual)
        if differences is None:
            describe = drift.modified
            if _is_reformatted(path, expected, actual):
                describe = drift.reformatted
            return (describe(path, expected, actual, self.remedy, with_diff=self.with_diff),)
        return drift.modified_by_meaning(
            path, differences, expected, actual, self.remedy, with_diff=self.with_diff
        )

    def _by_meaning(
        self, path: str, expected: File, actual: File
    ) -> "tuple[Difference, ...] | None":
        """Return what differs between two files with a meaning; None for others."""
        if not (expected.is_text and actual.is_text):
            return None
        from issue_scaffold.sync import structured_files

        try:
            wanted, found = expected.content.decode(), actual.content.decode()
        except UnicodeDecodeError:
            return None
        differences = structured_files.differences(path, wanted, found)
        if differences is None or path != PRECOMMIT:
            return differences
        from issue_scaffold.sync.hook_scope import scope_differences

        # What the config says of all hooks, and the template's can't do with.
        managed = sorted(self.manifest.entries)
        return differences + scope_differences(wanted, found, managed, self._search)

    def _search(self, pattern: str, paths: Sequence[str]) -> list[str] | None:
        """Return the paths that a pattern is found in, from the cache if it was asked before."""
        from issue_scaffold.text import patterns

        key = digest_of(pattern, *paths)
        known = self.renderer.store.read_document("patterns", key)
        if known is not None and isinstance(known.get("found"), list):
            return [str(path) for path in known["found"]]
        found = patterns.search(pattern, paths)
        if found is not None:
            self.renderer.store.write_document("patterns", key, {"found": found})
        return found

    def _answers(self, path: str, expected: File, actual: File) -> Finding:
        finding = Finding(
            kind=Kind.MODIFIED,
            severity=Severity.ERROR,
            path=path,
            message="the recorded answers are not what the template makes of them",
            hint=self.remedy.update(),
        )
        if self.with_diff:
            finding = finding._replace(diff=drift.unified_diff(path, expected, actual))
        return finding

    def _expected(self, path: str) -> File:
        if self.rendering is None:
            request = self.opened.recorded(self.renderer.sources)
            self.rendering = self.renderer.rendering(request)
        return self.rendering.files[path]


def _is_reformatted(path: str, expected: File, actual: File) -> bool:
    if not (expected.is_text and actual.is_text) or expected.executable != actual.executable:
        return False
    from issue_scaffold.sync.formatting import is_reformatted

    try:
        wanted, found = to_lf(expected.content).decode(), to_lf(actual.content).decode()
    except UnicodeDecodeError:
        return False
    return is_reformatted(path, wanted, found)


def _is_as_rendered(actual: File, entry: ManifestEntry) -> bool:
    if actual.digest != entry.digest:
        return False
    # Windows has no executable bit.
    return actual.executable == entry.executable or os.name == "nt"
