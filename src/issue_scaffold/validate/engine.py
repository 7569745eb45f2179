"""Running the rules over a set of files in memory: file by file, then over all of them together.

Owns the order of the stages. Trees are dropped file by file; only what rules across files need is
kept. It knows no rule.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from issue_scaffold.forge.document import Document, Problem, ReadingFailure
from issue_scaffold.forge.documents import load
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.issue_form import FormView
from issue_scaffold.forge.layout import SETTINGS_PATH, is_security_policy
from issue_scaffold.labels.config import read_labels
from issue_scaffold.settings.file import read_settings
from issue_scaffold.text.source import Source
from issue_scaffold.validate.diagnostics import Diagnostic, RunResult
from issue_scaffold.validate.rules import stages
from issue_scaffold.validate.rules.rule import Rule, Stage
from issue_scaffold.validate.rules.summaries import RepositorySummary
from issue_scaffold.validate.suppressions import MaySilence, Suppressions, silence_all

_FILE_STAGES: Final[Mapping[FileKind, tuple[Stage[Document], ...]]] = {
    FileKind.FORM: (stages.YAML, stages.FORM_FILE),
    FileKind.TEMPLATE: (stages.YAML, stages.TEMPLATE),
    FileKind.CHOOSER: (stages.YAML, stages.CHOOSER),
    FileKind.LABELS: (stages.YAML,),
}


def run_rules(
    files: Mapping[str, bytes],
    *,
    together: bool = True,
    unread: Mapping[str, str] = MappingProxyType({}),
    may_silence: MaySilence = silence_all,
) -> RunResult:
    """Return what the rules find in files by repository-relative POSIX path.

    `together` says that the files are one repository's, so that its settings and the rules across
    files apply. `unread` says what stands in the place of a file that can't be read as one, as in
    "is a named pipe". `may_silence` decides which diagnostics comments silence.
    """
    run = _Run(frozenset(files))
    for path in sorted(files):
        if path == SETTINGS_PATH and together:
            run.read_settings(files[path])
        elif not is_security_policy(path):  # that there is one matters, not what it says
            run.check(load(path, files[path]))
    for path, what in unread.items():
        run.check(_not_a_file(path, what))
    if together:
        run.check_repository()
    result = run.suppressions.apply(run.diagnostics, may_silence)
    result.diagnostics.sort(key=lambda diagnostic: diagnostic.sort_key)
    return result


class _Run:
    """What is gathered while files are looked at one by one."""

    def __init__(self, paths: frozenset[str]) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.suppressions = Suppressions()
        self._sources: dict[str, Source] = {}
        self._repository = RepositorySummary(paths)

    def read_settings(self, content: bytes) -> None:
        """Take the repository's settings, and say what is wrong with them."""
        settings, problems, source = read_settings(content, SETTINGS_PATH)
        self._sources[SETTINGS_PATH] = source
        self._repository.known_labels = settings.known_labels
        self._repository.labels_config = settings.labels_config
        self.suppressions.add_settings(settings, source)
        self._add(stages.SETTINGS.run(problems), source)

    def check(self, document: Document) -> None:
        """Run the rules on one file, and keep what the rules across files need of it."""
        source = document.source
        self._sources[source.path] = source
        self._add(_breaches(document), source)
        self.suppressions.add_comments(source, document.root)
        if document.failure is None:
            self._repository.add(document)

    def check_repository(self) -> None:
        """Run the rules across files."""
        found = []
        for rule, problem in stages.REPOSITORY.run(self._repository):
            assert problem.path is not None  # noqa: S101 - cross-file rules say where
            found.append(Diagnostic(rule, problem, self._sources[problem.path]))
        # Where a rule looks at a file alone and beside others, its second word counts.
        judged = {(item.rule.id, item.source.path) for item in found}
        alone = self.diagnostics
        self.diagnostics = [
            item for item in alone if (item.rule.id, item.source.path) not in judged
        ]
        self.diagnostics += found

    def _add(self, breaches: Iterable[tuple[Rule, Problem]], source: Source) -> None:
        self.diagnostics += [Diagnostic(rule, problem, source) for rule, problem in breaches]


def _not_a_file(path: str, what: str) -> Document:
    message = f"this is {what}, and isn't read"
    problem = Problem(0, 0, message, "put a regular file in its place")
    return Document(FileKind.TEXT, Source(path, ""), failure=(ReadingFailure.LIMITS, problem))


def _breaches(document: Document) -> Iterator[tuple[Rule, Problem]]:
    yield from stages.READING.run(document)
    if document.failure is not None:
        return
    yield from stages.ANY_FILE.run(document)
    for stage in _FILE_STAGES.get(document.kind, ()):
        yield from stage.run(document)
    root = document.mapping
    if document.kind is FileKind.FORM and root is not None and root.entries:
        yield from stages.FORM.run(FormView(document, root))
    elif document.kind is FileKind.LABELS:
        for config in read_labels(document.source, document.root).every_scope:
            yield from stages.LABELS.run(config)
