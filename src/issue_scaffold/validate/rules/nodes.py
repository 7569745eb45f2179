"""What several rules ask of a file's nodes, and how they speak of them."""

from collections.abc import Collection, Iterator, Sequence

from issue_scaffold.forge.document import Problem, at
from issue_scaffold.forge.issue_form import ElementView
from issue_scaffold.text.edits import Fix, quote
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar, resolve, type_name
from issue_scaffold.text.wording import allowed, closest
from issue_scaffold.text.yaml_numbers import printed
from issue_scaffold.validate.rules.form_fixes import wrong_key_fix


def is_null(node: Node) -> bool:
    """Tell whether a node says nothing, or `null`."""
    value = resolve(node)
    return isinstance(value, Scalar) and value.is_null


def is_text(node: Node) -> bool:
    """Tell whether a node is text to YAML, and not blank."""
    value = resolve(node)
    return isinstance(value, Scalar) and value.is_text and bool(value.value.strip())


def is_empty(node: Node) -> bool:
    """Tell whether a node is null, or blank text."""
    value = resolve(node)
    if not isinstance(value, Scalar):
        return False
    return value.is_null or (value.is_text and not value.value.strip())


def is_text_or_null(node: Node) -> bool:
    """Tell whether a node is text to YAML, or null."""
    value = resolve(node)
    return isinstance(value, Scalar) and (value.is_text or value.is_null)


def is_boolean_or_null(node: Node) -> bool:
    """Tell whether a node is a boolean to YAML, or null."""
    value = resolve(node)
    return isinstance(value, Scalar) and value.kind in {"bool", "null"}


def what_it_is(node: Node) -> str:
    """Return `empty`, or of what type a value is."""
    return "empty" if is_empty(node) else type_name(resolve(node))


def value_or_key(entry: Entry) -> Node:
    """Return the node to underline: the value, or the key where nothing was written."""
    return item_or_key(entry.value, entry)


def item_or_key(item: Node, entry: Entry) -> Node:
    """Return the node to underline: an item of a list, or the list's key where nothing is."""
    return item if item.end > item.start else entry.key


def repeated_options(element: ElementView) -> Iterator[tuple[Scalar, Scalar]]:
    """Yield each option of a dropdown that a reader takes for an earlier one, after that one."""
    if element.type != "dropdown":
        return
    seen: dict[str, Scalar] = {}
    for option in element.options:
        node = option.node
        if isinstance(node, Scalar) and option.text is not None:
            first = seen.setdefault(printed(node), node)
            if first is not node:
                yield first, node


def quoted_value(source: Source, node: Node) -> Fix | None:
    """Put a scalar that isn't null in quotes."""
    value = resolve(node)
    if not isinstance(value, Scalar) or value.is_null:
        return None
    return quote(source, value)


def free_guess(mapping: Mapping, entry: Entry, known: Collection[str]) -> str | None:
    """Return the key that an unknown one was meant for, unless the mapping has that already."""
    if not isinstance(entry.key, Scalar):
        return None
    guess = closest(entry.key.value, known)
    return guess if guess and mapping.find(guess) is None else None


def unknown_key(
    source: Source,
    mapping: Mapping,
    entry: Entry,
    message: str,
    *,
    known: Sequence[str],
    place: str,
) -> Problem:
    """Return the problem of a key that a mapping can't have, with what was probably meant."""
    guess = free_guess(mapping, entry, known)
    hint = allowed(known, guess=guess, place=place)
    fix = wrong_key_fix(source, mapping, entry, guess)
    return at(entry.key, message, hint=hint, fix=fix)
