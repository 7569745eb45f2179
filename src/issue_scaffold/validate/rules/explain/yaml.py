"""Explanations of the rules about YAML itself and about text."""

from typing import Final

from issue_scaffold.validate.rules.explain.base import (
    BODY,
    FORM,
    FORM_PATH,
    HEAD,
    Explanation,
    element,
    form,
)

_DEEP: Final = "[" * 101 + "]" * 101

YAML: Final = (
    form(
        "yaml/syntax",
        "GitHub shows no form whose YAML can't be read, and says so only to those who open the file on its site. The "
        "message names the slip: a colon, an `@` or a quotation mark in unquoted text, a tab, a line indented wrongly. "
        "Tabs, unquoted colons and leading special characters are mended.",
        ("DavidAnson/markdownlint#1389", "pypi/support#926"),
        f"name: Bug: something is broken\ndescription: Something is broken\n{BODY}",
        f'name: "Bug: something is broken"\ndescription: Something is broken\n{BODY}',
    ),
    form(
        "yaml/multiple-documents",
        "A line `---` begins a second document, and GitHub reads only the first. Between the head of a form and its "
        "body it leaves a form without a body. The line is taken out where both documents together make sense.",
        ("common-validation-errors: Body cannot be empty", "super-linter/super-linter#4924"),
        f"{HEAD}---\n{BODY}",
        FORM,
    ),
    form(
        "yaml/duplicate-key",
        "YAML readers silently take the last of two equal keys, so half of what was written is lost. An error in "
        "forms, a warning in other files.",
        ("YAML 1.1, section 3.2.1.3: keys are unique",),
        f"{HEAD}title: '[Bug] '\ntitle: '[Defect] '\n{BODY}",
        f"{HEAD}title: '[Bug] '\n{BODY}",
    ),
    element(
        "yaml/alias",
        "A form with an anchor and an alias was not shown; people got a blank issue instead. The fix writes the value "
        "out. In other files aliases are fine, and only mentioned.",
        ("Subway-Builder-Modded/registry#5864",),
        "  - type: dropdown\n    attributes:\n      label: Browser\n      options: &browsers [Firefox, Chrome]\n"
        "  - type: dropdown\n    attributes:\n      label: Other browser\n      options: *browsers\n",
        "  - type: dropdown\n    attributes:\n      label: Browser\n      options: [Firefox, Chrome]\n"
        "  - type: dropdown\n    attributes:\n      label: Other browser\n      options: [Firefox, Chrome]\n",
    ),
    element(
        "yaml/implicit-type",
        "Unquoted, YAML 1.1 reads some texts as something else: `3.10` is 3.1, `2024-01-01` a date, `012` is 10, "
        "`:x` a "
        "Ruby symbol. GitHub's reader refuses dates and symbols outright.",
        ("YAML 1.1 type repository",),
        "  - type: dropdown\n    attributes:\n      label: Python\n      options:\n        - 3.9\n        - 3.10\n",
        '  - type: dropdown\n    attributes:\n      label: Python\n      options:\n        - "3.9"\n        - "3.10"\n',
    ),
    form(
        "yaml/encoding",
        "GitHub reads templates as UTF-8. A byte order mark in front keeps the front matter of a Markdown "
        "template from "
        "being seen; the fix takes it out. Files in other encodings are named, and left alone.",
        ("nock/nock: front matter must begin at byte 0",),
        f"\ufeff{FORM}",
        FORM,
    ),
    form(
        "yaml/limits",
        "No template needs a hundred levels, fifty thousand values or a mebibyte. Such a file is looked at no further, "
        "because reading it would take memory and time, or crash the YAML library. Nor is a pipe or a device read, or "
        "a symlink that leads out of the repository: forges don't follow those.",
        ("yaml/pyyaml: the C composer recurses",),
        f"{FORM}extra: {_DEEP}\n",
        FORM,
    ),
    Explanation(
        "text/broken-emoji",
        "UTF-8 that was once read in a Windows code page turns `🔧` into `ðŸ”§`. Where all bytes survived, the "
        "fix puts the "
        "text right; where the code page dropped one, the finding names what it may have been.",
        ("Unicode Technical Report 51",),
        {FORM_PATH: f"name: ðŸ”§ Bug report\ndescription: Something is broken\n{BODY}"},
        {FORM_PATH: f"name: 🔧 Bug report\ndescription: Something is broken\n{BODY}"},
    ),
)
