"""The registry: every rule, one row each, and the runs of them over one subject.

A row says what the rule is called, how bad a breach is, whether it can be mended, where it comes from, and which
function finds it. Longer words and examples live in `explain/`, so that validating doesn't load them.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final, Generic, NamedTuple, TypeVar

from issue_scaffold.forge.document import Document, Problem
from issue_scaffold.forge.issue_form import FormView
from issue_scaffold.labels.config import LabelsConfig
from issue_scaffold.report.finding import Severity
from issue_scaffold.validate.rules import (
    body,
    choices,
    chooser,
    cross,
    files,
    form,
    labels,
    template,
    text,
    unique,
    yaml,
)
from issue_scaffold.validate.rules.cross import Repository

# A finding links to the page of GitHub's documentation that its rule comes from. Where there is none, it names the
# command that explains the rule: that is what everybody has who sees the finding; nobody serves this project's pages.
EXPLAIN: Final = "scaffold rules"
_GITHUB: Final = "https://docs.github.com/en"
_TEMPLATES: Final = (
    f"{_GITHUB}/communities/using-templates-to-encourage-useful-issues-and-pull-requests"
)
ERRORS: Final = f"{_TEMPLATES}/common-validation-errors-when-creating-issue-forms"
FORMS: Final = f"{_TEMPLATES}/syntax-for-issue-forms"
SCHEMA: Final = f"{_TEMPLATES}/syntax-for-githubs-form-schema"
CHOOSER: Final = f"{_TEMPLATES}/configuring-issue-templates-for-your-repository"
ABOUT: Final = f"{_TEMPLATES}/about-issue-and-pull-request-templates"
SINGLE: Final = f"{_TEMPLATES}/manually-creating-a-single-issue-template-for-your-repository"
LABELS_API: Final = f"{_GITHUB}/rest/issues/labels"
LABELS: Final = f"{_GITHUB}/issues/using-labels-and-milestones-to-track-work/managing-labels"

E, W, NOTE = Severity.ERROR, Severity.WARNING, Severity.INFO
SAFE, UNSAFE, MIXED, NO = "safe", "unsafe", "safe or unsafe", ""

MOST_PROBLEMS: Final = 100
T = TypeVar("T")


class Rule(NamedTuple, Generic[T]):
    """One rule. `fix` is safe, unsafe, both, or empty; `source` an address, empty where only threads tell of it.

    `check` is None for what shows while a file is read.
    """

    id: str
    severity: Severity
    fix: str
    summary: str
    source: str
    check: Callable[[T], Iterator[Problem]] | None = None

    @property
    def url(self) -> str:
        """Where a reader finds more: an address that exists, or a command."""
        return self.source or f"{EXPLAIN} {self.id}"


READING: Final[tuple[Rule[Any], ...]] = (
    Rule("yaml/syntax", E, MIXED, "the file is not YAML", ""),
    Rule("yaml/encoding", E, SAFE, "the file is not UTF-8, or begins with a byte order mark", ""),
    Rule(
        "yaml/limits",
        E,
        NO,
        "the file is nested too deeply, too large, or no regular file of the repository",
        "",
    ),
    Rule(
        "template/front-matter-syntax",
        E,
        MIXED,
        "the front matter is not YAML, or is never closed",
        CHOOSER,
    ),
)
ANY: Final[tuple[Rule[Document], ...]] = (
    Rule(
        "text/broken-emoji", W, SAFE, "text went through a wrong code page", "", text.broken_emoji
    ),
    Rule(
        "files/config-name",
        E,
        SAFE,
        "the chooser's settings are not called `config.yml`",
        CHOOSER,
        files.config_name,
    ),
    Rule(
        "files/not-picked-up",
        W,
        NO,
        "GitHub never reads a file in the template folder",
        ABOUT,
        files.not_picked_up,
    ),
    Rule(
        "files/legacy-template",
        NOTE,
        NO,
        "a single template of the old kind",
        SINGLE,
        files.legacy_template,
    ),
)
YAML: Final[tuple[Rule[Document], ...]] = (
    Rule(
        "yaml/multiple-documents",
        E,
        SAFE,
        "a second `---` begins a document that isn't read",
        ERRORS,
        yaml.multiple_documents,
    ),
    Rule(
        "yaml/duplicate-key",
        E,
        NO,
        "a key is there twice, and the last one wins",
        "",
        yaml.duplicate_key,
    ),
    Rule(
        "yaml/alias",
        W,
        SAFE,
        "anchors and aliases, for which GitHub has refused forms",
        "",
        yaml.alias,
    ),
    Rule(
        "yaml/implicit-type",
        W,
        SAFE,
        "YAML reads a value as something else than text",
        FORMS,
        yaml.implicit_type,
    ),
)
FORM: Final[tuple[Rule[FormView], ...]] = (
    Rule(
        "form/missing-key",
        E,
        UNSAFE,
        "`name`, `description` or `body` is missing",
        ERRORS,
        form.missing_key,
    ),
    Rule(
        "form/unpermitted-key",
        E,
        MIXED,
        "a top-level key that GitHub doesn't know",
        ERRORS,
        form.unpermitted_key,
    ),
    Rule(
        "form/forbidden-key",
        E,
        SAFE,
        "a key that YAML reads as a boolean",
        ERRORS,
        form.forbidden_key,
    ),
    Rule(
        "form/not-a-string",
        E,
        SAFE,
        "`name`, `description`, `title` or `type` isn't text",
        ERRORS,
        form.not_a_string,
    ),
    Rule(
        "form/name-length",
        E,
        NO,
        "the name is too short for the chooser",
        CHOOSER,
        form.name_length,
    ),
    Rule(
        "form/labels-type",
        E,
        SAFE,
        "`labels` is neither text nor a list of texts",
        FORMS,
        form.labels_type,
    ),
    Rule(
        "form/assignees-type",
        E,
        SAFE,
        "`assignees` is neither text nor a list of texts",
        FORMS,
        form.assignees_type,
    ),
    Rule(
        "form/projects-format",
        W,
        NO,
        "a project isn't written `OWNER/NUMBER`",
        FORMS,
        form.projects_format,
    ),
    Rule("form/body-empty", E, NO, "`body` has no elements", ERRORS, form.body_empty),
    Rule("form/body-type", E, NO, "`body` isn't a list of mappings", FORMS, form.body_type),
    Rule("form/only-markdown", E, NO, "the form asks for nothing", ERRORS, form.only_markdown),
    Rule(
        "form/duplicate-id", E, UNSAFE, "two elements have the same id", ERRORS, unique.duplicate_id
    ),
    Rule(
        "form/duplicate-label",
        E,
        UNSAFE,
        "two fields without id have the same label",
        ERRORS,
        unique.duplicate_label,
    ),
    Rule(
        "form/similar-labels",
        E,
        UNSAFE,
        "labels or ids that GitHub can't tell apart",
        ERRORS,
        unique.similar_labels,
    ),
    Rule(
        "form/checkbox-label",
        E,
        NO,
        "a checkbox is called like another, or like a field",
        ERRORS,
        unique.checkbox_label,
    ),
    Rule("body/missing-type", E, NO, "an element has no type", ERRORS, body.missing_type),
    Rule(
        "body/unknown-type", E, UNSAFE, "a type that GitHub doesn't know", ERRORS, body.unknown_type
    ),
    Rule(
        "body/missing-attribute",
        E,
        NO,
        "an attribute that the type requires is missing",
        ERRORS,
        body.missing_attribute,
    ),
    Rule(
        "body/unpermitted-key",
        E,
        MIXED,
        "a key that an element can't have",
        ERRORS,
        body.unpermitted_key,
    ),
    Rule(
        "body/unpermitted-attribute",
        E,
        MIXED,
        "an attribute that the type doesn't have",
        ERRORS,
        body.unpermitted_attribute,
    ),
    Rule(
        "body/unpermitted-validation",
        E,
        MIXED,
        "a validation that the type doesn't have",
        SCHEMA,
        body.unpermitted_validation,
    ),
    Rule("body/label-type", E, SAFE, "a label isn't text, or is blank", ERRORS, body.label_type),
    Rule("body/forbidden-word", E, NO, "a label asks for a password", ERRORS, body.forbidden_word),
    Rule(
        "body/id-format",
        E,
        UNSAFE,
        "an id with other signs than letters, digits, `-` and `_`",
        ERRORS,
        body.id_format,
    ),
    Rule(
        "body/id-shadowed",
        NOTE,
        NO,
        "an id that can't be used to prefill the field",
        SCHEMA,
        body.id_shadowed,
    ),
    Rule("body/options-empty", E, NO, "a list of options is empty", SCHEMA, choices.options_empty),
    Rule(
        "body/options-type",
        E,
        UNSAFE,
        "options that are no list, or of the wrong sort",
        SCHEMA,
        choices.options_type,
    ),
    Rule(
        "body/duplicate-option",
        E,
        NO,
        "a dropdown has an option twice",
        ERRORS,
        choices.duplicate_option,
    ),
    Rule(
        "body/boolean-option",
        E,
        SAFE,
        "an option that YAML reads as a boolean",
        ERRORS,
        choices.boolean_option,
    ),
    Rule(
        "body/reserved-option",
        E,
        NO,
        "an option that GitHub uses itself",
        ERRORS,
        choices.reserved_option,
    ),
    Rule(
        "body/default-range",
        E,
        NO,
        "`default` isn't the index of an option",
        SCHEMA,
        choices.default_range,
    ),
    Rule(
        "body/not-a-boolean",
        E,
        UNSAFE,
        "`required` or `multiple` is neither true nor false",
        SCHEMA,
        choices.not_a_boolean,
    ),
    Rule(
        "body/default-required",
        NOTE,
        NO,
        "a required dropdown has a default",
        SCHEMA,
        choices.default_required,
    ),
    Rule(
        "body/preselected-option",
        NOTE,
        UNSAFE,
        "a required dropdown's first option is preselected",
        SCHEMA,
        choices.preselected_option,
    ),
    Rule(
        "body/render-language",
        NOTE,
        NO,
        "`render` names no language that GitHub highlights",
        SCHEMA,
        choices.render_language,
    ),
    Rule(
        "body/upload-extension",
        W,
        SAFE,
        "`accept` lists what GitHub doesn't take",
        SCHEMA,
        choices.upload_extension,
    ),
)
TEMPLATE: Final[tuple[Rule[Document], ...]] = (
    Rule(
        "template/no-front-matter",
        W,
        MIXED,
        "no front matter, or not at the first byte",
        CHOOSER,
        template.no_front_matter,
    ),
    Rule(
        "template/missing-key",
        E,
        UNSAFE,
        "`name` or `about` is missing or empty",
        CHOOSER,
        template.missing_key,
    ),
    Rule(
        "template/name-length",
        E,
        NO,
        "the name is too short for the chooser",
        CHOOSER,
        template.name_length,
    ),
    Rule(
        "template/value-type",
        W,
        SAFE,
        "a front matter value isn't text",
        CHOOSER,
        template.value_type,
    ),
    Rule(
        "template/unpermitted-key",
        W,
        UNSAFE,
        "a front matter key that GitHub doesn't read",
        CHOOSER,
        template.unpermitted_key,
    ),
    Rule(
        "template/trailing-space",
        NOTE,
        SAFE,
        "white space at the end of a front matter line",
        "",
        template.trailing_space,
    ),
)
CHOOSERS: Final[tuple[Rule[Document], ...]] = (
    Rule(
        "chooser/type",
        E,
        MIXED,
        "the chooser, or a value in it, is of the wrong type",
        CHOOSER,
        chooser.value_type,
    ),
    Rule(
        "chooser/missing-key",
        E,
        NO,
        "a contact link lacks `name`, `url` or `about`",
        CHOOSER,
        chooser.missing_key,
    ),
    Rule(
        "chooser/unpermitted-key",
        W,
        SAFE,
        "a key that the chooser doesn't have",
        CHOOSER,
        chooser.unpermitted_key,
    ),
    Rule(
        "chooser/url-scheme",
        E,
        NO,
        "a contact link that isn't http or https",
        CHOOSER,
        chooser.url_scheme,
    ),
)
LABEL_CONFIG: Final[tuple[Rule[LabelsConfig], ...]] = (
    Rule(
        "labels/shape", E, NO, "not a labels config of any known format", LABELS_API, labels.shape
    ),
    Rule(
        "labels/name-length", E, NO, "a name of more than 50 characters", LABELS, labels.name_length
    ),
    Rule(
        "labels/description-length",
        E,
        NO,
        "a description of more than 100 characters",
        LABELS_API,
        labels.description_length,
    ),
    Rule("labels/color", E, SAFE, "a colour isn't six hex digits", LABELS_API, labels.color),
    Rule(
        "labels/color-unquoted",
        E,
        SAFE,
        "YAML reads an unquoted colour as another value",
        "",
        labels.color_unquoted,
    ),
    Rule(
        "labels/duplicate",
        E,
        NO,
        "names or aliases that differ in case at most",
        LABELS_API,
        labels.duplicate,
    ),
    Rule("labels/emoji-only", E, NO, "a name of nothing but emoji", LABELS_API, labels.emoji_only),
    Rule(
        "labels/four-byte-description",
        W,
        NO,
        "an emoji in a description",
        LABELS_API,
        labels.four_byte_description,
    ),
    Rule("labels/comma", W, NO, "a comma in a name", FORMS, labels.comma),
)
CROSS: Final[tuple[Rule[Repository], ...]] = (
    Rule(
        "labels/not-in-config",
        W,
        UNSAFE,
        "a template names a label that no config defines",
        LABELS,
        cross.label_not_in_config,
    ),
    Rule(
        "cross/duplicate-name",
        E,
        NO,
        "two templates have the same name",
        FORMS,
        cross.duplicate_name,
    ),
    Rule(
        "cross/twin-differs", W, NO, "a form and its Markdown twin disagree", "", cross.twin_differs
    ),
    Rule(
        "chooser/security-link",
        NOTE,
        NO,
        "a link doubles GitHub's own security entry",
        CHOOSER,
        cross.security_link,
    ),
    Rule(
        "template/no-front-matter",
        E,
        NO,
        "no front matter beside a chooser",
        CHOOSER,
        cross.frontless_template,
    ),
)
SETTINGS: Final[tuple[Rule[Any], ...]] = (
    Rule("settings/invalid", E, NO, "`.github/scaffold.yml` can't be understood", ""),
    Rule("suppression/no-reason", W, NO, "a suppression doesn't say why", ""),
    Rule("suppression/unused", W, NO, "a suppression that suppresses nothing", ""),
    Rule("suppression/unknown-rule", W, NO, "a suppression names a rule that doesn't exist", ""),
)
GROUPS: Final[tuple[tuple[Rule[Any], ...], ...]] = (
    READING, YAML, FORM, TEMPLATE, CHOOSERS, ANY, LABEL_CONFIG, CROSS[:-1], SETTINGS,
)  # fmt: skip
RULES: Final[dict[str, Rule[Any]]] = {rule.id: rule for group in GROUPS for rule in group}


def run(rules: Iterable[Rule[T]], subject: T) -> Iterator[tuple[Rule[T], Problem]]:
    """Yield what each rule finds in a subject, at most `MOST_PROBLEMS` of a rule: who has so many wants no list."""
    for rule in rules:
        if rule.check is not None:
            found = list(islice(rule.check(subject), MOST_PROBLEMS + 1))
            if len(found) > MOST_PROBLEMS:
                last = found[MOST_PROBLEMS - 1]
                found[MOST_PROBLEMS - 1 :] = [
                    last._replace(message=f"{last.message} (further ones are not listed)")
                ]
            for problem in found:
                yield rule, problem
