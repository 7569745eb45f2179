"""Writing several files of one folder: all contents are on the disk before the first of them takes its place."""

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from issue_scaffold.errors import ScaffoldError


def write_files(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder, which is made when it isn't there; existing files keep their mode.

    Raises ScaffoldError when one can't be written; then none has been replaced unless the disk failed halfway.
    """
    staged: list[tuple[str, Path]] = []
    try:
        for path, content in files.items():
            target = Path(os.path.realpath(root / path))
            target.parent.mkdir(parents=True, exist_ok=True)
            mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
            descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".scaffold-")
            staged.append((name, target))
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(mode)
        for name, target in staged:
            Path(name).replace(target)
    except OSError as error:
        place = error.filename or root
        raise ScaffoldError(f"{place} can't be written: {(error.strerror or str(error)).lower()}") from None
    finally:
        for name, _ in staged:
            with contextlib.suppress(OSError):
                Path(name).unlink()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
