"""What a template version makes of a set of answers: files as values, and their paths."""

from collections.abc import Collection, Container, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from issue_scaffold.errors import TemplateError
from issue_scaffold.files.names import (
    MAX_PATH_BYTES,
    is_git_file,
    is_git_folder,
    twin_key,
    why_refused,
)
from issue_scaffold.text.digests import sha256_of
from issue_scaffold.text.lines import newline

# Up to so many digests, of contents of so many bytes.
_REMEMBERED: Final = 256
_MOST_REMEMBERED: Final = 65_536
# As Linux: more symlinks than this on one way are taken for a circle.
_MOST_HOPS: Final = 40


class File(NamedTuple):
    """One file: its bytes, whether it is executable, or (for a symlink) where it points.

    Then `content` is empty.
    """

    content: bytes = b""
    executable: bool = False
    link: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of what is compared: the content with CRLF read as LF, or the link's target."""
        if self.link is None:
            return content_digest(self.content)
        return "link:" + content_digest(self.link.encode())

    @property
    def is_text(self) -> bool:
        """Whether lines mean something in it: no NUL byte, and no symlink."""
        return self.link is None and b"\0" not in self.content

    def same_as(self, other: "File | None") -> bool:
        """Return whether both are the same to a reader, to whom CRLF is LF."""
        return (
            other is not None
            and self.digest == other.digest
            and self.executable == other.executable
        )


def content_digest(content: bytes) -> str:
    """Return the SHA-256, in hex, of a content; text counts with its CRLF line ends read as LF."""
    if len(content) > _MOST_REMEMBERED:
        return sha256_of(to_lf(content))
    return _remembered_digest(content)


# A run asks for the same again and again; the largest rendering of a form has 8 KB.
@lru_cache(maxsize=_REMEMBERED)
def _remembered_digest(content: bytes) -> str:
    return sha256_of(to_lf(content))


def to_lf(content: bytes) -> bytes:
    """Return a text with LF line ends; a binary content unchanged."""
    # One character is found far faster than two.
    if b"\r" not in content or b"\r\n" not in content or b"\0" in content:
        return content
    return content.replace(b"\r\n", b"\n")


def uses_crlf(content: bytes) -> bool:
    """Return whether most of a text's lines end in CRLF."""
    return newline(content.decode("latin-1")) == "\r\n"


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


class Rendering(NamedTuple):
    """All files of one template version for one set of answers.

    `answers` is what the rendered answers file says; `write_once` are the paths that
    `_skip_if_exists` names: written when they are not there, never compared or updated afterwards.
    `uses_folder` says that the template asked for the name of the target's folder, so that it is
    one for folders of that name alone.
    """

    source: str
    version: str
    answers_file: str
    answers: Mapping[str, Any]
    files: Mapping[str, File] = MappingProxyType({})
    write_once: frozenset[str] = frozenset()
    uses_folder: bool = False

    def relocated(self, places: Mapping[str, str]) -> "Rendering":
        """Return the rendering with these files elsewhere; a place that it uses itself stays."""
        if not places:
            return self
        moves = moves_among(self.files, places)
        files = {moves.get(path, path): file for path, file in self.files.items()}
        write_once = frozenset(moves.get(path, path) for path in self.write_once)
        return self._replace(files=files, write_once=write_once)


def are_texts(*files: File) -> bool:
    """Return whether all of some files are texts."""
    return all(file.is_text for file in files)


def moves_among(files: Container[str], places: Mapping[str, str]) -> dict[str, str]:
    """Return which of these files lie elsewhere; a place that another of them has is its own."""
    moves = places.items()
    return {path: place for path, place in moves if path in files and place not in files}


def check_path(path: str) -> None:
    """Refuse a path that no template may write, wherever the target lies.

    Raises TemplateError for a path that leaves the target, lies in git's own folder, or holds a
    name that is dangerous on some system: a target is cloned on others.
    """
    parts = path.split("/")
    leads_away = path.startswith("/") or path[1:2] == ":" or ".." in parts
    if leads_away or "\0" in path:
        raise TemplateError(
            f"the template writes to {path!r}, outside of the target",
            hint="paths in a template must be relative and stay below the target",
        )
    if "" in parts or "." in parts:
        raise TemplateError(f"the template writes to {path!r}, which is no path of a file")
    if len(path.encode("utf-8", "surrogatepass")) > MAX_PATH_BYTES:
        raise TemplateError(
            f"the template writes to {path[:40]!r}…, a path of more than {MAX_PATH_BYTES:,} bytes",
            hint="give the template's folders shorter names",
        )
    for part in parts:
        _check_part(path, part)


def _check_part(path: str, part: str) -> None:
    if is_git_folder(part):
        raise TemplateError(f"the template writes to {path!r}, into git's own folder")
    reason = why_refused(part)
    if reason is not None:
        raise TemplateError(
            f"the template writes to {path!r}; the name {part!r} {reason}",
            hint="rename it in the template; a repository is cloned on other systems too",
        )


def check_paths(paths: Iterable[str]) -> None:
    """Refuse paths that no target may get.

    Raises TemplateError for what `check_path` refuses, and for two paths that are one on some
    systems.
    """
    seen: dict[str, str] = {}
    for path in sorted(paths):
        check_path(path)
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            shown = "/".join(parts[:depth])
            twin = seen.setdefault(twin_key(shown), shown)
            if twin != shown:
                raise TemplateError(
                    f"the template writes both {twin!r} and {shown!r}, which differ only by case "
                    "or by how accents "
                    "are written",
                    hint="they are one file on macOS and Windows; rename one in the template",
                )


def check_links(files: Mapping[str, File]) -> None:
    """Refuse symlinks that lead anywhere but to a file or a folder of the same rendering.

    Each step of a link is looked at, those of other links that it passes too. Raises TemplateError.
    """
    folders = {""}
    for path in files:
        folders.update("/".join(path.split("/")[:depth]) for depth in range(1, path.count("/") + 1))
    for path, file in files.items():
        if file.link is None:
            continue
        if is_git_file(path.rpartition("/")[2]):
            raise TemplateError(
                f"the template has a symlink {path!r}, which git would read through"
            )
        if not file.link or file.link.startswith("/"):
            raise _leads_out(path, file)
        _follow(path, files, folders)


def _follow(path: str, files: Mapping[str, File], folders: Collection[str]) -> None:
    """Follow one link of a rendering to its end.

    Raises TemplateError where it leaves the rendering.
    """
    at = path.split("/")[:-1]
    left = _steps(files[path].link or "")
    hops = 0
    while left:
        step = left.pop(0)
        if step == "..":
            if not at:
                raise _leads_out(path, files[path])
            at.pop()
            continue
        at.append(step)
        place = "/".join(at)
        aim = _aim(files, place)
        if aim is not None:
            hops += 1
            if hops > _MOST_HOPS:
                raise TemplateError(f"the template has a symlink {path!r} that leads in a circle")
            at.pop()
            left = _steps(aim) + left
        elif place not in folders and (place not in files or left):
            raise _leads_out(path, files[path])


def _aim(files: Mapping[str, File], path: str) -> str | None:
    return files[path].link if path in files else None


def _steps(link: str) -> list[str]:
    return [step for step in link.split("/") if step not in {"", "."}]


def _leads_out(path: str, file: File) -> TemplateError:
    return TemplateError(
        f"the template has a symlink {path!r} that leads out of the target, "
        "or to what the template doesn't render: "
        f"{file.link!r}",
        hint="a link in a template must lead to one of its own files or folders, "
        "by a relative path",
    )
