"""A target: the folder, its answers file, and the template that it follows."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from issue_scaffold.errors import UsageError
from issue_scaffold.files.bounded import AbsentFileError, read_file, read_if_there
from issue_scaffold.forge.layout import SETTINGS_PATH
from issue_scaffold.git.folder import top_level
from issue_scaffold.template.answers_file import ANSWERS_FILE, COMMIT_ID, parse_answers
from issue_scaffold.template.renderer import Request
from issue_scaffold.template.source_text import Source, recorded_source
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.yaml_values import YamlValueError, load_mapping

if TYPE_CHECKING:
    from issue_scaffold.settings.file import Accepted
    from issue_scaffold.sync.trees import FileTree

_COMMIT_ID: Final = late_pattern(r"[0-9a-f]{40}|[0-9a-f]{64}")


class SyncTarget(NamedTuple):
    """An initialised target. `shown` is how the user named it, `root` its folder with symlinks resolved.

    `commit_id` is the commit that `version` was when it was recorded, None when nobody wrote it down.
    """

    shown: str
    root: Path
    answers_file: str
    answers: Mapping[str, Any]
    source: Source
    version: str
    commit_id: str | None = None

    @property
    def recorded(self) -> Request:
        """The request for what the target should hold: the recorded version with the recorded answers."""
        return Request(
            source=self.source,
            version=self.version,
            answers_file=self.answers_file,
            folder_name=self.root.name,
            recorded=self.answers,
            commit=self.commit_id,
        )


def resolve_folder(text: str) -> Path:
    """Return a target's folder. Raises UsageError when there is something else, or nothing."""
    path = Path(text)
    if path.is_dir():
        return path.resolve()
    if path.exists():
        raise UsageError(
            f"{text} is not a folder", hint="name the folder that holds the repository"
        )
    raise UsageError(f"{text} does not exist", hint="name a folder that scaffold init has set up")


def answers_path(text: str | None) -> str:
    """Return the answers file to use, below the target. Raises UsageError for one that would lie outside."""
    if text is None:
        return ANSWERS_FILE
    path = os.path.normpath(text)
    if os.path.isabs(path) or path.startswith("..") or path == ".":  # noqa: PTH117 - a text, not a place
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
    named: Source | None = None,
) -> SyncTarget:
    """Open an initialised target, as its work tree has it, or another tree of its files.

    `named` is a template that the user has named for it. Raises UsageError when it isn't one, when its answers file
    can't be understood, or names a template that it may not.
    """
    root = resolve_folder(text)
    name = answers_path(answers_file)
    if tree is not None:
        stored = tree.read(name)
        if stored is None or stored.link is not None:
            raise UsageError(
                f"{text} is not initialised in git: the commit to be has no {name}",
                hint=f"run: git add {name}" if (root / name).exists() else _where_else(root, text),
            )
        return target_of(text, root, name, stored.content, named=named)
    try:
        content = read_file(
            name, below=root, shown=name if text == "." else f"{text.rstrip('/')}/{name}"
        )
    except AbsentFileError as error:
        raise UsageError(
            f"{text} is not initialised: it has no {name}", hint=_where_else(root, text)
        ) from error
    return target_of(text, root, name, content, named=named)


def target_of(
    text: str,
    root: Path,
    name: str,
    content: bytes,
    *,
    place: str = "",
    named: Source | None = None,
) -> SyncTarget:
    """Return the target that the content of an answers file describes; `place` stands before its name in messages.

    Raises UsageError when it can't be understood.
    """
    shown = place + (name if text == "." else f"{text.rstrip('/')}/{name}")
    try:
        answers = parse_answers(content)
    except YamlValueError as error:
        raise UsageError(
            f"{shown}:{'' if error.line else ' '}{error}",
            hint="mend it by hand, or restore it with git; scaffold init makes a new one",
        ) from error
    for key in ("_src_path", "_commit"):
        if not isinstance(answers.get(key), str) or not answers[key] or "\0" in answers[key]:
            what = "template" if key == "_src_path" else "template version"
            raise UsageError(
                f"{shown} doesn't say which {what} it came from: {key} is missing or not a text",
                hint="restore the line with git; an unversioned template can't be kept up to date",
            )
    source = recorded_source(
        answers["_src_path"], work_tree=work_tree_of(root), base=root, where=shown, named=named
    )
    return SyncTarget(
        shown=text,
        root=root,
        answers_file=name,
        answers=answers,
        source=source,
        version=answers["_commit"],
        commit_id=None if source.is_bundled else _commit_id(answers, shown),
    )


def work_tree_of(root: Path) -> Path:
    """Return the work tree that a target lies in, or the target itself outside of any."""
    return top_level(root) or root


def _commit_id(answers: Mapping[str, Any], shown: str) -> str | None:
    """Return the remembered commit. Raises UsageError for what can be none."""
    found = answers.get(COMMIT_ID)
    if found is None or (isinstance(found, str) and _COMMIT_ID.fullmatch(found)):
        return found
    raise UsageError(
        f"{shown} remembers no commit that could be one: {COMMIT_ID} must be 40 or 64 hexadecimal digits",
        hint="restore the line with git, or remove it; the next update writes it anew",
    )


def read_data_file(path: Path) -> dict[str, Any]:
    """Return the answers in a file that the user named. Raises UsageError when it holds none, or isn't read."""
    try:
        return load_mapping(read_file(path), what="answers")
    except YamlValueError as error:
        raise UsageError(f"{path}:{'' if error.line else ' '}{error}") from error


def accepted_deviations(root: Path) -> "dict[str, Accepted]":
    """Return the accepted deviations of a target by path. Raises UsageError for a settings file with a mistake."""
    content = read_if_there(SETTINGS_PATH, below=root, shown=SETTINGS_PATH)
    if content is None:
        return {}
    return accepted_in(content)


def accepted_in(content: bytes) -> "dict[str, Accepted]":
    """Return the accepted deviations in the content of a settings file by path, empty for none.

    Raises UsageError for a mistake in it.
    """
    if not content:
        return {}
    from issue_scaffold.settings.file import parse_settings

    return {entry.path: entry for entry in parse_settings(content).accepted}


def _where_else(root: Path, text: str) -> str:
    others = sorted(path.name for path in root.glob(".copier-answers*.y*ml"))
    if others:
        return f"to follow the template of {others[0]}, add: -a {others[0]}"

    above = top_level(root)
    if above is not None and above != root and (above / ANSWERS_FILE).is_file():
        return f"the repository's root has one: {above}"
    return f"run: scaffold init{'' if text == '.' else f' {text}'}"
