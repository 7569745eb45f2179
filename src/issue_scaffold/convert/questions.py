"""Whether a block asks something of its own, or belongs to what stands above it.

Owns the wording and shape by which comments, choices, agreements and folded parts of a template
are told apart from the text of a field. What a question becomes is decided in `sections`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

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
    comments_in,
)
from issue_scaffold.convert.notes import note_of
from issue_scaffold.convert.prompts import (
    MAX_LABEL,
    Prompt,
    asks,
    asks_for_one,
    is_prompt_list,
    list_asks,
    offer_in,
    question_in,
    request_in,
    short_prompt,
    wants_short_answer,
    without_colon,
)
from issue_scaffold.convert.wording import is_request

# What a reporter confirms, in the first person or by a name for it.
_AGREEMENT: Final = re.compile(
    r"(?i)\W*(?:optional\W+)?(?:I|I'm|I've|I'd|I'll|we|we've|yes,? I|by \w+ing)\b"
    r"|\W*(?:this|my) (?:issue|report)\b"
    r"|.{0,40}\b(?:code of conduct|agree|terms|licen[cs]e)\b"
)
# `Replace this comment with a description of …`
_REPLACED: Final = re.compile(
    r"(?i)replace (?:this|the) (?:comment|text|line|section) (?:with|by) (\w)(.+)", re.DOTALL
)
# A question that a confirmation answers.
_CONFIRMABLE: Final = re.compile(
    r"(?i)\W*(?:have|has|did|do|does|are|is|can|will|would|before|which of)\b"
    r"|.*\b(?:check|confirm|tick|agree|verify|apply)"
)
# A heading over what is confirmed.
_CLOSED: Final = re.compile(
    r"(?i)(?:.*\b)?(?:check ?lists?|before|confirm\w*|verif\w*|agree\w*|terms|code of conduct"
    r"|prerequisites?|pre-?flight|acknowledg\w*|preliminar\w*|guidelines?|contribut\w*|searched)\b"
)
# A text that leads to boxes, rather than to an answer in words.
_SPEAKS_OF_BOXES: Final = re.compile(
    r"(?i)\b(?:check|tick|select|choose|mark|pick|confirm|verify|one of|following|below|boxes?"
    r"|that apply|which|who|ensure|sure|agree|list|tasks?|steps)\b|\[x\]"
)
# A key that names a group of answers, rather than one.
_GROUP: Final = re.compile(
    r"(?i).*\b(?:environment|details?|info|information|setup|system|specs?|specifications?"
    r"|configuration|questions|following|versions|hardware|software|context|about .*"
    r"|desktop|smartphone|mobile|phone|tablet|server|client|computer|machine)\W*"
)


def comment_asks(comment: Comment) -> Prompt | None:
    """Return the question that a comment is, if it is one; what it says more is its text."""
    if note_of(comment) is not None:
        return None
    return question_in(comment.text)


def comment_requests(comment: Comment) -> Prompt | None:
    """Return what a comment without a label tells to write, by its first sentence."""
    if note_of(comment) is not None:
        return None
    whole = " ".join(comment.text.split())
    first, *more = re.split(r"(?<=[.!?:])\s+", whole)
    replaced = _REPLACED.match(first)
    if replaced is not None:
        first = f"{replaced[1].upper()}{replaced[2]}".rstrip(".!:")
        return Prompt(first, whole) if len(first) <= MAX_LABEL else None
    if request_in(whole) is None or len(first) > MAX_LABEL:
        return None
    return Prompt(without_colon(first), " ".join(more))


def names_a_group(label: str) -> bool:
    """Return whether a key stands for what the lines below it ask."""
    return _GROUP.fullmatch(label) is not None and not wants_short_answer(label)


def asks_apart(block: Block | None) -> bool:
    """Return whether a block holds fields of its own, which don't answer a key above it."""
    if isinstance(block, List):
        return is_prompt_list(block) or list_asks(block)
    return isinstance(block, Table) and block.blank


def are_agreements(block: Block) -> bool:
    """Return whether a list is of boxes only that reporters confirm something with."""
    if not isinstance(block, List) or not block.items:
        return False
    return all(map(is_agreement, block.items))


def answers_none(label: str, block: Block | None) -> bool:
    """Return whether a key is answered by none of what a block below it holds."""
    if block is not None and are_agreements(block):
        return not is_confirmed(label, is_key=True)
    return asks_apart(block)


def is_agreement(item: ListItem) -> bool:
    """Return whether an item is a box that reporters confirm something with."""
    return item.box is not None and _AGREEMENT.match(item.line.raw) is not None


def is_confirmed(label: str, *, is_key: bool) -> bool:
    """Return whether a heading, label or question is answered by agreements below it."""
    plain = without_colon(label)
    if plain.endswith(("?", "\uff1f")):
        return _CONFIRMABLE.match(plain) is not None
    if _CLOSED.match(plain) is not None:
        return True
    return not (is_key or is_request(plain) or wants_short_answer(plain))


def ask_otherwise(blocks: Iterable[Block]) -> bool:
    """Return whether some blocks ask what no confirmation answers."""
    texts = [_text(one) for one in blocks if isinstance(one, Comment | Paragraph | Quote)]
    asked = [prompt.label for text in texts if (prompt := question_in(text))]
    return not all(map(_CONFIRMABLE.match, asked))


def says_what_to_write(label: str, blocks: Iterable[Block]) -> bool:
    """Return whether a label has a comment that says what to write below it."""
    comments = comments_in(blocks)
    if comments and question_in(label) is not None:
        return True
    return any(is_request(one.text) or asks(one.text) for one in comments)


def offers_one(label: str, blocks: Sequence[Block]) -> bool:
    """Return whether the last of some blocks is a list or line of choices, one to be chosen."""
    *before, last = blocks
    if isinstance(last, Paragraph):
        return offer_in(last.raw) is not None
    if not isinstance(last, List) or not last.items[1:]:
        return False
    if not all(item.is_line or item.box is not None for item in last.items):
        return False
    texts = [_text(one) for one in before if isinstance(one, Comment | Paragraph)]
    return any(asks_for_one(line) for text in [label, *texts] for line in text.split("\n"))


def leave_room(blocks: Iterable[Block]) -> bool:
    """Return whether blocks tell what to write, so that boxes below them are another question."""
    return any(map(_leaves_room, blocks))


def _leaves_room(block: Block) -> bool:
    if isinstance(block, Comment | Paragraph | Quote):
        text = _text(block)
        if _SPEAKS_OF_BOXES.search(text) or text.rstrip(" *_").endswith((":", "\uff1a")):
            return False
        return is_request(text) or asks(text)
    if isinstance(block, List):
        return not block.has_boxes
    return isinstance(block, Code)


def _text(block: Comment | Paragraph | Quote) -> str:
    if isinstance(block, Paragraph):
        return block.raw
    return block.text


def has_choices(label: str, blocks: Sequence[Block]) -> bool:
    """Return whether some blocks below a label hold choices of which one is to be chosen."""
    return any(offers_one(label, blocks[:end]) for end in range(1, len(blocks) + 1))


def folded(blocks: Sequence[Block], index: int) -> Sequence[Block]:
    """Return the blocks that a folded part holds which begins at an index, up to its end."""
    for end in range(index + 1, len(blocks)):
        if ends_folding(blocks[end]):
            return blocks[index + 1 : end]
    return blocks[index + 1 :]


def ends_folding(block: Block) -> bool:
    """Return whether a folded part ends with a block."""
    return isinstance(block, Html) and "</details" in block.raw.casefold()


def folds_again(blocks: Sequence[Block], index: int) -> bool:
    """Return whether another folded part follows before the next text."""
    for block in blocks[index + 1 :]:
        if isinstance(block, Heading | Paragraph):
            return False
        if isinstance(block, Html) and block.summary:
            return True
    return False


def is_to_fill(block: Html, inner: Sequence[Block]) -> bool:
    """Return whether reporters are to write into a folded part, rather than to read it."""
    if block.text:
        return _is_prompt_text(block.text)
    texts = [one for one in inner if not isinstance(one, Html)]
    return not texts or any(map(_is_to_fill, texts))


def has_part_to_fill(blocks: Sequence[Block]) -> bool:
    """Return whether one of some blocks begins a folded part to write into."""
    return any(
        isinstance(block, Html) and block.summary != "" and is_to_fill(block, folded(blocks, index))
        for index, block in enumerate(blocks)
    )


def shown(block: Html) -> Block:
    """Return what stands between tags as a paragraph; the tags where nothing does."""
    if not block.text:
        return block
    line = Line(raw=block.text)
    return Paragraph(raw=block.text, start=block.start, end=block.end, lines=(line,))


def _is_to_fill(block: Block) -> bool:
    if isinstance(block, Code | Comment):
        return True
    if isinstance(block, List):
        return block.has_boxes or asks_apart(block)
    if isinstance(block, Table):
        return block.blank
    if not isinstance(block, Paragraph | Quote):
        return False
    text = _text(block)
    if isinstance(block, Paragraph) and short_prompt(block.lines[0], in_list=False):
        return True
    return _is_prompt_text(text)


def _is_prompt_text(text: str) -> bool:
    return len(text) <= MAX_LABEL and (is_request(text) or asks(text) or "here" in text.casefold())
