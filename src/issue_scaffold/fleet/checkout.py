"""A repository on a host as a folder: its last commit's files, those alone that anybody looks at.

Owns which files those are, and that nothing of the repository runs or decides on the way: no hook,
filter, attribute, submodule or setting of its. It comes without contents (`blob:none`), of one
commit; what is looked at is fetched in one more exchange, and git is told that the rest isn't
checked out on purpose. https://git-scm.com/docs/partial-clone
"""

import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Final, NamedTuple

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.bounded import read_file
from issue_scaffold.fleet.address import folder_name, source_of
from issue_scaffold.fleet.git_access import GitAccess
from issue_scaffold.fleet.outcome import Reason
from issue_scaffold.fleet.remote import Base
from issue_scaffold.forge.detection import EVIDENCE
from issue_scaffold.forge.layout import FOLDERS, FORGE_FOLDERS, is_page, is_walked
from issue_scaffold.forge.source_files import MAX_PAGES, read_repository, wants_pages
from issue_scaffold.git import command as git
from issue_scaffold.state.locks import forget_target
from issue_scaffold.text.limits import MAX_MANAGED_BYTES

_CLONE: Final = (
    "-c",
    "clone.defaultRemoteName=origin",
    "clone",
    "--quiet",
    "--no-checkout",
    "--depth=1",
    "--filter=blob:none",
    "--single-branch",
    "--no-tags",
)
# As git itself does it for what a partial clone lacks: nothing is negotiated.
_FETCH: Final = (
    "-c",
    "fetch.negotiationAlgorithm=noop",
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--recurse-submodules=no",
    "--filter=blob:none",
    "--stdin",
    "origin",
)
# The names of a hundred thousand files come in less; a host without filters sends all contents.
_COMMIT_BYTES: Final = 256 * 1024 * 1024
_CONTENT_BYTES: Final = 64 * 1024 * 1024
_MOST_FILES: Final = 20_000
_MOST_LINKS: Final = 5
_RULES: Final = (".gitattributes", ".gitignore")
_SUBMODULE: Final = "160000"
_LINK: Final = "120000"
# Stands above what any file of the repository says of line ends, encodings and filters.
_ATTRIBUTES: Final = "* -text !eol -ident -filter !working-tree-encoding\n"
_ANSWERS: Final = re.compile(r"\.copier-answers[^/]*\.ya?ml")
_ALSO: Final = frozenset({".pre-commit-config.yaml", ".pre-commit-config.yml", *EVIDENCE})
# What the bundled template has for CI, in whatever folder.
_CI_NAME: Final = re.compile(r"/(scaffold|sync)-[^/]*\.ya?ml$")
# Folders that are there whether or not a file of theirs is looked at: their names decide.
_DEEPEST_FOLDER: Final = 3


class UnusableRepositoryError(ScaffoldError):
    """A repository has nothing that could be looked at, or too much of it; `code` says why."""

    def __init__(self, code: Reason, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class _CommitEntry(NamedTuple):
    mode: str
    blob: str


class Checkout:
    """The files of a commit in a folder of ours; `base` is what it is of."""

    def __init__(self, folder: Path, base: Base, access: GitAccess) -> None:
        """Know what the commit holds. Raises GitError."""
        self.folder = folder
        self.base = base
        self._access = access
        said = git.run(["ls-tree", "-r", "-z", "--full-tree", base.commit], cwd=folder)
        self._entries = dict(_entries(said))
        self._shown: set[str] = set()

    def begin(self, named: Iterable[str]) -> None:
        """Lay out what is looked at, and what is `named` besides. Raises GitError."""
        git.run(["read-tree", self.base.commit], cwd=self.folder)
        self._lay_folders()
        extra = frozenset(named)
        looked_at = [
            path
            for path, entry in self._entries.items()
            if path in extra or _is_looked_at(path) or (entry.mode == _LINK and _is_way(path))
        ]
        first = self._with_rules(looked_at)
        rest = "".join(f"{path}\0" for path in self._entries.keys() - set(first))
        self._index(["--skip-worktree"], rest)
        self._fetch_and_write(first)
        self._follow_links(extra)
        self._show_pages()

    def show(self, paths: Collection[str]) -> bool:
        """Lay out further files, if the commit has any of them; return whether it has.

        Raises GitError.
        """
        more = [path for path in self._with_rules(paths) if path not in self._shown]
        if more:
            self._index(["--no-skip-worktree"], "".join(f"{path}\0" for path in more))
            self._fetch_and_write(more)
        return bool(more)

    def _with_rules(self, paths: Iterable[str]) -> list[str]:
        """Return those of the paths that there are, and what git looks at on its way to them all.

        It would fetch that by itself else, or fail.
        """
        found: set[str] = set()
        for path in paths:
            found.add(path)
            folders = path.split("/")[:-1]
            for depth in range(len(folders) + 1):
                lead = "".join(f"{folder}/" for folder in folders[:depth])
                found.update(lead + name for name in _RULES)
        return [path for path in self._entries if path in found]

    def _follow_links(self, named: frozenset[str]) -> None:
        """Lay out what links lead to: files, and what of a folder is looked at by way of them."""
        for _ in range(_MOST_LINKS):
            links = [path for path in self._shown if self._entries[path].mode == _LINK]
            wanted: set[str] = set()
            for link in links:
                aim = self._aim_of(link)
                wanted.update(path for path in self._entries if path == aim)
                for path in self._entries:
                    below = path.removeprefix(f"{aim}/")
                    way = f"{link}/{below}"
                    if below != path and (way in named or _is_looked_at(way)):
                        wanted.add(path)
            if not self.show(wanted):
                return

    def _show_pages(self) -> None:
        """Lay out the pages that may lead to templates, where it matters whether they do."""
        try:
            files = read_repository(self.folder).files
        except ScaffoldError:  # who looks at it next says what it is
            return
        if wants_pages(files):
            self.show(sorted(filter(is_page, self._entries))[:MAX_PAGES])

    def _aim_of(self, link: str) -> str:
        """Return the path that a link leads to, as it is written; nothing outside has an entry."""
        written = os.readlink(self.folder / link)  # noqa: PTH115 - as it is, a text
        return os.path.normpath(f"{link.rpartition('/')[0] or '.'}/{written}")

    def submodule_above(self, path: str) -> str | None:
        """Return the submodule that a path leads into, None for one of the repository's own."""
        parts = path.split("/")
        above = ("/".join(parts[:number]) for number in range(1, len(parts)))
        return next((folder for folder in above if self._is_submodule(folder)), None)

    def _is_submodule(self, path: str) -> bool:
        entry = self._entries.get(path)
        return entry is not None and entry.mode == _SUBMODULE

    def _lay_folders(self) -> None:
        """Make the folders that decide something by being there; nothing else is there yet."""
        found: set[str] = set()
        for path in self._entries:
            place = "/".join(path.split("/")[:-1][:_DEEPEST_FOLDER])
            if place and _is_way(place):
                found.add(place)
        for place in sorted(found):
            (self.folder / place).mkdir(parents=True, exist_ok=True)
        for path in filter(self._is_submodule, self._entries):
            if _is_way(path):
                # As where it is checked out: what is in it is another repository's.
                (self.folder / path / ".git").mkdir(parents=True, exist_ok=True)

    def _fetch_and_write(self, paths: list[str]) -> None:
        files = [path for path in paths if not self._is_submodule(path)]
        if len(files) > _MOST_FILES:
            message = f"more than {_MOST_FILES:,} files in the template folders"
            raise UnusableRepositoryError(Reason.HOSTILE, message)
        self._shown.update(files)
        blobs = sorted({self._entries[path].blob for path in files})
        if not blobs:
            return
        asked = "".join(f"{blob}\n" for blob in blobs).encode()
        place = ["--git-dir", str(self.folder / ".git")]
        self._access.talk([*place, *_FETCH], max_bytes=_CONTENT_BYTES, data=asked)
        self._refuse_large(blobs, asked)
        names = "".join(f"{path}\0" for path in files).encode(errors="surrogateescape")
        git.run(["checkout-index", "--quiet", "-u", "-z", "--stdin"], cwd=self.folder, data=names)

    def _refuse_large(self, blobs: list[str], asked: bytes) -> None:
        """Refuse what is large once it is unpacked: a few bytes can be any number of zeros."""
        said = git.run(["cat-file", "--batch-check=%(objectsize)"], cwd=self.folder, data=asked)
        for blob, size in zip(blobs, said.decode().split("\n"), strict=False):
            if not size.isdecimal() or int(size) <= MAX_MANAGED_BYTES:
                continue
            path = next(path for path, entry in self._entries.items() if entry.blob == blob)
            raise UnusableRepositoryError(
                Reason.HOSTILE,
                f"{path} is too large: {int(size):,} bytes; expected at most {MAX_MANAGED_BYTES:,}",
            )

    def _index(self, options: list[str], names: str) -> None:
        if names:
            data = names.encode(errors="surrogateescape")
            git.run(["update-index", "-z", *options, "--stdin"], cwd=self.folder, data=data)


@contextmanager
def checked_out(access: GitAccess, scratch: Path, named: Iterable[str]) -> Iterator[Checkout]:
    """Yield a repository's checkout, in a folder of its own that is removed afterwards.

    `named` are files that are looked at besides those that anybody does. Raises GitError,
    UsageError for an address that git mustn't be given, and UnusableRepositoryError.
    """
    place = Path(mkdtemp(dir=scratch))
    folder = place / folder_name(access.repository)
    try:
        url = source_of(access.repository).url
        access.talk([*_CLONE, "--", url, str(folder)], max_bytes=_COMMIT_BYTES)
        attributes = folder / ".git" / "info" / "attributes"
        attributes.parent.mkdir(exist_ok=True)
        attributes.write_text(_ATTRIBUTES)
        checkout = Checkout(folder, _base_of(folder, access, url), access)
        checkout.begin(named)
        yield checkout
    finally:
        shutil.rmtree(place, ignore_errors=True)
        forget_target(folder.resolve())


def _base_of(folder: Path, access: GitAccess, url: str) -> Base:
    head = read_file(".git/HEAD", below=folder).decode(errors="replace").strip()
    branch = head.removeprefix("ref: refs/heads/")
    commit = git.find_commit(folder, "HEAD")
    if commit is not None:
        return Base("HEAD" if branch == commit else branch, commit)
    said = access.talk(["ls-remote", "--heads", "--", url], max_bytes=_CONTENT_BYTES)
    if not said.strip():
        raise UnusableRepositoryError(Reason.EMPTY, "there is no commit in it yet")
    raise UnusableRepositoryError(
        Reason.GONE,
        f"its default branch {branch} does not exist",
        hint="choose another default branch on the host",
    )


def _entries(listed: bytes) -> Iterator[tuple[str, _CommitEntry]]:
    for record in listed.decode(errors="surrogateescape").split("\0"):
        if record:
            fields, _, path = record.partition("\t")
            mode, _, blob = fields.split(" ")
            yield path, _CommitEntry(mode, blob)


def _is_looked_at(path: str) -> bool:
    """Tell whether a check, an update or an installation may look at a file, whatever its template.

    What a template manages elsewhere is laid out when that is known.
    """
    if path in _ALSO or _ANSWERS.fullmatch(path) or is_walked(path):
        return True
    return path.partition("/")[0] in FORGE_FOLDERS and _CI_NAME.search(path) is not None


def _is_way(path: str) -> bool:
    """Tell whether a path may be the folder that others are looked for in."""
    parts = path.split("/")
    return len(parts) <= _DEEPEST_FOLDER and (parts[0] in FOLDERS or parts[0].startswith("."))
