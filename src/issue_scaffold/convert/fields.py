"""What a section becomes: markdown elements, and fields for what reporters were to write below it.

Owns which kind of field a text asks for. Labels, options and every word of the section are kept;
what a form can't show is remarked on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from issue_scaffold.convert.blocks import Block, Code, Comment, List, Paragraph, Table
from issue_scaffold.convert.boxes import OptionGroup, parts_of
from issue_scaffold.convert.form import Element, ElementType, Option, Remark
from issue_scaffold.convert.notes import Note, split_note
from issue_scaffold.convert.prompts import (
    MAX_LABEL,
    Prompt,
    asks,
    asks_for_one,
    bare,
    is_prompt_list,
    prompt_of,
    without_colon,
)
from issue_scaffold.convert.sections import Section
from issue_scaffold.convert.singles import noted_field, patched, prompt_field, text_field
from issue_scaffold.convert.texts import is_blank_table, joined, passage

# The label of checkboxes that have none.
CHECKLIST: Final = "Checklist"


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPlace:
    """Where a section stands.

    Whether others lie below it, whether it is the template's title, and whether sections like it
    keep their heading above their fields.
    """

    has_children: bool
    is_title: bool
    keeps_heading: bool


def elements_of(
    section: Section, place: SectionPlace, remarks: list[Remark]
) -> tuple[Element, ...]:
    """Return the elements that a section becomes."""
    return tuple(_SectionWalk(section, place, remarks).build())


def is_only_heading(section: Section, place: SectionPlace) -> bool:
    """Return whether a section is a heading over others, with no field of its own."""
    if section.is_empty:
        return place.has_children
    if section.marker != "heading" or section.filled is not None:
        return False
    if not (place.is_title and place.has_children):
        return False
    if any(_is_to_answer(block) for block in section.blocks):
        return False
    # What is lost of the text is remarked on when its elements are made.
    return not asks(passage(section.blocks, []).everything())


def _is_to_answer(block: Block) -> bool:
    """Return whether reporters are to do something with a block, whatever it says."""
    if isinstance(block, List):
        return block.has_boxes or is_prompt_list(block)
    return isinstance(block, Code | Table)


@dataclass(slots=True)
class _SectionWalk:
    """Walks over one section's blocks; no element has taken up the `pending` ones yet.

    `headed` says that the heading stands on its own, `standing` that a note asked for that.
    """

    section: Section
    place: SectionPlace
    remarks: list[Remark]
    elements: list[Element] = field(default_factory=list)
    pending: list[Block] = field(default_factory=list)
    note: Note | None = None
    headed: bool = False
    standing: bool = False

    def build(self) -> list[Element]:
        if is_only_heading(self.section, self.place):
            text = passage(self.section.blocks, self.remarks).everything()
            return [_markdown(self.section.raw, text)]
        if self._keeps_heading():
            self._head()
        for block in self.section.blocks:
            self._take(block)
        self._close()
        return self.elements

    def _keeps_heading(self) -> bool:
        if self.section.marker != "heading":
            return False
        comments = [block for block in self.section.blocks if isinstance(block, Comment)]
        notes = [note for comment in comments if (note := split_note(comment.text)[1])]
        if not notes:
            return self.place.keeps_heading
        return notes[0].type != "markdown" and any(note.headed for note in notes)

    def _head(self, text: str = "") -> None:
        self.headed = True
        self.elements.append(_markdown(self.section.raw, text))

    @property
    def has_marker(self) -> bool:
        return self.section.marker != "none"

    @property
    def label(self) -> str:
        label = without_colon(self.section.label)
        if self.headed:
            return bare(label)
        return label

    def _next_label(self) -> str:
        label = self.label
        fields = [element for element in self.elements if element.is_field]
        match sum(element.label.startswith(label) for element in fields):
            case 0:
                return label
            case 1:
                return f"{label} (continued)"
            case count:
                return f"{label} (continued {count})"

    def _take(self, block: Block) -> None:
        if isinstance(block, Comment):
            self._take_comment(block)
        elif isinstance(block, List) and block.has_boxes:
            self._boxes(block)
        elif isinstance(block, List) and self.note is None and is_prompt_list(block):
            self._prompts(block)
        else:
            self.pending.append(block)

    def _take_comment(self, comment: Comment) -> None:
        text, note = split_note(comment.text)
        if note is not None and note.type == "markdown":
            self._standing_text(text)
            return
        self.note = note or self.note
        if text:
            self.pending.append(replace(comment, text=text))

    def _standing_text(self, text: str) -> None:
        """Put a comment that was a markdown element back in its place."""
        fresh = not self.elements and not self.pending and not self.section.rest
        if self.section.marker == "heading" and fresh and self.note is None:
            self._head(text)
            self.standing = True
            return
        self._close()
        self.section = Section(marker="none", level=0)
        if text:
            self.elements.append(Element(type="markdown", value=text))

    def _prompts(self, block: List) -> None:
        if not self.elements and self.has_marker:
            self._head(self._said())
        else:
            self._tell()
        for item in block.items:
            self.elements.append(prompt_field(prompt_of(item), item.line.comments))
        self.headed = True

    def _boxes(self, block: List) -> None:
        label = self._boxes_label()
        options: list[Option] = []
        # All at once: what the list loses is remarked on before what the texts in it lose.
        parts = list(parts_of(block, self.remarks))
        for part in parts:
            if isinstance(part, Option):
                options.append(part)
                continue
            label = self._end_boxes(label, options)
            options = []
            if isinstance(part, OptionGroup):
                label = self._group_label(part)
            else:
                self.pending.append(part)
        self._end_boxes(label, options)

    def _group_label(self, group: OptionGroup) -> str:
        if group.label and self.has_marker and self.label:
            return f"{self.label}: {group.label}"
        if group.label:
            return group.label
        if self.has_marker:
            return self._next_label()
        return CHECKLIST

    def _end_boxes(self, label: str, options: Sequence[Option]) -> str:
        """Make a field of the options, if there are any; return the label of the next ones."""
        if not options:
            return label
        described = self._said()
        kind: ElementType = "checkboxes"
        if self._is_dropdown(label, described):
            kind = "dropdown"
        if described.strip().rstrip(".") == "Choose one":
            described = ""
        described = described.replace("\n\nChoose one.", "")
        element = Element(type=kind, label=label, description=described, options=tuple(options))
        self.elements.append(patched(element, self.note))
        self.note = None
        if self.has_marker:
            return self._next_label()
        return label

    def _is_dropdown(self, label: str, description: str) -> bool:
        if self.note is not None and self.note.type is not None:
            return self.note.type == "dropdown"
        return any(asks_for_one(line) for line in (label, *description.split("\n")))

    def _boxes_label(self) -> str:
        if self.has_marker:
            return self._next_label()
        if self.pending and _is_label(self.pending[-1]):
            last = self.pending.pop()
            self._tell()
            return without_colon(last.raw)
        if not all(isinstance(block, Comment) for block in self.pending):
            self._tell()
        message = f"the label `{CHECKLIST}` for checkboxes that had none"
        self.remarks.append(Remark(kind="added", message=message))
        return CHECKLIST

    def _rest(self) -> str:
        """Return what follows the label on its line, which belongs to the first field."""
        if any(element.is_field for element in self.elements):
            return ""
        return self.section.rest

    def _said(self) -> str:
        """Take what is pending as one text."""
        text = passage(self.pending, self.remarks).everything(self._rest())
        self.pending = []
        return text

    def _tell(self) -> None:
        """Make what is pending a markdown element."""
        text = self._said()
        if text:
            self.elements.append(Element(type="markdown", value=text))

    def _close(self) -> None:
        is_noted = self.note is not None and self.note.type is not None
        if not self.has_marker and not is_noted:
            self._tell()
        elif self._lacks_field():
            self._field(self.label)
        elif any(isinstance(block, Code) or is_blank_table(block) for block in self.pending):
            self._field(self._next_label())
        else:
            self._tell()

    def _lacks_field(self) -> bool:
        if any(element.is_field for element in self.elements):
            return False
        if not self.headed or self.note is not None:
            return True
        if self.place.keeps_heading and not self.standing:
            return True
        return bool(self.pending or self.section.rest) or self.section.filled is not None

    def _field(self, label: str) -> None:
        text = passage(self.pending, self.remarks)
        rest = self._rest()
        self.pending = []
        filled = self.section.filled
        if self.note is not None or filled is not None:
            element = noted_field(label, text, rest, self.note or Note(), filled)
        elif self.section.marker == "prompt" and not text.blocks:
            element = prompt_field(Prompt(label, rest), text.comments)
        else:
            element = text_field(label, text, rest)
        self.elements.append(element)
        self.note = None


def _is_label(block: Block) -> bool:
    """Return whether a block can be the label of the checkboxes below it."""
    if not isinstance(block, Paragraph) or len(block.lines) > 1:
        return False
    return len(block.raw) <= MAX_LABEL and not block.lines[0].rich


def _markdown(heading: str, text: str) -> Element:
    return Element(type="markdown", value=joined(heading, text))
