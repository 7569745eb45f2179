"""What Go's YAML reader makes of plain scalars, where YAML 1.1 and Ruby's reader make other things.

`yes`, `on` and `190:20` are texts to it, `0o17` is a number. Which forges read
with it their rows say.
Source: `resolve.go` of https://github.com/yaml/go-yaml, for values of any type.
"""

from typing import Final

from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.tree import Alias, Entry, Node, Scalar, Sequence, Value

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS: Final = frozenset({"true", "True", "TRUE", "false", "False", "FALSE"})
_FLOATS: Final = frozenset(
    {".nan", ".NaN", ".NAN"}
    | {sign + name for sign in ("", "+", "-") for name in (".inf", ".Inf", ".INF")}
)
_INT: Final = late_pattern(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)")
_FLOAT: Final = late_pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_TIMESTAMP: Final = late_pattern(
    r"\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d*)?"
    r"[ \t]*(?:Z|[-+]\d{1,2}:\d{2})?)?"
)


def as_go_reads(node: Value) -> Value:
    """Return a tree with each scalar of the kind that Go's reader makes of it."""
    if isinstance(node, Scalar):
        return node._replace(kind=_kind(node))
    if isinstance(node, Sequence):
        return node._replace(items=tuple(map(_as_read, node.items)))
    return node._replace(
        entries=tuple(map(_entry, node.entries)), merges=tuple(map(_entry, node.merges))
    )


def _entry(entry: Entry) -> Entry:
    return entry._replace(key=_as_read(entry.key), value=_as_read(entry.value))


def _as_read(node: Node) -> Node:
    if isinstance(node, Alias):
        return node._replace(target=as_go_reads(node.target))
    return as_go_reads(node)


def _kind(scalar: Scalar) -> str:
    text = scalar.value
    if scalar.style or scalar.tag is not None:
        return scalar.kind
    if text in _NULLS:
        return "null"
    if text in _BOOLEANS:
        return "bool"
    return _number_or_date(text)


def _number_or_date(text: str) -> str:
    plain = text.replace("_", "")
    if text[0] in "0123456789+-." and _INT.fullmatch(plain):
        return "int"
    if text in _FLOATS or _FLOAT.fullmatch(plain):
        return "float"
    return "timestamp" if _TIMESTAMP.fullmatch(text) else "str"
