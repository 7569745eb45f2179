"""The link that opens a forge's page for a new issue, fields filled in, and what it can't carry.

Pure. GitHub documents none of it for forms; Gitea's row follows `setTemplateIfExists` in
https://github.com/go-gitea/gitea/blob/main/routers/web/repo/issue_new.go.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from issue_scaffold.errors import UsageError
from issue_scaffold.forge import layout
from issue_scaffold.forge.remote import Repository
from issue_scaffold.issue.answers import is_answered, settle
from issue_scaffold.issue.dialect import Dialect, rules_of
from issue_scaffold.issue.form import Field, FieldKind, Form
from issue_scaffold.issue.issue_template import WHOLE_TEXT, IssueTemplate
from issue_scaffold.issue.new_issue import NewIssue

# GitHub answers 414 to a request whose first line is about 8 KB; the method and the version of the
# protocol are in that line too.
MOST_BYTES: Final = 8000
# What the page itself takes from a link, so that a field with such an id gets nothing.
_PARAMETERS: Final = frozenset(
    {"title", "body", "labels", "assignees", "projects", "milestone", "template", "type"}
)
_TEXTS: Final = frozenset({FieldKind.INPUT, FieldKind.TEXTAREA})
_PREFIXES: Final = {False: "", True: "field:"}
_TOO_LONG: Final = "it is too long for a link"


class NotInLink(NamedTuple):
    """An answer that a link doesn't have, by its field's key (or "title"), and why."""

    key: str
    why: str


class PrefillLink(NamedTuple):
    """A link, and the answers that have to be given again on the page that it opens."""

    url: str
    left_out: tuple[NotInLink, ...] = ()


def prefill_link(
    repository: Repository,
    template: IssueTemplate,
    values: Mapping[str, Any],
    issue: NewIssue,
    dialect: Dialect,
) -> PrefillLink:
    """Return the link for an issue that is made of these values.

    What makes it too long is left out, the longest first. Raises UsageError for a template that
    lies where no page finds it.
    """
    is_gitea = rules_of(dialect).is_gitea
    page = f"https://{repository.host}/{repository.owner}/{repository.name}/issues/new"
    fixed = _template_parameter(template.form.path, is_gitea=is_gitea)
    wanted: dict[str, tuple[str, str]] = {}
    left_out: list[NotInLink] = []
    if issue.title and issue.title != template.form.title:
        wanted["title"] = ("title", issue.title)
    if template.text is None:
        for field, text in _answered(template.form, values):
            parameter = parameter_of(field, dialect)
            if parameter is not None:
                wanted[field.key] = (parameter, text)
            else:
                left_out.append(NotInLink(field.key, _why_not(field)))
    elif issue.body != template.text:
        wanted[WHOLE_TEXT] = ("body", issue.body)
    url = _address(page, fixed, wanted)
    while len(url) > MOST_BYTES and wanted:
        longest = max(wanted, key=lambda key: len(quote(wanted[key][1])))
        del wanted[longest]
        left_out.append(NotInLink(longest, _TOO_LONG))
        url = _address(page, fixed, wanted)
    return PrefillLink(url, tuple(left_out))


def _answered(form: Form, values: Mapping[str, Any]) -> Iterator[tuple[Field, str]]:
    settled = settle(form, values, Dialect.GITHUB)
    for field in form.fields:
        if is_answered(settled[field.key]):
            yield field, str(settled[field.key])


def _address(page: str, fixed: Mapping[str, str], wanted: Mapping[str, tuple[str, str]]) -> str:
    query = urlencode([*fixed.items(), *wanted.values()], quote_via=quote)
    return f"{page}?{query}".removesuffix("?")


def _template_parameter(path: str, *, is_gitea: bool) -> dict[str, str]:
    if layout.is_single(path.rpartition("/")[2].lower()):
        return {}
    if layout.template_folder(path) is None or layout.is_misplaced(path):
        raise UsageError(
            f"{path} lies in no template folder, so no page has it",
            hint="leave out --web; --print prints the body",
        )
    return {"template": path if is_gitea else path.rpartition("/")[2]}


def parameter_of(field: Field, dialect: Dialect) -> str | None:
    """Return the parameter of a link that fills in a field; None if a link can't carry it."""
    if field.kind not in _TEXTS or field.id is None:
        return None
    is_gitea = rules_of(dialect).is_gitea
    if field.id in _PARAMETERS and not is_gitea:
        return None
    return f"{_PREFIXES[is_gitea]}{field.id}"


def _why_not(field: Field) -> str:
    """Return why a link can't carry a field's answer."""
    if field.kind not in _TEXTS:
        return f"a link can't carry {_NAMES[field.kind]}"
    if field.id is None:
        return "the field has no id"
    return "the page takes its id for something else"


_NAMES: Final = {
    FieldKind.DROPDOWN: "a choice",
    FieldKind.CHECKBOXES: "checkboxes",
    FieldKind.UPLOAD: "files",
}


def notes_of(link: PrefillLink) -> Iterator[str]:
    """Yield what to say about the answers that a link doesn't have."""
    for key, why in link.left_out:
        yield f"{key} is not in the link: {why}"
