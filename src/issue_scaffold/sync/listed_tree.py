"""The files of a commit that a host has listed: their names, modes and ids, and few contents.

An id says what a file holds where somebody has had that content before: that of a rendering, say.
What else is needed is named by an error, never guessed. Nothing is read here, from nowhere.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from issue_scaffold.files.rendering import File, Rendering
from issue_scaffold.forge.layout import (
    FOLDERS,
    FORGE_FOLDERS,
    SETTINGS_PATHS,
    is_security_policy,
    is_wanted,
)
from issue_scaffold.forge.source_files import NOT_WALKED, RepositoryFiles, is_taken, walked_depth
from issue_scaffold.sync.tracking import blob_id
from issue_scaffold.sync.trees import Detour
from issue_scaffold.text.limits import MAX_BYTES
from issue_scaffold.writing.pending import OLD_FOLDER

_FOLDER: Final = "040000"
_LINK: Final = "120000"
_PLAIN: Final = frozenset({"100644", "100664", "100755"})
_SHA1_DIGITS: Final = 40
# Of a run over many repositories that have much of their own.
_MOST_BYTES: Final = 32 * 1024 * 1024
# Whose folders say where a repository keeps its templates.
_FORGE_LEADS: Final = tuple(f"{folder}/" for folder in FORGE_FOLDERS)

_is_wanted = lru_cache(maxsize=65536)(is_wanted)


class UnknownContentError(Exception):
    """More has to be known of a commit's files.

    `oids` are the contents that are missing, by path; without any, the listing doesn't tell.
    """

    def __init__(self, why: str, oids: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.oids = oids or {}


class ListedEntry(NamedTuple):
    """An entry of a listing: git's mode and object id.

    One with the mode of a folder is a folder of which nothing else is listed.
    """

    mode: str
    oid: str


class KnownContents:
    """Contents by git's ids of them; one for a run, which forgets them when they are too many."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}
        self._bytes = 0
        self._renderings: set[tuple[str, int]] = set()

    def add(self, oid: str, content: bytes) -> bool:
        """Know a content, if it is the one that the id names; return whether it is."""
        if oid not in self._contents:
            if len(content) > MAX_BYTES or blob_id(content, len(oid)) != oid:
                return False
            self._contents[oid] = content
            self._bytes += len(content)
        return True

    def forget_many(self) -> bool:
        """Forget all of them where they have become many; return whether that was so."""
        if self._bytes <= _MOST_BYTES:
            return False
        self._contents.clear()
        self._renderings.clear()
        self._bytes = 0
        return True

    def add_rendering(self, rendering: Rendering, digits: int) -> None:
        """Know what a rendering holds; ids have so many digits."""
        for file in rendering.files.values():
            seen = (file.digest, digits)
            if seen not in self._renderings:
                content = file.content
                if file.link is not None:
                    content = file.link.encode()
                self._contents[blob_id(content, digits)] = content
                self._renderings.add(seen)

    def get(self, oid: str) -> bytes | None:
        """Return a content, None where nobody has had it."""
        return self._contents.get(oid)


class ListedTree:
    """The files of a commit as `FileTree` has them; raises UnknownContentError where it can't."""

    def __init__(self, entries: Mapping[str, ListedEntry], contents: KnownContents) -> None:
        """`entries` are all that there is, but for what is below folders among them."""
        self._entries = entries
        self._contents = contents

    def know(self, rendering: Rendering) -> None:
        """Know the contents of a rendering."""
        first = next(iter(self._entries.values()), None)
        digits = _SHA1_DIGITS
        if first is not None:
            digits = len(first.oid)
        self._contents.add_rendering(rendering, digits)

    def state(self, managed: Iterable[str]) -> tuple[tuple[str, ListedEntry | None], ...]:
        """Return all that a check of these paths can depend on: the same, so is the outcome."""
        looked_at = [
            (path, entry)
            for path, entry in self._entries.items()
            if is_looked_at(path, entry.mode) or path.startswith(_FORGE_LEADS)
        ]
        ways = {way for path in managed for way in (*_folders_above(path), path)}
        return (*sorted(looked_at), *((way, self._entries.get(way)) for way in sorted(ways)))

    def oid(self, path: str) -> str | None:
        """Return the id of a file's content, None where no plain file is listed."""
        entry = self._entries.get(path)
        if entry is None or entry.mode not in _PLAIN:
            return None
        return entry.oid

    def exists(self, path: str) -> bool:
        """Tell whether something is at a path. Raises UnknownContentError."""
        if path in self._entries:
            return True
        self._require_absence(path)
        return False

    def read(self, path: str) -> File | None:
        """Return a file, or None when there is none. Raises UnknownContentError."""
        entry = self._entries.get(path)
        if entry is None:
            self._require_absence(path)
            return None
        if entry.mode not in _PLAIN and entry.mode != _LINK:
            raise UnknownContentError(f"{path} is no file")
        content = self._contents.get(entry.oid)
        if content is None:
            raise UnknownContentError(path, {path: entry.oid})
        if entry.mode == _LINK:
            return File(link=os.fsdecode(content))
        return File(content=content, executable=bool(int(entry.mode, 8) & stat.S_IXUSR))

    def detour(self, path: str) -> Detour | None:
        """Return the outermost link on the way to a path, None where all are folders."""
        for folder in _folders_above(path):
            entry = self._entries.get(folder)
            if entry is not None and entry.mode == _LINK:
                return Detour(folder, is_symlink=True)
        return None

    def load(self, paths: Iterable[str]) -> None:
        """Raise UnknownContentError with all of these that are missing, so that they come at once.

        What is no file is for `read` to say.
        """
        self._require({path: self._entries[path] for path in paths if path in self._entries})

    def validated(self) -> RepositoryFiles:
        """Return the contents of all files that the validator looks at."""
        self._require_plain_listing()
        walked = {
            path: entry
            for path, entry in sorted(self._entries.items())
            if is_looked_at(path, entry.mode)
        }
        self._require(
            {path: entry for path, entry in walked.items() if not is_security_policy(path)}
        )
        contents = {path: self._contents.get(entry.oid) or b"" for path, entry in walked.items()}
        taken = {path: content for path, content in contents.items() if is_taken(path, content)}
        return RepositoryFiles(taken, {})

    def _require_plain_listing(self) -> None:
        """Raise UnknownContentError where the validator would meet more than plain files."""
        for path, entry in self._entries.items():
            if path.split("/", 1)[0] == OLD_FOLDER:
                raise UnknownContentError(f"{OLD_FOLDER} is to be told of")
            if entry.mode not in _PLAIN and is_looked_at(path, entry.mode):
                raise UnknownContentError(f"{path} is no file")
        for path in SETTINGS_PATHS:
            if b"labels_config" in (self._content(path) or b""):
                raise UnknownContentError("another file is a labels config")

    def require_unignored(self, missing: Iterable[str]) -> None:
        """Raise UnknownContentError where git may keep one of these out: rules need git."""
        for path in missing:
            for folder in ("", *_folders_above(path)):
                if f"{folder}/.gitignore".removeprefix("/") in self._entries:
                    raise UnknownContentError(f"{path} may be ignored")

    def folders_in(self, parent: str) -> list[str]:
        """Return the names of the folders in a folder, sorted."""
        self._require_absence(f"{parent}/")
        prefix = f"{parent}/"
        names = set()
        for path, entry in self._entries.items():
            if path.startswith(prefix):
                name, slash, _ = path.removeprefix(prefix).partition("/")
                if not slash and entry.mode == _LINK:
                    raise UnknownContentError(f"{path} may lead to a folder")
                if slash or entry.mode == _FOLDER:
                    names.add(name)
        return sorted(names)

    def _content(self, path: str) -> bytes | None:
        file = self.read(path)
        return None if file is None else file.content

    def _require(self, entries: Mapping[str, ListedEntry]) -> None:
        missing = {
            path: entry.oid
            for path, entry in entries.items()
            if entry.mode in _PLAIN and self._contents.get(entry.oid) is None
        }
        if missing:
            raise UnknownContentError("contents are missing", missing)

    def _require_absence(self, path: str) -> None:
        """Raise UnknownContentError where it isn't known that nothing is at a path."""
        for folder in _folders_above(path):
            entry = self._entries.get(folder)
            if entry is not None:
                raise UnknownContentError(f"what is below {folder} is not listed")
        if any(other.startswith(f"{path}/") for other in self._entries):
            raise UnknownContentError(f"{path} is a folder")


def is_looked_at(path: str, mode: str) -> bool:
    """Tell whether a check looks at an entry that no template has to do with.

    It looks at what the validator takes, and at folders that it would enter.
    """
    above = _depth(path.rpartition("/")[0])
    if mode in _PLAIN:
        return above != NOT_WALKED and _is_wanted(path)
    if mode == _FOLDER:
        return _depth(path) != NOT_WALKED
    if mode == _LINK:
        return path in FOLDERS or (above != NOT_WALKED and _is_wanted(path))
    return False


@lru_cache(maxsize=65536)
def _depth(folder: str) -> int:
    """Return how deep the walk over a repository is in a folder, NOT_WALKED where it isn't."""
    depth = 0
    for place in _folders_above(f"{folder}/" if folder else ""):
        found = walked_depth(place, depth)
        if found is None:
            return NOT_WALKED
        depth = found
    return depth


def _folders_above(path: str) -> Iterator[str]:
    at = path.find("/")
    while at > 0:
        yield path[:at]
        at = path.find("/", at + 1)
