"""What git's folders say of themselves, read without starting git."""

import re
from pathlib import Path

from issue_scaffold.adapters.bounded_files import read_file
from issue_scaffold.errors import ScaffoldError

_BARE = re.compile(rb"^[ \t]*bare[ \t]*=[ \t]*(true|yes|on|1)[ \t]*$", re.IGNORECASE | re.MULTILINE)


def work_tree_problem(folder: Path) -> str | None:
    """Return why a folder, there or not yet, can't hold files that git tracks, or None. Starts no process."""
    for place in (folder, *folder.parents):
        dot_git = place / ".git"
        if dot_git.exists():
            return "belongs to a bare repository, which has no working tree" if _is_bare(dot_git) else None
        if (place / "HEAD").is_file() and (place / "objects").is_dir() and (place / "refs").is_dir():
            what = "git's own folder" if place.name == ".git" else "a bare repository"
            return f"{'is' if place == folder else 'lies in'} {what}, which has no working tree"
    return None


def _is_bare(dot_git: Path) -> bool:
    """Return whether a repository's settings say that it has no work tree; a linked one is a work tree all the same."""
    try:
        git_dir = git_dir_of(dot_git)
        if (git_dir / "commondir").exists():
            return False
        return _BARE.search(read_file(git_dir / "config")) is not None
    except (OSError, ScaffoldError):
        return False


def git_dir_of(dot_git: Path) -> Path:
    """Return the folder that `.git` is or, in a linked work tree or a submodule, points to."""
    if not dot_git.is_file():
        return dot_git
    pointer = read_file(dot_git).decode(errors="replace").removeprefix("gitdir:").strip()
    return dot_git if "\0" in pointer else (dot_git.parent / pointer).resolve()
