"""Which files of a work tree git has, and whether as they are.

For a check that must not start a process for nothing.

Owns the quick look into git's index file: https://git-scm.com/docs/index-format
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.bounded import read_file
from issue_scaffold.files.rendering import File, to_lf
from issue_scaffold.state.cache_store import CacheStore, digest_of
from issue_scaffold.sync.target import TargetFolder

if TYPE_CHECKING:
    from issue_scaffold.sync.stored_tree import StoredTree

_PLAIN_VERSIONS: Final = (b"\0\0\0\2", b"\0\0\0\3")
_NAME_BITS: Final = 0x0FFF
# A larger index is git's to read.
_MAX_INDEX_BYTES: Final = 16 * 1024 * 1024


def not_plainly_in_git(folder: TargetFolder, paths: Sequence[str]) -> list[str]:
    """Return the files that the index doesn't plainly have; none outside of a work tree.

    Starts no process.
    """
    if folder.top is None:
        return []
    return _not_plainly_in_index(folder.top, folder.root, paths)


def left_out(folder: TargetFolder, missing: Sequence[str], store: CacheStore) -> set[str]:
    """Return which of the files that `not_plainly_in_git` returned an ignore rule keeps out of git.

    Starts git once for the same rules. Raises GitError when git can't be asked.
    """
    root = folder.root
    files = _ignore_files(folder.work_tree, root, missing)
    rules = [path.as_posix() + _text_of(path) for path in files]
    key = digest_of(str(root), *missing, *rules)
    known = store.read_document("ignored", key)
    if known is not None and isinstance(known.get("paths"), list):
        return {str(path) for path in known["paths"]}
    from issue_scaffold.git import command as git

    try:
        ignored = git.ignored_paths(root, missing)
    except git.UntrustedRepositoryError:
        return set()  # whose rules they are, git doesn't want to know
    store.write_document("ignored", key, {"paths": sorted(ignored)})
    return ignored


def _ignore_files(top: Path, root: Path, paths: Sequence[str]) -> list[Path]:
    """Return the files whose rules decide what git ignores: https://git-scm.com/docs/gitignore."""
    folders = {top}
    for path in paths:
        folder = (root / path).parent
        while folder != top:
            folders.add(folder)
            folder = folder.parent
    home = Path.home()
    settings = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "git"
    users = [Path(os.environ.get("GIT_CONFIG_GLOBAL") or home / ".gitconfig")]
    users += [settings / "config", settings / "ignore", top / ".git" / "info" / "exclude"]
    return [*users, *(folder / ".gitignore" for folder in sorted(folders))]


def _text_of(path: Path) -> str:
    try:
        return read_file(path).decode(errors="replace")
    except ScaffoldError:
        return ""


def _not_plainly_in_index(top: Path, root: Path, paths: Sequence[str]) -> list[str]:
    lead = ""
    if root != top:
        lead = f"{root.relative_to(top).as_posix()}/"
    try:
        content = read_file(".git/index", below=top, limit=_MAX_INDEX_BYTES)
    except ScaffoldError:  # it is too large, nothing is staged yet, or `.git` is a file
        return list(paths)
    if content[4:8] not in _PLAIN_VERSIONS:
        return list(paths)
    return [path for path in paths if not _has_entry(content, os.fsencode(lead + path))]


def _has_entry(index: bytes, name: bytes) -> bool:
    """Tell whether an index of version 2 or 3 has an entry of that name.

    Its length stands right before it.
    """
    ending = name + b"\0"
    at = index.find(ending)
    while at > 1:
        # Two more bytes of flags stand between in version 3, for entries that are new or skipped.
        for flags in (index[at - 2 : at], index[at - 4 : at - 2]):
            if int.from_bytes(flags) & _NAME_BITS == min(len(name), _NAME_BITS):
                return True
        at = index.find(ending, at + 1)
    return False


def stored_otherwise(tree: "StoredTree", files: Mapping[str, File]) -> list[str]:
    """Return the files that git has with another content than they have; line ends don't count."""
    return [
        path for path, file in files.items() if path in tree and not _is_blob(file, tree.blob(path))
    ]


def _is_blob(file: File, blob: str) -> bool:
    content = file.content
    if file.link is not None:
        content = file.link.encode()
    return blob in {blob_id(content, len(blob)), blob_id(to_lf(content), len(blob))}


def blob_id(content: bytes, digits: int) -> str:
    """Return git's name of a content; 40 hex digits are SHA-1, 64 are SHA-256."""
    import hashlib

    header = f"blob {len(content)}\0".encode()
    algorithm = {40: "sha1", 64: "sha256"}[digits]
    return hashlib.new(algorithm, header + content, usedforsecurity=False).hexdigest()
