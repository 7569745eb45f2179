"""Template versions as Copier orders and records them: PEP 440 tags, and commits between tags."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from issue_scaffold.text.late_patterns import late_pattern

if TYPE_CHECKING:
    from packaging.version import Version

_DESCRIBED = late_pattern(r"(?P<tag>.+)-(?P<count>[1-9]\d{0,8})-g(?P<commit>[0-9a-f]{4,64})")
_COMMIT = late_pattern(r"[0-9a-f]{4,64}")
# What git refuses in the name of a branch or a tag (https://git-scm.com/docs/git-check-ref-format).
_NO_REF_NAME = late_pattern(
    r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|^[-./]|[./]$|\.lock(/|$)|^@$|^$"
)
_LONGEST_NAME = 1000


class Described(NamedTuple):
    """A commit as `git describe` names it: so many commits after a tag."""

    tag: str
    distance: int
    commit: str


def described(version: str) -> Described | None:
    """Return what a described commit says (`v1.0.0-2-gabc1234`); None for another version."""
    found = _DESCRIBED.fullmatch(version)
    if found is None:
        return None
    return Described(found["tag"], int(found["count"]), found["commit"])


def is_commit_id(version: str) -> bool:
    """Return whether a version reads as a commit's id, perhaps abbreviated. A tag may do, too."""
    return _COMMIT.fullmatch(version) is not None


def is_ref_name(version: str) -> bool:
    """Return whether a branch or a tag could be called so.

    What git computes (`HEAD~2`, `v1^`) is no name.
    """
    if len(version) > _LONGEST_NAME or _NO_REF_NAME.search(version):
        return False
    # No text can hold these.
    return not any("\ud800" <= character <= "\udc7f" for character in version)


class KnownVersions(NamedTuple):
    """A template's tags with their commits, and the commit that its default branch is at.

    The latter is None where there is no commit yet.

    `latest` is the version that a plain update goes to: the newest release tag, or else the default
    branch's commit.
    """

    tags: Mapping[str, str] = MappingProxyType({})
    head: str | None = None
    latest: str | None = None

    def commit_of(self, version: str) -> str | None:
        """Return the commit, full or abbreviated, that a recorded version stands for.

        None for an unknown word.
        """
        if version in self.tags:
            return self.tags[version]
        name = described(version)
        commit = version
        if name is not None:
            commit = name.commit
        return commit if is_commit_id(commit) else None

    @property
    def overshadowed(self) -> tuple[str, ...]:
        """The tags that share their commit with a better one.

        `v1` beside `v1.0.0`, for example, and `latest` beside any release.
        """
        best: dict[str, str] = {}
        for tag, commit in self.tags.items():
            best[commit] = max(best.get(commit, tag), tag, key=_rank)
        return tuple(sorted(tag for tag, commit in self.tags.items() if best[commit] != tag))

    def is_newer(self, version: str, than: str) -> bool:
        """Return whether going from the recorded version `than` to `version` is a step forward.

        Tags compare by PEP 440. A commit after a tag is newer than that tag and older than the next
        one; between commits without any tag, another commit is a newer one.
        """
        if version == than or self._is_same(version, than):
            return False
        new, old = self._parse(version), self._parse(than)
        if new is None:
            return old is None and self._is_another(version, than)
        if old is not None:
            return new > old
        name = described(than)
        if name is None:
            return True
        base = parse(name.tag)
        return base is None or new > base

    def release_of(self, version: str) -> str | None:
        """Return the release that a recorded version is, or that it comes after; None for none."""
        name = described(version)
        if name is not None and version not in self.tags:
            version = name.tag
        return version if self._parse(version) is not None else None

    def may_have_moved(self, version: str, before: str) -> bool:
        """Return whether a version is a tag that may have been at another commit before.

        Not when that commit is another release's: then somebody has edited the version (`v1` may
        move from `v1.0.0` to `v1.1.0`, but `v2.0.0` was never `v1.0.0`).
        """
        if version not in self.tags:
            return False
        floating = parse(version)
        others = [parse(tag) for tag, commit in self.tags.items() if commit == before]
        return floating is None or all(
            other is None or _leads_to(floating, other) for other in others
        )

    def _parse(self, version: str) -> "Version | None":
        # An abbreviated commit may be all digits, which PEP 440 takes for a version.
        if is_commit_id(version) and version not in self.tags:
            return None
        return parse(version)

    def _is_another(self, version: str, than: str) -> bool:
        return not same_commit(self.commit_of(version) or version, self.commit_of(than) or than)

    def _is_same(self, version: str, other: str) -> bool:
        """Return whether two tags, two names of one commit, are known to be the same."""
        commit = self.tags.get(version)
        return commit is not None and commit == self.tags.get(other)


def _leads_to(floating: "Version", version: "Version") -> bool:
    """Return whether a version says less than another one, but nothing else: 1 of 1.2.0."""
    return version.release[: len(floating.release)] == floating.release


def _rank(tag: str) -> tuple[bool, bool, "Version | None", int, str]:
    """Order tags by how well they name a commit.

    Releases come first, then other versions, the fuller spelling of each, then the rest.
    """
    version = parse(tag)
    if version is None:
        return (False, False, None, 0, tag)
    return (True, not version.is_prerelease, version, len(tag), tag)


def same_commit(one: str, other: str) -> bool:
    """Return whether two commit ids, one of them perhaps abbreviated, name one commit."""
    return one.startswith(other) or other.startswith(one)


@lru_cache(maxsize=4096)
def parse(version: str) -> "Version | None":
    """Return the PEP 440 version of a tag, or None when it isn't one."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version)
    except InvalidVersion:
        return None


def latest_tag(tags: Iterable[str]) -> str | None:
    """Return the newest tag that is a PEP 440 release, as Copier picks it, or None."""
    parsed = [(version, tag) for tag in tags if (version := parse(tag)) is not None]
    releases = [(version, tag) for version, tag in parsed if not version.is_prerelease]
    return max(releases)[1] if releases else None
