"""Which diagnostics the suppressions of a run silence, and what is wrong with the suppressions.

Owns no format: comments and settings are read by `settings/`.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Node, Scalar
from issue_scaffold.text.tree_values import nodes_in
from issue_scaffold.validate.diagnostics import Diagnostic, RunResult, Suppressed
from issue_scaffold.validate.rules.stages import SUPPRESSION, SuppressionUse

if TYPE_CHECKING:
    from issue_scaffold.settings.file import Settings
    from issue_scaffold.settings.suppression import IgnoreEntry, Suppression

# Tells whether a comment may silence a diagnostic, by the diagnostic and the comment's own text.
MaySilence = Callable[[Diagnostic, str], bool]


def silence_all(_diagnostic: Diagnostic, _comment: str) -> bool:
    """Let every comment silence what it names."""
    return True


class _Comment(SuppressionUse):
    """A comment in a file, and what it silences."""

    def __init__(self, source: Source, comment: "Suppression") -> None:
        from issue_scaffold.validate.rules.registry import RULES

        super().__init__(comment, comment.rules, RULES)
        self.source = source
        self.lines = range(comment.first_line, comment.last_line + 1)
        self.silenced: list[Diagnostic] = []

    def means(self, diagnostic: Diagnostic) -> bool:
        from issue_scaffold.settings.suppression import covers

        return diagnostic.line in self.lines and covers(self.rules, diagnostic.rule.id)


class _Setting(SuppressionUse):
    """An entry of `ignore:` in the settings, and what it silences."""

    def __init__(self, source: Source, entry: "IgnoreEntry") -> None:
        from issue_scaffold.validate.rules.registry import RULES

        super().__init__(entry, (entry.rule,), RULES)
        self.source = source
        self.paths = entry.path
        self.silenced: list[Diagnostic] = []

    def means(self, diagnostic: Diagnostic) -> bool:
        from issue_scaffold.settings.suppression import covers, matches

        in_its_files = matches(self.paths, diagnostic.source.path)
        return in_its_files and covers(self.rules, diagnostic.rule.id)


class Suppressions:
    """All suppressions of a run."""

    def __init__(self) -> None:
        self._settings: list[_Setting] = []
        self._comments: dict[str, list[_Comment]] = {}

    def add_settings(self, settings: "Settings", source: Source) -> None:
        """Take the entries of the settings."""
        self._settings = [_Setting(source, entry) for entry in settings.ignored]

    def add_comments(self, source: Source, root: Node | None) -> None:
        """Take the comments of a file; `root` is its tree."""
        if "scaffold:" not in source.text:
            return
        from issue_scaffold.settings.suppression import find_suppressions

        spans = ((node.start, node.end) for node in nodes_in(root) if isinstance(node, Scalar))
        comments = find_suppressions(source, spans)
        self._comments[source.path] = [_Comment(source, comment) for comment in comments]

    def apply(self, diagnostics: Iterable[Diagnostic], may_silence: MaySilence) -> RunResult:
        """Return what is left, with what there is to say of suppressions, and what is silenced.

        `may_silence` decides which of them comments silence; settings always do.
        """
        kept = [item for item in diagnostics if not self._silence(item, may_silence)]
        kept += self._about_suppressions()
        suppressed = tuple(
            Suppressed(one.source, one.entry.start, one.entry.reason, tuple(one.silenced))
            for one in self._by_path()
            if one.silenced
        )
        return RunResult(kept, suppressed)

    def _silence(self, diagnostic: Diagnostic, may_silence: MaySilence) -> bool:
        if diagnostic.rule.is_final:
            return False
        settings: list[_Comment | _Setting]
        settings = [one for one in self._settings if one.means(diagnostic)]
        in_file = self._comments.get(diagnostic.source.path, ())
        comments = [one for one in in_file if one.means(diagnostic)]
        if comments and not settings:
            source, first = comments[0].source, comments[0].entry
            if not may_silence(diagnostic, source.text[first.start : first.end]):
                return False
        for one in (*settings, *comments):
            one.silenced.append(diagnostic)
        return bool(settings or comments)

    def _by_path(self) -> Iterator[_Comment | _Setting]:
        by_path: dict[str, list[_Comment] | list[_Setting]] = dict(self._comments)
        if self._settings:
            by_path[self._settings[0].source.path] = self._settings
        for path in sorted(by_path):
            yield from by_path[path]

    def _about_suppressions(self) -> Iterator[Diagnostic]:
        """Judge the suppressions themselves. What is said of them can't be suppressed."""
        for one in self._by_path():
            one.is_used = bool(one.silenced)
            for rule, problem in SUPPRESSION.run(one):
                yield Diagnostic(rule, problem, one.source)
