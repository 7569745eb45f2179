"""Rules about the keys of a form's elements: types, attributes, validations, labels, ids.

Sources: GitHub's "Syntax for GitHub's form schema" and "Common validation errors when creating issue forms".
"""

import re
from collections.abc import Iterator

from issue_scaffold.forge.document import Problem, at, shown
from issue_scaffold.forge.issue_form import (
    ATTRIBUTES,
    BOOLEAN_WORDS,
    ELEMENT_KEYS,
    GITEA_KEYS,
    GITEA_VALIDATIONS,
    OPTION_KEYS,
    REQUIRED_ATTRIBUTES,
    TYPES,
    VALIDATIONS,
    Element,
    Form,
    parameterize,
    string_entries,
)
from issue_scaffold.report.finding import Severity
from issue_scaffold.text.edits import Edit, Fix, quote
from issue_scaffold.text.tree import Entry, Mapping, Scalar, resolve, type_name
from issue_scaffold.text.wording import allowed, closest, listing
from issue_scaffold.validate.rules.form import value_or_key
from issue_scaffold.validate.rules.form_fixes import move_entry, remove, wrong_key_fix

MOVED_KEYS = {"required": "validations", "accept": "validations", "render": "attributes"}
QUERY_PARAMETERS = frozenset(
    {"title", "body", "labels", "assignees", "projects", "milestone", "template", "type"}
)


def missing_type(form: Form) -> Iterator[Problem]:
    """Find elements without a type."""
    for element in form.elements:
        keys = [key for key in element.node.keys() if key not in ELEMENT_KEYS]  # noqa: SIM118 - not a dict
        entry = element.node.find("type")
        if entry is None and not any(closest(key, ("type",)) for key in keys):
            message = f"{element.name}: required key `type` is missing"
            yield at(element.anchor, message, hint=f"add `type:`, one of {listing(TYPES)}")
        elif (
            entry is not None
            and isinstance(element.type_node, Scalar)
            and element.type_node.is_null
        ):
            yield at(entry.key, f"{element.name}: `type` is empty", hint=f"one of {listing(TYPES)}")


def unknown_type(form: Form) -> Iterator[Problem]:
    """Find types that GitHub doesn't know."""
    for element in form.elements:
        node = element.type_node
        if node is None or element.type or (isinstance(node, Scalar) and node.is_null):
            continue
        if not isinstance(node, Scalar):
            yield at(node, f"{element.name}: `type` is {type_name(node)}", hint=allowed(TYPES))
            continue
        guess = closest(node.value, TYPES) or {
            "text": "input",
            "select": "dropdown",
            "file": "upload",
        }.get(node.value)
        fix = Fix((Edit(node.start, node.end, guess),), unsafe=True) if guess else None
        message = f"{element.name}: {shown(node)} is not a valid input type"
        yield at(node, message, hint=allowed(TYPES, guess=guess), fix=fix)


def missing_attribute(form: Form) -> Iterator[Problem]:
    """Find elements that lack an attribute which their type requires."""
    for element in form.elements:
        if element.type is None:
            continue
        entry = element.node.find("attributes")
        if entry is None:
            if not _misplaced(element):
                message = f"{element.name}: required key `attributes` is missing"
                yield at(
                    element.anchor,
                    message,
                    hint=f"add `attributes:` with {_required(element.type)}",
                )
            continue
        value = resolve(entry.value)
        if not isinstance(value, Mapping):
            message = f"{element.name}: `attributes` is {type_name(value)}, and must be a mapping"
            yield at(value_or_key(entry), message, hint=f"put {_required(element.type)} in it")
            continue
        yield from _absent(element, value, entry)


def _required(kind: str) -> str:
    return listing([f"{name}:" for name in REQUIRED_ATTRIBUTES[kind]])


def _misplaced(element: Element) -> bool:
    """Tell whether another rule already speaks of attributes in the wrong place, or of a misspelt `attributes`."""
    keys = set(element.node.keys())
    return any(
        closest(key, ("attributes",)) or key in ATTRIBUTES[element.type or ""] for key in keys
    )


def _absent(element: Element, attributes: Mapping, entry: Entry) -> Iterator[Problem]:
    assert element.type is not None  # noqa: S101 - the caller has looked
    present = set(attributes.keys())
    permitted = ATTRIBUTES[element.type]
    stand_ins = {closest(key, permitted) for key in present - set(permitted)}
    elsewhere = set(element.node.keys()) - set(ELEMENT_KEYS)
    for name in REQUIRED_ATTRIBUTES[element.type]:
        value = attributes.get(name)
        if name in stand_ins or name in elsewhere:
            continue
        nothing = name == "value" and isinstance(value, Scalar) and not value.value.strip()
        if (
            value is None
            or nothing
            or (name == "options" and isinstance(value, Scalar) and value.is_null)
        ):
            what = "missing" if value is None else "empty"
            place = element.anchor if value is None else entry.key
            message = f"{element.name}: required attribute key `{name}` is {what}"
            yield at(
                place,
                message,
                hint=f"a {element.type} needs {_required(element.type)} under `attributes`",
            )


def unpermitted_key(form: Form) -> Iterator[Problem]:
    """Find keys of elements, and of checkbox options, that GitHub doesn't know."""
    for element in form.elements:
        known = (*ELEMENT_KEYS, *GITEA_KEYS) if form.document.gitea else ELEMENT_KEYS
        for key, entry in string_entries(element.node):
            if key in BOOLEAN_WORDS:
                continue
            if key not in known:
                yield _wrong_element_key(form, element, entry, key)
            elif (element.type == "markdown" and key in {"id", "validations"}) or (
                element.type == "checkboxes" and key == "validations"
            ):
                yield _tolerated(form, element, entry, key)
        if element.type == "checkboxes":
            yield from _option_keys(form, element)


def _tolerated(form: Form, element: Element, entry: Entry, key: str) -> Problem:
    message = (
        f"{element.name}: `{key}` has no documented meaning on {element.type}; GitHub lets it pass"
    )
    hint = (
        "set `required: true` on the options themselves"
        if element.type == "checkboxes"
        else "remove it"
    )
    fix = remove(form.source, element.node, entry, unsafe=True)
    return at(entry.key, message, hint=hint, severity=Severity.INFO, fix=fix)


def _wrong_element_key(form: Form, element: Element, entry: Entry, key: str) -> Problem:
    message = f"{element.name}: `{key}` is not a permitted key"
    section = _home(element, key)
    if section:
        fix = move_entry(form.source, element.node, entry, element.node, section)
        if fix and key not in MOVED_KEYS:
            fix = fix._replace(unsafe=True)
        return at(entry.key, message, hint=f"`{key}` belongs under `{section}`", fix=fix)
    guess = closest(key, ELEMENT_KEYS)
    free = guess if guess and element.node.find(guess) is None else None
    fix = wrong_key_fix(form.source, element.node, entry, free)
    return at(
        entry.key, message, hint=allowed(ELEMENT_KEYS, guess=free, place="permitted"), fix=fix
    )


def _home(element: Element, key: str) -> str | None:
    """Return the part of the element in which a key would be right."""
    if element.type and key in ATTRIBUTES[element.type]:
        return "attributes"
    if element.type and element.type != "checkboxes" and key in VALIDATIONS[element.type]:
        return "validations"
    return None


def _option_keys(form: Form, element: Element) -> Iterator[Problem]:
    known = (*OPTION_KEYS, *GITEA_KEYS) if form.document.gitea else OPTION_KEYS
    for option in element.options:
        for key, entry in string_entries(option.node) if isinstance(option.node, Mapping) else ():
            if key not in known:
                assert isinstance(option.node, Mapping)  # noqa: S101 - narrowed by the loop
                guess = closest(key, known)
                free = guess if guess and option.node.find(guess) is None else None
                hint = allowed(known, guess=free, place="permitted in an option")
                fix = wrong_key_fix(form.source, option.node, entry, free)
                yield at(
                    entry.key,
                    f"{element.name}: `{key}` is not a permitted key of an option",
                    hint=hint,
                    fix=fix,
                )


def unpermitted_attribute(form: Form) -> Iterator[Problem]:
    """Find attributes that the element's type doesn't have."""
    for element in form.elements:
        if element.type is None or element.attributes is None:
            continue
        known = ATTRIBUTES[element.type]
        for key, entry in string_entries(element.attributes):
            if key in known or key in BOOLEAN_WORDS:
                continue
            message = f"{element.name}: `{key}` is not a permitted attribute of {element.type}"
            if key in VALIDATIONS[element.type] and element.type != "checkboxes":
                fix = move_entry(
                    form.source, element.attributes, entry, element.node, "validations"
                )
                yield at(entry.key, message, hint=f"`{key}` belongs under `validations`", fix=fix)
                continue
            guess = closest(key, known)
            free = guess if guess and element.attributes.find(guess) is None else None
            fix = wrong_key_fix(form.source, element.attributes, entry, free)
            hint = allowed(known, guess=free, place=f"permitted for {element.type}")
            if key == "required" and element.type == "checkboxes":
                hint = "set `required: true` on the options themselves"
            yield at(entry.key, message, hint=hint, fix=fix)


def unpermitted_validation(form: Form) -> Iterator[Problem]:
    """Find validations that the element's type doesn't have, and `validations` that are no mapping."""
    for element in form.elements:
        entry = element.node.find("validations")
        if entry is None or element.type in {None, "markdown"}:
            continue
        assert element.type is not None  # noqa: S101 - narrowed above
        value = resolve(entry.value)
        if isinstance(value, Scalar) and value.is_null:
            continue
        if not isinstance(value, Mapping):
            message = f"{element.name}: `validations` is {type_name(value)}, and must be a mapping"
            yield at(value_or_key(entry), message, hint="write `required: true` below it")
            continue
        known = VALIDATIONS[element.type]
        accepted = (*known, *GITEA_VALIDATIONS) if form.document.gitea else known
        for key, inner in string_entries(value):
            if key in accepted or key in BOOLEAN_WORDS:
                continue
            message = f"{element.name}: `{key}` is not a permitted validation of {element.type}"
            if key in ATTRIBUTES[element.type]:
                fix = move_entry(form.source, value, inner, element.node, "attributes")
                fix = fix if fix is None or key in MOVED_KEYS else fix._replace(unsafe=True)
                yield at(inner.key, message, hint=f"`{key}` belongs under `attributes`", fix=fix)
                continue
            guess = closest(key, known)
            fix = wrong_key_fix(
                form.source, value, inner, guess if guess and value.find(guess) is None else None
            )
            yield at(
                inner.key, message, hint=allowed(known, guess=guess, place="permitted"), fix=fix
            )


def label_type(form: Form) -> Iterator[Problem]:
    """Find labels of fields and of checkbox options that aren't text, or are blank."""
    for element in form.fields:
        entry = element.attributes.find("label") if element.attributes else None
        if entry is not None:
            yield from _label(form, element.name, "label", entry)
        if element.type != "checkboxes":
            continue
        for option in element.options:
            found = option.node.find("label") if isinstance(option.node, Mapping) else None
            if found is not None:
                yield from _label(form, element.name, "label of an option", found)


def _label(form: Form, name: str, what: str, entry: Entry) -> Iterator[Problem]:
    value = resolve(entry.value)
    if isinstance(value, Scalar) and value.is_text and value.value.strip():
        return
    blank = isinstance(value, Scalar) and (value.is_text or value.is_null)
    state = "is empty" if blank else f"is {type_name(value)}"
    fix = quote(form.source, value) if isinstance(value, Scalar) and not value.is_null else None
    hint = "give it some text" if blank else "put it in quotes"
    yield at(value_or_key(entry), f"{name}: {what} {state}, and must be text", hint=hint, fix=fix)


def forbidden_word(form: Form) -> Iterator[Problem]:
    """Find `password` in the label of an input or textarea."""
    for element in form.fields:
        if element.type is None or element.label is None:
            continue
        found = find_forbidden_word(element.label.value, element.type)
        if found:
            message = f"{element.name}: the label contains the forbidden word `{found[0]}`"
            hint = "never ask for secrets in a public issue; use other words"
            yield at(element.label, message, hint=hint)


def find_forbidden_word(label: str, element_type: str) -> re.Match[str] | None:
    """Return where a label asks for a password in an element in which GitHub forbids that."""
    if element_type not in {"input", "textarea"}:
        return None
    return re.search(r"\bpasswords?\b", label, re.IGNORECASE)


def id_format(form: Form) -> Iterator[Problem]:
    """Find ids with other characters than letters, digits, `-` and `_`."""
    for element in form.elements:
        entry = element.node.find("id")
        if entry is None or element.type == "markdown":
            continue
        value = resolve(entry.value)
        if isinstance(value, Scalar) and is_id(value.value):
            continue
        missing = isinstance(value, Scalar) and not value.value.strip()
        what = "is empty" if missing else f"is {type_name(value)}"
        if isinstance(value, Scalar) and not missing:
            what = f"is {shown(value)}"
        slug = parameterize(value.value) if isinstance(value, Scalar) else None
        fix = (
            Fix((Edit(value.start, value.end, slug),), unsafe=True)
            if slug and value.end > value.start
            else None
        )
        message = f"{element.name}: `id` {what}, and can only hold letters, digits, `-` and `_`"
        severity = Severity.WARNING if isinstance(value, Scalar) and value.is_null else None
        hint = f"use `{slug}`, say" if slug else "leave it out, or name the field"
        yield at(value_or_key(entry), message, hint=hint, fix=fix, severity=severity)


def is_id(text: str) -> bool:
    """Tell whether GitHub takes a text for an id."""
    return re.fullmatch(r"[A-Za-z0-9_-]+", text) is not None


def id_shadowed(form: Form) -> Iterator[Problem]:
    """Find ids that are parameters of the new-issue address of their own, so that they can't prefill the field."""
    for element in form.fields:
        if element.id and is_query_parameter(element.id.value):
            message = f"{element.name}: id {shown(element.id)} is also a parameter of GitHub's new-issue address"
            hint = f"a link can't prefill this field; `{element.id.value}-text` could"
            yield at(element.id, message, hint=hint)


def is_query_parameter(id_: str) -> bool:
    """Tell whether an id is also a parameter of the new-issue address."""
    return id_ in QUERY_PARAMETERS
