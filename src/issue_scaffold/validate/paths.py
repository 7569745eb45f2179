"""Which files the paths of the command line stand for, and which of them belong together."""

import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.bounded import read_beginning
from issue_scaffold.forge.file_kind import leads_to_template
from issue_scaffold.forge.forges import SharedForges, forge_named
from issue_scaffold.forge.layout import FORGE_FOLDERS, SHARED_FOLDERS, template_folder

if TYPE_CHECKING:
    from pathlib import Path

# A file that lies in no repository needs neither `pathlib` nor what reads one.

STDIN: Final = "-"


class FileGroup(NamedTuple):
    """Files that are validated together, `names` being the paths that users know them by.

    `root` is None for a file that lies in no repository's template folders: it is looked at alone.
    `unread` says what stands in the place of a file and can't be read as one, `forges` what is
    known of who reads folders that several read.
    """

    root: "Path | None"
    files: dict[str, bytes]
    names: dict[str, str]
    unread: Mapping[str, str] = MappingProxyType({})
    forges: SharedForges = SharedForges()


class RequestedPath(NamedTuple):
    """One path of the command line: its files, or why they can't be read.

    `stands_for` is the repository that a folder without any files of ours was taken for.
    """

    name: str
    group: FileGroup | None
    wanted: frozenset[str]
    error: Exception | None = None
    stands_for: str = ""


def collect(
    paths: Sequence[str], stdin: bytes | None = None, forge: str | None = None
) -> list[RequestedPath]:
    """Read the files that paths stand for, and each repository once.

    `forge` is the name of the one that the user says they are for.
    """
    collector = _Collector(stdin or b"", forge)
    requested = []
    for name in dict.fromkeys(paths):
        try:
            requested.append(collector.read(name))
        except Exception as error:  # noqa: BLE001 - one path never costs the others
            requested.append(RequestedPath(name, None, frozenset(), error))
    return requested


class _Collector:
    """The groups that are known so far, and where folders belong."""

    def __init__(self, stdin: bytes, forge: str | None) -> None:
        self._stdin = stdin
        self._forge = forge
        self._groups: dict[str, FileGroup] = {}
        self._places: dict[str, tuple[FileGroup, str] | None] = {}

    def read(self, name: str) -> RequestedPath:
        """Return one path's files. Raises ScaffoldError if it can't be read."""
        if name == STDIN:
            return self._alone(name, name, self._stdin)
        if os.path.isdir(name):  # noqa: PTH112 - a thousand paths: pathlib would take half the time
            return self._folder(name)
        folder, file_name = os.path.split(name)
        place = self._place(folder)
        if place is None:
            return self._alone(name, name.replace(os.sep, "/"), read_beginning(name))
        group, inner = place
        relative = f"{inner}/{file_name}" if inner else file_name
        if relative not in group.files and relative not in group.unread:
            group.files[relative] = read_beginning(relative, below=group.root, shown=name)
        group.names.setdefault(relative, name)
        return RequestedPath(name, group, frozenset({relative}))

    def _place(self, folder: str) -> tuple[FileGroup, str] | None:
        """Return the group of a file's folder, and the folder's path there."""
        if folder not in self._places:
            place = None
            repository = repository_of(folder)
            if repository is not None:
                root, inner = repository
                place = self._group(root, strict=False), inner
            self._places[folder] = place
        return self._places[folder]

    def _folder(self, name: str) -> RequestedPath:
        from pathlib import Path

        root, inner = Path(name), ""
        if not _is_repository(name):
            root, inner = repository_of(name) or (root, inner)
        group = self._group(root, strict=True)
        lead = f"{inner}/" if inner else ""
        known = (*templates_among(group.files), *group.unread)
        wanted = frozenset(relative for relative in known if relative.startswith(lead))
        if not wanted:
            return self._above(name) or RequestedPath(name, group, wanted)
        for relative in wanted:
            below = relative.removeprefix(lead)
            if name != ".":
                below = os.path.join(name, *below.split("/"))  # noqa: PTH118 - as the user wrote it
            group.names.setdefault(relative, below)
        return RequestedPath(name, group, wanted)

    def _above(self, name: str) -> RequestedPath | None:
        """Return the files of the repository that a folder without any lies in."""
        above = None if _is_repository(name) else _repository_above(name)
        if above is None:
            return None
        found = self._folder(above)
        return found._replace(name=name, stands_for=above) if found.wanted else None

    def _group(self, root: "Path", *, strict: bool) -> FileGroup:
        """Return a repository's files, read once; none where they can't be, unless `strict`."""
        from issue_scaffold.forge.source_files import RepositoryFiles
        from issue_scaffold.labels.places import read_with_config

        key = os.path.realpath(root)
        if key not in self._groups:
            try:
                repository = read_with_config(root)
            except ScaffoldError:
                if strict:
                    raise
                repository = RepositoryFiles({}, {})
            from issue_scaffold.forge.shared_forge import shared_forges

            forges = shared_forges(root, self._forge)
            self._groups[key] = FileGroup(root, repository.files, {}, repository.unread, forges)
        return self._groups[key]

    def _alone(self, name: str, path: str, content: bytes) -> RequestedPath:
        forges = SharedForges(forge_named(self._forge or ""))
        group = FileGroup(None, {path: content}, {path: name}, forges=forges)
        return RequestedPath(name, group, frozenset({path}))


def templates_among(files: Mapping[str, bytes]) -> list[str]:
    """Return the files that are validated: not the pages that only lead to templates."""
    return [path for path, content in files.items() if not leads_to_template(path, content)]


def _is_repository(folder: str) -> bool:
    # A repository may itself be called `.github`: an organisation's defaults live in one.
    inside = (os.path.join(folder, name) for name in (".git", ".github"))  # noqa: PTH118
    return any(os.path.exists(path) for path in inside)  # noqa: PTH110


def _repository_above(folder: str) -> str | None:
    """Return the root of the repository that a folder lies in, as a path from here."""
    from pathlib import Path

    place = Path(os.path.abspath(folder))  # noqa: PTH100 - symlinks stay as the user wrote them
    roots = (root for root in place.parents if os.path.lexists(root / ".git"))
    return next(map(os.path.relpath, roots), None)


def repository_of(folder: str) -> "tuple[Path, str] | None":
    """Return the repository that a folder of templates belongs to by its names, and its path there.

    None if it belongs to none.
    """
    # Symlinks stay as the user wrote them. The first part is the drive, empty but on Windows.
    parts = os.path.abspath(folder).split(os.sep)  # noqa: PTH100, PTH206
    begin = _begin_of_inner(parts)
    if begin is None:
        return None
    from pathlib import Path

    root = os.sep.join([*parts[:begin], ""])  # noqa: PTH118 - pathlib would lose the drive
    return Path(root), "/".join(parts[begin:])


def _begin_of_inner(parts: Sequence[str]) -> int | None:
    """Return which part of a path is the first below its repository; None without a sign of one."""
    for index in range(len(parts) - 1, 0, -1):
        if parts[index] in FORGE_FOLDERS:
            return index
    inside = template_folder("/".join([*parts, ""]))
    if inside is None:
        return None
    begin = inside[0].count("/")
    if begin > 1 and parts[begin - 1] in SHARED_FOLDERS:
        return begin - 1
    return begin
