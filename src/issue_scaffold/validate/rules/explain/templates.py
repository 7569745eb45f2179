"""Explanations of the rules about Markdown templates and the chooser."""

from typing import Final

from issue_scaffold.validate.rules.explain.base import chooser, template

_CONFIGURING: Final = "configuring-issue-templates"
_HEAD: Final = "---\nname: Bug report\nabout: Something is broken\n"
_GOOD: Final = f"{_HEAD}---\n\nWhat happened?\n"
_LINK: Final = "contact_links:\n  - name: Questions\n    url: https://example.com/forum\n    about: Ask here.\n"

TEMPLATES: Final = (
    template(
        "template/no-front-matter",
        "A Markdown template is in the chooser only if the file begins with `---` at its very first byte, and "
        "has a name "
        "and a description there. An error where the folder has a chooser, else a warning. Empty lines above are "
        "removed.",
        (_CONFIGURING, "python/mypy#9345", "apache/daffodil-vscode#1416"),
        "<!-- Thank you for helping. -->\n" + _GOOD,
        _GOOD,
    ),
    template(
        "template/front-matter-syntax",
        "Front matter that isn't YAML is ignored, and with it the template. A value with an unquoted colon, or "
        "one that "
        "begins with a special character, is put in quotes.",
        (_CONFIGURING, "vectordotdev/vector"),
        "---\nname: Bug report\nabout: Broken: tell us how\n---\n",
        '---\nname: Bug report\nabout: "Broken: tell us how"\n---\n',
    ),
    template(
        "template/missing-key",
        "Without `name` and `about` the chooser leaves the template out. With `--unsafe-fixes` a name is made of the "
        "file's name.",
        (_CONFIGURING, "pydata/xarray#3146"),
        "---\nname: Bug report\n---\n",
        f"{_HEAD}---\n",
    ),
    template(
        "template/name-length",
        "GitHub asks for names of more than three characters, of Markdown templates as of forms.",
        (_CONFIGURING,),
        "---\nname: QA\nabout: Something is broken\n---\n",
        f"{_HEAD}---\n",
    ),
    template(
        "template/value-type",
        "Front matter values are text; `labels`, `assignees` and `projects` may be lists of texts.",
        (_CONFIGURING,),
        f"{_HEAD}title: 2024-01-01\n---\n",
        f'{_HEAD}title: "2024-01-01"\n---\n',
    ),
    template(
        "template/unpermitted-key",
        "GitHub doesn't read other keys, so a misspelt one has no effect.",
        (_CONFIGURING,),
        f"{_HEAD}label: bug\n---\n",
        f"{_HEAD}labels: bug\n---\n",
    ),
    template(
        "template/trailing-space",
        "Blanks at the end of a front matter line do no harm, but show up in every later change. The fix removes them.",
        ("pre-commit/pre-commit-hooks: trailing-whitespace",),
        "---\nname: Bug report  \nabout: Something is broken\n---\n",
        f"{_HEAD}---\n",
    ),
    chooser(
        "chooser/type",
        "The chooser is a mapping with a boolean `blank_issues_enabled` and a list of `contact_links`, each a "
        "mapping of "
        "texts.",
        (_CONFIGURING,),
        'blank_issues_enabled: "false"\n',
        "blank_issues_enabled: false\n",
    ),
    chooser(
        "chooser/missing-key",
        "A contact link needs a name, an address and a description.",
        (_CONFIGURING,),
        "contact_links:\n  - name: Questions\n    url: https://example.com/forum\n",
        _LINK,
    ),
    chooser(
        "chooser/unpermitted-key",
        "GitHub ignores keys that it doesn't know, or refuses the file. Misspelt ones are put right.",
        ("litestar-org/project-template#31", "intrinsic-dev/aic#370"),
        "blank_issue_enabled: false\n",
        "blank_issues_enabled: false\n",
    ),
    chooser(
        "chooser/url-scheme",
        "A contact link whose address is not http or https is not shown, and nobody is told.",
        ("hashicorp/terraform#28866", "qpiai/quantum-sdk#10"),
        "contact_links:\n  - name: Questions\n    url: mailto:help@example.com\n    about: Ask here.\n",
        _LINK,
    ),
)
