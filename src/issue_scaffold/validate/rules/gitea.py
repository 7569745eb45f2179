"""Rules that hold in the forms of Gitea and of Forgejo, its fork, but not in GitHub's.

Source: `modules/issue/template/template.go` in Gitea's source. Which forges they hold for is in the
forges' rows.
"""

from collections.abc import Iterator
from typing import Final

from issue_scaffold.forge.document import Problem, at
from issue_scaffold.forge.issue_form import ElementView, FormView, listed_texts
from issue_scaffold.text.tree import Mapping, Node, Scalar, resolve, type_name
from issue_scaffold.validate.rules.nodes import is_text_or_null, quoted_value, value_or_key
from issue_scaffold.validate.rules.rule import ERROR, Rule
from issue_scaffold.validate.rules.stages import FORM

_PAGE: Final = "https://docs.gitea.com/usage/issue-pull-request-templates"
_PATH: Final = ".gitea/ISSUE_TEMPLATE/bug.yml"
_HEAD: Final = "name: Bug report\nabout: Something is broken\nbody:\n"
_TEXTS: Final = ("description", "placeholder", "render", "regex")


@FORM.runs(
    Rule(
        id="body/attribute-type",
        severity=ERROR,
        grade="ERR",
        fix="safe",
        summary="a description, placeholder or pattern isn't text, which Gitea refuses",
        source=_PAGE,
        why=(
            "Gitea and Forgejo refuse a form in which a `description`, `placeholder`, `render` or "
            "`regex` is a number or a boolean."
        ),
        evidence=("go-gitea/gitea: modules/issue/template/template.go",),
        wrong={
            _PATH: f"{_HEAD}  - type: input\n    attributes:\n      label: Version\n"
            "      placeholder: 1.0\n"
        },
        right={
            _PATH: f"{_HEAD}  - type: input\n    attributes:\n      label: Version\n"
            '      placeholder: "1.0"\n'
        },
    )
)
def attribute_type(form: FormView) -> Iterator[Problem]:
    """Find attributes and validations of fields that have to be text and aren't."""
    for element in form.fields:
        for part in (element.attributes, element.validations):
            if part is not None:
                yield from _not_text(form, element, part)


def _not_text(form: FormView, element: ElementView, part: Mapping) -> Iterator[Problem]:
    for key in _TEXTS:
        entry = part.find(key)
        if entry is None or is_text_or_null(entry.value):
            continue
        message = f"{element.name}: `{key}` is {type_name(entry.value)}, and must be text"
        fix = quoted_value(form.source, entry.value)
        yield at(value_or_key(entry), message, hint="put it in quotes", fix=fix)


@FORM.runs(
    Rule(
        id="body/hidden-required",
        severity=ERROR,
        grade="ERR",
        summary="what has to be filled in is not shown, which Gitea refuses",
        source=_PAGE,
        why=(
            "Gitea and Forgejo have `visible: [form, content]` for fields and options. What is not "
            "visible in the form can't be required."
        ),
        evidence=("go-gitea/gitea: modules/issue/template/template.go",),
        wrong={
            _PATH: f"{_HEAD}  - type: input\n    attributes:\n      label: Version\n"
            "    validations:\n      required: true\n    visible: [content]\n"
        },
        right={
            _PATH: f"{_HEAD}  - type: input\n    attributes:\n      label: Version\n"
            "    validations:\n      required: true\n    visible: [form]\n"
        },
    )
)
def hidden_required(form: FormView) -> Iterator[Problem]:
    """Find required fields and options that the form doesn't show."""
    for element in form.fields:
        if element.is_true("required") and _is_hidden(element.node):
            yield _hidden(element.node, f"{element.name} is required and not shown in the form")
        for option in element.options:
            node = option.node
            if not isinstance(node, Mapping) or not _is_required(node.get("required")):
                continue
            if _is_hidden(node):
                what = f"{element.name}: an option is required and not shown in the form"
                yield _hidden(node, what)


def _is_hidden(owner: Mapping) -> bool:
    visible = owner.get("visible")
    if visible is None:
        return False
    return "form" not in {item.value for item in listed_texts(visible)}


def _is_required(node: Node | None) -> bool:
    value = resolve(node) if node is not None else None
    return isinstance(value, Scalar) and value.kind == "bool" and value.value.lower() == "true"


def _hidden(owner: Mapping, message: str) -> Problem:
    place = owner.find("visible")
    assert place is not None  # noqa: S101 - what is hidden says so
    return at(place.key, message, hint="add `form` to `visible`, or drop `required`")
