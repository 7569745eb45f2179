"""A Markdown text as a sequence of blocks, in terms that the conversion thinks in.

Owns the block types only. `raw` is always the source as written, without the indentation of what
encloses it; `start` and `end` are 0-based source lines, `end` exclusive.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

_BOX: Final = re.compile(r"(?<![\w\]!`])\[(?P<tick>[ xX])\](?=\s*[^\s(\[])[ \t\u00a0]*")
_BOXES_BEHIND: Final = re.compile(
    r"(?P<label>[^:\[\]]{1,80}:(?:\*\*)?)(?P<boxes>(?: *[^\[\]\s][^\[\]]{0,40}\[[ xX]\]){2,}) *"
)
# `replace [ ] with [x]` tells how to tick.
_GOING_ON: Final = re.compile(r"(?i)(?:with|to|by|into|as|from|and|or|if|for)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a paragraph, or of a list item.

    `label` is what a bold beginning of the line holds, `rest` what follows.

    `comments` are the HTML comments that stood in the line, which `raw` and `rest` are without;
    `rich` tells of links, images or HTML, `emphasised` that the whole line is in italics.
    """

    raw: str
    label: str | None = None
    rest: str = ""
    comments: tuple[str, ...] = ()
    rich: bool = False
    emphasised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading; `text` is what stands behind the marks."""

    raw: str
    start: int
    end: int
    level: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph."""

    raw: str
    start: int
    end: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """An HTML comment; `text` is what it says."""

    raw: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListItem:
    """A list item: its text (continuation lines joined), its box, and the blocks below.

    `box` is None without one, else whether it is ticked. `start` and `end` are its source lines.
    """

    line: Line
    box: bool | None
    blocks: tuple["Block", ...]
    start: int = 0
    end: int = 0

    @property
    def is_line(self) -> bool:
        """Whether the item is one line of text, and nothing else."""
        return bool(self.line.raw) and not self.blocks

    @property
    def leads_boxes(self) -> bool:
        """Whether a task stands somewhere below the item."""
        return any(isinstance(block, List) and block.has_boxes for block in self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A list."""

    raw: str
    start: int
    end: int
    items: tuple[ListItem, ...]
    ordered: bool

    @property
    def has_boxes(self) -> bool:
        """Whether an item here or below is a task."""
        return any(item.box is not None or item.leads_boxes for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A fenced or indented block of code."""

    raw: str
    start: int
    end: int
    language: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A block quote; `text` is what it quotes, `alert` tells of GitHub's `[!NOTE]` and its like."""

    raw: str
    start: int
    end: int
    text: str
    alert: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; `rows` are its cells as text, the header's first, `comments` those of each row."""

    raw: str
    start: int
    end: int
    rows: tuple[tuple[str, ...], ...]
    comments: tuple[tuple[str, ...], ...]

    @property
    def blank(self) -> bool:
        """Whether it has empty cells, which somebody is to fill in."""
        return not all(map(all, self.rows[1:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Html:
    """A block of HTML other than comments; `text` and `summary` are what a reader sees of it.

    `summary` is what stands in a `<summary>`, `text` the rest.
    """

    raw: str
    start: int
    end: int
    text: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThematicBreak:
    """A thematic break."""

    raw: str
    start: int
    end: int


Block: TypeAlias = (
    Heading | Paragraph | Comment | List | Code | Quote | Table | Html | ThematicBreak
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A parsed text: its blocks, its lines, and the link definitions by their label."""

    blocks: tuple[Block, ...]
    lines: tuple[str, ...]
    definitions: dict[str, str]


def holds(blocks: Iterable[Block], *kinds: type[Block]) -> bool:
    """Return whether one of some blocks is of one of these kinds."""
    return any(isinstance(block, kinds) for block in blocks)


def holds_only(blocks: Iterable[Block], *kinds: type[Block]) -> bool:
    """Return whether all of some blocks are of these kinds."""
    return all(isinstance(block, kinds) for block in blocks)


def comments_in(blocks: Iterable[Block]) -> list[Comment]:
    """Return the comments among some blocks, in order."""
    return [block for block in blocks if isinstance(block, Comment)]


def _pairs(behind: re.Match[str]) -> list[tuple[str, str]]:
    return re.findall(r"\s*([^\[\]]+?)\s*\[([ xX])\]", behind["boxes"])


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxesInLine:
    """Several boxes in one line, as in `Severity: [ ] low [ ] high`, and what stands before."""

    label: str
    items: tuple[ListItem, ...]


def boxes_in_line(text: str) -> BoxesInLine | None:
    """Return the boxes of a line that has two or more, each before its own words, or behind them.

    Boxes stand behind their words where one ends the line, below a label with a colon.
    """
    behind = _BOXES_BEHIND.fullmatch(text)
    if behind is not None:
        text = " ".join([behind["label"], *(f"[{tick}] {word}" for word, tick in _pairs(behind))])
    label, *parts = _BOX.split(text)
    ticks, words = parts[::2], [part.strip(" \t,;|/") for part in parts[1::2]]
    if "\n" in text or not words[1:] or not all(words) or any(map(_GOING_ON.match, words)):
        return None
    items = tuple(
        ListItem(line=Line(raw=word), box=tick != " ", blocks=())
        for tick, word in zip(ticks, words, strict=True)
    )
    return BoxesInLine(label=label.strip(), items=items)
