"""What a Markdown text says by CommonMark's rules and GitHub's tables: what is code, a link, HTML.

markdown-it-py is imported when it is first needed.
"""

import re
from bisect import bisect_left, bisect_right
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from issue_scaffold.text.late_patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Deeper than any person nests; the parser stops reading below its limit.
MAX_NESTING: Final = 100
_COMMENT: Final = late_pattern(r"<!--.*?(?:-->|\Z)", re.DOTALL)


class InlineText(NamedTuple):
    """The text of a paragraph, heading or table cell, from line `first` to before line `end`.

    `texts` are shown as they stand, `addresses` are where links and images lead, `tags` are pieces
    of HTML other than comments.
    """

    first: int
    end: int
    texts: tuple[str, ...]
    addresses: frozenset[str]
    tags: tuple[str, ...]


class HtmlBlock(NamedTuple):
    """Lines that are HTML, so that Markdown in them isn't read; from `first` to before `end`.

    Of comments in `content`, the line breaks are left.
    """

    first: int
    end: int
    content: str


class MarkdownReading(NamedTuple):
    """A Markdown text as it is read. Lines are counted from 0; `fences` begin on these."""

    inlines: tuple[InlineText, ...]
    html: tuple[HtmlBlock, ...]
    fences: frozenset[int]

    def inlines_on(self, line: int) -> tuple[InlineText, ...]:
        """Return the paragraph or heading on a line, or the cells."""
        after = bisect_right(self.inlines, line, key=attrgetter("first"))
        if not after or self.inlines[after - 1].end <= line:
            return ()
        first = self.inlines[after - 1].first
        return self.inlines[bisect_left(self.inlines, first, key=attrgetter("first")) : after]

    def html_on(self, line: int) -> HtmlBlock | None:
        """Return the block of HTML that a line is in."""
        after = bisect_right(self.html, line, key=attrgetter("first"))
        if not after or self.html[after - 1].end <= line:
            return None
        return self.html[after - 1]


@cache
def commonmark_parser() -> "MarkdownIt":
    """Return the parser of CommonMark with GitHub's tables."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": True, "maxNesting": MAX_NESTING}).enable("table")


def read_markdown(text: str) -> MarkdownReading:
    """Return what a text says; never fails, as every text is Markdown."""
    inlines: list[InlineText] = []
    html: list[HtmlBlock] = []
    fences: set[int] = set()
    first, end = 0, 0
    for token in commonmark_parser().parse(text):
        if token.map is not None:
            first, end = token.map
        if token.type == "inline":
            inlines.append(_inline(first, end, token.children or []))
        elif token.type == "html_block":
            html.append(HtmlBlock(first, end, _COMMENT.sub(_line_breaks, token.content)))
        elif token.type == "fence":
            fences.add(first)
    return MarkdownReading(tuple(inlines), tuple(html), frozenset(fences))


def written_address(address: str) -> str:
    """Return an address as the parser gives it: with what can't stand in one escaped."""
    from markdown_it.common.utils import unescapeAll

    return commonmark_parser().normalizeLink(unescapeAll(address))


def _inline(first: int, end: int, tokens: "Sequence[Token]") -> InlineText:
    found = list(_flat(tokens))
    addresses = frozenset(
        str(address)
        for token in found
        for address in (token.attrGet("href"), token.attrGet("src"))
        if address is not None
    )
    texts = tuple(token.content for token in found if token.type == "text")
    html = (token.content for token in found if token.type == "html_inline")
    tags = tuple(tag for tag in html if not tag.startswith("<!--"))
    return InlineText(first, end, texts, addresses, tags)


def _line_breaks(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _flat(tokens: "Sequence[Token]") -> "Iterator[Token]":
    for token in tokens:
        yield token
        yield from _flat(token.children or [])
