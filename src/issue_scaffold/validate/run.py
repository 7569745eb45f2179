"""Validating paths, repositories and files in memory against the rules.

Owns what is reported of each path and which exit code follows; what is wrong is `engine`'s to say.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from issue_scaffold.errors import EXIT_FINDINGS, EXIT_OK, UsageError
from issue_scaffold.forge.forges import SharedForges
from issue_scaffold.report.finding import Finding, Severity, gathered
from issue_scaffold.report.report import CrashReporter, TargetReport, failed_target

if TYPE_CHECKING:
    from issue_scaffold.forge.source_files import RepositoryFiles
    from issue_scaffold.validate.paths import FileGroup, RequestedPath
    from issue_scaffold.validate.suppressions import MaySilence

_NOTHING: Final = "no issue templates, forms or labels config found"
_NOTHING_SAID: Final = SharedForges()
# `check` imports this module and rarely needs the rules: they are loaded when they run, and what
# reads paths when there are some.


def validate_files(
    files: Mapping[str, bytes], forges: SharedForges = _NOTHING_SAID
) -> tuple[Finding, ...]:
    """Return the findings of a repository's files in memory, by repository-relative POSIX path."""
    from issue_scaffold.validate.engine import run_rules

    result = run_rules(files, forges=forges)
    return tuple(diagnostic.finding() for diagnostic in result.diagnostics)


def errors_and_overlooked(
    repository: "RepositoryFiles",
    may_silence: "MaySilence | None" = None,
    forges: SharedForges = _NOTHING_SAID,
) -> tuple[Finding, ...]:
    """Return the validator's errors in files, and a finding for each suppression that hides some.

    `may_silence` decides which of them comments in the files hide; None: all.
    """
    from issue_scaffold.validate.engine import run_rules
    from issue_scaffold.validate.suppressions import silence_all

    files, unread = repository
    result = run_rules(files, unread=unread, may_silence=may_silence or silence_all, forges=forges)
    found = (diagnostic.finding() for diagnostic in result.diagnostics)
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    overlooked = [entry.finding() for entry in result.suppressed]
    return (*errors, *(finding for finding in overlooked if finding is not None))


class ValidateOptions(NamedTuple):
    """What the user asked of `validate`: folders are repositories, `-` is the given standard input.

    `strict` lets warnings fail too, `exit_zero` nothing but what could not be done. Where it
    `demands_files`, a path without any is an error, and where it `demands_place`, one that is no
    repository's root either; else it is remarked on. `report_crash` keeps the details of an
    unexpected exception. `forge` is the name of the one that the files are for, where several read
    their folders.
    """

    paths: Sequence[str]
    stdin: bytes | None = None
    forge: str | None = None
    strict: bool = False
    exit_zero: bool = False
    demands_files: bool = False
    demands_place: bool = False
    report_crash: CrashReporter = repr


def validate(options: ValidateOptions) -> Iterator[TargetReport]:
    """Yield what was found in each path.

    Never raises for one: a path that can't be looked at is a failed one.
    """
    from issue_scaffold.validate.paths import collect

    validated: dict[int, _GroupFindings] = {}
    for path in collect(options.paths, options.stdin, options.forge):
        if path.group is None:
            error = path.error or AssertionError(path.name)
            yield failed_target(path.name, error, options.report_crash)
            continue
        key = id(path.group)
        if key not in validated:
            validated[key] = _validate_group(path.group)
        yield _report(path, path.group, validated[key], options)


def validate_repository(
    name: str,
    repository: "RepositoryFiles",
    forges: SharedForges,
    report_crash: CrashReporter = repr,
) -> TargetReport:
    """Return what was found in a repository's files in memory, which the report calls `name`.

    Paths are those from its root. `forges` is what is known of where it is.
    """
    from pathlib import Path

    from issue_scaffold.validate.paths import FileGroup, RequestedPath, templates_among

    files, unread = repository
    names = {path: path for path in (*files, *unread)}
    wanted = frozenset((*templates_among(files), *unread))
    group = FileGroup(Path(name), files, names, unread, forges)
    options = ValidateOptions(paths=[name], report_crash=report_crash)
    return _report(RequestedPath(name, group, wanted), group, _validate_group(group), options)


class _GroupFindings(NamedTuple):
    """The findings of a group by file, and the files on which our own code failed."""

    findings: Mapping[str, Sequence[Finding]]
    crashes: Mapping[str, Exception]


def _validate_group(group: "FileGroup") -> _GroupFindings:
    """Return a group's findings; where our own code fails on a file, those of the other files."""
    try:
        return _GroupFindings(_findings(group, group.files), {})
    except Exception as error:  # noqa: BLE001 - one file never costs the others
        crashes = _crashes(group.files)
        if not crashes:  # all of them together are what it fails on
            return _GroupFindings({}, dict.fromkeys(group.files, error))
        files = {path: group.files[path] for path in group.files if path not in crashes}
        return _GroupFindings(_findings(group, files), crashes)


def _findings(group: "FileGroup", files: Mapping[str, bytes]) -> dict[str, list[Finding]]:
    from issue_scaffold.validate.engine import run_rules

    by_path: dict[str, list[Finding]] = {}
    for diagnostic in run_rules(
        files, together=group.root is not None, unread=group.unread, forges=group.forges
    ).diagnostics:
        path = diagnostic.source.path
        if path in group.names:
            by_path.setdefault(path, []).append(diagnostic.finding(group.names[path]))
    return by_path


def _crashes(files: Mapping[str, bytes]) -> dict[str, Exception]:
    from issue_scaffold.validate.engine import run_rules

    crashes: dict[str, Exception] = {}
    for path, content in files.items():
        try:
            run_rules({path: content}, together=False)
        except Exception as error:  # noqa: BLE001 - as above
            crashes[path] = error
    return crashes


def _report(
    path: "RequestedPath", group: "FileGroup", validated: _GroupFindings, options: ValidateOptions
) -> TargetReport:
    found: list[Finding] = []
    for file in path.wanted:
        found += validated.findings.get(file, ())
    findings = gathered(sorted(found, key=lambda finding: finding.sort_key))
    crashed = sorted(path.wanted & validated.crashes.keys())
    if crashed:
        failed = failed_target(path.name, validated.crashes[crashed[0]], options.report_crash)
        error = f"{group.names[crashed[0]]}: {failed.error}"
        return failed._replace(error=error, findings=findings)
    if not path.wanted and (
        options.demands_files or (options.demands_place and not _is_root(path.name))
    ):
        nothing = UsageError(f"{path.name}: {_NOTHING}", hint="name a folder or file that has some")
        return failed_target(path.name, nothing, options.report_crash)
    notes: tuple[str, ...] = ()
    if not path.wanted:
        notes = (f"nothing was checked: {_NOTHING}",)
    elif path.stands_for:
        notes = (f"nothing to check here, so the whole repository was: {path.stands_for}",)
    return TargetReport(
        target=path.name,
        status="findings" if findings else "clean",
        findings=findings,
        notes=notes,
        exit_code=_exit_code(findings, options),
    )


def _is_root(folder: str) -> bool:
    """Return whether a folder is the root of a repository, which need not have templates."""
    return os.path.lexists(os.path.join(folder, ".git"))  # noqa: PTH118


def _exit_code(findings: Sequence[Finding], options: ValidateOptions) -> int:
    if options.exit_zero:
        return EXIT_OK
    threshold = Severity.WARNING if options.strict else Severity.ERROR
    if any(finding.severity >= threshold for finding in findings):
        return EXIT_FINDINGS
    return EXIT_OK
