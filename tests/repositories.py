"""Repositories that tests begin with: what git has made once of the same files is put there without git.

A step is what git does in a folder without being told anything but the folder, the step's own arguments and the
variables that git heeds. The first time it is done by git; what has changed in the folder is kept in memory.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# By path below the folder: a file's mode and content, a link's mode and target; of a folder the mode alone.
State = dict[str, tuple[int, bytes | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a step has changed in a folder."""

    written: State
    removed: tuple[str, ...]


_KNOWN: Final[dict[str, Change]] = {}


def once(folder: Path, step: object, do: Callable[[], None]) -> None:
    """Do a step, or what it is known to have done to a folder that was the same to the last byte.

    `step` tells by its repr which one it is.
    """
    before = state_of(folder)
    if before is None:
        do()
        return
    heeded = sorted(item for item in os.environ.items() if item[0].startswith("GIT_"))
    key = hashlib.sha256(repr((sorted(before.items()), heeded, step)).encode()).hexdigest()
    change = _KNOWN.get(key)
    if change is not None:
        put(folder, change)
        return
    do()
    after = state_of(folder)
    if after is not None:
        written = {path: entry for path, entry in after.items() if before.get(path) != entry}
        _KNOWN[key] = Change(written=written, removed=tuple(path for path in before if path not in after))


def state_of(folder: Path) -> State | None:
    """Return everything that is in a folder; None where that is more than files, folders and links."""
    found: State = {}
    waiting = [""]
    while waiting:
        place = waiting.pop()
        with os.scandir(folder / place) as entries:
            for entry in entries:
                path = f"{place}/{entry.name}" if place else entry.name
                mode = entry.stat(follow_symlinks=False).st_mode
                if entry.is_symlink():
                    found[path] = (mode, os.fsencode(Path(entry.path).readlink()))
                elif entry.is_dir():
                    found[path] = (mode, None)
                    waiting.append(path)
                elif entry.is_file():
                    found[path] = (mode, Path(entry.path).read_bytes())
                else:
                    return None
    return found


def put(folder: Path, change: Change) -> None:
    """Change a folder as a step has changed one."""
    for path in change.removed:
        place = folder / path
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)  # it may have gone with its folder
    # A folder comes before what is in it.
    for path, (mode, content) in sorted(change.written.items()):
        place = folder / path
        if content is None:
            place.mkdir(exist_ok=True)
        elif os.path.lexists(place):
            place.unlink()
        if content is not None and mode & 0o170000 == 0o120000:
            place.symlink_to(os.fsdecode(content))
            continue
        if content is not None:
            place.write_bytes(content)
        place.chmod(mode & 0o7777)
