"""YAML text to a position-carrying tree, in one pass over the parser's events.

Owns PyYAML. The composer isn't used: libyaml's crashes the process on deep nesting, and the tree is
wanted with offsets anyway. Depth, number of nodes and growth by aliases are limited while the
events come in.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple, Protocol

import yaml

from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.limits import MAX_DEPTH, MAX_NODES
from issue_scaffold.text.tree import (
    MERGE_KEY,
    Alias,
    Anchor,
    Entry,
    Mapping,
    Node,
    Scalar,
    Sequence,
    Value,
    resolve,
)

PARSER: Any
try:
    from yaml._yaml import CParser

    PARSER = CParser
except ImportError:  # PyYAML was built without libyaml
    PARSER = yaml.Loader

# No parser refuses a text for being nested so little.
_TRUSTED_DEPTH: Final = 20


class SyntaxFailure(NamedTuple):
    """Why a text is no YAML: the parser's words, where it stopped and where it had begun."""

    problem: str
    offset: int
    context: str
    context_offset: int | None


class LimitFailure(NamedTuple):
    """Which limit a text broke, in words, and where."""

    message: str
    offset: int


class YamlStream(NamedTuple):
    """All documents of a text, or why there are none.

    `separators` are the offsets of the later documents' `---`.
    """

    documents: tuple[Value, ...] = ()
    separators: tuple[int, ...] = ()
    aliases: tuple[Alias, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    failure: SyntaxFailure | LimitFailure | None = None


class _Mark(Protocol):
    index: int


def parse_yaml(text: str, start: int = 0, end: int | None = None) -> YamlStream:
    """Parse a part of a text as YAML; never raises for what the text holds.

    A text that breaks a limit of ours fails with that limit, whatever the parser says of it: a
    scanner reads up to 1,024 characters ahead of its events, and libyaml refuses deep nesting there
    from version 0.2.6 on.
    """
    stop = len(text) if end is None else end
    stream, depth = _read_twice(PARSER, text, start, stop)
    if isinstance(stream.failure, SyntaxFailure) and _has_pairs(text, stream.failure):
        return _read_with_pairs(text, start, stop)
    if isinstance(stream.failure, SyntaxFailure) and depth > _TRUSTED_DEPTH:
        # The depth may be all that the parser minds. PyYAML's own is slow and has no limit.
        return _read_twice(yaml.Loader, text, start, stop)[0]
    return stream


def _read_twice(
    parser: Any,  # noqa: ANN401 - C and pure parser share no type
    text: str,
    start: int,
    stop: int,
) -> tuple[YamlStream, int]:
    """Return a part of a text as one parser has it, and its depth so far.

    A limit that it breaks comes before its syntax.
    """
    stream, depth = _read(parser, text, start, stop)
    if not isinstance(stream.failure, SyntaxFailure):
        return stream, depth
    # What stands before the refusal, read by itself: there is nothing ahead of it that could be
    # refused first.
    before, depth = _read(parser, text, start, stream.failure.offset)
    return (before if isinstance(before.failure, LimitFailure) else stream), depth


def _read(
    parser: Any,  # noqa: ANN401 - as above
    text: str,
    start: int,
    stop: int,
    masked: str | None = None,
) -> tuple[YamlStream, int]:
    """Return a part of a text as one parser has it, and its depth as far as it was read.

    `masked` is what the parser sees instead of the text.
    """
    builder = _Builder(text, start, masked)
    failure: SyntaxFailure | LimitFailure
    try:
        return builder.build(parser(builder.seen[start:stop])), builder.depth
    except yaml.MarkedYAMLError as error:
        mark, context = error.problem_mark or error.context_mark, error.context_mark
        failure = SyntaxFailure(
            error.problem or "",
            start + (mark.index if mark else 0),
            error.context or "",
            start + context.index if context else None,
        )
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0)
        failure = SyntaxFailure(
            str(getattr(error, "reason", error)), start + int(position), "", None
        )
    except UnicodeEncodeError as error:  # half a character, which no file in UTF-8 holds
        failure = SyntaxFailure("a lone surrogate", start + error.start, "", None)
    except _LimitError as limit:
        return YamlStream(failure=LimitFailure(*limit.args)), builder.depth
    return YamlStream(failure=failure, separators=tuple(builder.separators)), builder.depth


# Half of a character beyond U+FFFF each, as JSON escapes it; js-yaml takes the two for one.
_PAIR: Final = late_pattern(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_SURROGATES: Final = 0xD800
# Private characters of the same number stand for them while a parser looks: no place moves.
_STAND_IN: Final = 0xE000


def _has_pairs(text: str, failure: SyntaxFailure) -> bool:
    """Tell whether a parser may have stopped at a character in two JSON escapes.

    Not where the text has one of the characters that would stand for them.
    """
    if not _PAIR.search(text, max(0, failure.offset - len(r"\ud83d"))):
        return False
    return not any(map(_is_stand_in, text)) and not _STAND_IN_ESCAPE.search(text)


_STAND_IN_ESCAPE: Final = late_pattern(r"\\u[eE][0-7]")


def _read_with_pairs(text: str, start: int, stop: int) -> YamlStream:
    def masked(pair: re.Match[str]) -> str:
        halves = (int(half, 16) - _SURROGATES + _STAND_IN for half in pair.groups())
        return "".join(f"\\u{half:04x}" for half in halves)

    return _read(PARSER, text, start, stop, masked=_PAIR.sub(masked, text))[0]


def _unmasked(value: str, style: str) -> str:
    """Return what a scalar of a masked text says: half characters put together where escaped."""
    if style != '"':  # no escape there: what looks like one is text
        return _STAND_INS.sub(lambda pair: _written(pair.groups()), value)
    halves = "".join(
        chr(ord(char) - _STAND_IN + _SURROGATES) if _is_stand_in(char) else char for char in value
    )
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _is_stand_in(char: str) -> bool:
    return _STAND_IN <= ord(char) < _STAND_IN + 0x800


_STAND_INS: Final = late_pattern(r"\\u(e[0-3][0-9a-f]{2})\\u(e[4-7][0-9a-f]{2})")


def _written(halves: Iterable[str]) -> str:
    return "".join(f"\\u{int(half, 16) - _STAND_IN + _SURROGATES:04x}" for half in halves)


class _LimitError(Exception):
    """A limit was broken: words and offset."""


class _Frame:
    """A collection that is being read."""

    __slots__ = ("anchor", "flow", "items", "size", "start")

    def __init__(self, start: int, flow: bool, anchor: str | None) -> None:
        self.start = start
        self.flow = flow
        self.anchor = anchor
        self.items: list[Node] = []
        self.size = 1


# Of a named tuple: its own constructor takes twice the time, and these are made by the million.
_made: Final = tuple.__new__


class _Builder:
    """The tree under construction; offsets are shifted by where the parsed part begins."""

    def __init__(self, text: str, shift: int, masked: str | None) -> None:
        self.text = text
        self.seen = masked or text
        self.is_masked = masked is not None
        self.shift = shift
        self.documents: list[Value] = []
        self.separators: list[int] = []
        self.aliases: list[Alias] = []
        self.anchors: list[Anchor] = []
        self.named: dict[str, tuple[Value, int]] = {}
        self.stack: list[_Frame] = []
        self.count = 0
        self.depth = 0
        self.has_merges = False

    def build(self, parser: Any) -> YamlStream:  # noqa: ANN401 - C and pure parser share no type
        """Read events to the end of the stream."""
        handlers = {
            yaml.ScalarEvent: self._scalar,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceEndEvent: self._close_sequence,
            yaml.MappingEndEvent: self._close_mapping,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        for event in iter(parser.get_event, None):  # which comes after the stream's end
            handler = handlers.get(type(event))
            if handler:
                handler(event)
        return YamlStream(
            tuple(self.documents), tuple(self.separators), tuple(self.aliases), tuple(self.anchors)
        )

    def _document(self, event: Any) -> None:  # noqa: ANN401
        if self.documents:
            self.separators.append(self._offset(event.start_mark))
        self.named.clear()

    def _offset(self, mark: _Mark) -> int:
        return mark.index + self.shift

    def _scalar(self, event: Any) -> None:  # noqa: ANN401
        value, style, anchor, tag = event.value, event.style or "", event.anchor, event.tag
        start, end = event.start_mark.index + self.shift, event.end_mark.index + self.shift
        if self.is_masked:
            value = _unmasked(value, style)
        if anchor or tag:
            start = self._after_properties(start, end, anchor)
        if value == MERGE_KEY:
            self.has_merges = True
        kind = "str"
        if style in _BLOCKS:
            end = self._block_end(start, end)
        elif not style and not tag:
            kind = _kind(value) if len(value) > _WORD else _kind_of_word(value)
        self._add(_made(Scalar, (value, start, end, style, kind, tag)), 1, anchor)

    def _block_end(self, start: int, end: int) -> int:
        """Return where a block scalar ends; where `+` keeps its line breaks, before the last."""
        chunk = self.text[start:end]
        keeps_breaks = "+" in chunk.partition("\n")[0].partition("#")[0]
        if keeps_breaks and chunk.endswith("\n"):
            return end - 1
        return start + len(chunk.rstrip())

    def _after_properties(self, start: int, end: int, anchor: str | None) -> int:
        """Return where a value begins behind its `&anchor` and `!tag`, noting the anchor."""
        at = start
        while at < end and self.text[at] in "&!":
            stop = at
            while stop < end and not self.text[stop].isspace():
                stop += 1
            if anchor and self.text[at] == "&":
                self.anchors.append(Anchor(anchor, at, stop))
            at = stop
            while at < end and self.text[at].isspace():
                at += 1
        return at

    def _open(self, event: Any) -> None:  # noqa: ANN401
        start = event.start_mark.index + self.shift
        if len(self.stack) >= MAX_DEPTH:
            raise _LimitError(f"nested deeper than {MAX_DEPTH} levels", start)
        if event.anchor or event.tag:
            start = self._after_properties(start, len(self.text), event.anchor)
        self.stack.append(_Frame(start, bool(event.flow_style), event.anchor))
        self.depth = max(self.depth, len(self.stack))  # the deepest so far

    def _close_sequence(self, event: Any) -> None:  # noqa: ANN401
        frame = self.stack.pop()
        end = self._end(frame, event)
        node = _made(Sequence, (tuple(frame.items), frame.start, end, frame.flow))
        self._add(node, frame.size, frame.anchor)

    def _close_mapping(self, event: Any) -> None:  # noqa: ANN401
        frame = self.stack.pop()
        parts = iter(frame.items)
        pairs = zip(parts, parts, strict=True)
        entries = tuple([_made(Entry, (key, value, False)) for key, value in pairs])
        merges: tuple[Entry, ...] = ()
        if self.has_merges:
            merges = tuple(filter(_is_merge, entries))
        if merges:
            entries = _merged(entries, merges)
        node = _made(Mapping, (entries, frame.start, self._end(frame, event), frame.flow, merges))
        self._add(node, frame.size, frame.anchor)

    def _end(self, frame: _Frame, event: Any) -> int:  # noqa: ANN401
        """Return where a collection ends: in block style, where its last node does."""
        if frame.items and not frame.flow:
            return frame.items[-1].end
        return int(event.end_mark.index) + self.shift

    def _alias(self, event: Any) -> None:  # noqa: ANN401
        start, end = self._offset(event.start_mark), self._offset(event.end_mark)
        if event.anchor not in self.named:
            # To libyaml's event parser this is fine, to every reader of the data it isn't.
            raise yaml.composer.ComposerError(None, None, "found undefined alias", event.start_mark)
        target, size = self.named[event.anchor]
        alias = Alias(event.anchor, start, end, target)
        self.aliases.append(alias)
        self._add(alias, size, None)

    def _add(self, node: Node, size: int, anchor: str | None) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise _LimitError(f"more than {MAX_NODES:,} values", node.start)
        if anchor and not isinstance(node, Alias):
            self.named[anchor] = (node, size)
        if not self.stack:
            # An alias before any anchor was refused.
            assert not isinstance(node, Alias)  # noqa: S101
            self.documents.append(node)
            return
        frame = self.stack[-1]
        frame.size += size
        if self.aliases and frame.size > MAX_NODES:
            raise _LimitError(f"aliases make more than {MAX_NODES:,} values of it", node.start)
        frame.items.append(node)


def _is_merge(entry: Entry) -> bool:
    key = entry.key
    return isinstance(key, Scalar) and key.value == MERGE_KEY and not key.style


def _merged(entries: tuple[Entry, ...], merges: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return the entries with those that merge keys bring in, which never override."""
    own = [entry for entry in entries if not _is_merge(entry)]
    seen = {entry.key.value for entry in own if isinstance(entry.key, Scalar)}
    brought: list[Entry] = []
    for entry in _brought(merges):
        if isinstance(entry.key, Scalar) and entry.key.value not in seen:
            seen.add(entry.key.value)
            brought.append(entry._replace(merged=True))
    return (*brought, *own)


def _brought(merges: tuple[Entry, ...]) -> Iterator[Entry]:
    """Yield what stands in the mappings that merge keys name, one mapping or a list of them."""
    for merge in merges:
        value = resolve(merge.value)
        sources = value.items if isinstance(value, Sequence) else (value,)
        for source in sources:
            mapping = resolve(source)
            if isinstance(mapping, Mapping):
                yield from mapping.entries


_BLOCKS: Final = frozenset("|>")
# Keys and most values are no longer, and come again and again.
_WORD: Final = 32
_BOOLEANS: Final = frozenset({"yes", "no", "true", "false", "on", "off"})
_KINDS: Final = {
    "bool": "bool",
    "int": "int",
    "float": "float",
    "null": "null",
    "timestamp": "timestamp",
}


def _kind(value: str) -> str:
    """Return what YAML 1.1 makes of a plain scalar, as GitHub's reader has it: Ruby's Psych."""
    if not value:
        return "null"
    lower = value.lower()
    if lower in _BOOLEANS:
        return "bool"
    first = value[0]
    if first == ":" and len(value) > 1 and value[1] not in " \t":
        return "symbol"
    for tag, pattern in _RESOLVERS.get(first, ()):
        if pattern.match(value):
            return _KINDS.get(tag.rpartition(":")[2], "str")
    if lower == "null":
        return "null"
    return "str"


@lru_cache(maxsize=1024)
def _kind_of_word(value: str) -> str:
    return _kind(value)


_RESOLVERS: Final[dict[str, list[tuple[str, Any]]]] = yaml.resolver.Resolver.yaml_implicit_resolvers
