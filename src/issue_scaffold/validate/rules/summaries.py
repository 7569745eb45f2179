"""What rules across files need of each file, kept when its tree is dropped."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from issue_scaffold.forge.document import Document
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.forges import Forge
from issue_scaffold.forge.issue_form import FormView, listed_texts, text_of
from issue_scaffold.forge.layout import is_single_form, template_folder
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Mapping, Scalar, Sequence, Value

if TYPE_CHECKING:
    from issue_scaffold.labels.config import LabelsConfig

_OTHER_MARKDOWN: Final = frozenset(
    {"readme.md", "contributing.md", "pull_request_template.md", "issue_template.md"}
)


class TemplateSummary(NamedTuple):
    """What other files' rules need of one form or Markdown template, once its tree is gone.

    `is_hidden` tells that a Markdown template lacks what the chooser shows. `labels` are the words
    of `labels_value`. `fields` and `options` are the form's; `prose` is the Markdown's text below
    its front matter.
    """

    path: str
    source: Source
    kind: FileKind
    forge: Forge
    name: Scalar | None
    labels: tuple[Scalar, ...]
    fields: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    prose: str = ""
    is_hidden: bool = False
    labels_value: Value | None = None


class TemplateLink(NamedTuple):
    """A link to the page that opens a new issue with a template of a name."""

    source: Source
    start: int
    end: int
    name: str


# `template` in the query: GitHub's page "Creating an issue".
_LINK: Final = late_pattern(
    r"[^\s\"'<>()\[\]]*\bissues/new/?\?(?:[^\s\"'<>)\]]*&(?:amp;)?)?"
    r"template=(?P<name>[^\s\"'<>)\]&#]+)"
)


def links_to_templates(source: Source) -> Iterator[TemplateLink]:
    """Yield a file's links to new issues with a template."""
    if "template=" in source.text:
        from urllib.parse import unquote

        for found in _LINK.finditer(source.text):
            name = unquote(found["name"]).rpartition("/")[2]
            yield TemplateLink(source, found.start(), found.end(), name)


class ConfigSummary(NamedTuple):
    """What rules across files need of a labels config.

    `names` are its labels case-folded, `spellings` as they are written; `insertion` says where
    labels are added.
    """

    path: str
    source: Source
    names: frozenset[str]
    insertion: tuple[int, str] | None
    spellings: tuple[str, ...] = ()


def is_other_markdown(path: str) -> bool:
    """Tell whether a Markdown file's name says that it is something else than a template."""
    return path.replace("\\", "/").rpartition("/")[2].lower() in _OTHER_MARKDOWN


def summarize_template(document: Document, form: FormView | None) -> TemplateSummary | None:
    """Return what to keep of a form or Markdown template; None for what isn't one."""
    root = document.mapping
    if root is None:
        return None
    name, value = root.get("name"), root.get("labels")
    labels = tuple(listed_texts(value))
    named = name if isinstance(name, Scalar) and text_of(name) else None
    summary = TemplateSummary(
        document.path,
        document.source,
        document.kind,
        document.forge,
        named,
        labels,
        labels_value=value,
    )
    if document.kind is FileKind.TEMPLATE:
        is_hidden = named is None or text_of(root.get("about")) is None
        prose = document.source.text[document.head[1] :]
        return summary._replace(prose=prose, is_hidden=is_hidden)
    if form is None:
        return summary
    fields = tuple(element.label.value.strip() for element in form.fields if element.label)
    options = tuple(
        option.text for element in form.fields for option in element.options if option.text
    )
    return summary._replace(fields=fields, options=options)


def summarize_config(config: "LabelsConfig") -> ConfigSummary | None:
    """Return what to keep of a labels config; None if it defines no labels."""
    labels = [label for scope in config.every_scope for label in scope.labels]
    if config.is_rules or not (labels or isinstance(config.holder, Sequence)):
        return None
    names = frozenset(label.key for label in labels)
    source, spellings = config.source, tuple(label.name for label in labels)
    return ConfigSummary(source.path, source, names, _insertion(config, source), spellings)


def _insertion(config: "LabelsConfig", source: Source) -> tuple[int, str] | None:
    """Return where a label can be added, and what it begins with; None if nowhere."""
    items = config.holder
    if not isinstance(items, Sequence) or items.flow or not items.items:
        return None
    last = items.items[-1]
    if not isinstance(last, Mapping) or last.flow:
        return None
    start = source.line_start(last.start)
    lead = source.text[start : last.start]
    if lead.strip() != "-":
        return None
    return source.next_line(last.end), lead


def _is_placed(path: str) -> bool:
    return template_folder(path) is not None or is_single_form(path)


class RepositorySummary:
    """All that is known of a repository's files together.

    `settings` is the file of this tool's settings, `labels_config` what they say of that.
    `page_links` are those in pages for people, such as the README. `frontless` are the Markdown
    files without front matter that may be meant as templates.
    """

    def __init__(self, paths: frozenset[str]) -> None:
        self.paths = paths
        self.known_labels: frozenset[str] = frozenset()
        self.labels_config: str | None = None
        self.settings: Source | None = None
        self.templates: list[TemplateSummary] = []
        self.configs: list[ConfigSummary] = []
        self.choosers: list[Document] = []
        self.frontless: list[Source] = []
        self.links: list[TemplateLink] = []
        self.page_links: list[TemplateLink] = []

    def add(self, document: Document, form: FormView | None) -> None:
        """Keep what is needed of a file that could be read; `form` is its view if it is a form."""
        kind = document.kind
        self.links += links_to_templates(document.source)
        if kind is FileKind.CHOOSER:
            self.choosers.append(document)
        elif kind is FileKind.LABELS:
            from issue_scaffold.labels.config import read_labels

            config = summarize_config(read_labels(document.source, document.root))
            if config is not None:
                self.configs.append(config)
        elif kind in {FileKind.FORM, FileKind.TEMPLATE} and _is_placed(document.path):
            self._add_template(document, form)

    def _add_template(self, document: Document, form: FormView | None) -> None:
        summary = summarize_template(document, form)
        if summary is not None:
            self.templates.append(summary)
            return
        is_frontless = document.kind is FileKind.TEMPLATE and document.head == (0, 0)
        if is_frontless and not is_other_markdown(document.path):
            self.frontless.append(document.source)
