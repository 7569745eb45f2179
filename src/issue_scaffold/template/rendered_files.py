"""What a rendering left in its folder, read as data.

It is bounded, nothing is followed, and nothing opened but files.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from issue_scaffold.errors import TemplateError
from issue_scaffold.files.rendering import File
from issue_scaffold.template import sealed_process
from issue_scaffold.template.sealed_process import RenderLimitError

_MAX_DEPTH: Final = 64


def read_rendered(target: Path, what: str) -> Iterator[tuple[str, File]]:
    """Yield what was rendered: files and links, none followed, within the limits.

    Raises TemplateError.
    """
    count = size = 0
    folders = [(target, 0)]
    while folders:
        folder, depth = folders.pop()
        if depth > _MAX_DEPTH:
            raise RenderLimitError(f"{what} makes folders that are more than {_MAX_DEPTH} deep")
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            count += 1
            if entry.is_dir(follow_symlinks=False):
                folders.append((Path(entry.path), depth + 1))
                continue
            path = Path(entry.path).relative_to(target).as_posix()
            if not path.isprintable() and not _is_text(path):
                raise TemplateError(f"{what} makes a file whose name is no UTF-8: {path!r}")
            file = _read(Path(entry.path), f"{what} makes {path!r}")
            size += len(file.content)
            if count > sealed_process.MAX_FILES:
                raise RenderLimitError(f"{what} makes more than {sealed_process.MAX_FILES:,} files")
            if size > sealed_process.MAX_BYTES:
                most = sealed_process.MAX_BYTES // 1024**2
                raise RenderLimitError(f"{what} makes files of more than {most} MiB")
            yield path, file


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read(path: Path, what: str) -> File:
    if path.is_symlink():
        return File(link=str(path.readlink()))
    # Neither a link nor a pipe that has taken the file's place meanwhile is opened.
    flags = (
        os.O_RDONLY
        | getattr(os, "O_NOFOLLOW", 0)
        | getattr(os, "O_NONBLOCK", 0)
        | getattr(os, "O_BINARY", 0)
    )
    facts = path.lstat()
    if not stat.S_ISREG(facts.st_mode):
        raise TemplateError(f"{what}, which is neither a file nor a link")
    with os.fdopen(os.open(path, flags), "rb") as file:
        content = file.read(sealed_process.MAX_BYTES + 1)
    return File(content=content, executable=bool(facts.st_mode & stat.S_IXUSR))
