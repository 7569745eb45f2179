"""`scaffold accept`: record what deviates from the template on purpose; list that, or end it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from issue_scaffold.errors import UsageError
from issue_scaffold.files import target_files as target
from issue_scaffold.files.rendering import File, count_conflicts
from issue_scaffold.settings.edited_file import EditedSettings
from issue_scaffold.settings.file import Accepted, OwnFiles
from issue_scaffold.settings.place import new_settings_path
from issue_scaffold.state.locks import hold_target
from issue_scaffold.sync.deviation import accept_present, fold_unit
from issue_scaffold.sync.meaning import ComparedFile, Meaning
from issue_scaffold.sync.sparse import refuse_skipped
from issue_scaffold.sync.target import SyncTarget, answers_path, nearest_target, open_target
from issue_scaffold.template.answers_file import ANSWERS_FILE
from issue_scaffold.template.render_cache import Manifest
from issue_scaffold.template.renderer import Renderer
from issue_scaffold.writing import staging

_GLOB_SIGNS: Final = frozenset("*?[")


class Acceptance(NamedTuple):
    """One thing that is accepted: a file or a unit of it, or files that are `own` for good."""

    path: str
    unit: str | None
    own: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOutcome:
    """What was accepted, or no longer is, or is listed, and the settings file that says so.

    `folder` is the target; `notes` are remarks for the user.
    """

    folder: Path
    settings_file: str
    entries: tuple[Acceptance, ...]
    notes: tuple[str, ...] = ()


class AcceptOptions(NamedTuple):
    """What the user asked of `accept`: files, each with a unit maybe (`PATH::UNIT`), and why.

    `own` takes them, or globs, for the repository's own for good.
    """

    paths: Sequence[str]
    reason: str = ""
    own: bool = False
    answers_file: str | None = None


_Record = Callable[[SyncTarget, EditedSettings], Iterator[Acceptance]]


def accept(options: AcceptOptions, renderer: Renderer) -> AcceptOutcome:
    """Record what deviates in files, or that they are own. Returns what was recorded.

    Raises UsageError when a path isn't a file of the template, doesn't deviate, or has conflict
    markers.
    """
    reason = options.reason.strip()
    if not reason or "\n" in reason:
        raise UsageError(
            "the reason must be one line of text",
            hint="say for the next reader why the file differs",
        )

    def record(opened: SyncTarget, settings: EditedSettings) -> Iterator[Acceptance]:
        request = opened.recorded(renderer.sources)
        accepting = _Accepting(opened, renderer.manifest(request), settings, renderer, reason)
        for path in options.paths:
            if options.own:
                yield accepting.own(_relative(opened.root, path))
            else:
                yield from accepting.accept(*_named(opened.root, path))

    return _edit(options, record)


def remove_acceptances(options: AcceptOptions) -> AcceptOutcome:
    """End what is accepted of files, or of units of them, or their being own. Returns that.

    Raises UsageError when nothing of a path is accepted.
    """

    def record(opened: SyncTarget, settings: EditedSettings) -> Iterator[Acceptance]:
        for path in options.paths:
            yield from _remove(settings, *_named(opened.root, path))

    return _edit(options, record)


def list_acceptances(answers_file: str | None = None) -> AcceptOutcome:
    """Return everything that is accepted in the target of the current folder."""
    name = answers_path(answers_file)
    root = _root_above(Path.cwd(), "this folder", name)
    opened = open_target(str(root), answers_file)
    settings = EditedSettings.read(root, _new_settings(opened))
    entries = [
        Acceptance(entry.path, entry.unit, own=False, reason=entry.reason)
        for entry in settings.settings.accepted
    ]
    entries += [_own(entry) for entry in settings.settings.own]
    entries.sort(key=lambda entry: (entry.path, entry.unit or "", entry.own))
    return AcceptOutcome(folder=root, settings_file=settings.path, entries=tuple(entries))


def _edit(options: AcceptOptions, record: _Record) -> AcceptOutcome:
    """Change the settings of the target that all paths lie in, as `record` says."""
    paths = [path.partition("::")[0] for path in options.paths]
    root = _root_of(paths, answers_path(options.answers_file))
    shown = str(root)
    with hold_target(root, shown=shown):
        recovery = staging.recover(root)
        opened = open_target(shown, options.answers_file)
        notes = recovery.notes
        settings = EditedSettings.read(root, _new_settings(opened))
        entries = tuple(dict.fromkeys(record(opened, settings)))
        if settings.after != settings.before:
            change = staging.Change(
                path=settings.path, before=settings.before, after=settings.after
            )
            run = staging.Run(command="accept")
            notes += staging.apply(root, [change], run=run).notes
    return AcceptOutcome(folder=root, settings_file=settings.path, entries=entries, notes=notes)


def _new_settings(opened: SyncTarget) -> str:
    return new_settings_path(opened.root, opened.answers.get("platform"))


def _own(entry: OwnFiles) -> Acceptance:
    return Acceptance(entry.path, None, own=True, reason=entry.reason)


class _Accepting:
    """One run: the target, its template's files, and the settings as they grow."""

    def __init__(
        self,
        opened: SyncTarget,
        manifest: Manifest,
        settings: EditedSettings,
        renderer: Renderer,
        reason: str,
    ) -> None:
        self._opened, self._manifest, self._settings = opened, manifest, settings
        self._renderer, self._reason = renderer, reason
        kept = set(manifest.entries) - set(manifest.write_once) - {manifest.answers_file}
        self._managed = sorted(kept)

    def own(self, path: str) -> Acceptance:
        """Record files as own. Raises UsageError for what is none of the template's."""
        entry = OwnFiles(path, self._reason)
        if not any(map(entry.means, self._managed)):
            raise self._not_managed(path)
        self._settings.own(path, self._reason)
        return _own(entry)

    def accept(self, path: str, unit: str | None) -> Iterator[Acceptance]:
        """Record what deviates in a file. Yields what is accepted now and wasn't."""
        if path not in self._managed:
            raise self._not_managed(path)
        owner = next((own for own in self._settings.settings.own if own.means(path)), None)
        if owner is not None:
            raise UsageError(
                f"{path} is this repository's own already: {owner.reason}",
                hint=f"to compare it again: scaffold accept --remove {owner.path}",
            )
        known = self._settings.accepted_of(path)
        entries = self._present(path, unit, known)
        self._settings.accept(path, entries)
        recorded = [entry for entry in entries if entry.reason == self._reason]
        for entry in [entry for entry in recorded if entry not in known] or recorded:
            yield Acceptance(path, entry.unit, own=False, reason=entry.reason)

    def _present(
        self, path: str, unit: str | None, known: Sequence[Accepted]
    ) -> tuple[Accepted, ...]:
        """Return all that is accepted of a file once what deviates now is."""
        actual = target.read_file(self._opened.root, path)
        if actual is None:
            refuse_skipped(self._opened.folder, [path], {})
        if actual is None and unit is None:
            return (Accepted(path, None, self._reason),)
        if actual is None:
            raise UsageError(f"{path} is not there, so nothing of it can be accepted alone")
        entry, as_rendered = self._manifest.entries[path], f"{path} is as the template has it"
        file = self._compared(path, actual)
        is_same = (actual.digest, actual.executable) == (entry.digest, entry.executable)
        if is_same or (file.is_alike and unit is None):
            raise UsageError(f"{as_rendered}, so there is nothing to accept")
        return accept_present(file, known=known, reason=self._reason, unit=unit)

    def _compared(self, path: str, actual: File) -> ComparedFile:
        """Return a file beside the template's. Raises UsageError for one with open conflicts."""
        request = self._opened.recorded(self._renderer.sources)
        expected = self._renderer.rendering(request).files[path]
        count = count_conflicts(actual.content)
        if count and count > count_conflicts(expected.content):
            raise UsageError(f"{path} has conflict markers in it", hint="resolve them first")
        meaning = Meaning(tuple(self._manifest.entries), self._renderer.store)
        return meaning.compare(path, expected, actual)

    def _not_managed(self, path: str) -> UsageError:
        hint = f"its files: {', '.join(self._managed)}"
        if not _GLOB_SIGNS.isdisjoint(path):
            hint = f"a pattern needs --own; {hint}"
        return UsageError(
            f"{path} is not a file that the template keeps up to date, so there is nothing to "
            "accept",
            hint=hint,
        )


def _remove(settings: EditedSettings, path: str, unit: str | None) -> Iterator[Acceptance]:
    """End what is accepted of a file. Yields that; raises UsageError when there is nothing."""
    accepted = settings.accepted_of(path)
    ended = [entry for entry in accepted if _is_of(entry, unit)]
    removed = [Acceptance(path, entry.unit, own=False, reason=entry.reason) for entry in ended]
    if unit is None:
        removed += [_own(entry) for entry in settings.settings.own if entry.path == path]
    if not removed:
        what = path if unit is None else f"{unit!r} in {path}"
        raise UsageError(
            f"nothing is accepted of {what}", hint="what is accepted: scaffold accept --list"
        )
    if ended:
        settings.accept(path, [entry for entry in accepted if entry not in ended])
    if len(removed) > len(ended):
        settings.own(path, None)
    yield from removed


def _is_of(entry: Accepted, unit: str | None) -> bool:
    """Whether an entry is of a unit; each is of the whole file, None."""
    if unit is None or entry.unit is None:
        return unit is None
    return fold_unit(entry.unit) == fold_unit(unit)


def _named(root: Path, text: str) -> tuple[str, str | None]:
    """Return the path and the unit that `PATH::UNIT` names; labels may have `::` in their names."""
    path, sign, unit = text.partition("::")
    if sign and not unit.strip():
        raise UsageError(
            f"{text} names no unit", hint="write the label or the hook behind it, or only the file"
        )
    return _relative(root, path), unit.strip() or None


def _root_of(paths: Sequence[str], answers_file: str) -> Path:
    """Return the one target that all paths lie in: the nearest folder with an answers file."""
    roots = {_root_above(_absolute(path).parent, path, answers_file) for path in paths}
    if len(roots) > 1:
        raise UsageError(
            "the paths lie in several targets", hint="run scaffold accept once for each target"
        )
    return roots.pop()


def _root_above(folder: Path, shown: str, answers_file: str) -> Path:
    """Return the nearest folder, this one or one above, with an answers file.

    Raises UsageError where there is none.
    """
    root = nearest_target(folder, answers_file)
    if root is not None:
        return root
    raise UsageError(
        f"{shown} is not in an initialised target: no folder above it has {answers_file}",
        hint="run: scaffold init" if answers_file == ANSWERS_FILE else None,
    )


def _absolute(path: str) -> Path:
    """Return an absolute path; the folder's symlinks are resolved, the file itself may be one."""
    place = Path(path)
    return place.parent.resolve() / place.name


def _relative(root: Path, path: str) -> str:
    return _absolute(path).relative_to(root).as_posix()
