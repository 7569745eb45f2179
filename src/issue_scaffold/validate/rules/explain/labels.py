"""Explanations of the rules about labels configs."""

from typing import Final

from issue_scaffold.validate.rules.explain.base import labels

_API: Final = "REST API: labels"
_GOOD: Final = '- name: bug\n  color: "d73a4a"\n  description: Something is broken\n'

LABELS: Final = (
    labels(
        "labels/shape",
        "A config is a list of labels, the same under `labels:`, or a mapping from name to colour and "
        "description. Each "
        "label has a name.",
        ("EndBug/label-sync", "Financial-Times/github-label-sync", "hackebrot/labels"),
        '- color: "d73a4a"\n  description: Something is broken\n',
        _GOOD,
    ),
    labels(
        "labels/name-length",
        "GitHub takes 50 characters.",
        ("github/docs#32156",),
        f'- name: {"waiting-for-" * 5}\n  color: "d73a4a"\n',
        _GOOD,
    ),
    labels(
        "labels/description-length",
        "GitHub takes 100 characters; some tools fail without a word on more.",
        (_API, "micnncim/action-label-syncer#64"),
        f'- name: bug\n  color: "d73a4a"\n  description: {"This is broken. " * 7}\n',
        _GOOD,
    ),
    labels(
        "labels/color",
        "The API takes six hex digits. A `#` or the three-digit form, which only some tools mend, is a warning and is "
        "normalised; anything else is an error.",
        (_API, "conda/infrastructure"),
        '- name: bug\n  color: "#d73a4a"\n',
        _GOOD,
    ),
    labels(
        "labels/color-unquoted",
        "Unquoted, `000000` is the number 0 to YAML, `001122` is 594, and `5319e7` a huge number to some readers. An "
        "error where digits are lost in YAML 1.1, else a warning. The fix puts the colour in quotes as it was written.",
        ("YAML 1.1 type repository", "conda/infrastructure"),
        "- name: bug\n  color: 001122\n",
        '- name: bug\n  color: "001122"\n',
    ),
    labels(
        "labels/duplicate",
        "GitHub ignores case in label names: a second one is refused as existing. An alias that another label has too "
        "is a warning.",
        (_API, "hackebrot/labels#15"),
        '- name: bug\n  color: "d73a4a"\n- name: Bug\n  color: "d73a4a"\n',
        _GOOD,
    ),
    labels(
        "labels/emoji-only",
        "GitHub refuses a name that is nothing but native emoji.",
        ("AndreasAugustin/actions-template-sync#461",),
        '- name: "🐛"\n  color: "d73a4a"\n',
        '- name: "🐛 bug"\n  color: "d73a4a"\n',
    ),
    labels(
        "labels/four-byte-description",
        "GitHub's API has refused descriptions with characters beyond the Basic Multilingual Plane, most emoji among "
        "them. Reports differ on whether it still does.",
        ("github/safe-settings#428", "dwyl/labels#146", "Financial-Times/github-label-sync#189"),
        '- name: bug\n  color: "d73a4a"\n  description: Something is broken 🐛\n',
        _GOOD,
    ),
    labels(
        "labels/comma",
        "`labels: a, b` in a template is two labels, so a name with a comma can't be given that way.",
        ("syntax-for-issue-forms",),
        '- name: "bug, confirmed"\n  color: "d73a4a"\n',
        _GOOD,
    ),
)
