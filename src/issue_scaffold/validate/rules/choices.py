"""Rules about the values of a form's elements: options, defaults, booleans, `render`, `accept`.

Sources: GitHub's "Syntax for GitHub's form schema" and "Common validation errors when creating issue forms".
"""

from collections.abc import Iterator
from typing import Final

from issue_scaffold.forge.document import Problem, at, shown
from issue_scaffold.forge.issue_form import Element, Form, Option, text_of
from issue_scaffold.text.edits import Edit, Fix, quote
from issue_scaffold.text.scalars import quoted
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar, Sequence, resolve, type_name
from issue_scaffold.text.wording import closest, line_of, listing
from issue_scaffold.validate.rules.form import value_or_key
from issue_scaffold.validate.rules.form_fixes import quote_items, unquoted_boolean

UPLOADS: Final = frozenset(
    {
        ".zip",
        ".gz",
        ".pdf",
        ".docx",
        ".xlsx",
        ".pptx",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".svg",
        ".webp",
    }
    | {".mp4", ".mov", ".webm", ".json", ".py", ".js", ".ts", ".log", ".txt", ".csv"}
)
COMMON_LANGUAGES: Final = frozenset(
    {"shell", "bash", "text", "yaml", "json", "python", "markdown", "console", "toml"}
)
PLACEHOLDER: Final = "Please select"


def _with_options(form: Form) -> Iterator[tuple[Element, Entry]]:
    for element in form.elements:
        if element.type in {"dropdown", "checkboxes"} and element.attributes:
            entry = element.attributes.find("options")
            if entry is not None:
                yield element, entry


def options_empty(form: Form) -> Iterator[Problem]:
    """Find empty lists of options."""
    for element, entry in _with_options(form):
        value = resolve(entry.value)
        if isinstance(value, Sequence) and not value.items:
            yield at(entry.value, f"{element.name}: `options` is empty", hint="list at least one")


def options_type(form: Form) -> Iterator[Problem]:
    """Find options that are no list, or of the wrong sort: texts in a dropdown, mappings in checkboxes."""
    for element, entry in _with_options(form):
        value = resolve(entry.value)
        if isinstance(value, Sequence):
            for option in element.options:
                yield from _option_type(form, element, option, entry)
        elif not (isinstance(value, Scalar) and value.is_null):
            message = f"{element.name}: `options` is {type_name(value)}, and must be a list"
            yield at(value_or_key(entry), message, hint="begin each option with `- `")


def _option_type(form: Form, element: Element, option: Option, entry: Entry) -> Iterator[Problem]:
    node = option.node
    if element.type == "dropdown":
        if isinstance(node, Scalar):
            return
        hint = "write the text alone, in quotes if it holds a colon"
        message = f"{element.name}: a dropdown's option is {type_name(node)}, and must be text"
        yield at(node, message, hint=hint, fix=_dropdown_option_fix(form, node))
    elif not isinstance(node, Mapping):
        place = node if node.end > node.start else entry.key
        message = (
            f"{element.name}: a checkbox is {type_name(node)}, and must be a mapping with a `label`"
        )
        simple = isinstance(node, Scalar) and node.style not in {"|", ">"} and not node.is_null
        raw = form.source.text[node.start : node.end]
        flow = isinstance(resolve(entry.value), Sequence) and getattr(
            resolve(entry.value), "flow", False
        )
        new = f"{{label: {raw}}}" if flow else f"label: {raw}"
        fix = (
            Fix((Edit(node.start, node.end, new),), unsafe=True)
            if simple and "\n" not in raw
            else None
        )
        yield at(place, message, hint="write `- label: …`", fix=fix)
    elif node.find("label") is None and not any(closest(key, ("label",)) for key in node.keys()):  # noqa: SIM118
        yield at(node, f"{element.name}: a checkbox has no `label`", hint="write `- label: …`")


def _dropdown_option_fix(form: Form, node: Node) -> Fix | None:
    """Unwrap `- label: A`; put `- a: b` in quotes. Both are guesses about what was meant."""
    if isinstance(node, Mapping) and len(node.entries) == 1 and not node.flow:
        entry = node.entries[0]
        if (
            text_of(entry.key) == "label"
            and isinstance(entry.value, Scalar)
            and entry.value.style not in {"|", ">"}
        ):
            raw = form.source.text[entry.value.start : entry.value.end]
            return Fix((Edit(node.start, node.end, raw),), unsafe=True) if raw else None
    fix = quote_items(form.source, [node])
    return fix._replace(unsafe=True) if fix else None


def duplicate_option(form: Form) -> Iterator[Problem]:
    """Find two equal options of one dropdown."""
    for element, _ in _with_options(form):
        seen: dict[str, Node] = {}
        for option in element.options if element.type == "dropdown" else ():
            text = option.text
            if text is None:
                continue
            first = seen.setdefault(text, option.node)
            if first is not option.node:
                message = f"{element.name}: option `{text}` is there twice"
                yield at(
                    option.node,
                    message,
                    hint=f"the first is on {line_of(form.source, first.start)}",
                )


def boolean_option(form: Form) -> Iterator[Problem]:
    """Find dropdown options that YAML reads as booleans."""
    for element, _ in _with_options(form):
        for option in element.options if element.type == "dropdown" else ():
            node = option.node
            if isinstance(node, Scalar) and node.kind == "bool":
                message = f"{element.name}: option {shown(node)} is a boolean to YAML; options must be text"
                hint = f"put it in quotes: {quoted(node.value)}"
                yield at(node, message, hint=hint, fix=quote(form.source, node))


def reserved_option(form: Form) -> Iterator[Problem]:
    """Find `None` among a dropdown's options, and `n/a` beside a `default`; GitHub uses these words itself."""
    for element, _ in _with_options(form):
        has_default = element.attribute("default") is not None
        for option in element.options if element.type == "dropdown" else ():
            text, node = option.text, option.node
            if text is None or not isinstance(node, Scalar):
                continue
            if is_reserved(text, has_default=has_default):
                beside = " beside a `default`" if text.lower() == "n/a" else ""
                message = f"{element.name}: option {shown(node)} is reserved{beside}: GitHub uses it for no choice"
                yield at(
                    node, message, hint="use other words, such as `Not applicable` or `No version`"
                )


def is_reserved(option: str, *, has_default: bool) -> bool:
    """Tell whether GitHub uses a word itself, in a dropdown with or without a `default`."""
    word = option.lower()
    return word == "none" or (has_default and word == "n/a")


def default_range(form: Form) -> Iterator[Problem]:
    """Find a dropdown's `default` that isn't the index of one of its options."""
    for element in form.elements:
        entry = (
            element.attributes.find("default")
            if element.type == "dropdown" and element.attributes
            else None
        )
        if entry is None:
            continue
        value, size = resolve(entry.value), len(element.options)
        is_index = isinstance(value, Scalar) and value.kind == "int" and value.value.isdigit()
        if isinstance(value, Scalar) and is_index and (int(value.value[:9]) < size or not size):
            continue
        what = shown(value) if isinstance(value, Scalar) and not value.is_null else type_name(value)
        hint = f"count from 0: 0 to {size - 1}" if size else "count from 0"
        texts = [option.text for option in element.options]
        if isinstance(value, Scalar) and value.value in texts:
            hint = f"use the option's index, {texts.index(value.value)}"
        message = f"{element.name}: `default` is {what}, and must be the index of an option"
        yield at(value_or_key(entry), message, hint=hint)


def not_a_boolean(form: Form) -> Iterator[Problem]:
    """Find `required` and `multiple` that are neither true nor false."""
    for element in form.elements:
        places = [(element.validations, "required"), (element.attributes, "multiple")]
        if element.type == "checkboxes":
            places += [
                (option.node, "required")
                for option in element.options
                if isinstance(option.node, Mapping)
            ]
        for mapping, key in places:
            entry = mapping.find(key) if mapping else None
            if entry is None or (key == "multiple" and element.type != "dropdown"):
                continue
            value = resolve(entry.value)
            if isinstance(value, Scalar) and (value.kind == "bool" or value.is_null):
                continue
            message = f"{element.name}: `{key}` is {type_name(value)}, and must be a boolean"
            fix = unquoted_boolean(value)
            yield at(
                value_or_key(entry),
                message,
                hint="write `true` or `false`, without quotes",
                fix=fix,
            )


def default_required(form: Form) -> Iterator[Problem]:
    """Find required dropdowns with a `default`, which one report says GitHub refuses; used forms have it."""
    for element in form.elements:
        entry = (
            element.attributes.find("default")
            if element.type == "dropdown" and element.attributes
            else None
        )
        if entry is not None and element.is_true("required"):
            message = f"{element.name}: `required` means nothing beside a `default`"
            yield at(
                entry.key,
                message,
                hint="drop one of the two; GitHub was once seen to refuse both together",
            )


def preselected_option(form: Form) -> Iterator[Problem]:
    """Find required dropdowns whose first option GitHub would preselect, so that people submit it unread."""
    for element, entry in _with_options(form):
        value = resolve(entry.value)
        if element.type != "dropdown" or not element.is_true("required") or not element.options:
            continue
        multiple = text_of(element.attribute("multiple"))
        first = element.options[0]
        prompts = first.text is None or _is_prompt(first.text)
        if (
            element.attribute("default") is not None
            or (multiple or "").lower() in {"true", "yes", "on"}
            or prompts
        ):
            continue
        message = f"{element.name}: GitHub preselects the first option of this required dropdown"
        hint = "put a prompt first, such as `Please select`, or people submit an answer that they never chose"
        yield at(first.node, message, hint=hint, fix=_placeholder(form, value))


def _is_prompt(text: str) -> bool:
    folded = text.strip("-\u2013\u2014<>[]() .\u2026*").lower()
    begins = (
        "select",
        "choose",
        "please",
        "pick",
        "not sure",
        "other",
        "unsure",
        "i don't know",
        "n/a",
        "-",
    )
    return not folded or folded.startswith(begins)


def _placeholder(form: Form, value: Node) -> Fix | None:
    if (
        not isinstance(value, Sequence)
        or value.end <= value.start
        or resolve(value.items[0]) is not value.items[0]
    ):
        return None
    first = value.items[0]
    if value.flow:
        return Fix((Edit(first.start, first.start, f"{PLACEHOLDER}, "),), unsafe=True)
    start = form.source.line_start(first.start)
    lead = form.source.text[start : first.start]
    if lead.strip() != "-":
        return None
    return Fix((Edit(start, start, f"{lead}{PLACEHOLDER}{form.source.newline}"),), unsafe=True)


def render_language(form: Form) -> Iterator[Problem]:
    """Find `render` values that no language of GitHub's Linguist is called."""
    for element in form.elements:
        node = element.attribute("render") if element.type == "textarea" else None
        word = text_of(node)
        if node is None or word is None:
            continue
        folded = word.lower().replace(" ", "-")
        if folded in COMMON_LANGUAGES:
            continue
        from issue_scaffold.validate.rules.linguist import LANGUAGES

        if folded not in LANGUAGES:
            guess = closest(folded, sorted(LANGUAGES))
            hint = (
                f"did you mean `{guess}`?"
                if guess
                else "the answer is still put in a code block, without colours"
            )
            yield at(
                node, f"{element.name}: `{word}` is no language that GitHub highlights", hint=hint
            )


def upload_extension(form: Form) -> Iterator[Problem]:
    """Find file extensions in `accept` that GitHub doesn't take."""
    for element in form.elements:
        node = (
            element.validations.get("accept")
            if element.type == "upload" and element.validations
            else None
        )
        if not isinstance(node, Scalar):
            continue
        words = [word.strip() for word in node.value.split(",")]
        wrong = [word for word in words if word and word.lower() not in UPLOADS]
        if not wrong:
            continue
        fix = _accept_fix(form, node, words) if wrong == [".tar.gz"] else None
        hint = "write `.gz`, which covers it" if fix else f"GitHub takes {listing(sorted(UPLOADS))}"
        yield at(node, f"{element.name}: GitHub doesn't take {listing(wrong)}", hint=hint, fix=fix)


def _accept_fix(form: Form, node: Scalar, words: list[str]) -> Fix | None:
    raw = form.source.text[node.start : node.end]
    if "\n" in raw:
        return None
    if ".gz" in words:
        kept = ",".join(word for word in words if word != ".tar.gz")
        return Fix((Edit(node.start, node.end, node.style + kept + node.style),))
    return Fix((Edit(node.start, node.end, raw.replace(".tar.gz", ".gz")),))
