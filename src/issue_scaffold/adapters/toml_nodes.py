"""TOML labels configs (hackebrot/labels) to the same tree as YAML's.

`tomllib` reads the data; where tables and keys stand is found by their lines, which is enough for a file of flat
tables. A value whose line isn't found gets its table's position.
"""

import re
import tomllib
from itertools import pairwise
from typing import Any

from issue_scaffold.adapters.yaml_nodes import LimitFailure, SyntaxFailure, YamlStream
from issue_scaffold.domain.limits import MAX_NODES
from issue_scaffold.domain.yaml_tree import Entry, Mapping, Scalar, Sequence, Value


def parse_toml(text: str) -> YamlStream:
    """Parse TOML; never raises for what the text holds."""
    if text.count("\n") > MAX_NODES:
        return YamlStream(failure=LimitFailure(f"more than {MAX_NODES:,} lines", 0))
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return YamlStream(failure=_failure(text, str(error) or "nested too deeply"))
    if not data:
        return YamlStream()
    return YamlStream(documents=(_root(text, data),))


def _failure(text: str, words: str) -> SyntaxFailure:
    words = words[:1].lower() + words[1:]
    found = re.search(r" \(at line (\d+), column (\d+)\)$", words)
    if not found:
        return SyntaxFailure(f"TOML: {words.removesuffix(' (at end of document)')}", max(0, len(text) - 1), "", None)
    lines = text.split("\n")
    offset = sum(len(line) + 1 for line in lines[: int(found[1]) - 1]) + int(found[2]) - 1
    return SyntaxFailure(f"TOML: {words[: found.start()]}", min(offset, len(text)), "", None)


def _root(text: str, data: dict[str, Any]) -> Mapping:
    headers = list(re.finditer(r"^[ \t]*\[(?!\[)[ \t]*(.+?)[ \t]*\][ \t]*(?:#.*)?$", text, re.MULTILINE))
    spans = {_unquoted(header[1]): header for header in headers}
    ends = {header: after.start() for header, after in pairwise(headers)}
    entries = []
    for name, value in data.items():
        header = spans.get(name)
        start, end = (header.start(1), header.end(1)) if header else (0, 0)
        stop = ends.get(header, len(text)) if header else 0
        body = (header.end(), stop) if header else (0, len(text))
        entries.append(Entry(Scalar(name, start, end, '"'), _value(text, value, (start, end), body)))
    return Mapping(tuple(entries), 0, len(text))


def _unquoted(name: str) -> str:
    try:
        return next(iter(tomllib.loads(f"{name} = 0")))
    except tomllib.TOMLDecodeError:
        return name


def _value(text: str, value: object, span: tuple[int, int], body: tuple[int, int]) -> Value:
    if isinstance(value, dict):
        entries = []
        for key, inner in value.items():
            pattern = rf"^[ \t]*[\"']?({re.escape(key)})[\"']?[ \t]*=[ \t]*(.+?)[ \t]*$"
            found = re.compile(pattern, re.MULTILINE).search(text, *body)
            key_span, value_span = (found.span(1), found.span(2)) if found else (span, span)
            entries.append(Entry(Scalar(key, *key_span), _value(text, inner, value_span, (0, 0))))
        return Mapping(tuple(entries), *span)
    if isinstance(value, list):
        return Sequence(tuple(_value(text, item, span, (0, 0)) for item in value), *span, flow=True)
    if isinstance(value, str):
        return Scalar(value, *span, '"')
    kind = {bool: "bool", int: "int", float: "float"}.get(type(value), "timestamp")
    return Scalar(str(value), *span, "", kind)
