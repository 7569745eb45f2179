"""The ordinary check of a commit that is checked out nowhere: its files are listed by a host.

Owns what is known of commits like one before. A commit's state is all that a check can depend on,
so that the same state has the same outcome; the check itself is `check`'s.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from issue_scaffold.report.report import TargetReport
from issue_scaffold.sync.adopted import adopted_in
from issue_scaffold.sync.check import CheckOptions, Look, report_on
from issue_scaffold.sync.listed_tree import (
    KnownContents,
    ListedEntry,
    ListedTree,
    UnknownContentError,
)
from issue_scaffold.sync.own_layout import layout_of
from issue_scaffold.sync.target import TargetFolder, answers_path, open_target
from issue_scaffold.sync.trees import settings_of
from issue_scaffold.template.renderer import Renderer


class _State(NamedTuple):
    """What a check of a commit with certain answers has depended on."""

    answers: str
    entries: tuple[tuple[str, ListedEntry | None], ...]


class ListedCheck:
    """Checks commits by their listings. One for a run; `contents` are those that it knows."""

    def __init__(self, renderer: Renderer, options: CheckOptions) -> None:
        """Know nothing. Raises UsageError for an answers file that lies outside of its target."""
        self.contents = KnownContents()
        self._renderer = renderer
        self._options = options
        self._answers_file = answers_path(options.answers_file)
        self._managed: dict[str, tuple[str, ...]] = {}
        self._faultless: dict[_State, TargetReport] = {}

    def is_initialised(self, entries: Mapping[str, ListedEntry]) -> bool:
        """Tell whether a commit has the answers file. Raises UnknownContentError."""
        tree = ListedTree(entries, self.contents)
        return tree.exists(self._answers_file)

    def check(self, shown: str, entries: Mapping[str, ListedEntry]) -> TargetReport:
        """Return what was found in a commit, which messages call `shown`.

        Raises ScaffoldError when it can't be looked at, and UnknownContentError where that takes
        more of its files than are known.
        """
        tree = ListedTree(entries, self.contents)
        known = self._recalled(tree)
        if known is not None:
            return known._replace(target=shown)
        if tree.exists(self._answers_file) and tree.oid(self._answers_file) is None:
            raise UnknownContentError(f"{self._answers_file} is no file")
        look = self._look(shown, tree)
        report = report_on(look, self._options, self._renderer)
        self._learn(look, tree, report)
        return report

    def _look(self, shown: str, tree: ListedTree) -> Look:
        # Below a file there is nothing, so that nothing of this machine is taken for the target's.
        folder = TargetFolder(Path(os.devnull, shown), None)
        opened = open_target(shown, self._options.answers_file, tree, folder=folder)
        settings = settings_of(tree)
        layout: Mapping[str, str] = {}
        if opened.source.is_bundled:
            layout = layout_of(tree.folders_in, opened.answers)
        places = adopted_in(settings.content, settings.path)
        judged = opened._replace(places=places, layout=layout)
        rendering = self._renderer.rendering(judged.recorded(self._renderer.sources))
        tree.know(rendering)
        tree.require_unignored(path for path in rendering.files if not tree.exists(path))
        return Look(folder, tree, None, opened, judged, settings, None)

    def _recalled(self, tree: ListedTree) -> TargetReport | None:
        answers = tree.oid(self._answers_file) or ""
        managed = self._managed.get(answers)
        if managed is None:
            return None
        return self._faultless.get(_State(answers, tree.state(managed)))

    def _learn(self, look: Look, tree: ListedTree, report: TargetReport) -> None:
        """Remember what has no finding, which would say how the target is called."""
        request = look.judged.recorded(self._renderer.sources)
        manifest = self._renderer.known_of_any_folder(request)
        answers = tree.oid(self._answers_file)
        if report.findings or manifest is None or answers is None:
            return
        managed = tuple(manifest.relocated(request.places).entries)
        known = self._managed.setdefault(answers, managed)
        if known == managed:
            self._faultless[_State(answers, tree.state(managed))] = report
