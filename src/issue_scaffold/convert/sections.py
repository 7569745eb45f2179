"""A Markdown text as sections: what a heading, a bold label or a lone prompt stands above.

Owns where one field's text ends and the next one's begins. What a section becomes is decided in
`fields`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from issue_scaffold.convert.block_parts import may_mark, parts_of_blocks, several_questions
from issue_scaffold.convert.blocks import (
    Block,
    BoxesInLine,
    Comment,
    Heading,
    Html,
    Line,
    List,
    Paragraph,
    Quote,
    Text,
    ThematicBreak,
    boxes_in_line,
)
from issue_scaffold.convert.notes import END, note_of
from issue_scaffold.convert.open_section import LABEL_LEVEL, PROMPT_LEVEL, OpenSection, Section
from issue_scaffold.convert.prompts import (
    Prompt,
    asks,
    asks_for_one,
    bold_label,
    bracketed,
    choices_in,
    choices_of,
    offer_in,
    question_before_request,
    question_in,
    request_in,
    short_prompt,
    tells,
    wants_short_answer,
    without_colon,
)
from issue_scaffold.convert.questions import (
    answers_none,
    comment_asks,
    comment_requests,
    ends_folding,
    folded,
    folds_again,
    is_to_fill,
    shown,
)
from issue_scaffold.convert.wording import tells_to_expand


def split_sections(text: Text) -> tuple[Section, ...]:
    """Return the sections of a text, in order; the first has no marker and may be empty."""
    return tuple(_Splitter(text).sections())


class _Splitter:
    """Walks over the blocks once, opening a section at every marker."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.done: list[Section] = []
        self.open = OpenSection(Section(marker="none", level=0))
        # Whether the comment of the last label stood above it.
        self.above = False
        self.asking: frozenset[int] = frozenset()

    def sections(self) -> Iterator[Section]:
        blocks = parts_of_blocks(self.text.blocks)
        self.asking = several_questions(blocks)
        index = 0
        while index < len(blocks):
            block = blocks[index]
            end = _fenced_end(blocks, index)
            if end is None:
                self._take(blocks, index)
                index += 1
            else:
                lines = self.text.lines[block.end : blocks[end].start]
                self.open.section = replace(self.open.section, filled="\n".join(lines).strip("\n"))
                self.open.add(block)
                index = end + 1
        yield from self.done
        yield self.open.closed(len(self.text.lines))

    def _take(self, blocks: Sequence[Block], index: int) -> None:
        block = blocks[index]
        following = next(iter(blocks[index + 1 : index + 2]), None)
        begun: Section | None = None
        match block:
            case Heading():
                self._begin_heading(block)
                return
            case Paragraph():
                begun = self._marker(block, following)
            case Html():
                begun = self._folded_label(blocks, index)
            case Comment():
                begun = self._asked_in_comment(block, following)
        if begun is None:
            self._keep(block)
        else:
            self._begin_label(begun, block)
        if ends_folding(block):
            self._end_folding(block)

    def _begin_heading(self, block: Heading) -> None:
        if block.text:
            self.above = False
            section = Section(marker="heading", level=block.level, label=block.text, raw=block.raw)
            self._begin(section, block.start, block.end)

    def _keep(self, block: Block) -> None:
        """Add a block to the open section, or to a new one if it doesn't belong there."""
        if self.open.rejects(block):
            self._begin(Section(marker="none", level=0), block.start, block.start)
        if self.open.has_marker or not isinstance(block, Paragraph):
            self.open.add(block)
            return
        asking, plain = _without_asking_comments(block)
        self.open.add(plain)
        for comment in asking:
            begun = self._asked_in_comment(comment, None)
            if begun is not None:
                self._begin_label(begun, comment)

    def _end_folding(self, block: Block) -> None:
        if self.open.section.is_folded:
            self._begin(Section(marker="none", level=0), block.end, block.end)
        else:
            self.open.is_answered = True

    def _begin(self, section: Section, start: int, end: int) -> None:
        """Open a section whose marker stands from a line to another."""
        self.done.append(self.open.closed(start))
        self.open = OpenSection(section, end)

    def _begin_label(self, section: Section, block: Block) -> None:
        """Open the section of a label, with the comments above it that belong to it."""
        comments: list[Comment] = []
        if not section.is_comment:
            comments = self._comments_above(block.start)
        is_complete = section.is_complete or bool(choices_of(section.label, section.rest))
        opened = replace(section, blocks=(), is_complete=is_complete)
        self._begin(opened, block.start, block.end)
        said: Sequence[str] = ()
        if isinstance(block, Paragraph):
            said = block.lines[0].comments
        for comment in comments:
            self.open.add(comment)
        for inner in section.blocks:
            self.open.add(inner)
        for text in said:
            self.open.add(
                Comment(raw=f"<!-- {text} -->", start=block.start, end=block.end, text=text)
            )

    def _comments_above(self, start: int) -> list[Comment]:
        """Take the comments that end where a label begins, unless they follow another text."""
        blocks = self.open.blocks
        taken: list[Comment] = []
        while blocks and (comment := _comment_above(blocks[-1], start)):
            taken.insert(0, comment)
            start = comment.start
            blocks.pop()
        if taken and (self.above or self._is_apart(start) or self._heads(taken)):
            self.above = True
            return taken
        blocks.extend(taken)
        return []

    def _is_apart(self, start: int) -> bool:
        """Return whether an empty line stands above a line that isn't the first."""
        return 0 < self.open.end < start

    def _heads(self, comments: Sequence[Comment]) -> bool:
        """Return whether comments between a heading and a label say that they mean the label."""
        if self.open.section.marker != "heading" or self.open.blocks:
            return False
        return any(re.search(r"(?i)\bbelow\b", comment.text) for comment in comments)

    def _folded_label(self, blocks: Sequence[Block], index: int) -> Section | None:
        """Return the section of a folded part that is to be filled in, if a block begins one."""
        block = blocks[index]
        if not isinstance(block, Html) or not block.summary or tells_to_expand(block.summary):
            return None
        if self.open.is_noted or not is_to_fill(block, folded(blocks, index)):
            return None
        is_single = not self.above and not folds_again(blocks, index)
        if is_single and self.open.takes_folded(block):
            return None
        return Section(
            marker="label",
            level=LABEL_LEVEL,
            label=block.summary,
            raw=f"**{block.summary}**",
            blocks=(shown(replace(block, summary="")),),
            is_folded=True,
        )

    def _asked_in_comment(self, block: Comment, following: Block | None) -> Section | None:
        """Return the section of a comment that asks, unless it describes a label beside it."""
        asked = comment_asks(block)
        if asked is None and (not self.open.has_marker or self.open.section.is_comment):
            asked = comment_requests(block)
        if asked is None or self.open.is_noted or self._is_above_label(block, following):
            return None
        if self.open.takes_comment(block):
            return None
        rest = asked.rest
        blocks: tuple[Block, ...] = ()
        if rest and not choices_of(asked.label, rest):
            rest, blocks = "", (replace(block, text=rest),)
        return Section(
            marker="label",
            level=LABEL_LEVEL,
            label=asked.label,
            raw=asked.label,
            rest=rest,
            blocks=blocks,
            is_question=True,
            is_comment=True,
        )

    def _is_above_label(self, block: Comment, following: Block | None) -> bool:
        if not isinstance(following, Paragraph) or following.start != block.end:
            return False
        if not self.above and not self._is_apart(block.start):
            return False
        return may_mark(following.lines[0]) or question_in(following.raw) is not None

    def _marker(self, block: Paragraph, following: Block | None) -> Section | None:
        """Return the section that a paragraph opens, if it does: a label, or a question."""
        if len(block.lines) > 1:
            return self._question(block, following)
        line = block.lines[0]
        boxes, offer = boxes_in_line(line.raw), offer_in(line.raw)
        if boxes is not None and boxes.label and not self.open.is_noted:
            return _labelled_boxes(block, boxes)
        if offer is not None:
            return self._offered(block, offer)
        bold = self._bold_marker(line, following)
        if bold is not None:
            return Section(
                marker="label", level=LABEL_LEVEL, label=bold.label, raw=line.raw, rest=bold.rest
            )
        return self._key(block, following) or self._question(block, following)

    def _key(self, block: Paragraph, following: Block | None) -> Section | None:
        """Return the section of a key with a colon, unless it is a part of a text."""
        line = block.lines[0]
        prompt = short_prompt(line, in_list=False)
        if prompt is None or (asks(line.raw) and self.open.awaits_text):
            return None
        label = without_colon(prompt.label)
        if not prompt.rest and _continues(following):
            return self._lead(block, label, following)
        return Section(
            marker="prompt", level=PROMPT_LEVEL, label=label, raw=line.raw, rest=prompt.rest
        )

    def _offered(self, block: Paragraph, offer: Prompt) -> Section | None:
        """Return the section of a line of choices, unless they are those of what stands above."""
        if self.open.takes_choice(block):
            return None
        return Section(
            marker="label",
            level=LABEL_LEVEL,
            label=offer.label,
            raw=block.raw,
            rest=offer.rest,
            is_complete=True,
        )

    def _lead(self, block: Paragraph, label: str, following: Block | None) -> Section | None:
        """Return the section of a key that leads to what stands below it, if it is a label."""
        if self.open.is_noted or tells(label) or self._is_of_text(block, label, following):
            return None
        return Section(marker="label", level=LABEL_LEVEL, label=label, raw=block.raw)

    def _is_of_text(self, block: Paragraph, label: str, following: Block | None) -> bool:
        """Return whether a key that leads to more is what a label above it asks for."""
        if asks_for_one(label):
            return self.open.takes_choice(block)
        is_prose = isinstance(following, Paragraph | Quote) and block.end < following.start
        if self.open.leads_to(block) and not is_prose:
            return not (wants_short_answer(label) or answers_none(label, following))
        if not isinstance(following, Paragraph) or bracketed(following.raw) is not None:
            return False
        if not self.open.has_marker:
            return False
        return bool(self.open.blocks) and isinstance(self.open.blocks[-1], Paragraph)

    def _question(self, block: Paragraph, following: Block | None) -> Section | None:
        """Return the section of a question, unless a heading or label asks it already."""
        asked = self._asked_in_text(block)
        if asked is None:
            return None
        # After another text, and before its own comment.
        is_new = isinstance(following, Comment) and self.open.has_content
        if is_new or block.start in self.asking or choices_in(asked.rest):
            return asked
        if self.open.takes_question(block):
            return None
        return asked

    def _asked_in_text(self, block: Paragraph) -> Section | None:
        """Return the section of a text that asks; below a label, italics belong to it."""
        opened = self.open.section
        is_free = opened.marker == "none" or opened.is_question
        if not is_free and any(line.emphasised for line in block.lines):
            return None
        asked = question_in(block.raw)
        if asked is not None:
            return _question_section(block, asked)
        if is_free and (told := question_before_request(block.raw)):
            return _question_section(block, Prompt(told.label, ""), told.rest)
        if opened.marker == "none" and (request := request_in(block.raw)):
            return _question_section(block, request)
        return None

    def _bold_marker(self, line: Line, following: Block | None) -> Prompt | None:
        bold = bold_label(line)
        if note_of(following) is not None:
            return bold or _noted_label(line)
        if bold and not _is_shout(line, following, self.open):
            return bold
        return None


def _question_section(block: Paragraph, asked: Prompt, told: str = "") -> Section:
    """Return the section of a question in plain text; `told` says how to answer it."""
    blocks: tuple[Block, ...] = ()
    if told:
        blocks = (Comment(raw="", start=block.start, end=block.end, text=told),)
    return Section(
        marker="label",
        level=LABEL_LEVEL,
        label=asked.label,
        raw=block.raw,
        rest=asked.rest,
        blocks=blocks,
        is_question=True,
    )


def _without_asking_comments(block: Paragraph) -> tuple[list[Comment], Paragraph]:
    """Return the comments in a paragraph's lines that ask, and the paragraph without them."""
    asking: list[Comment] = []
    lines = []
    for line in block.lines:
        found = [
            Comment(raw=f"<!-- {text} -->", start=block.start, end=block.end, text=text)
            for text in line.comments
        ]
        asking.extend(one for one in found if comment_asks(one) is not None)
        kept = tuple(one.text for one in found if comment_asks(one) is None)
        lines.append(replace(line, comments=kept))
    return asking, replace(block, lines=tuple(lines))


def _labelled_boxes(block: Paragraph, boxes: BoxesInLine) -> Section:
    """Return the section of a line of boxes with a label: `Severity: [ ] low [ ] high`."""
    listed = List(raw=block.raw, start=block.start, end=block.end, items=boxes.items, ordered=False)
    return Section(
        marker="label",
        level=LABEL_LEVEL,
        label=without_colon(boxes.label),
        raw=boxes.label,
        blocks=(listed,),
        is_complete=True,
    )


def _comment_above(block: Block, start: int) -> Comment | None:
    """Return a block if it is a comment that ends at a line, and carries no note."""
    if isinstance(block, Comment) and block.end == start and note_of(block) is None:
        return block
    return None


def _fenced_end(blocks: Sequence[Block], index: int) -> int | None:
    """Return the place of the comment that ends what a block fences off, if its note does so."""
    note = note_of(blocks[index])
    if note is None or not note.fenced:
        return None
    for end in range(index + 1, len(blocks)):
        other = blocks[end]
        if isinstance(other, Comment) and other.text == END:
            return end
    return None


def _noted_label(line: Line) -> Prompt | None:
    """Return the label of a bold line that Markdown reads otherwise, and a note says to be one."""
    if line.label is not None and line.rest:
        return Prompt(line.label, line.rest)
    inner = line.raw.removeprefix("**").removesuffix("**")
    if f"**{inner}**" == line.raw and inner.strip():
        return Prompt(inner, "")
    return None


def _is_shout(line: Line, following: Block | None, opened: OpenSection) -> bool:
    """Return whether a bold line calls out, in capitals and before a text, and names no field."""
    words = [word for word in line.raw.split() if any(char.isalpha() for char in word)]
    loud = len(words) > 3 and line.raw == line.raw.upper()  # noqa: PLR2004 - BUG REPORT is a title
    return loud and opened.section.marker == "none" and isinstance(following, Paragraph)


def _continues(block: Block | None) -> bool:
    """Return whether a block takes up what a line ending in a colon announces."""
    if block is None or isinstance(block, Heading | Comment | ThematicBreak):
        return False
    if isinstance(block, Html) and block.summary:
        return False
    if not isinstance(block, Paragraph):
        return True
    first = block.lines[0]
    if question_in(block.raw) is not None:
        return False
    return bold_label(first) is None and short_prompt(first, in_list=False) is None
