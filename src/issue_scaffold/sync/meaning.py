"""How files of the template are compared by what they mean: labels by name, hooks by id."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from issue_scaffold.files.rendering import File, are_texts
from issue_scaffold.state.cache_store import CacheStore, digest_of

if TYPE_CHECKING:
    from issue_scaffold.text.by_meaning import Difference

PRECOMMIT: Final = ".pre-commit-config.yaml"


class ComparedFile(NamedTuple):
    """A file of the template, the user's, and what differs by meaning; None for a text."""

    path: str
    expected: File
    actual: File
    differences: "tuple[Difference, ...] | None"

    @property
    def is_alike(self) -> bool:
        """Whether they mean the same though their bytes differ."""
        return self.differences == ()


class Meaning(NamedTuple):
    """Comparison by meaning: `managed` are the template's files, `store` knows what was found."""

    managed: Sequence[str]
    store: CacheStore

    def compare(self, path: str, expected: File, actual: File) -> ComparedFile:
        """Return two files with what differs between them, if they are compared by meaning."""
        return ComparedFile(path, expected, actual, self._differences(path, expected, actual))

    def _differences(
        self, path: str, expected: File, actual: File
    ) -> "tuple[Difference, ...] | None":
        if not are_texts(expected, actual):
            return None
        from issue_scaffold.sync import structured_files

        try:
            wanted, found = expected.content.decode(), actual.content.decode()
        except UnicodeDecodeError:
            return None
        differences = structured_files.differences(path, wanted, found)
        if differences is None or path != PRECOMMIT:
            return differences
        from issue_scaffold.sync.hook_scope import scope_differences

        # What the config says of all hooks, and the template's can't do with.
        return differences + scope_differences(wanted, found, sorted(self.managed), self._search)

    def _search(self, pattern: str, paths: Sequence[str]) -> list[str] | None:
        """Return the paths that a pattern is found in, from the cache if it was asked before."""
        from issue_scaffold.text import patterns

        key = digest_of(pattern, *paths)
        known = self.store.read_document("patterns", key)
        if known is not None and isinstance(known.get("found"), list):
            return [str(path) for path in known["found"]]
        found = patterns.search(pattern, paths)
        if found is not None:
            self.store.write_document("patterns", key, {"found": found})
        return found
