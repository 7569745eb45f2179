"""Whether an earlier run has left something in a target: the quick look that every check takes.

Changes nothing.
"""

import os
from pathlib import Path
from typing import Final

from issue_scaffold.writing.journal_places import find_journals

# The file of a journal that makes it count.
MANIFEST: Final = "manifest.json"
OLD_FOLDER: Final = ".scaffold-staging"


def find_complete(root: Path, purpose: str) -> list[Path]:
    """Return the folders of the journals that another run is to carry out.

    Starts no process and changes nothing.
    """
    return [place for place in find_journals(root, purpose) if (place / MANIFEST).is_file()]


def is_pending(root: Path) -> bool:
    """Return whether an interrupted run has left changes half way.

    The next run that writes settles them.
    """
    return bool(find_complete(root, ""))


def old_leftovers(root: Path) -> tuple[str, ...]:
    """Return the remark on a folder that earlier versions used as their journal.

    A repository can hold one too.
    """
    if not os.path.lexists(root / OLD_FOLDER):
        return ()
    whose = "an earlier version of scaffold left it there, or the repository holds it"
    return (f"{OLD_FOLDER} is not used: {whose}; look into it and remove it",)
