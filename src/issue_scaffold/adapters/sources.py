"""Template sources: what a user may write, what is recorded, and which versions there are.

What was asked before is answered from the cache, without starting git.
"""

import re
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from issue_scaffold.adapters import bundled
from issue_scaffold.adapters.cache_store import CacheStore, digest_of
from issue_scaffold.domain.versions import KnownVersions
from issue_scaffold.errors import ScaffoldError, UsageError

if TYPE_CHECKING:
    from issue_scaffold.adapters.repositories import Repositories

VERSIONS_LIFETIME_SECONDS: Final = 3600.0
_ALIASES: Final = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
# What Copier itself takes for git without looking (https://copier.readthedocs.io/en/stable/generating/#templates-versions).
_KNOWN_HOSTS: Final = ("https://github.com/", "https://gitlab.com/")
_SCP_LIKE: Final = re.compile(r"^[\w.-]+@[\w.-]+:(?!//)")


class Source(NamedTuple):
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
    if text == bundled.SOURCE:
        return BUNDLED
    for alias, host in _ALIASES.items():
        if text.startswith(alias):
            text = host + text.removeprefix(alias).lstrip("/")
    remote = text.removeprefix("git+")
    if _SCP_LIKE.match(remote):
        return Source(text, is_local=False)
    if "://" not in remote:
        return Source(str((relative_to / Path(text).expanduser()).resolve()), is_local=True)
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(remote)
    if parts.scheme == "file":
        return Source(str(Path(unquote(parts.path)).resolve()), is_local=True)
    if parts.password or (parts.username and parts.scheme in {"http", "https"}):
        raise UsageError(
            f"the template URL for {parts.hostname} has credentials in it, which would be recorded in the repository",
            hint="leave them out; git asks its credential helper, or use an ssh URL",
        )
    if remote.startswith(_KNOWN_HOSTS) and not remote.endswith(".git"):
        remote = remote.rstrip("/") + ".git"
    return Source(remote if remote.endswith(".git") else f"git+{remote}", is_local=False)


class SourceReader:
    """Finds versions and commits of templates, and keeps what it finds in the cache."""

    def __init__(self, store: CacheStore, scratch: Callable[[], Path], on_miss: Callable[[], None]) -> None:
        """`scratch` makes a fresh temporary folder that lives as long as this process's work.

        `on_miss` is called before a repository is cloned: what was never seen will have to be rendered.
        """
        self._store = store
        self._scratch = scratch
        self._on_miss = on_miss
        self._versions: dict[str, KnownVersions | None] = {}
        self._recalled: dict[str, KnownVersions] = {}

    @cached_property
    def repositories(self) -> "Repositories":
        """The repositories themselves, for what the cache can't answer."""
        from issue_scaffold.adapters.repositories import Repositories

        return Repositories(self._store.folder, self._scratch, self._on_miss)

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
            return self._ask(source)
        except ScaffoldError:
            return None

    def _ask(self, source: Source) -> KnownVersions:
        asked = self.repositories.ask_versions(source)
        document = {"asked_at": time.time(), "tags": dict(asked.tags), "head": asked.head, "latest": asked.latest}
        self._store.write_document("versions", source.key, document)
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

        Raises UsageError when the source has no such version, TemplateError when it can't be reached.
        """
        known = self.known_versions(source)
        if version in known.tags:
            return known.tags[version]
        word = known.commit_of(version)
        key = digest_of(source.recorded, version)
        # What a commit id stands for never changes; what a branch stands for does.
        if word and (found := self._store.read_document("commits", key)):
            return str(found["commit"])
        commit = self.repositories.resolve(source, version, word)
        if commit is None:
            names = ", ".join(list(known.tags)[-5:]) or "none is tagged"
            raise UsageError(
                f"the template {source.recorded} has no version {version!r}", hint=f"its newest versions: {names}"
            )
        if word and commit.startswith(word):
            self._store.write_document("commits", key, {"commit": commit})
        return commit

    def refresh(self, source: Source) -> bool:
        """Bring a source's mirror and its known versions up to date; return whether they are.

        False when a remote source can't be reached: then the versions are those that the mirror holds. Raises
        TemplateError when there is no mirror either, GitError when git fails.
        """
        if source.is_bundled:
            return True
        reached = self.repositories.fetch(source)
        self._versions[source.key] = self._ask(source) if reached else self.repositories.last_versions(source)
        return reached


def _versions_of(document: dict[str, Any]) -> KnownVersions:
    return KnownVersions(tags=document["tags"], head=document["head"], latest=document["latest"])
