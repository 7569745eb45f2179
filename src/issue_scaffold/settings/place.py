"""Where a repository keeps the settings of this tool: in the folder of its forge.

On the path of `check`: nothing here parses.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from issue_scaffold.files.bounded import is_plainly_absent, read_if_there
from issue_scaffold.forge.forges import forge_of_key, parent_of
from issue_scaffold.forge.layout import SETTINGS_PATH, SETTINGS_PATHS

if TYPE_CHECKING:
    from pathlib import Path

_Content = TypeVar("_Content")


def read_settings_file(root: "Path") -> tuple[str, bytes | None]:
    """Return the path of a repository's settings and their content, None where there are none.

    Raises ScaffoldError for what can't be read.
    """

    def read(path: str) -> bytes | None:
        # Most have none, and this takes a tenth of the time to see that.
        if is_plainly_absent(path, below=root):
            return None
        return read_if_there(path, below=root, shown=path)

    return find_settings(read)


def find_settings(read: Callable[[str], _Content | None]) -> tuple[str, _Content | None]:
    """Return where the settings are, and what `read` says of that path: the first that isn't None.

    Where there are none, that is GitHub's place.
    """
    for path in SETTINGS_PATHS:
        content = read(path)
        if content is not None:
            return path, content
    return SETTINGS_PATH, None


def new_settings_path(root: "Path", platform: object) -> str:
    """Return where settings are made, where there are none: in the folder of the target's forge.

    In that of the forge that it is a fork of, where only that one is there.
    """
    forge = forge_of_key(platform)
    candidates = [one.folder for one in (forge, parent_of(forge)) if one is not None]
    there = [folder for folder in candidates if (root / folder).is_dir()]
    return f"{(there or candidates)[0]}/scaffold.yml"
