"""A template that a new issue begins with: an issue form, or a Markdown template.

Owns which of them a repository offers, and which one somebody means. A form's own model is
`form`'s.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.files.bounded import read_file
from issue_scaffold.forge import layout
from issue_scaffold.forge.document import Document
from issue_scaffold.forge.documents import load
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.forges import GITHUB, Forge
from issue_scaffold.forge.issue_form import listed_texts, text_of
from issue_scaffold.forge.source_files import read_repository
from issue_scaffold.git.folder import top_level
from issue_scaffold.issue.answers import with_line_feeds
from issue_scaffold.issue.candidates import path_in_repository
from issue_scaffold.issue.form import (
    Field,
    FieldKind,
    Form,
    InvalidFormError,
    collapsed,
    exact_text,
    form_of,
)
from issue_scaffold.text.tree import Mapping

# The key of the one field that a Markdown template has.
WHOLE_TEXT: Final = "body"
_MARKDOWN: Final = frozenset({FileKind.TEMPLATE, FileKind.LEGACY, FileKind.TEXT})


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTemplate:
    """What a new issue begins with.

    `form` has its fields. That of a Markdown template has one, the whole text, which is `text`, and
    what the body is unless somebody writes another; `text` is None for an issue form.
    """

    form: Form
    text: str | None = None


def template_of(document: Document) -> IssueTemplate:
    """Return the form or the template that a file holds. Raises InvalidFormError for a broken one.

    A template's text begins behind its front matter and the blank lines after that.
    """
    if document.kind not in _MARKDOWN:
        return IssueTemplate(form=form_of(document))
    if document.failure is not None:
        raise InvalidFormError(
            f"{document.path} is no valid template: {document.failure[1].message}",
            hint="scaffold validate says more",
        )
    root = document.mapping or Mapping((), 0, 0)
    text = with_line_feeds(document.source.text[document.head[1] :]).lstrip("\n")
    field = Field(key=WHOLE_TEXT, kind=FieldKind.TEXTAREA, label="Text", value=text)
    form = Form(
        path=document.path,
        name=exact_text(root.get("name")),
        description=exact_text(root.get("about")),
        title=exact_text(root.get("title")),
        labels=_words(root, "labels"),
        assignees=_words(root, "assignees"),
        projects=_words(root, "projects"),
        type=text_of(root.get("type")),
        elements=(field,),
    )
    return IssueTemplate(form=form, text=text)


def _words(root: Mapping, key: str) -> tuple[str, ...]:
    return tuple(word.value.strip() for word in listed_texts(root.get(key)))


def find_template(wanted: str | None, folder: Path, forge: Forge | None = None) -> IssueTemplate:
    """Return the template that is meant: by its file, the file's name, or its own name.

    None means the only one that the repository offers. A forge is given where the file's folder
    isn't to tell it. Raises UsageError if none or several are meant, InvalidFormError.
    """
    if wanted is not None and (folder / wanted).is_file():
        path = path_in_repository(folder / wanted, wanted)
        return _read(path, read_file(folder / wanted, shown=wanted), forge)
    offered, broken = _sort_offered(folder, forge)
    if not offered:
        raise ScaffoldError("this repository has no issue form or template", hint="name a FORM")
    found = offered
    if wanted is not None:
        found = _called(wanted.casefold(), offered)
        _refuse_broken(wanted.casefold(), found, broken)
    if len(found) != 1:
        raise _unsure(wanted, [template.form.path for template in found or offered])
    return found[0]


def _refuse_broken(
    wanted: str, found: list[IssueTemplate], broken: dict[str, InvalidFormError]
) -> None:
    """Raise what is wrong with the file that has a name, where nothing else has been found."""
    for path, error in broken.items():
        if not found and wanted in _file_names(path):
            raise error


def _unsure(wanted: str | None, paths: list[str]) -> UsageError:
    listed = ", ".join(paths)
    if wanted is None:
        return UsageError(f"there are several forms: {listed}", hint="name one of them")
    return UsageError(f"{wanted} names no form, or several", hint=f"name one of {listed}")


def offered_templates(folder: Path, forge: Forge | None = None) -> list[IssueTemplate]:
    """Return what the repository around a folder offers for a new issue, by path.

    The single template from before template folders counts only where there is nothing else.
    Raises ScaffoldError if the repository can't be read, InvalidFormError if nothing is valid.
    """
    return _sort_offered(folder, forge)[0]


def _sort_offered(
    folder: Path, forge: Forge | None
) -> tuple[list[IssueTemplate], dict[str, InvalidFormError]]:
    """Return what is offered, and what is wrong with those that can't be, by their paths.

    Raises InvalidFormError if there are only such.
    """
    found: dict[FileKind, list[IssueTemplate]] = {}
    broken: dict[str, InvalidFormError] = {}
    for kind, path, content in _offered(top_level(folder) or folder):
        try:
            found.setdefault(kind, []).append(_read(path, content, forge))
        except InvalidFormError as error:
            broken[path] = error
    oldest = found.pop(FileKind.LEGACY, [])
    newer = [template for templates in found.values() for template in templates]
    offered = sorted(newer, key=lambda template: template.form.path) or oldest
    if broken and not offered:
        raise next(iter(broken.values()))
    return offered, broken


def _offered(root: Path) -> Iterator[tuple[FileKind, str, bytes]]:
    for path, content in read_repository(root).files.items():
        document = load(path, content)
        is_template = document.kind in {FileKind.FORM, FileKind.TEMPLATE, FileKind.LEGACY}
        if not is_template or layout.may_be_misplaced(path):
            continue
        yield document.kind, path, content


def _read(path: str, content: bytes, forge: Forge | None) -> IssueTemplate:
    return template_of(load(path, content, forge or GITHUB))


def _called(wanted: str, offered: list[IssueTemplate]) -> list[IssueTemplate]:
    """Return the templates whose file has that name, else those that call themselves so."""
    by_file = [template for template in offered if wanted in _file_names(template.form.path)]
    if by_file:
        return by_file
    return [one for one in offered if collapsed(one.form.name).casefold() == wanted]


def _file_names(path: str) -> frozenset[str]:
    name = path.rpartition("/")[2]
    return frozenset(word.casefold() for word in (path, name, name.rpartition(".")[0]))
