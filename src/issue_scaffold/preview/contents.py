"""What a preview shows of a repository: its templates in the chooser's order, links, labels. Pure.

Owns the order, and which template the chooser doesn't show and why; both are the forge's ways and
the validator's findings, not judged anew here.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from issue_scaffold.forge.document import Document
from issue_scaffold.forge.documents import load
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.forges import Forge, SharedForges
from issue_scaffold.forge.issue_form import FormView, listed_texts, text_of, words_of
from issue_scaffold.forge.layout import is_security_policy
from issue_scaffold.issue.answers import with_line_feeds
from issue_scaffold.issue.form import Form, InvalidFormError, form_of
from issue_scaffold.labels.config import read_labels
from issue_scaffold.labels.label import Label
from issue_scaffold.report.finding import Finding, Severity
from issue_scaffold.settings.own_forge import forge_setting
from issue_scaffold.text.tree import Mapping as Tree
from issue_scaffold.text.tree import Scalar
from issue_scaffold.text.tree_values import is_true, value_below
from issue_scaffold.validate.diagnostics import Diagnostic
from issue_scaffold.validate.engine import run_rules
from issue_scaffold.validate.rules.chooser import contact_links

# Rules of less weight than an error whose findings say that the chooser leaves a file out.
_HIDING: Final = frozenset({"template/hidden", "template/no-front-matter", "files/legacy-template"})
_ABSENT_LABEL: Final = "labels/not-in-config"
_KINDS: Final = frozenset({FileKind.FORM, FileKind.TEMPLATE, FileKind.ACTION})
# Shown where a rule says that a template was meant.
_MISPLACED_KINDS: Final = frozenset({FileKind.STRAY, FileKind.LEGACY, FileKind.TEXT})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTemplate:
    """A form or a Markdown template.

    `form` is None for a Markdown template, whose text is `text`, and for a file that is broken.
    `absent_labels` are those that nothing defines. `findings` are the validator's: by the index of
    the form's element, those of the whole under None. `hidden` says why the chooser doesn't show
    it; it does where that is None.
    """

    path: str
    forge: Forge
    name: str
    description: str
    form: Form | None
    text: str | None
    title: str
    labels: tuple[str, ...]
    absent_labels: tuple[str, ...]
    assignees: tuple[str, ...]
    findings: Mapping[int | None, tuple[Finding, ...]]
    hidden: str | None

    @property
    def can_be_shown(self) -> bool:
        """Whether there is more to show of it than why it is hidden."""
        return self.form is not None or self.text is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLink:
    """A contact link; `hidden` says why the chooser doesn't show it."""

    name: str
    url: str
    about: str
    hidden: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRepository:
    """One chooser and what it leads to.

    `labels` are those that the repository's configs define, by folded name; it is None where there
    is no config. `new_issue` is the address of the page that opens an issue.
    """

    name: str
    templates: tuple[ShownTemplate, ...]
    links: tuple[ShownLink, ...]
    has_blank: bool
    has_policy: bool
    chooser_findings: tuple[Finding, ...]
    labels: Mapping[str, Label] | None
    new_issue: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryTexts:
    """Files to show: those `wanted` of all that belong together."""

    name: str
    files: Mapping[str, bytes]
    wanted: Collection[str]
    is_repository: bool
    unread: Mapping[str, str]
    forges: SharedForges
    new_issue: str | None = None


def contents_of(texts: RepositoryTexts) -> ShownRepository:
    """Return what is shown of a repository's files."""
    found: dict[str, list[Diagnostic]] = {}
    for item in run_rules(
        texts.files, together=texts.is_repository, unread=texts.unread, forges=texts.forges
    ).diagnostics:
        found.setdefault(item.source.path, []).append(item)
    shared = texts.forges.chosen(forge_setting(texts.files), texts.files)
    documents = [load(path, content, shared) for path, content in texts.files.items()]
    templates = [
        _template(document, found.get(document.path, []))
        for document in documents
        if document.path in texts.wanted and _is_shown(document, document.path in found)
    ]
    chooser = next((item for item in documents if item.kind is FileKind.CHOOSER), None)
    problems = found.get(chooser.path, []) if chooser is not None else []
    return ShownRepository(
        name=texts.name,
        templates=tuple(sorted(templates, key=_place_in_chooser)),
        links=tuple(_links(chooser, problems)),
        has_blank=_has_blank(chooser),
        has_policy=any(map(is_security_policy, texts.files)),
        chooser_findings=tuple(problem.finding() for problem in problems),
        labels=_labels(documents),
        new_issue=texts.new_issue,
    )


def _is_shown(document: Document, is_minded: bool) -> bool:
    return document.kind in _KINDS or (document.kind in _MISPLACED_KINDS and is_minded)


def _place_in_chooser(template: ShownTemplate) -> tuple[str, bool, str]:
    """Return what templates are ordered by: forms before Markdown, then the names of the files.

    "Changing the order of templates" in GitHub's "Configuring issue templates for your repository".
    """
    folder, _, name = template.path.rpartition("/")
    return folder, name.lower().endswith(".md"), name


def _template(document: Document, diagnostics: Sequence[Diagnostic]) -> ShownTemplate:
    root = document.mapping or Tree((), 0, 0)
    form, broken = _form(document)
    labels = listed_texts(root.get("labels"))
    absent = {item.problem.start for item in diagnostics if item.rule.id == _ABSENT_LABEL}
    return ShownTemplate(
        path=document.path,
        forge=document.forge,
        name=text_of(root.get("name")) or document.path.rpartition("/")[2],
        description=words_of(root.get("description") or root.get("about")),
        form=form,
        text=_text(document),
        title=_title(root, form),
        labels=tuple(label.value.strip() for label in labels),
        absent_labels=tuple(label.value.strip() for label in labels if label.start in absent),
        assignees=tuple(word.value.strip() for word in listed_texts(root.get("assignees"))),
        findings=_by_element(document, diagnostics),
        hidden=_hidden(document, diagnostics) or broken,
    )


def _form(document: Document) -> tuple[Form | None, str | None]:
    """Return the form that a file is, or why it is a broken one."""
    if document.kind is not FileKind.FORM:
        return None, None
    try:
        return form_of(document), None
    except InvalidFormError as error:
        return None, error.message


def _text(document: Document) -> str | None:
    """Return what a Markdown template fills the page with."""
    if document.kind not in {FileKind.TEMPLATE, FileKind.ACTION}:
        return None
    return with_line_feeds(document.source.text[document.head[1] :]).lstrip("\n")


def _title(root: Tree, form: Form | None) -> str:
    if form is not None:
        return form.title
    return words_of(root.get("title"))


def _hidden(document: Document, diagnostics: Sequence[Diagnostic]) -> str | None:
    """Return why a template isn't in the chooser, as far as rules say it."""
    if document.kind in _MISPLACED_KINDS:
        return diagnostics[0].finding().message
    return _reason(diagnostics)


def _reason(diagnostics: Iterable[Diagnostic]) -> str | None:
    """Return what keeps the chooser from showing something; None if nothing does."""
    for item in diagnostics:
        if item.severity is Severity.ERROR or item.rule.id in _HIDING:
            return item.finding().message
    return None


def _by_element(
    document: Document, diagnostics: Iterable[Diagnostic]
) -> dict[int | None, tuple[Finding, ...]]:
    spans: list[tuple[int, int]] = []
    if document.kind is FileKind.FORM and document.mapping is not None:
        elements = FormView(document, document.mapping).elements
        spans = [(element.node.start, element.node.end) for element in elements]
    found: dict[int | None, list[Finding]] = {}
    for item in diagnostics:
        inside = (
            index for index, (start, end) in enumerate(spans) if start <= item.problem.start <= end
        )
        found.setdefault(next(inside, None), []).append(item.finding())
    return {index: tuple(findings) for index, findings in found.items()}


def _links(chooser: Document | None, problems: Sequence[Diagnostic]) -> Iterator[ShownLink]:
    if chooser is None:
        return
    for _, link in contact_links(chooser):
        inside = [item for item in problems if link.start <= item.problem.start <= link.end]
        about = words_of(link.get("about"))
        reason = _reason(inside)
        if reason is None and not about:
            reason = "it has no `about`"
        yield ShownLink(
            name=words_of(link.get("name")),
            url=words_of(link.get("url")),
            about=about,
            hidden=reason,
        )


def _has_blank(chooser: Document | None) -> bool:
    root = None if chooser is None else chooser.root
    value = value_below(root, "blank_issues_enabled")
    is_boolean = isinstance(value, Scalar) and value.kind == "bool"
    return is_true(value) or not is_boolean


def _labels(documents: Iterable[Document]) -> dict[str, Label] | None:
    """Return the labels that are defined, by their folded names; None without a config."""
    configs = [item for item in documents if item.kind is FileKind.LABELS and not item.failure]
    found: dict[str, Label] = {}
    for item in configs:
        for label in read_labels(item.source, item.root).labels:
            found.setdefault(label.key, label)
    return found if configs else None
