"""Validating paths, repositories and files in memory against the rules.

Owns which files belong together and what exit code follows; what is wrong with them is `examination`'s.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from issue_scaffold.adapters.source_files import read_file, repository_paths
from issue_scaffold.domain.finding import Finding, Severity
from issue_scaffold.domain.report import Report, TargetReport
from issue_scaffold.domain.repository_layout import template_folder
from issue_scaffold.errors import EXIT_FINDINGS, EXIT_OK, ScaffoldError

if TYPE_CHECKING:
    from issue_scaffold.usecases.examination import Located

STDIN = "-"
_MARKERS = frozenset({".github", ".gitea", ".forgejo", ".gitlab"})


class Group(NamedTuple):
    """Files that are validated together. `shown` gives the path that users know for each wanted file.

    `root` is None for a file that lies in no repository's template folders: it is looked at alone.
    """

    root: Path | None
    files: dict[str, bytes]
    shown: dict[str, str]


class Target(NamedTuple):
    """One path of the command line: its files, or why they can't be read."""

    name: str
    group: Group | None
    wanted: frozenset[str]
    error: ScaffoldError | None = None


def validate_files(files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """Return the findings of a repository's files in memory, by repository-relative POSIX path."""
    return tuple(located.finding() for located in _examine(files, together=True))


def _examine(files: Mapping[str, bytes], *, together: bool) -> "list[Located]":
    # `check` asks this module which files there are, and rarely what is wrong with them: the rules load when they run.
    from issue_scaffold.usecases.examination import examine

    return examine(files, together=together)


def repository_files(root: Path) -> list[str]:
    """Return the repository-relative POSIX paths that `validate_repository` would read."""
    return repository_paths(root)


def validate_repository(root: Path) -> tuple[Finding, ...]:
    """Return the findings of a repository, with paths relative to it. Raises ScaffoldError for unreadable files."""
    return validate_files({path: read_file(str(root / path)) for path in repository_paths(root)})


def errors_and_overlooked(
    contents: Mapping[str, bytes], honour: Callable[[str, str], bool] | None = None
) -> tuple[Finding, ...]:
    """Return the validator's errors in files, and a finding for each suppression that kept an error from being one.

    `honour` decides which comments of the files may do that; None: all.
    """
    from issue_scaffold.usecases.examination import examine_whole

    examined = examine_whole(contents) if honour is None else examine_whole(contents, honour=honour)
    located = (item.finding() for item in examined.located)
    errors = [finding for finding in located if finding.severity is Severity.ERROR]
    overlooked = [entry.finding() for entry in examined.overlooked]
    return (*errors, *(finding for finding in overlooked if finding is not None))


def validate(
    paths: Sequence[str], *, stdin: bytes | None = None, strict: bool = False, exit_zero: bool = False
) -> Report:
    """Validate paths: folders are repositories, `-` is the given standard input.

    `strict` lets warnings fail too, `exit_zero` nothing but what could not be done. Never raises for a path: a target
    that can't be read is a failed one.
    """
    targets = collect(paths, stdin)
    found = examine_groups(targets)
    reports = [_report(target, found) for target in targets]
    worst = max((target.error.exit_code for target in targets if target.error), default=EXIT_OK)
    threshold = Severity.WARNING if strict else Severity.ERROR
    fails = any(finding.severity >= threshold for report in reports for finding in report.findings)
    code = EXIT_FINDINGS if fails and not exit_zero else EXIT_OK
    return Report(command="validate", exit_code=max(worst, code), targets=tuple(reports))


def examine_groups(targets: Iterable[Target]) -> dict[tuple[int, str], list[Finding]]:
    """Return the findings of all groups by group and file, each group looked at once."""
    found: dict[tuple[int, str], list[Finding]] = {}
    for group in {id(target.group): target.group for target in targets if target.group}.values():
        for located in _examine(group.files, together=group.root is not None):
            path = located.source.path
            if path in group.shown:
                found.setdefault((id(group), path), []).append(located.finding(group.shown[path]))
    return found


def _report(target: Target, found: Mapping[tuple[int, str], list[Finding]]) -> TargetReport:
    if target.error is not None:
        return TargetReport(target=target.name, status="failed", error=target.error.message, hint=target.error.hint)
    findings = [finding for path in target.wanted for finding in found.get((id(target.group), path), ())]
    findings.sort(key=lambda finding: finding.sort_key)
    notes = () if target.wanted else ("no issue templates, forms or labels config found",)
    return TargetReport(
        target=target.name, status="findings" if findings else "clean", findings=tuple(findings), notes=notes
    )


def collect(paths: Sequence[str], stdin: bytes | None = None) -> list[Target]:
    """Read the files that paths stand for; every repository once, however many of its files are named."""
    collector = _Collector(stdin or b"")
    targets = []
    for name in dict.fromkeys(paths):
        try:
            targets.append(collector.target(name))
        except ScaffoldError as error:
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
            return Target(name, Group(None, {shown: read_file(name)}, {shown: name}), frozenset({shown}))
        group, inner = place
        relative = f"{inner}/{file_name}" if inner else file_name
        if relative not in group.files:
            group.files[relative] = read_file(name)
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
        wanted = frozenset(relative for relative in group.files if relative.startswith(lead))
        for relative in wanted:
            below = relative.removeprefix(lead)
            shown = below if name == "." else os.path.join(name, *below.split("/"))  # noqa: PTH118 - as the user wrote it
            group.shown.setdefault(relative, shown)
        return Target(name, group, wanted)

    def _group(self, root: Path, *, strict: bool) -> Group:
        """Return a repository's files, read once. Unless `strict`, files that can't be read are left out."""
        key = os.path.realpath(root)
        if key not in self.groups:
            files: dict[str, bytes] = {}
            try:
                for relative in repository_paths(root):
                    files[relative] = read_file(str(root / relative))
            except ScaffoldError:
                if strict:
                    raise
            self.groups[key] = Group(root, files, {})
        return self.groups[key]


def repository_of(folder: str) -> tuple[Path, str] | None:
    """Return the repository that a folder of templates belongs to by its names, and its path there; None if by none."""
    parts = Path(os.path.abspath(folder)).parts  # noqa: PTH100 - symlinks stay as the user wrote them
    for index in range(len(parts) - 1, 0, -1):
        if parts[index] in _MARKERS:
            return Path(*parts[:index]), "/".join(parts[index:])
    inside = template_folder("/".join([*parts, ""]))
    if inside is None:
        return None
    begin = inside[0].count("/")
    begin -= parts[begin - 1] == "docs"
    return Path(*parts[:begin]), "/".join(parts[begin:])
