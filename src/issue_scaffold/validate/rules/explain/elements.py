"""Explanations of the rules about a form's elements."""

from typing import Final

from issue_scaffold.validate.rules.explain.base import element

_ERRORS: Final = "common-validation-errors"
_SCHEMA: Final = "syntax-for-githubs-form-schema"
_GOOD: Final = "  - type: input\n    id: version\n    attributes:\n      label: Version\n"
_SELECT: Final = "  - type: dropdown\n    attributes:\n      label: Browser\n"
_OPTIONS: Final = f"{_SELECT}      options:\n        - Firefox\n        - Chrome\n"
_CHECKS: Final = "  - type: checkboxes\n    attributes:\n      label: Checks\n"

ELEMENTS: Final = (
    element(
        "body/missing-type",
        "Every element says what it is.",
        (f"{_ERRORS}: required key type is missing",),
        "  - attributes:\n      label: Version\n",
        _GOOD,
    ),
    element(
        "body/unknown-type",
        "GitHub knows markdown, input, textarea, dropdown, checkboxes and upload. With `--unsafe-fixes` a "
        "misspelt one is "
        "put right.",
        (f"{_ERRORS}: `x` is not a valid input type",),
        "  - type: checkbox\n    attributes:\n      label: Checks\n      options:\n        - label: I have searched\n",
        f"{_CHECKS}      options:\n        - label: I have searched\n",
    ),
    element(
        "body/missing-attribute",
        "A markdown element needs `value`, all others `label`, and dropdown and checkboxes `options` too.",
        (f"{_ERRORS}: required attribute key is missing", "pypi/support#1523"),
        "  - type: input\n    attributes:\n      description: As printed by `--version`\n",
        _GOOD,
    ),
    element(
        "body/unpermitted-key",
        "An element has `type`, `id`, `attributes` and `validations`. Keys that belong to one of the two are "
        "moved there. "
        "An `id` on markdown and `validations` on checkboxes are only mentioned, since GitHub lets them pass.",
        (f"{_ERRORS}: `x` is not a permitted key", "typescript-eslint/typescript-eslint"),
        "  - type: textarea\n    render: shell\n    attributes:\n      label: Log\n",
        "  - type: textarea\n    attributes:\n      label: Log\n      render: shell\n",
    ),
    element(
        "body/unpermitted-attribute",
        "Each type has attributes of its own. `required` and `accept` are validations, and are moved.",
        (
            f"{_ERRORS}: `x` is not a permitted attribute",
            "bramstroker/homeassistant-powercalc#4708",
        ),
        "  - type: input\n    attributes:\n      label: Version\n      required: true\n",
        "  - type: input\n    attributes:\n      label: Version\n    validations:\n      required: true\n",
    ),
    element(
        "body/unpermitted-validation",
        "`validations` holds `required`, and in uploads `accept`. Attributes in it are moved.",
        (_SCHEMA,),
        "  - type: textarea\n    attributes:\n      label: Log\n    validations:\n      required: true\n"
        "      render: shell\n",
        "  - type: textarea\n    attributes:\n      label: Log\n      render: shell\n    validations:\n"
        "      required: true\n",
    ),
    element(
        "body/label-type",
        "Labels of fields and of checkboxes are text, and not blank. Booleans and numbers are put in quotes.",
        (f"{_ERRORS}: label must be a string", "issue-ops/validator"),
        "  - type: textarea\n    attributes:\n      label: true\n",
        '  - type: textarea\n    attributes:\n      label: "true"\n',
    ),
    element(
        "body/forbidden-word",
        "GitHub refuses an input or textarea that asks for a password.",
        (f"{_ERRORS}: label contains forbidden word",),
        "  - type: input\n    attributes:\n      label: Password\n",
        _GOOD,
    ),
    element(
        "body/id-format",
        "Ids hold letters, digits, `-` and `_`. With `--unsafe-fixes` other signs become dashes.",
        (f"{_ERRORS}: `id` can only contain numbers, letters, -, _", "xarray-contrib/xwrf#32"),
        "  - type: input\n    id: Python version\n    attributes:\n      label: Version\n",
        _GOOD,
    ),
    element(
        "body/id-shadowed",
        "A link to the form can prefill a field by its id, but not if the id is a parameter of the address itself.",
        ("whatwg/spec-factory#63",),
        "  - type: textarea\n    id: body\n    attributes:\n      label: What happened\n",
        "  - type: textarea\n    id: what-happened\n    attributes:\n      label: What happened\n",
    ),
    element(
        "body/options-empty",
        "A dropdown or checkboxes element needs at least one option.",
        (_SCHEMA,),
        f"{_SELECT}      options: []\n",
        _OPTIONS,
    ),
    element(
        "body/options-type",
        "A dropdown's options are a list of texts, those of checkboxes a list of mappings with a `label`. With "
        "`--unsafe-fixes` one is made of the other.",
        (_SCHEMA,),
        f"{_SELECT}      options:\n        - label: Firefox\n        - label: Chrome\n",
        _OPTIONS,
    ),
    element(
        "body/duplicate-option",
        "The options of a dropdown must be unique.",
        (f"{_ERRORS}: `options` must be unique",),
        f"{_SELECT}      options:\n        - Firefox\n        - Firefox\n",
        _OPTIONS,
    ),
    element(
        "body/boolean-option",
        "Unquoted, `Yes`, `No`, `on`, `off`, `true` and `false` are booleans to YAML, and GitHub refuses them as "
        "options. "
        "The fix puts them in quotes.",
        (f"{_ERRORS}: `options` must not include booleans", "zeroclaw-labs/zeroclaw#575"),
        "  - type: dropdown\n    attributes:\n      label: Is it urgent?\n      options:\n        - Yes\n"
        "        - No\n",
        "  - type: dropdown\n    attributes:\n      label: Is it urgent?\n      options:\n"
        '        - "Yes"\n        - "No"\n',
    ),
    element(
        "body/reserved-option",
        "GitHub writes `None` where nothing was chosen, so it can't be an option, in whatever case; nor can "
        "`n/a` beside a "
        "`default`.",
        (
            f"{_ERRORS}: `options` must not include the reserved word, none",
            "Shopify/vscode-ruby-lsp#559",
        ),
        f"{_SELECT}      options:\n        - Firefox\n        - None\n",
        f"{_SELECT}      options:\n        - Firefox\n        - No browser\n",
    ),
    element(
        "body/default-range",
        "A dropdown's `default` is the index of an option, counted from 0.",
        (_SCHEMA,),
        f"{_OPTIONS}      default: 2\n",
        f"{_OPTIONS}      default: 1\n",
    ),
    element(
        "body/not-a-boolean",
        "`required` and `multiple` are `true` or `false`, without quotes. With `--unsafe-fixes` the quotes go.",
        (_SCHEMA, "asyncapi/.github#271"),
        f'{_GOOD}    validations:\n      required: "true"\n',
        f"{_GOOD}    validations:\n      required: true\n",
    ),
    element(
        "body/default-required",
        "A dropdown with a `default` always has an answer. One report says that GitHub refuses both together; forms in "
        "use have both, so this is a remark.",
        ("Azure/Connectors#120", "microsoft/winget-cli"),
        f"{_OPTIONS}      default: 0\n    validations:\n      required: true\n",
        f"{_OPTIONS}      default: 0\n",
    ),
    element(
        "body/preselected-option",
        "GitHub preselects the first option of a required dropdown, so that people submit it unread. A prompt as first "
        "option shows who didn't choose; `--unsafe-fixes` adds one.",
        ("processing/processing4#1149", "backstage/community-plugins#3190"),
        f"{_OPTIONS}    validations:\n      required: true\n",
        f"{_SELECT}      options:\n        - Please select\n        - Firefox\n        - Chrome\n"
        "    validations:\n      required: true\n",
    ),
    element(
        "body/render-language",
        "`render` makes a code block of the answer. A name that GitHub's Linguist doesn't know gives no colours.",
        (_SCHEMA,),
        "  - type: textarea\n    attributes:\n      label: Log\n      render: bashh\n",
        "  - type: textarea\n    attributes:\n      label: Log\n      render: bash\n",
    ),
    element(
        "body/upload-extension",
        "`accept` lists extensions that GitHub takes as attachments. `.tar.gz` was seen to break a form; `.gz` "
        "does for it.",
        (_SCHEMA, "AstrBotDevs/AstrBot#9544"),
        "  - type: upload\n    attributes:\n      label: Logs\n    validations:\n      accept: .zip,.tar.gz\n",
        "  - type: upload\n    attributes:\n      label: Logs\n    validations:\n      accept: .zip,.gz\n",
    ),
)
