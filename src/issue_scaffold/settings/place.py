"""Where a repository keeps the settings of this tool: in the folder of its forge.

On the path of `check`: nothing here parses.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from issue_scaffold.files.bounded import read_if_there
from issue_scaffold.forge.forges import FORGES
from issue_scaffold.forge.layout import SETTINGS_PATH, SETTINGS_PATHS

_Content = TypeVar("_Content")


def read_settings_file(root: Path) -> tuple[str, bytes | None]:
    """Return the path of a repository's settings and their content, None where there are none.

    Raises ScaffoldError for what can't be read.
    """
    return find_settings(lambda path: read_if_there(path, below=root, shown=path))


def find_settings(read: Callable[[str], _Content | None]) -> tuple[str, _Content | None]:
    """Return where the settings are, and what `read` says of that path: the first that isn't None.

    Where there are none, that is GitHub's place.
    """
    for path in SETTINGS_PATHS:
        content = read(path)
        if content is not None:
            return path, content
    return SETTINGS_PATH, None


def new_settings_path(root: Path, platform: object) -> str:
    """Return where settings are made, where there are none: in the folder of the target's forge.

    In GitHub's unless that folder is there.
    """
    for forge in FORGES:
        if forge.key == platform and (root / forge.folder).is_dir():
            return f"{forge.folder}/scaffold.yml"
    return SETTINGS_PATH
