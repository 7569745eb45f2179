"""A form and answers to the body of an issue, as a forge's page writes it. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final

from issue_scaffold.issue.answers import Answer, Upload, settle
from issue_scaffold.issue.dialect import (
    FENCE,
    NO_RESPONSE,
    Dialect,
    DialectRules,
    Slot,
    layout_of,
    rules_of,
)
from issue_scaffold.issue.form import Field, FieldKind, Form

# Files of these addresses are shown as pictures.
PICTURE: Final = "/user-attachments/assets/"
_FENCES: Final = re.compile(r"^`{3,}", re.MULTILINE)


def body(form: Form, answers: Mapping[str, Any], dialect: Dialect = Dialect.GITHUB) -> str:
    """Return the body that a page stores for these answers, by the fields' keys.

    Which values are answers, and what they become first, `answers.settle` says. Raises AnswerError
    for what no page takes.
    """
    rules = rules_of(dialect)
    layout = layout_of(form, dialect)
    settled = settle(form, answers, dialect)
    parts = [slot.lead + _written(slot, settled[slot.field.key], rules) for slot in layout.slots]
    return "".join(parts) + layout.tail


def upload_link(upload: Upload) -> str:
    """Return the Markdown that stands for an uploaded file: a picture, or a link."""
    mark = "!" if PICTURE in upload.url else ""
    return f"{mark}[{upload.name}]({upload.url})"


def growing_fence(text: str) -> str:
    """Return the fence that Gitea puts around a text: longer than any that begins a line in it."""
    longest = max((len(fence) for fence in _FENCES.findall(text)), default=0)
    return "`" * max(len(FENCE), longest + 1)


def _written(slot: Slot, answer: Answer, rules: DialectRules) -> str:
    field = slot.field
    if isinstance(answer, Mapping):
        return _boxes(field, answer, rules)
    if isinstance(answer, str) and field.kind in {FieldKind.INPUT, FieldKind.TEXTAREA}:
        text = answer.replace("\n", rules.line_end)
        return _fenced(slot, text, rules) if field.render else text
    if isinstance(answer, str):
        return _choices(field, (answer,), rules)
    if answer:
        return _several(field, answer, rules)
    return _unanswered(field, rules)


def _several(
    field: Field, answer: tuple[str, ...] | tuple[Upload, ...], rules: DialectRules
) -> str:
    if field.kind is FieldKind.UPLOAD:
        return "\n".join(upload_link(item) for item in answer if isinstance(item, Upload))
    return _choices(field, tuple(item for item in answer if isinstance(item, str)), rules)


def _choices(field: Field, labels: tuple[str, ...], rules: DialectRules) -> str:
    if field.is_list and rules.is_gitea:
        return "\n".join(f"- {label}" for label in labels)
    return ", ".join(labels)


def _unanswered(field: Field, rules: DialectRules) -> str:
    if field.is_single_choice:
        return rules.unchosen
    if field.render and field.kind is FieldKind.TEXTAREA and rules.has_empty_fence:
        return f"{FENCE}{field.render}\n\n{FENCE}"
    return NO_RESPONSE


def _fenced(slot: Slot, text: str, rules: DialectRules) -> str:
    fence = growing_fence(text) if rules.grows else FENCE
    after = "" if slot.is_last else rules.after_fence
    return f"{fence}{slot.field.render}\n{text}\n{fence}{after}"


def _boxes(field: Field, states: Mapping[str, bool], rules: DialectRules) -> str:
    lines = []
    for option in field.options:
        if option.in_body:
            mark = rules.ticked if states[option.name] else " "
            lines.append(f"- [{mark}] {option.label}")
    return "\n".join(lines)
