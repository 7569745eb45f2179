"""Which versions template sources have, and which commits those are.

What was asked before is answered from the cache, without starting git.
"""

import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from issue_scaffold.errors import ScaffoldError, TemplateError, UsageError
from issue_scaffold.state.cache_store import CacheStore, digest_of
from issue_scaffold.template import bundled
from issue_scaffold.template.source_text import Source
from issue_scaffold.template.versions import KnownVersions
from issue_scaffold.text.late_patterns import late_pattern

if TYPE_CHECKING:
    from issue_scaffold.template.repositories import Repositories

VERSIONS_LIFETIME_SECONDS: Final = 3600.0
_VERSIONS: Final = "versions"
_COMMITS: Final = "commits"
_COMMIT: Final = late_pattern(r"[0-9a-f]{40,64}")


class SourceReader:
    """Finds versions and commits of templates, and keeps what it finds in the cache."""

    def __init__(
        self, store: CacheStore, scratch: Callable[[], Path], on_miss: Callable[[], None]
    ) -> None:
        """`scratch` makes a fresh temporary folder that lives as long as this process's work.

        `on_miss` is called before a repository is cloned: what was never seen will have to be rendered.
        """
        self._store = store
        self._scratch = scratch
        self._on_miss = on_miss
        self._versions: dict[str, KnownVersions | None] = {}
        self._recalled: dict[str, KnownVersions] = {}
        self._asked_anew: set[str] = set()
        self.offline = False

    @cached_property
    def repositories(self) -> "Repositories":
        """The repositories themselves, for what the cache can't answer."""
        from issue_scaffold.template.repositories import Repositories

        return Repositories(self._store.folder, self._scratch, self._on_miss, offline=self.offline)

    def versions(
        self, source: Source, *, max_age: float = VERSIONS_LIFETIME_SECONDS
    ) -> KnownVersions | None:
        """Return a source's versions, asked at most `max_age` seconds ago; None when nobody can be asked now.

        Offline, what was known last is returned however old. The bundled template needs nobody.
        """
        if source.is_bundled:
            return bundled.versions()
        if source.key not in self._versions:
            self._versions[source.key] = self._ask_versions(source, max_age=max_age)
        return self._versions[source.key]

    def _ask_versions(self, source: Source, *, max_age: float) -> KnownVersions | None:
        asked_at, known = self._recall(source)
        if known is not None and (self.offline or 0 <= time.time() - asked_at < max_age):
            return known
        try:
            return self._ask(source)
        except UsageError:
            raise
        except ScaffoldError:
            return None

    def _ask(self, source: Source) -> KnownVersions:
        asked = self.repositories.ask_versions(source)
        document = {
            "asked_at": time.time(),
            "tags": dict(asked.tags),
            "head": asked.head,
            "latest": asked.latest,
        }
        self._store.write_document(_VERSIONS, source.key, document)
        self._asked_anew.add(source.key)
        return asked

    def _recall(self, source: Source) -> tuple[float, KnownVersions | None]:
        document = self._store.read_document(_VERSIONS, source.key)
        if document is None or not _is_versions(document):
            return 0.0, None
        known = KnownVersions(
            tags=document["tags"], head=document["head"], latest=document["latest"]
        )
        return float(document["asked_at"]), known

    def known_versions(self, source: Source) -> KnownVersions:
        """Return what is known of a source's versions, however old; nothing known is an empty answer."""
        if source.is_bundled:
            return bundled.versions()
        if source.key not in self._versions:
            if source.key not in self._recalled:
                self._recalled[source.key] = self._recall(source)[1] or KnownVersions()
            return self._recalled[source.key]
        return self._versions[source.key] or KnownVersions()

    def commit(self, source: Source, version: str) -> str:
        """Return the full commit id of a tag, a branch, a described commit or a commit that the source has.

        This is the one place that says what a version is: what was asked for and what was recorded alike. Raises
        UsageError when the source has no such version, TemplateError when it can't be reached.
        """
        known = self.known_versions(source)
        if version in known.tags:
            return known.tags[version]
        if version == "HEAD" and known.head is not None:
            return known.head
        commit = self._commit_by_name(source, version, known)
        if commit is None:
            raise _no_such_version(source, version, known)
        return commit

    def _commit_by_name(self, source: Source, version: str, known: KnownVersions) -> str | None:
        # What a commit id stands for never changes, but whether a branch holds it; what a branch stands for does.
        word = known.commit_of(version)
        key = digest_of(source.recorded, version)
        kept = self._store.read_document(_COMMITS, key) if word else None
        remembered = kept["commit"] if kept is not None and _is_commit(kept.get("commit")) else None
        if source.key in self._asked_anew:
            self.repositories.fetch(source)
        elif remembered is not None:
            return str(remembered)
        commit = self.repositories.resolve(source, version)
        if word and commit is not None and commit.startswith(word):
            self._store.write_document(_COMMITS, key, {"commit": commit})
        return commit

    def holds(self, source: Source, commit: str) -> bool:
        """Return whether a branch or a tag of a source holds a commit; False too when nobody can be asked."""
        try:
            return self.commit(source, commit) == commit
        except (UsageError, TemplateError):
            return False

    def name_of(self, source: Source, ref: str) -> str:
        """Return the name under which what a user asked for is recorded: a tag as it is, all else by its commit.

        Raises what `commit` raises.
        """
        known = self.known_versions(source)
        if ref in known.tags:
            return ref
        return self.repositories.name_of(source, self.commit(source, ref), known)

    def refresh(self, source: Source) -> bool:
        """Bring a source's mirror and its known versions up to date; return whether they are.

        False when a remote source can't be reached: then the versions are those that the mirror holds. Raises
        TemplateError when there is no mirror either, GitError when git fails.
        """
        if source.is_bundled:
            return True
        reached = self.repositories.fetch(source)
        self._versions[source.key] = (
            self._ask(source) if reached else self.repositories.last_versions(source)
        )
        return reached


def _no_such_version(source: Source, version: str, known: KnownVersions) -> UsageError:
    names = ", ".join(list(known.tags)[-5:]) or "none is tagged"
    return UsageError(
        f"the template {source.recorded} has no version {version!r} on any of its branches or tags",
        hint=f"its newest versions: {names}",
    )


def _is_versions(document: dict[str, Any]) -> bool:
    tags, asked_at = document.get("tags"), document.get("asked_at")
    if (
        not isinstance(tags, dict)
        or isinstance(asked_at, bool)
        or not isinstance(asked_at, int | float)
    ):
        return False
    others = (document.get("head"), document.get("latest"))
    return all(map(_is_commit, tags.values())) and all(
        other is None or isinstance(other, str) for other in others
    )


def _is_commit(value: object) -> bool:
    return isinstance(value, str) and _COMMIT.fullmatch(value) is not None
