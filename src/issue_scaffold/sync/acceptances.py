"""What a target's settings accept, by path. On the path of `check`: the parser comes late."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from issue_scaffold.errors import UsageError
from issue_scaffold.forge.layout import SETTINGS_PATH
from issue_scaffold.settings.place import read_settings_file

if TYPE_CHECKING:
    from issue_scaffold.settings.file import Accepted, OwnFiles


class Acceptances(NamedTuple):
    """The deviations that are accepted, and the files that are the repository's for good."""

    accepted: Sequence["Accepted"] = ()
    own: Sequence["OwnFiles"] = ()

    def of(self, path: str) -> "tuple[Accepted, ...]":
        """Return what is accepted of a file."""
        return tuple(entry for entry in self.accepted if entry.path == path)

    def is_whole(self, path: str, digest: str | None) -> bool:
        """Tell whether a file is accepted as it is, with all that is in it; None for no file."""
        return any(entry.is_whole(digest) for entry in self.of(path))

    def owner(self, path: str) -> "OwnFiles | None":
        """Return the entry by which a file is the repository's for good, None if it isn't."""
        return next((entry for entry in self.own if entry.means(path)), None)


def accepted_in(content: bytes, path: str = SETTINGS_PATH) -> Acceptances:
    """Return what the content of a settings file accepts, nothing where it is empty.

    Raises UsageError for a mistake in it.
    """
    if not content:
        return Acceptances()
    from issue_scaffold.settings.file import parse_settings

    settings = parse_settings(content, path)
    return Acceptances(settings.accepted, settings.own)


def acceptances_of(root: Path, *, may_be_broken: bool) -> Acceptances:
    """Return what a target's settings accept; nothing where a mistake keeps that unknown.

    Raises UsageError for a mistake where files may be the repository's own, which nobody writes,
    and where it may not be broken anyway.
    """
    path, content = read_settings_file(root)
    try:
        return accepted_in(content or b"", path)
    except UsageError:
        if may_be_broken and b"own:" not in (content or b""):
            return Acceptances()
        raise
