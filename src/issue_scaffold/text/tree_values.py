"""What a node of a tree holds, asked without knowing what sort it is.

Where it is of another sort, or absent, the answer is the empty one: no text, no items, no keys.
Aliases are followed. Owns no judgement of what a file should hold; pure.
"""

from collections.abc import Iterator
from typing import Final

from issue_scaffold.text.tree import Alias, Mapping, Node, Scalar, Sequence, Value, resolve

# What YAML 1.1 reads as true, in whatever case.
TRUE_WORDS: Final = frozenset({"true", "yes", "on"})
_NO_ENTRIES: Final = Mapping((), 0, 0)


def resolved(node: Node | None) -> Value | None:
    """Return the node, or what it is an alias of; None for none."""
    return None if node is None else resolve(node)


def mapping_of(node: Node | None) -> Mapping:
    """Return the mapping that a node is; one without entries for anything else."""
    value = resolved(node)
    return value if isinstance(value, Mapping) else _NO_ENTRIES


def value_below(node: Node | None, *names: str) -> Value | None:
    """Return the value that keys lead to, one below the other."""
    for name in names:
        node = mapping_of(node).get(name)
    return resolved(node)


def keys_of(node: Node | None) -> frozenset[str]:
    """Return the keys of a mapping that are scalars."""
    return frozenset(mapping_of(node).keys())


def items_of(node: Node | None) -> tuple[Value, ...]:
    """Return the items of a list."""
    value = resolved(node)
    if not isinstance(value, Sequence):
        return ()
    return tuple(map(resolve, value.items))


def mappings_in(node: Node | None) -> list[Mapping]:
    """Return the items of a list that are mappings."""
    return [item for item in items_of(node) if isinstance(item, Mapping)]


def scalars_in(node: Node | None) -> list[Scalar]:
    """Return the items of a list that are scalars."""
    return [item for item in items_of(node) if isinstance(item, Scalar)]


def nodes_in(root: Node | None) -> Iterator[Value]:
    """Yield what stands in a tree, itself included, in no order; what an alias names only there."""
    waiting = [] if root is None else [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Alias):
            continue
        yield node
        if isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Mapping):
            waiting += [part for entry in node.written for part in (entry.key, entry.value)]


def mappings_below(root: Node | None) -> Iterator[Mapping]:
    """Yield the mappings in a tree, itself included, in no order; what an alias names only there.

    It is `nodes_in` for who wants no scalars, which most nodes are.
    """
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting += [item for item in node.items if type(item) is not Scalar]
        elif isinstance(node, Mapping):
            yield node
            for key, value, _ in node.written:
                if type(value) is not Scalar:
                    waiting.append(value)
                if type(key) is not Scalar:
                    waiting.append(key)


def string_of(node: Node | None) -> str:
    """Return the text of a scalar, of whatever kind it is to YAML."""
    value = resolved(node)
    return value.value if isinstance(value, Scalar) else ""


def is_null(node: Node | None) -> bool:
    """Return whether a node says nothing: it is absent, empty, or `null`."""
    value = resolved(node)
    return value is None or (isinstance(value, Scalar) and value.is_null)


def is_true(node: Node | None) -> bool:
    """Return whether a node is a boolean that is true."""
    value = resolved(node)
    if not isinstance(value, Scalar) or value.kind != "bool":
        return False
    return value.value.lower() in TRUE_WORDS
