"""What a form demands of answers and a body doesn't give: required fields, and the form's options.

A page holds to these itself. What people edit, and what programs write, need not.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from issue_scaffold.issue.answers import Answer, Answers, is_answered
from issue_scaffold.issue.form import Field, FieldKind, Form


class Shortcoming(NamedTuple):
    """One demand that isn't met, of one field; `message` is for the author of the issue."""

    kind: Literal["required", "option", "line"]
    key: str
    message: str


def shortcomings(form: Form, answers: Answers) -> tuple[Shortcoming, ...]:
    """Return what is wrong with answers, in the form's order."""
    return tuple(
        found for field in form.fields for found in _of_field(field, answers.get(field.key))
    )


def _of_field(field: Field, answer: Answer) -> Iterator[Shortcoming]:
    label = field.label.strip()
    if field.kind is FieldKind.CHECKBOXES:
        for name in _unticked(field, answer):
            yield Shortcoming("required", field.key, f"{label}: “{name}” has to be ticked")
        return
    if field.required and not _is_given(answer):
        yield Shortcoming("required", field.key, f"{label}: an answer is required")
    if field.kind is FieldKind.INPUT and isinstance(answer, str) and "\n" in answer.strip():
        yield Shortcoming("line", field.key, f"{label}: one line is wanted")
    if field.kind is FieldKind.DROPDOWN:
        for item in _strangers(field, answer):
            yield Shortcoming("option", field.key, f"{label}: “{item}” is none of the options")


def _is_given(answer: Answer) -> bool:
    if isinstance(answer, str):
        return bool(answer.strip())
    return is_answered(answer)


def _unticked(field: Field, answer: Answer) -> list[str]:
    """Return the boxes that have to be ticked and aren't."""
    states = answer if isinstance(answer, Mapping) else {}
    required = [option.name for option in field.options if option.required]
    return [name for name in required if not states.get(name, False)]


def _strangers(field: Field, answer: Answer) -> list[str]:
    """Return the choices that the form doesn't offer."""
    chosen = (answer,) if isinstance(answer, str) else answer or ()
    labels = [item for item in chosen if isinstance(item, str)]
    return [label for label in labels if field.option(label) is None]
