"""Rules about the values of a form's elements: options, defaults, booleans, `render`, `accept`.

Sources: GitHub's "Syntax for GitHub's form schema" and "Common validation errors when creating
issue forms".
"""

from collections.abc import Iterator
from functools import cache
from typing import Final

from issue_scaffold.forge.document import Problem, at, shown
from issue_scaffold.forge.issue_form import ElementView, FormView, OptionView, text_of
from issue_scaffold.report.finding import Severity
from issue_scaffold.text.edits import Edit, Fix, quote
from issue_scaffold.text.scalars import quoted
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar, Sequence, resolve, type_name
from issue_scaffold.text.tree_values import mapping_of, mappings_in, string_of
from issue_scaffold.text.wording import closest, line_of, listing
from issue_scaffold.text.yaml_numbers import is_changed_number, printed
from issue_scaffold.validate.rules.examples import form_with
from issue_scaffold.validate.rules.form_fixes import quote_items, unquoted_boolean
from issue_scaffold.validate.rules.nodes import (
    is_boolean_or_null,
    is_null,
    item_or_key,
    repeated_options,
    value_or_key,
)
from issue_scaffold.validate.rules.rule import ERROR, ERRORS_PAGE, INFO, SCHEMA_PAGE, Rule
from issue_scaffold.validate.rules.stages import FORM

UPLOADS: Final = frozenset({
    ".zip", ".gz", ".pdf", ".docx", ".xlsx", ".pptx", ".png", ".jpg", ".jpeg", ".gif", ".svg",
    ".webp", ".mp4", ".mov", ".webm", ".json", ".py", ".js", ".ts", ".log", ".txt", ".csv",
})  # fmt: skip
# Known without loading all names.
COMMON_LANGUAGES: Final = frozenset(
    {"shell", "bash", "text", "yaml", "json", "python", "markdown", "console", "toml"}
)
# What options begin with that ask for a choice, or are one of their own accord.
PROMPTS: Final = (
    "select", "choose", "please", "pick", "not sure", "other", "unsure", "i don't know", "n/a", "-",
)  # fmt: skip
BOOLEAN_HINT: Final = "write `true` or `false`, without quotes"
PLACEHOLDER: Final = "Please select"


def _with_attribute(form: FormView, name: str, *types: str) -> Iterator[tuple[ElementView, Entry]]:
    """Yield the elements of some types that have an attribute, with its entry."""
    for element in form.elements:
        if element.type in types:
            entry = element.given.get(name)
            if entry is not None:
                yield element, entry


def _with_options(form: FormView) -> Iterator[tuple[ElementView, Entry]]:
    return _with_attribute(form, "options", "dropdown", "checkboxes")


def _dropdown_options(form: FormView) -> Iterator[tuple[ElementView, OptionView]]:
    for element, _ in _with_attribute(form, "options", "dropdown"):
        for option in element.options:
            yield element, option


@FORM.runs(
    Rule(
        id="body/options-empty",
        severity=ERROR,
        grade="DOC",
        summary="a list of options is empty",
        source=SCHEMA_PAGE,
        why="A dropdown or checkboxes element needs at least one option.",
        evidence=("syntax-for-githubs-form-schema",),
        wrong=form_with(
            "  - type: dropdown\n    attributes:\n      label: Browser\n      options: []\n"
        ),
        right=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Browser\n"
            "      options:\n"
            "        - Firefox\n"
            "        - Chrome\n"
        ),
    )
)
def options_empty(form: FormView) -> Iterator[Problem]:
    """Find empty lists of options."""
    for element, entry in _with_options(form):
        value = resolve(entry.value)
        if isinstance(value, Sequence) and not value.items:
            yield at(entry.value, f"{element.name}: `options` is empty", hint="list at least one")


@FORM.runs(
    Rule(
        id="body/options-type",
        severity=ERROR,
        grade="DOC",
        fix="unsafe",
        summary="options that are no list, or of the wrong sort",
        source=SCHEMA_PAGE,
        why=(
            "A dropdown's options are a list of texts, those of checkboxes a list of mappings "
            "with a `label`. With `--unsafe-fixes` one is made of the other."
        ),
        evidence=("syntax-for-githubs-form-schema",),
        wrong=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Browser\n"
            "      options:\n"
            "        - label: Firefox\n"
            "        - label: Chrome\n"
        ),
        right=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Browser\n"
            "      options:\n"
            "        - Firefox\n"
            "        - Chrome\n"
        ),
    )
)
def options_type(form: FormView) -> Iterator[Problem]:
    """Find options that are no list, no texts in a dropdown, or no mappings in checkboxes."""
    for element, entry in _with_options(form):
        value = resolve(entry.value)
        if isinstance(value, Sequence):
            for option in element.options:
                if element.type == "dropdown":
                    yield from _dropdown_option(form, element, option)
                else:
                    yield from _checkbox(form, element, option, entry)
        elif not is_null(value):
            message = f"{element.name}: `options` is {type_name(value)}, and must be a list"
            yield at(value_or_key(entry), message, hint="begin each option with `- `")


def _dropdown_option(form: FormView, element: ElementView, option: OptionView) -> Iterator[Problem]:
    node = option.node
    if not isinstance(node, Scalar):
        hint = "write the text alone, in quotes if it holds a colon"
        message = f"{element.name}: a dropdown's option is {type_name(node)}, and must be text"
        yield at(node, message, hint=hint, fix=_dropdown_option_fix(form, node))


def _checkbox(
    form: FormView, element: ElementView, option: OptionView, entry: Entry
) -> Iterator[Problem]:
    node = option.node
    if not isinstance(node, Mapping):
        what = f"{type_name(node)}, and must be a mapping with a `label`"
        message = f"{element.name}: a checkbox is {what}"
        fix = _checkbox_fix(form, node, entry)
        yield at(item_or_key(node, entry), message, hint="write `- label: …`", fix=fix)
    elif option.label is None and not any(closest(key, ("label",)) for key in node.by_key):
        yield at(node, f"{element.name}: a checkbox has no `label`", hint="write `- label: …`")


def _checkbox_fix(form: FormView, node: Node, entry: Entry) -> Fix | None:
    """Write `label:` in front of a text, as a guess."""
    if not isinstance(node, Scalar) or node.is_null or _is_block(node):
        return None
    raw = form.source.text[node.start : node.end]
    if "\n" in raw:
        return None
    new = f"label: {raw}"
    options = resolve(entry.value)
    if isinstance(options, Sequence) and options.flow:
        new = f"{{{new}}}"
    return Fix((Edit(node.start, node.end, new),), unsafe=True)


def _is_block(node: Scalar) -> bool:
    return node.style in {"|", ">"}


def _dropdown_option_fix(form: FormView, node: Node) -> Fix | None:
    """Unwrap `- label: A`; put `- a: b` in quotes. Both are guesses about what was meant."""
    label = _only_label(node)
    if label is not None:
        raw = form.source.text[label.start : label.end]
        return Fix((Edit(node.start, node.end, raw),), unsafe=True) if raw else None
    return quote_items(form.source, [node], unsafe=True)


def _only_label(node: Node) -> Scalar | None:
    """Return the value of a mapping that holds a `label` on one line, and nothing else."""
    if not isinstance(node, Mapping) or node.flow or len(node.entries) != 1:
        return None
    entry = node.entries[0]
    if text_of(entry.key) != "label" or not isinstance(entry.value, Scalar):
        return None
    return None if _is_block(entry.value) else entry.value


@FORM.runs(
    Rule(
        id="body/duplicate-option",
        severity=ERROR,
        grade="DOC",
        fix="safe",
        summary="a dropdown has an option twice",
        source=ERRORS_PAGE,
        why=(
            "The options of a dropdown must be unique. Unquoted numbers are compared by what YAML "
            "makes of them: `1.1` and `1.10`, `0x10` and `16`, `1_000` and `1000` are equal, and "
            "GitHub refuses the form. The fix puts those in quotes."
        ),
        evidence=(
            "common-validation-errors: `options` must be unique",
            "glpi-project/glpi-agent#717",
        ),
        wrong=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Version\n"
            "      options:\n"
            "        - 1.1\n"
            "        - 1.10\n"
        ),
        right=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Version\n"
            "      options:\n"
            "        - 1.1\n"
            '        - "1.10"\n'
        ),
    )
)
def duplicate_option(form: FormView) -> Iterator[Problem]:
    """Find two equal options of one dropdown, as texts or as the numbers that YAML reads."""
    for element in form.elements:
        for first, second in repeated_options(element):
            where = f"the first is on {line_of(form.source, first.start)}"
            if (first.value, first.kind) == (second.value, second.kind):
                message = f"{element.name}: option {shown(second)} is there twice"
                yield at(second, message, hint=where)
            else:
                yield _equal_numbers(form, element, first, second, where)


def _equal_numbers(
    form: FormView, element: ElementView, first: Scalar, second: Scalar, where: str
) -> Problem:
    """Return the problem of two options that are the same only once they were read."""
    number = printed(second)
    says = f"both the number {number} to YAML"
    if first.is_text or second.is_text:
        says = f"both `{number}` once YAML has read them: one is the number {number}"
    one, other = (form.source.text[node.start : node.end] for node in (first, second))
    message = f"{element.name}: options `{one}` and `{other}` are {says}"
    changed = [node for node in (first, second) if is_changed_number(node)]
    fix, cure = quote_items(form.source, changed), "put them in quotes"
    if fix is None:
        cure = "options must be unique"
    return at(second, message, hint=f"{where}; {cure}", fix=fix)


@FORM.runs(
    Rule(
        id="body/boolean-option",
        severity=ERROR,
        grade="DOC",
        fix="safe",
        summary="an option that YAML reads as a boolean",
        source=ERRORS_PAGE,
        why=(
            "Unquoted, `Yes`, `No`, `on`, `off`, `true` and `false` are booleans to YAML, and "
            "GitHub refuses them as options. The fix puts them in quotes."
        ),
        evidence=(
            "common-validation-errors: `options` must not include booleans",
            "zeroclaw-labs/zeroclaw#575",
        ),
        lived=(
            "2i2c-org/infrastructure, `- label: Yes`: since 2025-05-27, six issues before and none "
            "through it after"
        ),
        wrong=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Is it urgent?\n"
            "      options:\n"
            "        - Yes\n"
            "        - No\n"
        ),
        right=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Is it urgent?\n"
            "      options:\n"
            '        - "Yes"\n'
            '        - "No"\n'
        ),
    )
)
def boolean_option(form: FormView) -> Iterator[Problem]:
    """Find dropdown options that YAML reads as booleans."""
    for element, option in _dropdown_options(form):
        node = option.node
        if isinstance(node, Scalar) and node.kind == "bool":
            what = f"option {shown(node)} is a boolean to YAML; options must be text"
            hint = f"put it in quotes: {quoted(node.value)}"
            fix = quote(form.source, node)
            yield at(node, f"{element.name}: {what}", hint=hint, fix=fix)


@FORM.runs(
    Rule(
        id="body/reserved-option",
        severity=ERROR,
        grade="DOC",
        summary="an option that GitHub uses itself",
        source=ERRORS_PAGE,
        why=(
            "GitHub writes `None` where nothing was chosen, so it can't be an option, in whatever "
            "case. Its page says the same of `n/a` beside a `default`, but forms with both are in "
            "use and their `N/A` is chosen, so that is only a remark."
        ),
        evidence=(
            "common-validation-errors: `options` must not include the reserved word, none",
            "Shopify/vscode-ruby-lsp#559",
        ),
        lived="hackforla/website: 224 days, issues came through it (#7294, #7905, #8251)",
        wrong=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Browser\n"
            "      options:\n"
            "        - Firefox\n"
            "        - None\n"
        ),
        right=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Browser\n"
            "      options:\n"
            "        - Firefox\n"
            "        - No browser\n"
        ),
    )
)
def reserved_option(form: FormView) -> Iterator[Problem]:
    """Find options that GitHub uses itself: `None`, and `n/a` beside a `default`."""
    for element, option in _dropdown_options(form):
        text, node = option.text, option.node
        has_default = element.attribute("default") is not None
        if text is None or not isinstance(node, Scalar):
            continue
        severity = judge_option(text, has_default=has_default)
        if severity is not None:
            beside = " beside a `default`" if severity is INFO else ""
            what = f"option {shown(node)} is reserved{beside}: GitHub uses it for no choice"
            hint = "use other words, such as `Not applicable` or `No version`"
            yield at(node, f"{element.name}: {what}", hint=hint, severity=severity)


def judge_option(option: str, *, has_default: bool) -> Severity | None:
    """Return how bad an option of a dropdown is that GitHub uses itself, or None if it doesn't."""
    word = option.lower()
    if word == "none":
        return ERROR
    # Documented, but files in use have it, and people choose it.
    return INFO if has_default and word == "n/a" else None


@FORM.runs(
    Rule(
        id="body/default-range",
        severity=ERROR,
        grade="DOC",
        summary="`default` isn't the index of an option",
        source=SCHEMA_PAGE,
        why="A dropdown's `default` is the index of an option, counted from 0.",
        evidence=("syntax-for-githubs-form-schema",),
        wrong=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Browser\n"
            "      options:\n"
            "        - Firefox\n"
            "        - Chrome\n"
            "      default: 2\n"
        ),
        right=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Browser\n"
            "      options:\n"
            "        - Firefox\n"
            "        - Chrome\n"
            "      default: 1\n"
        ),
    )
)
def default_range(form: FormView) -> Iterator[Problem]:
    """Find a dropdown's `default` that isn't the index of one of its options."""
    for element, entry in _with_attribute(form, "default", "dropdown"):
        value, texts = resolve(entry.value), [option.text for option in element.options]
        if _is_index(value, len(texts)):
            continue
        what, hint = type_name(value), "count from 0"
        if texts:
            hint = f"count from 0: 0 to {len(texts) - 1}"
        if isinstance(value, Scalar) and not value.is_null:
            what = shown(value)
        if string_of(value) in texts:
            hint = f"use the option's index, {texts.index(string_of(value))}"
        message = f"{element.name}: `default` is {what}, and must be the index of an option"
        yield at(value_or_key(entry), message, hint=hint)


def _is_index(value: Node, size: int) -> bool:
    """Tell whether a value is the index of one of so many options; without any, each number is."""
    if not isinstance(value, Scalar) or value.kind != "int" or not value.value.isdigit():
        return False
    return size == 0 or int(value.value[:9]) < size


@FORM.runs(
    Rule(
        id="body/not-a-boolean",
        severity=ERROR,
        grade="DOC",
        fix="unsafe",
        summary="`required` or `multiple` is neither true nor false",
        source=SCHEMA_PAGE,
        why=(
            "`required` and `multiple` are `true` or `false`, without quotes. With "
            "`--unsafe-fixes` the quotes go."
        ),
        evidence=(
            "syntax-for-githubs-form-schema",
            "asyncapi/.github#271",
        ),
        wrong=form_with(
            "  - type: input\n"
            "    id: version\n"
            "    attributes:\n"
            "      label: Version\n"
            "    validations:\n"
            '      required: "true"\n'
        ),
        right=form_with(
            "  - type: input\n"
            "    id: version\n"
            "    attributes:\n"
            "      label: Version\n"
            "    validations:\n"
            "      required: true\n"
        ),
    )
)
def not_a_boolean(form: FormView) -> Iterator[Problem]:
    """Find `required` and `multiple` that are neither true nor false."""
    for element in form.elements:
        for mapping, key in _boolean_places(element):
            entry = mapping.find(key)
            if entry is None or is_boolean_or_null(entry.value):
                continue
            what = type_name(entry.value)
            message = f"{element.name}: `{key}` is {what}, and must be a boolean"
            fix = unquoted_boolean(resolve(entry.value))
            yield at(value_or_key(entry), message, hint=BOOLEAN_HINT, fix=fix)


def _boolean_places(element: ElementView) -> Iterator[tuple[Mapping, str]]:
    for key in element.keys.booleans:
        if element.validations and key not in element.keys.attributes:
            yield element.validations, key
        elif element.attributes and key in element.keys.attributes:
            yield element.attributes, key
    if element.type == "checkboxes":
        for option in mappings_in(element.attribute("options")):
            yield option, "required"


@FORM.runs(
    Rule(
        id="body/default-required",
        severity=INFO,
        grade="1",
        summary="a required dropdown has a default",
        source=SCHEMA_PAGE,
        why=(
            "A dropdown with a `default` always has an answer. One report says that GitHub "
            "refuses both together; forms in use have both, so this is a remark."
        ),
        evidence=(
            "Azure/Connectors#120",
            "microsoft/winget-cli",
        ),
        wrong=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Browser\n"
            "      options:\n"
            "        - Firefox\n"
            "        - Chrome\n"
            "      default: 0\n"
            "    validations:\n"
            "      required: true\n"
        ),
        right=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Browser\n"
            "      options:\n"
            "        - Firefox\n"
            "        - Chrome\n"
            "      default: 0\n"
        ),
    )
)
def default_required(form: FormView) -> Iterator[Problem]:
    """Find required dropdowns with a `default`, which one report says GitHub refuses."""
    for element, entry in _with_attribute(form, "default", "dropdown"):
        if element.is_true("required"):
            message = f"{element.name}: `required` means nothing beside a `default`"
            hint = "drop one of the two; GitHub was once seen to refuse both together"
            yield at(entry.key, message, hint=hint)


@FORM.runs(
    Rule(
        id="body/preselected-option",
        severity=INFO,
        grade="FIX",
        fix="unsafe",
        summary="a required dropdown's first option is preselected",
        source=SCHEMA_PAGE,
        why=(
            "GitHub preselects the first option of a required dropdown, so that people submit it "
            "unread. A prompt as first option shows who didn't choose; `--unsafe-fixes` adds one."
        ),
        evidence=(
            "processing/processing4#1149",
            "backstage/community-plugins#3190",
        ),
        wrong=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Browser\n"
            "      options:\n"
            "        - Firefox\n"
            "        - Chrome\n"
            "    validations:\n"
            "      required: true\n"
        ),
        right=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Browser\n"
            "      options:\n"
            "        - Please select\n"
            "        - Firefox\n"
            "        - Chrome\n"
            "    validations:\n"
            "      required: true\n"
        ),
    )
)
def preselected_option(form: FormView) -> Iterator[Problem]:
    """Find required dropdowns whose first option GitHub would preselect."""
    for element, entry in _with_attribute(form, "options", "dropdown"):
        if _is_preselected(element):
            message = (
                f"{element.name}: GitHub preselects the first option of this required dropdown"
            )
            hint = (
                "put a prompt first, such as `Please select`, or people submit an answer that "
                "they never chose"
            )
            fix = _placeholder(form, resolve(entry.value))
            yield at(element.options[0].node, message, hint=hint, fix=fix)


def _is_preselected(element: ElementView) -> bool:
    if not element.options or not element.is_true("required"):
        return False
    multiple = text_of(element.attribute("multiple")) or ""
    if element.attribute("default") is not None or multiple.lower() in {"true", "yes", "on"}:
        return False
    first = element.options[0].text
    return first is not None and not _is_prompt(first)


def _is_prompt(text: str) -> bool:
    folded = text.strip("-\u2013\u2014<>[]() .\u2026*").lower()
    return not folded or folded.startswith(PROMPTS)


def _placeholder(form: FormView, options: Node) -> Fix | None:
    if not isinstance(options, Sequence) or options.end <= options.start:
        return None
    first = options.items[0]
    if resolve(first) is not first:
        return None
    if options.flow:
        return Fix((Edit(first.start, first.start, f"{PLACEHOLDER}, "),), unsafe=True)
    start = form.source.line_start(first.start)
    lead = form.source.text[start : first.start]
    if lead.strip() != "-":
        return None
    return Fix((Edit(start, start, f"{lead}{PLACEHOLDER}{form.source.newline}"),), unsafe=True)


@FORM.runs(
    Rule(
        id="body/render-language",
        severity=INFO,
        grade="LIVE",
        summary="`render` names no language that GitHub highlights",
        source=SCHEMA_PAGE,
        why=(
            "`render` makes a code block of the answer. A name that GitHub's Linguist doesn't "
            "know gives no colours."
        ),
        evidence=("syntax-for-githubs-form-schema",),
        wrong=form_with(
            "  - type: textarea\n    attributes:\n      label: Log\n      render: bashh\n"
        ),
        right=form_with(
            "  - type: textarea\n    attributes:\n      label: Log\n      render: bash\n"
        ),
    )
)
def render_language(form: FormView) -> Iterator[Problem]:
    """Find `render` values that no language of GitHub's Linguist is called."""
    for element, entry in _with_attribute(form, "render", "textarea"):
        word = text_of(entry.value)
        if word is None:
            continue
        folded = word.lower().replace(" ", "-")
        if not _is_language(folded):
            message = f"{element.name}: `{word}` is no language that GitHub highlights"
            yield at(entry.value, message, hint=_language_hint(folded))


def _is_language(word: str) -> bool:
    if word in COMMON_LANGUAGES:
        return True
    from issue_scaffold.validate.rules.linguist import LANGUAGES

    return word in LANGUAGES


@cache
def _language_hint(word: str) -> str:
    from issue_scaffold.validate.rules.linguist import LANGUAGES

    guess = closest(word, sorted(LANGUAGES))
    if guess:
        return f"did you mean `{guess}`?"
    return "the answer is still put in a code block, without colours"


@FORM.runs(
    Rule(
        id="body/upload-extension",
        severity=ERROR,
        grade="ERR",
        fix="safe",
        summary="`accept` lists what GitHub doesn't take",
        source=SCHEMA_PAGE,
        why=(
            "`accept` lists extensions that GitHub takes as attachments. For any other GitHub "
            "refuses the whole form, with `contains invalid file extensions`; `.tar.gz` is one of "
            "those, and `.gz` does for it."
        ),
        evidence=(
            "syntax-for-githubs-form-schema",
            "MegaMek/megameklab#2303",
            "AstrBotDevs/AstrBot#9544",
        ),
        wrong=form_with(
            "  - type: upload\n"
            "    attributes:\n"
            "      label: Logs\n"
            "    validations:\n"
            "      accept: .zip,.tar.gz\n"
        ),
        right=form_with(
            "  - type: upload\n"
            "    attributes:\n"
            "      label: Logs\n"
            "    validations:\n"
            "      accept: .zip,.gz\n"
        ),
    )
)
def upload_extension(form: FormView) -> Iterator[Problem]:
    """Find file extensions in `accept` that GitHub doesn't take."""
    for element in form.elements:
        node = mapping_of(element.validations).get("accept")
        if element.type == "upload" and isinstance(node, Scalar):
            yield from _accept(form, element, node)


def _accept(form: FormView, element: ElementView, node: Scalar) -> Iterator[Problem]:
    words = [word.strip() for word in node.value.split(",")]
    wrong = [word for word in words if word and word.lower() not in UPLOADS]
    if not wrong:
        return
    hint, fix = f"GitHub takes {listing(sorted(UPLOADS))}", None
    if wrong == [".tar.gz"]:
        fix = _accept_fix(form, node, words)
    if fix:
        hint = "write `.gz`, which covers it"
    message = f"{element.name}: GitHub doesn't take {listing(wrong)}, and refuses the form"
    yield at(node, message, hint=hint, fix=fix)


def _accept_fix(form: FormView, node: Scalar, words: list[str]) -> Fix | None:
    raw = form.source.text[node.start : node.end]
    if "\n" in raw:
        return None
    if ".gz" in words:
        kept = ",".join(word for word in words if word != ".tar.gz")
        return Fix((Edit(node.start, node.end, node.style + kept + node.style),))
    return Fix((Edit(node.start, node.end, raw.replace(".tar.gz", ".gz")),))
