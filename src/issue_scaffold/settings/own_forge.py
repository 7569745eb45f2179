"""Which forge a repository's files in shared folders are for, by its settings and where it is.

Owns the order of what says so; `forge.shared_forge` knows who may.
"""

from collections.abc import Mapping
from pathlib import Path

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.forge.forges import Forge
from issue_scaffold.forge.shared_forge import shared_forges
from issue_scaffold.settings.file import read_settings
from issue_scaffold.settings.place import find_settings, read_settings_file


def own_forge(root: Path | None, named: str | None) -> Forge:
    """Return the forge that reads a repository's shared folders; `named` is what the user says.

    Settings that can't be read say nothing: who validates them tells of that.
    """
    setting = None
    if root is not None:
        try:
            path, content = read_settings_file(root)
        except ScaffoldError:
            content = None
        if content is not None:
            setting = read_settings(content, path)[0].forge
    return shared_forges(root, named).chosen(setting)


def forge_setting(files: Mapping[str, bytes]) -> str | None:
    """Return the name of the forge that settings among a repository's files say."""
    path, content = find_settings(files.get)
    if content is None:
        return None
    return read_settings(content, path)[0].forge
