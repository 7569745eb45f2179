"""A reading as programs and people get it: trimmed texts, uploads as mappings, boxes as asked for.

Owns the trimming. `Reading` itself keeps texts exactly.
"""

import re
from collections.abc import Mapping
from typing import Final

from issue_scaffold.issue.answers import Answer, Answers, Upload
from issue_scaffold.issue.dialect import NO_RESPONSE
from issue_scaffold.issue.form import Field, FieldKind, Form
from issue_scaffold.issue.reading import Doubt, DoubtKind, Reading

_LEAD: Final = re.compile(r"^(?:[^\S\n]*\n)+")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_]")


def printed_values(form: Form, reading: Reading, *, only_ticked: bool = False) -> dict[str, object]:
    """Return the values of all fields by key, as JSON has them."""
    return {
        field.key: _printed(field, reading.values[field.key], only_ticked=only_ticked)
        for field in form.fields
    }


def meant_answers(form: Form, reading: Reading) -> Answers:
    """Return the answers of a reading, None for a text that is printed as none.

    A page writes no blank line behind its words for no answer; whoever saves a body does.
    """
    answers = dict(reading.values)
    for field in form.fields:
        answer = answers[field.key]
        if isinstance(answer, str) and _text(field, answer) is None:
            answers[field.key] = None
    return answers


def printed_doubt(form: Form, doubt: Doubt) -> dict[str, object]:
    """Return a problem as JSON has it."""
    row: dict[str, object] = {"kind": doubt.kind.value, "line": doubt.line}
    if doubt.key is not None:
        row["key"] = doubt.key
    if doubt.text is not None:
        row["text"] = doubt.text
    if doubt.readings is not None:
        field = next(field for field in form.fields if field.key == doubt.key)
        row["readings"] = [_printed(field, answer, only_ticked=False) for answer in doubt.readings]
    return row


def is_whole(reading: Reading) -> bool:
    """Tell whether a body is all from its form, and all of its form."""
    return all(doubt.kind is DoubtKind.AMBIGUOUS for doubt in reading.problems)


def output_names(form: Form) -> dict[str, str]:
    """Return names for the fields, by key, that a workflow's expression takes as they stand."""
    names: dict[str, str] = {}
    for field in form.fields:
        plain = _UNSAFE.sub("_", field.key)
        if not plain.strip("_"):
            plain = "field"
        if plain[0].isdigit():
            plain = f"_{plain}"
        name, number = plain, 2
        while name.lower() in {taken.lower() for taken in names.values()}:
            name, number = f"{plain}_{number}", number + 1
        names[field.key] = name
    return names


def _printed(field: Field, answer: Answer, *, only_ticked: bool) -> object:
    if answer is None:
        return None
    if isinstance(answer, str):
        return _text(field, answer)
    if isinstance(answer, Mapping):
        if only_ticked:
            return [name for name, is_ticked in answer.items() if is_ticked]
        return dict(answer)
    return [item._asdict() if isinstance(item, Upload) else _text(field, item) for item in answer]


def _text(field: Field, text: str) -> str | None:
    if field.kind is FieldKind.DROPDOWN:
        option = field.option(text)
        if option is not None:
            return option.name.strip()
    trimmed = _LEAD.sub("", text).rstrip()
    if trimmed in {"", NO_RESPONSE}:
        return None
    return trimmed
