"""Targets like one that this run has found clean: the quick way to the same answer.

The digest of a target's answers says which manifest it has to match. Where every file has the
digest that the manifest says, and all files that the validator looks at are known to be valid, the
target is clean. Anything else, and whatever isn't plainly a file in a folder, is left to the
ordinary check: this module only ever says "clean", or nothing.
"""

import os
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.bounded import read_file
from issue_scaffold.files.rendering import content_digest
from issue_scaffold.files.resolved import ResolvedFolders
from issue_scaffold.files.sweep import IS_POSSIBLE, PlainFile, Sweep, UnclearError, Wanted
from issue_scaffold.forge.forges import GITHUB, forge_of_key
from issue_scaffold.forge.layout import (
    SETTINGS_PATHS,
    is_settings,
    is_wanted,
    may_be_misplaced,
)
from issue_scaffold.forge.source_files import NOT_WALKED, is_taken, walked_depth
from issue_scaffold.git.folder import WorkTree, find_work_tree, top_level
from issue_scaffold.report.report import TargetReport
from issue_scaffold.state.remembered import Remembered
from issue_scaffold.sync.sparse import is_sparse
from issue_scaffold.sync.target import SyncTarget, TargetFolder, answers_path
from issue_scaffold.sync.tracking import not_plainly_in_git
from issue_scaffold.sync.validity import KnownValidity
from issue_scaffold.template.answers_file import parse_answers
from issue_scaffold.template.render_cache import ManifestEntry
from issue_scaffold.template.renderer import Renderer
from issue_scaffold.text.digests import sha256_of
from issue_scaffold.writing.journal_places import UsersPlaces, users_places
from issue_scaffold.writing.pending import OLD_FOLDER, is_pending

_walked_depth = lru_cache(maxsize=4096)(walked_depth)
_is_settings = lru_cache(maxsize=4096)(is_settings)


# A fleet may have other answers in each repository: so many sets are remembered, and of fewer the
# contents, which are some 20 KB each.
_MOST_KNOWN: Final = 2048
_MOST_LOOKS: Final = 256


class _Clean(NamedTuple):
    """What clean targets with certain answers have, and the report on one of them.

    `kept` are the files that must be in git, `compared` those of them that must match; `folders`
    are those that they lie in, and `layout` the one that must be there for the template to put its
    files into it.
    """

    report: TargetReport
    kept: tuple[str, ...]
    compared: Mapping[str, ManifestEntry]
    folders: frozenset[str]
    layout: str | None


class _Look(NamedTuple):
    """What was seen of a target's files: all that is known of one holds for those that look so."""

    files: Mapping[str, PlainFile]
    folders: frozenset[str] | set[str]


class KnownClean:
    """What a run knows of clean targets, by their answers. One for each thread."""

    def __init__(self, renderer: Renderer, answers_file: str | None) -> None:
        """Know nothing. Raises UsageError for an answers file that lies outside of its target."""
        self._renderer = renderer
        self._answers_file = answers_path(answers_file)
        self._validity = KnownValidity(renderer.store)
        self._known: Remembered[_Clean] = Remembered(_MOST_KNOWN)
        self._faultless: Remembered[_Look] = Remembered(_MOST_LOOKS)
        self._folders = ResolvedFolders()
        self._surroundings = _Surroundings()

    def recall(self, text: str) -> TargetReport | None:
        """Return the report on a target that is as clean as one before it; None for another.

        It is that one's report, with its name: thousands share it.
        """
        if not self._known:
            return None
        try:
            root = self._folders.resolved(text)
            with Sweep(root) as found:
                key = sha256_of(found.read(self._answers_file))
                known = self._known.get(key)
                if known is None:
                    return None
                found.look(self._wanted(known))
            if self._is_clean(root, found, known, key):
                return known.report
        except (UnclearError, ScaffoldError, OSError, ValueError):
            pass  # the ordinary check says what it is
        return None

    def learn(self, target: SyncTarget, report: TargetReport) -> None:
        """Remember a clean target, if all that makes it clean can be seen in its files.

        The report's notes are those that any target with these answers gets.
        """
        if report.findings or not self._can_be_seen(target):
            return
        request = target.recorded(self._renderer.sources)
        if request.layout or request.places:
            return
        manifest = self._renderer.known_of_any_folder(request)
        content = read_file(self._answers_file, below=target.root)
        # Another process may have written since.
        if manifest is None or parse_answers(content) != target.answers:
            return
        kept = tuple(path for path in manifest.entries if path not in manifest.write_once)
        compared = {path: manifest.entries[path] for path in kept if path != self._answers_file}
        clean = _Clean(
            report=report,
            kept=kept,
            compared=compared,
            folders=_folders_above(kept),
            layout=_install_folder(target),
        )
        self._known.keep(sha256_of(content), clean)

    def _can_be_seen(self, target: SyncTarget) -> bool:
        if not IS_POSSIBLE or "/" in self._answers_file:
            return False
        return not target.source.is_local

    def _is_clean(self, root: str, found: Sweep, known: _Clean, key: str) -> bool:
        if OLD_FOLDER in found.top:
            return False
        look = _Look(found.files, found.folders)
        if self._faultless.get(key) != look:
            if not self._has_no_fault(look, known):
                return False
            self._faultless.keep(key, look)
        return self._surroundings.have_nothing(root, found, known)

    def _has_no_fault(self, look: _Look, known: _Clean) -> bool:
        needed = known.folders
        if known.layout is not None:
            needed |= {known.layout}
        if not needed <= look.folders:
            return False
        if any(path.lower() in SETTINGS_PATHS for path in look.files):
            return False
        for path, entry in known.compared.items():
            if not _is_as_rendered(look.files.get(path), entry):
                return False
        return self._validity.is_faultless(_validated(look.files))

    def _wanted(self, known: _Clean) -> Wanted:
        def depth(path: str, above: int) -> int | None:
            if _is_settings(path):  # a folder, which nobody can read settings from
                raise UnclearError(path)
            walked = _walked_depth(path, above)
            if walked is None and path in known.folders:
                return NOT_WALKED
            return walked

        def is_read(path: str, above: int) -> bool:
            if path in known.compared:
                return True
            return above != NOT_WALKED and is_wanted(path)

        return Wanted(depth, is_read)


class _Surroundings:
    """What lies around targets: work trees, and what interrupted runs have left.

    What is above a folder is looked for once, for all the targets in it.
    """

    def __init__(self) -> None:
        self._above: dict[str, tuple[Path | None, WorkTree | None]] = {}

    def have_nothing(self, root: str, found: Sweep, known: _Clean) -> bool:
        """Tell whether git plainly has what is kept, and no interrupted run has left anything."""
        top, tree = self._work_tree(root, found)
        if top is not None and not _is_in_git(TargetFolder(Path(root), top), known):
            return False
        if any(map(os.path.lexists, self._places.journals(root, tree, ""))):
            return not is_pending(Path(root))
        return True

    @cached_property
    def _places(self) -> UsersPlaces:
        return users_places()

    def _work_tree(self, root: str, found: Sweep) -> tuple[Path | None, WorkTree | None]:
        if ".git" in found.top:
            place = Path(root)
            tree = find_work_tree(place)
            if tree is not None and tree.git_folder == place / ".git":
                return tree.top, tree  # a folder of git's own, and no pointer to one
            return top_level(place), tree
        above = root.rpartition("/")[0] or "/"
        if above not in self._above:
            self._above[above] = (top_level(Path(above)), find_work_tree(Path(above)))
        return self._above[above]


def _folders_above(paths: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for path in paths:
        folder, _, _ = path.rpartition("/")
        while folder:
            found.add(folder)
            folder, _, _ = folder.rpartition("/")
    return frozenset(found)


def _install_folder(target: SyncTarget) -> str | None:
    """Return the folder whose presence decides where the bundled template puts its files."""
    if not target.source.is_bundled:
        return None
    platform = target.answers.get("platform", GITHUB.key)
    return forge_of_key(platform).install_folder


def _is_as_rendered(actual: PlainFile | None, entry: ManifestEntry) -> bool:
    if actual is None or entry.link is not None or actual.executable != entry.executable:
        return False
    return content_digest(actual.content) == entry.digest


def _validated(files: Mapping[str, PlainFile]) -> dict[str, str]:
    """Return the digests of the files that the validator looks at."""
    return {
        path: content_digest(file.content)
        for path, file in files.items()
        if is_wanted(path) and (not may_be_misplaced(path) or is_taken(path, file.content))
    }


def _is_in_git(folder: TargetFolder, known: _Clean) -> bool:
    """Tell whether git plainly has what is kept, and no settings besides."""
    if is_sparse(folder):
        return False
    absent = not_plainly_in_git(folder, [*known.kept, *SETTINGS_PATHS])
    return absent == list(SETTINGS_PATHS)
