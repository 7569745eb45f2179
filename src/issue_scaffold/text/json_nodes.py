"""JSON text to the same tree as YAML's: labels configs come as JSON too.

The standard decoder checks the syntax and words the errors; a small scanner then finds where each
value stands, which the decoder doesn't tell. JSON isn't read as YAML because tabs and surrogate
pairs are fine in the one only.
"""

import json
import re
from typing import Final

from issue_scaffold.text.limits import MAX_DEPTH, MAX_NODES
from issue_scaffold.text.tree import Entry, Mapping, Scalar, Sequence, Value
from issue_scaffold.text.yaml_nodes import LimitFailure, SyntaxFailure, YamlStream

_DECODER: Final = json.JSONDecoder()
_WORDS: Final = {"true": "bool", "false": "bool", "null": "null"}


def parse_json(text: str) -> YamlStream:
    """Parse JSON; never raises for what the text holds."""
    depth = _depth(text)
    if depth > MAX_DEPTH:
        return YamlStream(failure=LimitFailure(f"nested deeper than {MAX_DEPTH} levels", 0))
    if text.count(",") > MAX_NODES:
        return YamlStream(failure=LimitFailure(f"more than {MAX_NODES:,} values", 0))
    if not text.strip():
        return YamlStream()
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return YamlStream(
            failure=SyntaxFailure(
                f"JSON: {error.msg[:1].lower()}{error.msg[1:]}", error.pos, "", None
            )
        )
    except ValueError as error:  # a number of thousands of digits
        return YamlStream(failure=SyntaxFailure(f"JSON: {error}", 0, "", None))
    return YamlStream(documents=(_Scanner(text).value(),))


def _depth(text: str) -> int:
    depth = deepest = 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        deepest = max(deepest, depth)
    return deepest


class _Scanner:
    """A reader of JSON that is known to be right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def _blanks(self) -> str:
        while self.text[self.at] in " \t\r\n":
            self.at += 1
        return self.text[self.at]

    def _pass_comma(self) -> None:
        if self._blanks() == ",":
            self.at += 1

    def value(self) -> Value:
        """Return the value that begins here."""
        first, start = self._blanks(), self.at
        if first == "{":
            return self._mapping(start)
        if first == "[":
            return self._sequence(start)
        if first == '"':
            return self._string(start)
        found = re.compile(r"[^\s,\]}]+").match(self.text, self.at)
        assert found is not None  # noqa: S101 - the decoder has accepted it
        self.at = found.end()
        word = found[0]
        kind = _WORDS.get(word, "float")
        if word.lstrip("-").isdigit():
            kind = "int"
        return Scalar(word, start, self.at, kind=kind)

    def _string(self, start: int) -> Scalar:
        # The decoder reads the string alone; it says where it ended.
        word, self.at = _DECODER.raw_decode(self.text, start)
        return Scalar(word, start, self.at, '"')

    def _sequence(self, start: int) -> Sequence:
        self.at += 1
        items: list[Value] = []
        while self._blanks() != "]":
            items.append(self.value())
            self._pass_comma()
        self.at += 1
        return Sequence(tuple(items), start, self.at, flow=True)

    def _mapping(self, start: int) -> Mapping:
        self.at += 1
        entries: list[Entry] = []
        while self._blanks() != "}":
            key = self._string(self.at)
            self._blanks()
            self.at += 1
            entries.append(Entry(key, self.value()))
            self._pass_comma()
        self.at += 1
        return Mapping(tuple(entries), start, self.at, flow=True)
