"""Rules that look at several files of one repository: labels that nobody defines, equal names, twins that disagree.

Sources: GitHub drops labels that don't exist without a word, and wants template names unique (its pages "Configuring
issue templates for your repository" and "Syntax for issue forms").
"""

from collections.abc import Iterator
from typing import NamedTuple

from issue_scaffold.forge.document import Document, Problem, at, shown
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.issue_form import FormView, listed_texts, text_of
from issue_scaffold.forge.layout import is_security_policy
from issue_scaffold.forge.twins import plain, stem
from issue_scaffold.labels.config import DEFAULT_LABELS, LabelsConfig
from issue_scaffold.report.finding import Severity
from issue_scaffold.text.edits import Fix, insert_line
from issue_scaffold.text.scalars import quoted
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Mapping, Scalar
from issue_scaffold.text.wording import closest, line_of, some
from issue_scaffold.validate.rules import chooser
from issue_scaffold.validate.rules.template import NOT_TEMPLATES


class TemplateSummary(NamedTuple):
    """What other files' rules need of one form or Markdown template, once its tree is gone.

    `fields` and `options` are the form's; `prose` is the Markdown's text below its front matter.
    """

    path: str
    source: Source
    kind: FileKind
    name: Scalar | None
    labels: tuple[Scalar, ...]
    fields: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    prose: str = ""


class ConfigSummary(NamedTuple):
    """What other files' rules need of a labels config; `insertion` is where a label can be added, and how."""

    path: str
    source: Source
    names: frozenset[str]
    insertion: tuple[int, str] | None


class Repository(NamedTuple):
    """All that is known of a repository's files together."""

    templates: tuple[TemplateSummary, ...]
    configs: tuple[ConfigSummary, ...]
    known_labels: frozenset[str]
    choosers: tuple[Document, ...]
    paths: frozenset[str]
    frontless: tuple[tuple[str, Source], ...] = ()


def summarize_template(document: Document) -> TemplateSummary | None:
    """Return what to keep of a form or Markdown template; None for what isn't one."""
    root = document.mapping
    if root is None:
        return None
    name, labels = root.get("name"), tuple(listed_texts(root.get("labels")))
    named = name if isinstance(name, Scalar) and text_of(name) else None
    summary = TemplateSummary(document.path, document.source, document.kind, named, labels)
    if document.kind is FileKind.TEMPLATE:
        return summary._replace(prose=document.source.text[document.head[1] :])
    form = FormView(document, root)
    fields = tuple(element.label.value.strip() for element in form.fields if element.label)
    options = tuple(
        option.text for element in form.fields for option in element.options if option.text
    )
    return summary._replace(fields=fields, options=options)


def summarize_config(config: LabelsConfig) -> ConfigSummary | None:
    """Return what to keep of a labels config; None if it defines no labels."""
    if config.is_rules or (not config.labels and config.items is None):
        return None
    words = [label.name.value for label in config.labels]
    names = frozenset(word.strip().casefold() for word in words)
    source = config.document.source
    insertion = None
    items = config.items
    if (
        items is not None
        and not items.flow
        and items.items
        and isinstance(items.items[-1], Mapping)
    ):
        last = items.items[-1]
        start = source.line_start(last.start)
        lead = source.text[start : last.start]
        if not last.flow and lead.strip() == "-":
            insertion = (source.next_line(last.end), lead)
    return ConfigSummary(config.document.path, source, names, insertion)


def label_not_in_config(repository: Repository) -> Iterator[Problem]:
    """Find labels that a template names and no labels config defines; GitHub would drop them without a word."""
    names = frozenset().union(*(config.names for config in repository.configs))
    known = names | DEFAULT_LABELS | repository.known_labels
    severity = None if repository.configs else Severity.INFO
    for template in repository.templates:
        for label in template.labels:
            folded = label.value.strip().casefold()
            if folded in known:
                continue
            guess = closest(folded, sorted(known))
            hint = _missing_hint(repository, guess)
            fix = _define(repository, label) if not guess else None
            message = f"label {shown(label)} is not {_where(repository)}; GitHub drops labels that don't exist"
            yield at(label, message, hint=hint, severity=severity, fix=fix, path=template.path)


def _where(repository: Repository) -> str:
    if len(repository.configs) == 1:
        return f"in {repository.configs[0].path}"
    return "in any labels config" if repository.configs else "one of GitHub's default labels"


def _missing_hint(repository: Repository, guess: str | None) -> str:
    lead = f"did you mean `{guess}`? " if guess else ""
    if repository.configs:
        return f"{lead}add it there, or to `labels: known:` in .github/scaffold.yml"
    return (
        f"{lead}make sure that the repository has it; a labels config would keep the two together"
    )


def _define(repository: Repository, label: Scalar) -> Fix | None:
    if len(repository.configs) != 1 or repository.configs[0].insertion is None:
        return None
    config = repository.configs[0]
    assert config.insertion is not None  # noqa: S101 - narrowed above
    offset, lead = config.insertion
    indent = " " * len(lead)
    text = f'{lead}name: {quoted(label.value.strip())}\n{indent}color: "ededed"'
    return Fix((insert_line(config.source, offset, text),), unsafe=True, path=config.path)


def duplicate_name(repository: Repository) -> Iterator[Problem]:
    """Find two templates of one folder with the same name; GitHub shows one of them at most."""
    seen: dict[tuple[str, str], TemplateSummary] = {}
    for template in repository.templates:
        if template.name is None or template.path.rpartition("/")[2].lower() in NOT_TEMPLATES:
            continue
        key = (template.path.rpartition("/")[0].lower(), template.name.value.strip())
        first = seen.setdefault(key, template)
        if first is not template and first.name is not None:
            message = f"name {shown(template.name)} is also that of {first.path}"
            where = line_of(first.source, first.name.start)
            hint = f"names must be unique, forms and Markdown templates together: see {first.path}, {where}"
            yield at(template.name, message, hint=hint, path=template.path)


def twin_differs(repository: Repository) -> Iterator[Problem]:
    """Find a form and a Markdown template of one slug that disagree in labels, fields or options."""
    forms = {_place(item): item for item in repository.templates if item.kind is FileKind.FORM}
    for template in repository.templates:
        form = forms.get(_place(template))
        if form is None or template.kind is not FileKind.TEMPLATE:
            continue
        differences = list(_differences(template, form))
        if differences:
            place = template.name or (template.labels[0] if template.labels else None)
            start, end = (place.start, place.end) if place else (0, template.source.line_end(0))
            message = f"this template and its twin {form.path} disagree: {'; '.join(differences)}"
            yield Problem(
                start,
                end,
                message,
                "make them say the same, or rename one of them",
                path=template.path,
            )


def _place(template: TemplateSummary) -> tuple[str, str]:
    """Return the folder of a template, and what its file's name has in common with its twin's."""
    return template.path.rpartition("/")[0].lower(), stem(template.path)


def _differences(template: TemplateSummary, form: TemplateSummary) -> Iterator[str]:
    here = {label.value.casefold(): label.value for label in template.labels}
    there = {label.value.casefold(): label.value for label in form.labels}
    for word, lacking in ((here, there), (there, here)):
        only = [word[key] for key in word if key not in lacking]
        if only:
            side = "Markdown" if word is here else "form"
            yield f"only the {side} has {some(only, 'label')}"
    prose = plain(template.prose)
    if not prose:
        return
    for words, noun in ((form.fields, "field"), (form.options, "option")):
        missing = [word for word in dict.fromkeys(words) if plain(word) not in prose]
        if missing:
            yield f"the Markdown lacks {some(missing, noun)}"


def security_link(repository: Repository) -> Iterator[Problem]:
    """Find chooser links that double the entry which GitHub makes of a security policy."""
    if not any(is_security_policy(path) for path in repository.paths):
        return
    for document in repository.choosers:
        for problem in chooser.security_link(document):
            yield problem._replace(path=document.path)


def frontless_template(repository: Repository) -> Iterator[Problem]:
    """Find Markdown files without front matter beside a chooser's `config.yml`, which they can't appear in."""
    folders = {document.path.rpartition("/")[0] for document in repository.choosers}
    for path, source in repository.frontless:
        if path.rpartition("/")[0] in folders:
            hint = "begin the file with `---`, `name: …`, `about: …`, `---`; without it the chooser leaves it out"
            message = "the template has no front matter, so the chooser beside it can't show it"
            yield Problem(0, source.line_end(0), message, hint, severity=Severity.ERROR, path=path)
