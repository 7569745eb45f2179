"""A section of a template, and one whose blocks still come in.

Owns which blocks belong to the label above them, and which are another question.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from issue_scaffold.convert.blocks import Block, Comment, Html, List, Paragraph, Table, holds
from issue_scaffold.convert.notes import note_of
from issue_scaffold.convert.prompts import is_scale, question_in, without_colon
from issue_scaffold.convert.questions import (
    are_agreements,
    ask_otherwise,
    asks_apart,
    is_confirmed,
    leave_room,
    names_a_group,
    offers_one,
    says_what_to_write,
)

LABEL_LEVEL: Final = 7
PROMPT_LEVEL: Final = 8
Marker = Literal["none", "heading", "label", "prompt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A marker and the blocks below it.

    `label` is the marker's text, `raw` its source, `rest` what follows on its line. `level` is the
    heading's; bold labels and prompts lie below every heading. `filled` is the text that a note
    fences off as the field's own, however it may look. `is_question` says that the marker is a
    question in plain text, `is_comment` that it is one in a comment, `is_complete` that its line
    has all its choices, `is_folded` that it is the summary of a folded part, `stands_alone` that it
    is a key with an empty line below it.
    """

    marker: Marker
    level: int
    label: str = ""
    raw: str = ""
    rest: str = ""
    blocks: tuple[Block, ...] = ()
    filled: str | None = None
    is_question: bool = False
    is_comment: bool = False
    is_complete: bool = False
    is_folded: bool = False
    stands_alone: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands below the marker."""
        return not self.rest and not self.blocks and self.filled is None

    @property
    def is_key(self) -> bool:
        """Whether the marker is a key with a colon."""
        if self.marker != "label" or self.is_question:
            return self.marker == "prompt"
        return any(text.rstrip(" *_").endswith((":", "\uff1a")) for text in (self.label, self.raw))


@dataclass(slots=True)
class OpenSection:
    """A section while its blocks come in; `marker_end` is the line below its marker.

    `is_answered` says that a part to fill in ended, so that a question below is another one.
    """

    section: Section
    marker_end: int = 0
    blocks: list[Block] = field(default_factory=list)
    is_answered: bool = False

    def add(self, block: Block) -> None:
        """Take a block in; the section is complete with choices that only one is to be of."""
        self.blocks.append(block)
        label = without_colon(self.section.label)
        if self.has_marker and not self.is_noted and offers_one(label, self.blocks):
            self.section = replace(self.section, is_complete=True)

    def closed(self, start: int) -> Section:
        """Return the section, below which another begins at a line."""
        is_apart = self.is_bare_key and self.marker_end < start
        return replace(self.section, blocks=tuple(self.blocks), stands_alone=is_apart)

    @property
    def has_marker(self) -> bool:
        """Whether the section has a heading or label."""
        return self.section.marker != "none"

    @property
    def end(self) -> int:
        """The line below what the section has so far."""
        if self.blocks:
            return self.blocks[-1].end
        return self.marker_end

    @property
    def is_noted(self) -> bool:
        """Whether a note says what becomes of the section."""
        return any(note_of(block) is not None for block in self.blocks)

    @property
    def has_content(self) -> bool:
        """Whether more than comments stand behind or below the marker."""
        return bool(self.section.rest) or any(map(_is_content, self.blocks))

    @property
    def is_taken(self) -> bool:
        """Whether the section has what it asks for, or what stands for an answer."""
        if self.is_answered or self.has_content:
            return True
        return says_what_to_write(self.section.label, self.blocks)

    @property
    def is_bare_key(self) -> bool:
        """Whether the section is a key with a colon that nothing stands behind."""
        return self.section.is_key and not self.is_taken

    @property
    def awaits_text(self) -> bool:
        """Whether a heading or label stands right above that the next text belongs to."""
        return self.section.marker in {"heading", "label"} and not self.is_taken

    def is_key_apart(self, block: Block) -> bool:
        """Return whether an empty line stands between a bare key and a block."""
        return self.is_bare_key and self.end < block.start

    def leads_to(self, block: Block) -> bool:
        """Return whether a text belongs to a heading or label that doesn't ask by itself."""
        if self.section.is_question or self.is_key_apart(block):
            return False
        return self.awaits_text

    def takes_choice(self, block: Block) -> bool:
        """Return whether choices belong to what stands above them, rather than have a label."""
        if self.is_noted:
            return True
        if not self.has_marker or self.is_answered or self.has_content:
            return False
        if self.end >= block.start or is_scale(without_colon(self.section.label)):
            return True
        return self.section.marker == "heading" and not leave_room(self.blocks)

    def takes_folded(self, block: Block) -> bool:
        """Return whether a folded part is what a heading or label above it asks for."""
        if self.blocks or not self.awaits_text or self.is_key_apart(block):
            return False
        return question_in(self.section.label) is None

    def takes_question(self, block: Paragraph) -> bool:
        """Return whether a question in plain text belongs to a heading or label above it."""
        if not self.has_marker or self.section.is_question or self.is_answered:
            return False
        if holds(self.blocks, List, Table):
            return False
        is_within = not self.blocks or isinstance(self.blocks[-1], Paragraph | Comment)
        if self.is_noted or (self.end >= block.start and is_within):
            return True
        return not self.is_taken and not self.is_bare_key

    def takes_comment(self, comment: Comment) -> bool:
        """Return whether a comment that asks describes the label above it."""
        if not self.has_marker or self.section.is_comment:
            return False
        if self.end >= comment.start:
            return True
        is_free = self.is_taken or self.is_bare_key or self.section.is_question
        return not is_free and not holds(self.blocks, Comment)

    def rejects(self, block: Block) -> bool:
        """Return whether a block holds fields of its own, whatever label stands above it."""
        if not self.has_marker or self.is_noted or isinstance(block, Comment):
            return False
        if self.section.is_complete or self.end >= block.start:
            return self.section.is_complete
        if are_agreements(block):
            return self._rejects_agreements()
        if isinstance(block, List) and block.has_boxes:
            return leave_room(_texts(self.blocks))
        return asks_apart(block) and self._is_single_key()

    def _rejects_agreements(self) -> bool:
        if leave_room(self.blocks) or ask_otherwise(self.blocks):
            return True
        if any(map(_has_fields, self.blocks)):
            return True
        return not is_confirmed(self.section.label, is_key=self.section.is_key)

    def _is_single_key(self) -> bool:
        """Return whether a key asks for one answer, so that fields below it are others."""
        if not self.section.is_key or self.section.rest or leave_room(self.blocks):
            return False
        return not names_a_group(without_colon(self.section.label))


def _texts(blocks: Sequence[Block]) -> list[Block]:
    return [block for block in blocks if not isinstance(block, Comment)]


def _has_fields(block: Block) -> bool:
    """Return whether a block becomes fields of its own, other than agreements."""
    if isinstance(block, List) and block.has_boxes:
        return not are_agreements(block)
    return asks_apart(block)


def _is_content(block: Block) -> bool:
    """Return whether a block is more than a comment, or tags around others."""
    if isinstance(block, Html):
        return bool(block.text)
    return not isinstance(block, Comment)
