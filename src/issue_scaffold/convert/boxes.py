"""A task list as checkboxes: each item one option, however deep, and what is between them as text.

Owns that no item is lost. A form's checkboxes are flat and their labels one line, so what hangs
below an item moves into its label where it is short, and into the text before the next checkboxes
where it isn't.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from issue_scaffold.convert.blocks import Block, Code, List, ListItem, Paragraph
from issue_scaffold.convert.form import Option, Remark
from issue_scaffold.convert.prompts import MAX_LABEL, without_colon


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionGroup:
    """Items with a heading of their own begin here; without a label, such a run ends here."""

    label: str = ""


_DASH: Final = "\u2013"  # an en dash, for the bullet of a list in a label
Part: TypeAlias = Option | OptionGroup | Block


def parts_of(block: List, remarks: list[Remark]) -> Iterator[Part]:
    """Yield the options of a task list, and between them the texts and group labels around them."""
    mark = "-"
    if block.ordered:
        mark = "1."
    for item in block.items:
        if item.box is None:
            yield from _without_box(item, mark, remarks)
            continue
        label, between = _label(item)
        if label:
            yield Option(label=label)
        else:
            remarks.append(
                Remark(kind="left out", message="a checkbox without text", text=block.raw)
            )
        if item.box:
            remarks.append(
                Remark(kind="left out", message="a checkbox was ticked beforehand", text=label)
            )
        yield from _below(between, remarks)


def _without_box(item: ListItem, mark: str, remarks: list[Remark]) -> Iterator[Part]:
    text = item.line.raw
    if text and item.leads_boxes and len(text) <= MAX_LABEL:
        yield OptionGroup(label=without_colon(text.strip("*_")))
    elif text:
        raw = f"{mark} {text}"
        # One below the other, as they stood.
        yield Paragraph(raw=raw, start=0, end=0, lines=(replace(item.line, raw=raw),))
    yield from _below(item.blocks, remarks)
    if item.leads_boxes:
        yield OptionGroup()


def _below(blocks: Iterable[Block], remarks: list[Remark]) -> Iterator[Part]:
    for block in blocks:
        if isinstance(block, List) and block.has_boxes:
            yield from parts_of(block, remarks)
        else:
            yield block


def _label(item: ListItem) -> tuple[str, list[Block]]:
    """Return an item's label with what fits into it, and the blocks that don't."""
    if not item.line.raw:
        return "", list(item.blocks)
    words = [item.line.raw]
    for index, block in enumerate(item.blocks):
        text = _one_line(block)
        if not text:
            return " ".join(words), list(item.blocks[index:])
        words.append(text)
    return " ".join(words), []


def _one_line(block: Block) -> str:
    """Return a block as a part of a label; nothing if it doesn't fit into one."""
    match block:
        case Paragraph():
            return " ".join(line.raw for line in block.lines)
        case List() if not block.has_boxes and all(item.is_line for item in block.items):
            return " ".join(f"{_DASH} {item.line.raw}" for item in block.items)
        case Code() if "\n" not in block.content[:-1] and "`" not in block.content:
            return f"`{block.content.strip()}`"
    return ""
