"""Rules about an issue form as a whole: its top-level keys, and what its elements must not share.

Sources: GitHub's "Syntax for issue forms" and "Common validation errors when creating issue forms";
shapes that GitHub tolerates in used repositories are left alone.
"""

from collections.abc import Iterable, Iterator

from issue_scaffold.forge.document import Document, Problem, at, shown
from issue_scaffold.forge.issue_form import (
    BOOLEAN_WORDS,
    FormView,
    listed_texts,
    string_entries,
    text_of,
)
from issue_scaffold.report.finding import Severity
from issue_scaffold.text.edits import Fix
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar, Sequence, resolve, type_name
from issue_scaffold.text.wording import closest, count, listing
from issue_scaffold.validate.rules.body_places import (
    has_body,
    has_nested_body,
    holds_elements,
    with_a_dash,
)
from issue_scaffold.validate.rules.examples import BODY, GOOD_FORM, HEAD, form_file, form_with
from issue_scaffold.validate.rules.form_fixes import (
    SHORTEST_NAME,
    add_top_key,
    name_from_path,
    quote_items,
    remove,
    rename,
)
from issue_scaffold.validate.rules.key_places import Level, MisplacedKey, misplaced_key
from issue_scaffold.validate.rules.nodes import (
    is_empty,
    is_null,
    is_text,
    is_text_or_null,
    item_or_key,
    quoted_value,
    unknown_key,
    value_or_key,
    what_it_is,
)
from issue_scaffold.validate.rules.rule import (
    CHOOSER_PAGE,
    ERROR,
    ERRORS_PAGE,
    FORMS_PAGE,
    WARNING,
    Rule,
)
from issue_scaffold.validate.rules.stages import FORM, FORM_FILE

MOST_STRANGERS = 100
# "within 3 and 200 character", of forms and Markdown templates, but not of contact links.
DESCRIPTION_LENGTHS = range(3, 201)
LEGACY_KEYS = {"about": "description", "issue_body": "", "inputs": "body"}


@FORM.runs(
    Rule(
        id="form/missing-key",
        severity=ERROR,
        grade="DOC",
        fix="unsafe",
        summary="`name`, `description` or `body` is missing",
        source=ERRORS_PAGE,
        why=(
            "A form needs `name`, `description` and `body`; without one of them it is left out of "
            "the chooser. With `--unsafe-fixes` a name is made of the file's name."
        ),
        evidence=(
            "common-validation-errors: required top level key is missing",
            "kimai/kimai#3755",
        ),
        wrong=form_file(f"name: Bug report\n{BODY}"),
        right=form_file(GOOD_FORM),
    )
)
def missing_key(form: FormView) -> Iterator[Problem]:
    """Find required top-level keys that are absent, unless another one stands for them."""
    stand_ins = _stand_ins(form)
    for key in ("name", "description", "body"):
        if form.root.find(key) is None and key not in stand_ins:
            says = "GitHub leaves the form out of the chooser"
            if key == "body" and form.document.forge.page is None:
                says = "GitHub says `Body cannot be empty`"
            message = f"required top-level key `{key}` is missing"
            hint = f"add `{key}:`; without it {says}"
            first = form.root.entries[0].key
            yield at(first, message, hint=hint, fix=_missing_key_fix(form, key))


def _stand_ins(form: FormView) -> set[str]:
    """Return the keys of which another rule speaks already, or that the forge doesn't need."""
    present = form.root.keys()
    strangers = [key for key in present if key not in form.keys.form][:MOST_STRANGERS]
    stand_ins = {closest(key, form.keys.form) or "" for key in strangers}
    stand_ins |= {LEGACY_KEYS.get(key, "") for key in present}
    if form.keys.about_is_description and "about" in present:
        stand_ins.add("description")
    if form.document.separators or has_nested_body(form):
        stand_ins.add("body")
    return stand_ins


def _missing_key_fix(form: FormView, key: str) -> Fix | None:
    guess = name_from_path(form.source.path) or text_of(form.top("name"))
    if key == "body" or guess is None:
        return None
    return add_top_key(form.source, form.root, key, guess)


@FORM_FILE.runs(missing_key)
def no_mapping(document: Document) -> Iterator[Problem]:
    """Find forms that are empty, or no mapping at all."""
    root = document.mapping
    # Where a second document begins, that rule says what became of the rest.
    if document.separators or (root is not None and root.entries):
        return
    what = "no mapping of keys to values"
    if document.root is None:
        what = "empty"
    end = document.source.line_end(0)
    hint = "a form needs `name`, `description` and `body`"
    yield Problem(0, end, f"the form is {what}", hint)


@FORM.runs(
    Rule(
        id="form/unpermitted-key",
        severity=ERROR,
        grade="DOC",
        fix="safe or unsafe",
        summary="a top-level key that GitHub doesn't know",
        source=ERRORS_PAGE,
        reveals="others",
        why=(
            "GitHub refuses a form with a top-level key that it doesn't know. `about` belongs to "
            "Markdown templates and is renamed; other keys are renamed or removed with "
            "`--unsafe-fixes`."
        ),
        evidence=(
            "common-validation-errors: `input` is not a permitted key",
            "vectordotdev/vector#11403",
        ),
        wrong=form_file(f"name: Bug report\nabout: Something is broken\n{BODY}"),
        right=form_file(GOOD_FORM),
    )
)
def unpermitted_key(form: FormView) -> Iterator[Problem]:
    """Find top-level keys that GitHub doesn't know."""
    known = form.keys.form
    for key, entry in string_entries(form.root):
        if key in known or key in BOOLEAN_WORDS:
            continue
        message = f"`{key}` is not a permitted key"
        if key == "about":
            yield _about(form, entry, message)
            continue
        above = [other for other in form.elements if other.node.start < entry.key.start]
        stray = MisplacedKey(form, next(reversed(above), None), Level.FORM, form.root, entry)
        place = "allowed at the top"
        yield misplaced_key(stray, message) or unknown_key(
            form.source, form.root, entry, message, known=known, place=place
        )


def _about(form: FormView, entry: Entry, message: str) -> Problem:
    if form.root.find("description") is None:
        hint = "issue forms call it `description`; `about` is for Markdown templates"
        fix = None
        if is_text(entry.value):
            fix = rename(entry, "description")
        return at(entry.key, message, hint=hint, fix=fix)
    fix = remove(form.source, form.root, entry, unsafe=True)
    return at(entry.key, message, hint="remove it: there is a `description` too", fix=fix)


@FORM.runs(
    Rule(
        id="form/forbidden-key",
        severity=ERROR,
        grade="DOC",
        fix="safe",
        summary="a key that YAML reads as a boolean",
        source=ERRORS_PAGE,
        why=(
            "YAML 1.1 reads `y`, `yes`, `n`, `no`, `true`, `false`, `on` and `off` as booleans, "
            "so GitHub forbids them as keys. The fix removes an entry that says nothing."
        ),
        evidence=("common-validation-errors: forbidden keys",),
        wrong=form_file(f"{HEAD}on:\n{BODY}"),
        right=form_file(GOOD_FORM),
    )
)
def forbidden_key(form: FormView) -> Iterator[Problem]:
    """Find keys that YAML reads as `true` or `false`, anywhere in the form."""
    for mapping, keys in _mappings(form):
        if BOOLEAN_WORDS.isdisjoint(keys):
            continue
        for key, entry in string_entries(mapping):
            if key in BOOLEAN_WORDS:
                message = f"`{key}` is a forbidden key: YAML reads it as a boolean"
                hint = (
                    f"remove it: GitHub forbids {key!r} and all other words that YAML reads as a "
                    "boolean as keys"
                )
                fix = remove(form.source, mapping, entry)
                yield at(entry.key, message, hint=hint, fix=fix)


def _mappings(form: FormView) -> Iterator[tuple[Mapping, Iterable[str]]]:
    """Yield what a form and its elements are made of, each with its keys."""
    yield form.root, form.root.keys()
    for element in form.elements:
        yield element.node, element.entries
        if element.attributes is not None:
            yield element.attributes, element.given
        if element.validations is not None:
            yield element.validations, element.validations.keys()


@FORM.runs(
    Rule(
        id="form/not-a-string",
        severity=ERROR,
        grade="DOC",
        fix="safe",
        summary="`name`, `description`, `title` or `type` isn't text",
        source=ERRORS_PAGE,
        why=(
            "`name`, `description`, `title` and `type` must be text, and not blank. An empty "
            "`title` or `type` is removed, a boolean or number is put in quotes."
        ),
        evidence=(
            "common-validation-errors: `key` must be a string",
            "sfbrigade/support-sfusd#192",
            "UCL-ARC/python-tooling#306",
        ),
        wrong=form_file(f'{HEAD}title: ""\n{BODY}'),
        right=form_file(GOOD_FORM),
    )
)
def not_a_string(form: FormView) -> Iterator[Problem]:
    """Find `name`, `description`, `title` and `type` that aren't text, or are blank."""
    for key in ("name", "description", "title", "type"):
        entry = form.root.find(key)
        if entry is None or is_text(entry.value):
            continue
        is_optional = key in {"title", "type"}
        if _takes_scalar(form, entry.value) and (is_optional or text_of(entry.value)):
            continue
        message = f"`{key}` is {what_it_is(entry.value)}, and must be text"
        hint = _text_hint(form, entry, is_optional=is_optional)
        fix = None
        if is_optional and text_of(entry.value) is None:
            fix = remove(form.source, form.root, entry)
        fix = fix or quoted_value(form.source, entry.value)
        yield at(value_or_key(entry), message, hint=hint, fix=fix)


def _text_hint(form: FormView, entry: Entry, *, is_optional: bool) -> str:
    value = resolve(entry.value)
    if isinstance(value, Mapping):
        return "put the text in quotes: unquoted, its `:` or `{` makes a mapping of it"
    if isinstance(value, Sequence):
        return "put the text in quotes: unquoted, its `[` or `-` makes a list of it"
    rest = form.source.text[entry.key.end : form.source.line_end(entry.key.end)]
    if is_null(value) and "#" in rest:
        return "`#` begins a comment: put the text in quotes"
    if not is_text_or_null(value):
        return "put it in quotes"
    if is_optional:
        return f"leave `{text_of(entry.key)}` out, or give it some text"
    return "give it some text"


@FORM.runs(
    Rule(
        id="form/name-length",
        severity=ERROR,
        grade="DOC",
        summary="the name is too short for the chooser",
        source=CHOOSER_PAGE,
        why=(
            "GitHub asks for names of more than three characters. Three are only a warning, "
            "because forms called `Bug` are in use; so are fewer in scripts in which two "
            "characters are a word."
        ),
        evidence=(
            "configuring-issue-templates",
            "vectordotdev/vector",
        ),
        lived=(
            "vectordotdev/vector and others, `name: Bug`: in use, so three characters are a warning"
        ),
        wrong=form_file(f"name: QA\ndescription: Something is broken\n{BODY}"),
        right=form_file(GOOD_FORM),
    )
)
def name_length(form: FormView) -> Iterator[Problem]:
    """Find names that are too short for the chooser; three letters live in used repositories."""
    yield from short_name(form.top("name"))


def short_name(node: Node | None) -> Iterator[Problem]:
    """Judge a template's name by its length, for forms and Markdown templates alike."""
    name = text_of(node)
    if node is None or name is None or not _is_any_text(node):
        return
    severity = judge_name(name)
    if severity is not None:
        size = count(len(name), "character")
        message = f"name `{name}` has {size}; GitHub asks for more than {SHORTEST_NAME}"
        yield at(node, message, hint="use a longer name", severity=severity)


def judge_name(name: str) -> Severity | None:
    """Return how bad it is that a template's name is so short, or None if it isn't."""
    if len(name) > SHORTEST_NAME:
        return None
    # Two Chinese characters say as much as a Latin word, and nobody has seen such a name refused.
    if len(name) < SHORTEST_NAME and name.isascii():
        return Severity.ERROR
    return Severity.WARNING


@FORM.runs(
    Rule(
        id="form/description-length",
        severity=ERROR,
        grade="ERR",
        summary="the description has fewer than 3 or more than 200 characters",
        source=CHOOSER_PAGE,
        why=(
            "GitHub wants descriptions of 3 to 200 characters, and leaves a form with any other "
            "out of the chooser without a word. The longest description of 210 forms in use has "
            "163."
        ),
        evidence=(
            "DataDog/datadog-agent#44754: within 3 and 200 character",
            "flashinfer-ai/flashinfer#4100",
            "MegaMek/megameklab#2303",
        ),
        wrong=form_file(
            f"name: Bug report\ndescription: {' '.join(['Something broke.'] * 12)}\n{BODY}"
        ),
        right=form_file(GOOD_FORM),
    )
)
def description_length(form: FormView) -> Iterator[Problem]:
    """Find descriptions that are too short or too long for the chooser."""
    yield from wrong_length("description", form.top("description"))


def wrong_length(key: str, node: Node | None) -> Iterator[Problem]:
    """Judge how long the text is that stands below a name in the chooser."""
    text = text_of(node)
    if node is None or text is None or not _is_any_text(node):
        return
    size = len(text)
    if size in DESCRIPTION_LENGTHS:
        return
    least, most = DESCRIPTION_LENGTHS[0], DESCRIPTION_LENGTHS[-1]
    message = f"`{key}` has {count(size, 'character')}; GitHub wants {least} to {most}"
    hint = "say more; GitHub leaves the template out of the chooser otherwise"
    if size > most:
        hint = f"cut {size - most} of them; GitHub leaves the template out of the chooser otherwise"
    yield at(node, message, hint=hint)


@FORM.runs(
    Rule(
        id="form/labels-type",
        severity=ERROR,
        grade="DOC",
        fix="safe",
        summary="`labels` is neither text nor a list of texts",
        source=FORMS_PAGE,
        reveals="others",
        why=(
            "`labels` is a list of texts, or one text with commas. Empty text is refused; an "
            "entry with an unquoted colon is a mapping. An empty list is fine."
        ),
        evidence=(
            "microsoft/terminal#9961",
            "coreruleset/coreruleset#4083",
        ),
        wrong=form_file(f"{HEAD}labels:\n  - kind: bug\n{BODY}"),
        right=form_file(f'{HEAD}labels:\n  - "bug"\n{BODY}'),
    )
)
def labels_type(form: FormView) -> Iterator[Problem]:
    """Find `labels` that are neither text nor a list of texts."""
    yield from _texts(form, "labels")


@FORM.runs(
    Rule(
        id="form/assignees-type",
        severity=ERROR,
        grade="ERR",
        fix="safe",
        summary="`assignees` is neither text nor a list of texts",
        source=FORMS_PAGE,
        reveals="others",
        why=(
            "`assignees` is a list of texts, or one text with commas. The empty text that "
            "GitHub's own builder writes into Markdown templates is refused in a form; the fix "
            "removes it."
        ),
        evidence=("ossf/security-insights#109",),
        wrong=form_file(f"{HEAD}assignees: ''\n{BODY}"),
        right=form_file(f"{HEAD}assignees: [octocat]\n{BODY}"),
    )
)
def assignees_type(form: FormView) -> Iterator[Problem]:
    """Find `assignees` that are neither text nor a list of texts."""
    yield from _texts(form, "assignees")


def _texts(form: FormView, key: str) -> Iterator[Problem]:
    entry = form.root.find(key)
    if entry is None or is_text(entry.value):
        return
    value = resolve(entry.value)
    if _takes_scalar(form, value):
        return
    if isinstance(value, Sequence):
        for item in value.items:
            if not _is_any_text(item) and not _takes_scalar(form, item):
                yield _wrong_item(form, key, item, entry)
        return
    message = f"`{key}` is {what_it_is(value)}, and must be text or a list of texts"
    hint = "write a list, or names separated by commas"
    fix = _quoted(form, value)
    if is_empty(value):
        hint = f"leave `{key}` out, or name some"
        fix = remove(form.source, form.root, entry)
    severity = WARNING if is_null(value) else None
    yield at(value_or_key(entry), message, hint=hint, fix=fix, severity=severity)


def _quoted(form: FormView, value: Node) -> Fix | None:
    """Return the fix that makes a text of a value; None for keys, which may be meant as such."""
    if isinstance(value, Mapping):
        return None
    return quote_items(form.source, [value])


def _takes_scalar(form: FormView, node: Node) -> bool:
    """Tell whether the forge takes a value for text, whatever it is else."""
    return form.keys.takes_scalars and isinstance(resolve(node), Scalar)


def _is_any_text(item: Node) -> bool:
    node = resolve(item)
    return isinstance(node, Scalar) and node.is_text


def _wrong_item(form: FormView, key: str, item: Node, entry: Entry) -> Problem:
    node = resolve(item)
    message = f"an entry of `{key}` is {what_it_is(node)}, and must be text"
    hint, severity = "put it in quotes", None
    if is_null(node):
        hint, severity = "remove the line", WARNING
    elif isinstance(node, Mapping):
        hint = "put it in quotes: unquoted, its `:` makes a mapping of it"
    fix = quote_items(form.source, [node])
    return at(item_or_key(item, entry), message, hint=hint, fix=fix, severity=severity)


@FORM.runs(
    Rule(
        id="form/projects-format",
        severity=WARNING,
        grade="DOC",
        summary="a project isn't written `OWNER/NUMBER`",
        source=FORMS_PAGE,
        why="Projects are named `OWNER/NUMBER`; GitHub ignores anything else without a word.",
        evidence=(
            "syntax-for-issue-forms",
            "json-schema-org/website#443",
        ),
        wrong=form_file(f'{HEAD}projects: ["Roadmap"]\n{BODY}'),
        right=form_file(f'{HEAD}projects: ["octo-org/1"]\n{BODY}'),
    )
)
def projects_format(form: FormView) -> Iterator[Problem]:
    """Find projects that aren't written `OWNER/NUMBER`, which GitHub ignores."""
    entry = form.root.find("projects")
    if entry is None:
        return
    texts = listed_texts(entry.value)
    if not _are_all_texts(entry.value, texts):
        message = "`projects` must be text or a list of texts"
        yield at(value_or_key(entry), message, hint="write `OWNER/NUMBER`")
    for text in texts:
        owner, _, number = text.value.partition("/")
        if not owner.strip() or not number.strip().isdigit():
            hint = "write `OWNER/NUMBER`, as in the project's address; GitHub ignores anything else"
            yield at(text, f"project {shown(text)} is not `OWNER/NUMBER`", hint=hint)


def _are_all_texts(node: Node, texts: list[Scalar]) -> bool:
    value = resolve(node)
    if isinstance(value, Sequence):
        return len(value.items) == len(texts)
    return bool(texts)


@FORM.runs(
    Rule(
        id="form/body-empty",
        severity=ERROR,
        grade="DOC",
        summary="`body` has no elements",
        source=ERRORS_PAGE,
        why="A form without elements is refused.",
        evidence=("common-validation-errors: Body cannot be empty",),
        wrong=form_file(f"{HEAD}body: []\n"),
        right=form_file(GOOD_FORM),
    )
)
def body_empty(form: FormView) -> Iterator[Problem]:
    """Find a `body` without elements."""
    entry = form.root.find("body")
    if entry is None or form.document.separators:
        return
    value = resolve(entry.value)
    if isinstance(value, Sequence):
        is_nothing = not value.items
    else:
        is_nothing = isinstance(value, Scalar) and text_of(value) is None
    if is_nothing:
        kinds = listing(["input", "textarea", "dropdown"])
        hint = f"add an element: a list entry with a `type`, one of {kinds} say"
        yield at(value_or_key(entry), "`body` is empty", hint=hint)


@FORM.runs(
    Rule(
        id="form/body-type",
        severity=ERROR,
        grade="DOC",
        fix="safe",
        summary="`body` isn't a list of mappings",
        source=FORMS_PAGE,
        reveals="others",
        why=(
            "`body` is a list, and each of its entries a mapping with a `type`. The fix gives a "
            "single element its dash."
        ),
        evidence=("syntax-for-issue-forms",),
        wrong=form_file(f"{HEAD}body:\n  type: input\n  attributes:\n    label: Version\n"),
        right=form_file(GOOD_FORM),
    )
)
def body_type(form: FormView) -> Iterator[Problem]:
    """Find a `body` that is no list, and elements that are no mappings."""
    entry = form.root.find("body")
    if entry is None:
        return
    value = resolve(entry.value)
    if isinstance(value, Sequence):
        for index, item in enumerate(value.items):
            if not isinstance(resolve(item), Mapping) and not holds_elements(item):
                message = f"body[{index}] is {type_name(item)}, and must be a mapping"
                hint = "write `- type: …` with its `attributes:` below"
                yield at(item_or_key(item, entry), message, hint=hint)
    elif isinstance(value, Mapping) and has_body(value):
        yield from _beside_a_body(form, value)
    elif isinstance(value, Mapping) or text_of(value) is not None:
        message = f"`body` is {type_name(value)}, and must be a list of elements"
        fix = with_a_dash(form)
        yield at(entry.key, message, hint="begin each element with `- type:`", fix=fix)


def _beside_a_body(form: FormView, body: Mapping) -> Iterator[Problem]:
    """Find keys of the form in a body that has another one in it, of which a rule speaks."""
    for key, entry in string_entries(body):
        stray = MisplacedKey(form, None, Level.BODY, body, entry)
        problem = misplaced_key(stray, f"`{key}` stands in `body`, which is a list of elements")
        if problem is not None:
            yield problem


@FORM.runs(
    Rule(
        id="form/only-markdown",
        severity=ERROR,
        grade="DOC",
        summary="the form asks for nothing",
        source=ERRORS_PAGE,
        why="A form must ask for something: markdown elements alone are refused.",
        evidence=(
            "common-validation-errors: Body must contain at least one non-markdown field",
            "xarray-contrib/xwrf#32",
        ),
        wrong=form_with("  - type: markdown\n    attributes:\n      value: Thank you.\n"),
        right=form_with(
            "  - type: markdown\n"
            "    attributes:\n"
            "      value: Thank you.\n"
            "  - type: input\n"
            "    attributes:\n"
            "      label: Version\n"
        ),
    )
)
def only_markdown(form: FormView) -> Iterator[Problem]:
    """Find forms that ask for nothing."""
    entry, value = form.root.find("body"), form.body
    if entry is None or not isinstance(value, Sequence) or not value.items:
        return
    are_known = len(form.elements) == len(value.items)
    if are_known and all(element.type == "markdown" for element in form.elements):
        message = "the form has no field to fill in: all its elements are markdown"
        kinds = listing(["input", "textarea", "dropdown", "checkboxes", "upload"])
        yield at(entry.key, message, hint=f"add one of {kinds}")
