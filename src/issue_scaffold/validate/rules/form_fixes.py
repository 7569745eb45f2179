"""The fixes that rules about forms and front matter share, each a splice into the text. None of them judges."""

from collections.abc import Sequence

from issue_scaffold.text.edits import (
    Edit,
    Fix,
    entry_end,
    insert_line,
    one_line,
    quote,
    remove_entry,
    replace_key,
)
from issue_scaffold.text.scalars import quoted
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar


def remove(source: Source, mapping: Mapping, entry: Entry, *, unsafe: bool = False) -> Fix | None:
    """Take an entry out of its mapping."""
    edits = remove_entry(source, mapping, entry)
    return Fix(edits, unsafe=unsafe) if edits else None


def rename(entry: Entry, name: str, *, unsafe: bool = False) -> Fix:
    """Give an entry another key."""
    return Fix((replace_key(entry, name),), unsafe=unsafe)


def wrong_key_fix(source: Source, mapping: Mapping, entry: Entry, guess: str | None) -> Fix | None:
    """Rename an unknown key to what was probably meant, or take it out. Both are guesses."""
    return (
        rename(entry, guess, unsafe=True) if guess else remove(source, mapping, entry, unsafe=True)
    )


def quote_items(source: Source, nodes: Sequence[Node]) -> Fix | None:
    """Put scalars, and mappings that an unquoted colon made of one line of text, in quotes."""
    edits: list[Edit] = []
    for node in nodes:
        if isinstance(node, Scalar):
            fix = quote(source, node) if not node.is_null else None
            if fix is None:
                return None
            edits += fix.edits
        else:
            raw = one_line(source, node)
            if (
                raw is None
                or not isinstance(node, Mapping)
                or node.flow
                or len(node.entries) != 1
                or '"' in raw
            ):
                return None
            edits.append(Edit(node.start, node.end, quoted(raw)))
    return Fix(tuple(edits)) if edits else None


def unquoted_boolean(node: Node) -> Fix | None:
    """Take the quotes from `"true"` and `"false"`, as a guess."""
    word = node.value.strip().lower() if isinstance(node, Scalar) else ""
    return (
        Fix((Edit(node.start, node.end, word),), unsafe=True) if word in {"true", "false"} else None
    )


def name_from_path(path: str) -> str | None:
    """Return a name for a template after its file's: `.../bug_report.yml` is `Bug report`."""
    stem = path.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    words = " ".join(stem.replace("_", " ").replace("-", " ").split()).lstrip("0123456789. ")
    return words[:1].upper() + words[1:] if len(words) > 3 else None  # noqa: PLR2004 - GitHub's shortest name


def add_top_key(source: Source, root: Mapping, key: str, value: str) -> Fix | None:
    """Put `key: value` on top (`name`) or below the first key, as a guess."""
    if root.flow:
        return None
    first = root.entries[0]
    at_column = first.key.start - source.line_start(first.key.start)
    if at_column or first.merged:
        return None
    offset = first.key.start if key == "name" else entry_end(source, first)
    return Fix((insert_line(source, offset, f"{key}: {quoted(value)}"),), unsafe=True)


def move_entry(
    source: Source, owner: Mapping, entry: Entry, element: Mapping, section: str
) -> Fix | None:
    """Move `key: value` from one part of an element to `attributes` or `validations`, which is made if need be.

    Only for values on one line in block style; anything else isn't mended.
    """
    text = one_line(source, entry.value)
    taken = remove_entry(source, owner, entry)
    sole = len(owner.entries) == 1
    if (
        text is None
        or element.flow
        or owner.flow
        or entry.merged
        or not (taken or sole)
        or not isinstance(entry.key, Scalar)
    ):
        return None
    line = f"{entry.key.value}: {text}"
    step = _indent_step(source, element)
    column = element.entries[0].key.start - source.line_start(element.entries[0].key.start)
    target = element.find(section)
    if sole:
        # The part would be left empty, so it goes as a whole.
        holder = next((found for found in element.entries if found.value is owner), None)
        taken = remove_entry(source, element, holder) if holder else None
        if taken is None:
            return None
    assert taken is not None  # noqa: S101 - narrowed above
    if target is None:
        end = entry_end(source, element.entries[-1])
        put = insert_line(source, end, f"{' ' * column}{section}:\n{' ' * (column + step)}{line}")
        return Fix((*taken, put))
    if not isinstance(target.value, Mapping) or target.value.flow or not target.value.entries:
        return None
    if target.value.find(entry.key.value) is not None:
        return Fix(taken, unsafe=True)
    inner = target.value.entries[0].key.start
    indent = inner - source.line_start(inner)
    return Fix((*taken, insert_line(source, entry_end(source, target), f"{' ' * indent}{line}")))


def _indent_step(source: Source, element: Mapping) -> int:
    """Return by how much the file indents the inside of an element."""
    for entry in element.entries:
        if isinstance(entry.value, Mapping) and not entry.value.flow and entry.value.entries:
            outer = entry.key.start - source.line_start(entry.key.start)
            inner = entry.value.start - source.line_start(entry.value.start)
            if inner > outer:
                return inner - outer
    return 2
