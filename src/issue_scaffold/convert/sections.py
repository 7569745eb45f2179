"""A Markdown text as sections: what a heading, a bold label or a lone prompt stands above.

Owns where one field's text ends and the next one's begins. What a section becomes is decided in
`fields`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from issue_scaffold.convert.blocks import Block, Comment, Heading, Html, Line, Paragraph, Text
from issue_scaffold.convert.notes import END, split_note
from issue_scaffold.convert.prompts import Prompt, asks, bold_label, short_prompt, without_colon

LABEL_LEVEL: Final = 7
PROMPT_LEVEL: Final = 8
Marker = Literal["none", "heading", "label", "prompt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A marker and the blocks below it.

    `label` is the marker's text, `raw` its source, `rest` what follows on its line. `level` is the
    heading's; bold labels and prompts lie below every heading. `filled` is the text that a note
    fences off as the field's own, however it may look.
    """

    marker: Marker
    level: int
    label: str = ""
    raw: str = ""
    rest: str = ""
    blocks: tuple[Block, ...] = ()
    filled: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands below the marker."""
        return not self.rest and not self.blocks and self.filled is None


@dataclass(slots=True)
class _Open:
    """A section while its blocks come in."""

    section: Section
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

    def sections(self) -> Iterator[Section]:
        blocks = _split_paragraphs(self.text.blocks)
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
                self._begin(
                    Section(marker="heading", level=block.level, label=block.text, raw=block.raw)
                )
        elif isinstance(block, Paragraph) and (begun := self._marker(block, following)):
            self._begin(begun)
            for text in block.lines[0].comments:
                self._add(
                    Comment(raw=f"<!-- {text} -->", start=block.start, end=block.end, text=text)
                )
        elif isinstance(block, Html) and block.summary and not block.text and self._has_content():
            label = block.summary
            self._begin(Section(marker="label", level=LABEL_LEVEL, label=label, raw=f"**{label}**"))
            self._add(replace(block, summary=""))
        else:
            self._add(block)

    def _add(self, block: Block) -> None:
        self.open.blocks.append(block)

    def _begin(self, section: Section) -> None:
        self.done.append(self.open.closed())
        self.open = _Open(section)

    def _has_content(self) -> bool:
        if self.open.section.rest:
            return True
        return any(not isinstance(block, Comment) for block in self.open.blocks)

    def _marker(self, block: Paragraph, following: Block | None) -> Section | None:
        """Return the section that a paragraph of one line opens, if it does."""
        if len(block.lines) > 1:
            return None
        line = block.lines[0]
        bold = self._bold_marker(line, following)
        if bold:
            return Section(
                marker="label", level=LABEL_LEVEL, label=bold.label, raw=line.raw, rest=bold.rest
            )
        prompt = short_prompt(line, in_list=False)
        if prompt is None or asks(line.raw) or _continues(following):
            return None
        label = without_colon(prompt.label)
        return Section(
            marker="prompt", level=PROMPT_LEVEL, label=label, raw=line.raw, rest=prompt.rest
        )

    def _bold_marker(self, line: Line, following: Block | None) -> Prompt | None:
        bold = bold_label(line)
        if isinstance(following, Comment) and split_note(following.text)[1] is not None:
            return bold or _noted_label(line)
        if bold and not _is_shout(line, following, self.open):
            return bold
        return None


def _fenced_end(blocks: Sequence[Block], index: int) -> int | None:
    """Return the place of the comment that ends what a block fences off, if its note does so."""
    block = blocks[index]
    if not isinstance(block, Comment):
        return None
    note = split_note(block.text)[1]
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
            if _may_mark(line):
                parts.extend(_paragraph(block, run))
                parts.extend(_paragraph(block, [line]))
                run = []
            else:
                run.append(line)
        parts.extend(_paragraph(block, run))
    return parts


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
    return bold_label(first) is None and short_prompt(first, in_list=False) is None
