"""Running the rules over a set of files in memory: file by file, then over all of them together.

Owns the order of the stages. Trees are dropped file by file; only what rules across files need is
kept. It knows no rule.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from issue_scaffold.forge.document import Document, Problem, ReadingFailure
from issue_scaffold.forge.documents import load
from issue_scaffold.forge.file_kind import FileKind, leads_to_template
from issue_scaffold.forge.forges import GITHUB, Forge, SharedForges
from issue_scaffold.forge.issue_form import FormView
from issue_scaffold.forge.layout import SETTINGS_PATHS, is_security_policy
from issue_scaffold.report.finding import Severity
from issue_scaffold.text.source import Source
from issue_scaffold.validate.diagnostics import Diagnostic, RunResult
from issue_scaffold.validate.rules import stages
from issue_scaffold.validate.rules.markdown_texts import (
    MarkdownText,
    form_markdown,
    template_markdown,
)
from issue_scaffold.validate.rules.rule import Rule, Stage
from issue_scaffold.validate.suppressions import MaySilence, Suppressions, silence_all

_NOTHING_SAID: Final = SharedForges()
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
    forges: SharedForges = _NOTHING_SAID,
) -> RunResult:
    """Return what the rules find in files by repository-relative POSIX path.

    `together` says that the files are one repository's, so that its settings and the rules across
    files apply. `unread` says what stands in the place of a file that can't be read as one, as in
    "is a named pipe". `may_silence` decides which diagnostics comments silence. `forges` says which
    forge reads the folders that several read, where the settings don't.
    """
    run = _RepositoryRun(files, forges) if together else _Run(forges)
    for path in sorted(files):
        run.look_at(path, files[path])
    for path, what in unread.items():
        run.check(_not_a_file(path, what))
    run.end()
    result = run.suppressions.apply(run.diagnostics, may_silence)
    result.diagnostics.sort(key=lambda diagnostic: diagnostic.sort_key)
    return result


class _Run:
    """What is gathered while files are looked at one by one, each for itself."""

    def __init__(self, forges: SharedForges) -> None:
        self.shared = forges.chosen(None)
        self.diagnostics: list[Diagnostic] = []
        self.suppressions = Suppressions()

    def look_at(self, path: str, content: bytes) -> None:
        """Run the rules on a file, if there are any for what it is."""
        if not is_security_policy(path):  # that there is one matters, not what it says
            self.check(load(path, content, self.shared))

    def check(self, document: Document) -> FormView | None:
        """Run the rules on one file; return its view if it is a form."""
        form = _form_of(document)
        self._add(_breaches(document, form), document.source, document.forge)
        self.suppressions.add_comments(document.source, document.root)
        return form

    def end(self) -> None:
        """Run what can be judged only when all files are known: nothing, of files alone."""

    def _add(self, breaches: Iterable[tuple[Rule, Problem]], source: Source, forge: Forge) -> None:
        """Keep what the forge minds that reads the file, as it minds it."""
        for rule, problem in breaches:
            if rule.id in forge.rules.lifted:
                continue
            found = Diagnostic(rule, problem, source, forge)
            if found.severity is Severity.ERROR and rule.id in forge.rules.eased:
                found = found._replace(problem=problem._replace(severity=Severity.WARNING))
            self.diagnostics.append(found)


class _RepositoryRun(_Run):
    """What is gathered of a repository: its settings, and what the rules across files need."""

    def __init__(self, files: Mapping[str, bytes], forges: SharedForges) -> None:
        from issue_scaffold.validate.rules.summaries import RepositorySummary

        super().__init__(forges)
        self._sources: dict[str, Source] = {}
        self._forges: dict[str, Forge] = {}
        self._repository = RepositorySummary(frozenset(files))
        self.shared = forges.chosen(None, files)
        self._read_settings(files, forges)

    def _read_settings(self, files: Mapping[str, bytes], forges: SharedForges) -> None:
        """Take the repository's settings, and say what is wrong with them."""
        from issue_scaffold.settings.place import find_settings

        path, content = find_settings(files.get)
        if content is None:
            return
        from issue_scaffold.settings.file import read_settings

        settings, problems, source = read_settings(content, path)
        self.shared = forges.chosen(settings.forge, files)
        self._sources[path], self._forges[path] = source, GITHUB
        self._repository.settings = source
        self._repository.known_labels = settings.known_labels
        self._repository.labels_config = settings.labels_config
        self.suppressions.add_settings(settings, source)
        self._add(stages.SETTINGS.run(problems), source, GITHUB)

    def look_at(self, path: str, content: bytes) -> None:
        """Run the rules on a file; take of a page the links that it has."""
        if path in SETTINGS_PATHS:
            return
        if leads_to_template(path, content):
            self._read_links(path, content)
        else:
            super().look_at(path, content)

    def _read_links(self, path: str, content: bytes) -> None:
        """Take the links to templates that a page has; nothing else of it is ours to judge."""
        from issue_scaffold.validate.rules.summaries import links_to_templates

        source = Source(path, content.decode("utf-8", errors="replace"))
        self._repository.page_links += links_to_templates(source)

    def check(self, document: Document) -> FormView | None:
        """Run the rules on one file, and keep what the rules across files need of it."""
        path = document.path
        self._sources[path] = document.source
        self._forges[path] = document.forge
        form = super().check(document)
        if document.failure is None:
            self._repository.add(document, form)
        return form

    def end(self) -> None:
        """Run the rules across files."""
        alone, self.diagnostics = self.diagnostics, []
        for rule, problem in stages.REPOSITORY.run(self._repository):
            path = problem.path
            assert path is not None  # noqa: S101 - cross-file rules say where
            self._add([(rule, problem)], self._sources[path], self._forges[path])
        # Where a rule looks at a file alone and beside others, its second word counts.
        judged = {
            (rule_id, item.source.path)
            for item in self.diagnostics
            for rule_id in (item.rule.id, item.rule.replaces)
        }
        self.diagnostics += [
            item for item in alone if (item.rule.id, item.source.path) not in judged
        ]


def _not_a_file(path: str, what: str) -> Document:
    message = f"this is {what}, and isn't read"
    problem = Problem(0, 0, message, "put a regular file in its place")
    return Document(FileKind.TEXT, Source(path, ""), failure=(ReadingFailure.LIMITS, problem))


def _form_of(document: Document) -> FormView | None:
    """Return the view of a form with keys and values in it, made once for all who look."""
    root = document.mapping
    if document.kind is not FileKind.FORM or root is None or not root.entries:
        return None
    return FormView(document, root)


def _breaches(document: Document, form: FormView | None) -> Iterator[tuple[Rule, Problem]]:
    lifted = document.forge.rules.lifted
    yield from stages.READING.run(document, lifted)
    if document.failure is not None:
        return
    yield from stages.ANY_FILE.run(document, lifted)
    for stage in _FILE_STAGES.get(document.kind, ()):
        yield from stage.run(document, lifted)
    if form is not None:
        yield from stages.FORM.run(form, lifted)
        yield from _markdown_breaches(form_markdown(form))
    elif document.kind is FileKind.LABELS:
        from issue_scaffold.labels.config import read_labels

        for config in read_labels(document.source, document.root).every_scope:
            yield from stages.LABELS.run(config._replace(forge=document.forge), lifted)
    else:
        yield from _markdown_breaches(template_markdown(document))


def _markdown_breaches(texts: Iterable[MarkdownText]) -> Iterator[tuple[Rule, Problem]]:
    for text in texts:
        yield from stages.MARKDOWN.run(text)
