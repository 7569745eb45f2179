"""When one token has last written to one host: kept in the state folder, for all processes.

Owns where that is kept. How fast anybody may write is not its business.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from issue_scaffold.state.cache_store import CacheStore, digest_of
from issue_scaffold.state.locks import hold
from issue_scaffold.state.user_folders import state_folder

_KIND = "writes"


class WriteLog:
    """The moments of writes, in seconds since 1970.

    Of the token only a digest is kept, in the file's name.
    """

    def __init__(self, host: str, secret: str) -> None:
        self._key = digest_of(host, secret)[:32]

    @contextmanager
    def held(self) -> Iterator[list[float]]:
        """Give the moments to be changed, while no other process does.

        Where the folder can't be written they are forgotten. Raises ScaffoldError if another
        process doesn't let go of them.
        """
        folder = state_folder()
        with hold(folder, f"{_KIND}-{self._key}", what="its list of writes"):
            store = CacheStore(folder)
            document = store.read_document(_KIND, self._key)
            moments = [] if document is None else _moments(document.get("moments"))
            yield moments
            store.write_document(_KIND, self._key, {"moments": moments})

    def moments(self) -> list[float]:
        """Return the moments as they are now."""
        document = CacheStore(state_folder()).read_document(_KIND, self._key)
        return [] if document is None else _moments(document.get("moments"))


def _moments(found: object) -> list[float]:
    """Return what a document holds; nothing if it isn't a list of moments."""
    if not isinstance(found, list):
        return []
    return sorted(float(one) for one in found if isinstance(one, int | float))
