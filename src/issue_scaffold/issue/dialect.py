"""How each forge's page writes a body, and where each answer stands in it.

Owns the dialects: GitHub's page today and before 2025, and Gitea's, which Forgejo shares. GitHub
documents none of it; the rows follow issues beside the forms that wrote them. Gitea's row follows
`RenderToMarkdown` of its source:
https://github.com/go-gitea/gitea/blob/main/modules/issue/template/template.go
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from issue_scaffold.issue.form import Field, FieldKind, Form, FormText

NO_RESPONSE: Final = "_No response_"
NONE: Final = "None"
FENCE: Final = "```"
GAP: Final = "\n\n"
# What Go's `unicode.IsSpace` is true for, which `strings.TrimSpace` takes away.
GO_SPACE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


class Dialect(StrEnum):
    """Whose page wrote a body."""

    GITHUB = "github"
    GITHUB_2024 = "github-2024"
    GITEA = "gitea"


class DialectRules(NamedTuple):
    """What differs between the pages.

    `unchosen` stands for a single choice that wasn't made, `ticked` for the mark of a box. An
    empty rendered text is a fence if `has_empty_fence`. What stands behind a fence that isn't the
    last of the body is `after_fence`; a fence that `grows` is longer than any in its text.
    `line_end` is that of an answer's lines, `trims` the white space taken from around answers.
    With `is_gitea` what only Gitea's forms can say is heeded.
    """

    unchosen: str = NONE
    ticked: str = "x"
    has_empty_fence: bool = True
    after_fence: str = ""
    grows: bool = False
    line_end: str = "\n"
    trims: str = ""
    is_gitea: bool = False


_RULES: Final = {
    Dialect.GITHUB: DialectRules(),
    Dialect.GITHUB_2024: DialectRules(
        unchosen=NO_RESPONSE,
        ticked="X",
        has_empty_fence=False,
        after_fence="\n",
        line_end="\r\n",
    ),
    Dialect.GITEA: DialectRules(
        unchosen=NO_RESPONSE,
        has_empty_fence=False,
        grows=True,
        trims=GO_SPACE,
        is_gitea=True,
    ),
}


def rules_of(dialect: Dialect) -> DialectRules:
    """Return what a page does."""
    return _RULES[Dialect(dialect)]


class Slot(NamedTuple):
    """Where one answer stands: behind `lead`, which is the same whatever the answers are."""

    lead: str
    field: Field
    is_last: bool = False


class BodyLayout(NamedTuple):
    """A body without its answers: slots one after the other, then `tail`."""

    slots: tuple[Slot, ...]
    tail: str


def layout_of(form: Form, dialect: Dialect) -> BodyLayout:
    """Return where the answers stand in the body that a page writes."""
    return layout_by(form, rules_of(dialect))


def layout_by(form: Form, rules: DialectRules) -> BodyLayout:
    """Return where the answers stand in the body of a page that does so."""
    if rules.is_gitea:
        return _gitea_layout(form)
    slots = [Slot(f"{GAP}{_heading(field)}", field) for field in form.fields]
    if slots:
        slots[0] = slots[0]._replace(lead=slots[0].lead.removeprefix(GAP))
        slots[-1] = slots[-1]._replace(is_last=True)
    return BodyLayout(tuple(slots), "")


def _gitea_layout(form: Form) -> BodyLayout:
    slots: list[Slot] = []
    lead = ""
    for element in _written(form):
        if isinstance(element, FormText):
            lead += f"{element.text}{GAP}"
            continue
        if not element.hides_label:
            lead += _heading(element)
        if _is_empty(element):
            lead += "\n"
            continue
        slots.append(Slot(lead, element))
        lead = GAP
    return BodyLayout(tuple(slots), lead)


def _written(form: Form) -> Iterator[Field | FormText]:
    return (element for element in form.elements if element.in_body)


def _is_empty(field: Field) -> bool:
    """Tell whether a field has boxes, and all of them are kept out of the body."""
    if field.kind is not FieldKind.CHECKBOXES:
        return False
    return not any(option.in_body for option in field.options)


def _heading(field: Field) -> str:
    return f"### {field.label}{GAP}"
