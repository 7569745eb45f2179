"""A bare repository for one rendering: a commit of a mirror, under the one name that was asked for, and nothing else.

Copier records what `git describe` says of its clone. Here that can only be the name that was asked for, whatever other
tags stand on the same commit. It is a few small files; the objects stay in the mirror.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

_SHA1_DIGITS: Final = 40
_BRANCH: Final = "refs/heads/issue-scaffold"


def make(folder: Path, mirror: Path, commit: str, tags: Mapping[str, str]) -> Path:
    """Make the repository in a new folder; return it. `tags` are its tags with their commits. Raises OSError."""
    for name in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
        (folder / name).mkdir(parents=True)
    refs = {_BRANCH: commit} | {f"refs/tags/{tag}": target for tag, target in tags.items()}
    rows = "".join(f"{target} {name}\n" for name, target in sorted(refs.items()))
    _write(folder / "packed-refs", f"# pack-refs with: peeled fully-peeled \n{rows}")
    _write(folder / "HEAD", f"ref: {_BRANCH}\n")
    _write(folder / "config", _config(commit))
    _write(folder / "objects/info/alternates", f"{mirror.resolve() / 'objects'}\n")
    return folder


def _config(commit: str) -> str:
    if len(commit) == _SHA1_DIGITS:
        return "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
    return "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n"


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
