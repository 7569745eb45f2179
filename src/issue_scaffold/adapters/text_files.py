"""Replacing one file whole: a new file beside it takes its place, with its mode, or nothing happens."""

import contextlib
import os
import tempfile
from pathlib import Path

from issue_scaffold.errors import ScaffoldError


def replace_file(path: Path, content: bytes, *, shown: str) -> None:
    """Give a file new content. A symlink's target is replaced, not the link. Raises ScaffoldError if it can't be."""
    real = Path(os.path.realpath(path))
    try:
        mode = real.stat().st_mode & 0o7777
        descriptor, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(mode)
            Path(name).replace(real)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise _unwritable(shown, error) from None


def rename_file(path: Path, name: str, *, shown: str) -> Path:
    """Rename a file within its folder, never over another. Raises ScaffoldError if it can't be."""
    target = path.with_name(name)
    try:
        if target.exists() and not target.samefile(path):
            raise ScaffoldError(f"{shown} can't be renamed: {name} exists")
        path.rename(target)
    except OSError as error:
        raise _unwritable(shown, error) from None
    return target


def _unwritable(shown: str, error: OSError) -> ScaffoldError:
    return ScaffoldError(f"{shown} can't be written: {(error.strerror or str(error)).lower()}")
