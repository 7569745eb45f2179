"""Validating commits that are checked out nowhere: their files are listed by a host.

Owns which files that takes, and that the same files are looked at once in a run. What is wrong with
them is the validator's to say; a commit with anything but plain files is for whoever fetches it.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from issue_scaffold.forge.forges import SharedForges
from issue_scaffold.forge.layout import is_labels_path
from issue_scaffold.forge.source_files import wants_pages
from issue_scaffold.report.report import TargetReport
from issue_scaffold.sync.listed_tree import (
    KnownContents,
    ListedEntry,
    ListedTree,
    UnknownContentError,
)
from issue_scaffold.template.answers_file import ANSWERS_FILE, parse_answers
from issue_scaffold.text.yaml_values import YamlValueError
from issue_scaffold.validate.run import validate_repository

# As many sets of files are remembered with what was found in them.
_MOST_REMEMBERED: Final = 4096
_Looked = tuple[str, frozenset[tuple[str, str]]]


class ListedValidation:
    """Validates commits by their listings. One for a run; `contents` are those that it knows."""

    def __init__(self, contents: KnownContents) -> None:
        self._contents = contents
        self._known: dict[_Looked, TargetReport] = {}

    def report(
        self, shown: str, entries: Mapping[str, ListedEntry], forges: SharedForges
    ) -> TargetReport:
        """Return what was found in a commit, which messages call `shown`.

        `forges` is what is known of where it is.
        Raises UnknownContentError where that takes more of its files than are known.
        """
        tree = ListedTree(entries, self._contents)
        repository = tree.validated()
        if wants_pages(repository.files):
            raise UnknownContentError("pages may lead to a template")
        recorded = self._recorded(tree)
        if recorded is not None and recorded not in repository.files:
            repository.files[recorded] = _content(tree, recorded) or b""
        oids = frozenset((path, tree.oid(path) or "") for path in repository.files)
        looked = (forges.chosen(None).key, oids)
        known = self._known.get(looked)
        if known is None:
            known = validate_repository(shown, repository, forges)
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[looked] = known
        return known._replace(target=shown)

    def _recorded(self, tree: ListedTree) -> str | None:
        """Return the labels config that the answers name, if it is there.

        Where the settings name one, the tree says that it isn't known.
        """
        path = None
        with suppress(YamlValueError):
            path = parse_answers(_content(tree, ANSWERS_FILE) or b"{}").get("labels_config")
        if not isinstance(path, str) or not is_labels_path(path) or not tree.exists(path):
            return None
        return path


def _content(tree: ListedTree, path: str) -> bytes | None:
    """Return a plain file's content, None where there is none. Raises UnknownContentError."""
    file = tree.read(path)
    if file is None:
        return None
    if file.link is not None:
        raise UnknownContentError(f"{path} is a link")
    return file.content
