"""A list item's own lines, moved from one file's indentation to another's."""

from collections.abc import Iterator
from typing import NamedTuple

from issue_scaffold.text.lines import column, line_start, next_line
from issue_scaffold.text.scalars import is_flow_safe, yaml_scalar
from issue_scaffold.text.splice import Placed, placed_items
from issue_scaffold.text.tree import PLAIN, Mapping, Node, Scalar, Sequence, resolve


class Layout(NamedTuple):
    """The columns of a list's dashes and of its items' content."""

    dash: int
    content: int


def layout(collection: Node | None, text: str) -> Layout | None:
    """Return how a block list is indented, by its last item; None for what is no block list."""
    if not isinstance(collection, Sequence) or collection.flow:
        return None
    item = placed_items(collection, text)[-1]
    content = column(text, item.node.start)
    return Layout(item.column, content if content > item.column else item.column + 2)


def moved_item(item: Placed, text: str, to: Layout) -> list[str]:
    """Return the lines of a list item, indented as `to` says."""
    if item.start == item.node.start:
        return dashed(text[item.start : item.end].splitlines(), to)
    first, *rest = text[item.start + 1 : next_line(text, item.end)].splitlines()
    return [
        *dashed([first.strip()], to),
        *shifted(rest, to.content - column(text, item.node.start)),
    ]


def moved_entry(item: Placed, inner_key: str, text: str, to: Layout, inner: Layout) -> list[str]:
    """Return the lines of a list item.

    The block list at `inner_key`, if there is one, gets the indentation `inner`.
    """
    whole = item.node
    entry = whole.own(inner_key) if isinstance(whole, Mapping) and not whole.flow else None
    if entry is None or not isinstance(entry.value, Sequence) or layout(entry.value, text) is None:
        return moved_item(item, text, to)
    nested = placed_items(entry.value, text)
    head_end, tail_start = next_line(text, entry.key.end), next_line(text, nested[-1].end)
    first, *rest = text[item.start + 1 : head_end].splitlines()
    by = to.content - column(text, item.node.start)
    tail = text[tail_start : next_line(text, item.end)] if item.end > tail_start else ""
    return [
        *dashed([first.strip()], to),
        *shifted(rest, by),
        *_inner(head_end, nested, text, inner),
        *shifted(tail.splitlines(), by),
    ]


def dashed(lines: list[str], to: Layout) -> list[str]:
    """Return the lines of an item with the dash before the first."""
    first, *rest = lines
    return [f"{' ' * to.dash}-{' ' * (to.content - to.dash - 1)}{first}".rstrip(), *rest]


def shifted(lines: list[str], by: int) -> list[str]:
    """Return the lines indented by so many columns more, or fewer; blank lines are empty."""
    rows = []
    for line in lines:
        bare = line.lstrip(" ")
        rows.append(" " * max(len(line) - len(bare) + by, 0) + bare if bare.strip() else "")
    return rows


def flow_text(node: Node) -> str:
    """Return a value in one line, as it stands in brackets or braces; aliases are written out."""
    value = resolve(node)
    if isinstance(value, Scalar):
        # What was plain may be a number or a boolean, which it has to stay.
        if value.style == PLAIN and is_flow_safe(value.value):
            return value.value
        return yaml_scalar(value.value, '"')
    if isinstance(value, Sequence):
        return f"[{', '.join(flow_text(item) for item in value.items)}]"
    pairs = [f"{flow_text(entry.key)}: {flow_text(entry.value)}" for entry in value.written]
    return f"{{{', '.join(pairs)}}}"


def _inner(end: int, placed: list[Placed], text: str, to: Layout) -> Iterator[str]:
    """Yield the lines of a whole list, with the comments before and between its items."""
    for item in placed:
        between = text[end : line_start(text, item.start)]
        yield from shifted(between.splitlines(), to.dash - item.column)
        yield from moved_item(item, text, to)
        end = next_line(text, item.end)
