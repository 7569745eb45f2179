"""Markdown text to blocks, by CommonMark's rules and GitHub's tables.

Owns the blocks that CommonMark makes of a text and nothing about what they mean for a form. HTML
blocks are taken apart into the comments in them and the rest, as templates speak to their readers
in comments.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from html.parser import HTMLParser
from typing import Final

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from issue_scaffold.convert.blocks import (
    Block,
    Code,
    Comment,
    Heading,
    Html,
    Line,
    List,
    ListItem,
    Paragraph,
    Quote,
    Table,
    Text,
    ThematicBreak,
    boxes_in_line,
)
from issue_scaffold.convert.spellings import usual_spelling
from issue_scaffold.text.commonmark import commonmark_parser

_BOXES: Final = {"[ ]": False, "[x]": True, "[X]": True}
_NO_LANGUAGES: Final = frozenset({"paste", "insert", "your", "put", "enter", "copy", "add"})
_RICH: Final = frozenset({"link_open", "image", "html_inline"})


def parse_markdown(text: str) -> Text:
    """Return the blocks of a Markdown text; never fails, as every text is Markdown."""
    source = usual_spelling(text.replace("\r\n", "\n").replace("\r", "\n"))
    env: dict[str, dict[str, dict[str, object]]] = {}
    tokens = commonmark_parser().parse(source, env)
    lines = tuple(source.split("\n"))
    definitions = {
        label: "\n".join(lines[slice(*place)]).strip()
        for label, found in env.get("references", {}).items()
        if isinstance(place := found.get("map"), list)
    }
    return Text(blocks=_blocks(SyntaxTreeNode(tokens), lines), lines=lines, definitions=definitions)


def _blocks(node: SyntaxTreeNode, lines: Sequence[str]) -> tuple[Block, ...]:
    return tuple(block for child in node.children for block in _block(child, lines))


def _block(node: SyntaxTreeNode, lines: Sequence[str]) -> Iterator[Block]:
    start, end = _extent(node, lines)
    raw = _raw(lines, start, end)
    match node.type:
        case "heading":
            line = _line("".join(child.content for child in node.children))
            yield Heading(raw=raw, start=start, end=end, level=int(node.tag[1:]), text=line.raw)
            yield from _comments(line.comments, start, end)
        case "paragraph":
            yield from _paragraph(node.children[0].content, start, end)
        case "bullet_list" | "ordered_list":
            items = _items(node, lines)
            ordered = node.type == "ordered_list"
            yield List(raw=raw, start=start, end=end, items=items, ordered=ordered)
        case "fence" | "code_block":
            language = _language(node.info)
            yield Code(raw=raw, start=start, end=end, language=language, content=node.content)
        case "blockquote":
            text = re.sub(r"^ {0,3}> ?", "", raw, flags=re.MULTILINE)
            yield Quote(raw=raw, start=start, end=end, text=text, alert=text.startswith("[!"))
        case "table":
            rows = tuple(_rows(node))
            comments = tuple(map(_all_comments, rows))
            yield Table(
                raw=raw, start=start, end=end, rows=tuple(map(_texts, rows)), comments=comments
            )
        case "html_block":
            yield from _html(node.content, start, end)
        case "hr":
            yield ThematicBreak(raw=raw, start=start, end=end)


def _language(info: str) -> str:
    """Return the language that a fence names; `paste below` names none."""
    words = info.split()
    if not words or words[0].casefold() in _NO_LANGUAGES:
        return ""
    return words[0]


def _extent(node: SyntaxTreeNode, lines: Sequence[str]) -> tuple[int, int]:
    """Return the first line of a block and the one after its last, blank lines at its end aside."""
    start, end = node.map or (0, 0)
    while end > start and not lines[end - 1].strip():
        end -= 1
    return start, end


def _raw(lines: Sequence[str], start: int, end: int) -> str:
    return textwrap.dedent("\n".join(line.rstrip() for line in lines[start:end])).strip("\n")


def _paragraph(content: str, start: int, end: int) -> Iterator[Block]:
    """Yield a paragraph, and the comments in it as blocks where no line of it can have them."""
    text, comments = _without_comments(content, _inline(content))
    if text.strip():
        whole = content
        if any("\n" in comment for comment in comments):
            whole = text
        else:
            comments = ()
        lines = tuple(map(_line, whole.split("\n")))
        raw = "\n".join(line.strip() for line in text.split("\n")).strip("\n")
        yield Paragraph(raw=raw, start=start, end=end, lines=lines)
    yield from _comments(comments, start, end)


def _comments(texts: Sequence[str], start: int, end: int) -> Iterator[Comment]:
    for text in texts:
        yield Comment(raw=f"<!-- {text} -->", start=start, end=end, text=text)


@lru_cache(maxsize=8)
def _inline(content: str) -> list[Token]:
    return commonmark_parser().parseInline(content)[0].children or []


def _line(content: str) -> Line:
    raw, comments = _without_comments(content, _inline(content))
    raw = raw.strip()
    tokens = [token for token in _inline(raw) if token.type != "text" or token.content]
    label, rest = _bold_beginning(raw, tokens)
    return Line(
        raw=raw,
        label=label,
        rest=rest,
        comments=comments,
        rich=any(token.type in _RICH for token in tokens),
        emphasised=len(raw) > 1 and _encloses("em", tokens),
    )


def _without_comments(content: str, tokens: Sequence[Token]) -> tuple[str, tuple[str, ...]]:
    """Return the text with its HTML comments taken out, and what they say."""
    comments, at = [], 0
    for token in tokens:
        if token.type == "html_inline" and token.content.startswith("<!--"):
            found = content.find(token.content, at)
            content = content[:found] + content[found + len(token.content) :]
            at = found
            comments.append(_said(token.content))
    return content, tuple(comments)


def _said(comment: str) -> str:
    """Return what a comment says, without its marks."""
    inner = comment.removeprefix("<!--").removesuffix("-->")
    return textwrap.dedent(inner.strip("-")).replace("--&gt;", "-->").strip()


def _encloses(kind: str, tokens: Sequence[Token]) -> bool:
    """Return whether one emphasis spans all tokens."""
    if not tokens or tokens[0].type != f"{kind}_open" or tokens[-1].type != f"{kind}_close":
        return False
    return all(token.level > tokens[0].level for token in tokens[1:-1])


def _bold_beginning(raw: str, tokens: Sequence[Token]) -> tuple[str | None, str]:
    """Return the source of the bold text that a line begins with, and of what follows it."""
    if raw.startswith("***") and _encloses("em", tokens) and _encloses("strong", tokens[1:-1]):
        return raw[3:-3].strip(), ""
    if not tokens or tokens[0].type != "strong_open":
        return None, ""
    mark = tokens[0].markup
    at = raw.find(mark, len(mark))
    while at >= 0:
        at += len(mark)
        inner = [token for token in _inline(raw[:at]) if token.type != "text" or token.content]
        if _encloses("strong", inner):
            return raw[len(mark) : at - len(mark)].strip(), raw[at:].strip()
        at = raw.find(mark, at)
    return None, ""


def _items(node: SyntaxTreeNode, lines: Sequence[str]) -> tuple[ListItem, ...]:
    items: list[ListItem] = []
    for child in node.children:
        start, end = _extent(child, lines)
        items.extend(replace(item, start=start, end=end) for item in _item(child, lines))
    return tuple(items)


def _item(node: SyntaxTreeNode, lines: Sequence[str]) -> Iterator[ListItem]:
    """Yield an item; several where one line holds several boxes: `- [ ] low [ ] high`."""
    children = list(node.children)
    content = ""
    if children and children[0].type == "paragraph":
        content = " ".join(part.strip() for part in children.pop(0).children[0].content.split("\n"))
    blocks: list[Block] = []
    for child in children:
        blocks.extend(_block(child, lines))
    box = _BOXES.get(content[:3])
    boxes = boxes_in_line(content)
    if boxes is not None and not boxes.label:
        *first, last = boxes.items
        yield from first
        yield replace(last, blocks=tuple(blocks))
    elif box is None or content[3:4] not in {"", " ", "\t", "\u00a0"}:
        yield ListItem(line=_line(content), box=None, blocks=tuple(blocks))
    else:
        # A comment in a task stays where it is: it tells what to write there later.
        yield ListItem(line=Line(raw=content[3:].strip()), box=box, blocks=tuple(blocks))


def _rows(node: SyntaxTreeNode) -> Iterator[tuple[tuple[str, tuple[str, ...]], ...]]:
    """Yield the cells of each row with their comments, the header's first."""
    for row in node.walk():
        if row.type == "tr":
            yield tuple(map(_cell, row.children))


def _cell(node: SyntaxTreeNode) -> tuple[str, tuple[str, ...]]:
    """Return a cell's text, and its comments; one with a comment only is empty."""
    content = "".join(part.content for part in node.children)
    text, comments = _without_comments(content, _inline(content))
    return text.strip(), comments


def _texts(row: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    return tuple(text for text, _ in row)


def _all_comments(row: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    return tuple(comment for _, comments in row for comment in comments)


def _html(content: str, start: int, end: int) -> Iterator[Block]:
    """Yield the comments of an HTML block, and the rest: as Markdown if no tag is left in it."""
    rest, parts = "", content
    while (at := parts.find("<!--")) >= 0:
        stop = parts.find("-->", at + 4)
        stop = len(parts) if stop < 0 else stop + 3
        said = _said(parts[at:stop])
        rest, parts = rest + parts[:at], parts[stop:]
        if said:
            yield from _comments([said], start, end)
    rest = (rest + parts).strip()
    if not rest:
        return
    reader = _HtmlText()
    reader.feed(rest)
    reader.close()
    if not reader.tags:
        for block in _blocks(SyntaxTreeNode(commonmark_parser().parse(rest)), rest.split("\n")):
            yield replace(block, start=start, end=end)
        return
    yield Html(
        raw=rest, start=start, end=end, text=_joined(reader.text), summary=_joined(reader.summary)
    )


def _joined(parts: Sequence[str]) -> str:
    return " ".join("".join(parts).split())


class _HtmlText(HTMLParser):
    """What a reader sees of a piece of HTML, and what its summary says, with code in backticks."""

    def __init__(self) -> None:
        super().__init__()
        self.tags = 0
        self.text: list[str] = []
        self.summary: list[str] = []
        self._in_summary = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += 1
        self._in_summary = self._in_summary or tag == "summary"
        if tag == "code" and self._in_summary:
            self.summary.append("`")
        self.text.extend(value for name, value in attrs if name == "alt" and value)

    def handle_endtag(self, tag: str) -> None:
        self.tags += 1
        if tag == "code" and self._in_summary:
            self.summary.append("`")
        if tag == "summary":
            self._in_summary = False

    def handle_data(self, data: str) -> None:
        if self._in_summary:
            self.summary.append(data)
        else:
            self.text.append(data)
