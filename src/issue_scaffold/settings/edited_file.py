"""The settings file of a target while it is being edited: what it holds now, and will hold."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from issue_scaffold.errors import UsageError
from issue_scaffold.files import target_files
from issue_scaffold.files.bounded import read_if_there
from issue_scaffold.files.rendering import File
from issue_scaffold.settings.adopted import with_adopted
from issue_scaffold.settings.edit import Name, Row, SettingsList, with_labels_config
from issue_scaffold.settings.file import Accepted, Settings, parse_settings
from issue_scaffold.settings.place import find_settings


class EditedSettings:
    """One reading of the settings file: `before` is the file (None: there is none) at `path`.

    `settings` are what it says, with what was recorded since, and `after` is the file then.
    """

    def __init__(self, path: str, before: File | None, content: bytes) -> None:
        """Take the file and its content, links followed. Raises UsageError for a mistake."""
        self.path = path
        self.before = before
        self.settings = parse_settings(content, path) if content else Settings()
        self._text = content.decode()

    @classmethod
    def read(cls, root: Path, new_path: str) -> "EditedSettings":
        """Return the settings of a target, which are at `new_path` where there are none yet.

        Raises ScaffoldError if they can't be read.
        """
        path, before = find_settings(lambda path: target_files.read_file(root, path))
        if before is None:
            return cls(new_path, None, b"")
        if before.link is None:
            return cls(path, before, before.content)
        content = read_if_there(path, below=root, shown=path)
        return cls(path, before, content or b"")

    def planned(self, content: bytes) -> "EditedSettings":
        """Return the same file as something else is about to write it."""
        other = EditedSettings(self.path, None, content)
        other.before = self.before
        return other

    def accept(
        self, path: str, entries: Sequence[Accepted], *, instead_of: str | None = None
    ) -> None:
        """Let these be all that is accepted of a file, `instead_of` what another path has.

        Raises UsageError when it can't be written.
        """
        rows = [_accepted_row(entry) for entry in entries]
        self._write("accepted", path, rows, instead_of)

    def own(self, path: str, reason: str | None) -> None:
        """Record that files are the repository's for good; or, without a reason, no longer.

        Raises UsageError when it can't be written.
        """
        rows = [] if reason is None else [{"path": path, "reason": reason}]
        self._write("own", path, rows, None)

    def adopt(self, pairs: Mapping[str, str]) -> None:
        """Record which of the template's files lie where. Raises UsageError if that can't be."""
        if pairs:
            self._text = with_adopted(self._text, pairs, self.path)

    def record_labels_config(self, path: str) -> None:
        """Record which file lists the labels. Raises UsageError if the file can't be edited."""
        self._text = with_labels_config(self._text, path, self.path)

    @property
    def after(self) -> File | None:
        """The file with what was recorded; None while there is none and nothing was."""
        if not self._text and self.before is None:
            return None
        executable = self.before is not None and self.before.executable
        return File(content=self._text.encode(), executable=executable)

    def accepted_of(self, path: str) -> tuple[Accepted, ...]:
        """Return what is accepted of a file."""
        return tuple(entry for entry in self.settings.accepted if entry.path == path)

    def is_own(self, path: str) -> bool:
        """Tell whether a file is the repository's own for good."""
        return any(entry.means(path) for entry in self.settings.own)

    def _write(self, name: Name, path: str, rows: Sequence[Row], instead_of: str | None) -> None:
        if self.before is not None and self.before.link is not None:
            raise UsageError(
                f"{self.path} is a symlink, which is not written through",
                hint="replace it with a file",
            )
        listed = SettingsList(name, self.path)
        self._text = listed.with_rows(self._text, path, rows, instead_of=instead_of)
        self.settings = parse_settings(self._text.encode(), self.path)


def _accepted_row(entry: Accepted) -> dict[str, str | None]:
    """Return an entry as it is written."""
    row: dict[str, str | None] = {"path": entry.path}
    if entry.unit is not None:
        row["unit"] = entry.unit
    if entry.difference is None:
        row["sha256"] = entry.sha256
    else:
        row["difference"] = entry.difference
    return row | {"reason": entry.reason}
