"""A template version's files, written where they are rendered from.

Owns what a template's tree may hold.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from issue_scaffold.errors import TemplateError, UnsupportedTemplateError
from issue_scaffold.git import command as git
from issue_scaffold.git.environment import sealed_environment

MAX_FILES: Final = 50_000
MAX_BYTES: Final = 512 * 1024**2
_SUBMODULE: Final = 0o160000
# Line ends are those that the template's `.gitattributes` name, on every machine.
_SETTINGS: Final = ("-c", "core.autocrlf=false", "-c", "core.eol=lf", "-c", "core.bare=false")


class _Entry(NamedTuple):
    path: str
    mode: int
    size: int


def write_template(mirror: Path, commit: str, folder: Path, source: str) -> Mapping[str, int]:
    """Write a commit's files into an empty folder; return git's mode of each path.

    No `.git` is among them.

    `source` names the template in errors. Raises TemplateError for a tree that is too big or that
    git refuses to write, UnsupportedTemplateError for one with submodules, which are other
    repositories that nobody named.
    """
    try:
        entries = list(_entries(mirror, commit))
        _refuse_submodules(entries, source)
        if len(entries) > MAX_FILES or sum(entry.size for entry in entries) > MAX_BYTES:
            most = f"{MAX_FILES:,} files or {MAX_BYTES // 1024**2} MiB"
            raise TemplateError(f"the template {source} has more than {most}")
        _write(mirror, commit, folder)
    except git.GitError as error:
        raise TemplateError(
            f"the template {source} can't be read: {error.message}", hint=error.hint
        ) from error
    return {entry.path: entry.mode for entry in entries}


def refuse_submodules(mirror: Path, commit: str, source: str) -> None:
    """Raise UnsupportedTemplateError for a commit with submodules, GitError when git fails.

    To compare a work tree with such a commit, git starts another git in the submodule, with the
    submodule's settings.
    """
    _refuse_submodules(_entries(mirror, commit), source)


def _refuse_submodules(entries: Iterable[_Entry], source: str) -> None:
    submodule = next((entry.path for entry in entries if entry.mode == _SUBMODULE), None)
    if submodule is not None:
        raise UnsupportedTemplateError(
            f"the template {source} has a git submodule, {submodule}, which scaffold never fetches",
            hint="put the submodule's files in the template itself",
        )


def _entries(mirror: Path, commit: str) -> Iterator[_Entry]:
    said = git.run(["--git-dir", str(mirror), "ls-tree", "-r", "-l", "-z", "--full-tree", commit])
    for line in said.split(b"\0")[:-1]:
        facts, _, path = line.partition(b"\t")
        mode, _, _, size = facts.split()
        yield _Entry(
            path=path.decode(errors="surrogateescape"),
            mode=int(mode, 8),
            size=int(size) if size.isdigit() else 0,
        )


def _write(mirror: Path, commit: str, folder: Path) -> None:
    # The index is a file beside the folder, so that the mirror stays as it is.
    environment = sealed_environment() | {
        "GIT_INDEX_FILE": str(folder.with_name(f"{folder.name}.index"))
    }
    where = ["--git-dir", str(mirror), "--work-tree", str(folder)]
    git.run([*_SETTINGS, *where, "read-tree", "-u", "--reset", commit], cwd=folder, env=environment)
