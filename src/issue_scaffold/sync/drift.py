"""Drift: what a file of a target says compared with what it should hold. Pure; contents are loaded when they differ."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from issue_scaffold.files.rendering import File, to_lf
from issue_scaffold.report.finding import Finding, Kind, Severity
from issue_scaffold.text.diffs import text_diff
from issue_scaffold.text.lines import split_lines
from issue_scaffold.text.shell_words import quote

if TYPE_CHECKING:
    from issue_scaffold.text.by_meaning import Difference

# How many pairs of lines are looked at one by one, and from how many on there is no comparing line by line.
_EXACT_PAIRS: Final = 4_000_000
_MOST_PAIRS: Final = 400_000_000


class Remedy(NamedTuple):
    """How findings say to mend a target: `target` is how the user named it."""

    target: str

    def restore(self, path: str) -> str:
        """Return the ways on for a file that differs."""
        where = "" if self.target == "." else f" {quote(self.target)}"
        accepted = path if self.target == "." else f"{self.target.rstrip('/')}/{path}"
        return (
            f"take the template's: scaffold update{where} --restore {quote(path)}; "
            f"keep yours: scaffold accept {quote(accepted)} --reason TEXT"
        )

    def update(self) -> str:
        """Return the way on for a target that is behind."""
        return f"run: scaffold update{'' if self.target == '.' else f' {quote(self.target)}'}"


def missing(path: str, remedy: Remedy) -> Finding:
    """Return the finding for a file that is not there."""
    return Finding(
        kind=Kind.MISSING,
        severity=Severity.ERROR,
        path=path,
        message="the template has this file, the target doesn't",
        hint=remedy.restore(path),
    )


def in_the_way(path: str, what: str, remedy: Remedy) -> Finding:
    """Return the finding for what is no file, and stands where one belongs; `what` as in "is a folder"."""
    return Finding(
        kind=Kind.MODIFIED,
        severity=Severity.ERROR,
        path=path,
        message=f"is {what}; the template has a file",
        hint=f"move it away, then: {remedy.update().removeprefix('run: ')} --restore {quote(path)}",
    )


def linked(path: str, folder: str) -> Finding:
    """Return the finding for a file that is reached through a symlink."""
    return Finding(
        kind=Kind.MODIFIED,
        severity=Severity.ERROR,
        path=path,
        message=f"{folder} is a symlink, which no forge follows: the file isn't there for it",
        hint=f"replace the symlink {quote(folder)} with a folder that holds the files",
    )


def in_other_repository(path: str, folder: str) -> Finding:
    """Return the finding for a file that lies in a submodule, or in another repository's work tree."""
    return Finding(
        kind=Kind.MODIFIED,
        severity=Severity.ERROR,
        path=path,
        message=f"{folder} is a repository of its own, which no forge looks into: the file isn't there for it",
        hint=f"replace the submodule or repository {quote(folder)} with a folder that holds the files",
    )


def interrupted(path: str, remedy: Remedy) -> Finding:
    """Return the finding for a run that died half way, whose changes are partly in the target."""
    return Finding(
        kind=Kind.MODIFIED,
        severity=Severity.ERROR,
        path=path,
        message="an interrupted run has left its changes half way",
        hint=f"to complete it, {remedy.update()}",
    )


def accepted(path: str, reason: str) -> Finding:
    """Return the finding for a deviation that is accepted; it never fails."""
    return Finding(
        kind=Kind.ACCEPTED,
        severity=Severity.INFO,
        path=path,
        message=f"deviates on purpose: {reason}",
    )


def untracked(path: str, message: str, hint: str) -> Finding:
    """Return the finding for a file that git doesn't have as it was checked."""
    return Finding(
        kind=Kind.UNTRACKED, severity=Severity.ERROR, path=path, message=message, hint=hint
    )


def conflict(path: str, content: bytes) -> Finding:
    """Return the finding for conflict markers that are left in a file."""
    lines = content.splitlines()
    line = next((number for number, text in enumerate(lines, 1) if text.startswith(b"<<<<<<< ")), 1)
    return Finding(
        kind=Kind.CONFLICT,
        severity=Severity.ERROR,
        path=path,
        line=line,
        column=1,
        message="conflict markers are left in the file",
        hint="edit the marked lines, then: git add " + quote(path),
    )


def unmerged(path: str) -> Finding:
    """Return the finding for a file whose conflict git still has open."""
    return Finding(
        kind=Kind.CONFLICT,
        severity=Severity.ERROR,
        path=path,
        message="git has this file as unmerged",
        hint="resolve it, then: git add " + quote(path),
    )


def outdated(path: str, version: str, latest: str, remedy: Remedy) -> Finding:
    """Return the finding for a target that follows an older version; `path` is its answers file."""
    return Finding(
        kind=Kind.OUTDATED,
        severity=Severity.ERROR,
        path=path,
        message=f"template version {latest} is out; this target has {version}",
        hint=remedy.update(),
    )


def moved(path: str, message: str, remedy: Remedy) -> Finding:
    """Return the finding for a version that has become another commit; `path` is the target's answers file."""
    return Finding(
        kind=Kind.OUTDATED,
        severity=Severity.ERROR,
        path=path,
        message=message,
        hint=remedy.update(),
    )


def modified(path: str, wanted: File, found: File, remedy: Remedy, *, with_diff: bool) -> Finding:
    """Return the finding for a file whose content, link or executable bit differs."""
    message, line = _what_differs(wanted, found)
    return Finding(
        kind=Kind.MODIFIED,
        severity=Severity.ERROR,
        path=path,
        line=line,
        column=1 if line else None,
        message=message,
        hint=remedy.restore(path),
        diff=unified_diff(path, wanted, found) if with_diff else None,
    )


def modified_by_meaning(
    path: str,
    differences: "Sequence[Difference]",
    wanted: File,
    found: File,
    remedy: Remedy,
    *,
    with_diff: bool,
) -> tuple[Finding, ...]:
    """Return a finding for each entry that a file lacks or has otherwise; the first carries the diff."""
    return tuple(
        Finding(
            kind=Kind.MODIFIED,
            severity=Severity.ERROR,
            path=path,
            line=difference.line,
            column=difference.column,
            message=difference.message,
            hint=remedy.restore(path),
            diff=unified_diff(path, wanted, found) if with_diff and index == 0 else None,
        )
        for index, difference in enumerate(differences)
    )


def _what_differs(wanted: File, found: File) -> tuple[str, int | None]:
    if wanted.link is not None or found.link is not None:
        return f"is {_kind(found)}; the template has {_kind(wanted)}", None
    if wanted.digest == found.digest:
        state = "is executable" if found.executable else "is not executable"
        return f"{state}; in the template it is{' not' if found.executable else ''}", None
    if not (wanted.is_text and found.is_text):
        return "its bytes differ from the template's", None
    import difflib

    left, right = to_lf(wanted.content).splitlines(), to_lf(found.content).splitlines()
    if not _is_compared(left, right):
        return f"its {len(right):,} lines are not the {len(left):,} of the template", None
    # Lines that stand there over and over cost the square of their number, unless they are passed over.
    autojunk = len(left) * len(right) > _EXACT_PAIRS
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=autojunk)
    blocks = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    if not blocks:
        return "only its last line break differs from the template", max(len(right), 1)
    count = sum(max(block[2] - block[1], block[4] - block[3]) for block in blocks)
    first = min(blocks[0][3] + 1, max(len(right), 1))
    return (
        f"{count} line{'' if count == 1 else 's'} differ{'s' if count == 1 else ''} from the template",
        first,
    )


def _is_compared(left: Sequence[object], right: Sequence[object]) -> bool:
    return len(left) * len(right) <= _MOST_PAIRS


def _kind(file: File) -> str:
    return "a file" if file.link is None else f"a symlink to {file.link}"


def unified_diff(path: str, wanted: File | None, found: File | None) -> str:
    """Return a unified diff from one content (None: no such file) to another.

    Empty for contents that aren't text, or have too many lines to be compared.
    """
    if not all(file is None or file.is_text for file in (wanted, found)):
        return ""
    before, after = _text(wanted), _text(found)
    if not _is_compared(split_lines(before), split_lines(after)):
        return ""
    names = (
        "/dev/null" if wanted is None else f"a/{path}",
        "/dev/null" if found is None else f"b/{path}",
    )
    return text_diff(before, after, *names)


def _text(file: File | None) -> str:
    return "" if file is None else to_lf(file.content).decode(errors="replace")
