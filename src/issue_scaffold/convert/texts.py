"""The text between two markers: its comments, its source, and whether a placeholder can show it.

Owns how blocks are put together again as the text of an attribute.
"""

import re
import textwrap
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
    ListItem,
    Paragraph,
    Quote,
    Table,
    ThematicBreak,
    holds,
    holds_only,
)
from issue_scaffold.convert.form import Remark
from issue_scaffold.convert.notes import split_note
from issue_scaffold.convert.prompts import is_lone_bullet
from issue_scaffold.convert.wording import is_fixed, tells_to_expand

# A longer text is read better above the field than in it.
_MAX_PLACEHOLDER: Final = 700
_HTML_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)


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
        return joined(*self.comments)

    @property
    def codes(self) -> tuple[Code, ...]:
        """The blocks of code."""
        return tuple(block for block in self.blocks if isinstance(block, Code))

    @property
    def is_to_edit(self) -> bool:
        """Whether reporters are to write into the text itself: much code, a table's empty cells."""
        return len(self.codes) > 1 or any(map(is_blank_table, self.blocks))

    @property
    def is_fixed(self) -> bool:
        """Whether the text belongs in the issue: whole sentences that ask for nothing."""
        if holds(self.blocks, Html, Quote):
            return False
        if holds_only(self.blocks, List) and "://" not in self.source:
            # Bullets without a sentence around them are examples of what to write.
            return False
        if any(line.emphasised for block in self.blocks for line in _lines(block)):
            return False
        return is_fixed(self.source)

    @property
    def is_scaffold(self) -> bool:
        """Whether the text is a list with numbers to write behind."""
        lines = self.source.split("\n")
        return any(is_lone_bullet(line) and line.strip()[0].isdigit() for line in lines)

    @property
    def is_line(self) -> bool:
        """Whether the text is one paragraph that begins without links, images or HTML."""
        if len(self.blocks) != 1:
            return False
        only = self.blocks[0]
        return isinstance(only, Paragraph) and not only.lines[0].rich

    @property
    def is_plain(self) -> bool:
        """Whether nothing is lost when a field shows the text, which renders no Markdown."""
        if len(self.source) > _MAX_PLACEHOLDER or "**" in self.source:
            return False
        return not _are_rich(self.blocks)

    @property
    def plain(self) -> str:
        """The text without the marks of quotes, which set it off from what reporters write."""
        return source_of(tuple(map(_plain, self.blocks)))

    def everything(self, rest: str = "") -> str:
        """Return comments, the text behind the label and the text, as one Markdown text."""
        return joined(*self.comments, rest, self.plain)


def joined(*parts: str, by: str = "\n\n") -> str:
    """Return texts as one, without the empty ones: as paragraphs, unless told otherwise."""
    return by.join(part for part in parts if part)


def list_of(block: List, items: Sequence[ListItem]) -> List:
    """Return a list of some of a list's items, written anew."""
    rows = []
    for number, item in enumerate(items, start=1):
        mark = "-"
        if block.ordered:
            mark = f"{number}."
        below = textwrap.indent(source_of(item.blocks), " " * (len(mark) + 1))
        rows.append(joined(f"{mark} {item.line.raw}".rstrip(), below, by="\n"))
    return replace(block, raw="\n".join(rows), items=tuple(items))


def is_blank_table(block: Block) -> bool:
    """Return whether a block is a table that somebody is to fill in."""
    return isinstance(block, Table) and block.blank


def passage(blocks: Sequence[Block], remarks: list[Remark]) -> Passage:
    """Return what blocks say, having remarked on what no form can show."""
    comments: list[str] = []
    texts: list[Block] = []
    for block in blocks:
        lost = _what_is_lost(block)
        if lost is not None:
            remarks.append(lost)
            texts.extend(_summary(block))
        elif isinstance(block, Comment):
            comments.append(block.text)
        else:
            text, said = _without_list_comments(block)
            texts.append(text)
            comments.extend([*said, *_line_comments(block)])
    told = tuple(words for comment in comments if (words := split_note(comment)[0]))
    return Passage(comments=told, blocks=tuple(texts))


def _without_list_comments(block: Block) -> tuple[Block, list[str]]:
    """Return a list without the comments in its items, and what they say; another block as it is.

    Text below `1. <!-- First step -->` shows comments as they are, until the issue is opened.
    """
    if not isinstance(block, List | Quote) or "<!--" not in block.raw:
        return block, []
    said = [text.strip(" -\n") for text in re.findall(r"<!--+(.*?)-->", block.raw, re.DOTALL)]
    raw = re.sub(r" *<!--.*?-->", "", block.raw, flags=re.DOTALL)
    return replace(block, raw=raw), said


def _what_is_lost(block: Block) -> Remark | None:
    """Return the remark on a block that no form can show."""
    match block:
        case Comment() if not _has_words(block.text):
            return Remark(kind="left out", message="a comment without words", text=block.text)
        case ThematicBreak():
            return Remark(kind="left out", message="a horizontal line", text=block.raw)
        case Html() if not block.text:
            return Remark(kind="left out", message="HTML tags", text=" ".join(block.raw.split()))
        case List(ordered=False) if not _has_words(_HTML_COMMENT.sub("", block.raw)):
            return Remark(kind="left out", message="bullets without words", text=block.raw)
        case Paragraph() if not _has_words(block.raw):
            return Remark(kind="left out", message="a line without words", text=block.raw)
    return None


def _has_words(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _summary(block: Block) -> Iterator[Paragraph]:
    """Yield what the summary among HTML tags says, as a paragraph."""
    if isinstance(block, Html) and block.summary and not tells_to_expand(block.summary):
        line = Line(raw=block.summary)
        yield Paragraph(raw=block.summary, start=block.start, end=block.end, lines=(line,))


def _lines(block: Block) -> tuple[Line, ...]:
    return block.lines if isinstance(block, Paragraph) else ()


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
    if isinstance(block, Quote):
        return replace(block, raw=block.text)
    return block


def _are_rich(blocks: Sequence[Block]) -> bool:
    return any(map(_is_rich, blocks))


def _is_rich(block: Block) -> bool:
    match block:
        case Paragraph():
            # A field shows the marks of emphasis as they are.
            return any(line.rich or line.emphasised for line in block.lines)
        case List():
            return any(item.line.rich or _are_rich(item.blocks) for item in block.items)
        case Quote():
            return block.alert
        case Table() | Html() | Code():
            return True
    return False
