"""Files that git has and this work tree doesn't on purpose: a sparse checkout's.

Owns what is done about them: a check reads them from the index, what writes refuses. They are those
with the skip-worktree bit: https://git-scm.com/docs/git-sparse-checkout
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.forge.source_files import RepositoryFiles
from issue_scaffold.git.folder import git_dir_of
from issue_scaffold.sync.target import TargetFolder
from issue_scaffold.sync.tracking import not_plainly_in_git
from issue_scaffold.sync.trees import FolderTree
from issue_scaffold.text.limits import MAX_MANAGED_BYTES
from issue_scaffold.text.shell_words import quote

if TYPE_CHECKING:
    from issue_scaffold.files.rendering import File
    from issue_scaffold.sync.stored_tree import StoredTree


class NotCheckedOutError(ScaffoldError):
    """Git has files, by their `paths`, that aren't checked out; what is in them is to be known."""

    def __init__(self, message: str, paths: Iterable[str], *, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.paths = tuple(paths)


class CheckedOutTree(FolderTree):
    """The files as they lie in a target's folder; what isn't checked out is read from the index."""

    def __init__(self, folder: TargetFolder) -> None:
        super().__init__(folder.root)
        self._folder = folder
        self._skipped: StoredTree | None = None

    def read(self, path: str) -> "File | None":
        """Return a file, as `FileTree.read` does."""
        found = super().read(path)
        if found is not None or not _may_be_skipped(self._folder, path):
            return found
        stored = self._stored()
        return self._read(stored, path) if path in stored else None

    def _read(self, stored: "StoredTree", path: str) -> "File | None":
        try:
            return stored.read(path)
        except ScaffoldError as error:  # a partial clone has no content of what it doesn't show
            raise NotCheckedOutError(
                f"{path} is not checked out, and git can't say what is in it: {error.message}",
                [path],
                hint=_way_out(self._folder, [path]),
            ) from error

    def validated(self) -> RepositoryFiles:
        """Return the contents of what the validator looks at."""
        there = super().validated()
        if not is_sparse(self._folder):
            return there
        stored = self._stored().validated()
        return RepositoryFiles({**stored.files, **there.files}, there.unread)

    def skipped(self, paths: Iterable[str]) -> list[str]:
        """Return those of the paths that git has, and that aren't checked out on purpose."""
        return [path for path in paths if path in self._stored()]

    def _stored(self) -> "StoredTree":
        if self._skipped is None:
            from issue_scaffold.git.command import GitError
            from issue_scaffold.sync.stored_tree import StoredTree, skipped_tree

            try:
                self._skipped = skipped_tree(self.root, max_bytes=MAX_MANAGED_BYTES)
            except GitError:
                if is_sparse(self._folder):
                    raise
                # What isn't there is missing, as far as anybody can tell without git.
                self._skipped = StoredTree(self.root, {}, frozenset(), MAX_MANAGED_BYTES)
        return self._skipped


def refuse_skipped(folder: TargetFolder, paths: Iterable[str], ours: Mapping[str, "File"]) -> None:
    """Raise ScaffoldError for files that can't be judged, as git has them and the folder doesn't.

    `ours` are those of the paths that are there.
    """
    absent = [path for path in sorted(paths) if path not in ours]
    absent = [path for path in absent if _may_be_skipped(folder, path)]
    if not absent:
        return
    skipped = CheckedOutTree(folder).skipped(absent)
    if skipped:
        raise NotCheckedOutError(
            f"not checked out, and so not to be judged: {', '.join(skipped)}; nothing was written",
            skipped,
            hint=_way_out(folder, skipped),
        )


def _way_out(folder: TargetFolder, paths: Iterable[str]) -> str:
    """Return how to check files out; without a list of folders somebody has set their bits."""
    lead = "this is a sparse checkout; to check them out"
    if not is_sparse(folder):
        words = " ".join(map(quote, paths))
        return f"{lead}: git update-index --no-skip-worktree {words}; git checkout -- {words}"
    place = folder.root.relative_to(folder.work_tree)
    # A folder brings those below it along.
    folders = {(place / path).parts[0] for path in paths}
    return f"{lead}: git sparse-checkout add {' '.join(map(quote, sorted(folders)))}"


def _may_be_skipped(folder: TargetFolder, path: str) -> bool:
    """Return whether git may have a file that isn't there. Starts no process.

    An index may hold a whole folder that isn't checked out as one entry.
    """
    if folder.top is None:
        return False
    return is_sparse(folder) or not not_plainly_in_git(folder, [path])


def is_sparse(folder: TargetFolder) -> bool:
    """Return whether a folder lies in a sparse checkout."""
    if folder.top is None:
        return False
    # Texts: pathlib takes three times as long, and a check of thousands asks this of each.
    git_folder = f"{folder.top}/.git"
    if not os.path.isdir(git_folder):  # noqa: PTH112
        git_folder = str(git_dir_of(Path(git_folder)))
    return os.path.isfile(f"{git_folder}/info/sparse-checkout")  # noqa: PTH113
