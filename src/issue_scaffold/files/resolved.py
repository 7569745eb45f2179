"""Folders with the links on the way to them resolved, thousands of them in the same ones."""

import os
import stat


class ResolvedFolders:
    """Resolves folders as `os.path.realpath` does; what is above them is looked at once."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def resolved(self, text: str) -> str:
        """Return a folder without a link on the way to it, there or not.

        Raises ValueError for a text that can't be a path.
        """
        above, _, name = text.rpartition("/")
        if not above or name in {"", ".", ".."} or os.altsep is not None:
            return os.path.realpath(text)
        if above not in self._above:
            self._above[above] = os.path.realpath(above).rstrip("/")
        place = f"{self._above[above]}/{name}"
        try:
            is_link = stat.S_ISLNK(os.lstat(place).st_mode)
        except OSError:
            return place
        return os.path.realpath(place) if is_link else place
