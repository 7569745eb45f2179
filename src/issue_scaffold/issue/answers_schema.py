"""A form as a JSON Schema of its answers, for whoever fills it in without a page. Pure.

https://json-schema.org/draft/2020-12
"""

from typing import Any, Final

from issue_scaffold.issue.form import Field, FieldKind, Form, FormText

Schema = dict[str, Any]

_WORDED: Final = r"\S"
_LINE_ENDS: Final = r"[\r\n]"


def answers_schema(form: Form) -> Schema:
    """Return the schema of the values that a form takes, by the fields' keys.

    What it lets through, `new_issue` takes. Fields that there aren't are refused; those that aren't
    required may be null or left out.
    """
    texts = [one.text.strip() for one in form.elements if isinstance(one, FormText)]
    about = {"description": form.description.strip(), "$comment": "\n\n".join(texts)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": form.name or form.path,
        **_without_empty(about),
        "type": "object",
        "properties": {field.key: _field(field) for field in form.fields},
        "required": [field.key for field in form.fields if is_demanded(field)],
        "additionalProperties": False,
    }


def is_demanded(field: Field) -> bool:
    """Tell whether a field has to be answered: it is required, or one of its boxes is."""
    if field.kind is FieldKind.CHECKBOXES:
        return any(option.required for option in field.options)
    return field.required


def _field(field: Field) -> Schema:
    about = _without_empty({"title": field.label.strip(), "description": field.description.strip()})
    examples = [field.placeholder] if field.placeholder else []
    shape = _SHAPES[field.kind](field)
    if not is_demanded(field):
        shape = _or_null(shape)
    return {**about, **shape, **_without_empty({"examples": examples})}


def _without_empty(fields: Schema) -> Schema:
    return {name: value for name, value in fields.items() if value}


def _or_null(shape: Schema) -> Schema:
    if "enum" in shape:
        return {**shape, "enum": [*shape["enum"], None]}
    if "anyOf" in shape:
        return {**shape, "anyOf": [*shape["anyOf"], {"type": "null"}]}
    return {**shape, "type": [shape["type"], "null"]}


def _text(field: Field) -> Schema:
    shape: Schema = {"type": "string"}
    if field.required:
        shape["pattern"] = _WORDED
    if field.kind is FieldKind.INPUT:
        shape["not"] = {"type": "string", "pattern": _LINE_ENDS}
    return shape


def _names(field: Field) -> list[str]:
    return list(dict.fromkeys(option.name.strip() for option in field.options))


def _list(items: Schema, *, is_required: bool) -> Schema:
    shape: Schema = {"type": "array", "items": items}
    if is_required:
        shape["minItems"] = 1
    return shape


def _dropdown(field: Field) -> Schema:
    choice: Schema = {"enum": _names(field)}
    if not field.multiple:
        return choice
    return {**_list(choice, is_required=field.required), "uniqueItems": True}


def _boxes(field: Field) -> Schema:
    names = _names(field)
    required = [option.name.strip() for option in field.options if option.required]
    states: Schema = {name: {"type": "boolean"} for name in names}
    for name in required:
        states[name] = {"const": True}
    by_name = {
        "type": "object",
        "properties": states,
        "required": required,
        "additionalProperties": False,
    }
    ticked: Schema = {"type": "array", "items": {"enum": names}}
    if required:
        ticked["allOf"] = [{"contains": {"const": name}} for name in required]
    return {"anyOf": [by_name, ticked]}


def _uploads(field: Field) -> Schema:
    item: Schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "not": {"pattern": _LINE_ENDS}},
            "url": {"type": "string", "pattern": r"^\S+$", "not": {"pattern": _LINE_ENDS}},
        },
        "required": ["name", "url"],
        "additionalProperties": False,
    }
    return _list(item, is_required=field.required)


_SHAPES: Final = {
    FieldKind.INPUT: _text,
    FieldKind.TEXTAREA: _text,
    FieldKind.DROPDOWN: _dropdown,
    FieldKind.CHECKBOXES: _boxes,
    FieldKind.UPLOAD: _uploads,
}
