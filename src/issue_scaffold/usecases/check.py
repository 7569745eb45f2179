"""`scaffold check`: whether a target still holds what its template and its answers make of it.

On a warm cache this reads the target's files and a manifest, and neither imports Copier nor starts a process.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from issue_scaffold import __version__
from issue_scaffold.adapters import target
from issue_scaffold.adapters.answers_file import same_answers
from issue_scaffold.adapters.cache_store import digest_of
from issue_scaffold.adapters.render_cache import Entry, Manifest
from issue_scaffold.adapters.source_files import read_file, repository_paths
from issue_scaffold.adapters.sources import VERSIONS_LIFETIME_SECONDS
from issue_scaffold.domain import drift
from issue_scaffold.domain.drift import Remedy
from issue_scaffold.domain.finding import Finding, Kind, Severity
from issue_scaffold.domain.rendering import File, Rendering, content_digest, count_conflicts
from issue_scaffold.domain.report import Report, TargetReport, TemplateState
from issue_scaffold.domain.repository_layout import SETTINGS_PATH
from issue_scaffold.errors import EXIT_FAILURE, EXIT_FINDINGS, EXIT_OK, ScaffoldError
from issue_scaffold.usecases.rendering import Renderer
from issue_scaffold.usecases.target import Target, accepted_deviations, open_target

if TYPE_CHECKING:
    from issue_scaffold.adapters.settings_file import Accepted

FAILING_KINDS = frozenset(Kind) - {Kind.ACCEPTED}


class CheckOptions(NamedTuple):
    """What the user asked of `check`; findings of a kind in `fail_on` make the exit code 1.

    `with_labels` compares the labels on GitHub too; `on_wait` is told how many seconds nothing will
    happen, and why.
    """

    targets: Sequence[str] = (".",)
    fail_on: frozenset[Kind] = FAILING_KINDS
    exit_zero: bool = False
    offline: bool = False
    refresh: bool = False
    answers_file: str | None = None
    with_diff: bool = False
    with_labels: bool = False
    on_wait: Callable[[float, str], None] = lambda *_: None


def check(options: CheckOptions, renderer: Renderer) -> Report:
    """Return what was found in each target, in the order given; a target that can't be looked at says why."""
    reports, codes = [], [EXIT_OK]
    for text in options.targets:
        try:
            report = check_target(text, options, renderer)
        except ScaffoldError as error:
            report = TargetReport(target=text, status="failed", error=error.message, hint=error.hint)
            codes.append(error.exit_code)
        except OSError as error:
            message = f"{error.filename or text} can't be read: {error.strerror}"
            report = TargetReport(target=text, status="failed", error=message)
            codes.append(EXIT_FAILURE)
        else:
            failing = any(finding.severity is Severity.ERROR for finding in report.findings)
            codes.append(EXIT_FINDINGS if failing and not options.exit_zero else EXIT_OK)
        reports.append(report)
    return Report(command="check", exit_code=max(codes), targets=tuple(reports))


def check_target(text: str, options: CheckOptions, renderer: Renderer) -> TargetReport:
    """Return what was found in one target. Raises ScaffoldError when it can't be looked at."""
    opened = open_target(text, options.answers_file)
    manifest = renderer.manifest(opened.recorded)
    latest, notes = _latest(opened, options, renderer)
    comparison = _Comparison(opened, manifest, renderer, with_diff=options.with_diff)
    findings = list(comparison.findings())
    conflicts = {finding.path for finding in findings if finding.kind is Kind.CONFLICT}
    findings += [finding for finding in _invalid(opened.root, renderer) if finding.path not in conflicts]
    if options.with_labels:
        from issue_scaffold.usecases.label_drift import label_findings

        findings += label_findings(opened.root, on_wait=options.on_wait)
    if latest is not None and renderer.sources.known_versions(opened.source).is_newer(latest, opened.version):
        findings.append(drift.outdated(opened.answers_file, opened.version, latest, comparison.remedy))
    # What isn't to fail is no error in any output either: an annotation of a green run is a warning.
    findings = [finding if finding.kind in options.fail_on else _mild(finding) for finding in findings]
    findings.sort(key=lambda finding: finding.sort_key)
    clean = all(finding.kind is Kind.ACCEPTED for finding in findings)
    return TargetReport(
        target=text,
        status="clean" if clean else "findings",
        findings=tuple(findings),
        template=TemplateState(source=opened.source.recorded, version=opened.version, latest=latest),
        notes=notes,
    )


def _mild(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.WARNING) if finding.severity is Severity.ERROR else finding


def _latest(opened: Target, options: CheckOptions, renderer: Renderer) -> tuple[str | None, tuple[str, ...]]:
    """Return the newest version, or None with a remark why nobody could say."""
    max_age = 0.0 if options.refresh else VERSIONS_LIFETIME_SECONDS
    versions = renderer.sources.versions(opened.source, max_age=max_age, offline=options.offline)
    if versions is not None:
        return versions.latest, ()
    why = "not asked (--offline)" if options.offline else "the template can't be reached"
    return None, (f"whether a newer version is out is unknown: {why}",)


class _Comparison:
    """One target against one manifest; contents are loaded when something differs."""

    def __init__(self, opened: Target, manifest: Manifest, renderer: Renderer, *, with_diff: bool) -> None:
        self.opened = opened
        self.manifest = manifest
        self.renderer = renderer
        self.with_diff = with_diff
        self.remedy = Remedy(opened.shown)
        self.rendering: Rendering | None = None

    def findings(self) -> Iterator[Finding]:
        """Yield what differs, file by file."""
        accepted = accepted_deviations(self.opened.root)
        for path, entry in self.manifest.entries.items():
            if path not in self.manifest.write_once:
                yield from self._file(path, entry, accepted)

    def _file(self, path: str, entry: Entry, accepted: "Mapping[str, Accepted]") -> Iterator[Finding]:
        found = target.read_file(self.opened.root, path)
        if found is not None and found.digest == entry.digest and _same_mode(found, entry):
            return
        deviation = accepted.get(path)
        if found is not None and self._has_conflict(path, found):
            yield drift.conflict(path, found.content)
        elif deviation is not None and deviation.sha256 == (None if found is None else found.digest):
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
            from issue_scaffold.adapters import structured_files

            try:
                differences = structured_files.differences(path, wanted.content.decode(), found.content.decode())
            except UnicodeDecodeError:
                differences = None
            if differences is not None:
                return drift.modified_by_meaning(
                    path, differences, wanted, found, self.remedy, with_diff=self.with_diff
                )
        return (drift.modified(path, wanted, found, self.remedy, with_diff=self.with_diff),)

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


def _invalid(root: Path, renderer: Renderer) -> tuple[Finding, ...]:
    """Return the validator's errors, from the cache when the same files were looked at before."""
    paths = repository_paths(root)
    files = [f"{path} {content_digest(read_file(str(root / path)))}" for path in paths]
    settings = root / SETTINGS_PATH
    files.append(settings.read_text(encoding="utf-8", errors="replace") if settings.is_file() else "")
    key = digest_of(__version__, *files)
    if renderer.store.read_document("valid", key) is not None:
        return ()
    from issue_scaffold.usecases.validate import validate_repository

    errors = tuple(finding for finding in validate_repository(root) if finding.severity is Severity.ERROR)
    if not errors:
        renderer.store.write_document("valid", key, {})
    return errors
