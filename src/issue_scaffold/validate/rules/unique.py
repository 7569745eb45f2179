"""Rules about what must be unique within one form: ids, labels, the names that GitHub derives from labels, checkboxes.

Source: GitHub's "Common validation errors when creating issue forms", which also names the way labels are compared.
"""

from collections.abc import Iterator

from issue_scaffold.forge.document import Problem, at, shown
from issue_scaffold.forge.issue_form import ElementView, FormView, parameterize
from issue_scaffold.text.edits import Edit, Fix
from issue_scaffold.text.tree import Scalar
from issue_scaffold.text.wording import line_of


def duplicate_id(form: FormView) -> Iterator[Problem]:
    """Find ids that an earlier element of the form has."""
    seen: dict[str, Scalar] = {}
    taken = {element.id.value for element in form.elements if element.id}
    for element in form.elements:
        if element.id is None:
            continue
        first = seen.setdefault(element.id.value, element.id)
        if first is not element.id:
            fresh = _fresh(element.id.value, taken)
            taken.add(fresh)
            fix = (
                Fix((Edit(element.id.start, element.id.end, fresh),), unsafe=True)
                if not element.id.style
                else None
            )
            message = f"{element.name}: id {shown(element.id)} is used twice"
            hint = f"ids must be unique: the first is on {line_of(form.source, first.start)}"
            yield at(element.id, message, hint=hint, fix=fix)


def _fresh(word: str, taken: set[str]) -> str:
    number = 2
    while f"{word}-{number}" in taken:
        number += 1
    return f"{word}-{number}"


def duplicate_label(form: FormView) -> Iterator[Problem]:
    """Find equal labels of two fields without ids; one id would tell them apart."""
    seen: dict[str, Scalar] = {}
    for element in _without_id(form):
        assert element.label is not None  # noqa: S101 - such are not yielded
        first = seen.setdefault(element.label.value.strip(), element.label)
        if first is not element.label:
            message = f"{element.name}: label {shown(element.label)} is used twice"
            hint = f"the first is on {line_of(form.source, first.start)}; give one of them another label, or an `id`"
            yield at(element.label, message, hint=hint, fix=_add_id(form, element))


def similar_labels(form: FormView) -> Iterator[Problem]:
    """Find labels and ids that GitHub can't tell apart, because it strips labels of all but letters and digits."""
    seen: dict[str, tuple[ElementView, Scalar]] = {}
    for element in form.fields:
        node = element.id or element.label
        if node is None:
            continue
        key = node.value if element.id else parameterize(node.value)
        if key is None:
            continue
        other, first = seen.setdefault(key, (element, node))
        same_rule = (element.id and other.id) or (
            not element.id and not other.id and _equal(node, first)
        )
        if first is node or same_rule:
            continue
        what = "id" if element.id else "label"
        before = "id" if other.id else "label"
        message = (
            f"{element.name}: {what} {shown(node)} is too similar to the {before} {shown(first)}: "
            f"both are `{key}`"
        )
        hint = f"the other is on {line_of(form.source, first.start)}; change one, or give the label's field an `id`"
        yield at(node, message, hint=hint, fix=None if element.id else _add_id(form, element))


def _equal(one: Scalar, other: Scalar) -> bool:
    return one.value.strip() == other.value.strip()


def _without_id(form: FormView) -> Iterator[ElementView]:
    for element in form.fields:
        if element.label is not None and element.id is None:
            yield element


def _add_id(form: FormView, element: ElementView) -> Fix | None:
    """Give a field an id made of its label that no other field has."""
    entry = element.node.find("type")
    slug = parameterize(element.label.value) if element.label else None
    if (
        entry is None
        or entry.merged
        or element.node.flow
        or slug is None
        or element.node.find("id") is not None
    ):
        return None
    taken = {other.id.value for other in form.elements if other.id}
    taken |= {
        key for other in form.fields if other.label and (key := parameterize(other.label.value))
    }
    indent = " " * (element.node.start - form.source.line_start(element.node.start))
    line = f"{form.source.newline}{indent}id: {_fresh(slug, taken)}"
    return Fix((Edit(entry.value.end, entry.value.end, line),), unsafe=True)


def checkbox_label(form: FormView) -> Iterator[Problem]:
    """Find equal checkboxes in one element, and checkboxes that are called like a field without id."""
    fields = {
        element.label.value.strip(): element.label for element in _without_id(form) if element.label
    }
    for element in form.fields:
        if element.type != "checkboxes":
            continue
        seen: dict[str, Scalar] = {}
        for option in element.options:
            label, text = option.label, option.text
            if text is None or not isinstance(label, Scalar):
                continue
            first = seen.setdefault(text, label)
            if first is not label:
                hint = f"the first is on {line_of(form.source, first.start)}"
                yield at(label, f"{element.name}: option {shown(label)} is there twice", hint=hint)
            elif text in fields and fields[text] is not element.label:
                where = line_of(form.source, fields[text].start)
                message = (
                    f"{element.name}: option {shown(label)} is called like the field on {where}"
                )
                yield at(label, message, hint="change one of the two, or give that field an `id`")
