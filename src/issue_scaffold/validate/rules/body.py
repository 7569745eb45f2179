"""Rules about the keys of a form's elements: types, attributes, validations, labels, ids.

Sources: GitHub's "Syntax for GitHub's form schema" and "Common validation errors when creating
issue forms".
"""

import re
from collections.abc import Collection, Iterator

from issue_scaffold.forge.document import Problem, at, shown
from issue_scaffold.forge.issue_form import (
    BOOLEAN_WORDS,
    ElementView,
    FormView,
    parameterize,
    string_entries,
    text_of,
)
from issue_scaffold.text.edits import Fix
from issue_scaffold.text.tree import Entry, Mapping, Scalar, Value, resolve, type_name
from issue_scaffold.text.wording import allowed, closest, listing
from issue_scaffold.validate.rules.body_places import has_body, is_nested_body
from issue_scaffold.validate.rules.examples import form_with
from issue_scaffold.validate.rules.form_fixes import remove, replace
from issue_scaffold.validate.rules.key_places import (
    Level,
    MisplacedKey,
    misplaced_key,
    moved,
    spilled,
)
from issue_scaffold.validate.rules.nodes import (
    is_empty,
    is_null,
    is_text,
    quoted_value,
    unknown_key,
    value_or_key,
    what_it_is,
)
from issue_scaffold.validate.rules.rule import ERROR, ERRORS_PAGE, INFO, SCHEMA_PAGE, WARNING, Rule
from issue_scaffold.validate.rules.stages import FORM
from issue_scaffold.validate.rules.unique import compared

OTHER_TYPE_NAMES = {"text": "input", "select": "dropdown", "file": "upload"}
# Without a documented meaning, but in used forms.
TOLERATED_KEYS = {
    "markdown": frozenset({"id", "validations"}),
    "checkboxes": frozenset({"validations"}),
}
REQUIRED_OPTIONS_HINT = "set `required: true` on the options themselves"
ID_RULE = "and can only hold letters, digits, `-` and `_`"
QUERY_PARAMETERS = frozenset(
    {"title", "body", "labels", "assignees", "projects", "milestone", "template", "type"}
)


@FORM.runs(
    Rule(
        id="body/missing-type",
        severity=ERROR,
        grade="DOC",
        summary="an element has no type",
        source=ERRORS_PAGE,
        why="Every element says what it is.",
        evidence=("common-validation-errors: required key type is missing",),
        wrong=form_with("  - attributes:\n      label: Version\n"),
        right=form_with(
            "  - type: input\n    id: version\n    attributes:\n      label: Version\n"
        ),
    )
)
def missing_type(form: FormView) -> Iterator[Problem]:
    """Find elements without a type."""
    for element in form.elements:
        entry = element.entries.get("type")
        if entry is not None:
            if is_null(entry.value):
                hint = f"one of {listing(form.types)}"
                yield at(entry.key, f"{element.name}: `type` is empty", hint=hint)
            continue
        strangers = set(element.node.keys()) - set(form.keys.element)
        if any(closest(key, ("type",)) for key in strangers) or has_body(element.node):
            continue
        message = f"{element.name}: required key `type` is missing"
        misplaced = _type_below(form, element)
        if misplaced is not None:
            yield misplaced._replace(message=message)
        else:
            yield at(element.anchor, message, hint=f"add `type:`, one of {listing(form.types)}")


def _type_below(form: FormView, element: ElementView) -> Problem | None:
    """Return the problem of a type among the attributes, where it is one."""
    entry = element.given.get("type")
    if entry is None or element.attributes is None or text_of(entry.value) not in form.types:
        return None
    stray = MisplacedKey(form, element, Level.ATTRIBUTES, element.attributes, entry)
    return misplaced_key(stray, "")


@FORM.runs(
    Rule(
        id="body/unknown-type",
        severity=ERROR,
        grade="DOC",
        fix="unsafe",
        summary="a type that GitHub doesn't know",
        source=ERRORS_PAGE,
        reveals="others",
        why=(
            "GitHub knows markdown, input, textarea, dropdown, checkboxes and upload. With "
            "`--unsafe-fixes` a misspelt one is put right."
        ),
        evidence=("common-validation-errors: `x` is not a valid input type",),
        wrong=form_with(
            "  - type: checkbox\n"
            "    attributes:\n"
            "      label: Checks\n"
            "      options:\n"
            "        - label: I have searched\n"
        ),
        right=form_with(
            "  - type: checkboxes\n"
            "    attributes:\n"
            "      label: Checks\n"
            "      options:\n"
            "        - label: I have searched\n"
        ),
    )
)
def unknown_type(form: FormView) -> Iterator[Problem]:
    """Find types that GitHub doesn't know."""
    for element in form.elements:
        node = element.type_node
        if node is None or element.type or is_null(node):
            continue
        if not isinstance(node, Scalar):
            yield at(node, f"{element.name}: `type` is {type_name(node)}", hint=allowed(form.types))
            continue
        guess = closest(node.value, form.types) or OTHER_TYPE_NAMES.get(node.value)
        message = f"{element.name}: {shown(node)} is not a valid input type"
        hint = allowed(form.types, guess=guess)
        yield at(node, message, hint=hint, fix=replace(node, guess))


@FORM.runs(
    Rule(
        id="body/missing-attribute",
        severity=ERROR,
        grade="DOC",
        summary="an attribute that the type requires is missing",
        source=ERRORS_PAGE,
        why=(
            "A markdown element needs `value`, all others `label`, and dropdown and checkboxes "
            "`options` too."
        ),
        evidence=(
            "common-validation-errors: required attribute key is missing",
            "pypi/support#1523",
        ),
        wrong=form_with(
            "  - type: input\n    attributes:\n      description: As printed by `--version`\n"
        ),
        right=form_with(
            "  - type: input\n    id: version\n    attributes:\n      label: Version\n"
        ),
    )
)
def missing_attribute(form: FormView) -> Iterator[Problem]:
    """Find elements that lack an attribute which their type requires."""
    for element in form.elements:
        if element.type is None:
            continue
        entry = element.entries.get("attributes")
        if entry is None:
            if not _misplaced(element):
                message = f"{element.name}: required key `attributes` is missing"
                hint = f"add `attributes:` with {_required(element)}"
                yield at(element.anchor, message, hint=hint)
        elif element.attributes is None:
            what = type_name(entry.value)
            message = f"{element.name}: `attributes` is {what}, and must be a mapping"
            yield at(value_or_key(entry), message, hint=f"put {_required(element)} in it")
        elif any(_lacks(element, name) for name in element.keys.required):
            yield from _absent(element, entry)


def _required(element: ElementView) -> str:
    return listing([f"{name}:" for name in element.keys.required])


def _misplaced(element: ElementView) -> bool:
    """Tell whether another rule speaks of attributes elsewhere, or of a misspelt `attributes`."""
    keys = set(element.node.keys())
    attributes = element.keys.attributes
    return any(key in attributes or closest(key, ("attributes",)) for key in keys)


def _lacks(element: ElementView, attribute: str) -> bool:
    value = element.attribute(attribute)
    return value is None or _is_unset(attribute, value)


def _absent(element: ElementView, entry: Entry) -> Iterator[Problem]:
    kind = element.type or ""
    strangers = set(element.given) - set(element.keys.attributes)
    # Other rules speak of misspelt attributes, and of those that stand elsewhere.
    known_of = {closest(key, element.keys.attributes) for key in strangers}
    known_of |= set(element.entries)
    hint = f"a {kind} needs {_required(element)} under `attributes`"
    for name in element.keys.required:
        value = element.attribute(name)
        lead = f"{element.name}: required attribute key `{name}` is"
        if name in known_of:
            continue
        if value is None:
            yield at(element.anchor, f"{lead} missing", hint=hint)
        elif _is_unset(name, value):
            yield at(entry.key, f"{lead} empty", hint=hint)


def _is_unset(attribute: str, value: Value) -> bool:
    if not isinstance(value, Scalar):
        return False
    if attribute == "value":
        return not value.value.strip()
    return attribute == "options" and value.is_null


@FORM.runs(
    Rule(
        id="body/unpermitted-key",
        severity=ERROR,
        grade="DOC",
        fix="safe or unsafe",
        summary="a key that an element can't have",
        source=ERRORS_PAGE,
        reveals="others",
        why=(
            "An element has `type`, `id`, `attributes` and `validations`. Keys that belong to one "
            "of the two are moved there. An `id` on markdown and `validations` on checkboxes are "
            "only mentioned, since GitHub lets them pass."
        ),
        evidence=(
            "common-validation-errors: `x` is not a permitted key",
            "typescript-eslint/typescript-eslint",
        ),
        wrong=form_with(
            "  - type: textarea\n    render: shell\n    attributes:\n      label: Log\n"
        ),
        right=form_with(
            "  - type: textarea\n    attributes:\n      label: Log\n      render: shell\n"
        ),
    )
)
def unpermitted_key(form: FormView) -> Iterator[Problem]:
    """Find keys of elements, and of checkbox options, that GitHub doesn't know."""
    known = frozenset(form.keys.element)
    for element in form.elements:
        tolerated = TOLERATED_KEYS.get(element.type or "", frozenset())
        if not element.entries.keys() <= known - tolerated:
            yield from _element_keys(form, element, tolerated)
        if element.type == "checkboxes":
            yield from _option_keys(form, element)


def _element_keys(
    form: FormView, element: ElementView, tolerated: Collection[str]
) -> Iterator[Problem]:
    known = form.keys.element
    for key, entry in string_entries(element.node):
        if key in tolerated:
            yield _tolerated(form, element, entry, key)
        elif key not in known and key not in BOOLEAN_WORDS and not is_nested_body(entry):
            yield _wrong_element_key(form, element, entry, key)


def _tolerated(form: FormView, element: ElementView, entry: Entry, key: str) -> Problem:
    message = (
        f"{element.name}: `{key}` has no documented meaning on {element.type}; GitHub lets it pass"
    )
    hint = "remove it"
    if element.type == "checkboxes":
        hint = REQUIRED_OPTIONS_HINT
    fix = remove(form.source, element.node, entry, unsafe=True)
    return at(entry.key, message, hint=hint, severity=INFO, fix=fix)


def _wrong_element_key(form: FormView, element: ElementView, entry: Entry, key: str) -> Problem:
    message = f"{element.name}: `{key}` is not a permitted key"
    stray = MisplacedKey(form, element, Level.ELEMENT, element.node, entry)
    return misplaced_key(stray, message) or unknown_key(
        form.source, element.node, entry, message, known=form.keys.element, place="permitted"
    )


def _option_keys(form: FormView, element: ElementView) -> Iterator[Problem]:
    known = form.keys.option
    message = f"{element.name}: `{{}}` is not a permitted key of an option"
    place = "permitted in an option"
    for option in element.options:
        if not isinstance(option.node, Mapping):
            continue
        for key, entry in string_entries(option.node):
            if key not in known:
                says = message.format(key)
                problem = unknown_key(
                    form.source, option.node, entry, says, known=known, place=place
                )
                yield _in_the_option(form, option.node, entry, problem)


def _in_the_option(form: FormView, option: Mapping, entry: Entry, problem: Problem) -> Problem:
    """Return the problem of an option's key, with a fix if what is in it is what an option has."""
    inside = resolve(entry.value)
    if not isinstance(inside, Mapping) or not set(inside.keys()) <= set(form.keys.option):
        return problem
    hint = "what is in it belongs one level up, in the option itself"
    return problem._replace(hint=hint, fix=spilled(form.source, option, entry))


@FORM.runs(
    Rule(
        id="body/unpermitted-attribute",
        severity=ERROR,
        grade="DOC",
        fix="safe or unsafe",
        summary="an attribute that the type doesn't have",
        source=ERRORS_PAGE,
        reveals="others",
        why=(
            "Each type has attributes of its own. `required` and `accept` are validations, and "
            "are moved; so is `validations` itself, one level up."
        ),
        evidence=(
            "common-validation-errors: `x` is not a permitted attribute",
            "bramstroker/homeassistant-powercalc#4708",
        ),
        wrong=form_with(
            "  - type: input\n    attributes:\n      label: Version\n      required: true\n"
        ),
        right=form_with(
            "  - type: input\n"
            "    attributes:\n"
            "      label: Version\n"
            "    validations:\n"
            "      required: true\n"
        ),
    )
)
def unpermitted_attribute(form: FormView) -> Iterator[Problem]:
    """Find attributes that the element's type doesn't have."""
    for element in form.elements:
        if element.type is None or element.attributes is None:
            continue
        # Of an id here another rule speaks.
        known = frozenset({*element.keys.attributes, "id"})
        if element.given.keys() <= known:
            continue
        for key, entry in string_entries(element.attributes):
            if key not in known and key not in BOOLEAN_WORDS and not is_nested_body(entry):
                yield _wrong_attribute(form, element, element.attributes, entry, key)


def _wrong_attribute(
    form: FormView, element: ElementView, attributes: Mapping, entry: Entry, key: str
) -> Problem:
    message = f"{element.name}: `{key}` is not a permitted attribute of {element.type}"
    stray = MisplacedKey(form, element, Level.ATTRIBUTES, attributes, entry)
    if (problem := misplaced_key(stray, message)) is not None:
        return problem
    known, place = element.keys.attributes, f"permitted for {element.type}"
    problem = unknown_key(form.source, attributes, entry, message, known=known, place=place)
    if key == "required" and element.type == "checkboxes":
        return problem._replace(hint=REQUIRED_OPTIONS_HINT)
    return problem


@FORM.runs(
    Rule(
        id="body/misplaced-id",
        severity=INFO,
        grade="LIVE",
        fix="safe",
        summary="an `id` among the attributes",
        source=SCHEMA_PAGE,
        why=(
            "An `id` stands beside `type`. Among the attributes GitHub lets it pass, but it has no "
            "effect there. The fix moves it, where the element has none and no other element "
            "would be called the same."
        ),
        evidence=("tModLoader/tModLoader#4913",),
        lived=(
            "tModLoader/tModLoader, since 2022-01-11: over 1,400 days, issues came through it "
            "(#2093, #2494, #3849, #4296, #4913)"
        ),
        wrong=form_with(
            "  - type: input\n    attributes:\n      id: version\n      label: Version\n"
        ),
        right=form_with(
            "  - type: input\n    id: version\n    attributes:\n      label: Version\n"
        ),
    )
)
def misplaced_id(form: FormView) -> Iterator[Problem]:
    """Find ids among the attributes of an element, where GitHub ignores them."""
    for element in form.elements:
        if element.type is None or element.attributes is None:
            continue
        entry = element.given.get("id")
        if entry is None:
            continue
        message = f"{element.name}: `id` has no effect among the attributes"
        hint = "`id` belongs beside `type`"
        if element.entries.get("id") is not None:
            hint = f"{hint}, where the element has one"
        fix = _moved_id(form, element, element.attributes, entry)
        yield at(entry.key, message, hint=hint, fix=fix)


def _moved_id(
    form: FormView, element: ElementView, attributes: Mapping, entry: Entry
) -> Fix | None:
    """Move an id beside the type, unless it would be a mistake there."""
    id_ = text_of(entry.value)
    if id_ is None or not is_id(id_) or not element.is_field:
        return None
    others = [other for other in form.fields if other is not element]
    taken = {compared(other) for other in others}
    taken |= {text_of(other.attribute("id")) for other in others}
    if id_ in taken or element.entries.get("id") is not None:
        return None
    return moved(MisplacedKey(form, element, Level.ATTRIBUTES, attributes, entry))


@FORM.runs(
    Rule(
        id="body/unpermitted-validation",
        severity=ERROR,
        grade="DOC",
        fix="safe or unsafe",
        summary="a validation that the type doesn't have",
        source=SCHEMA_PAGE,
        reveals="others",
        why="`validations` holds `required`, and in uploads `accept`. Attributes in it are moved.",
        evidence=("syntax-for-githubs-form-schema",),
        wrong=form_with(
            "  - type: textarea\n"
            "    attributes:\n"
            "      label: Log\n"
            "    validations:\n"
            "      required: true\n"
            "      render: shell\n"
        ),
        right=form_with(
            "  - type: textarea\n"
            "    attributes:\n"
            "      label: Log\n"
            "      render: shell\n"
            "    validations:\n"
            "      required: true\n"
        ),
    )
)
def unpermitted_validation(form: FormView) -> Iterator[Problem]:
    """Find validations that an element's type doesn't have, and ones that are no mapping."""
    for element in form.elements:
        entry = element.entries.get("validations")
        if entry is None or not element.is_field or is_null(entry.value):
            continue
        if element.validations is None:
            what = type_name(entry.value)
            message = f"{element.name}: `validations` is {what}, and must be a mapping"
            yield at(value_or_key(entry), message, hint="write `required: true` below it")
            continue
        known = element.keys.validations
        for key, inner in string_entries(element.validations):
            if key not in known and key not in BOOLEAN_WORDS and not is_nested_body(inner):
                yield _wrong_validation(form, element, element.validations, inner, key)


def _wrong_validation(
    form: FormView, element: ElementView, validations: Mapping, entry: Entry, key: str
) -> Problem:
    message = f"{element.name}: `{key}` is not a permitted validation of {element.type}"
    stray = MisplacedKey(form, element, Level.VALIDATIONS, validations, entry)
    known = element.keys.validations
    return misplaced_key(stray, message) or unknown_key(
        form.source, validations, entry, message, known=known, place="permitted"
    )


@FORM.runs(
    Rule(
        id="body/label-type",
        severity=ERROR,
        grade="DOC",
        fix="safe",
        summary="a label isn't text, or is blank",
        source=ERRORS_PAGE,
        why=(
            "Labels of fields and of checkboxes are text, and not blank. Booleans and numbers are "
            "put in quotes."
        ),
        evidence=(
            "common-validation-errors: label must be a string",
            "issue-ops/validator",
        ),
        wrong=form_with("  - type: textarea\n    attributes:\n      label: true\n"),
        right=form_with('  - type: textarea\n    attributes:\n      label: "true"\n'),
    )
)
def label_type(form: FormView) -> Iterator[Problem]:
    """Find labels of fields and of checkbox options that aren't text, or are blank."""
    for element in form.fields:
        if element.attributes is not None and element.label is None:
            yield from _label(form, element.attributes, f"{element.name}: label")
        if element.type != "checkboxes":
            continue
        for option in element.options:
            if isinstance(option.node, Mapping):
                yield from _label(form, option.node, f"{element.name}: label of an option")


def _label(form: FormView, owner: Mapping, what: str) -> Iterator[Problem]:
    entry = owner.find("label")
    if entry is None or is_text(entry.value):
        return
    hint = "give it some text" if is_empty(entry.value) else "put it in quotes"
    message = f"{what} is {what_it_is(entry.value)}, and must be text"
    yield at(value_or_key(entry), message, hint=hint, fix=quoted_value(form.source, entry.value))


@FORM.runs(
    Rule(
        id="body/forbidden-word",
        severity=ERROR,
        grade="DOC",
        summary="a label asks for a password",
        source=ERRORS_PAGE,
        why="GitHub refuses an input or textarea that asks for a password.",
        evidence=("common-validation-errors: label contains forbidden word",),
        wrong=form_with("  - type: input\n    attributes:\n      label: Password\n"),
        right=form_with(
            "  - type: input\n    id: version\n    attributes:\n      label: Version\n"
        ),
    )
)
def forbidden_word(form: FormView) -> Iterator[Problem]:
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


@FORM.runs(
    Rule(
        id="body/id-format",
        severity=ERROR,
        grade="DOC",
        fix="unsafe",
        summary="an id with other signs than letters, digits, `-` and `_`",
        source=ERRORS_PAGE,
        why=(
            "Ids hold letters, digits, `-` and `_`. With `--unsafe-fixes` other signs become "
            "dashes."
        ),
        evidence=(
            "common-validation-errors: `id` can only contain numbers, letters, -, _",
            "xarray-contrib/xwrf#32",
        ),
        wrong=form_with(
            "  - type: input\n    id: Python version\n    attributes:\n      label: Version\n"
        ),
        right=form_with(
            "  - type: input\n    id: version\n    attributes:\n      label: Version\n"
        ),
    )
)
def id_format(form: FormView) -> Iterator[Problem]:
    """Find ids with other characters than letters, digits, `-` and `_`."""
    for element in form.elements:
        entry = element.entries.get("id")
        if entry is None or element.type == "markdown":
            continue
        value = resolve(entry.value)
        if isinstance(value, Scalar):
            if not is_id(value.value):
                yield _wrong_id(element, entry, value)
        else:
            message = f"{element.name}: `id` is {type_name(value)}, {ID_RULE}"
            yield at(value_or_key(entry), message, hint="leave it out, or name the field")


def _wrong_id(element: ElementView, entry: Entry, value: Scalar) -> Problem:
    what = shown(value) if value.value.strip() else "empty"
    message = f"{element.name}: `id` is {what}, {ID_RULE}"
    severity = WARNING if value.is_null else None
    slug, hint = parameterize(value.value), "leave it out, or name the field"
    if slug:
        hint = f"use `{slug}`, say"
    fix = replace(value, slug)
    return at(value_or_key(entry), message, hint=hint, fix=fix, severity=severity)


def is_id(text: str) -> bool:
    """Tell whether GitHub takes a text for an id."""
    return re.fullmatch(r"[A-Za-z0-9_-]+", text) is not None


@FORM.runs(
    Rule(
        id="body/id-shadowed",
        severity=INFO,
        grade="1",
        summary="an id that can't be used to prefill the field",
        source=SCHEMA_PAGE,
        why=(
            "A link to the form can prefill a field by its id, but not if the id is a parameter "
            "of the address itself."
        ),
        evidence=("whatwg/spec-factory#63",),
        wrong=form_with(
            "  - type: textarea\n    id: body\n    attributes:\n      label: What happened\n"
        ),
        right=form_with(
            "  - type: textarea\n"
            "    id: what-happened\n"
            "    attributes:\n"
            "      label: What happened\n"
        ),
    )
)
def id_shadowed(form: FormView) -> Iterator[Problem]:
    """Find ids that are parameters of the new-issue address, so that they can't prefill a field."""
    for element in form.fields:
        if element.id and is_query_parameter(element.id.value):
            what = f"id {shown(element.id)} is also a parameter of GitHub's new-issue address"
            message = f"{element.name}: {what}"
            hint = f"a link can't prefill this field; `{element.id.value}-text` could"
            yield at(element.id, message, hint=hint)


def is_query_parameter(id_: str) -> bool:
    """Tell whether an id is also a parameter of the new-issue address."""
    return id_ in QUERY_PARAMETERS
