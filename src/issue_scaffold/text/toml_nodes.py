"""TOML labels configs (hackebrot/labels) to the same tree as YAML's.

`tomllib` reads the data; where tables and keys stand is found by their lines, which is enough for a
file of flat tables. A value whose line isn't found gets its table's position.
"""

import re
import tomllib
from itertools import pairwise
from typing import Any, Final

from issue_scaffold.text.limits import MAX_DEPTH, MAX_NODES
from issue_scaffold.text.tree import Entry, Mapping, Scalar, Sequence, Value
from issue_scaffold.text.yaml_nodes import LimitFailure, SyntaxFailure, YamlStream

_TOO_DEEP: Final = f"nested deeper than {MAX_DEPTH} levels"

# What may hold brackets and dots that mean nothing, then those that nest, then what ends a dotted
# key.
_TOKEN: Final = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}|'{3}(?:[^']|'(?!''))*+'{3,5}'''
    r"""|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'|\#[^\n]*+"""
    r"""|[\[{]|[\]}]|\.|[=,\n]""",
    re.DOTALL,
)


def parse_toml(text: str) -> YamlStream:
    """Parse TOML; never raises for what the text holds.

    Nesting is measured before the decoder sees the text: how it minds depth differs by Python's
    version.
    """
    if text.count("\n") > MAX_NODES:
        return YamlStream(failure=LimitFailure(f"more than {MAX_NODES:,} lines", 0))
    if _depth(text) > MAX_DEPTH:
        return YamlStream(failure=LimitFailure(_TOO_DEEP, 0))
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return YamlStream(failure=_failure(text, str(error)))
    broken = _broken_limit(data)
    if broken:
        return YamlStream(failure=LimitFailure(broken, 0))
    if not data:
        return YamlStream()
    return YamlStream(documents=(_root(text, data),))


def _depth(text: str) -> int:
    """Return how deep brackets and the parts of one dotted key nest.

    Headers and keys add up in the data only.
    """
    depth = deepest = dots = 0
    for found in _TOKEN.finditer(text):
        mark = found[0]
        if mark == ".":
            dots += 1
        elif mark in "=,\n[]{}":
            dots = 0
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark, 0)
        deepest = max(deepest, depth + dots)
    return deepest


def _broken_limit(data: dict[str, Any]) -> str:
    """Return which limit decoded data breaks, in words; empty if none."""
    depth = count = 0
    level: list[Any] = [data]
    while level:
        depth += 1
        inner: list[Any] = []
        for value in level:
            items = value.values() if isinstance(value, dict) else value
            count += len(items)
            inner.extend(item for item in items if isinstance(item, dict | list))
        level = inner
    if depth > MAX_DEPTH:
        return _TOO_DEEP
    if count > MAX_NODES:
        return f"more than {MAX_NODES:,} values"
    return ""


def _failure(text: str, words: str) -> SyntaxFailure:
    words = words[:1].lower() + words[1:]
    found = re.search(r" \(at line (\d+), column (\d+)\)$", words)
    if not found:
        return SyntaxFailure(
            f"TOML: {words.removesuffix(' (at end of document)')}", max(0, len(text) - 1), "", None
        )
    lines = text.split("\n")
    offset = sum(len(line) + 1 for line in lines[: int(found[1]) - 1]) + int(found[2]) - 1
    return SyntaxFailure(f"TOML: {words[: found.start()]}", min(offset, len(text)), "", None)


def _root(text: str, data: dict[str, Any]) -> Mapping:
    headers = list(
        re.finditer(r"^[ \t]*\[(?!\[)[ \t]*(.+?)[ \t]*\][ \t]*(?:#.*)?$", text, re.MULTILINE)
    )
    spans = {_unquoted(header[1]): header for header in headers}
    ends = {header: after.start() for header, after in pairwise(headers)}
    entries = []
    for name, value in data.items():
        header = spans.get(name)
        span, body = (0, 0), (0, len(text))
        if header:
            span, body = header.span(1), (header.end(), ends.get(header, len(text)))
        node = _value(text, value, span, body)
        if header and isinstance(node, Mapping):
            end = max([header.end(), *(entry.value.end for entry in node.entries)])
            node = Mapping(node.entries, span[0], end)
        style = header[1][0] if header and header[1][0] in "\"'" else ""
        entries.append(Entry(Scalar(name, *span, style), node))
    return Mapping(tuple(entries), 0, len(text))


def _end_of_value(text: str, start: int) -> int:
    """Return where the value that begins there ends: at its line's end, or past its brackets."""
    depth = 0
    for found in _TOKEN.finditer(text, start):
        mark = found[0]
        if depth == 0 and (mark == "\n" or mark[0] == "#"):
            return start + len(text[start : found.start()].rstrip())
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark, 0)
    return start + len(text[start:].rstrip())


def _unquoted(name: str) -> str:
    try:
        return next(iter(tomllib.loads(f"{name} = 0")))
    except tomllib.TOMLDecodeError:
        return name


def _value(text: str, value: object, span: tuple[int, int], body: tuple[int, int]) -> Value:
    if isinstance(value, dict):
        entries = []
        for key, inner in value.items():
            pattern = rf"^[ \t]*[\"']?({re.escape(key)})[\"']?[ \t]*=[ \t]*"
            found = re.compile(pattern, re.MULTILINE).search(text, *body)
            key_span = value_span = span
            if found:
                key_span, value_span = (
                    found.span(1),
                    (found.end(), _end_of_value(text, found.end())),
                )
            entries.append(Entry(Scalar(key, *key_span), _value(text, inner, value_span, (0, 0))))
        return Mapping(tuple(entries), *span)
    if isinstance(value, list):
        return Sequence(tuple(_value(text, item, span, (0, 0)) for item in value), *span, flow=True)
    if isinstance(value, str):
        style = "'" if text.startswith("'", span[0]) else '"'
        return Scalar(value, *span, style)
    kind = {bool: "bool", int: "int", float: "float"}.get(type(value), "timestamp")
    return Scalar(str(value), *span, "", kind)
