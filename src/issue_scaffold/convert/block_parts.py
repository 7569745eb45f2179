"""The blocks of a template in smaller parts, each of which may be a question of its own.

Owns where a paragraph, a list or a comment that Markdown sees as one is several to its author.
"""

import itertools
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace

from issue_scaffold.convert.blocks import (
    Block,
    Comment,
    Heading,
    Line,
    List,
    ListItem,
    Paragraph,
    boxes_in_line,
)
from issue_scaffold.convert.notes import note_of
from issue_scaffold.convert.prompts import (
    asks,
    bold_label,
    is_question_or_key,
    list_asks,
    question_in,
    short_prompt,
)
from issue_scaffold.convert.questions import comment_asks, comment_requests, is_agreement
from issue_scaffold.convert.texts import joined


def parts_of_blocks(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks, each line, item or comment that could be a question as a block."""
    parts: list[Block] = []
    for block in blocks:
        match block:
            case Comment():
                parts.extend(_split_comment(block))
            case List():
                parts.extend(_split_list(block))
            case Paragraph():
                parts.extend(_split_paragraph(block))
            case _:
                parts.append(block)
    return parts


def _split_paragraph(block: Paragraph) -> Iterator[Paragraph]:
    if len(block.lines) == 1:
        yield block
        return
    run: list[Line] = []
    for line in block.lines:
        if may_mark(line) or _asks_anew(line, run):
            yield from _paragraph(block, run)
            yield from _paragraph(block, [line])
            run = []
        else:
            run.append(line)
    yield from _paragraph(block, run)


def _asks_anew(line: Line, run: Sequence[Line]) -> bool:
    """Return whether a line is a question of its own, rather than the end of one."""
    if question_in(line.raw) is None or line.emphasised or not line.raw[:1].isupper():
        return False
    return not run or run[-1].raw.endswith((".", "!", "?", ":"))


def several_questions(blocks: Sequence[Block]) -> frozenset[int]:
    """Return where the questions are that stand under one heading, two or more of them.

    They have comments, or paragraphs of their own.
    """
    found: set[int] = set()
    run: list[tuple[Paragraph, Block | None]] = []
    for block, following in itertools.zip_longest([*blocks, None], blocks[1:]):
        if block is None or isinstance(block, Heading):
            found.update(_set_apart(run))
            run = []
        elif isinstance(block, Paragraph) and question_in(block.raw):
            run.append((block, following))
    return frozenset(found)


def _set_apart(run: Sequence[tuple[Paragraph, Block | None]]) -> Iterator[int]:
    """Yield where questions begin, if there are several and not all are one text."""
    commented = any(isinstance(following, Comment) for _, following in run)
    gaps = any(one.end < other.start for (one, _), (other, _) in itertools.pairwise(run))
    if run[1:] and (commented or gaps):
        yield from (block.start for block, _ in run)


def may_mark(line: Line) -> bool:
    """Return whether a line of a paragraph may be a label."""
    if bold_label(line) is not None or boxes_in_line(line.raw) is not None:
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


def _split_comment(comment: Comment) -> list[Comment]:
    """Return a comment as several, each that asks in a paragraph of its own."""
    if note_of(comment) is not None:
        return [comment]
    parts: list[str] = []
    for text in re.split(r"\n[ \t]*\n+", comment.text):
        part = replace(comment, text=text)
        if parts and comment_asks(part) is None and comment_requests(part) is None:
            parts[-1] = joined(parts[-1], text)
        else:
            parts.append(text)
    if not parts[1:]:
        return [comment]
    return [replace(comment, text=textwrap.dedent(text)) for text in parts]


def _split_list(block: List) -> Iterator[List]:
    """Yield a list as several where an empty line stands between items of different purpose."""
    groups = _groups(block.items)
    if not groups[1:]:
        yield block
        return
    lines = block.raw.split("\n")
    for group in groups:
        start, end = group[0].start, group[-1].end
        raw = "\n".join(lines[start - block.start : end - block.start])
        yield replace(block, raw=raw, start=start, end=end, items=tuple(group))


def _groups(items: Sequence[ListItem]) -> list[list[ListItem]]:
    groups = [list(items[:1])]
    pairs = list(itertools.pairwise(items))
    is_loose = len(pairs) > 1 and all(one.end < other.start for one, other in pairs)
    for before, item in pairs:
        purposes = {_purpose(before), _purpose(item)}
        is_one = len(purposes) == 1 or purposes == {"", "task"}
        # Empty lines between all items set none of them apart.
        is_one = is_one or (is_loose and purposes == {"agreement", "task"})
        if is_one or item.start <= before.end:
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _purpose(item: ListItem) -> str:
    """Return what an item is for, if it is to be answered."""
    if is_agreement(item):
        return "agreement"
    if item.box is not None or item.leads_boxes:
        return "task"
    below = [block for block in item.blocks if isinstance(block, List)]
    if is_question_or_key(item) or any(map(list_asks, below)):
        return "question"
    return ""
