"""A task list as checkboxes: every item one option, however deep, and what stands between them as text.

Owns that no item is lost. A form's checkboxes are flat and their labels one line, so what hangs below an item moves
into its label where it is short, and into the text before the next checkboxes where it isn't.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from issue_scaffold.convert.blocks import Block, Code, List, ListItem, Paragraph
from issue_scaffold.convert.form import Option, Remark
from issue_scaffold.convert.prompts import MAX_LABEL, without_colon


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionGroup:
    """Items with a heading of their own begin here; without a label, such a run of items ends here."""

    label: str = ""


Part: TypeAlias = Option | OptionGroup | Block


def parts_of(block: List, remarks: list[Remark]) -> Iterator[Part]:
    """Yield the options of a task list, and between them the texts and group labels that can't be part of one."""
    for item in block.items:
        if item.box is None:
            yield from _without_box(item, remarks)
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
        for inner in between:
            if isinstance(inner, List) and inner.has_boxes:
                yield from parts_of(inner, remarks)
            else:
                yield inner


def _without_box(item: ListItem, remarks: list[Remark]) -> Iterator[Part]:
    heads = any(isinstance(inner, List) and inner.has_boxes for inner in item.blocks)
    if item.line.raw and heads and len(item.line.raw) <= MAX_LABEL:
        yield OptionGroup(label=without_colon(item.line.raw.strip("*_")))
    elif item.line.raw:
        yield Paragraph(raw=item.line.raw, start=0, end=1, lines=(item.line,))
    for inner in item.blocks:
        if isinstance(inner, List) and inner.has_boxes:
            yield from parts_of(inner, remarks)
        else:
            yield inner
    if heads:
        yield OptionGroup()


def _label(item: ListItem) -> tuple[str, list[Block]]:
    """Return an item's label with what fits into it, and the blocks that don't."""
    words = [item.line.raw] if item.line.raw else []
    rest: list[Block] = []
    for block in item.blocks:
        text = "" if rest else _one_line(block)
        if text and words:
            words.append(text)
        else:
            rest.append(block)
    return " ".join(words), rest


def _one_line(block: Block) -> str:
    match block:
        case Paragraph():
            return " ".join(line.raw for line in block.lines)
        case List() if not block.has_boxes and all(
            item.line.raw and not item.blocks for item in block.items
        ):
            return " ".join(f"– {item.line.raw}" for item in block.items)  # noqa: RUF001 - a dash for a bullet
        case Code() if len(block.content.split("\n")) <= 2 and "`" not in block.content:  # noqa: PLR2004 - one line
            return f"`{block.content.strip()}`"
    return ""
