"""Drift: what a file of a target says compared with what it should hold.

Pure; contents are loaded when they differ.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from issue_scaffold.files.rendering import File, are_texts, to_lf
from issue_scaffold.report.finding import Finding, Kind, Severity
from issue_scaffold.text.diffs import changed_blocks, is_compared, text_diff
from issue_scaffold.text.lines import split_lines
from issue_scaffold.text.shell_words import quote

if TYPE_CHECKING:
    from issue_scaffold.text.by_meaning import Difference


class Remedy(NamedTuple):
    """How findings say to mend a target: `target` is how the user named it."""

    target: str

    def restore(self, path: str, unit: str = "") -> str:
        """Return the ways on for a file that differs, in a label or hook of it maybe."""
        accepted = path if self.target == "." else f"{self.target.rstrip('/')}/{path}"
        if unit:
            accepted += f"::{unit}"
        return (
            f"take the template's: {self.restoring(path)}; "
            f"keep yours: scaffold accept {quote(accepted)} --reason TEXT"
        )

    def restoring(self, path: str) -> str:
        """Return the command that takes the template's content of a file."""
        return f"{self.update_command} --restore {quote(path)}"

    def update(self) -> str:
        """Return the way on for a target that is behind."""
        return f"run: {self.update_command}"

    @property
    def update_command(self) -> str:
        """The command that updates the target."""
        return "scaffold update" if self.target == "." else f"scaffold update {quote(self.target)}"


def _error(kind: Kind, path: str, message: str, hint: str) -> Finding:
    return Finding(kind=kind, severity=Severity.ERROR, path=path, message=message, hint=hint)


def missing(path: str, remedy: Remedy) -> Finding:
    """Return the finding for a file that is not there."""
    return _error(
        Kind.MISSING, path, "the template has this file, the target doesn't", remedy.restore(path)
    )


def in_the_way(path: str, what: str, remedy: Remedy) -> Finding:
    """Return the finding for what is no file, and stands where one belongs: `what` "a folder"."""
    return _error(
        Kind.MODIFIED,
        path,
        f"is {what}; the template has a file",
        f"move it away, then: {remedy.update_command} --restore {quote(path)}",
    )


def linked(path: str, folder: str) -> Finding:
    """Return the finding for a file that is reached through a symlink."""
    return _unreachable(
        path,
        f"{folder} is a symlink, which no forge follows",
        f"replace the symlink {quote(folder)} with a folder that holds the files",
    )


def in_other_repository(path: str, folder: str) -> Finding:
    """Return the finding for a file that lies in a submodule, or in another repository."""
    return _unreachable(
        path,
        f"{folder} is a repository of its own, which no forge looks into",
        f"replace the submodule or repository {quote(folder)} with a folder that holds the files",
    )


def _unreachable(path: str, why: str, hint: str) -> Finding:
    return _error(Kind.MODIFIED, path, f"{why}: the file isn't there for it", hint)


def interrupted(path: str, remedy: Remedy) -> Finding:
    """Return the finding for a run that died half way, whose changes are partly in the target."""
    return _error(
        Kind.MODIFIED,
        path,
        "an interrupted run has left its changes half way",
        f"to complete it, {remedy.update()}",
    )


def accepted(path: str, reason: str, unit: str | None = None) -> Finding:
    """Return the finding for a deviation that is accepted, of a label or hook maybe.

    It never fails.
    """
    what = "" if unit is None else f"'{unit}' "
    return Finding(
        kind=Kind.ACCEPTED,
        severity=Severity.INFO,
        path=path,
        message=f"{what}deviates on purpose: {reason}",
    )


def own(path: str, reason: str) -> Finding:
    """Return the finding for a file that is the repository's for good; it never fails."""
    message = f"is this repository's own: {reason}"
    return Finding(kind=Kind.OWN, severity=Severity.INFO, path=path, message=message)


def accepted_before(finding: Finding, reasons: Sequence[str]) -> Finding:
    """Return a finding that also says what was accepted there and is no longer as it was."""
    if not reasons:
        return finding
    before = f"accepted before, and changed since: {'; '.join(reasons)}"
    return finding._replace(message=f"{finding.message}; {before}")


def untracked(path: str, message: str, hint: str) -> Finding:
    """Return the finding for a file that git doesn't have as it was checked."""
    return _error(Kind.UNTRACKED, path, message, hint)


def conflict(path: str, content: bytes) -> Finding:
    """Return the finding for conflict markers that are left in a file."""
    lines = content.splitlines()
    line = next((number for number, text in enumerate(lines, 1) if text.startswith(b"<<<<<<< ")), 1)
    hint = "edit the marked lines, then: git add " + quote(path)
    error = _error(Kind.CONFLICT, path, "conflict markers are left in the file", hint)
    return error._replace(line=line, column=1)


def unmerged(path: str) -> Finding:
    """Return the finding for a file whose conflict git still has open."""
    return _error(
        Kind.CONFLICT,
        path,
        "git has this file as unmerged",
        "resolve it, then: git add " + quote(path),
    )


def outdated(path: str, version: str, latest: str, remedy: Remedy) -> Finding:
    """Return the finding for a target that follows an older version; `path` is its answers file."""
    return _error(
        Kind.OUTDATED,
        path,
        f"template version {latest} is out; this target has {version}",
        remedy.update(),
    )


def moved(path: str, message: str, remedy: Remedy) -> Finding:
    """Return the finding for a version that became another commit; `path` is the answers file."""
    return _error(Kind.OUTDATED, path, message, remedy.update())


def edited(path: str, message: str, remedy: Remedy) -> Finding:
    """Return the finding for answers that were edited by hand; `path` is the answers file."""
    hint = f"make the files by them: {remedy.update_command}; or take the edit back"
    return _error(Kind.MODIFIED, path, f"{message}; the files are as the old ones make them", hint)


def modified(
    path: str, expected: File, actual: File, remedy: Remedy, *, with_diff: bool
) -> Finding:
    """Return the finding for a file whose content, link or executable bit differs."""
    message, line = _what_differs(expected, actual)
    finding = _error(Kind.MODIFIED, path, message, remedy.restore(path))
    if line is not None:
        finding = finding._replace(line=line, column=1)
    if with_diff:
        finding = finding._replace(diff=unified_diff(path, expected, actual))
    return finding


def reformatted(
    path: str, expected: File, actual: File, remedy: Remedy, *, with_diff: bool
) -> Finding:
    """Return the finding for a file that says what the template says, laid out otherwise."""
    finding = modified(path, expected, actual, remedy, with_diff=with_diff)
    return finding._replace(
        kind=Kind.REFORMATTED,
        message="only its formatting differs from the template",
        hint=f"nothing has to be done; the template's: {remedy.restoring(path)}",
    )


def modified_by_meaning(
    path: str,
    differences: "Sequence[Difference]",
    expected: File,
    actual: File,
    remedy: Remedy,
    *,
    with_diff: bool,
) -> tuple[Finding, ...]:
    """Return a finding for each entry that a file lacks or has otherwise.

    The first carries the diff.
    """
    findings = []
    for one in differences:
        error = _error(Kind.MODIFIED, path, one.message, remedy.restore(path, one.unit))
        findings.append(error._replace(line=one.line, column=one.column))
    if findings and with_diff:
        findings[0] = findings[0]._replace(diff=unified_diff(path, expected, actual))
    return tuple(findings)


def _what_differs(expected: File, actual: File) -> tuple[str, int | None]:
    """Return what differs between two files that do, and the first line of it."""
    if expected.link is not None or actual.link is not None:
        return f"is {_kind(actual)}; the template has {_kind(expected)}", None
    if expected.digest == actual.digest:
        if actual.executable:
            return "is executable; in the template it is not", None
        return "is not executable; in the template it is", None
    if not are_texts(expected, actual):
        return "its bytes differ from the template's", None
    left, right = (to_lf(file.content).splitlines() for file in (expected, actual))
    blocks = changed_blocks(left, right)
    if blocks is None:
        return f"its {len(right):,} lines are not the {len(left):,} of the template", None
    return _which_lines_differ(right, blocks)


def _which_lines_differ(
    right: Sequence[bytes], blocks: Sequence[tuple[int, int, int, int]]
) -> tuple[str, int]:
    last = max(len(right), 1)
    if not blocks:
        return "only its last line break differs from the template", last
    count = sum(max(end - start, own_end - own) for start, end, own, own_end in blocks)
    first = min(blocks[0][2] + 1, last)
    if count == 1:
        return "1 line differs from the template", first
    return f"{count} lines differ from the template", first


def _kind(file: File) -> str:
    return "a file" if file.link is None else f"a symlink to {file.link}"


def unified_diff(path: str, expected: File | None, actual: File | None) -> str:
    """Return a unified diff from one content (None: no such file) to another.

    Empty for contents that aren't text, or have too many lines to be compared.
    """
    if any(file is not None and not file.is_text for file in (expected, actual)):
        return ""
    left, right = _text(expected), _text(actual)
    if not is_compared(split_lines(left), split_lines(right)):
        return ""
    before = "/dev/null" if expected is None else f"a/{path}"
    after = "/dev/null" if actual is None else f"b/{path}"
    return text_diff(left, right, before, after)


def _text(file: File | None) -> str:
    return "" if file is None else to_lf(file.content).decode(errors="replace")
