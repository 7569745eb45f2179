"""What of a target's managed files git doesn't have as they were checked."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.files import target_files as target
from issue_scaffold.report.finding import Finding
from issue_scaffold.state.cache_store import CacheStore
from issue_scaffold.sync import drift
from issue_scaffold.sync.target import TargetFolder
from issue_scaffold.sync.tracking import left_out, not_plainly_in_git, stored_otherwise
from issue_scaffold.sync.trees import FolderTree
from issue_scaffold.text.limits import MAX_MANAGED_BYTES
from issue_scaffold.text.shell_words import quote

if TYPE_CHECKING:
    from issue_scaffold.sync.stored_tree import StoredTree

Remarks = tuple[str, ...]


def staged_tree(folder: TargetFolder, shown: str) -> "StoredTree":
    """Return the files of the commit to be.

    Raises UsageError outside of a git work tree, GitError.
    """
    from issue_scaffold.sync.stored_tree import index_tree

    if folder.top is None:
        raise UsageError(
            f"{shown} is not in a git repository, so nothing is staged", hint="leave out --staged"
        )
    return index_tree(folder.root, max_bytes=MAX_MANAGED_BYTES)


def not_in_commit(root: Path, tree: "StoredTree", paths: Sequence[str]) -> list[Finding]:
    """Return a finding for each managed file that is unmerged, or not in the commit to be."""
    from issue_scaffold.git import command as git

    unmerged = [drift.unmerged(path) for path in paths if path in tree.unmerged]
    absent = [path for path in paths if path not in tree and path not in tree.unmerged]
    there = [path for path in _reached(root, absent) if target.read_file(root, path) is not None]
    if not there:
        return unmerged
    ignored = git.ignored_paths(root, there)
    return unmerged + [_untracked(path, ignored=path in ignored) for path in there]


def not_in_git(folder: TargetFolder, paths: Sequence[str]) -> tuple[list[Finding], Remarks]:
    """Return a finding for each managed file that git hasn't as it was checked.

    Where that is unknown, return a remark that says so.
    """
    if folder.top is None:
        return [], ()
    from issue_scaffold.git import command as git
    from issue_scaffold.sync.stored_tree import index_tree

    try:
        tree = index_tree(folder.root, max_bytes=MAX_MANAGED_BYTES)
        findings = not_in_commit(folder.root, tree, paths)
    except git.GitError as error:
        return [], (f"whether git has these files is unknown: {error.message}",)
    files = target.read_files(folder.root, paths)
    findings += [_other_content(path) for path in stored_otherwise(tree, files)]
    return findings, ()


def left_out_of_git(
    folder: TargetFolder, paths: Sequence[str], store: CacheStore
) -> tuple[list[Finding], Remarks]:
    """Return a finding for each managed file that an ignore rule keeps out of git.

    Where that is unknown, return a remark that says so.
    """
    if folder.top is None:
        return [], ()
    missing = not_plainly_in_git(folder, _reached(folder.root, paths))
    if not missing:
        return [], ()
    try:
        ignored = left_out(folder, missing, store)
    except (
        ScaffoldError
    ) as error:  # a GitError, of a module that a check on a warm cache doesn't load
        return [], (f"whether git ignores these files is unknown: {error.message}",)
    return [_untracked(path, ignored=True) for path in sorted(ignored)], ()


def _reached(root: Path, paths: Sequence[str]) -> list[str]:
    """Return the paths that no symlink and no other repository stands before.

    git doesn't talk about others.
    """
    tree = FolderTree(root)
    return [path for path in paths if tree.detour(path) is None]


def _untracked(path: str, *, ignored: bool) -> Finding:
    if ignored:
        return drift.untracked(
            path,
            "an ignore rule keeps this file out of git, so nobody else gets it",
            f"see the rule: git check-ignore -v {quote(path)}; or add the file: git add -f "
            f"{quote(path)}",
        )
    return drift.untracked(
        path, "git doesn't have this file, so nobody else gets it", f"run: git add {quote(path)}"
    )


def _other_content(path: str) -> Finding:
    return drift.untracked(
        path,
        "git has this file with another content than the one that was checked",
        f"run: git add {quote(path)}",
    )
