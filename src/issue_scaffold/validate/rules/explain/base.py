"""What an explanation consists of, and the small files that most examples are variations of."""

from collections.abc import Mapping
from typing import Final, NamedTuple

FORM_PATH: Final = ".github/ISSUE_TEMPLATE/bug.yml"
TEMPLATE_PATH: Final = ".github/ISSUE_TEMPLATE/bug.md"
CHOOSER_PATH: Final = ".github/ISSUE_TEMPLATE/config.yml"
LABELS_PATH: Final = ".github/labels.yml"
SETTINGS_PATH: Final = ".github/scaffold.yml"

HEAD: Final = "name: Bug report\ndescription: Something is broken\n"
BODY: Final = "body:\n  - type: input\n    attributes:\n      label: Version\n"
FORM: Final = HEAD + BODY


class Explanation(NamedTuple):
    """Why a rule is there, where that is known from, and files by path that break it and that don't.

    `evidence` names pages and public threads (`owner/repo#number`).
    """

    rule: str
    why: str
    evidence: tuple[str, ...]
    bad: Mapping[str, str]
    good: Mapping[str, str]


def form(rule: str, why: str, evidence: tuple[str, ...], bad: str, good: str) -> Explanation:
    """Return an explanation whose examples are one issue form each."""
    return Explanation(rule, why, evidence, {FORM_PATH: bad}, {FORM_PATH: good})


def element(rule: str, why: str, evidence: tuple[str, ...], bad: str, good: str) -> Explanation:
    """Return an explanation whose examples are the `body` of one issue form each."""
    return form(rule, why, evidence, f"{HEAD}body:\n{bad}", f"{HEAD}body:\n{good}")


def template(rule: str, why: str, evidence: tuple[str, ...], bad: str, good: str) -> Explanation:
    """Return an explanation whose examples are one Markdown template each."""
    return Explanation(rule, why, evidence, {TEMPLATE_PATH: bad}, {TEMPLATE_PATH: good})


def chooser(rule: str, why: str, evidence: tuple[str, ...], bad: str, good: str) -> Explanation:
    """Return an explanation whose examples are one chooser each."""
    return Explanation(rule, why, evidence, {CHOOSER_PATH: bad}, {CHOOSER_PATH: good})


def labels(rule: str, why: str, evidence: tuple[str, ...], bad: str, good: str) -> Explanation:
    """Return an explanation whose examples are one labels config each."""
    return Explanation(rule, why, evidence, {LABELS_PATH: bad}, {LABELS_PATH: good})
