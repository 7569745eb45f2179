"""What a section becomes: markdown elements, and fields for what reporters were to write below it.

Owns which kind of field a text asks for. Labels, options and every word of the section are kept;
what a form can't show is remarked on.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from issue_scaffold.convert.blocks import (
    Block,
    Code,
    Comment,
    List,
    ListItem,
    Paragraph,
    Table,
    comments_in,
    holds,
    holds_only,
)
from issue_scaffold.convert.boxes import OptionGroup, parts_of
from issue_scaffold.convert.form import Element, ElementType, Option, Remark
from issue_scaffold.convert.notes import Note, note_of, split_note
from issue_scaffold.convert.open_section import Section
from issue_scaffold.convert.prompts import (
    MAX_LABEL,
    Prompt,
    asks,
    asks_for_one,
    bare,
    choices_in,
    choosing_in,
    is_brief,
    is_exclusive,
    is_plain_offer,
    is_prompt_list,
    is_question_or_key,
    list_asks,
    plain_choice,
    question_in,
    tells,
    without_colon,
)
from issue_scaffold.convert.questions import (
    has_choices,
    has_part_to_fill,
    leave_room,
    names_a_group,
)
from issue_scaffold.convert.singles import (
    item_field,
    noted_field,
    patched,
    prompt_field,
    table_fields,
    text_field,
)
from issue_scaffold.convert.texts import is_blank_table, joined, list_of, passage, source_of
from issue_scaffold.convert.wording import (
    REQUIRED,
    is_notice,
    is_reminder,
    is_request,
    without_ticking,
)

# The label of checkboxes that have none.
CHECKLIST: Final = "Checklist"
_COMMENT: Final = re.compile(r"<!--+(.*?)-->", re.DOTALL)
_OTHER: Final = re.compile(r"(?i)(?:another|others?|something else|custom|else)\b.{0,40}:")
_SPECIFY: Final = re.compile(
    r"(?i)\b(?:specify|which|what|who|where|when|how|name|describe|version|fill|enter|list"
    r"|explain|details?|add|give|your)\b"
)
_BLANK: Final = re.compile(r"\s*(?:_{3,}|\.{4,}|\\_(?:\\?_)+)\s*$")


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
    """Return whether a section is a heading over others, or a notice, with no field of its own."""
    if section.is_empty:
        return place.has_children and not _is_asking(section)
    if section.marker not in {"heading", "label"} or section.filled is not None:
        return False
    if _is_notice(section):
        return True
    if section.marker == "label":
        return False
    return place.has_children and (_has_reminders_only(section) or _is_lead(section, place))


def _is_asking(section: Section) -> bool:
    """Return whether a marker asks by itself, however many others stand below it."""
    if section.stands_alone and not names_a_group(without_colon(section.label)):
        return True
    return is_request(section.label) or section.label.endswith(REQUIRED)


def _is_lead(section: Section, place: SectionPlace) -> bool:
    """Return whether a section is the template's title, over words that ask for nothing."""
    if not place.is_title or (section.level > 1 and _has_comments_only(section)):
        return False
    blocks = section.blocks
    if question_in(section.label) or any(map(_asks_for_more, blocks)):
        return False
    if has_part_to_fill(blocks) or has_choices(section.label, blocks):
        return False
    # What is lost of the text is remarked on when its elements are made.
    text = passage(blocks, [])
    return not (text.is_scaffold or any(map(asks, (text.everything(), text.source))))


def _is_notice(section: Section) -> bool:
    """Return whether a heading stands over a text that is only to be read."""
    if any(_is_to_answer(block) for block in section.blocks if not isinstance(block, Code)):
        return False
    if any(map(note_of, section.blocks)):
        return False
    read = [block for block in section.blocks if not isinstance(block, Comment)]
    return is_notice(without_colon(section.label), passage(read, []).everything(section.rest))


def _has_reminders_only(section: Section) -> bool:
    """Return whether nothing but comments stands below a heading, and none of them asks."""
    if not _has_comments_only(section):
        return False
    comments = comments_in(section.blocks)
    return all(is_reminder(block.text) and note_of(block) is None for block in comments)


def _has_comments_only(section: Section) -> bool:
    return holds_only(section.blocks, Comment)


def _is_to_answer(block: Block) -> bool:
    """Return whether reporters are to do something with a block, whatever it says."""
    if isinstance(block, List):
        is_scaffold = not all(item.line.raw for item in block.items)
        return block.has_boxes or is_scaffold or is_prompt_list(block) or list_asks(block)
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
        notes = [note for note in map(note_of, self.section.blocks) if note is not None]
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

    @property
    def _fields(self) -> list[Element]:
        return [element for element in self.elements if element.is_field]

    def _next_label(self) -> str:
        label = self.label
        match sum(element.label.startswith(label) for element in self._fields):
            case 0:
                return label
            case 1:
                return f"{label} (continued)"
            case count:
                return f"{label} (continued {count})"

    def _take(self, block: Block) -> None:
        match block:
            case Comment():
                self._take_comment(block)
            case List(has_boxes=True):
                self._boxes(block)
            case List() if self.note is None and is_prompt_list(block):
                self._prompts(block)
            case List() if self.note is None and list_asks(block):
                self._questions(block)
            case Table(blank=True) if self.note is None:
                self._table(block)
            case _:
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

    def _table(self, table: Table) -> None:
        """Make a field of each row with an empty cell; a table without names for them is filled."""
        fields = table_fields(table, self.remarks)
        if not fields:
            if not self.has_marker:
                self._tell()
                label = " / ".join(cell for cell in table.rows[0] if cell) or CHECKLIST
                self.elements.append(Element(type="textarea", label=label, value=table.raw))
            else:
                self.pending.append(table)
            return
        self._lead()
        self.elements.extend(fields)
        self.headed = True

    def _lead(self) -> None:
        """Put what stands above several fields in front of them, as a field if it asks itself."""
        if self.has_marker and not self.elements and self._is_asked_above():
            self._field(self._next_label())
        elif self.has_marker and not self.elements:
            self._head(self._told())
        else:
            self._tell()

    def _told(self) -> str:
        """Take what is pending as one text, without what the marker's line says already."""
        text = passage(self.pending, self.remarks).everything()
        self.pending = []
        return text

    def _is_asked_above(self) -> bool:
        if self._is_answered_before() or choices_in(self._rest()):
            return True
        if self._rest() and self.section.is_key:
            return True
        if is_request(self.section.label) and not self.section.label.endswith(":"):
            return True
        pending = self.pending
        if names_a_group(self.label):
            pending = [block for block in pending if not isinstance(block, Comment)]
        elif leave_room(pending):
            return True
        return any(map(_leaves_room, pending))

    def _prompts(self, block: List) -> None:
        if self._is_asked_above():
            self._lead()
        elif not self.elements and self.has_marker:
            self._head(self._told())
        else:
            self._tell()
        for item in block.items:
            element = item_field(item, self.remarks)
            self.elements.append(_required_by_star(element, self.remarks))
        self.headed = True

    def _questions(self, block: List) -> None:
        """Make a field of each item that asks, of all if most do; the others are text."""
        asking = sum(map(is_question_or_key, block.items))
        others: list[ListItem] = []
        for item in block.items:
            if is_question_or_key(item) or (item.is_line and asking * 2 > len(block.items)):
                self._pend(block, others)
                others = []
                self._lead()
                self.elements.append(item_field(item, self.remarks))
                self.headed = True
                continue
            below = [inner for inner in item.blocks if isinstance(inner, List)]
            if not any(map(list_asks, below)):
                others.append(item)
                continue
            kept = tuple(inner for inner in item.blocks if not isinstance(inner, List))
            self._pend(block, [*others, replace(item, blocks=kept)])
            others = []
            for inner in below:
                self._take(inner)
        self._pend(block, others)

    def _pend(self, block: List, items: Sequence[ListItem]) -> None:
        if items:
            self.pending.append(list_of(block, items))

    def _is_answered_before(self) -> bool:
        """Return whether the label is answered on its own line, so that boxes below are others."""
        rest = self.section.rest
        if not rest or self.note is not None or self.section.marker == "heading" or self.elements:
            return False
        if not is_brief(rest) or is_request(rest) or asks_for_one(rest) or choices_in(rest):
            return False
        return not holds(self.pending, Comment)

    def _boxes(self, block: List) -> None:
        if self._is_answered_before():
            self._field(self.label)
            self.section = Section(marker="none", level=0)
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
            elif isinstance(part, Paragraph) and (asked := question_in(part.lines[0].raw)):
                self._tell()
                self.elements.append(text_field(asked.label, passage([], []), asked.rest))
            elif isinstance(part, List) and list_asks(part):
                self._tell()
                self._questions(part)
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
        is_noted = self.note is not None
        kind: ElementType = "checkboxes"
        if self._is_dropdown(label, described, [option.label for option in options]):
            kind = "dropdown"
        described = self._without_choosing(kind, described)
        asked: list[Element] = []
        if not is_noted:
            described = self._without_ticking(described)
            options, asked, told = _specified(options)
            described = joined(described, *told)
        if kind == "dropdown" and not is_noted:
            options = [Option(label=plain_choice(option.label)) for option in options]
        element = Element(type=kind, label=label, description=described, options=tuple(options))
        self.elements.append(patched(element, self.note))
        self.elements.extend(asked)
        self.note = None
        if self.has_marker:
            return self._next_label()
        return label

    def _without_choosing(self, kind: ElementType, described: str) -> str:
        """Return a text without the lines that say to choose one, which a dropdown says itself."""
        if kind != "dropdown":
            return described
        lines = described.split("\n")
        left = [line for line in lines if not is_plain_offer(line)]
        if left != lines:
            self._leave_choosing_out(line for line in lines if is_plain_offer(line))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(left)).strip("\n")

    def _leave_choosing_out(self, lines: Iterable[str]) -> None:
        message = "that one may be chosen"
        self.remarks.append(Remark(kind="left out", message=message, text=" ".join(lines)))

    def _without_ticking(self, described: str) -> str:
        left = without_ticking(described)
        if left != described:
            message = "how to tick a box in Markdown"
            self.remarks.append(Remark(kind="left out", message=message, text=described))
        return left

    def _is_dropdown(self, label: str, description: str, options: Sequence[str]) -> bool:
        if self.note is not None and self.note.type is not None:
            return self.note.type == "dropdown"
        if self.note is None and is_exclusive(label, description, options):
            return True
        return any(map(asks_for_one, (label, *description.split("\n"))))

    def _boxes_label(self) -> str:
        if self.has_marker:
            return self._next_label()
        if self.pending and _is_label(self.pending[-1]):
            last = self.pending.pop()
            self._tell()
            return without_colon(last.raw)
        if not holds_only(self.pending, Comment):
            self._tell()
        message = f"the label `{CHECKLIST}` for checkboxes that had none"
        self.remarks.append(Remark(kind="added", message=message))
        return CHECKLIST

    def _rest(self) -> str:
        """Return what follows the label on its line, which belongs to the first field."""
        if self._fields:
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
        elif holds(self.pending, Code) or any(map(is_blank_table, self.pending)):
            self._field(self._next_label())
        else:
            self._tell()

    def _lacks_field(self) -> bool:
        if self._fields:
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
        if self.note is None:
            element = _required_by_star(element, self.remarks)
        self.elements.append(element)
        if element.type == "dropdown":
            leads = [lead for block in text.blocks if (lead := choosing_in(source_of([block])))]
            if leads:
                self._leave_choosing_out(leads)
        self.note = None


def _required_by_star(element: Element, remarks: list[Remark]) -> Element:
    """Return a field whose label ends in a star as one that has to be filled in."""
    bare_label = element.label.removesuffix(REQUIRED).rstrip()
    if not bare_label or bare_label == element.label:
        return element
    message = f"`{bare_label}` is required now, as its star says"
    remarks.append(Remark(kind="changed", message=message, text=element.label))
    return replace(element, label=bare_label, required=True)


def _asks_for_more(block: Block) -> bool:
    return _is_to_answer(block) or _leaves_room(block)


def _leaves_room(block: Block) -> bool:
    """Return whether a block above several fields is answered by none of them."""
    if isinstance(block, Paragraph):
        return question_in(block.raw) is not None
    if isinstance(block, Comment):
        return question_in(block.text) is not None
    return isinstance(block, List | Code)


class _Specified(NamedTuple):
    """Options without comments and blanks, a field for each blank, and what else comments say."""

    options: list[Option]
    asked: list[Element]
    told: list[str]


def _specified(options: Sequence[Option]) -> _Specified:
    """Return options without what is to be filled in: `Other: <!-- … -->`."""
    plain: list[Option] = []
    asked: list[Element] = []
    told: list[str] = []
    for option in options:
        said = joined(*(text.strip() for text in _COMMENT.findall(option.label)), by=" ")
        left = _BLANK.sub("", _COMMENT.sub("", option.label)).strip()
        words = left.rstrip(": ") or said
        if _is_to_fill(left, said) or _BLANK.search(option.label):
            plain.append(replace(option, label=words))
            asked.append(Element(type="input", label=without_colon(words), description=said))
        elif said:
            plain.append(replace(option, label=left))
            told.append(f"{left}: {said}")
        else:
            plain.append(option)
    return _Specified(plain, asked, told)


def _is_to_fill(option: str, said: str) -> bool:
    """Return whether an option, and what a comment says of it, leave room for words."""
    if _OTHER.fullmatch(option) is not None:
        return True
    return bool(said) and (option.endswith(":") or not option or _SPECIFY.search(said) is not None)


def _is_label(block: Block) -> bool:
    """Return whether a block can be the label of the checkboxes below it."""
    if not isinstance(block, Paragraph) or len(block.lines) > 1:
        return False
    if block.raw[0] in "/@" or tells(block.raw):
        return False
    if block.raw.endswith(".") and not is_request(block.raw):
        return False
    return len(block.raw) <= MAX_LABEL and not block.lines[0].rich


def _markdown(heading: str, text: str) -> Element:
    return Element(type="markdown", value=joined(heading, text))
