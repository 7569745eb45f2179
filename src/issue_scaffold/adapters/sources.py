"""Template sources: what a user may write, what is recorded, and which local repository git reads instead.

A remote source is read through a bare mirror in the cache folder, so that what was seen once works without a network;
the bundled template is read from the bundle in the package; a local path is read where it is.
"""

import re
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from issue_scaffold.adapters import bundled, git, locks
from issue_scaffold.adapters.cache_store import CacheStore, digest_of
from issue_scaffold.domain.versions import KnownVersions
from issue_scaffold.errors import TemplateError, UsageError

VERSIONS_LIFETIME_SECONDS: Final = 3600.0
_ALIASES: Final = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
# What Copier itself takes for git without looking (https://copier.readthedocs.io/en/stable/generating/#templates-versions).
_KNOWN_HOSTS: Final = ("https://github.com/", "https://gitlab.com/")
_SCP_LIKE: Final = re.compile(r"^[\w.-]+@[\w.-]+:(?!//)")


@dataclass(frozen=True, slots=True)
class Source:
    """A template source: `recorded` is what the answers file says, `is_local` whether it is a path."""

    recorded: str
    is_local: bool

    @property
    def is_bundled(self) -> bool:
        """Whether it is the template that comes with the package."""
        return self.recorded == bundled.SOURCE

    @property
    def key(self) -> str:
        """A name for it in the cache."""
        return digest_of(self.recorded)[:32]


BUNDLED: Final = Source(bundled.SOURCE, is_local=False)


def parse_source(text: str, *, relative_to: Path) -> Source:
    """Return the source that a user or an answers file names.

    `gh:` and `gl:` become full `https://` URLs and paths become absolute, so that the record means the same everywhere.
    Raises UsageError for a URL with credentials in it.
    """
    for alias, host in _ALIASES.items():
        if text.startswith(alias):
            text = host + text.removeprefix(alias).lstrip("/")
    remote = text.removeprefix("git+")
    if _SCP_LIKE.match(remote):
        return Source(text, is_local=False)
    if "://" not in remote:
        return Source(str((relative_to / Path(text).expanduser()).resolve()), is_local=True)
    parts = urlsplit(remote)
    if parts.scheme == "file":
        return Source(str(Path(parts.path).resolve()), is_local=True)
    if parts.password or (parts.username and parts.scheme in {"http", "https"}):
        raise UsageError(
            f"the template URL for {parts.hostname} has credentials in it, which would be recorded in the repository",
            hint="leave them out; git asks its credential helper, or use an ssh URL",
        )
    if remote.startswith(_KNOWN_HOSTS) and not remote.endswith(".git"):
        return Source(remote.rstrip("/") + ".git", is_local=False)
    if remote.endswith(".git"):
        return Source(remote, is_local=False)
    return Source("git+" + remote, is_local=False)


class SourceReader:
    """Finds versions, commits and files of templates, and keeps what it finds in the cache."""

    def __init__(self, store: CacheStore, scratch: Callable[[], Path], on_miss: Callable[[], None]) -> None:
        """`scratch` makes a fresh temporary folder that lives as long as this process's work.

        `on_miss` is called before a repository is cloned: what was never seen will have to be rendered.
        """
        self._store = store
        self._on_miss = on_miss
        self._scratch = scratch
        self._repositories: dict[str, Path] = {}
        self._versions: dict[str, KnownVersions | None] = {}
        self._recalled: dict[str, KnownVersions] = {}
        self._fetched: set[str] = set()

    def origin(self, source: Source) -> str | None:
        """Return the local path that git is to read instead of the recorded source; None when it is that path."""
        if source.is_bundled:
            return str(bundled.BUNDLE)
        return None if source.is_local else str(self.repository(source))

    def repository(self, source: Source) -> Path:
        """Return a local repository that holds the source's commits. Raises TemplateError when it can't be had."""
        if source.key not in self._repositories:
            self._repositories[source.key] = self._find_repository(source)
        return self._repositories[source.key]

    def _find_repository(self, source: Source) -> Path:
        if source.is_bundled:
            return self._scratch_mirror(str(bundled.BUNDLE))
        if source.is_local:
            return self._local_repository(Path(source.recorded))
        with locks.hold(self._store.folder, f"git-{source.key}", what=f"the mirror of {source.recorded}"):
            mirror = self._store.folder / "git" / f"{source.key}.git"
            return mirror if (mirror / "HEAD").is_file() else self._new_mirror(source, mirror)

    def _local_repository(self, path: Path) -> Path:
        if path.is_file():
            return self._scratch_mirror(str(path))
        if not path.exists():
            raise TemplateError(
                f"the template {path} does not exist",
                hint="name a folder that is a git repository, a git URL, or gh:OWNER/NAME",
            )
        if not (path / ".git").exists() and not (path / "objects").is_dir():
            raise TemplateError(
                f"the template {path} is not a git repository",
                hint="updates need the template's history: git init, git add --all, git commit",
            )
        return path

    def _new_mirror(self, source: Source, mirror: Path) -> Path:
        self._on_miss()
        try:
            mirror.parent.mkdir(parents=True, exist_ok=True)
            staging = Path(tempfile.mkdtemp(prefix="new-", dir=mirror.parent))
        except OSError:  # no cache folder to write to: this process keeps its own
            mirror = staging = self._scratch() / "mirror.git"
        try:
            git.clone_mirror(source.recorded.removeprefix("git+"), staging)
        except git.GitError as error:
            shutil.rmtree(staging, ignore_errors=True)
            raise _unreachable(source, error) from error
        self._fetched.add(source.key)
        return staging.replace(mirror)

    def _scratch_mirror(self, origin: str) -> Path:
        folder = self._scratch() / "origin.git"
        try:
            git.clone_mirror(origin, folder)
        except git.GitError as error:
            raise TemplateError(f"the template {origin} can't be read: {error.message}", hint=error.hint) from error
        return folder

    def versions(
        self, source: Source, *, max_age: float = VERSIONS_LIFETIME_SECONDS, offline: bool = False
    ) -> KnownVersions | None:
        """Return a source's versions, asked at most `max_age` seconds ago; None when nobody can be asked now.

        Offline, what was known last is returned however old. The bundled template needs nobody.
        """
        if source.is_bundled:
            return bundled.versions()
        if source.key not in self._versions:
            self._versions[source.key] = self._ask_versions(source, max_age=max_age, offline=offline)
        return self._versions[source.key]

    def _ask_versions(self, source: Source, *, max_age: float, offline: bool) -> KnownVersions | None:
        known = self._store.read_document("versions", source.key)
        if known is not None and (offline or 0 <= time.time() - float(known["asked_at"]) < max_age):
            return _versions_of(known)
        if offline and not source.is_local:
            return None
        try:
            asked = git.remote_versions(source.recorded.removeprefix("git+"))
        except git.GitError:
            return None
        self._store.write_document(
            "versions",
            source.key,
            {"asked_at": time.time(), "tags": dict(asked.tags), "head": asked.head, "latest": asked.latest},
        )
        return asked

    def known_versions(self, source: Source) -> KnownVersions:
        """Return what is known of a source's versions, however old; nothing known is an empty answer."""
        if source.is_bundled:
            return bundled.versions()
        if source.key not in self._versions:
            if source.key not in self._recalled:
                document = self._store.read_document("versions", source.key)
                self._recalled[source.key] = _versions_of(document) if document else KnownVersions()
            return self._recalled[source.key]
        return self._versions[source.key] or KnownVersions()

    def commit(self, source: Source, version: str) -> str:
        """Return the full commit id of a recorded version, a tag, a branch or a commit.

        Raises TemplateError when the source has no such version.
        """
        known = self.known_versions(source)
        if version in known.tags:
            return known.tags[version]
        word = known.commit_of(version)
        key = digest_of(source.recorded, version)
        # What a commit id stands for never changes; what a branch stands for does.
        if word and (found := self._store.read_document("commits", key)):
            return str(found["commit"])
        commit = self._resolve(source, version, word)
        if commit is None:
            names = ", ".join(list(known.tags)[-5:]) or "none is tagged"
            raise UsageError(
                f"the template {source.recorded} has no version {version!r}", hint=f"its newest versions: {names}"
            )
        if word and commit.startswith(word):
            self._store.write_document("commits", key, {"commit": commit})
        return commit

    def _resolve(self, source: Source, version: str, word: str | None) -> str | None:
        repository = self.repository(source)
        for _ in range(2):
            commit = git.resolve(repository, version) or (git.resolve(repository, word) if word else None)
            if commit is not None or not self._fetch(source):
                return commit
        return None

    def refresh(self, source: Source) -> None:
        """Bring a remote source's mirror and its known versions up to date. Raises TemplateError when that fails."""
        if source.is_bundled:
            return
        if source.is_local:
            self.repository(source)
        elif not self._fetch(source):
            raise TemplateError(
                f"the template {source.recorded} can't be reached",
                hint="check the URL and the network; `scaffold check --offline` works from the cache",
            )
        self._versions.pop(source.key, None)
        if self.versions(source, max_age=0) is None:
            raise TemplateError(f"the versions of the template {source.recorded} can't be listed")

    def _fetch(self, source: Source) -> bool:
        if source.is_bundled or source.is_local:
            return False
        repository = self.repository(source)
        if source.key in self._fetched:
            return True
        try:
            with locks.hold(self._store.folder, f"git-{source.key}", what=f"the mirror of {source.recorded}"):
                git.fetch_mirror(repository)
        except git.GitError:
            return False
        self._fetched.add(source.key)
        return True


def _versions_of(document: dict[str, Any]) -> KnownVersions:
    return KnownVersions(tags=document["tags"], head=document["head"], latest=document["latest"])


def _unreachable(source: Source, error: git.GitError) -> TemplateError:
    return TemplateError(
        f"the template {source.recorded} can't be reached: {error.message}",
        hint=error.hint or "check the URL, your access to it, and the network",
    )
