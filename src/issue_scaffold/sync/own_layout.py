"""Where a target keeps its templates already, which comes before where the template would put them.

Owns the answer to the template's hidden question of the folder. It is found anew each time: what
lies in a folder is there, whatever was recorded.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from issue_scaffold.forge.forges import GITHUB, Forge, forge_of_key

_QUESTION: Final = "templates_folder"


def own_layout(root: Path, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return the answer that a target's own template folder gives, none where it gives none.

    That is the first folder, in whatever case, of those that its forge reads.
    """
    top = os.fspath(root)
    # pathlib takes twice the time.
    return layout_of(lambda parent: _folders(os.path.join(top, parent)), answers)  # noqa: PTH118


def layout_of(folders_in: Callable[[str], list[str]], answers: Mapping[str, Any]) -> dict[str, str]:
    """Return the same of a target whose folders, by their parent, are known from elsewhere."""
    platform = answers.get("platform", GITHUB.key)
    forge = forge_of_key(platform)
    folder = _existing(folders_in, forge)
    if folder is None or folder == forge.install_folder:
        return {}
    return {_QUESTION: folder}


def _existing(folders_in: Callable[[str], list[str]], forge: Forge) -> str | None:
    # What was installed stays where it is.
    for candidate in (forge.install_folder, *forge.templates, *forge.other_templates):
        parent, slash, name = candidate.rpartition("/")
        entries = folders_in(parent)
        if name in entries:
            return candidate
        alike = [entry for entry in entries if entry.lower() == name.lower()]
        if alike and candidate in forge.templates:
            return f"{parent}{slash}{alike[0]}"
    return None


def _folders(place: str) -> list[str]:
    try:
        with os.scandir(place) as entries:
            return sorted(entry.name for entry in entries if _is_folder(entry))
    except OSError:  # none, or none that can be read: who writes there will say so
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False
