"""Where the journals of runs that write are kept: never where a repository could supply them.

Best is git's own folder of the target's work tree, which no clone and no commit can fill; else the
user's state folder; else one of the user's own in the system's temporary folder. A place is only
believed when it is the user's.
"""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from issue_scaffold.files.folders import Folder, open_root
from issue_scaffold.git.folder import WorkTree, find_work_tree, is_own, trusted_git_folder
from issue_scaffold.state.cache_store import digest_of
from issue_scaffold.state.user_folders import state_folder
from issue_scaffold.text.late_patterns import late_pattern

_KEY_LETTERS: Final = 32
# A finished run is called by the time of its end, in nanoseconds.
RUN_NUMBER: Final = late_pattern(r"[0-9]{20}")


class UsersPlaces(NamedTuple):
    """The folders of the user's own in which journals lie, as texts: of the state, and temporary.

    Whoever looks at thousands of targets asks for them once.
    """

    state: str
    temporary: str

    def journals(self, root: str, tree: WorkTree | None, purpose: str) -> Iterator[str]:
        """Yield where a journal may lie, before anybody asks whether that is to be believed.

        `tree` is the work tree that the root lies in.
        """
        if tree is not None:
            below = "."
            if root != str(tree.top):
                below = Path(root).relative_to(tree.top).as_posix()
            key = digest_of(below, purpose)[:_KEY_LETTERS]
            yield f"{tree.git_folder}/scaffold-{key}"
        key = digest_of(root, purpose)[:_KEY_LETTERS]
        yield f"{self.state}/targets/{key}"
        yield f"{self.temporary}/{key}"


def users_places() -> UsersPlaces:
    """Return the user's places. Raises what `state_folder` raises."""
    return UsersPlaces(str(state_folder()), str(_temporary()))


class JournalPlace(NamedTuple):
    """Where the journal of a run lies while it writes, and the folder of those that have ended."""

    journal: Path
    runs: Path


def find_journals(root: Path, purpose: str) -> list[Path]:
    """Return the folders in which an earlier run on a root has left something, by purpose."""
    # Nearly always nothing is there, and this takes a tenth of the time.
    candidates = users_places().journals(str(root), find_work_tree(root), purpose)
    if not any(map(os.path.lexists, candidates)):
        return []
    places = [place.journal for place in _places(root, purpose)]
    return [place for place in places if _is_own_folder(place)]


def find_runs(root: Path) -> list[Path]:
    """Return the folders of the runs on a root that have ended, the last one first."""
    found: list[Path] = []
    for place in _places(root, ""):
        found += runs_in(place.runs)
    return sorted(found, key=lambda run: run.name, reverse=True)


def runs_in(folder: Path) -> list[Path]:
    """Return the runs that a folder holds, the last one first; none if it isn't the user's own."""
    if not _is_own_folder(folder):
        return []
    names = sorted(filter(RUN_NUMBER.fullmatch, os.listdir(folder)), reverse=True)  # noqa: PTH208
    return [folder / name for name in names if _is_own_folder(folder / name)]


def make_runs_folder(root: Path, journal: Path) -> Path:
    """Return the folder that a journal goes to when its run has ended. Raises OSError."""
    folder = next(place.runs for place in _places(root, "") if place.journal == journal)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_own_folder(folder):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    return folder


def make_journal_folder(root: Path, purpose: str) -> Path:
    """Make and return an empty folder for a journal.

    Raises OSError when there is no place for it.
    """
    failure: OSError | None = None
    for place, _ in _places(root, purpose):
        try:
            if not _prepare(place.parent):
                continue
            place.mkdir(mode=0o700)
        except OSError as error:
            failure = failure or error
        else:
            return place
    raise failure or PermissionError(13, "no folder of your own to keep the journal in", str(root))


def open_journal_folder(place: Path) -> Folder:
    """Open a journal's folder. Raises OSError."""
    return open_root(place)


def _places(root: Path, purpose: str) -> Iterator[JournalPlace]:
    tree = find_work_tree(root)
    if tree is not None and trusted_git_folder(tree):
        key = digest_of(root.relative_to(tree.top).as_posix(), purpose)[:_KEY_LETTERS]
        folder = tree.git_folder
        yield JournalPlace(folder / f"scaffold-{key}", folder / f"issue-scaffold-runs-{key}")
    key = digest_of(str(root), purpose)[:_KEY_LETTERS]
    yield JournalPlace(state_folder() / "targets" / key, state_folder() / "runs" / key)
    yield JournalPlace(_temporary() / key, _temporary() / f"runs-{key}")


def _temporary() -> Path:
    user = os.geteuid() if hasattr(os, "geteuid") else 0
    return _temporary_folder() / f"issue-scaffold-state-{user}"


def _temporary_folder() -> Path:
    # As `tempfile.gettempdir`, whose module takes longer to load than a whole check may.
    for name in ("TMPDIR", "TEMP", "TMP"):
        folder = os.environ.get(name)
        if folder and os.path.isdir(folder):  # noqa: PTH112 - a text from the environment
            return Path(folder).absolute()
    if os.name == "nt":
        import tempfile

        return Path(tempfile.gettempdir())
    # What is made there is the user's own, and looked at before it is believed.
    return Path("/tmp")  # noqa: S108


def _prepare(parent: Path) -> bool:
    """Make the folder that journals are made in; return whether it may be used."""
    if parent == _temporary():
        # Anybody can make a folder there: it must be the user's, and closed to others.
        parent.mkdir(mode=0o700, exist_ok=True)
        return _is_own_folder(parent) and (os.name == "nt" or not parent.lstat().st_mode & 0o022)
    if not parent.exists() and not os.environ.get("SCAFFOLD_CACHE_DIR"):
        # With another user's home folder (`sudo -E`) nothing is made in it, which they could not
        # write to any more.
        above = next(place for place in parent.parents if place.exists())
        if not is_own(above.stat()):
            return False
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return True


def _is_own_folder(place: Path) -> bool:
    try:
        state = place.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(state.st_mode) and is_own(state)
