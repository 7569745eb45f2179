"""Rules about what must be unique within one form: ids, labels, checkboxes.

Source: GitHub's "Common validation errors when creating issue forms", which also names the way
labels are compared.
"""

from collections.abc import Iterator

from issue_scaffold.forge.document import Problem, at, shown
from issue_scaffold.forge.issue_form import ElementView, FormView, parameterize
from issue_scaffold.text.edits import Edit, Fix
from issue_scaffold.text.tree import Scalar
from issue_scaffold.text.wording import line_of
from issue_scaffold.validate.rules.examples import form_with
from issue_scaffold.validate.rules.form_fixes import replace
from issue_scaffold.validate.rules.rule import ERROR, ERRORS_PAGE, Rule
from issue_scaffold.validate.rules.stages import FORM


@FORM.runs(
    Rule(
        id="form/duplicate-id",
        severity=ERROR,
        grade="DOC",
        fix="unsafe",
        summary="two elements have the same id",
        source=ERRORS_PAGE,
        why="Ids must be unique within a form. With `--unsafe-fixes` the later one gets a number.",
        evidence=("common-validation-errors: Body must have unique ids",),
        wrong=form_with(
            "  - type: input\n"
            "    id: version\n"
            "    attributes:\n"
            "      label: Version\n"
            "  - type: input\n"
            "    id: version\n"
            "    attributes:\n"
            "      label: Release\n"
        ),
        right=form_with(
            "  - type: input\n"
            "    id: version\n"
            "    attributes:\n"
            "      label: Version\n"
            "  - type: input\n"
            "    id: release\n"
            "    attributes:\n"
            "      label: Release\n"
        ),
    )
)
def duplicate_id(form: FormView) -> Iterator[Problem]:
    """Find ids that an earlier element of the form has."""
    seen: dict[str, Scalar] = {}
    taken = {element.id.value for element in form.elements if element.id}
    for element in form.elements:
        if element.id is None:
            continue
        first = seen.setdefault(element.id.value, element.id)
        if first is element.id:
            continue
        fresh = _fresh(element.id.value, taken)
        taken.add(fresh)
        fix = None if element.id.style else replace(element.id, fresh)
        message = f"{element.name}: id {shown(element.id)} is used twice"
        hint = f"ids must be unique: the first is on {line_of(form.source, first.start)}"
        yield at(element.id, message, hint=hint, fix=fix)


def _fresh(word: str, taken: set[str]) -> str:
    number = 2
    while f"{word}-{number}" in taken:
        number += 1
    return f"{word}-{number}"


@FORM.runs(
    Rule(
        id="form/duplicate-label",
        severity=ERROR,
        grade="DOC",
        fix="unsafe",
        summary="two fields without id have the same label",
        source=ERRORS_PAGE,
        why=(
            "Two fields may have the same label only if an id tells them apart. With "
            "`--unsafe-fixes` the later one gets an id."
        ),
        evidence=("common-validation-errors: Body must have unique labels",),
        wrong=form_with(
            "  - type: input\n"
            "    attributes:\n"
            "      label: Version\n"
            "  - type: input\n"
            "    attributes:\n"
            "      label: Version\n"
        ),
        right=form_with(
            "  - type: input\n"
            "    attributes:\n"
            "      label: Version\n"
            "  - type: input\n"
            "    id: other\n"
            "    attributes:\n"
            "      label: Version\n"
        ),
    )
)
def duplicate_label(form: FormView) -> Iterator[Problem]:
    """Find equal labels of two fields without ids; one id would tell them apart."""
    seen: dict[str, Scalar] = {}
    for element, label in _without_id(form):
        first = seen.setdefault(label.value.strip(), label)
        if first is not label:
            message = f"{element.name}: label {shown(label)} is used twice"
            where = line_of(form.source, first.start)
            hint = f"the first is on {where}; give one of them another label, or an `id`"
            yield at(label, message, hint=hint, fix=_add_id(form, element))


@FORM.runs(
    Rule(
        id="form/similar-labels",
        severity=ERROR,
        grade="DOC",
        fix="unsafe",
        summary="labels or ids that GitHub can't tell apart",
        source=ERRORS_PAGE,
        why=(
            "For want of an id GitHub makes one of the label: lower case, everything but letters "
            "and digits as dashes. These must not be equal to each other or to an id. Labels in "
            "other scripts than Latin are left alone."
        ),
        evidence=("common-validation-errors: Labels are too similar",),
        wrong=form_with(
            "  - type: input\n"
            "    attributes:\n"
            "      label: Version\n"
            "  - type: input\n"
            "    attributes:\n"
            "      label: Version?\n"
        ),
        right=form_with(
            "  - type: input\n"
            "    attributes:\n"
            "      label: Version\n"
            "  - type: input\n"
            "    attributes:\n"
            "      label: Which release?\n"
        ),
    )
)
def similar_labels(form: FormView) -> Iterator[Problem]:
    """Find labels and ids that GitHub can't tell apart: of labels it keeps letters and digits."""
    seen: dict[str, ElementView] = {}
    for element in form.fields:
        key = compared(element)
        if key is None:
            continue
        other = seen.setdefault(key, element)
        if other is not element and not _are_equal(element, other):
            what, node = _named_by(element)
            before, first = _named_by(other)
            message = (
                f"{element.name}: {what} {shown(node)} is too similar to the {before} "
                f"{shown(first)}: both are `{key}`"
            )
            where = line_of(form.source, first.start)
            hint = f"the other is on {where}; change one, or give the label's field an `id`"
            yield at(node, message, hint=hint, fix=_add_id(form, element))


def compared(element: ElementView) -> str | None:
    """Return what GitHub compares of a field, of its id or label; None where it isn't known."""
    if element.id:
        return element.id.value
    return parameterize(element.label.value) if element.label else None


def _named_by(element: ElementView) -> tuple[str, Scalar]:
    if element.id:
        return "id", element.id
    assert element.label is not None  # noqa: S101 - without both there is nothing to compare
    return "label", element.label


def _are_equal(element: ElementView, other: ElementView) -> bool:
    """Tell whether other rules speak of the two: equal ids, equal labels without ids."""
    (what, node), (before, first) = _named_by(element), _named_by(other)
    if what != before:
        return False
    return what == "id" or node.value.strip() == first.value.strip()


def _without_id(form: FormView) -> Iterator[tuple[ElementView, Scalar]]:
    for element in form.fields:
        if element.label is not None and element.id is None:
            yield element, element.label


def _add_id(form: FormView, element: ElementView) -> Fix | None:
    """Give a field an id made of its label that no other field has."""
    entry = element.entries.get("type")
    slug = parameterize(element.label.value) if element.label else None
    if entry is None or entry.merged or slug is None:
        return None
    if element.node.flow or element.entries.get("id") is not None:
        return None
    taken = {other.id.value for other in form.elements if other.id}
    taken |= {parameterize(other.label.value) or "" for other in form.fields if other.label}
    indent = " " * (element.node.start - form.source.line_start(element.node.start))
    line = f"{form.source.newline}{indent}id: {_fresh(slug, taken)}"
    return Fix((Edit(entry.value.end, entry.value.end, line),), unsafe=True)


@FORM.runs(
    Rule(
        id="form/checkbox-label",
        severity=ERROR,
        grade="DOC",
        summary="a checkbox is called like another, or like a field",
        source=ERRORS_PAGE,
        why=(
            "The options of one checkboxes element must differ from each other, and from the "
            "labels of fields without id."
        ),
        evidence=(
            "common-validation-errors: Checkboxes must have unique labels",
            "Shopify/vscode-ruby-lsp#559",
        ),
        wrong=form_with(
            "  - type: checkboxes\n"
            "    attributes:\n"
            "      label: Checks\n"
            "      options:\n"
            "        - label: I have searched\n"
            "        - label: I have searched\n"
        ),
        right=form_with(
            "  - type: checkboxes\n"
            "    attributes:\n"
            "      label: Checks\n"
            "      options:\n"
            "        - label: I have searched\n"
            "        - label: I have read the docs\n"
        ),
    )
)
def checkbox_label(form: FormView) -> Iterator[Problem]:
    """Find equal checkboxes in one element, and ones that are called like a field without id."""
    fields = {label.value.strip(): label for _, label in _without_id(form)}
    for element in form.fields:
        if element.type != "checkboxes":
            continue
        seen: dict[str, Scalar] = {}
        for option in element.options:
            label, text = option.label, option.text
            if text is None or not isinstance(label, Scalar):
                continue
            lead = f"{element.name}: option {shown(label)} is"
            first, field = seen.setdefault(text, label), fields.get(text)
            if first is not label:
                hint = f"the first is on {line_of(form.source, first.start)}"
                yield at(label, f"{lead} there twice", hint=hint)
            elif field is not None and field is not element.label:
                message = f"{lead} called like the field on {line_of(form.source, field.start)}"
                yield at(label, message, hint="change one of the two, or give that field an `id`")
