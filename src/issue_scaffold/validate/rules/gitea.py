"""Rules that hold in the forms of Gitea and of Forgejo, its fork, but not in GitHub's.

Source: `modules/issue/template/template.go` in Gitea's source. Which forges they hold for is in the
forges' rows.
"""

from collections.abc import Iterator
from typing import Final

from issue_scaffold.forge.document import Problem, at, shown
from issue_scaffold.forge.issue_form import ElementView, FormView, listed_texts
from issue_scaffold.text.tree import Mapping, Node, Scalar, Sequence, Value, resolve, type_name
from issue_scaffold.validate.rules.form_fixes import remove
from issue_scaffold.validate.rules.nodes import is_null, is_text_or_null, quoted_value, value_or_key
from issue_scaffold.validate.rules.rule import ERROR, Rule
from issue_scaffold.validate.rules.stages import FORM
from issue_scaffold.validate.rules.unique import duplicate_id

_PAGE: Final = "https://docs.gitea.com/usage/issue-pull-request-templates"
_PATH: Final = ".gitea/ISSUE_TEMPLATE/bug.yml"
_HEAD: Final = "name: Bug report\nabout: Something is broken\nbody:\n"
# What must be text, in the order in which `validateYaml` looks at it: behind one that is absent it
# looks at none.
_ATTRIBUTES: Final = {
    "input": ("description", "placeholder", "value"),
    "textarea": ("description", "placeholder", "value", "render"),
    "dropdown": ("description",),
    "checkboxes": ("description",),
}
_VALIDATIONS: Final = {"input": ("regex",)}
_BOOLEANS: Final = frozenset({"required", "is_number", "multiple", "list"})
_VISIBLE: Final = frozenset({"form", "content"})


@FORM.runs(
    Rule(
        id="body/attribute-type",
        severity=ERROR,
        grade="ERR",
        fix="safe",
        summary="a value isn't of the type that Gitea insists on",
        source=_PAGE,
        why=(
            "Gitea and Forgejo refuse a form in which a `description` is anything but text, or a "
            "`placeholder`, `value` or `render` behind it, a `regex`, or an option of a dropdown; "
            "or in which `required`, `multiple`, `list` or `is_number` is there without a value."
        ),
        evidence=("go-gitea/gitea: modules/issue/template/template.go",),
        wrong={
            _PATH: f"{_HEAD}  - type: input\n    attributes:\n      label: Version\n"
            "      description: 1.0\n"
        },
        right={
            _PATH: f"{_HEAD}  - type: input\n    attributes:\n      label: Version\n"
            '      description: "1.0"\n'
        },
    )
)
def attribute_type(form: FormView) -> Iterator[Problem]:
    """Find what has to be text and isn't, and what has to be true or false and is nothing."""
    for element in form.fields:
        kind = element.type or ""
        yield from _not_text(form, element, element.attributes, _ATTRIBUTES.get(kind, ()))
        yield from _not_text(form, element, element.validations, _VALIDATIONS.get(kind, ()))
        yield from _no_boolean(form, element)
        if kind == "dropdown":
            yield from _no_text_option(form, element)


def _not_text(
    form: FormView, element: ElementView, part: Mapping | None, keys: tuple[str, ...]
) -> Iterator[Problem]:
    for key in keys:
        entry = part.find(key) if part else None
        if part is None or entry is None:
            return
        if is_text_or_null(entry.value) and not is_null(entry.value):
            continue
        message = f"{element.name}: `{key}` is {type_name(entry.value)}, and must be text"
        fix = quoted_value(form.source, entry.value) or remove(form.source, part, entry)
        yield at(value_or_key(entry), message, hint=_cure(entry.value), fix=fix)


def _cure(value: Node) -> str:
    return "leave it out, or give it some text" if is_null(value) else "put it in quotes"


def _no_boolean(form: FormView, element: ElementView) -> Iterator[Problem]:
    """Find keys for true or false that have no value; of other values another rule speaks."""
    parts = [element.validations, element.attributes, *(option.node for option in element.options)]
    keys = [key for key in (*element.keys.booleans, *form.keys.option) if key in _BOOLEANS]
    for part in parts:
        if not isinstance(part, Mapping):
            continue
        for key in keys:
            entry = part.find(key)
            if entry is not None and is_null(entry.value):
                message = f"{element.name}: `{key}` has no value, and must be a boolean"
                fix = remove(form.source, part, entry)
                yield at(entry.key, message, hint="leave it out, or write `true`", fix=fix)


def _no_text_option(form: FormView, element: ElementView) -> Iterator[Problem]:
    for option in element.options:
        node = option.node
        if isinstance(node, Scalar) and not node.is_text and node.kind != "bool":
            message = f"{element.name}: an option is {type_name(node)}, and must be text"
            fix = quoted_value(form.source, node)
            yield at(node, message, hint="put it in quotes", fix=fix)


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
    """Find required fields that the form doesn't show, and such options with `required` at all."""
    for element in form.fields:
        if element.is_true("required") and _is_hidden(element.node):
            yield _hidden(element.node, f"{element.name} is required and not shown in the form")
        for option in element.options:
            node = option.node
            if isinstance(node, Mapping) and node.find("required") and _is_hidden(node):
                what = f"{element.name}: an option has `required` and is not shown in the form"
                yield _hidden(node, what)


def _is_hidden(owner: Mapping) -> bool:
    visible = owner.get("visible")
    if visible is None:
        return False
    return "form" not in {item.value for item in listed_texts(visible)}


def _hidden(owner: Mapping, message: str) -> Problem:
    place = owner.find("visible")
    assert place is not None  # noqa: S101 - what is hidden says so
    return at(place.key, message, hint="add `form` to `visible`, or drop `required`")


@FORM.runs(
    Rule(
        id="body/visible-type",
        severity=ERROR,
        grade="ERR",
        summary="`visible` isn't a list, which Gitea refuses",
        source=_PAGE,
        why=(
            "Gitea and Forgejo refuse a form in which `visible` is anything but a list; that of an "
            "option may have the words `form` and `content` only."
        ),
        evidence=("go-gitea/gitea: modules/issue/template/template.go",),
        wrong={
            _PATH: f"{_HEAD}  - type: input\n    attributes:\n      label: Version\n"
            "    visible: form\n"
        },
        right={
            _PATH: f"{_HEAD}  - type: input\n    attributes:\n      label: Version\n"
            "    visible: [form]\n"
        },
    )
)
def visible_type(form: FormView) -> Iterator[Problem]:
    """Find `visible` that is no list, and other words in that of an option."""
    hint = "write `visible: [form]`, `[content]` or both"
    for element in form.elements:
        yield from _no_list(element.node, element.name, hint)
        for option in element.options:
            if not isinstance(option.node, Mapping):
                continue
            yield from _no_list(option.node, f"{element.name}, an option", hint)
            for word in _words(option.node.get("visible")):
                if not isinstance(word, Scalar) or word.value not in _VISIBLE:
                    message = f"{element.name}, an option: `visible` has {_what(word)}"
                    yield at(word, message, hint=hint)


def _what(word: Value) -> str:
    return shown(word) if isinstance(word, Scalar) else type_name(word)


def _no_list(owner: Mapping, name: str, hint: str) -> Iterator[Problem]:
    entry = owner.find("visible")
    if entry is None or isinstance(resolve(entry.value), Sequence):
        return
    if is_null(entry.value) and owner.find("type"):
        return  # as if it weren't there
    what = type_name(entry.value)
    yield at(value_or_key(entry), f"{name}: `visible` is {what}, and must be a list", hint=hint)


def _words(visible: Node | None) -> tuple[Value, ...]:
    if not isinstance(visible, Sequence):
        return ()
    return tuple(map(resolve, visible.items))


@FORM.runs(duplicate_id)
def id_of_another_place(form: FormView) -> Iterator[Problem]:
    """Find an id that is the number of an element without one: that is the id which it gets."""
    if not form.keys.takes_scalars:
        return
    numbered = {str(element.index): element for element in form.fields if element.id is None}
    for element in form.fields:
        other = numbered.get(element.id.value) if element.id else None
        if element.id is not None and other is not None:
            message = f"{element.name}: id {shown(element.id)} is that of {other.name}"
            hint = "an element without `id` has its number for one: write a word"
            yield at(element.id, message, hint=hint)
