"""Rules about an issue form as a whole: its top-level keys, and what its elements must not share.

Sources: GitHub's "Syntax for issue forms" and "Common validation errors when creating issue forms"; shapes that GitHub
tolerates in used repositories are left alone.
"""

from collections.abc import Iterator

from issue_scaffold.forge.document import Problem, at, shown
from issue_scaffold.forge.issue_form import (
    BOOLEAN_WORDS,
    GITEA_TOP_KEYS,
    TOP_KEYS,
    Form,
    listed_texts,
    string_entries,
    text_of,
)
from issue_scaffold.report.finding import Severity
from issue_scaffold.text.edits import quote
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar, Sequence, resolve, type_name
from issue_scaffold.text.wording import allowed, closest, listing
from issue_scaffold.validate.rules.form_fixes import (
    add_top_key,
    name_from_path,
    quote_items,
    remove,
    rename,
    wrong_key_fix,
)

SHORTEST_NAME = 3
MOST_STRANGERS = 100
LEGACY_KEYS = {"about": "description", "issue_body": "", "inputs": "body"}


def missing_key(form: Form) -> Iterator[Problem]:
    """Find required top-level keys that are absent, unless a misspelt or outdated key stands for them."""
    present = form.root.keys()
    strangers = [key for key in present if key not in TOP_KEYS][:MOST_STRANGERS]
    stand_ins = {closest(key, TOP_KEYS) or LEGACY_KEYS.get(key) for key in strangers}
    stand_ins |= {LEGACY_KEYS.get(key) for key in present}
    for key in ("name", "description", "body"):
        if key in present or key in stand_ins or (key == "body" and form.document.separators):
            continue
        if key == "description" and form.document.gitea and "about" in present:
            continue
        says = (
            "GitHub says `Body cannot be empty`"
            if key == "body"
            else "GitHub leaves the form out of the chooser"
        )
        first = form.root.entries[0].key
        guess = (
            name_from_path(form.source.path) or text_of(form.top("name")) if key != "body" else None
        )
        fix = add_top_key(form.source, form.root, key, guess) if guess else None
        yield at(
            first,
            f"required top-level key `{key}` is missing",
            hint=f"add `{key}:`; without it {says}",
            fix=fix,
        )


def unpermitted_key(form: Form) -> Iterator[Problem]:
    """Find top-level keys that GitHub doesn't know."""
    known = (*TOP_KEYS, *GITEA_TOP_KEYS) if form.document.gitea else TOP_KEYS
    for key, entry in string_entries(form.root):
        if key in known or is_boolean_key(entry):
            continue
        if key == "about":
            yield _about(form, entry)
            continue
        guess = closest(key, known)
        free = guess if guess and form.root.find(guess) is None else None
        hint = allowed(known, guess=free, place="allowed at the top")
        fix = wrong_key_fix(form.source, form.root, entry, free)
        yield at(entry.key, f"`{key}` is not a permitted key", hint=hint, fix=fix)


def _about(form: Form, entry: Entry) -> Problem:
    if form.root.find("description") is None:
        hint = "issue forms call it `description`; `about` is for Markdown templates"
        return at(
            entry.key, "`about` is not a permitted key", hint=hint, fix=rename(entry, "description")
        )
    fix = remove(form.source, form.root, entry, unsafe=True)
    return at(
        entry.key,
        "`about` is not a permitted key",
        hint="remove it: there is a `description` too",
        fix=fix,
    )


def is_boolean_key(entry: Entry) -> bool:
    """Tell whether a key is one of the words that YAML 1.1 reads as a boolean."""
    return isinstance(entry.key, Scalar) and entry.key.value in BOOLEAN_WORDS


def forbidden_key(form: Form) -> Iterator[Problem]:
    """Find keys that YAML reads as `true` or `false`, anywhere in the form."""
    mappings = [form.root]
    for element in form.elements:
        mappings += [
            found for found in (element.node, element.attributes, element.validations) if found
        ]
    for mapping in mappings:
        for key, entry in string_entries(mapping):
            if is_boolean_key(entry):
                hint = f"remove it: GitHub forbids {key!r} and all other words that YAML reads as a boolean as keys"
                fix = remove(form.source, mapping, entry)
                yield at(
                    entry.key,
                    f"`{key}` is a forbidden key: YAML reads it as a boolean",
                    hint=hint,
                    fix=fix,
                )


def not_a_string(form: Form) -> Iterator[Problem]:
    """Find `name`, `description`, `title` and `type` that aren't text, or are blank."""
    for key in ("name", "description", "title", "type"):
        entry = form.root.find(key)
        if entry is None:
            continue
        value = resolve(entry.value)
        if isinstance(value, Scalar) and value.is_text and value.value.strip():
            continue
        optional = key in {"title", "type"}
        fix = remove(form.source, form.root, entry) if optional and text_of(value) is None else None
        if fix is None and isinstance(value, Scalar) and not value.is_null:
            fix = quote(form.source, value)
        blank = isinstance(value, Scalar) and (value.is_null or value.is_text)
        what = "is empty" if blank else f"is {type_name(value)}"
        yield at(
            value_or_key(entry),
            f"`{key}` {what}, and must be text",
            hint=_text_hint(form, entry),
            fix=fix,
        )


def _text_hint(form: Form, entry: Entry) -> str:
    value = resolve(entry.value)
    rest = form.source.text[entry.key.end : form.source.line_end(entry.key.end)]
    if isinstance(value, Scalar) and value.is_null and "#" in rest:
        return "`#` begins a comment: put the text in quotes"
    if isinstance(value, Mapping):
        return "put the text in quotes: unquoted, its `:` or `{` makes a mapping of it"
    if isinstance(value, Sequence):
        return "put the text in quotes: unquoted, its `[` or `-` makes a list of it"
    if isinstance(value, Scalar) and not value.is_text and not value.is_null:
        return "put it in quotes"
    key = text_of(entry.key)
    return (
        f"leave `{key}` out, or give it some text"
        if key in {"title", "type"}
        else "give it some text"
    )


def value_or_key(entry: Entry) -> Node:
    """Return the node to underline: the value, or the key where nothing was written."""
    return entry.value if entry.value.end > entry.value.start else entry.key


def name_length(form: Form) -> Iterator[Problem]:
    """Find names that are too short for the chooser; three letters live in used repositories."""
    yield from short_name(form.top("name"))


def short_name(node: Node | None) -> Iterator[Problem]:
    """Judge a template's name by its length, for forms and Markdown templates alike."""
    name = text_of(node)
    if node is None or name is None or not resolve_text(node):
        return
    severity = judge_name(name)
    if severity is not None:
        size = len(name)
        message = f"name `{name}` has {size} characters; GitHub asks for more than {SHORTEST_NAME}"
        yield at(node, message, hint="use a longer name", severity=severity)


def judge_name(name: str) -> Severity | None:
    """Return how bad it is that a template's name is so short, or None if it isn't."""
    if len(name) > SHORTEST_NAME:
        return None
    # Two Chinese characters say as much as a Latin word, and nobody has seen such a name refused.
    if len(name) < SHORTEST_NAME and name.isascii():
        return Severity.ERROR
    return Severity.WARNING


def resolve_text(node: Node) -> bool:
    """Tell whether a node is a scalar that YAML takes for text."""
    value = resolve(node)
    return isinstance(value, Scalar) and value.is_text


def labels_type(form: Form) -> Iterator[Problem]:
    """Find `labels` that are neither text nor a list of texts."""
    yield from _texts(form, "labels")


def assignees_type(form: Form) -> Iterator[Problem]:
    """Find `assignees` that are neither text nor a list of texts."""
    yield from _texts(form, "assignees")


def _texts(form: Form, key: str) -> Iterator[Problem]:
    entry = form.root.find(key)
    if entry is None:
        return
    value = resolve(entry.value)
    if isinstance(value, Sequence):
        yield from _list_items(form, key, value)
        return
    if isinstance(value, Scalar) and value.is_text and value.value.strip():
        return
    empty = isinstance(value, Scalar) and (value.is_null or value.is_text)
    what = "is empty" if empty else f"is {type_name(value)}"
    hint = (
        f"leave `{key}` out, or name some"
        if empty
        else "write a list, or names separated by commas"
    )
    null = isinstance(value, Scalar) and value.is_null
    fix = remove(form.source, form.root, entry) if empty else quote_items(form.source, [value])
    severity = Severity.WARNING if null else None
    message = f"`{key}` {what}, and must be text or a list of texts"
    yield at(value_or_key(entry), message, hint=hint, fix=fix, severity=severity)


def _list_items(form: Form, key: str, value: Sequence) -> Iterator[Problem]:
    for item in value.items:
        node = resolve(item)
        if isinstance(node, Scalar) and node.is_text:
            continue
        null = isinstance(node, Scalar) and node.is_null
        what = "empty" if null else type_name(node)
        hint = "put it in quotes" if not null else "remove the line"
        if isinstance(node, Mapping):
            hint = "put it in quotes: unquoted, its `:` makes a mapping of it"
        place = item if item.end > item.start else entry_key(form, key)
        fix = quote_items(form.source, [node])
        severity = Severity.WARNING if null else None
        yield at(
            place,
            f"an entry of `{key}` is {what}, and must be text",
            hint=hint,
            fix=fix,
            severity=severity,
        )


def entry_key(form: Form, key: str) -> Node:
    """Return the node of a top-level key that is known to be there."""
    entry = form.root.find(key)
    return entry.key if entry else form.root


def projects_format(form: Form) -> Iterator[Problem]:
    """Find projects that aren't written `OWNER/NUMBER`, which GitHub ignores."""
    entry = form.root.find("projects")
    if entry is None:
        return
    value = resolve(entry.value)
    texts = listed_texts(value)
    listed = len(value.items) if isinstance(value, Sequence) else len(texts)
    if listed > len(texts) or (not texts and not isinstance(value, Sequence)):
        yield at(
            value_or_key(entry),
            "`projects` must be text or a list of texts",
            hint="write `OWNER/NUMBER`",
        )
    for text in texts:
        owner, slash, number = text.value.partition("/")
        if not (slash and owner.strip() and number.strip().isdigit()):
            hint = "write `OWNER/NUMBER`, as in the project's address; GitHub ignores anything else"
            yield at(text, f"project {shown(text)} is not `OWNER/NUMBER`", hint=hint)


def body_empty(form: Form) -> Iterator[Problem]:
    """Find a `body` without elements."""
    entry = form.root.find("body")
    if entry is None or form.document.separators:
        return
    value = resolve(entry.value)
    empty_list = isinstance(value, Sequence) and not value.items
    if empty_list or (isinstance(value, Scalar) and not value.value.strip()) or _is_null(value):
        hint = f"add an element: a list entry with a `type`, one of {listing(['input', 'textarea', 'dropdown'])} say"
        yield at(value_or_key(entry), "`body` is empty", hint=hint)


def _is_null(value: Node) -> bool:
    return isinstance(value, Scalar) and value.is_null


def body_type(form: Form) -> Iterator[Problem]:
    """Find a `body` that is no list, and elements that are no mappings."""
    value = form.body
    if isinstance(value, Mapping) or (
        isinstance(value, Scalar) and not value.is_null and value.value.strip()
    ):
        hint = "begin each element with `- type:`"
        yield at(
            entry_key(form, "body"),
            f"`body` is {type_name(value)}, and must be a list of elements",
            hint=hint,
        )
    if isinstance(value, Sequence):
        for index, item in enumerate(value.items):
            if not isinstance(resolve(item), Mapping):
                place = item if item.end > item.start else entry_key(form, "body")
                message = f"body[{index}] is {type_name(item)}, and must be a mapping"
                yield at(place, message, hint="write `- type: …` with its `attributes:` below")


def only_markdown(form: Form) -> Iterator[Problem]:
    """Find forms that ask for nothing."""
    value = form.body
    if not isinstance(value, Sequence) or not value.items or len(form.elements) != len(value.items):
        return
    if all(element.type == "markdown" for element in form.elements):
        message = "the form has no field to fill in: all its elements are markdown"
        hint = f"add one of {listing(['input', 'textarea', 'dropdown', 'checkboxes', 'upload'])}"
        yield at(entry_key(form, "body"), message, hint=hint)
