"""What a template version makes of a set of answers: files as values, and what may be a path in them."""

import hashlib
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final, NamedTuple

from issue_scaffold.errors import TemplateError

WINDOWS_REFUSES: Final = frozenset('<>:"|?*\\')


class File(NamedTuple):
    """One file: its bytes, whether it is executable, or (for a symlink) where it points; then `content` is empty."""

    content: bytes = b""
    executable: bool = False
    link: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of what is compared: the content with CRLF read as LF, or the link's target."""
        return content_digest(self.content) if self.link is None else "link:" + content_digest(self.link.encode())

    @property
    def is_text(self) -> bool:
        """Whether lines mean something in it: no NUL byte, and no symlink."""
        return self.link is None and b"\0" not in self.content

    def same_as(self, other: "File | None") -> bool:
        """Return whether both are the same to a reader: content with CRLF = LF, link, executable bit."""
        return other is not None and self.digest == other.digest and self.executable == other.executable


def content_digest(content: bytes) -> str:
    """Return the SHA-256, in hex, of a content; text counts with its CRLF line ends read as LF."""
    return hashlib.sha256(to_lf(content)).hexdigest()


def to_lf(content: bytes) -> bytes:
    """Return a text with LF line ends; a binary content unchanged."""
    return content if b"\r\n" not in content or b"\0" in content else content.replace(b"\r\n", b"\n")


def uses_crlf(content: bytes) -> bool:
    """Return whether most of a text's lines end in CRLF."""
    return content.count(b"\r\n") * 2 > content.count(b"\n")


def count_conflicts(content: bytes) -> int:
    """Return how many whole conflicts a text holds: the three marker lines, in order."""
    seen = 0
    marks = (b"<<<<<<< ", b"=======", b">>>>>>> ")
    if marks[0] not in content:
        return 0
    for line in content.splitlines():
        mark = marks[seen % 3]
        if line.startswith(mark) and (mark != b"=======" or line == mark):
            seen += 1
    return seen // 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """All files of one template version for one set of answers.

    `answers` is what the rendered answers file says; `write_once` are the paths that `_skip_if_exists` names: written
    when they are not there, never compared or updated afterwards. `uses_folder` says that the template asked for the
    name of the target's folder, so that it is one for folders of that name alone.
    """

    source: str
    version: str
    answers_file: str
    answers: Mapping[str, Any]
    files: Mapping[str, File] = field(default_factory=dict)
    write_once: frozenset[str] = frozenset()
    uses_folder: bool = False


def check_path(path: str) -> None:
    """Raise TemplateError for a path that leaves the target or lies in git's own folder."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\0" in path or path[1:2] == ":":
        raise TemplateError(
            f"the template writes to {path!r}, outside of the target",
            hint="paths in a template must be relative and stay below the target",
        )
    if any(part.casefold().rstrip(" .") == ".git" for part in parts):
        raise TemplateError(f"the template writes to {path!r}, into git's own folder")


def check_paths(paths: Iterable[str]) -> None:
    """Refuse paths that no target may get.

    Raises TemplateError for a path that leaves the target, lies in `.git`, or differs from another only by case.
    """
    seen: dict[str, str] = {}
    for path in sorted(paths):
        check_path(path)
        parts = PurePosixPath(path).parts
        for depth in range(1, len(parts) + 1):
            shown = "/".join(parts[:depth])
            twin = seen.setdefault(shown.casefold(), shown)
            if twin != shown:
                raise TemplateError(
                    f"the template writes both {twin!r} and {shown!r}, which differ only by case",
                    hint="they are one file on macOS and Windows; rename one in the template",
                )


def check_link(path: str, file: File) -> None:
    """Raise TemplateError for a symlink that leads out of the target."""
    if file.link is None:
        return
    aim = posixpath.normpath(posixpath.join(posixpath.dirname(path), file.link))
    if aim.startswith(("/", "../")) or aim == "..":
        raise TemplateError(f"the template has a symlink {path!r} that leads out of the target, to {file.link!r}")
