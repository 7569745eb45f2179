"""Template versions: PEP 440 tags as Copier orders them, and what Copier records for commits between tags."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from packaging.version import Version

_DESCRIBED = re.compile(r"^(?P<tag>.+)-\d+-g(?P<commit>[0-9a-f]{4,64})$")
_COMMIT = re.compile(r"^[0-9a-f]{4,64}$")


class KnownVersions(NamedTuple):
    """A template's tags with their commits, and the commit that its default branch is at (None: no commit yet).

    `latest` is the version that a plain update goes to: the newest release tag, or else the default branch's commit.
    """

    tags: Mapping[str, str] = MappingProxyType({})
    head: str | None = None
    latest: str | None = None

    def commit_of(self, version: str) -> str | None:
        """Return the commit, full or abbreviated, that a recorded version stands for; None for an unknown word."""
        if version in self.tags:
            return self.tags[version]
        described = _DESCRIBED.match(version)
        commit = described["commit"] if described else version
        return commit if _COMMIT.match(commit) else None

    def is_newer(self, version: str, than: str) -> bool:
        """Return whether going from the recorded version `than` to `version` is a step forward.

        Tags compare by PEP 440. A commit after a tag is newer than that tag and older than the next one; between
        commits without any tag, another commit is a newer one.
        """
        if version == than:
            return False
        new, old = parse(version), parse(than)
        if new is not None and old is not None:
            return new > old
        if new is None and old is None:
            return not same_commit(self.commit_of(version) or version, self.commit_of(than) or than)
        described = _DESCRIBED.match(than)
        base = parse(described["tag"]) if described else None
        if new is not None:
            return base is None or new > base
        return False


def same_commit(one: str, other: str) -> bool:
    """Return whether two commit ids, one of them perhaps abbreviated, name one commit."""
    return one.startswith(other) or other.startswith(one)


def parse(version: str) -> "Version | None":
    """Return the PEP 440 version of a tag, or None when it isn't one."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version)
    except InvalidVersion:
        return None


def latest_tag(tags: Iterable[str]) -> str | None:
    """Return the newest tag that is a PEP 440 release, as Copier picks it; None when there is none."""
    releases = [(parsed, tag) for tag in tags if (parsed := parse(tag)) and not parsed.is_prerelease]
    return max(releases)[1] if releases else None
