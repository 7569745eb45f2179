"""What came of reading a body: the answers, and every doubt about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from issue_scaffold.issue.answers import Answer


class DoubtKind(StrEnum):
    """What is the matter with a body, or a section of it."""

    AMBIGUOUS = "ambiguous"
    MISSING_SECTION = "missing-section"
    REPEATED_SECTION = "repeated-section"
    UNKNOWN_SECTION = "unknown-section"
    MISSING_OPTION = "missing-option"
    UNKNOWN_OPTION = "unknown-option"
    UNKNOWN_TEXT = "unknown-text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Something in a body that can be read in two ways, is missing, or isn't from the form.

    `line` counts from 1; what is missing was expected there. `key` is the field's, `text` what
    stands in the body (of a box that is missing, its name). `readings` are both answers where
    there are two; the first is the one that was taken.
    """

    kind: DoubtKind
    line: int
    key: str | None = None
    text: str | None = None
    readings: tuple[Answer, Answer] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The answers that a body holds, by the form's keys, with their texts exactly as they stand.

    Every field has a value: None for a text or a single choice that wasn't given and for a section
    that is missing, an empty tuple where nothing of several was chosen or uploaded. Where there are
    no `problems`, no other answers make this body, but for those that look like none (`_No
    response_`).
    """

    values: Mapping[str, Answer]
    problems: tuple[Doubt, ...] = ()
