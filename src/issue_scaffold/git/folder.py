"""Where git keeps the data of a work tree, found by looking: no process is started."""

import os
import re
import stat
from pathlib import Path
from typing import Final, NamedTuple

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.bounded import read_file
from issue_scaffold.files.folders import open_root
from issue_scaffold.files.names import is_git_folder
from issue_scaffold.text.late_patterns import late_pattern

_BARE: Final = late_pattern(
    rb"^[ \t]*bare[ \t]*=[ \t]*(true|yes|on|1)[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_SECTION: Final = late_pattern(r"[ \t]*\[(?:remote[ \t]+\"(?P<remote>[^\"\n]+)\")?")
_URL: Final = late_pattern(r"[ \t]*url[ \t]*=[ \t]*\"?(?P<url>[^\"\s]+)", re.IGNORECASE)
# A pointer to another folder is one line.
_MAX_POINTER_BYTES: Final = 8192
_MAX_CONFIG_BYTES: Final = 1 << 20


class WorkTree(NamedTuple):
    """A work tree: its root, and the folder that holds git's data for it.

    Nothing says that the two belong together.
    """

    top: Path
    git_folder: Path


def top_level(folder: Path) -> Path | None:
    """Return the root of the work tree that a folder lies in; None outside of any."""
    place = os.path.abspath(folder)  # noqa: PTH100 - pathlib takes twice the time
    while not os.path.exists(os.path.join(place, ".git")):  # noqa: PTH110, PTH118
        place, below = os.path.dirname(place), place  # noqa: PTH120
        if place == below:
            return None
    return Path(place)


def find_work_tree(folder: Path) -> WorkTree | None:
    """Return the work tree that a folder, which may not exist yet, lies in; None outside of any."""
    place = os.fspath(folder)
    while True:
        try:
            state = os.lstat(os.path.join(place, ".git"))  # noqa: PTH118 - as in `top_level`
        except OSError:
            place, below = os.path.dirname(place), place  # noqa: PTH120
            if place == below:
                return None
            continue
        top = Path(place)
        pointer = top / ".git"
        if stat.S_ISREG(state.st_mode):
            aim = _first_line(pointer, _MAX_POINTER_BYTES).removeprefix("gitdir:").strip()
            return WorkTree(top, Path(os.path.realpath(top / aim)))
        return WorkTree(top, pointer)


def remote_urls(top: Path) -> dict[str, str]:
    """Return the addresses of a repository's remotes by name, as its own configuration has them.

    None of what that includes, and nothing that rewrites them: who talks to them asks git.
    """
    try:
        git_dir = git_dir_of(top / ".git")
        common = git_dir / _first_line(git_dir / "commondir", _MAX_POINTER_BYTES).strip()
        text = read_file(common / "config").decode("utf-8", "replace")
    except (OSError, ScaffoldError):
        return {}
    urls: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        section = _SECTION.match(line)
        if section is not None:
            name = section["remote"] or ""
        found = _URL.match(line)
        if name and found is not None:
            urls.setdefault(name, found["url"])
    return urls


def trusted_git_folder(tree: WorkTree) -> bool:
    """Return whether the git folder is the user's own, and the one of this work tree.

    It is a real folder in the tree, or one that points back at the tree: a linked work tree's, or a
    submodule's.
    """
    try:
        state = tree.git_folder.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(state.st_mode) or not is_own(state) or not holds_git(tree.git_folder):
        return False
    if tree.git_folder == tree.top / ".git":
        return True
    return os.path.realpath(tree.top) in {
        *_linked_tree(tree.git_folder),
        *_submodule(tree.git_folder),
    }


def is_own(state: os.stat_result) -> bool:
    """Return whether a file belongs to the user of this process.

    Everything does where there are no users.
    """
    return not hasattr(os, "geteuid") or state.st_uid == os.geteuid()


def enclosing_git_folder(folder: Path) -> Path | None:
    """Return git's own folder (a bare repository, or `.git`) that a folder is or lies in.

    None elsewhere.
    """
    for place in (folder, *folder.parents):
        is_top = os.path.lexists(os.path.join(place, ".git"))  # noqa: PTH118 - as in `top_level`
        if is_git_folder(place.name) or (not is_top and holds_git(place)):
            return place
        if is_top:
            return None
    return None


def index_lock(folder: Path) -> Path | None:
    """Return git's lock on the index of a folder's work tree, if another git holds it."""
    tree = find_work_tree(folder)
    if tree is None:
        return None
    lock = tree.git_folder / "index.lock"
    return lock if lock.exists() else None


def holds_git(place: Path) -> bool:
    """Return whether a folder is one in which git keeps its data."""
    # Nearly none is, and this tells it without opening the folder.
    if not os.path.lexists(os.path.join(place, "HEAD")):  # noqa: PTH118 - as in `top_level`
        return False
    try:
        with open_root(place) as folder:
            return folder.is_git_folder()
    except OSError:
        return False


def _linked_tree(git_folder: Path) -> list[str]:
    """Return the work tree that a folder below `.git/worktrees` is for."""
    pointer = _first_line(git_folder / "gitdir", _MAX_POINTER_BYTES).strip()
    if not pointer:
        return []
    return [os.path.dirname(os.path.realpath(git_folder / pointer))]  # noqa: PTH120


def _submodule(git_folder: Path) -> list[str]:
    """Return the work trees that a git folder's configuration names.

    A submodule's names its own.
    """
    try:
        with (git_folder / "config").open("rb") as file:
            config = file.read(_MAX_CONFIG_BYTES).decode("utf-8", "replace")
    except OSError:
        return []
    named = re.findall(r"^[ \t]*worktree[ \t]*=[ \t]*([^\r\n]+?)[ \t]*$", config, re.MULTILINE)
    return [os.path.realpath(git_folder / name) for name in named]


def _first_line(place: Path, limit: int) -> str:
    try:
        if not stat.S_ISREG(place.lstat().st_mode):
            return ""
        with place.open("rb") as file:
            return file.read(limit).decode("utf-8", "replace").partition("\n")[0]
    except OSError:
        return ""


def work_tree_problem(folder: Path) -> str | None:
    """Return why a folder, there or not yet, can't hold files that git tracks, or None.

    Starts no process.
    """
    for place in (folder, *folder.parents):
        dot_git = place / ".git"
        if dot_git.exists():
            if _is_bare(dot_git):
                return "belongs to a bare repository, which has no working tree"
            return None
        if (
            (place / "HEAD").is_file()
            and (place / "objects").is_dir()
            and (place / "refs").is_dir()
        ):
            what = "git's own folder" if place.name == ".git" else "a bare repository"
            return f"{'is' if place == folder else 'lies in'} {what}, which has no working tree"
    return None


def _is_bare(dot_git: Path) -> bool:
    """Return whether a repository's settings say that it has no work tree.

    A linked one is a work tree all the same.
    """
    try:
        git_dir = git_dir_of(dot_git)
        if (git_dir / "commondir").exists():
            return False
        return _BARE.search(read_file(git_dir / "config")) is not None
    except (OSError, ScaffoldError):
        return False


def pipe_or_device(folder: Path) -> Path | None:
    """Return a file that git opens first in the repository around a folder, but mustn't.

    No clone brings such a file; an unpacked archive can.
    """
    top = top_level(folder)
    if top is None:
        return None
    git_dir = git_dir_of(top / ".git")
    for name in (
        "HEAD",
        "config",
        "config.worktree",
        "commondir",
        "index",
        "packed-refs",
        "info/exclude",
    ):
        try:
            mode = (git_dir / name).stat().st_mode
        except OSError:
            continue
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            return git_dir / name
    return None


def git_dir_of(dot_git: Path) -> Path:
    """Return the folder that `.git` is or, in a linked work tree or a submodule, points to."""
    if not dot_git.is_file():
        return dot_git
    pointer = read_file(dot_git).decode(errors="replace").removeprefix("gitdir:").strip()
    if "\0" in pointer:
        return dot_git
    return (dot_git.parent / pointer).resolve()
