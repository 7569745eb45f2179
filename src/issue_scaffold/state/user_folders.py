"""The user's folders for what this program keeps: the one place that says where they are.

`SCAFFOLD_CACHE_DIR` goes before all; else the platform's own places, by platformdirs.
"""

import os
import sys
from pathlib import Path
from typing import Final

from issue_scaffold.state.own_places import refuse_supplied

_NAME: Final = "issue-scaffold"


def cache_folder() -> Path:
    """Return the folder of the cache, which may be removed at any time.

    Raises UsageError for one in which a repository has files.
    """
    folder = _overriding() or _by_xdg("XDG_CACHE_HOME", ".cache")
    if folder is None:
        from platformdirs import user_cache_path

        folder = user_cache_path(_NAME, appauthor=False)
    refuse_supplied(folder, shown="cache folder")
    return folder


def state_folder() -> Path:
    """Return the folder for what must outlive a run.

    It is `state` in `SCAFFOLD_CACHE_DIR`, or the user's state folder.

    Raises UsageError for one in which a repository has files.
    """
    override = _overriding()
    folder = _by_xdg("XDG_STATE_HOME", ".local/state") if override is None else override / "state"
    if folder is None:
        from platformdirs import user_state_path

        folder = user_state_path(_NAME, appauthor=False)
    refuse_supplied(folder, shown="state folder")
    return folder


def fleet_folder() -> Path:
    """Return the folder of the runs over many repositories, which are looked for by hand, too.

    Raises UsageError for one in which a repository has files.
    """
    override = _overriding()
    folder = _by_xdg("XDG_STATE_HOME", ".local/state")
    if override is not None:
        folder = override / "state"
    elif folder is None:
        folder = state_folder()
    else:
        folder = folder.with_name("scaffold")
    refuse_supplied(folder, shown="state folder")
    return folder / "fleet"


def _overriding() -> Path | None:
    override = os.environ.get("SCAFFOLD_CACHE_DIR")
    if override:
        return Path(override).absolute()
    return None


def _by_xdg(variable: str, default: str) -> Path | None:
    """Return what platformdirs says on Linux, None where it has more to look at.

    Loading it takes a twentieth of a check. Source of the rule:
    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    if sys.platform != "linux":
        return None
    named = os.environ.get(variable, "")
    if named.startswith("/"):
        return Path(named, _NAME)
    # A text: where there is no home it makes "/", and a relative one it leaves as it is.
    home = os.path.expanduser("~")  # noqa: PTH111
    if home.startswith("/") and home != "/":
        return Path(home, default, _NAME)
    return None
