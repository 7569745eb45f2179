"""Explanations of the rules about an issue form as a whole."""

from typing import Final

from issue_scaffold.validate.rules.explain.base import BODY, FORM, HEAD, element, form

_ERRORS: Final = "common-validation-errors"
_INPUT: Final = "  - type: input\n"

FORMS: Final = (
    form(
        "form/missing-key",
        "A form needs `name`, `description` and `body`; without one of them it is left out of the chooser. With "
        "`--unsafe-fixes` a name is made of the file's name.",
        (f"{_ERRORS}: required top level key is missing", "kimai/kimai#3755"),
        f"name: Bug report\n{BODY}",
        FORM,
    ),
    form(
        "form/unpermitted-key",
        "GitHub refuses a form with a top-level key that it doesn't know. `about` belongs to Markdown templates and is "
        "renamed; other keys are renamed or removed with `--unsafe-fixes`.",
        (f"{_ERRORS}: `input` is not a permitted key", "vectordotdev/vector#11403"),
        f"name: Bug report\nabout: Something is broken\n{BODY}",
        FORM,
    ),
    form(
        "form/forbidden-key",
        "YAML 1.1 reads `y`, `yes`, `n`, `no`, `true`, `false`, `on` and `off` as booleans, so GitHub forbids them as "
        "keys. The fix removes the entry.",
        (f"{_ERRORS}: forbidden keys",),
        f"{HEAD}on: [push]\n{BODY}",
        FORM,
    ),
    form(
        "form/not-a-string",
        "`name`, `description`, `title` and `type` must be text, and not blank. An empty `title` or `type` is removed, "
        "a boolean or number is put in quotes.",
        (
            f"{_ERRORS}: `key` must be a string",
            "sfbrigade/support-sfusd#192",
            "UCL-ARC/python-tooling#306",
        ),
        f'{HEAD}title: ""\n{BODY}',
        FORM,
    ),
    form(
        "form/name-length",
        "GitHub asks for names of more than three characters. Three are only a warning, because forms called "
        "`Bug` are in "
        "use; so are fewer in scripts in which two characters are a word.",
        ("configuring-issue-templates", "vectordotdev/vector"),
        f"name: QA\ndescription: Something is broken\n{BODY}",
        FORM,
    ),
    form(
        "form/labels-type",
        "`labels` is a list of texts, or one text with commas. Empty text is refused; an entry with an unquoted "
        "colon is "
        "a mapping. An empty list is fine.",
        ("microsoft/terminal#9961", "coreruleset/coreruleset#4083"),
        f"{HEAD}labels:\n  - kind: bug\n{BODY}",
        f'{HEAD}labels:\n  - "bug"\n{BODY}',
    ),
    form(
        "form/assignees-type",
        "`assignees` is a list of texts, or one text with commas. The empty text that GitHub's own builder writes into "
        "Markdown templates is refused in a form; the fix removes it.",
        ("ossf/security-insights#109",),
        f"{HEAD}assignees: ''\n{BODY}",
        f"{HEAD}assignees: [octocat]\n{BODY}",
    ),
    form(
        "form/projects-format",
        "Projects are named `OWNER/NUMBER`; GitHub ignores anything else without a word.",
        ("syntax-for-issue-forms", "json-schema-org/website#443"),
        f'{HEAD}projects: ["Roadmap"]\n{BODY}',
        f'{HEAD}projects: ["octo-org/1"]\n{BODY}',
    ),
    form(
        "form/body-empty",
        "A form without elements is refused.",
        (f"{_ERRORS}: Body cannot be empty",),
        f"{HEAD}body: []\n",
        FORM,
    ),
    form(
        "form/body-type",
        "`body` is a list, and each of its entries a mapping with a `type`.",
        ("syntax-for-issue-forms",),
        f"{HEAD}body:\n  type: input\n  attributes:\n    label: Version\n",
        FORM,
    ),
    element(
        "form/only-markdown",
        "A form must ask for something: markdown elements alone are refused.",
        (f"{_ERRORS}: Body must contain at least one non-markdown field", "xarray-contrib/xwrf#32"),
        "  - type: markdown\n    attributes:\n      value: Thank you.\n",
        f"  - type: markdown\n    attributes:\n      value: Thank you.\n{_INPUT}    attributes:\n"
        f"      label: Version\n",
    ),
    element(
        "form/duplicate-id",
        "Ids must be unique within a form. With `--unsafe-fixes` the later one gets a number.",
        (f"{_ERRORS}: Body must have unique ids",),
        f"{_INPUT}    id: version\n    attributes:\n      label: Version\n"
        f"{_INPUT}    id: version\n    attributes:\n      label: Release\n",
        f"{_INPUT}    id: version\n    attributes:\n      label: Version\n"
        f"{_INPUT}    id: release\n    attributes:\n      label: Release\n",
    ),
    element(
        "form/duplicate-label",
        "Two fields may have the same label only if an id tells them apart. With `--unsafe-fixes` the later one "
        "gets an "
        "id.",
        (f"{_ERRORS}: Body must have unique labels",),
        f"{_INPUT}    attributes:\n      label: Version\n{_INPUT}    attributes:\n      label: Version\n",
        f"{_INPUT}    attributes:\n      label: Version\n{_INPUT}    id: other\n    attributes:\n"
        f"      label: Version\n",
    ),
    element(
        "form/similar-labels",
        "For want of an id GitHub makes one of the label: lower case, everything but letters and digits as "
        "dashes. These "
        "must not be equal to each other or to an id. Labels in other scripts than Latin are left alone.",
        (f"{_ERRORS}: Labels are too similar",),
        f"{_INPUT}    attributes:\n      label: Version\n{_INPUT}    attributes:\n      label: Version?\n",
        f"{_INPUT}    attributes:\n      label: Version\n{_INPUT}    attributes:\n      label: Which release?\n",
    ),
    element(
        "form/checkbox-label",
        "The options of one checkboxes element must differ from each other, and from the labels of fields without id.",
        (f"{_ERRORS}: Checkboxes must have unique labels", "Shopify/vscode-ruby-lsp#559"),
        "  - type: checkboxes\n    attributes:\n      label: Checks\n      options:\n"
        "        - label: I have searched\n        - label: I have searched\n",
        "  - type: checkboxes\n    attributes:\n      label: Checks\n      options:\n"
        "        - label: I have searched\n        - label: I have read the docs\n",
    ),
)
