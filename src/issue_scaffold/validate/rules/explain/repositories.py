"""Explanations of the rules about file names, several files together, and settings."""

from typing import Final

from issue_scaffold.validate.rules.explain.base import (
    CHOOSER_PATH,
    FORM,
    FORM_PATH,
    LABELS_PATH,
    SETTINGS_PATH,
    TEMPLATE_PATH,
    Explanation,
)

_CHOOSER: Final = "blank_issues_enabled: false\n"
_CONFIG: Final = '- name: bug\n  color: "d73a4a"\n'
_TEMPLATE: Final = "---\nname: Bug report\nabout: Something is broken\n---\n\nWhat happened?\n"
_LABELLED: Final = FORM.replace("body:", "labels: [bug, needs-triage]\nbody:")

REPOSITORIES: Final = (
    Explanation(
        "files/config-name",
        "The chooser's settings are read from `config.yml` only; `config.yaml` is ignored, though forms may end in "
        "`.yaml`. The fix renames the file unless there is a `config.yml`.",
        ("coder/coder#16354", "libp2p/rust-libp2p#2611"),
        {".github/ISSUE_TEMPLATE/config.yaml": _CHOOSER},
        {CHOOSER_PATH: _CHOOSER},
    ),
    Explanation(
        "files/not-picked-up",
        "GitHub reads `.md`, `.yml` and `.yaml` files directly in the template folder: none in sub-folders, and "
        "no other "
        "types. A workflow there never runs.",
        ("about-issue-and-pull-request-templates",),
        {".github/ISSUE_TEMPLATE/bugs/crash.yml": FORM},
        {FORM_PATH: FORM},
    ),
    Explanation(
        "files/legacy-template",
        "A single `ISSUE_TEMPLATE.md` still prefills new issues, but has no entry in the chooser.",
        ("manually-creating-a-single-issue-template",),
        {".github/ISSUE_TEMPLATE.md": "What happened?\n"},
        {TEMPLATE_PATH: _TEMPLATE},
    ),
    Explanation(
        "labels/not-in-config",
        "GitHub drops a label that the repository doesn't have, without a word. A template's labels are looked "
        "up in the "
        "repository's labels config, GitHub's nine defaults, and `labels: known:` in `.github/scaffold.yml`. A warning "
        "where there is a config, a remark where there is none. With `--unsafe-fixes` the label is added to the "
        "config.",
        ("openai/codex#21158", "mapequation/infomap#932"),
        {FORM_PATH: _LABELLED, LABELS_PATH: _CONFIG},
        {FORM_PATH: _LABELLED, LABELS_PATH: _CONFIG + '- name: needs-triage\n  color: "ededed"\n'},
    ),
    Explanation(
        "cross/duplicate-name",
        "Names must be unique among forms and Markdown templates of one folder.",
        ("syntax-for-issue-forms",),
        {FORM_PATH: FORM, ".github/ISSUE_TEMPLATE/crash.yml": FORM},
        {
            FORM_PATH: FORM,
            ".github/ISSUE_TEMPLATE/crash.yml": FORM.replace("Bug report", "Crash report"),
        },
    ),
    Explanation(
        "cross/twin-differs",
        "Some keep a Markdown template beside the form of the same name, for `gh issue create`, which knows no forms. "
        "Labels, fields and options should then agree.",
        ("cli/cli#5865",),
        {FORM_PATH: FORM, TEMPLATE_PATH: _TEMPLATE.replace("Bug report", "Bug report (Markdown)")},
        {
            FORM_PATH: FORM,
            TEMPLATE_PATH: _TEMPLATE.replace("Bug report", "Bug report (Markdown)").replace(
                "What happened?", "**Version:**"
            ),
        },
    ),
    Explanation(
        "chooser/security-link",
        "A repository with a SECURITY.md gets a security entry in the chooser from GitHub, so that a link of "
        "one's own is "
        "a second one.",
        ("genealogix/glx#884",),
        {
            "SECURITY.md": "Report privately.\n",
            CHOOSER_PATH: "contact_links:\n  - name: Security\n"
            "    url: https://github.com/o/r/security/advisories/new\n"
            "    about: Report a vulnerability.\n",
        },
        {"SECURITY.md": "Report privately.\n", CHOOSER_PATH: _CHOOSER},
    ),
    Explanation(
        "settings/invalid",
        "`.github/scaffold.yml` has `accepted`, `ignore` and `labels`; what can't be understood there has no "
        "effect, so it "
        "is said.",
        ("this tool's settings",),
        {FORM_PATH: FORM, SETTINGS_PATH: "ignored:\n  - path: '*.yml'\n"},
        {FORM_PATH: FORM, SETTINGS_PATH: "labels:\n  known: [needs-triage]\n"},
    ),
    Explanation(
        "suppression/no-reason",
        "Whoever finds a suppression in a year wants to know what it was for.",
        ("this tool's settings",),
        {FORM_PATH: FORM.replace("Bug report", "Bug # scaffold: ignore[form/name-length]")},
        {
            FORM_PATH: FORM.replace(
                "Bug report", "Bug # scaffold: ignore[form/name-length] everybody knows it by this"
            )
        },
    ),
    Explanation(
        "suppression/unused",
        "A suppression that suppresses nothing hides the next finding of its rule.",
        ("this tool's settings",),
        {
            FORM_PATH: FORM.replace(
                "report\n", "report # scaffold: ignore[form/name-length] it was shorter once\n", 1
            )
        },
        {FORM_PATH: FORM},
    ),
    Explanation(
        "suppression/unknown-rule",
        "A misspelt rule suppresses nothing.",
        ("this tool's settings",),
        {
            FORM_PATH: FORM.replace(
                "Bug report", "Bug # scaffold: ignore[form/name-lenght] everybody knows it by this"
            )
        },
        {
            FORM_PATH: FORM.replace(
                "Bug report", "Bug # scaffold: ignore[form/name-length] everybody knows it by this"
            )
        },
    ),
)
