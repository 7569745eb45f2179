"""A Markdown text as sections: what a heading, a bold label or a lone prompt stands above.

Owns where one field's text ends and the next one's begins. What a section becomes is decided in
`fields`.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from issue_scaffold.convert.blocks import (
    Block,
    Comment,
    Heading,
    Html,
    Line,
    List,
    Paragraph,
    Table,
    Text,
    holds,
    holds_only,
)
from issue_scaffold.convert.notes import END, note_of
from issue_scaffold.convert.prompts import (
    Prompt,
    asks,
    bold_label,
    choices_in,
    question_in,
    request_in,
    short_prompt,
    without_colon,
)
from issue_scaffold.convert.wording import tells_to_expand

LABEL_LEVEL: Final = 7
PROMPT_LEVEL: Final = 8
Marker = Literal["none", "heading", "label", "prompt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A marker and the blocks below it.

    `label` is the marker's text, `raw` its source, `rest` what follows on its line. `level` is the
    heading's; bold labels and prompts lie below every heading. `filled` is the text that a note
    fences off as the field's own, however it may look. `is_question` says that the marker is a
    question in plain text.
    """

    marker: Marker
    level: int
    label: str = ""
    raw: str = ""
    rest: str = ""
    blocks: tuple[Block, ...] = ()
    filled: str | None = None
    is_question: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands below the marker."""
        return not self.rest and not self.blocks and self.filled is None


@dataclass(slots=True)
class _Open:
    """A section while its blocks come in."""

    section: Section
    end: int = 0
    blocks: list[Block] = field(default_factory=list)

    def closed(self) -> Section:
        return replace(self.section, blocks=tuple(self.blocks))


def split_sections(text: Text) -> tuple[Section, ...]:
    """Return the sections of a text, in order; the first has no marker and may be empty."""
    return tuple(_Splitter(text).sections())


class _Splitter:
    """Walks over the blocks once, opening a section at every marker."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.done: list[Section] = []
        self.open = _Open(Section(marker="none", level=0))
        # Whether the comment of the last label stood above it.
        self.above = False
        self.asking: frozenset[int] = frozenset()

    def sections(self) -> Iterator[Section]:
        blocks = _split_paragraphs(self.text.blocks)
        self.asking = _several_questions(blocks)
        index = 0
        while index < len(blocks):
            block = blocks[index]
            end = _fenced_end(blocks, index)
            if end is None:
                index += 1
                self._take(block, blocks[index] if index < len(blocks) else None)
            else:
                lines = self.text.lines[block.end : blocks[end].start]
                self.open.section = replace(self.open.section, filled="\n".join(lines).strip("\n"))
                self._add(block)
                index = end + 1
        yield from self.done
        yield self.open.closed()

    def _take(self, block: Block, following: Block | None) -> None:
        if isinstance(block, Heading):
            if block.text:
                self.above = False
                self._begin(
                    Section(marker="heading", level=block.level, label=block.text, raw=block.raw),
                    block.end,
                )
        elif isinstance(block, Paragraph) and (begun := self._marker(block, following)):
            self._begin_label(begun, block)
            for text in block.lines[0].comments:
                self._add(
                    Comment(raw=f"<!-- {text} -->", start=block.start, end=block.end, text=text)
                )
        elif isinstance(block, Html) and self._is_folded_label(block):
            label = block.summary
            section = Section(marker="label", level=LABEL_LEVEL, label=label, raw=f"**{label}**")
            self._begin_label(section, block)
            self._add(replace(block, summary=""))
        else:
            self._add(block)

    def _add(self, block: Block) -> None:
        self.open.blocks.append(block)

    def _begin(self, section: Section, end: int) -> None:
        self.done.append(self.open.closed())
        self.open = _Open(section, end)

    def _begin_label(self, section: Section, block: Block) -> None:
        """Open the section of a label, with the comments above it that belong to it."""
        comments = self._comments_above(block.start)
        self._begin(section, block.end)
        for comment in comments:
            self._add(comment)

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
        end = self.open.end
        if self.open.blocks:
            end = self.open.blocks[-1].end
        return 0 < end < start

    def _heads(self, comments: Sequence[Comment]) -> bool:
        """Return whether comments between a heading and a label say that they mean the label."""
        if self.open.section.marker != "heading" or self.open.blocks:
            return False
        return any(re.search(r"(?i)\bbelow\b", comment.text) for comment in comments)

    def _is_folded_label(self, block: Html) -> bool:
        if not block.summary or block.text or tells_to_expand(block.summary):
            return False
        return self.above or self._has_content()

    def _has_content(self) -> bool:
        return bool(self.open.section.rest) or not holds_only(self.open.blocks, Comment)

    def _marker(self, block: Paragraph, following: Block | None) -> Section | None:
        """Return the section that a paragraph opens, if it does: a label, or a question."""
        if len(block.lines) > 1:
            return self._question(block, following)
        line = block.lines[0]
        bold = self._bold_marker(line, following)
        if bold:
            return Section(
                marker="label", level=LABEL_LEVEL, label=bold.label, raw=line.raw, rest=bold.rest
            )
        prompt = short_prompt(line, in_list=False)
        if prompt is None or asks(line.raw) or (not prompt.rest and _continues(following)):
            return self._question(block, following)
        label = without_colon(prompt.label)
        return Section(
            marker="prompt", level=PROMPT_LEVEL, label=label, raw=line.raw, rest=prompt.rest
        )

    def _question(self, block: Paragraph, following: Block | None) -> Section | None:
        """Return the section of a question, unless a heading or label asks it already."""
        prompt = self._asked(block)
        if prompt is None:
            return None
        # After another text, and before its own comment.
        is_new = isinstance(following, Comment) and self._has_content()
        if not (is_new or self._is_free(block) or choices_in(prompt.rest)):
            return None
        return Section(
            marker="label",
            level=LABEL_LEVEL,
            label=prompt.label,
            raw=block.raw,
            rest=prompt.rest,
            is_question=True,
        )

    def _asked(self, block: Paragraph) -> Prompt | None:
        """Return what a paragraph asks; below a label, what is in italics belongs to it."""
        if not self._is_open and any(line.emphasised for line in block.lines):
            return None
        prompt = question_in(block.raw)
        if prompt is None and self.open.section.marker == "none":
            prompt = request_in(block.raw)
        return prompt

    @property
    def _is_open(self) -> bool:
        """Whether neither a heading nor a label stands above."""
        return self.open.section.marker == "none" or self.open.section.is_question

    def _is_free(self, block: Paragraph) -> bool:
        """Return whether no heading or label stands above that a question could belong to."""
        if holds(self.open.blocks, List, Table):
            return True
        return self._is_open or block.start in self.asking

    def _bold_marker(self, line: Line, following: Block | None) -> Prompt | None:
        bold = bold_label(line)
        if note_of(following) is not None:
            return bold or _noted_label(line)
        if bold and not _is_shout(line, following, self.open):
            return bold
        return None


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


def _split_paragraphs(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks, each line that could be a marker as a paragraph of its own."""
    parts: list[Block] = []
    for block in blocks:
        if not isinstance(block, Paragraph) or len(block.lines) == 1:
            parts.append(block)
            continue
        run: list[Line] = []
        for line in block.lines:
            if _may_mark(line) or _asks_anew(line, run):
                parts.extend(_paragraph(block, run))
                parts.extend(_paragraph(block, [line]))
                run = []
            else:
                run.append(line)
        parts.extend(_paragraph(block, run))
    return parts


def _asks_anew(line: Line, run: Sequence[Line]) -> bool:
    """Return whether a line is a question of its own, rather than the end of one."""
    if question_in(line.raw) is None or line.emphasised or not line.raw[:1].isupper():
        return False
    return not run or run[-1].raw.endswith((".", "!", "?", ":"))


def _several_questions(blocks: Sequence[Block]) -> frozenset[int]:
    """Return where the questions are that stand under one heading, two or more with comments."""
    found: set[int] = set()
    run: list[int] = []
    answered = False
    for block, following in itertools.zip_longest(blocks, blocks[1:]):
        if isinstance(block, Heading):
            found.update(run if run[1:] and answered else ())
            run, answered = [], False
        elif isinstance(block, Paragraph) and question_in(block.raw):
            run.append(block.start)
            answered = answered or isinstance(following, Comment)
    found.update(run if run[1:] and answered else ())
    return frozenset(found)


def _may_mark(line: Line) -> bool:
    if bold_label(line) is not None:
        return True
    return short_prompt(line, in_list=False) is not None and not asks(line.raw)


def _paragraph(block: Paragraph, lines: Sequence[Line]) -> Iterator[Paragraph]:
    if not lines:
        return
    at = next(index for index, line in enumerate(block.lines) if line is lines[0])
    raw = "\n".join(line.raw for line in lines)
    yield replace(
        block,
        raw=raw,
        lines=tuple(lines),
        start=block.start + at,
        end=block.start + at + len(lines),
    )


def _noted_label(line: Line) -> Prompt | None:
    """Return the label of a bold line that Markdown reads otherwise, and a note says to be one."""
    if line.label is not None and line.rest:
        return Prompt(line.label, line.rest)
    inner = line.raw.removeprefix("**").removesuffix("**")
    if f"**{inner}**" == line.raw and inner.strip():
        return Prompt(inner, "")
    return None


def _is_shout(line: Line, following: Block | None, opened: _Open) -> bool:
    """Return whether a bold line calls out, in capitals and before a text, and names no field."""
    words = [word for word in line.raw.split() if any(char.isalpha() for char in word)]
    loud = len(words) > 3 and line.raw == line.raw.upper()  # noqa: PLR2004 - BUG REPORT is a title
    return loud and opened.section.marker == "none" and isinstance(following, Paragraph)


def _continues(block: Block | None) -> bool:
    """Return whether a block takes up what a line ending in a colon announces."""
    if block is None or isinstance(block, Heading | Comment):
        return False
    if not isinstance(block, Paragraph):
        return True
    first = block.lines[0]
    if question_in(block.raw) is not None:
        return False
    return bold_label(first) is None and short_prompt(first, in_list=False) is None
