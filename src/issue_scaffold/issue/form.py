"""An issue form as whoever fills it in meets it: its fields, their options, what the issue gets.

Owns the model that `body`, `parse` and all that shows a form share, and how it is made of a form's
tree. Whether a form is a good one is the validator's.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.forge.document import Document
from issue_scaffold.forge.issue_form import ElementView, FormView, OptionView, listed_texts, text_of
from issue_scaffold.text.tree import Mapping, Scalar, Sequence, Value, resolve
from issue_scaffold.text.tree_values import is_true
from issue_scaffold.text.yaml_numbers import printed

_IN_BODY: Final = "content"


class InvalidFormError(ScaffoldError):
    """A file is no issue form, or a broken one, so that nothing can be filled in or read by it."""


class FieldKind(StrEnum):
    """What a field asks for, in the form's own words."""

    INPUT = "input"
    TEXTAREA = "textarea"
    DROPDOWN = "dropdown"
    CHECKBOXES = "checkboxes"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOption:
    """One choice of a dropdown, or one box.

    `label` is written into the body as it stands. `name` is what answers call it: the label with
    its white space collapsed, unless another option of the field has that name too. Only a box can
    be `required`, and only Gitea leaves one out of the body.
    """

    label: str
    name: str
    required: bool = False
    in_body: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form.

    `key` is what answers call it: the id, else the label; it is unique in the form. `id` is None
    for a field that has none (a link can't fill it in). `value` is what the field holds at first,
    `default` the index of the option that is chosen at first. `is_list`, `hides_label` and
    `in_body` are what Gitea has beside GitHub; elsewhere they mean nothing.
    """

    key: str
    kind: FieldKind
    label: str
    id: str | None = None
    description: str = ""
    placeholder: str = ""
    value: str = ""
    render: str = ""
    accept: str = ""
    options: tuple[FieldOption, ...] = ()
    multiple: bool = False
    default: int | None = None
    required: bool = False
    is_list: bool = False
    hides_label: bool = False
    in_body: bool = True
    _by_label: dict[str, FieldOption] = dataclasses.field(init=False, repr=False, compare=False)
    _by_name: dict[str, FieldOption] = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note where each option is: a body may name one of hundreds a hundred thousand times."""
        backwards = self.options[::-1]
        object.__setattr__(self, "_by_label", {option.label: option for option in backwards})
        object.__setattr__(self, "_by_name", {option.name: option for option in backwards})

    @property
    def is_single_choice(self) -> bool:
        """Whether one option at most can be chosen."""
        return self.kind is FieldKind.DROPDOWN and not self.multiple

    @property
    def is_several_choice(self) -> bool:
        """Whether several options can be chosen."""
        return self.kind is FieldKind.DROPDOWN and self.multiple

    def option(self, name: str) -> FieldOption | None:
        """Return the option with this label, else the one with this name, or None."""
        return self._by_label.get(name) or self._by_name.get(collapsed(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormText:
    """Markdown between the fields. Only Gitea can be told to write it into the body."""

    text: str
    in_body: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """An issue form. `path` is its file's, as messages show it.

    `elements` are fields and passages in the form's order, `fields` the fields alone. The issue
    gets the other texts: `title` is what its title begins with, `type` the organisation's type.
    """

    path: str
    name: str
    elements: tuple[Field | FormText, ...]
    description: str = ""
    title: str = ""
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    type: str | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields, in the form's order."""
        return tuple(element for element in self.elements if isinstance(element, Field))


def form_of(document: Document) -> Form:
    """Return the form that a file holds.

    Raises InvalidFormError if it isn't YAML or no form, or has a field without a label or options.
    """
    path = document.path
    if document.failure is not None:
        raise _invalid(path, document.failure[1].message)
    root = document.mapping
    if root is None or not isinstance(root.get("body"), Sequence):
        raise _invalid(path, "it has no `body` that lists fields")
    view = FormView(document, root)
    return Form(
        path=path,
        name=exact_text(root.get("name")),
        description=exact_text(root.get("description") or root.get("about")),
        title=exact_text(root.get("title")),
        labels=_words(root.get("labels")),
        assignees=_words(root.get("assignees")),
        projects=_words(root.get("projects")),
        type=text_of(root.get("type")),
        elements=_with_unique_keys(_element(path, element) for element in view.elements),
    )


def collapsed(text: str) -> str:
    """Return a text with single blanks for all white space, and none around it."""
    return " ".join(text.split())


def _invalid(path: str, why: str) -> InvalidFormError:
    return InvalidFormError(
        f"{path} is no valid issue form: {why}", hint="scaffold validate says more"
    )


def _element(path: str, element: ElementView) -> Field | FormText:
    if element.type == "markdown":
        text = exact_text(element.attribute("value"))
        return FormText(text=text, in_body=_is_shown(element.node, unless_said=False))
    if element.type is None:
        raise _invalid(path, f"{element.name} has none of the types that fields have")
    if element.label is None:
        raise _invalid(path, f"{element.name} has no label")
    options = _options(element)
    if element.keys.attributes and "options" in element.keys.required and not options:
        raise _invalid(path, f"{element.name} has no options")
    label = exact_text(element.label)
    return Field(
        key=element.id.value.strip() if element.id else collapsed(label),
        kind=FieldKind(element.type),
        label=label,
        id=element.id.value.strip() if element.id else None,
        description=exact_text(element.attribute("description")),
        placeholder=exact_text(element.attribute("placeholder")),
        value=exact_text(element.attribute("value")),
        render=exact_text(element.attribute("render")) if element.type == "textarea" else "",
        accept=exact_text(_validation(element, "accept")),
        options=options,
        multiple=is_true(element.attribute("multiple")),
        default=_index(element.attribute("default"), len(options)),
        required=element.is_true("required"),
        is_list=is_true(element.attribute("list")),
        hides_label=is_true(element.attribute("hide_label")),
        in_body=_is_shown(element.node, unless_said=True),
    )


def _options(element: ElementView) -> tuple[FieldOption, ...]:
    labels = [(option, exact_text(option.label)) for option in element.options]
    worded = [(option, label) for option, label in labels if label.strip()]
    names = [collapsed(label) for _, label in worded]
    return tuple(
        FieldOption(
            label=label,
            name=name if names.count(name) == 1 else label,
            required=_is_required(option),
            in_body=_is_shown(option.node, unless_said=True),
        )
        for (option, label), name in zip(worded, names, strict=True)
    )


def _is_required(option: OptionView) -> bool:
    return isinstance(option.node, Mapping) and is_true(option.node.get("required"))


def _is_shown(node: Value, *, unless_said: bool) -> bool:
    """Tell whether Gitea writes an element or a box into the body, by its `visible`."""
    places = node.get("visible") if isinstance(node, Mapping) else None
    if not isinstance(places, Sequence):
        return unless_said
    items = [resolve(item) for item in places.items]
    return any(isinstance(item, Scalar) and item.value == _IN_BODY for item in items)


def _with_unique_keys(elements: Iterable[Field | FormText]) -> tuple[Field | FormText, ...]:
    """Return elements of which no two answer to one key: later ones get a number."""
    found = list(elements)
    ids = {element.id for element in found if isinstance(element, Field)}
    taken: set[str] = set()
    for place, element in enumerate(found):
        if not isinstance(element, Field):
            continue
        key = next(key for key in _keys(element, ids) if key not in taken)
        taken.add(key)
        found[place] = dataclasses.replace(element, key=key)
    return tuple(found)


def _keys(field: Field, ids: set[str | None]) -> Iterator[str]:
    """Yield the keys that a field may have, the best one first; an id belongs to its field."""
    if field.id is not None or field.key not in ids:
        yield field.key
    number = 2
    while True:
        yield f"{field.key} ({number})"
        number += 1


def _validation(element: ElementView, name: str) -> Value | None:
    if element.validations is None:
        return None
    return element.validations.get(name)


def exact_text(node: Value | None) -> str:
    """Return a scalar's text as a reader of YAML prints it; its white space stays."""
    if not isinstance(node, Scalar) or node.is_null:
        return ""
    number = printed(node)
    if number == node.value.strip():
        return node.value
    return number


def _words(node: Value | None) -> tuple[str, ...]:
    return tuple(word.value.strip() for word in listed_texts(node))


def _index(node: Value | None, end: int) -> int | None:
    if not isinstance(node, Scalar) or not node.value.isdecimal() or int(node.value) >= end:
        return None
    return int(node.value)
