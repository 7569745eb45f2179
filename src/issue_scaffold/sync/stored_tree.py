"""Files as git has them, in the index or in a revision, read without a work tree.

Owns the listing and the blobs; what the files mean is for others. Paths are relative to the folder
that is asked for, which may lie below the repository's root.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.files.rendering import File
from issue_scaffold.forge.file_kind import leads_to_template
from issue_scaffold.forge.layout import is_page, is_walked
from issue_scaffold.forge.source_files import RepositoryFiles, is_taken, wants_pages
from issue_scaffold.git import command as git
from issue_scaffold.git.folder import top_level
from issue_scaffold.sync.trees import Detour

_LINK = 0o120000
_SUBMODULE = 0o160000


class StoredFile(NamedTuple):
    """One file of a listing: its mode as git writes it, and its blob."""

    mode: int
    blob: str


class StoredTree:
    """The files of an index or of a revision. Blobs are read when they are asked for."""

    def __init__(
        self,
        folder: Path,
        entries: Mapping[str, StoredFile],
        unmerged: frozenset[str],
        max_bytes: int,
    ) -> None:
        """`folder` is where git is run.

        `unmerged` are the paths that have stages instead of one content.
        """
        self._folder = folder
        self._entries = dict(entries)
        self._files: dict[str, File] = {}
        self._max_bytes = max_bytes
        self.unmerged = unmerged

    def __contains__(self, path: str) -> bool:
        """Whether there is a file at that path."""
        return path in self._entries

    def paths(self) -> list[str]:
        """Return the paths of all files, sorted; submodules are none."""
        return sorted(self._entries)

    def blob(self, path: str) -> str:
        """Return git's id of a file's content. Raises KeyError when there is no such file."""
        return self._entries[path].blob

    def read(self, path: str) -> File | None:
        """Return a file, or None when there is none.

        Raises ScaffoldError for one that is too large.
        """
        self.load([path])
        return self._files.get(path)

    def detour(self, path: str) -> Detour | None:
        """Return the folder on the way to a path that is a symlink in git.

        None when all are folders.

        Of a submodule git has no files, so those that are behind one are not there.
        """
        folder, slash, _ = path.rpartition("/")
        while slash:
            entry = self._entries.get(folder)
            if entry is not None and stat.S_IFMT(entry.mode) == _LINK:
                return Detour(folder, is_symlink=True)
            folder, slash, _ = folder.rpartition("/")
        return None

    def validated(self) -> RepositoryFiles:
        """Return the contents of all files that the validator looks at. Raises as `load` does."""
        found = self._matching(is_walked, is_taken)
        if wants_pages(found):
            found |= self._matching(is_page, leads_to_template)
        return RepositoryFiles(found, {})

    def _matching(
        self, is_wanted: Callable[[str], bool], is_kept: Callable[[str, bytes], bool]
    ) -> dict[str, bytes]:
        """Return the contents of files that are wanted by their path and kept by their content."""
        wanted = [path for path in self.paths() if is_wanted(path)]
        self.load(wanted)
        files = {path: self._files[path] for path in wanted}
        contents = {path: file.content for path, file in files.items() if file.link is None}
        return {path: content for path, content in contents.items() if is_kept(path, content)}

    def load(self, paths: Iterable[str]) -> None:
        """Read files at once that will be asked for.

        Raises ScaffoldError as `read` does, and GitError.
        """
        wanted = [path for path in paths if path in self._entries and path not in self._files]
        if not wanted:
            return
        blobs = [self._entries[path].blob for path in wanted]
        for path, size in zip(wanted, _sizes(self._folder, blobs), strict=True):
            if size > self._max_bytes:
                raise ScaffoldError(
                    f"{path} is too large in git: {size:,} bytes; expected at most "
                    f"{self._max_bytes:,}"
                )
        for path, content in zip(wanted, _contents(self._folder, blobs), strict=True):
            mode = self._entries[path].mode
            if stat.S_IFMT(mode) == _LINK:
                self._files[path] = File(link=os.fsdecode(content))
            else:
                self._files[path] = File(content=content, executable=bool(mode & stat.S_IXUSR))


def index_tree(folder: Path, *, max_bytes: int) -> StoredTree:
    """Return the files below a folder as they would be committed now. Raises GitError.

    In a hook of `git commit PATH` that is another index than `.git/index`; git names it in
    `GIT_INDEX_FILE`.
    """
    listed = git.run_in_work_tree(
        folder, ["ls-files", "--stage", "-z"], index_file=_hooks_index(folder)
    )
    entries: dict[str, StoredFile] = {}
    unmerged: set[str] = set()
    for line in _records(listed):
        fields, path = line
        mode, blob, stage = fields.split(" ")
        if stage != "0":
            unmerged.add(path)
        elif int(mode, 8) != _SUBMODULE:
            entries[path] = StoredFile(int(mode, 8), blob)
    return StoredTree(folder, entries, frozenset(unmerged), max_bytes)


def skipped_tree(folder: Path, *, max_bytes: int) -> StoredTree:
    """Return the files below a folder that git has, and that aren't checked out on purpose.

    Raises GitError.
    """
    listed = git.run_in_work_tree(folder, ["ls-files", "-t", "--stage", "-z"])
    entries: dict[str, StoredFile] = {}
    for fields, path in _records(listed):
        tag, mode, blob, _ = fields.split(" ")
        if tag == "S" and int(mode, 8) != _SUBMODULE:
            entries[path] = StoredFile(int(mode, 8), blob)
    return StoredTree(folder, entries, frozenset(), max_bytes)


def revision_tree(folder: Path, revision: str, *, max_bytes: int) -> StoredTree:
    """Return the files below a folder as a revision has them.

    Raises UsageError when this clone doesn't have the revision, GitError when git fails.
    """
    commit = git.find_commit(folder, revision)
    if commit is None:
        raise UsageError(
            f"the trusted revision {revision!r} is not in this clone",
            hint="fetch it first; a checkout of depth 1 has one commit only",
        )
    listed = git.run_in_work_tree(folder, ["ls-tree", "-r", "-z", commit])
    entries: dict[str, StoredFile] = {}
    for fields, path in _records(listed):
        mode, kind, blob = fields.split(" ")
        if kind == "blob":
            entries[path] = StoredFile(int(mode, 8), blob)
    return StoredTree(folder, entries, frozenset(), max_bytes)


def _hooks_index(folder: Path) -> str | None:
    """Return the index that a hook of this very repository was told to look at."""
    named = os.environ.get("GIT_INDEX_FILE")
    here = top_level(Path.cwd())
    if not named or here is None or here != top_level(folder):
        return None
    return os.path.abspath(named)  # noqa: PTH100 - as git would: from the working directory


def _records(listed: bytes) -> Iterator[tuple[str, str]]:
    """Yield what stands before and behind the tab of each NUL-terminated record."""
    for record in listed.split(b"\0"):
        if record:
            fields, _, path = os.fsdecode(record).partition("\t")
            yield fields, path


def _sizes(folder: Path, blobs: list[str]) -> list[int]:
    asked = "".join(f"{blob}\n" for blob in blobs).encode()
    said = git.run_in_work_tree(
        folder, ["cat-file", "--batch-check=%(objectsize)"], data=asked
    ).decode()
    sizes = said.splitlines()
    if len(sizes) != len(blobs) or not all(size.isdecimal() for size in sizes):
        raise git.GitError("git doesn't have all contents that its index or its tree names")
    return [int(size) for size in sizes]


def _contents(folder: Path, blobs: list[str]) -> Iterator[bytes]:
    asked = "".join(f"{blob}\n" for blob in blobs).encode()
    said = git.run_in_work_tree(folder, ["cat-file", "--batch"], data=asked)
    at = 0
    for _ in blobs:
        end = said.index(b"\n", at)
        size = int(said[at:end].split(b" ")[2])
        yield said[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
