"""`scaffold check`: whether a target still holds what its template and its answers make of it.

On a warm cache this reads the target's files and a manifest, and neither imports Copier nor starts
a process.
"""

from collections.abc import Collection, Container, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from issue_scaffold.errors import EXIT_FINDINGS, EXIT_OK, ScaffoldError
from issue_scaffold.forge.layout import SETTINGS_PATHS
from issue_scaffold.report.finding import OVERLOOKED, Finding, Kind, Severity, gathered
from issue_scaffold.report.report import CrashReporter, TargetReport, TemplateState, failed_target
from issue_scaffold.sync import drift
from issue_scaffold.sync.acceptances import Acceptances, accepted_in
from issue_scaffold.sync.adopted import adopted_in, suffixes_in
from issue_scaffold.sync.comparison import Comparison, Expectation
from issue_scaffold.sync.drift import Remedy
from issue_scaffold.sync.moved import find_move
from issue_scaffold.sync.newer_tool import newer_tool
from issue_scaffold.sync.news import VersionNews, changes_tables, news_of
from issue_scaffold.sync.sparse import CheckedOutTree
from issue_scaffold.sync.target import (
    SyncTarget,
    TargetFolder,
    find_folder,
    find_target,
    open_target,
)
from issue_scaffold.sync.trees import FileTree, SettingsFile, settings_of
from issue_scaffold.sync.validity import errors_of
from issue_scaffold.template.render_cache import Manifest
from issue_scaffold.template.renderer import Renderer
from issue_scaffold.template.sources import VERSIONS_LIFETIME_SECONDS, TemplateVersions
from issue_scaffold.writing.pending import is_pending, old_leftovers

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.pacing import OnWait
    from issue_scaffold.sync.known_clean import KnownClean
    from issue_scaffold.sync.stored_tree import StoredTree
    from issue_scaffold.sync.trusted import TrustedBase

FAILING_KINDS = frozenset(Kind) - OVERLOOKED
# What fails unless it is said otherwise: what the template manages, if it says something else.
DEFAULT_KINDS = FAILING_KINDS - {Kind.INVALID_FOREIGN, Kind.REFORMATTED}


class CheckOptions(NamedTuple):
    """What the user asked of `check`; findings of a kind in `fail_on` make the exit code 1.

    `staged` looks at the commit to be instead of the work tree; `trusted_ref` names the revision
    from which what silences a check is taken; `in_ci` asks whether git has the files as they are
    checked. `with_labels` compares the labels on GitHub too; `on_wait` is told how many seconds
    nothing will happen, and why; with `looks_above` a folder below a target stands for it, too;
    `report_crash` keeps the details of an unexpected exception.
    """

    targets: Sequence[str] = (".",)
    fail_on: frozenset[Kind] = DEFAULT_KINDS
    exit_zero: bool = False
    offline: bool = False
    refresh: bool = False
    answers_file: str | None = None
    with_diff: bool = False
    with_labels: bool = False
    staged: bool = False
    looks_above: bool = False
    trusted_ref: str | None = None
    in_ci: bool = False
    on_wait: "OnWait" = lambda *_: None
    report_crash: CrashReporter = repr

    @property
    def looks_at_files_alone(self) -> bool:
        """Whether the answer is in the target's files, and neither in git's nor on a server."""
        return not (self.staged or self.trusted_ref or self.in_ci or self.with_labels)


def check(options: CheckOptions, renderer: Renderer) -> Iterator[TargetReport]:
    """Yield what was found in each target, in the order given.

    A target that can't be looked at says why.
    """
    renderer.sources.offline = options.offline
    known = None
    if len(options.targets) > 1 and options.looks_at_files_alone:
        from issue_scaffold.sync.known_clean import KnownClean

        known = KnownClean(renderer, options.answers_file)
    yield from check_each(options, renderer, known)


def check_each(
    options: CheckOptions, renderer: Renderer, known: "KnownClean | None"
) -> Iterator[TargetReport]:
    """Yield what `check` yields; `known` is what earlier calls with such options have seen."""
    for text in options.targets:
        try:
            report = check_target(text, options, renderer, known)
        except Exception as error:  # noqa: BLE001 - one target never costs the others
            yield failed_target(text, error, options.report_crash)
        else:
            failing = any(finding.severity is Severity.ERROR for finding in report.findings)
            if failing and not options.exit_zero:
                yield report._replace(exit_code=EXIT_FINDINGS)
            else:
                yield report._replace(exit_code=EXIT_OK)


def check_target(
    text: str, options: CheckOptions, renderer: Renderer, known: "KnownClean | None" = None
) -> TargetReport:
    """Return what was found in one target. Raises ScaffoldError when it can't be looked at."""
    recalled = None
    if known is not None:
        recalled = known.recall(text)
    if recalled is not None:
        return recalled._replace(target=text)
    return look_closely(text, options, renderer, known)


def look_closely(
    text: str, options: CheckOptions, renderer: Renderer, known: "KnownClean | None"
) -> TargetReport:
    """Return what `check_target` does, whatever is known of targets; raises the same."""
    return report_on(_look_at(text, options), options, renderer, known)


def report_on(
    look: "Look", options: CheckOptions, renderer: Renderer, known: "KnownClean | None" = None
) -> TargetReport:
    """Return what was found in a target that was looked at. Raises as `check_target` does."""
    judged = look.judged
    # Asked first: what the recorded version is now must not depend on when somebody asked last.
    versions = renderer.sources.of(judged.source)
    latest, notes = _latest(versions, options)
    move = find_move(judged, versions)
    if move is None or move.is_held:
        findings, remarks = _compared(look, options, renderer)
    else:
        findings = _invalid(look, renderer)
        remarks = (
            f"the files were not compared: the template doesn't have {move.before[:7]} any more",
        )
    remedy, news = Remedy(judged.shown), VersionNews()
    if move is not None:
        findings.append(drift.moved(judged.answers_file, move.message, remedy))
    if is_pending(look.root):
        findings.append(drift.interrupted(judged.answers_file, remedy))
    findings += _label_drift(look, options)
    if latest is not None and versions.known.is_newer(latest, judged.version):
        findings.append(drift.outdated(judged.answers_file, judged.version, latest, remedy))
        news = _news(judged, latest, versions, remedy, renderer)
    judged_findings = _judged(findings, options.fail_on)
    tool = newer_tool(judged, renderer.sources, refresh=options.refresh)
    of_template = (*notes, *filter(None, [tool]))
    report = TargetReport(
        target=judged.shown,
        status=_status(judged_findings),
        findings=judged_findings,
        template=TemplateState(
            source=judged.source.recorded, version=judged.version, latest=latest
        ),
        notes=(
            *of_template,
            *remarks,
            *news.remarks,
            *old_leftovers(look.root),
        ),
        tables=changes_tables(news.changes),
    )
    if known is not None and report.notes == of_template:
        known.learn(judged, report)
    return report


def _news(
    judged: SyncTarget,
    latest: str,
    versions: TemplateVersions,
    remedy: Remedy,
    renderer: Renderer,
) -> VersionNews:
    """Return what a newer version has; nothing where it can't be had without a long wait."""
    if not versions.has_news_at_hand(latest):
        return VersionNews()
    try:
        recorded = judged.recorded(renderer.sources)
        newest = recorded._replace(revision=versions.revision(latest))
    except ScaffoldError:
        return VersionNews()
    return news_of(recorded, newest, remedy, renderer)


def _compared(
    look: "Look", options: CheckOptions, renderer: Renderer
) -> tuple[list[Finding], tuple[str, ...]]:
    """Return what differs from what should be, and remarks on what could not be looked at."""
    request = look.judged.recorded(renderer.sources)
    manifest = renderer.manifest(request)
    acceptances = accepted_in(look.settings.content, look.settings.path)
    comparison = Comparison(
        look.judged,
        Expectation(request, manifest),
        renderer,
        look.files,
        acceptances,
        with_diff=options.with_diff,
    )
    findings = _with_cause(list(comparison.findings()), look, comparison, renderer)
    conflicts = {one.path for one in findings if one.kind is Kind.CONFLICT}
    managed = {*manifest.entries, manifest.answers_file, *SETTINGS_PATHS}
    invalid = [one for one in _invalid(look, renderer) if one.path not in conflicts]
    managed -= _left_to_the_repository(look, acceptances, {one.path for one in invalid})
    findings += (_as_foreign(finding, managed) for finding in invalid)
    findings += _change(look, manifest, renderer)
    tracked, remarks = _tracking(look, manifest, acceptances, options, renderer)
    return _with_tracked(findings, tracked), remarks


def _left_to_the_repository(
    look: "Look", acceptances: Acceptances, paths: Collection[str]
) -> set[str]:
    """Return the files whose errors are the repository's own: its for good, or accepted whole."""
    left = {path for path in paths if acceptances.owner(path) is not None}
    for path in paths:
        file = look.files.read(path) if acceptances.of(path) else None
        if file is not None and acceptances.is_whole(path, file.digest):
            left.add(path)
    return left


def _with_cause(
    findings: list[Finding], look: "Look", comparison: Comparison, renderer: Renderer
) -> list[Finding]:
    """Return findings with the edit of the answers in place of what came of it alone."""
    drifting = [one for one in findings if one.kind in {Kind.MODIFIED, Kind.MISSING}]
    manifest = comparison.manifest
    if not any(one.path in manifest.entries for one in drifting):
        return findings
    from issue_scaffold.sync.edited_answers import find_edit

    edited = find_edit(look.judged, look.files, comparison.expected, renderer)
    if edited is None:
        return findings
    message = edited.message(look.judged)
    cause = drift.edited(manifest.answers_file, message, Remedy(look.judged.shown))
    return [cause, *(one for one in findings if one.path not in edited.unchanged)]


def _with_tracked(findings: list[Finding], tracked: list[Finding]) -> list[Finding]:
    """Return findings with those on what git has, each file with the one that says more.

    What lies there and isn't in the commit to be is missing in it, too; and what differs from the
    template has to change anyway before git is to have it.
    """
    absent = {finding.path for finding in tracked}
    kept = [one for one in findings if one.kind is not Kind.MISSING or one.path not in absent]
    differing = {one.path for one in kept if one.kind is Kind.MODIFIED}
    return kept + [finding for finding in tracked if finding.path not in differing]


class Look(NamedTuple):
    """What is looked at, and by whose word.

    `opened` is the target as its files say, `judged` the one to compare them with; `settings` is
    the content of the settings file that counts, and `base` the trusted revision, if one was named
    and has the target set up.
    """

    folder: TargetFolder
    files: "FileTree"
    staged: "StoredTree | None"
    opened: SyncTarget
    judged: SyncTarget
    settings: SettingsFile
    base: "TrustedBase | None"

    @property
    def root(self) -> Path:
        """The target's folder."""
        return self.folder.root


def _look_at(text: str, options: CheckOptions) -> Look:
    folder = find_folder(text)
    if options.looks_above:
        text, folder = find_target(text, options.answers_file)
    staged = None
    if options.staged:
        from issue_scaffold.sync.commit_to_be import staged_tree

        staged = staged_tree(folder, text)
    files: FileTree = staged or CheckedOutTree(folder)
    opened = open_target(text, options.answers_file, staged, folder=folder)
    settings = settings_of(files)
    if options.trusted_ref is not None:
        from issue_scaffold.sync.trusted import judged_target, open_base

        base = open_base(opened, options.trusted_ref)
        if base is not None:
            trusted = adopted_in(base.settings.content, base.settings.path)
            named = suffixes_in(settings.content, settings.path)
            judged = judged_target(base, opened)._replace(places={**named, **trusted})
            return Look(folder, files, staged, opened, judged, base.settings, base)
    judged = opened._replace(places=adopted_in(settings.content, settings.path))
    return Look(folder, files, staged, opened, judged, settings, None)


def _change(look: Look, manifest: Manifest, renderer: Renderer) -> list[Finding]:
    """Return what a change does to how it is checked itself."""
    if look.base is None:
        return []
    from issue_scaffold.sync.trusted import changes, dropped_checks

    found = list(changes(look.base, look.opened, look.files))
    trusted = look.base.target._replace(places=look.judged.places)
    if look.judged.source == look.opened.source and trusted.answers != look.opened.answers:
        answered_before = trusted._replace(
            version=look.opened.version, commit_id=look.opened.commit_id
        )
        try:
            before = renderer.manifest(answered_before.recorded(renderer.sources))
        except ScaffoldError:  # the trusted answers don't fit the version that the change brings
            before = renderer.manifest(trusted.recorded(renderer.sources))
        found += dropped_checks(look.base, manifest.entries, before.entries)
    return found


def _tracking(
    look: Look,
    manifest: Manifest,
    acceptances: Acceptances,
    options: CheckOptions,
    renderer: Renderer,
) -> tuple[list[Finding], tuple[str, ...]]:
    """Return the managed files that git has otherwise, and a remark where that is unknown."""
    from issue_scaffold.sync import commit_to_be

    kept = [
        path
        for path in manifest.entries
        if path not in manifest.write_once and acceptances.owner(path) is None
    ]
    if look.settings.content:  # what they silence for one person, they must silence for all
        kept.append(look.settings.path)
    if look.staged is not None:
        return commit_to_be.not_in_commit(look.root, look.staged, kept), ()
    if options.in_ci:
        return commit_to_be.not_in_git(look.folder, kept)
    return commit_to_be.left_out_of_git(look.folder, kept, renderer.store)


def _label_drift(look: Look, options: CheckOptions) -> Sequence[Finding]:
    """Return how the labels of the repository on GitHub differ, if that was asked."""
    if not options.with_labels:
        return ()
    from issue_scaffold.label_sync.drift import label_findings

    return label_findings(look.root, on_wait=options.on_wait)


def _judged(findings: Sequence[Finding], fail_on: Container[Kind]) -> tuple[Finding, ...]:
    """Return findings in their order; what isn't to fail is no error in any output either.

    An annotation of a green run is a warning.
    """
    judged = []
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        if finding.severity is Severity.ERROR and finding.kind not in fail_on:
            judged.append(finding._replace(severity=Severity.WARNING))
        else:
            judged.append(finding)
    return gathered(judged)


def _status(findings: Sequence[Finding]) -> Literal["clean", "findings"]:
    if all(finding.kind in OVERLOOKED for finding in findings):
        return "clean"
    return "findings"


def _latest(
    versions: TemplateVersions, options: CheckOptions
) -> tuple[str | None, tuple[str, ...]]:
    """Return the newest version, or None with a remark why nobody could say."""
    max_age = 0.0 if options.refresh else VERSIONS_LIFETIME_SECONDS
    known = versions.ask(max_age=max_age)
    if known is not None:
        return known.latest, ()
    why = "not asked (--offline)" if options.offline else "the template can't be reached"
    return None, (f"whether a newer version is out is unknown: {why}",)


def _invalid(look: Look, renderer: Renderer) -> list[Finding]:
    """Return the validator's errors and what it overlooked."""
    if look.base is None:
        return list(errors_of(look.files.validated(), renderer.store, look.root))
    from issue_scaffold.forge.shared_forge import shared_forges
    from issue_scaffold.sync.trusted import invalid_by

    return list(invalid_by(look.base, look.files.validated(), shared_forges(look.root)))


def _as_foreign(finding: Finding, managed: Container[str]) -> Finding:
    """Return an error in a file that nobody but the repository looks after as what it is."""
    if finding.kind is Kind.INVALID and finding.path not in managed:
        return finding._replace(kind=Kind.INVALID_FOREIGN)
    return finding
