"""Recognising a repository's own templates among those of a catalog, for `scaffold init`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from issue_scaffold.convert.markdown_parser import parse_markdown
from issue_scaffold.convert.to_form import Metadata, issue_form
from issue_scaffold.forge.document import Document
from issue_scaffold.forge.documents import load
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.issue_form import FormView, listed_texts, text_of
from issue_scaffold.forge.twins import why_same
from issue_scaffold.sync.offering import ISSUE_TYPES
from issue_scaffold.sync.same_template import Recognised, Template, recognise
from issue_scaffold.template.offer import OfferedChoice, OfferedQuestion


def recognise_templates(
    existing: Mapping[str, bytes], catalog: Mapping[str, bytes]
) -> tuple[Recognised, ...]:
    """Return which existing templates a catalog also has; both by repository-relative POSIX path.

    Files that are no templates, or can't be read, are passed over. A file that is the same on both
    sides is no news.
    """
    changed = {path: content for path, content in existing.items() if catalog.get(path) != content}
    return recognise(_templates(changed), tuple(_templates(catalog)))


def suggested_choices(
    existing: Mapping[str, bytes], offered: Mapping[str, OfferedQuestion]
) -> dict[str, Any]:
    """Return answers that take up existing templates, as far as a template asks for such.

    Those are their types, beside the ones that the template would have chosen, and their format
    where all have the same.
    """
    templates = tuple(_templates(existing))
    answers: dict[str, Any] = {}
    if ISSUE_TYPES in offered:
        answers |= _suggested_types(templates, offered[ISSUE_TYPES])
    if _FORMAT in offered:
        answers |= _suggested_format(templates, offered[_FORMAT])
    return answers


def _suggested_types(
    templates: Sequence[Template], question: OfferedQuestion
) -> dict[str, list[Any]]:
    usual = question.answer
    if not question.takes_several or not isinstance(usual, list):
        return {}
    there = [one.value for one in question.choices if _is_there(one, templates)]
    if set(there) <= set(usual):
        return {}
    return {ISSUE_TYPES: [one.value for one in question.choices if one.value in usual + there]}


def _is_there(choice: OfferedChoice, templates: Sequence[Template]) -> bool:
    """Whether one of the templates is of the type that a choice is."""
    file, title = f"{choice.value}.md", choice.title
    return any(why_same(one.path, one.name, file, title) for one in templates)


def _suggested_format(templates: Sequence[Template], question: OfferedQuestion) -> dict[str, str]:
    found = {_FORMATS[one.path.rpartition(".")[2].lower()] for one in templates}
    offered = {one.value for one in question.choices} - {question.answer}
    if len(found) == 1 and found <= offered:
        return {_FORMAT: found.pop()}
    return {}


def _templates(files: Mapping[str, bytes]) -> Iterator[Template]:
    for path, content in files.items():
        document = load(path, content)
        root = document.mapping
        if root is None or document.failure is not None:
            continue
        name, asked = text_of(root.get("name")), _asked(FormView(document, root))
        if name is None or asked is None:
            continue
        labels = tuple(scalar.value.strip() for scalar in listed_texts(root.get("labels")))
        fields, options = asked
        yield Template(path=path, name=name, labels=labels, fields=fields, options=options)


_FORMAT: Final = "format"
_FORMATS: Final = {"md": "markdown", "yml": "form", "yaml": "form"}
_Asked = tuple[tuple[str, ...], tuple[str, ...]]


def _asked(form: FormView) -> _Asked | None:
    """Return the fields and options of a form or a template; None for another kind of file."""
    if form.document.kind is FileKind.TEMPLATE:
        return _asked_in_markdown(form.document)
    if form.document.kind is not FileKind.FORM:
        return None
    fields = tuple(element.label.value.strip() for element in form.fields if element.label)
    options = [option.text for element in form.fields for option in element.options]
    return fields, tuple(text for text in options if text)


def _asked_in_markdown(document: Document) -> _Asked:
    """Return the fields and options that a Markdown template would have as a form."""
    text = parse_markdown(document.source.text[document.head[1] :])
    form = issue_form(Metadata(name="template", about="template"), text).form
    return tuple(field.label for field in form.fields), tuple(
        option.label for field in form.fields for option in field.options
    )
