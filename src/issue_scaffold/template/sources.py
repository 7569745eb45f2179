"""Which versions template sources have, and which commits those are: asked here, and nowhere else.

What was asked before is answered from the cache, without starting git. What a run has looked up is
a `Revision`, which is passed on: nobody asks again what a version is.
"""

import time
from _thread import RLock, allocate_lock
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from issue_scaffold.errors import ScaffoldError, TemplateError, UsageError
from issue_scaffold.state.cache_store import CacheStore, digest_of
from issue_scaffold.template import bundled
from issue_scaffold.template.release_notes import NO_NEWS, News, ReleaseNotes, news_between
from issue_scaffold.template.source_text import TemplateSource, title_of
from issue_scaffold.template.versions import KnownVersions, parse
from issue_scaffold.text.late_patterns import late_pattern

if TYPE_CHECKING:
    from issue_scaffold.template.repository import TemplateRepository

VERSIONS_LIFETIME_SECONDS: Final = 3600.0
_VERSIONS: Final = "versions"
_COMMITS: Final = "commits"
_NOTES: Final = "notes"
_COMMIT: Final = late_pattern(r"[0-9a-f]{40,64}")


class Revision(NamedTuple):
    """A version that was looked up: the name that is recorded for it, and the commit that it is."""

    source: TemplateSource
    version: str
    commit: str


class SourceReader:
    """The sources of a run, each looked up in one place; `offline` is set before the first.

    Threads share it.
    """

    def __init__(
        self, store: CacheStore, scratch: Callable[[], Path], on_miss: Callable[[], None]
    ) -> None:
        """`scratch` makes a fresh temporary folder that lives as long as this process's work.

        `on_miss` is called before a repository is cloned: what was never seen has to be rendered.
        """
        self._store = store
        self._scratch = scratch
        self._on_miss = on_miss
        self._sources: dict[str, TemplateVersions] = {}
        self._lock = allocate_lock()
        self.offline = False

    def of(self, source: TemplateSource) -> "TemplateVersions":
        """Return the versions of a source, the same object for the same source."""
        with self._lock:
            if source.key not in self._sources:
                self._sources[source.key] = TemplateVersions(
                    source,
                    self._store,
                    lambda: self._repository(source),
                    offline=self.offline,
                )
            return self._sources[source.key]

    def _repository(self, source: TemplateSource) -> "TemplateRepository":
        from issue_scaffold.template.repository import TemplateRepository

        folder = self._store.folder
        return TemplateRepository(
            source, folder, self._scratch, self._on_miss, offline=self.offline
        )


class TemplateVersions:
    """The versions of one source: finds their commits, and keeps what it finds in the cache.

    The bundled template's are known without asking anybody. Of threads that ask at the same time
    one asks the source; the others wait for the answer.
    """

    def __init__(
        self,
        source: TemplateSource,
        store: CacheStore,
        open_repository: "Callable[[], TemplateRepository]",
        *,
        offline: bool = False,
    ) -> None:
        """`open_repository` is called when the cache doesn't know; `offline` asks no server."""
        self._source = source
        self._key = source.key
        self._store = store
        self._open = open_repository
        self._offline = offline
        self._is_bundled = source.is_bundled
        self._answer = bundled.versions() if source.is_bundled else None
        # Whether `_answer` is what this run goes by, and whether the source itself gave it.
        self._is_settled = self._is_bundled
        self._is_asked_anew = False
        self._commits: dict[str, str] = {}
        self._news: dict[tuple[str, str, str], News] = {}
        # Whether the source was reached when it was asked anew, or why it couldn't be.
        self._reached: bool | ScaffoldError | None = None
        self._lock = RLock()

    @cached_property
    def repository(self) -> "TemplateRepository":
        """The repository itself, for what the cache can't answer."""
        return self._open()

    def ask(self, *, max_age: float = VERSIONS_LIFETIME_SECONDS) -> KnownVersions | None:
        """Return the versions, asked at most `max_age` seconds ago; None when nobody can be asked.

        Offline, what was known last is returned however old.
        """
        with self._lock:
            if not self._is_settled:
                self._settle(self._answer_within(max_age))
            return self._answer

    def _answer_within(self, max_age: float) -> KnownVersions | None:
        if self._recalled is not None:
            asked_at, known = self._recalled
            if self._offline or 0 <= time.time() - asked_at < max_age:
                return known
        try:
            return self._ask_source()
        except UsageError:
            raise
        except ScaffoldError:
            return None

    def _settle(self, answer: KnownVersions | None) -> None:
        self._answer = answer
        self._is_settled = True
        self._commits.clear()
        self._news.clear()

    def _ask_source(self) -> KnownVersions:
        asked = self.repository.ask_versions()
        document = {
            "asked_at": time.time(),
            "tags": dict(asked.tags),
            "head": asked.head,
            "latest": asked.latest,
        }
        self._store.write_document(_VERSIONS, self._key, document)
        self._is_asked_anew = True
        return asked

    @cached_property
    def _recalled(self) -> tuple[float, KnownVersions] | None:
        """When the source was asked last and what it said; None where the cache doesn't know."""
        document = self._store.read_document(_VERSIONS, self._key)
        if document is None or not _is_versions(document):
            return None
        known = KnownVersions(
            tags=document["tags"], head=document["head"], latest=document["latest"]
        )
        return float(document["asked_at"]), known

    @property
    def known(self) -> KnownVersions:
        """What is known of the versions, however old; nothing known is an empty answer."""
        if self._is_settled:
            return self._answer or KnownVersions()
        if self._recalled is None:
            return KnownVersions()
        return self._recalled[1]

    def refresh(self) -> bool:
        """Bring the mirror and the known versions up to date, once; return whether they are.

        False when a remote source can't be reached: then the versions are those that the mirror
        holds. Raises TemplateError when there is no mirror either, GitError when git fails.
        """
        if self._is_bundled:
            return True
        with self._lock:
            if self._reached is None:
                try:
                    self._reached = self._refresh()
                except ScaffoldError as error:
                    self._reached = error
        if isinstance(self._reached, ScaffoldError):
            raise self._reached
        return self._reached

    def _refresh(self) -> bool:
        reached = self.repository.fetch()
        if reached:
            self._settle(self._ask_source())
        else:
            self._settle(self.repository.last_versions())
        return reached

    def revision(self, version: str, recorded: str | None = None) -> Revision:
        """Return what a tag, a branch, a described commit or a commit of the source is.

        This is the one place that says what a version is: what was asked for and what was recorded
        alike. `recorded` is the commit that it was when it was recorded: a version is that, if a
        branch or a tag still holds it. Raises UsageError when the source has no such version or
        commit, TemplateError when it can't be reached.
        """
        with self._lock:
            commit = self._commit(version)
            # Another commit than the version is now is one of the template's all the same.
            if recorded is not None and recorded != commit:
                commit = self._commit(recorded)
        return Revision(self._source, version, commit)

    def mirror_with(self, commit: str) -> Path:
        """Return a mirror that holds a commit. Raises TemplateError when none can be had."""
        with self._lock:
            return self.repository.mirror_with(commit)

    def holds(self, commit: str) -> bool:
        """Return whether a branch or a tag holds a commit; False too when nobody can be asked."""
        try:
            with self._lock:
                return self._commit(commit) == commit
        except (UsageError, TemplateError):
            return False

    def news(self, before: str, version: str) -> News:
        """Return what changed between two versions; nothing where nobody says, or can be asked."""
        oldest, newest = self.known.release_of(before), self.known.release_of(version)
        if oldest is None or newest is None:
            return NO_NEWS
        key = (oldest, newest, version)
        if key not in self._news:
            notes = self.release_notes(version)
            if not notes:  # nobody could be asked, maybe
                return NO_NEWS
            self._news[key] = news_between(notes, oldest, newest)
        return self._news[key]

    def has_news_at_hand(self, version: str) -> bool:
        """Return whether `news` of a tag waits for no server that wasn't asked in this run."""
        if self._is_bundled or self._source.is_local or self._is_asked_anew:
            return True
        commit = self.known.tags.get(version, version)
        return self._store.read_document(_NOTES, digest_of(self._key, commit)) is not None

    def release_notes(self, version: str) -> tuple[ReleaseNotes, ...]:
        """Return what is said of a version and of those before it, by their tags.

        Nothing where nobody says, or can be asked.
        """
        try:
            notes = self._notes(self._commit(version))
        except ScaffoldError:
            return ()
        overshadowed = self.known.overshadowed
        by_version = {parse(tag): tag for tag in self.known.tags if tag not in overshadowed}
        return tuple(
            one._replace(version=by_version.get(parse(one.version), one.version)) for one in notes
        )

    def _notes(self, commit: str) -> tuple[ReleaseNotes, ...]:
        key = digest_of(self._key, commit)
        document = self._store.read_document(_NOTES, key)
        if document is not None and _is_notes(document.get("notes")):
            return tuple(
                ReleaseNotes(version, tuple(lines)) for version, lines in document["notes"]
            )
        with self._lock:
            notes = self.repository.release_notes(commit)
        self._store.write_document(_NOTES, key, {"notes": notes})
        return notes

    def choose(self, ref: str | None) -> tuple[Revision, tuple[str, ...]]:
        """Return the revision to render, after asking the source anew, and remarks on that.

        It is the one asked for, or the newest. Raises TemplateError when the source was never
        reached or has no commit, UsageError for an unknown version or for a local template whose
        changes are not committed.
        """
        remarks = []
        if not self.refresh():
            remarks.append(
                f"the template {self._source.recorded} can't be reached; "
                "went by what was known of it last"
            )
        known = self.known
        wanted = known.latest if ref is None else ref
        if wanted is not None and wanted in known.tags:
            return self.revision(wanted), tuple(remarks)
        with self._lock:
            return self._untagged(ref, known), tuple(remarks)

    def _untagged(self, ref: str | None, known: KnownVersions) -> Revision:
        if self.repository.is_dirty():
            raise UsageError(
                f"the template {self._source.recorded} has changes that are not committed; "
                "what is installed from them could never be found again",
                hint="commit them, and tag the commit (git tag v1.0.0) to make it a release",
            )
        commit = self._commit(ref or "HEAD")
        name = self.repository.name_of(commit, known)
        return Revision(self._source, name, commit)

    def _commit(self, version: str) -> str:
        if version not in self._commits:
            self._commits[version] = self._find_commit(version)
        return self._commits[version]

    def _find_commit(self, version: str) -> str:
        known = self.known
        if version in known.tags:
            return known.tags[version]
        if version == "HEAD" and known.head is not None:
            return known.head
        commit = self._commit_by_name(version, known)
        if commit is not None:
            return commit
        names = ", ".join(list(known.tags)[-5:]) or "none is tagged"
        raise UsageError(
            f"{title_of(self._source.recorded)} has no version {version!r} "
            "on any of its branches or tags",
            hint=f"its newest versions: {names}",
        )

    def _commit_by_name(self, version: str, known: KnownVersions) -> str | None:
        # What a commit id stands for never changes, but whether a branch holds it does, and so
        # does what a branch stands for.
        word = known.commit_of(version)
        key = digest_of(self._source.recorded, version)
        kept = self._store.read_document(_COMMITS, key) if word else None
        if self._is_asked_anew:
            self.repository.fetch()
        elif kept is not None and _is_commit(kept.get("commit")):
            return str(kept["commit"])
        commit = self.repository.commit_of(version)
        if word and commit is not None and commit.startswith(word):
            self._store.write_document(_COMMITS, key, {"commit": commit})
        return commit


def _is_versions(document: dict[str, Any]) -> bool:
    tags, asked_at = document.get("tags"), document.get("asked_at")
    if not isinstance(tags, dict) or not all(map(_is_commit, tags.values())):
        return False
    if isinstance(asked_at, bool) or not isinstance(asked_at, int | float):
        return False
    others = (document.get("head"), document.get("latest"))
    return all(other is None or isinstance(other, str) for other in others)


def _is_notes(value: object) -> bool:
    if not isinstance(value, list):
        return False
    for row in value:
        match row:
            case [str(), list(lines)] if all(isinstance(line, str) for line in lines):
                continue
        return False
    return True


def _is_commit(value: object) -> bool:
    return isinstance(value, str) and _COMMIT.fullmatch(value) is not None
