"""The fixes that rules about forms and front matter share. None of them judges."""

from collections.abc import Iterable
from collections.abc import Sequence as Listing
from typing import Final

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
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar, Sequence, resolve

# GitHub asks for names of more characters.
SHORTEST_NAME: Final = 3


def fix_of(edits: Iterable[Edit] | None, *, unsafe: bool = False) -> Fix | None:
    """Return the fix that edits make, or None without any."""
    listed = tuple(edits or ())
    return Fix(listed, unsafe=unsafe) if listed else None


def replace(node: Scalar, text: str | None) -> Fix | None:
    """Write another text in the place of a scalar, as a guess; None without one."""
    if not text or node.end <= node.start:
        return None
    return Fix((Edit(node.start, node.end, text),), unsafe=True)


def remove(source: Source, mapping: Mapping, entry: Entry, *, unsafe: bool = False) -> Fix | None:
    """Take an entry out that says nothing; what somebody wrote is never deleted."""
    if not says_nothing(entry.value):
        return None
    return fix_of(remove_entry(source, mapping, entry), unsafe=unsafe)


def says_nothing(node: Node) -> bool:
    """Tell whether a value is null, blank, or a collection of nothing."""
    value = resolve(node)
    if isinstance(value, Scalar):
        return value.is_null or not value.value.strip()
    if isinstance(value, Sequence):
        return all(says_nothing(item) for item in value.items)
    return isinstance(value, Mapping) and not value.entries


def rename(entry: Entry, name: str, *, unsafe: bool = False) -> Fix:
    """Give an entry another key."""
    return Fix((replace_key(entry, name),), unsafe=unsafe)


def wrong_key_fix(source: Source, mapping: Mapping, entry: Entry, guess: str | None) -> Fix | None:
    """Rename an unknown key to what was probably meant, or take out an empty one, as guesses."""
    if guess:
        return rename(entry, guess, unsafe=True)
    return remove(source, mapping, entry, unsafe=True)


def quote_items(source: Source, nodes: Listing[Node], *, unsafe: bool = False) -> Fix | None:
    """Put scalars in quotes, and mappings that a colon made of a line of text; all or none."""
    edits: list[Edit] = []
    for node in nodes:
        if isinstance(node, Scalar):
            fix = None if node.is_null else quote(source, node)
        else:
            fix = _quote_mapping(source, node)
        if fix is None:
            return None
        edits += fix.edits
    return fix_of(edits, unsafe=unsafe)


def _quote_mapping(source: Source, node: Node) -> Fix | None:
    if not isinstance(node, Mapping) or node.flow or len(node.entries) != 1:
        return None
    raw = one_line(source, node)
    if raw is None or '"' in raw:
        return None
    return Fix((Edit(node.start, node.end, quoted(raw)),))


def unquoted_boolean(node: Node) -> Fix | None:
    """Take the quotes from `"true"` and `"false"`, as a guess."""
    if not isinstance(node, Scalar):
        return None
    word = node.value.strip().lower()
    return replace(node, word) if word in {"true", "false"} else None


def name_from_path(path: str) -> str | None:
    """Return a name for a template after its file's: `.../bug_report.yml` is `Bug report`."""
    stem = path.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
    words = " ".join(stem.replace("_", " ").replace("-", " ").split()).lstrip("0123456789. ")
    if len(words) <= SHORTEST_NAME:
        return None
    return words[:1].upper() + words[1:]


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
