"""A target: the folder, its answers file, and the template that it follows."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from issue_scaffold import __version__
from issue_scaffold.errors import UsageError
from issue_scaffold.files.bounded import AbsentFileError, read_file
from issue_scaffold.git.folder import is_own, top_level, work_tree_problem
from issue_scaffold.sync.adopted import adopted_files
from issue_scaffold.sync.own_layout import own_layout
from issue_scaffold.template import bundled
from issue_scaffold.template.answers_file import ANSWERS_FILE, COMMIT_ID, parse_answers
from issue_scaffold.template.renderer import Request
from issue_scaffold.template.source_text import TemplateSource, recorded_source
from issue_scaffold.template.sources import SourceReader
from issue_scaffold.template.versions import parse
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.yaml_values import YamlValueError, load_mapping

if TYPE_CHECKING:
    from issue_scaffold.sync.trees import FileTree

_COMMIT_ID: Final = late_pattern(r"[0-9a-f]{40}|[0-9a-f]{64}")


class TargetFolder(NamedTuple):
    """The folder of a target, with symlinks resolved, and the git work tree that it lies in.

    `top` is the root of that work tree, None outside of any; nobody else has to look for it again.
    """

    root: Path
    top: Path | None

    @property
    def work_tree(self) -> Path:
        """The work tree, or outside of any the target itself."""
        return self.top or self.root


class SyncTarget(NamedTuple):
    """An initialised target. `shown` is how the user named it.

    `commit_id` is the commit that `version` was when it was recorded, None when nobody wrote it
    down; `places` are where files of the template lie under another name, by their name in it.
    `layout` is the answer that its own folders give, None where they are to be looked at.
    """

    shown: str
    folder: TargetFolder
    answers_file: str
    answers: Mapping[str, Any]
    source: TemplateSource
    version: str
    commit_id: str | None = None
    places: Mapping[str, str] = MappingProxyType({})
    layout: Mapping[str, str] | None = None

    @property
    def root(self) -> Path:
        """Its folder, with symlinks resolved."""
        return self.folder.root

    def recorded(self, sources: SourceReader) -> Request:
        """Return the request for what the target should hold, by its recorded version and answers.

        Raises what `TemplateVersions.revision` raises.
        """
        layout = self.layout
        if layout is None and self.source.is_bundled:
            layout = own_layout(self.root, self.answers)
        return Request(
            revision=sources.of(self.source).revision(self.version, self.commit_id),
            answers_file=self.answers_file,
            folder_name=self.root.name,
            recorded=self.answers,
            layout=layout or {},
            places=self.places,
        )


def located(root: Path) -> TargetFolder:
    """Return a folder with the git work tree that it lies in."""
    return TargetFolder(root, top_level(root))


class FoundTarget(NamedTuple):
    """Where an initialised target lies, or would, and what messages call it from here."""

    shown: str
    folder: TargetFolder


def find_target(text: str, answers_file: str | None = None) -> FoundTarget:
    """Return the target that a folder is or lies in, as git finds its repository.

    It is the nearest folder, this one or one above, with the answers file; without any, the folder
    itself. Raises what `find_folder` raises, and UsageError in git's own folder or below it.
    """
    folder = find_folder(text)
    name = answers_path(answers_file)
    if os.path.lexists(folder.root / name):
        return FoundTarget(text, folder)
    if problem := work_tree_problem(folder.root):
        raise UsageError(f"{text} {problem}", hint="run this in the folder where the files are")
    above = nearest_target(folder.root, name)
    if above is None:
        return FoundTarget(text, folder)
    # Paths in messages begin with it, and can be opened from here.
    shown = str(above) if Path(text).is_absolute() else os.path.relpath(above)
    return FoundTarget(shown, located(above))


def nearest_target(folder: Path, answers_file: str) -> Path | None:
    """Return the nearest folder, this one or one above, with an answers file; None without any.

    Looked at is up to the root of the repository, to the user's home, to the end of the file
    system; above, what belongs to somebody else isn't taken, as git does it:
    https://git-scm.com/docs/git#Documentation/git.txt-GITDISCOVERYACROSSFILESYSTEM
    """
    home = Path.home()
    last = None
    for place in (folder, *folder.parents):
        try:
            device = place.stat().st_dev
        except OSError:
            continue  # where a file was deleted, its folder may be gone, too
        if last not in {None, device}:
            return None
        last = device
        found = place / answers_file
        if found.is_file():
            return place if place == folder or is_own(found.stat()) else None
        if place == home or os.path.lexists(place / ".git"):
            return None
    return None


def find_folder(text: str) -> TargetFolder:
    """Return a target's folder. Raises UsageError when there is something else, or nothing."""
    if os.path.isdir(text or "."):  # noqa: PTH112 - pathlib takes twice the time
        return located(Path(os.path.realpath(text)))
    path = Path(text)
    if path.exists():
        raise UsageError(
            f"{text} is not a folder", hint="name the folder that holds the repository"
        )
    raise UsageError(f"{text} does not exist", hint="name a folder that scaffold init has set up")


def answers_path(text: str | None) -> str:
    """Return the answers file to use, below the target.

    Raises UsageError for one that would lie outside.
    """
    if text is None:
        return ANSWERS_FILE
    path = os.path.normpath(text)
    is_absolute = os.path.isabs(path)  # noqa: PTH117 - a text, not a place
    if is_absolute or path.startswith("..") or path == ".":
        raise UsageError(
            f"the answers file {text} is not below the target",
            hint="give a path relative to the target",
        )
    return Path(path).as_posix()


def open_target(
    text: str,
    answers_file: str | None = None,
    tree: "FileTree | None" = None,
    *,
    folder: TargetFolder | None = None,
    named: TemplateSource | None = None,
) -> SyncTarget:
    """Open an initialised target, as its work tree has it, or another tree of its files.

    `folder` is where it lies, if that was found before; `named` is a template that the user has
    named for it. Raises UsageError when it isn't one, when its answers file can't be understood, or
    names a template that it may not.
    """
    folder = folder or find_folder(text)
    name = answers_path(answers_file)
    content = _answers_in_git(text, folder, name, tree) if tree else _answers(text, folder, name)
    opened = target_of(text, folder, name, content, named=named)
    return opened if tree else opened._replace(places=adopted_files(folder.root))


def _answers_in_git(text: str, folder: TargetFolder, name: str, tree: "FileTree") -> bytes:
    stored = tree.read(name)
    if stored is not None and stored.link is None:
        return stored.content
    hint = _where_else(folder, text)
    if (folder.root / name).exists():
        hint = f"run: git add {name}"
    raise UsageError(f"{text} is not initialised in git: the commit to be has no {name}", hint=hint)


def _answers(text: str, folder: TargetFolder, name: str) -> bytes:
    try:
        return read_file(name, below=folder.root, shown=_path_as_named(text, name))
    except AbsentFileError as error:
        raise UsageError(
            f"{text} is not initialised: it has no {name}", hint=_where_else(folder, text)
        ) from error


def _path_as_named(text: str, name: str) -> str:
    """Return how messages call a file of a target that the user named `text`."""
    return name if text == "." else f"{text.rstrip('/')}/{name}"


def target_of(
    text: str,
    folder: TargetFolder,
    name: str,
    content: bytes,
    *,
    place: str = "",
    named: TemplateSource | None = None,
) -> SyncTarget:
    """Return the target that the content of an answers file describes.

    `place` stands before the file's name in messages. Raises UsageError when it can't be
    understood.
    """
    shown = place + _path_as_named(text, name)
    try:
        answers = parse_answers(content)
    except YamlValueError as error:
        raise UsageError(
            _with_place(shown, error),
            hint="mend it by hand, or restore it with git; scaffold init makes a new one",
        ) from error
    recorded = _text_in(answers, "_src_path", "template", shown)
    version = _text_in(answers, "_commit", "template version", shown)
    source = recorded_source(
        recorded, work_tree=folder.work_tree, base=folder.root, where=shown, named=named
    )
    if source.is_bundled:
        _refuse_newer(text, version)
    return SyncTarget(
        shown=text,
        folder=folder,
        answers_file=name,
        answers=answers,
        source=source,
        version=version,
        commit_id=None if source.is_bundled else _commit_id(answers, shown),
    )


def _refuse_newer(target: str, version: str) -> None:
    """Raise UsageError for a version of the bundled template that a newer scaffold brings."""
    if version in bundled.versions().tags:
        return
    recorded, newest = parse(version), parse(bundled.versions().latest or "")
    if recorded is None or newest is None or recorded <= newest:
        return
    raise UsageError(
        f"your scaffold is older than this repository: {target} has version {version} of the "
        f"bundled template, and scaffold {__version__} knows it up to {bundled.versions().latest}",
        hint=f"install a scaffold that brings the template's {version} or newer; "
        "scaffold --version says which one it brings, and where yours is from",
    )


def _with_place(shown: str, error: YamlValueError) -> str:
    """Return what is wrong with a file, whose line and column the error may begin with."""
    if error.line:
        return f"{shown}:{error}"
    return f"{shown}: {error}"


def _text_in(answers: Mapping[str, Any], key: str, what: str, shown: str) -> str:
    """Return a text that every answers file has. Raises UsageError when it is missing."""
    value = answers.get(key)
    if isinstance(value, str) and value and "\0" not in value:
        return value
    raise UsageError(
        f"{shown} doesn't say which {what} it came from: {key} is missing or not a text",
        hint="restore the line with git; an unversioned template can't be kept up to date",
    )


def _commit_id(answers: Mapping[str, Any], shown: str) -> str | None:
    """Return the remembered commit. Raises UsageError for what can be none."""
    found = answers.get(COMMIT_ID)
    if found is None or (isinstance(found, str) and _COMMIT_ID.fullmatch(found)):
        return found
    raise UsageError(
        f"{shown} remembers no commit that could be one: {COMMIT_ID} must be 40 or 64 hexadecimal "
        "digits",
        hint="restore the line with git, or remove it; the next update writes it anew",
    )


def read_data_file(path: Path) -> dict[str, Any]:
    """Return the answers in a file that the user named.

    Raises UsageError when it holds none, or isn't read.
    """
    try:
        return load_mapping(read_file(path), what="answers")
    except YamlValueError as error:
        raise UsageError(_with_place(str(path), error)) from error


def _where_else(folder: TargetFolder, text: str) -> str:
    others = sorted(path.name for path in folder.root.glob(".copier-answers*.y*ml"))
    if others:
        return f"to follow the template of {others[0]}, add: -a {others[0]}"
    if folder.work_tree != folder.root and (folder.work_tree / ANSWERS_FILE).is_file():
        return f"the repository's root has one: {folder.work_tree}"
    return "run: scaffold init" if text == "." else f"run: scaffold init {text}"
