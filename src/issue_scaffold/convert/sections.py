"""A Markdown text as sections: what a heading, a bold label or a lone prompt stands above.

Owns where one field's text ends and the next one's begins. What a section becomes is decided in `fields`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from issue_scaffold.convert.blocks import Block, Comment, Heading, Html, Line, List, Paragraph, Text
from issue_scaffold.convert.notes import END, split_note
from issue_scaffold.convert.prompts import Prompt, asks, bold_label, short_prompt, without_colon

LABEL_LEVEL: Final = 7
PROMPT_LEVEL: Final = 8
Marker = Literal["none", "heading", "label", "prompt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A marker and the blocks below it. `label` is its text, `raw` its source, `rest` what follows on its line.

    `level` is the heading's; bold labels and prompts lie below every heading. `filled` is the text that a note
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
        skip_to = -1
        for index, block in enumerate(blocks):
            if index < skip_to:
                continue
            end = _fenced_end(block, blocks, index)
            if end is not None:
                assert isinstance(block, Comment)  # noqa: S101 - only a note fences
                self._fence(block, "\n".join(self.text.lines[block.end : blocks[end].start]))
                skip_to = end + 1
                continue
            self._take(block, blocks[index + 1] if index + 1 < len(blocks) else None)
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
            self._begin(
                Section(
                    marker="label",
                    level=LABEL_LEVEL,
                    label=block.summary,
                    raw=f"**{block.summary}**",
                )
            )
            self._add(replace(block, summary=""))
        else:
            self._add(block)

    def _add(self, block: Block) -> None:
        self.open.blocks.append(block)

    def _begin(self, section: Section) -> None:
        self.done.append(self.open.closed())
        self.open = _Open(section)

    def _fence(self, comment: Comment, raw: str) -> None:
        self.open.section = replace(self.open.section, filled=raw.strip("\n"))
        self._add(comment)

    def _has_content(self) -> bool:
        return bool(self.open.section.rest) or any(
            not isinstance(block, Comment) for block in self.open.blocks
        )

    def _marker(self, block: Paragraph, following: Block | None) -> Section | None:
        """Return the section that a paragraph of one line opens, if it does."""
        if len(block.lines) > 1:
            return None
        line = block.lines[0]
        noted = isinstance(following, Comment) and split_note(following.text)[1] is not None
        bold = bold_label(line) or (_noted_label(line) if noted else None)
        if bold and (noted or not _is_shout(line, following, self.open)):
            return Section(
                marker="label", level=LABEL_LEVEL, label=bold.label, raw=line.raw, rest=bold.rest
            )
        prompt = short_prompt(line, in_list=False)
        if prompt and not (isinstance(following, List) or _continues(following) or asks(line.raw)):
            label = without_colon(prompt.label)
            return Section(
                marker="prompt", level=PROMPT_LEVEL, label=label, raw=line.raw, rest=prompt.rest
            )
        return None


def _fenced_end(block: Block, blocks: Sequence[Block], index: int) -> int | None:
    """Return the place of the comment that ends what a note fences off, if the block is such a note."""
    if not isinstance(block, Comment):
        return None
    note = split_note(block.text)[1]
    if note is None or not note.fenced:
        return None
    rest = range(index + 1, len(blocks))
    return next(
        (at for at in rest if isinstance(other := blocks[at], Comment) and other.text == END), None
    )


def _split_paragraphs(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks, each line of a paragraph that could be a marker as a paragraph of its own."""
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
    return bold_label(line) is not None or (
        short_prompt(line, in_list=False) is not None and not asks(line.raw)
    )


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
    """Return the label of a bold line that Markdown reads otherwise, which a note below says to be one."""
    if line.label is not None and line.rest:
        return Prompt(line.label, line.rest)
    inner = line.raw.removeprefix("**").removesuffix("**")
    return Prompt(inner, "") if f"**{inner}**" == line.raw and inner.strip() else None


def _is_shout(line: Line, following: Block | None, opened: _Open) -> bool:
    """Return whether a bold line calls out (in capitals, before more bold text) instead of naming a field."""
    words = [word for word in line.raw.split() if any(char.isalpha() for char in word)]
    loud = len(words) > 3 and line.raw == line.raw.upper()  # noqa: PLR2004 - BUG REPORT is a title
    return loud and opened.section.marker == "none" and isinstance(following, Paragraph)


def _continues(block: Block | None) -> bool:
    """Return whether a block takes up what a line ending in a colon announces."""
    return (
        block is not None
        and not isinstance(block, Heading | Comment)
        and not (
            isinstance(block, Paragraph)
            and (
                bold_label(block.lines[0]) is not None
                or short_prompt(block.lines[0], in_list=False) is not None
            )
        )
    )
