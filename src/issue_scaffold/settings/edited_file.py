"""The settings file of a target while it is being edited: what it holds now, and will hold."""

from pathlib import Path
from typing import TYPE_CHECKING

from issue_scaffold.errors import UsageError
from issue_scaffold.files import target_files
from issue_scaffold.files.bounded import read_if_there
from issue_scaffold.files.rendering import File
from issue_scaffold.forge.layout import SETTINGS_PATH
from issue_scaffold.settings.edit import with_accepted, with_labels_config
from issue_scaffold.settings.file import Accepted, parse_settings

if TYPE_CHECKING:
    from collections.abc import Mapping


class EditedSettings:
    """One reading of the settings file: `before` is the file (None: there is none).

    `accepted` are the deviations that it accepts, by path, and `after` is the file with what was
    recorded since.
    """

    def __init__(self, before: File | None, content: bytes) -> None:
        """Take the file and its content, links followed. Raises UsageError for a mistake."""
        self.before = before
        entries = parse_settings(content).accepted if content else ()
        self.accepted: Mapping[str, Accepted] = {entry.path: entry for entry in entries}
        self._text = content.decode()

    @classmethod
    def read(cls, root: Path) -> "EditedSettings":
        """Return the settings of a target. Raises ScaffoldError if it can't be read."""
        before = target_files.read_file(root, SETTINGS_PATH)
        if before is None:
            return cls(None, b"")
        if before.link is None:
            return cls(before, before.content)
        content = read_if_there(SETTINGS_PATH, below=root, shown=SETTINGS_PATH)
        return cls(before, content or b"")

    def accept(
        self, *, path: str, sha256: str | None, reason: str, instead_of: str | None = None
    ) -> None:
        """Record an accepted deviation, as `with_accepted` does. Raises UsageError if it can't."""
        if self.before is not None and self.before.link is not None:
            raise UsageError(
                f"{SETTINGS_PATH} is a symlink, which is not written through",
                hint="replace it with a file",
            )
        self._text = with_accepted(
            self._text, path=path, sha256=sha256, reason=reason, instead_of=instead_of
        )

    def record_labels_config(self, path: str) -> None:
        """Record which file lists the labels. Raises UsageError if the file can't be edited."""
        self._text = with_labels_config(self._text, path)

    @property
    def after(self) -> File | None:
        """The file with what was recorded; None while there is none and nothing was."""
        if not self._text and self.before is None:
            return None
        executable = self.before is not None and self.before.executable
        return File(content=self._text.encode(), executable=executable)
