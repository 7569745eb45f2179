"""Validating paths, repositories and files in memory against the rules.

Owns which files belong together and what exit code follows; what is wrong with them is `examination`'s.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from issue_scaffold.errors import EXIT_FINDINGS, EXIT_OK, ScaffoldError
from issue_scaffold.files.bounded import read_beginning
from issue_scaffold.forge.layout import FORGE_FOLDERS, SHARED_FOLDERS, template_folder
from issue_scaffold.forge.source_files import RepositoryFiles, read_repository
from issue_scaffold.report.finding import Finding, Severity
from issue_scaffold.report.report import CrashReporter, TargetReport, failed_target

if TYPE_CHECKING:
    from issue_scaffold.validate.examination import Honour, Located

STDIN = "-"


class Group(NamedTuple):
    """Files that are validated together. `shown` gives the path that users know for each wanted file.

    `root` is None for a file that lies in no repository's template folders: it is looked at alone. `unread` says what
    stands in the place of a file and can't be read as one.
    """

    root: Path | None
    files: dict[str, bytes]
    shown: dict[str, str]
    unread: Mapping[str, str] = MappingProxyType({})


class Target(NamedTuple):
    """One path of the command line: its files, or why they can't be read."""

    name: str
    group: Group | None
    wanted: frozenset[str]
    error: Exception | None = None


def validate_files(files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """Return the findings of a repository's files in memory, by repository-relative POSIX path."""
    return tuple(located.finding() for located in _examine(files, together=True))


def _examine(
    files: Mapping[str, bytes], *, together: bool, unread: Mapping[str, str] = MappingProxyType({})
) -> "list[Located]":
    # `check` asks this module which files there are, and rarely what is wrong with them: the rules load when they run.
    from issue_scaffold.validate.examination import examine

    return examine(files, together=together, unread=unread)


def errors_and_overlooked(
    repository: RepositoryFiles, honour: "Honour | None" = None
) -> tuple[Finding, ...]:
    """Return the validator's errors in files, and a finding for each suppression that kept an error from being one.

    `honour` decides what comments in the files may keep so; None: everything.
    """
    from issue_scaffold.validate.examination import examine_whole

    files, unread = repository
    if honour is None:
        examined = examine_whole(files, unread=unread)
    else:
        examined = examine_whole(files, unread=unread, honour=honour)
    located = (item.finding() for item in examined.located)
    errors = [finding for finding in located if finding.severity is Severity.ERROR]
    overlooked = [entry.finding() for entry in examined.overlooked]
    return (*errors, *(finding for finding in overlooked if finding is not None))


class ValidateOptions(NamedTuple):
    """What the user asked of `validate`: folders are repositories, `-` is the given standard input.

    `strict` lets warnings fail too, `exit_zero` nothing but what could not be done. `report_crash` keeps the details of
    an unexpected exception.
    """

    paths: Sequence[str]
    stdin: bytes | None = None
    strict: bool = False
    exit_zero: bool = False
    report_crash: CrashReporter = repr


def validate(options: ValidateOptions) -> Iterator[TargetReport]:
    """Yield what was found in each path. Never raises for one: a target that can't be looked at is a failed one."""
    examined: dict[int, _Examined] = {}
    for target in collect(options.paths, options.stdin):
        if target.group is None:
            yield failed_target(
                target.name, target.error or AssertionError(target.name), options.report_crash
            )
            continue
        if id(target.group) not in examined:
            examined[id(target.group)] = _examine_group(target.group)
        yield _report(target, examined[id(target.group)], options)


class _Examined(NamedTuple):
    """The findings of a group by file, and the files on which our own code failed."""

    findings: Mapping[str, Sequence[Finding]]
    crashes: Mapping[str, Exception]


def _examine_group(group: Group) -> _Examined:
    """Return the findings of a group; where our own code fails on a file, those of the other files."""
    together = group.root is not None
    files, crashes = dict(group.files), dict[str, Exception]()
    try:
        located = _examine(files, together=together, unread=group.unread)
    except Exception as error:  # noqa: BLE001 - one file never costs the others
        crashes = {
            path: crash for path in files if (crash := _crash_of(path, files[path])) is not None
        }
        if not crashes:  # all of them together are what it fails on
            return _Examined({}, dict.fromkeys(files, error))
        files = {path: content for path, content in files.items() if path not in crashes}
        located = _examine(files, together=together, unread=group.unread)
    found: dict[str, list[Finding]] = {}
    for one in located:
        path = one.source.path
        if path in group.shown:
            found.setdefault(path, []).append(one.finding(group.shown[path]))
    return _Examined(found, crashes)


def _crash_of(path: str, content: bytes) -> Exception | None:
    try:
        _examine({path: content}, together=False)
    except Exception as error:  # noqa: BLE001 - as above
        return error
    return None


def _report(target: Target, examined: _Examined, options: ValidateOptions) -> TargetReport:
    findings = [finding for path in target.wanted for finding in examined.findings.get(path, ())]
    findings.sort(key=lambda finding: finding.sort_key)
    threshold = Severity.WARNING if options.strict else Severity.ERROR
    fails = any(finding.severity >= threshold for finding in findings)
    notes = () if target.wanted else ("no issue templates, forms or labels config found",)
    report = TargetReport(
        target=target.name,
        status="findings" if findings else "clean",
        findings=tuple(findings),
        notes=notes,
        exit_code=EXIT_FINDINGS if fails and not options.exit_zero else EXIT_OK,
    )
    crashed = sorted(path for path in target.wanted if path in examined.crashes)
    if not crashed:
        return report
    failed = failed_target(target.name, examined.crashes[crashed[0]], options.report_crash)
    shown = target.group.shown[crashed[0]] if target.group else crashed[0]
    return failed._replace(error=f"{shown}: {failed.error}", findings=report.findings)


def collect(paths: Sequence[str], stdin: bytes | None = None) -> list[Target]:
    """Read the files that paths stand for; every repository once, however many of its files are named."""
    collector = _Collector(stdin or b"")
    targets = []
    for name in dict.fromkeys(paths):
        try:
            targets.append(collector.target(name))
        except Exception as error:  # noqa: BLE001 - one path never costs the others
            targets.append(Target(name, None, frozenset(), error))
    return targets


class _Collector:
    """The groups that are known so far, by the real path of their root, and where folders belong."""

    def __init__(self, stdin: bytes) -> None:
        self.stdin = stdin
        self.groups: dict[str, Group] = {}
        self.places: dict[str, tuple[Group, str] | None] = {}

    def target(self, name: str) -> Target:
        """Return one path's files. Raises ScaffoldError if it can't be read."""
        if name == STDIN:
            return Target(name, Group(None, {name: self.stdin}, {name: name}), frozenset({name}))
        if os.path.isdir(name):  # noqa: PTH112 - a thousand paths: pathlib would take half the time
            return self._folder(name)
        folder, file_name = os.path.split(name)
        place = self._place(folder)
        if place is None:
            shown = name.replace(os.sep, "/")
            return Target(
                name, Group(None, {shown: read_beginning(name)}, {shown: name}), frozenset({shown})
            )
        group, inner = place
        relative = f"{inner}/{file_name}" if inner else file_name
        if relative not in group.files and relative not in group.unread:
            group.files[relative] = read_beginning(relative, below=group.root, shown=name)
        group.shown.setdefault(relative, name)
        return Target(name, group, frozenset({relative}))

    def _place(self, folder: str) -> tuple[Group, str] | None:
        """Return the group of a file's folder, and the folder's path there."""
        if folder not in self.places:
            found = repository_of(folder)
            self.places[folder] = (self._group(found[0], strict=False), found[1]) if found else None
        return self.places[folder]

    def _folder(self, name: str) -> Target:
        # A repository may itself be called `.github`: an organisation's defaults live in one.
        alone = any(os.path.exists(os.path.join(name, inner)) for inner in (".git", ".github"))  # noqa: PTH110, PTH118
        root, inner = (None if alone else repository_of(name)) or (Path(name), "")
        group = self._group(root, strict=True)
        lead = f"{inner}/" if inner else ""
        known = (*group.files, *group.unread)
        wanted = frozenset(relative for relative in known if relative.startswith(lead))
        for relative in wanted:
            below = relative.removeprefix(lead)
            shown = below if name == "." else os.path.join(name, *below.split("/"))  # noqa: PTH118 - as the user wrote it
            group.shown.setdefault(relative, shown)
        return Target(name, group, wanted)

    def _group(self, root: Path, *, strict: bool) -> Group:
        """Return a repository's files, read once. Unless `strict`, files that can't be read are left out."""
        key = os.path.realpath(root)
        if key not in self.groups:
            try:
                repository = read_repository(root)
            except ScaffoldError:
                if strict:
                    raise
                repository = RepositoryFiles({}, {})
            self.groups[key] = Group(root, repository.files, {}, repository.unread)
        return self.groups[key]


def repository_of(folder: str) -> tuple[Path, str] | None:
    """Return the repository that a folder of templates belongs to by its names, and its path there; None if by none."""
    parts = Path(os.path.abspath(folder)).parts  # noqa: PTH100 - symlinks stay as the user wrote them
    for index in range(len(parts) - 1, 0, -1):
        if parts[index] in FORGE_FOLDERS:
            return Path(*parts[:index]), "/".join(parts[index:])
    inside = template_folder("/".join([*parts, ""]))
    if inside is None:
        return None
    begin = inside[0].count("/")
    begin -= parts[begin - 1] in SHARED_FOLDERS
    return Path(*parts[:begin]), "/".join(parts[begin:])
