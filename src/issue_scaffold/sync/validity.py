"""Whether the files of a repository are valid, from the cache where they are known.

Owns the documents of the cache that say so. Loads the validator for files that nobody has seen.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from issue_scaffold import __version__
from issue_scaffold.files.rendering import content_digest
from issue_scaffold.forge.source_files import RepositoryFiles
from issue_scaffold.report.finding import Finding, Kind, Severity
from issue_scaffold.state.cache_store import CacheStore, digest_of

_VALID: Final = "valid"


def errors_of(
    repository: RepositoryFiles, store: CacheStore, root: Path | None = None
) -> tuple[Finding, ...]:
    """Return errors and what was overlooked, from the cache for files that are known.

    The `root` says where the repository is on a forge. That has no part in what is kept: what is
    valid is so on GitHub and on its servers alike, which differ in words and remarks.
    """
    digests = {path: content_digest(content) for path, content in repository.files.items()}
    key = _key(digests, repository.unread)
    known = _overlooked_rows(store.read_document(_VALID, key))
    if known is not None:
        return known
    from issue_scaffold.forge.shared_forge import shared_forges
    from issue_scaffold.validate.run import errors_and_overlooked

    found = errors_and_overlooked(repository, forges=shared_forges(root))
    if all(finding.kind is Kind.IGNORED for finding in found):
        kept = [[one.path, one.line, one.column, one.message] for one in found]
        store.write_document(_VALID, key, {"ignored": kept})
    return found


class KnownValidity:
    """What the cache knew of files that a run has come by, remembered for those like them."""

    def __init__(self, store: CacheStore) -> None:
        self._store = store
        self._keys: set[str] = set()

    def is_faultless(self, digests: Mapping[str, str]) -> bool:
        """Tell whether files, by the digests of their contents, are known to have no finding."""
        key = _key(dict(sorted(digests.items())), {})
        if key not in self._keys:
            if _overlooked_rows(self._store.read_document(_VALID, key)) != ():
                return False
            self._keys.add(key)
        return True


def _key(digests: Mapping[str, str], unread: Mapping[str, str]) -> str:
    rows = [f"{path} {digest}" for path, digest in digests.items()]
    return digest_of(
        __version__, *rows, "", *(f"{path} is {what}" for path, what in unread.items())
    )


def _overlooked_rows(document: Mapping[str, Any] | None) -> tuple[Finding, ...] | None:
    """Return what a document in the cache says was overlooked.

    None without one, or for one of another shape.
    """
    if document is None:
        return None
    rows = document.get("ignored")
    if not isinstance(rows, list) or not all(map(_is_overlooked_row, rows)):
        return None
    return tuple(
        Finding(
            kind=Kind.IGNORED,
            severity=Severity.INFO,
            path=path,
            line=line,
            column=column,
            message=message,
        )
        for path, line, column, message in rows
    )


def _is_overlooked_row(row: object) -> bool:
    types = [str, int, int, str]
    return isinstance(row, list) and [type(value) for value in row] == types
