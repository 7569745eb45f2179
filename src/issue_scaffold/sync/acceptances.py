"""The deviations that a target's settings accept. On the path of `check`: the parser comes late."""

from pathlib import Path
from typing import TYPE_CHECKING

from issue_scaffold.files.bounded import read_if_there
from issue_scaffold.forge.layout import SETTINGS_PATH

if TYPE_CHECKING:
    from issue_scaffold.settings.file import Accepted


def accepted_deviations(root: Path) -> "dict[str, Accepted]":
    """Return the accepted deviations of a target by path.

    Raises UsageError for a settings file with a mistake.
    """
    content = read_if_there(SETTINGS_PATH, below=root, shown=SETTINGS_PATH)
    if content is None:
        return {}
    return accepted_in(content)


def accepted_in(content: bytes) -> "dict[str, Accepted]":
    """Return the accepted deviations in the content of a settings file by path, empty for none.

    Raises UsageError for a mistake in it.
    """
    if not content:
        return {}
    from issue_scaffold.settings.file import parse_settings

    return {entry.path: entry for entry in parse_settings(content).accepted}
