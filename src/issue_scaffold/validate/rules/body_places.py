"""A form's `body`, or elements of it, that stand too deep, and the edits that bring them up.

Owns where such a body can be found; how lines are moved is `key_places`'. Every element stays.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from issue_scaffold.forge.document import Problem, at
from issue_scaffold.forge.issue_form import FormView
from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.edits import Edit, Fix, entry_end, insert_line
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.splice import Placed, placed_items
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar, Sequence, resolve
from issue_scaffold.validate.rules.examples import GOOD_FORM, HEAD, form_file
from issue_scaffold.validate.rules.form_fixes import fix_of
from issue_scaffold.validate.rules.key_places import (
    column_of,
    dedented,
    indented,
    rows_of,
    take_out,
)
from issue_scaffold.validate.rules.rule import ERROR, FORMS_PAGE, Rule
from issue_scaffold.validate.rules.stages import FORM

_KEY: Final = late_pattern(r"\bbody\b[\"']?[ \t]*:")


class _NestedBody(NamedTuple):
    """An entry `body` below the top, the mappings around it, inmost first, and its element.

    `element` is the place in the form's own list of what it stands in; None if it isn't in there.
    """

    entry: Entry
    owners: tuple[Mapping, ...]
    element: int | None


def holds_elements(node: Node) -> bool:
    """Tell whether a value is a list with elements of a form in it."""
    value = resolve(node)
    if not isinstance(value, Sequence):
        return False
    items = [resolve(item) for item in value.items]
    elements = [isinstance(item, Mapping) and item.find("type") for item in items]
    return any(elements) or any(map(holds_elements, items))


def is_nested_body(entry: Entry) -> bool:
    """Tell whether an entry below the top is a form's body."""
    key = entry.key
    return isinstance(key, Scalar) and key.value == "body" and holds_elements(entry.value)


def has_body(mapping: Mapping) -> bool:
    """Tell whether a mapping below the top has a form's body in it."""
    return any(map(is_nested_body, mapping.entries))


def has_nested_body(form: FormView) -> bool:
    """Tell whether a form has its body, or a part of that, below another key."""
    return next(_nested_bodies(form), None) is not None


@FORM.runs(
    Rule(
        id="form/misplaced-body",
        severity=ERROR,
        grade="DOC",
        fix="safe",
        summary="`body`, or a list of elements, stands too deep",
        source=FORMS_PAGE,
        reveals="others",
        why=(
            "The elements of a form are one list under `body`, at the top. A second `body` in it, "
            "or in an element, is a key that GitHub doesn't permit, and so is a list in the list. "
            "The fix brings the elements to the list, in their order."
        ),
        evidence=("syntax-for-issue-forms",),
        wrong=form_file(
            f"{HEAD}body:\n  body:\n    - type: input\n      attributes:\n        label: Version\n"
        ),
        right=form_file(GOOD_FORM),
    )
)
def misplaced_body(form: FormView) -> Iterator[Problem]:
    """Find elements that aren't in the list at the top."""
    for nested in _nested_bodies(form):
        message = "`body` belongs at the top of the form, and stands below another key"
        hint = "put its elements into the one list under `body` at the top"
        yield at(nested.entry.key, message, hint=hint, fix=_raised(form, nested))
    if not isinstance(form.body, Sequence):
        return
    for index, item in enumerate(form.body.items):
        if isinstance(item, Sequence) and holds_elements(item):
            message = f"body[{index}] is a list, and must be an element"
            hint = "put its elements into the list itself: `- type: …`, with one dash"
            yield at(item, message, hint=hint, fix=_spread(form, index, item))


def _nested_bodies(form: FormView) -> Iterator[_NestedBody]:
    """Yield each body below the top, without what is in it."""
    text, expected = form.source.text, int(form.body is not None)
    # Counting the word takes a tenth of the time.
    if text.count("body") <= expected or len(_KEY.findall(text)) <= expected:
        return
    for entry in form.root.written:
        value, owners = entry.value, (form.root,)
        if entry is form.root.find("body") and isinstance(value, Sequence):
            for index, item in enumerate(value.items):
                yield from _below(item, owners, index)
        else:
            yield from _below(value, owners, None)


def _below(node: Node, owners: tuple[Mapping, ...], element: int | None) -> Iterator[_NestedBody]:
    if isinstance(node, Sequence):
        for item in node.items:
            # What is in a list can be left empty: its holders outside stay.
            yield from _below(item, (), element)
    elif isinstance(node, Mapping):
        within = (node, *owners)
        for entry in node.written:
            if is_nested_body(entry):
                yield _NestedBody(entry, within, element)
            else:
                yield from _below(entry.value, within, element)


def _raised(form: FormView, nested: _NestedBody) -> Fix | None:
    """Return the fix that brings a body to the top; None where it isn't written line by line."""
    top = form.root.own("body")
    if form.root.flow or any(owner.flow for owner in nested.owners):
        return None
    try:
        if nested.element is not None and isinstance(form.body, Sequence):
            return _beside_element(form, form.body, nested, nested.element)
        if nested.owners[-1] is not form.root:
            return None
        if top is not None and nested.owners[-2] is top.value:
            return _unwrapped(form, nested, top)
        return _from_another_key(form, nested, top)
    except NotUnderstoodError:
        return None


def _from_another_key(form: FormView, nested: _NestedBody, top: Entry | None) -> Fix | None:
    """Take a body from below another key at the top: it becomes the form's, or a part of that."""
    taken = take_out(form.source, list(nested.owners), nested.entry)
    if top is not None:
        return _appended(form, top, nested, taken)
    rows = rows_of(form.source, nested.owners[0], nested.entry)
    end = entry_end(form.source, _holder(form.root, nested))
    return fix_of((*taken, insert_line(form.source, end, "\n".join(rows))))


def _holder(root: Mapping, nested: _NestedBody) -> Entry:
    """Return the entry at the top that a body stands in."""
    at_ = nested.entry.key.start
    return next(entry for entry in reversed(root.written) if entry.key.start <= at_)


def _unwrapped(form: FormView, nested: _NestedBody, top: Entry) -> Fix | None:
    """Take the keys away that lead from a body to the one in it, if nothing is beside them."""
    source, key = form.source, nested.owners[-2].written[0].key
    if any(len(owner.written) > 1 for owner in nested.owners[:-1]):
        return None
    items = _elements(form, nested.entry)
    begin, end = source.line_start(key.start), source.line_start(items[0].start)
    colon = source.text.index(":", key.end) + 1
    if end <= begin or source.text[begin : key.start].strip() or top.key.end > begin:
        return None
    if "#" not in source.text[begin:end]:
        return fix_of((Edit(begin, end),))
    if key is nested.entry.key:
        return fix_of((Edit(key.start, colon),))
    return None


def _beside_element(
    form: FormView, body: Sequence, nested: _NestedBody, element: int
) -> Fix | None:
    """Put the elements of a body behind the one that it stands in, or in its place."""
    source, place = form.source, placed_items(body, form.source.text)[element]
    items = _elements(form, nested.entry)
    # The list that the element is in isn't one of the mappings that may go.
    inner = [owner for owner in nested.owners if owner is not form.root]
    if all(len(owner.written) == 1 for owner in inner):
        return _replaced(form, place, items)
    taken, rows = take_out(source, inner, nested.entry), _item_rows(form, items)
    end = source.next_line(place.end)
    return fix_of((*taken, insert_line(source, end, "\n".join(indented(rows, place.column)))))


def _appended(
    form: FormView, top: Entry, nested: _NestedBody, taken: tuple[Edit, ...]
) -> Fix | None:
    """Put the elements of a body behind those at the top, of which there may be none yet."""
    source, rows = form.source, _item_rows(form, _elements(form, nested.entry))
    if isinstance(top.value, Sequence) and top.value.items and not top.value.flow:
        place = placed_items(top.value, source.text)[-1]
        end, columns = entry_end(source, top), place.column
    elif isinstance(top.value, Scalar) and top.value.end <= top.value.start:
        end, columns = source.next_line(top.key.end), column_of(source, top.key) + 2
    else:
        return None
    return fix_of((*taken, insert_line(source, end, "\n".join(indented(rows, columns)))))


def _spread(form: FormView, index: int, inner: Sequence) -> Fix | None:
    """Put the elements of a list into the list that it is an entry of."""
    body = form.body
    while len(inner.items) == 1 and isinstance(inner.items[0], Sequence):
        inner = inner.items[0]
    if not isinstance(body, Sequence) or body.flow or inner.flow:
        return None
    try:
        place = placed_items(body, form.source.text)[index]
        return _replaced(form, place, _placed(form, inner))
    except NotUnderstoodError:
        return None


def _elements(form: FormView, entry: Entry) -> list[Placed]:
    value = resolve(entry.value)
    if not isinstance(value, Sequence) or value is not entry.value or value.flow:
        raise NotUnderstoodError("no list written line by line")
    return placed_items(value, form.source.text)


def _placed(form: FormView, inner: Sequence) -> list[Placed]:
    """Return the items of a list whose first dash may stand behind another one."""
    source, (first, *rest) = form.source, inner.items
    begin = Placed(start=inner.start, end=first.end, column=column_of(source, inner), node=first)
    others = Sequence(tuple(rest), source.next_line(first.end), inner.end)
    return [begin, *placed_items(others, source.text)]


def _replaced(form: FormView, place: Placed, items: list[Placed]) -> Fix | None:
    """Put elements in the place of one that has nothing else in it, not even a comment."""
    source, rows = form.source, _item_rows(form, items)
    if "#" in source.text[place.start : items[0].start]:
        return None
    begin, end = source.line_start(place.start), source.next_line(place.end)
    put = indented(rows, place.column)
    return fix_of((Edit(begin, end, "".join(f"{row}{source.newline}" for row in put)),))


def with_a_dash(form: FormView) -> Fix | None:
    """Return the fix of a body that is one element: it becomes the list's only entry."""
    top, body = form.root.own("body"), form.body
    if top is None or not isinstance(body, Mapping) or top.value is not body or body.flow:
        return None
    kind = body.get("type")
    if not isinstance(kind, Scalar) or kind.value not in form.types:
        return None
    source, start = form.source, body.written[0].key.start
    if source.line_start(start) <= top.key.start:
        return None
    try:
        rows = dedented(source, start, entry_end(source, top))
    except NotUnderstoodError:
        return None
    put = [f"- {rows[0]}", *indented(rows[1:], len("- "))]
    text = "".join(f"{row}{source.newline}" for row in indented(put, column_of(source, body)))
    return fix_of((Edit(source.line_start(start), entry_end(source, top), text),))


def _item_rows(form: FormView, items: list[Placed]) -> list[str]:
    """Return the lines of a list's items, from the first dash on, in the first column."""
    end = form.source.next_line(items[-1].end)
    return dedented(form.source, items[0].start, end)
