"""Files of the template that a target has under names of its own, in plans and checks alike.

On the path of `check`: the parser comes late. What plans do with it is `adopted_steps`'.
"""

from collections.abc import Mapping
from pathlib import Path

from issue_scaffold.settings.place import read_settings_file


def adopted_in(settings: bytes, path: str) -> Mapping[str, str]:
    """Return where the files of the template lie that have another name, by their path in it.

    `settings` is the content of the settings file, `path` its place. Raises UsageError for a
    mistake in it.
    """
    if b"adopted" not in settings:
        return {}
    from issue_scaffold.settings.file import parse_settings

    return parse_settings(settings, path).adopted


def suffixes_in(settings: bytes, path: str) -> Mapping[str, str]:
    """Return those pairs of settings that nobody vouches for which name but another suffix.

    What lies there is compared with the template all the same. Mistakes are passed over here.
    """
    if b"adopted" not in settings:
        return {}
    from issue_scaffold.settings.file import read_settings

    pairs = read_settings(settings, path)[0].adopted
    return {
        name: own
        for name, own in pairs.items()
        if name.rpartition(".")[0] == own.rpartition(".")[0]
    }


def adopted_files(root: Path) -> Mapping[str, str]:
    """Return the same of a target on disk."""
    path, content = read_settings_file(root)
    return adopted_in(content or b"", path)
