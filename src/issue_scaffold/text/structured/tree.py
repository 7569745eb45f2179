"""YAML or JSON text as a tree of nodes that know where they stand, so that an edit can be spliced into the text.

Scalars keep their raw text value: a colour `000000` stays six digits, whatever type YAML would give it. Only PyYAML's
event parser is used, in C where it can be: this is on the path of `check`. Nothing here writes.
"""

import json
import re
from bisect import bisect_right
from typing import Any, Final, NamedTuple, NoReturn

import yaml

from issue_scaffold.text.limits import MAX_EDITED_DEPTH
from issue_scaffold.text.yaml_values import refuse_excess

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_MERGES: Final = 4
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_PLAIN_LITERAL: Final = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


class NotUnderstoodError(ValueError):
    """The text, or what is to be done to it, has no place in what these modules can read and edit."""


class Scalar(NamedTuple):
    """A scalar's place, raw text and quoting: an empty string for plain, else one of `'"|>`.

    Of every node, `start` and `end` are offsets in code points, `line` and `column` are 0-based. `anchor` is the node's
    own anchor; of an alias (`alias` is its name) the place is the alias, the content its target's. The end of a block
    collection or block scalar may lie past comments: see `content_end`.
    """

    start: int
    end: int
    line: int
    column: int
    value: str
    style: str
    anchor: str | None = None
    alias: str | None = None

    @property
    def is_null(self) -> bool:
        """Say whether nothing stands there, or a plain null."""
        return not self.style and self.value in _NULLS


class Sequence(NamedTuple):
    """A list; `flow` is true for the form in brackets."""

    start: int
    end: int
    line: int
    column: int
    items: "tuple[AnyNode, ...]"
    flow: bool
    anchor: str | None = None
    alias: str | None = None


class Mapping(NamedTuple):
    """Keys and values in the order of the text; `flow` is true for the form in braces."""

    start: int
    end: int
    line: int
    column: int
    entries: "tuple[tuple[Scalar, AnyNode], ...]"
    flow: bool
    anchor: str | None = None
    alias: str | None = None

    def own(self, key: str) -> "tuple[Scalar, AnyNode] | None":
        """Return the last entry of that key which stands in the mapping itself, as YAML and JSON readers do."""
        return next((entry for entry in reversed(self.entries) if entry[0].value == key), None)

    def resolved(self, depth: int = 0) -> "dict[str, AnyNode]":
        """Return the values by key, those that `<<` merges in included; `depth` stops merges that grow without end."""
        merged: dict[str, AnyNode] = {}
        own: dict[str, AnyNode] = {}
        for key, value in self.entries:
            if key.value == "<<" and not key.style and depth < _MAX_MERGES:
                sources = value.items if isinstance(value, Sequence) else (value,)
                for source in reversed(sources):
                    merged |= source.resolved(depth + 1) if isinstance(source, Mapping) else {}
            else:
                own[key.value] = value
        return merged | own


AnyNode = Scalar | Sequence | Mapping


def read(text: str, *, is_json: bool) -> AnyNode | None:
    """Return the one document in `text`, None when there is none; raise NotUnderstoodError on anything else."""
    try:
        if is_json:
            return _Json(text).document()
        refuse_excess(text)
        return _Yaml(text).document()
    except (yaml.YAMLError, ValueError) as error:
        raise NotUnderstoodError(str(error)) from error


def newline(text: str) -> str:
    """Return the line break that most lines end with."""
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"


def content_end(node: AnyNode, text: str) -> int:
    """Return where the node's content ends, before any line break, blank line or comment that follows."""
    if isinstance(node, Scalar):
        if node.style not in {"|", ">"} or node.alias is not None:
            return node.end
        chunk = text[node.start : node.end]
        keeps_breaks = "+" in chunk.partition("\n")[0].partition("#")[0]
        return (
            node.end - 1
            if keeps_breaks and chunk.endswith("\n")
            else node.start + len(chunk.rstrip())
        )
    if node.flow or node.alias is not None:
        return node.end
    last = node.items[-1] if isinstance(node, Sequence) else node.entries[-1][1]
    return content_end(last, text)


def canonical(node: AnyNode) -> str:
    """Return the value as JSON text, equal for values that are spelled differently; an alias of a collection stays."""
    if isinstance(node, Scalar):
        if node.is_null:
            return "null"
        is_literal = not node.style and _PLAIN_LITERAL.fullmatch(node.value)
        return node.value if is_literal else json.dumps(node.value, ensure_ascii=False)
    if node.alias is not None:
        return f"*{node.alias}"
    if isinstance(node, Sequence):
        return f"[{', '.join(canonical(item) for item in node.items)}]"
    pairs = (
        f"{json.dumps(key.value, ensure_ascii=False)}: {canonical(value)}"
        for key, value in node.entries
    )
    return f"{{{', '.join(pairs)}}}"


class _Yaml:
    """One YAML document, built from PyYAML's events because its own nodes don't tell an alias from its target."""

    def __init__(self, text: str) -> None:
        self._events: Any = iter(yaml.parse(text, Loader=_LOADER))
        self._anchors: dict[str, AnyNode] = {}

    def document(self) -> AnyNode | None:
        """Return the document's root, None for an empty stream; raise on a second document."""
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        root = self._node(next(self._events), 0)
        next(self._events)
        if not isinstance(next(self._events), yaml.StreamEndEvent):
            raise NotUnderstoodError("more than one document")
        return root

    def _node(self, event: Any, depth: int) -> AnyNode:  # noqa: ANN401 - PyYAML's events are untyped
        mark, end = event.start_mark, event.end_mark.index
        place: dict[str, Any] = {"start": mark.index, "line": mark.line, "column": mark.column}
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise NotUnderstoodError(f"alias {event.anchor} before its anchor")
            target = self._anchors[event.anchor]
            return target._replace(**place, end=end, anchor=None, alias=event.anchor)
        place["anchor"] = event.anchor
        node: AnyNode
        if isinstance(event, yaml.ScalarEvent):
            node = Scalar(**place, end=end, value=event.value, style=event.style or "")
        elif depth >= MAX_EDITED_DEPTH:
            raise NotUnderstoodError("nested too deeply")
        elif isinstance(event, yaml.SequenceStartEvent):
            items, end = self._items(yaml.SequenceEndEvent, depth)
            node = Sequence(**place, end=end, items=tuple(items), flow=bool(event.flow_style))
        else:
            items, end = self._items(yaml.MappingEndEvent, depth)
            entries = tuple(zip(map(_as_key, items[::2]), items[1::2], strict=True))
            node = Mapping(**place, end=end, entries=entries, flow=bool(event.flow_style))
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _items(self, stop: type[Any], depth: int) -> tuple[list[AnyNode], int]:
        items: list[AnyNode] = []
        for event in self._events:
            if isinstance(event, stop):
                return items, event.end_mark.index
            items.append(self._node(event, depth + 1))
        raise NotUnderstoodError("unfinished collection")


class _Json:
    """One JSON document. YAML's parser would refuse surrogate pairs, which `json.dumps` writes for every emoji."""

    _SPACE: Final = re.compile(r"[ \t\n\r]*")

    def __init__(self, text: str) -> None:
        self._text = text
        self._decode = json.JSONDecoder().raw_decode
        self._line_starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def document(self) -> AnyNode | None:
        """Return the root, None when the text is blank; raise on anything after it."""
        start = self._skip(0)
        if start == len(self._text):
            return None
        root = self._node(start, 0)
        if self._skip(root.end) != len(self._text):
            self._fail(root.end)
        return root

    def _node(self, start: int, depth: int) -> AnyNode:
        if depth >= MAX_EDITED_DEPTH:
            raise NotUnderstoodError("nested too deeply")
        if self._text.startswith("[", start):
            items, end = self._list(start, depth)
            return Sequence(**self._place(start), end=end, items=tuple(items), flow=True)
        if self._text.startswith("{", start):
            entries, end = self._object(start, depth)
            return Mapping(**self._place(start), end=end, entries=tuple(entries), flow=True)
        value, end = self._decode(self._text, start)
        if isinstance(value, str):
            return Scalar(**self._place(start), end=end, value=value, style='"')
        return Scalar(**self._place(start), end=end, value=self._text[start:end], style="")

    def _list(self, start: int, depth: int) -> tuple[list[AnyNode], int]:
        items: list[AnyNode] = []
        at = self._skip(start + 1)
        while not self._text.startswith("]", at):
            at = self._skip(self._expect(",", at)) if items else at
            items.append(self._node(at, depth + 1))
            at = self._skip(items[-1].end)
        return items, at + 1

    def _object(self, start: int, depth: int) -> tuple[list[tuple[Scalar, AnyNode]], int]:
        entries: list[tuple[Scalar, AnyNode]] = []
        at = self._skip(start + 1)
        while not self._text.startswith("}", at):
            at = self._skip(self._expect(",", at)) if entries else at
            key = _as_key(self._node(at, depth + 1))
            value = self._node(self._skip(self._expect(":", self._skip(key.end))), depth + 1)
            entries.append((key, value))
            at = self._skip(value.end)
        return entries, at + 1

    def _place(self, start: int) -> dict[str, Any]:
        line = bisect_right(self._line_starts, start) - 1
        return {"start": start, "line": line, "column": start - self._line_starts[line]}

    def _skip(self, at: int) -> int:
        found = self._SPACE.match(self._text, at)
        return at if found is None else found.end()

    def _expect(self, sign: str, at: int) -> int:
        if not self._text.startswith(sign, at):
            self._fail(at)
        return at + 1

    def _fail(self, at: int) -> NoReturn:
        raise NotUnderstoodError(f"not JSON at offset {at}")


def _as_key(node: AnyNode) -> Scalar:
    if not isinstance(node, Scalar):
        raise NotUnderstoodError("a key that is no scalar")
    return node
