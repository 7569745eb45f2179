"""`scaffold accept`: record that a file deviates from the template on purpose, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from issue_scaffold.errors import UsageError
from issue_scaffold.files import target_files as target
from issue_scaffold.files.rendering import count_conflicts
from issue_scaffold.forge.layout import SETTINGS_PATH
from issue_scaffold.settings.edited_file import EditedSettings
from issue_scaffold.state.locks import hold_target
from issue_scaffold.sync.sparse import refuse_skipped
from issue_scaffold.sync.target import SyncTarget, answers_path, nearest_target, open_target
from issue_scaffold.template.answers_file import ANSWERS_FILE
from issue_scaffold.template.renderer import Renderer
from issue_scaffold.writing import staging


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOutcome:
    """Where the deviations of which files, relative to the target, were recorded.

    `folder` is the target; `notes` are remarks for the user.
    """

    folder: Path
    settings_file: str
    paths: tuple[str, ...]
    notes: tuple[str, ...] = ()


def accept(
    paths: Sequence[str], reason: str, renderer: Renderer, *, answers_file: str | None = None
) -> AcceptOutcome:
    """Record the present content (or absence) of files as accepted. Returns what was recorded.

    Raises UsageError when a path isn't a file of the template, doesn't deviate, or has conflict
    markers.
    """
    if not reason.strip() or "\n" in reason:
        raise UsageError(
            "the reason must be one line of text",
            hint="say for the next reader why the file differs",
        )
    name = answers_path(answers_file)
    root = _root_of(paths, name)
    shown = str(root)
    with hold_target(root, shown=shown):
        recovery = staging.recover(root)
        opened = open_target(shown, answers_file)
        relative = [_relative(root, path) for path in paths]
        digests = {path: _digest_to_accept(opened, path, renderer) for path in relative}
        notes = recovery.notes
        settings = EditedSettings.read(root)
        for path, sha256 in digests.items():
            settings.accept(path=path, sha256=sha256, reason=reason.strip())
        if settings.after != settings.before:
            change = staging.Change(
                path=SETTINGS_PATH, before=settings.before, after=settings.after
            )
            run = staging.Run(command="accept")
            notes += staging.apply(root, [change], run=run).notes
    return AcceptOutcome(
        folder=root, settings_file=SETTINGS_PATH, paths=tuple(relative), notes=notes
    )


def _root_of(paths: Sequence[str], answers_file: str) -> Path:
    """Return the one target that all paths lie in: the nearest folder with an answers file."""
    roots = set()
    for path in paths:
        root = nearest_target(_absolute(path).parent, answers_file)
        if root is None:
            hint = None
            if answers_file == ANSWERS_FILE:
                hint = "run: scaffold init"
            raise UsageError(
                f"{path} is not in an initialised target: no folder above it has {answers_file}",
                hint=hint,
            )
        roots.add(root)
    if len(roots) > 1:
        raise UsageError(
            "the paths lie in several targets", hint="run scaffold accept once for each target"
        )
    return roots.pop()


def _absolute(path: str) -> Path:
    """Return an absolute path; the folder's symlinks are resolved, the file itself may be one."""
    place = Path(path)
    return place.parent.resolve() / place.name


def _relative(root: Path, path: str) -> str:
    return _absolute(path).relative_to(root).as_posix()


def _digest_to_accept(opened: SyncTarget, path: str, renderer: Renderer) -> str | None:
    request = opened.recorded(renderer.sources)
    manifest = renderer.manifest(request)
    entry = manifest.entries.get(path)
    if entry is None or path in manifest.write_once or path == manifest.answers_file:
        raise UsageError(
            f"{path} is not a file that the template keeps up to date, so there is nothing to "
            "accept",
            hint=f"its files: {', '.join(sorted(set(manifest.entries) - {manifest.answers_file}))}",
        )
    actual = target.read_file(opened.root, path)
    if actual is None:
        refuse_skipped(opened.folder, [path], {})
    if actual is None:
        return None
    if (actual.digest, actual.executable) == (entry.digest, entry.executable):
        raise UsageError(f"{path} is as the template has it, so there is nothing to accept")
    count = count_conflicts(actual.content)
    if count and count > count_conflicts(renderer.rendering(request).files[path].content):
        raise UsageError(f"{path} has conflict markers in it", hint="resolve them first")
    return actual.digest
