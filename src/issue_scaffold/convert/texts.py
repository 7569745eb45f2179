"""The text between two markers: its comments, its source, and whether it is plain enough for a placeholder.

Owns how blocks are put together again as the text of an attribute.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from issue_scaffold.convert.blocks import (
    Block,
    Code,
    Comment,
    Html,
    Line,
    List,
    Paragraph,
    Quote,
    Table,
    ThematicBreak,
)
from issue_scaffold.convert.form import Remark

# A longer text is read better above the field than in it.
_MAX_PLACEHOLDER: Final = 700


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Blocks that belong to one field: what its comments say, and the rest, in order."""

    comments: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def source(self) -> str:
        """The text as written, without the comments."""
        return source_of(self.blocks)

    @property
    def description(self) -> str:
        """What the comments say."""
        return "\n\n".join(self.comments)

    @property
    def codes(self) -> tuple[Code, ...]:
        """The blocks of code."""
        return tuple(block for block in self.blocks if isinstance(block, Code))

    @property
    def is_to_edit(self) -> bool:
        """Whether reporters are to write into the text itself: several pieces of code, a table with empty cells."""
        return len(self.codes) > 1 or any(
            isinstance(block, Table) and block.blank for block in self.blocks
        )

    @property
    def is_plain(self) -> bool:
        """Whether nothing is lost when the text is shown in a field, where Markdown isn't rendered."""
        return (
            not any(_is_rich(block) for block in self.blocks)
            and len(self.source) <= _MAX_PLACEHOLDER
        )

    @property
    def plain(self) -> str:
        """The text without the marks of quotes, which were to set it off from what reporters write."""
        return source_of(tuple(_plain(block) for block in self.blocks))

    def everything(self, rest: str = "") -> str:
        """Return comments, the text behind the label and the text, as one Markdown text."""
        return "\n\n".join(part for part in (*self.comments, rest, self.plain) if part)


def passage(blocks: Sequence[Block], remarks: list[Remark]) -> Passage:
    """Return what blocks say, having remarked on what no form can show."""
    comments: list[str] = []
    texts: list[Block] = []
    for block in blocks:
        if isinstance(block, Comment):
            if any(char.isalnum() for char in block.text):
                comments.append(block.text)
            else:
                remarks.append(
                    Remark(kind="left out", message="a comment without words", text=block.text)
                )
        elif isinstance(block, ThematicBreak):
            remarks.append(Remark(kind="left out", message="a horizontal line", text=block.raw))
        elif isinstance(block, Html) and not block.text:
            remarks.append(
                Remark(kind="left out", message="HTML tags", text=" ".join(block.raw.split()))
            )
            if block.summary:
                line = Line(raw=block.summary)
                texts.append(
                    Paragraph(raw=block.summary, start=block.start, end=block.end, lines=(line,))
                )
        elif isinstance(block, Paragraph) and not any(char.isalnum() for char in block.raw):
            remarks.append(Remark(kind="left out", message="a line without words", text=block.raw))
        else:
            texts.append(block)
            comments.extend(_line_comments(block))
    return Passage(comments=tuple(comments), blocks=tuple(texts))


def _line_comments(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        for line in block.lines:
            yield from line.comments


def source_of(blocks: Sequence[Block]) -> str:
    """Return blocks as Markdown, with an empty line between two where the source had one."""
    parts: list[str] = []
    before: Block | None = None
    for block in blocks:
        if before is not None:
            parts.append("\n" if block.start == before.end else "\n\n")
        parts.append(block.raw)
        before = block
    return "".join(parts)


def _plain(block: Block) -> Block:
    return replace(block, raw=block.text) if isinstance(block, Quote) else block


def _is_rich(block: Block) -> bool:
    match block:
        case Paragraph():
            # A field shows the marks of emphasis as they are.
            return any(line.rich or line.emphasised for line in block.lines)
        case List():
            return any(
                item.line.rich or any(_is_rich(inner) for inner in item.blocks)
                for item in block.items
            )
        case Quote():
            return block.alert
        case Table() | Html() | Code():
            return True
    return False
