"""What a section becomes: markdown elements, and the fields that stand for what reporters were to write below it.

Owns which kind of field a text asks for. Labels, options and every word of the section are kept; what a form can't
show is remarked on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from issue_scaffold.convert.blocks import Block, Code, Comment, List, Paragraph, Table
from issue_scaffold.convert.boxes import OptionGroup, parts_of
from issue_scaffold.convert.form import Element, Option, Remark
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
from issue_scaffold.convert.texts import passage


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPlace:
    """Where a section stands.

    Whether others lie below it, whether it is the template's title, and whether sections like it keep their heading
    above their fields.
    """

    has_children: bool
    is_title: bool
    keeps_heading: bool


def elements_of(
    section: Section, place: SectionPlace, remarks: list[Remark]
) -> tuple[Element, ...]:
    """Return the elements that a section becomes."""
    return tuple(_SectionWalk(section, place, remarks).build())


def is_only_heading(section: Section, place: SectionPlace, remarks: list[Remark]) -> bool:
    """Return whether a section is a heading over others, with no field of its own."""
    if section.is_empty:
        return place.has_children
    if section.marker != "heading" or section.filled is not None:
        return False
    if any(
        isinstance(block, List) and (block.has_boxes or is_prompt_list(block))
        for block in section.blocks
    ):
        return False
    if any(isinstance(block, Code | Table) for block in section.blocks) or not place.has_children:
        return False
    return place.is_title and not asks(passage(section.blocks, list(remarks)).everything())


@dataclass(slots=True)
class _SectionWalk:
    """Walks over one section's blocks; `pending` are those that no element has taken up yet.

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
        if is_only_heading(self.section, self.place, self.remarks):
            text = passage(self.section.blocks, self.remarks).everything()
            return [_markdown(self.section.raw, text)]
        found = [
            split_note(block.text)[1] for block in self.section.blocks if isinstance(block, Comment)
        ]
        notes = [note for note in found if note]
        if self._keeps_heading(notes) and not (notes and notes[0].type == "markdown"):
            self._head()
        for block in self.section.blocks:
            self._take(block)
        self._close()
        return self.elements

    def _keeps_heading(self, notes: Sequence[Note]) -> bool:
        if self.section.marker != "heading":
            return False
        if notes:
            return any(note.headed for note in notes)
        return self.place.keeps_heading

    def _head(self, text: str = "") -> None:
        self.headed = True
        self.elements.append(_markdown(self.section.raw, text))

    @property
    def label(self) -> str:
        label = without_colon(self.section.label)
        return bare(label) if self.headed else label

    @property
    def has_field(self) -> bool:
        return any(element.is_field for element in self.elements)

    def _next_label(self) -> str:
        count = sum(
            element.is_field and element.label.startswith(self.label) for element in self.elements
        )
        return (
            self.label
            if not count
            else f"{self.label} (continued{f' {count}' if count > 1 else ''})"
        )

    def _take(self, block: Block) -> None:
        if isinstance(block, Comment):
            text, note = split_note(block.text)
            if note is not None and note.type == "markdown":
                self._standing_text(text)
                return
            self.note = note or self.note
            if text:
                self.pending.append(replace(block, text=text))
        elif isinstance(block, List) and block.has_boxes:
            self._boxes(block)
        elif isinstance(block, List) and self.note is None and is_prompt_list(block):
            self._prompts(block)
        else:
            self.pending.append(block)

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
        if not self.elements and self.section.marker != "none":
            self._head(self._said())
        else:
            self._tell()
        for item in block.items:
            self.elements.append(prompt_field(prompt_of(item), item.line.comments))
        self.headed = True

    def _boxes(self, block: List) -> None:
        label = self._boxes_label()
        options: list[Option] = []
        # The end mark makes the last checkboxes like the others.
        for part in (*parts_of(block, self.remarks), None):
            if isinstance(part, Option):
                options.append(part)
                continue
            if options:
                self._finish_boxes(label, options)
                options, label = [], self._next_label() if self.section.marker != "none" else label
            if isinstance(part, OptionGroup) and part.label:
                named = self.section.marker != "none" and self.label
                label = f"{self.label}: {part.label}" if named else part.label
            elif isinstance(part, OptionGroup):
                label = self._next_label() if self.section.marker != "none" else "Checklist"
            elif part is not None:
                self.pending.append(part)

    def _finish_boxes(self, label: str, options: Sequence[Option]) -> None:
        found = passage(self.pending, self.remarks)
        description = found.everything(self.section.rest if not self.has_field else "")
        self.pending = []
        single = asks_for_one(label) or any(asks_for_one(part) for part in description.split("\n"))
        kind = (
            self.note.type
            if self.note and self.note.type
            else "dropdown"
            if single
            else "checkboxes"
        )
        if description.strip().rstrip(".") == "Choose one":
            description = ""
        else:
            description = description.replace("\n\nChoose one.", "")
        element = Element(
            type="dropdown" if kind == "dropdown" else "checkboxes",
            label=label,
            description=description,
            options=tuple(options),
        )
        self.elements.append(patched(element, self.note))
        self.note = None

    def _boxes_label(self) -> str:
        if self.section.marker != "none":
            return self._next_label()
        last = self.pending[-1] if self.pending else None
        if (
            isinstance(last, Paragraph)
            and len(last.lines) == 1
            and len(last.raw) <= MAX_LABEL
            and not last.lines[0].rich
        ):
            self.pending.pop()
            self._tell()
            return without_colon(last.raw)
        if not all(isinstance(block, Comment) for block in self.pending):
            self._tell()
        self.remarks.append(
            Remark(kind="added", message="the label `Checklist` for checkboxes that had none")
        )
        return "Checklist"

    def _said(self) -> str:
        text = passage(self.pending, self.remarks).everything(
            self.section.rest if not self.has_field else ""
        )
        self.pending = []
        return text

    def _tell(self) -> None:
        """Make what is pending a markdown element."""
        text = self._said()
        if text:
            self.elements.append(Element(type="markdown", value=text))

    def _close(self) -> None:
        if self.section.marker == "none" and not (self.note and self.note.type):
            self._tell()
            return
        if not self.has_field and not (self.headed and not self._has_content()):
            self._field(self.label)
        elif any(
            isinstance(block, Code) or (isinstance(block, Table) and block.blank)
            for block in self.pending
        ):
            self._field(self._next_label())
        else:
            self._tell()

    def _has_content(self) -> bool:
        kept = (self.place.keeps_heading and not self.standing) or self.note is not None
        return kept or bool(self.pending or self.section.rest or self.section.filled is not None)

    def _field(self, label: str) -> None:
        found = passage(self.pending, self.remarks)
        rest = self.section.rest if not self.has_field else ""
        self.pending = []
        if self.note is not None or self.section.filled is not None:
            note = self.note or Note()
            self.elements.append(noted_field(label, found, rest, note, self.section.filled))
        elif self.section.marker == "prompt" and not found.blocks:
            self.elements.append(prompt_field(Prompt(label, rest), found.comments))
        else:
            self.elements.append(text_field(label, found, rest))
        self.note = None


def _markdown(heading: str, text: str) -> Element:
    return Element(type="markdown", value=f"{heading}\n\n{text}" if text else heading)
