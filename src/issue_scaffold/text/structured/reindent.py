"""A list item's own lines, moved from one file's indentation to another's."""

from collections.abc import Iterator
from typing import NamedTuple

from issue_scaffold.text.structured import scalars, splice, tree


class Layout(NamedTuple):
    """The columns of a list's dashes and of its items' content."""

    dash: int
    content: int


def layout(collection: tree.AnyNode | None, text: str) -> Layout | None:
    """Return how a block list is indented, by its last item; None for what is no block list."""
    if not isinstance(collection, tree.Sequence) or collection.flow or collection.alias is not None:
        return None
    item = splice.items(collection, text)[-1]
    return Layout(
        item.column, item.node.column if item.node.column > item.column else item.column + 2
    )


def moved_item(item: splice.Item, text: str, to: Layout) -> list[str]:
    """Return the lines of a list item, indented as `to` says."""
    if item.start == item.node.start:
        return _dashed(text[item.start : item.end].splitlines(), to)
    first, *rest = text[item.start + 1 : splice.line_end(text, item.end)].splitlines()
    return [*_dashed([first.strip()], to), *shifted(rest, to.content - item.node.column)]


def moved_entry(
    item: splice.Item, inner_key: str, text: str, to: Layout, inner: Layout
) -> list[str]:
    """Return the lines of a list item in which the block list at `inner_key` gets the indentation `inner`."""
    entry = (
        item.node.own(inner_key)
        if isinstance(item.node, tree.Mapping) and not item.node.flow
        else None
    )
    if entry is None or not isinstance(entry[1], tree.Sequence) or layout(entry[1], text) is None:
        return moved_item(item, text, to)
    key, nested = entry[0], splice.items(entry[1], text)
    head_end, tail_start = splice.line_end(text, key.end), splice.line_end(text, nested[-1].end)
    first, *rest = text[item.start + 1 : head_end].splitlines()
    by = to.content - item.node.column
    tail = text[tail_start : splice.line_end(text, item.end)] if item.end > tail_start else ""
    return [
        *_dashed([first.strip()], to),
        *shifted(rest, by),
        *_inner(head_end, nested, text, inner),
        *shifted(tail.splitlines(), by),
    ]


def shifted(lines: list[str], by: int) -> list[str]:
    """Return the lines indented by so many columns more, or fewer; blank lines are empty."""
    rows = []
    for line in lines:
        bare = line.lstrip(" ")
        rows.append(" " * max(len(line) - len(bare) + by, 0) + bare if bare.strip() else "")
    return rows


def flow_text(node: tree.AnyNode) -> str:
    """Return a value in one line, as it stands in brackets or braces."""
    if isinstance(node, tree.Scalar):
        is_plain = not node.style and scalars.is_flow_safe(node.value)
        return node.value if is_plain else scalars.yaml_scalar(node.value, '"')
    if isinstance(node, tree.Sequence):
        return f"[{', '.join(flow_text(item) for item in node.items)}]"
    return (
        f"{{{', '.join(f'{flow_text(key)}: {flow_text(value)}' for key, value in node.entries)}}}"
    )


def _inner(end: int, placed: list[splice.Item], text: str, to: Layout) -> Iterator[str]:
    """Yield the lines of a whole list, with the comments before and between its items."""
    for item in placed:
        between = text[end : splice.line_start(text, item.start)]
        yield from shifted(between.splitlines(), to.dash - item.column)
        yield from moved_item(item, text, to)
        end = splice.line_end(text, item.end)


def _dashed(lines: list[str], to: Layout) -> list[str]:
    first, *rest = lines
    return [f"{' ' * to.dash}-{' ' * (to.content - to.dash - 1)}{first}".rstrip(), *rest]
