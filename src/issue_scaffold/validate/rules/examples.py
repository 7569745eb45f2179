"""The small files that most examples of rules are variations of."""

from collections.abc import Mapping
from typing import Final

FORM_PATH: Final = ".github/ISSUE_TEMPLATE/bug.yml"
TEMPLATE_PATH: Final = ".github/ISSUE_TEMPLATE/bug.md"
CHOOSER_PATH: Final = ".github/ISSUE_TEMPLATE/config.yml"
LABELS_PATH: Final = ".github/labels.yml"

HEAD: Final = "name: Bug report\ndescription: Something is broken\n"
BODY: Final = "body:\n  - type: input\n    attributes:\n      label: Version\n"
GOOD_FORM: Final = HEAD + BODY
GOOD_TEMPLATE: Final = "---\nname: Bug report\nabout: Something is broken\n---\n\nWhat happened?\n"
GOOD_CHOOSER: Final = "blank_issues_enabled: false\n"


def form_file(text: str) -> Mapping[str, str]:
    """Return an issue form."""
    return {FORM_PATH: text}


def form_with(elements: str) -> Mapping[str, str]:
    """Return an issue form with these elements in its `body`."""
    return {FORM_PATH: f"{HEAD}body:\n{elements}"}


def template_file(text: str) -> Mapping[str, str]:
    """Return a Markdown template."""
    return {TEMPLATE_PATH: text}


def chooser_file(text: str) -> Mapping[str, str]:
    """Return a chooser."""
    return {CHOOSER_PATH: text}


def labels_file(text: str) -> Mapping[str, str]:
    """Return a labels config."""
    return {LABELS_PATH: text}
