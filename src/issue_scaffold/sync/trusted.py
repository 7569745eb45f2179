"""What silences a check, as a trusted revision has it: `scaffold check --trusted-ref`.

A pull request must not be able to turn its own drift green. So the accepted deviations, the ignored
findings, the template that is followed and the set-up of the hooks are taken from the revision that
it is to be merged into; what the change itself adds to them is reported, and not honoured.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from issue_scaffold.forge.forges import SharedForges
from issue_scaffold.forge.layout import SETTINGS_PATHS, is_run_by_ci
from issue_scaffold.forge.source_files import RepositoryFiles
from issue_scaffold.report.finding import Finding, Kind, Severity
from issue_scaffold.settings.file import Settings, read_settings
from issue_scaffold.settings.place import find_settings
from issue_scaffold.sync import precommit_reading
from issue_scaffold.sync.meaning import PRECOMMIT
from issue_scaffold.sync.stored_tree import StoredTree, revision_tree
from issue_scaffold.sync.target import SyncTarget, target_of
from issue_scaffold.sync.trees import FileTree, SettingsFile, content_of, settings_of
from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.limits import MAX_BYTES
from issue_scaffold.validate.diagnostics import Diagnostic
from issue_scaffold.validate.engine import run_rules
from issue_scaffold.validate.run import errors_and_overlooked

# How much of an answer a message quotes.
_LONGEST_SHOWN: Final = 80
_HOOKS: Final = frozenset({"scaffold-check", "scaffold-validate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedBase:
    """A trusted revision: its files, its settings' text, and the target that it describes."""

    revision: str
    tree: StoredTree
    settings: SettingsFile
    target: SyncTarget


def open_base(opened: SyncTarget, revision: str) -> TrustedBase | None:
    """Return the trusted revision for a target.

    None when the target isn't set up there, so that nothing is to guard.

    Raises UsageError when the clone doesn't have it, or when its answers file can't be understood.
    """
    stored = revision_tree(opened.root, revision, max_bytes=MAX_BYTES)
    answers = stored.read(opened.answers_file)
    if answers is None:
        return None
    described = target_of(
        opened.shown, opened.folder, opened.answers_file, answers.content, place=f"{revision}:"
    )
    settings = settings_of(stored)
    return TrustedBase(revision=revision, tree=stored, settings=settings, target=described)


def judged_target(base: TrustedBase, opened: SyncTarget) -> SyncTarget:
    """Return the target to compare with: the trusted one if the change follows another template."""
    if base.target.source != opened.source:
        return base.target
    return opened


def changes(base: TrustedBase, opened: SyncTarget, files: FileTree) -> Iterator[Finding]:
    """Yield what a change, with its own files, does to how it is checked."""
    yield from _answers(base, base.target, opened)
    yield from _settings(base, settings_of(files))
    yield from _hooks(base, content_of(files, PRECOMMIT))


def invalid_by(
    base: TrustedBase, repository: RepositoryFiles, forges: SharedForges
) -> tuple[Finding, ...]:
    """Return the validator's errors, judged by the trusted settings and comments.

    `forges` says who reads shared folders, where those settings don't. Mistakes in the change's own
    settings are errors too, and comments that it adds are reported.
    """
    files = repository.files
    trusted = {path: files[path] for path in files if path not in SETTINGS_PATHS}
    if base.settings.content:
        trusted[base.settings.path] = base.settings.content
    comments = _Comments(base)
    findings = list(
        errors_and_overlooked(RepositoryFiles(trusted, repository.unread), comments.honour, forges)
    )
    path, own = find_settings(files.get)
    if own is not None and own != base.settings.content:
        findings += errors_and_overlooked(RepositoryFiles({path: own}, {}))
    return (*findings, *comments.findings())


class _Comments:
    """The comments of a change: they silence what the trusted revision's silence in that file.

    A comment's text alone says little: one that is there may be moved to the top of its file, or
    copied.
    """

    def __init__(self, base: TrustedBase) -> None:
        self._base = base
        self._refused: list[tuple[str, str]] = []

    def honour(self, item: Diagnostic, comment: str) -> bool:
        """Tell whether the trusted revision silences that error too, and as often."""
        if item.severity is not Severity.ERROR:
            return True
        if self._left[_likeness(item)] > 0:
            self._left[_likeness(item)] -= 1
            return True
        self._refused.append((item.source.path, comment))
        return False

    @cached_property
    def _left(self) -> Counter[tuple[str, str, str]]:
        """How often the trusted revision's comments silence what, but for what was found."""
        result = run_rules(self._base.tree.validated().files)
        comments = [one for one in result.suppressed if one.source.path not in SETTINGS_PATHS]
        found = {id(item): item for one in comments for item in one.diagnostics}
        return Counter(_likeness(item) for item in found.values())

    def findings(self) -> Iterator[Finding]:
        """Yield a finding for each comment that wasn't honoured."""
        for path, comment in dict.fromkeys(self._refused):
            yield Finding(
                kind=Kind.IGNORED,
                severity=Severity.WARNING,
                path=path,
                message=f"not honoured before it is in {self._base.revision}: "
                f"{' '.join(comment.split())}",
            )


def _likeness(item: Diagnostic) -> tuple[str, str, str]:
    """Return what makes an error the same one in two revisions.

    Numbers in its message say where it is.
    """
    return item.source.path, item.rule.id, re.sub(r"\d+", "0", item.problem.message)


def dropped_checks(
    base: TrustedBase, entries: Container[str], before: Iterable[str]
) -> Iterator[Finding]:
    """Yield a finding for each file that runs a check and that a change no longer installs.

    `entries` are the files that the change's answers make, `before` those that the trusted answers
    make.
    """
    for path in sorted(before):
        if path not in entries and _runs_checks(path):
            yield Finding(
                kind=Kind.MISSING,
                severity=Severity.ERROR,
                path=path,
                message="this change's answers no longer install this file; those of "
                f"{base.revision} do",
                hint="take a check out in a change of its own, which people review as such",
            )


def _runs_checks(path: str) -> bool:
    return path == PRECOMMIT or is_run_by_ci(path)


def _answers(base: TrustedBase, trusted: SyncTarget, opened: SyncTarget) -> Iterator[Finding]:
    if trusted.source != opened.source:
        yield Finding(
            kind=Kind.MODIFIED,
            severity=Severity.ERROR,
            path=opened.answers_file,
            message=(
                f"this change follows another template, {opened.source.recorded}; "
                f"{base.revision} has {trusted.source.recorded}, which is what counts here"
            ),
            hint=f"bring the template of the change into {base.revision} first",
        )
        return
    names = trusted.answers.keys() & opened.answers.keys()
    if trusted.version == opened.version:  # other versions have other questions
        names = trusted.answers.keys() | opened.answers.keys()
    for name in sorted(names):
        before, after = trusted.answers.get(name), opened.answers.get(name)
        if not name.startswith("_") and before != after:
            yield Finding(
                kind=Kind.MODIFIED,
                severity=Severity.WARNING,
                path=opened.answers_file,
                message=f"this change answers {name!r} with {_shown(after)}; {base.revision} has "
                f"{_shown(before)}",
            )


def _shown(answer: Any) -> str:  # noqa: ANN401 - an answer may be of any type
    if answer is None:
        return "nothing"
    text = repr(answer)
    if len(text) > _LONGEST_SHOWN:
        return f"{text[: _LONGEST_SHOWN - 1]}…"
    return text


def _settings(base: TrustedBase, settings: SettingsFile) -> Iterator[Finding]:
    trusted = read_settings(base.settings.content, base.settings.path)[0]
    mine = read_settings(settings.content, settings.path)[0]
    for kind, what, reason in _added(trusted, mine):
        yield Finding(
            kind=kind,
            severity=Severity.WARNING,
            path=settings.path,
            message=f"not honoured before it is in {base.revision}: {what}: "
            f"{reason or 'no reason is given'}",
        )


def _added(trusted: Settings, mine: Settings) -> Iterator[tuple[Kind, str, str]]:
    yield from _added_acceptances(trusted, mine)
    known = {(entry.path, entry.rule) for entry in trusted.ignored}
    for entry in mine.ignored:
        if (entry.path, entry.rule) not in known:
            yield Kind.IGNORED, f"this change ignores {entry.rule} in {entry.path}", entry.reason
    if mine.forge not in {None, trusted.forge}:
        yield Kind.IGNORED, f"this change says that {mine.forge} reads the files", "forge"
    for label in sorted(mine.known_labels - trusted.known_labels):
        yield Kind.IGNORED, f"this change says that the label {label!r} exists", "known labels"


def _added_acceptances(trusted: Settings, mine: Settings) -> Iterator[tuple[Kind, str, str]]:
    for accepted in mine.accepted:
        if accepted not in trusted.accepted:
            unit = "" if accepted.unit is None else f"::{accepted.unit}"
            yield Kind.ACCEPTED, f"this change accepts {accepted.path}{unit}", accepted.reason
    for own in mine.own:
        if own.path not in {entry.path for entry in trusted.own}:
            yield Kind.OWN, f"this change takes {own.path} for its own", own.reason


def _hooks(base: TrustedBase, content: bytes) -> Iterator[Finding]:
    trusted = _set_up(content_of(base.tree, PRECOMMIT))
    mine = _set_up(content)
    for hook, set_up in trusted.items():
        if mine.get(hook) == set_up:
            continue
        if hook in mine and mine[hook].without_rev == set_up.without_rev:
            yield Finding(
                kind=Kind.MODIFIED,
                severity=Severity.WARNING,
                path=PRECOMMIT,
                message=f"this change runs {hook!r} at {_revs(mine[hook])}; {base.revision} has "
                f"{_revs(set_up)}",
            )
            continue
        what = "changes the set-up of the hook"
        if hook not in mine:
            what = "takes out the hook"
        yield Finding(
            kind=Kind.MODIFIED,
            severity=Severity.ERROR,
            path=PRECOMMIT,
            message=f"this change {what} {hook!r} that {base.revision} has",
            hint="change the hook's set-up in a change of its own, which people review as such",
        )


class _SetUp(NamedTuple):
    """How a hook is set up wherever it stands in a config: repository, `rev` and effect."""

    places: tuple[tuple[str, str | None, tuple[tuple[str, str], ...]], ...]

    @property
    def without_rev(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """The same but for `rev`, which `pre-commit autoupdate` changes."""
        return tuple((repository, effect) for repository, _, effect in self.places)


def _revs(set_up: _SetUp) -> str:
    return ", ".join(rev or "no revision" for _, rev, _ in set_up.places)


def _set_up(content: bytes) -> Mapping[str, _SetUp]:
    """Return how each of this tool's hooks is set up in a pre-commit config.

    Empty for one that isn't understood.
    """
    try:
        config = precommit_reading.read_precommit(content.decode(errors="replace"))
    except NotUnderstoodError:
        return {}
    found: dict[str, _SetUp] = {}
    for entry in config.entries:
        for hook in entry.hooks:
            if hook.id in _HOOKS:
                before = found.get(hook.id, _SetUp(()))
                found[hook.id] = _SetUp((*before.places, (entry.key, entry.rev, hook.effect)))
    return found
