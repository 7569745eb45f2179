"""What a target's files say compared with what its template and its answers make of them, file by file."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from issue_scaffold.files.rendering import File, Rendering, count_conflicts
from issue_scaffold.files.target_files import InTheWayError
from issue_scaffold.report.finding import Finding, Kind, Severity
from issue_scaffold.state.cache_store import digest_of
from issue_scaffold.sync import drift
from issue_scaffold.sync.acceptances import accepted_in
from issue_scaffold.sync.drift import Remedy
from issue_scaffold.sync.target import SyncTarget
from issue_scaffold.sync.trees import FileTree
from issue_scaffold.template.answers_file import same_answers
from issue_scaffold.template.render_cache import Entry, Manifest
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
        self, path: str, entry: Entry, accepted: "Mapping[str, Accepted]"
    ) -> Iterator[Finding]:
        detour = self.files.detour(path)
        if detour is not None:
            finding = drift.linked if detour.is_symlink else drift.in_other_repository
            yield finding(path, detour.folder)
            return
        try:
            found = self.files.read(path)
        except InTheWayError as error:
            yield drift.in_the_way(path, error.what, self.remedy)
            return
        if found is not None and found.digest == entry.digest and _same_mode(found, entry):
            return
        deviation = accepted.get(path)
        if found is not None and self._has_conflict(path, found):
            yield drift.conflict(path, found.content)
        elif deviation is not None and deviation.sha256 == (
            None if found is None else found.digest
        ):
            yield drift.accepted(path, deviation.reason)
        elif found is None:
            yield drift.missing(path, self.remedy)
        else:
            yield from self._differing(path, found)

    def _has_conflict(self, path: str, found: File) -> bool:
        # A template may hold markers itself, in a guide on merging say.
        count = count_conflicts(found.content)
        return count > 0 and count > count_conflicts(self._wanted(path).content)

    def _differing(self, path: str, found: File) -> tuple[Finding, ...]:
        wanted = self._wanted(path)
        if path == self.manifest.answers_file:
            same = same_answers(wanted.content, found.content, with_record=False)
            return () if same else (self._answers(path, wanted, found),)
        if wanted.is_text and found.is_text:
            from issue_scaffold.sync import structured_files

            try:
                differences = structured_files.differences(
                    path, wanted.content.decode(), found.content.decode()
                )
            except UnicodeDecodeError:
                differences = None
            if differences is not None:
                differences += self._scope(path, wanted, found)
                return drift.modified_by_meaning(
                    path, differences, wanted, found, self.remedy, with_diff=self.with_diff
                )
        return (drift.modified(path, wanted, found, self.remedy, with_diff=self.with_diff),)

    def _scope(self, path: str, wanted: File, found: File) -> "tuple[Difference, ...]":
        """Return what a pre-commit config says of all hooks, and the template's can't do with."""
        if path != PRECOMMIT:
            return ()
        from issue_scaffold.sync.hook_scope import scope_differences

        managed = sorted(self.manifest.entries)
        return scope_differences(
            wanted.content.decode(), found.content.decode(), managed, self._search
        )

    def _search(self, pattern: str, paths: Sequence[str]) -> list[str] | None:
        """Return the paths that a pattern is found in, from the cache where that was asked before."""
        from issue_scaffold.text import patterns

        key = digest_of(pattern, *paths)
        known = self.renderer.store.read_document("patterns", key)
        if known is not None and isinstance(known.get("found"), list):
            return [str(path) for path in known["found"]]
        found = patterns.search(pattern, paths)
        if found is not None:
            self.renderer.store.write_document("patterns", key, {"found": found})
        return found

    def _answers(self, path: str, wanted: File, found: File) -> Finding:
        return Finding(
            kind=Kind.MODIFIED,
            severity=Severity.ERROR,
            path=path,
            message="the recorded answers are not what the template makes of them",
            hint=self.remedy.update(),
            diff=drift.unified_diff(path, wanted, found) if self.with_diff else None,
        )

    def _wanted(self, path: str) -> File:
        if self.rendering is None:
            self.rendering = self.renderer.rendering(self.opened.recorded)
        return self.rendering.files[path]


def _same_mode(found: File, entry: Entry) -> bool:
    # Windows has no executable bit.
    return found.executable == entry.executable or os.name == "nt"
