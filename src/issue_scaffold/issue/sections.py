"""Where a body that people have edited has the sections of a form, by the headings in it.

Owns the choice among headings. Sections are found by the form's labels, in its order where that
goes; what looks like any other heading is text until a reader of sections says otherwise.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from issue_scaffold.issue.dialect import FENCE, GAP, NO_RESPONSE, NONE
from issue_scaffold.issue.form import Field, FieldKind, collapsed

_HEADING: Final = re.compile(r"^ {0,3}###[ \t]+\S.*$", re.MULTILINE)
_SPACE: Final = re.compile(r"\s*")
_BOX: Final = re.compile(r"[-*+] \[[ xX]\]")
_LINK: Final = re.compile(r"!?\[|<img |https?://")
# Of a label that stands in a body more often, the first and the last ones are looked at.
_MOST: Final = 8
# A section counts more than what speaks for it.
_FOUND, _FITTING, _APART, _SKIPPED = 100, 10, 2, 20


class SectionHeading(NamedTuple):
    """A line like a section's heading, or several: `owners` are the fields with that label.

    They are indices; `end` is where its last line ends. It `is_apart` with blank lines around it.
    """

    start: int
    end: int
    text: str
    owners: tuple[int, ...]
    is_apart: bool


# The heading of each field that has one, by the field's index.
Placed = dict[int, SectionHeading]


class Headings:
    """All lines of a text that look like headings of sections, in order.

    They are found in one go, and what is known of one line holds for all that are the same.
    """

    def __init__(self, fields: Sequence[Field], text: str) -> None:
        self._text = text
        self._labels: dict[str, list[tuple[int, list[str]]]] = {}
        for index, field in enumerate(fields):
            first, *others = map(collapsed, field.label.strip().split("\n"))
            self._labels.setdefault(first, []).append((index, others))
        self._starts: list[int] = []
        self._lines: list[str] = []
        for match in _HEADING.finditer(text):
            self._starts.append(match.start())
            self._lines.append(match[0])
        # What each line says behind its signs.
        self._words = {line: " ".join(line.split()[1:]) for line in dict.fromkeys(self._lines)}

    def between(self, begin: int, end: int) -> Iterator[SectionHeading]:
        """Yield the headings from one offset to another; of those that are the same the first."""
        low, high = bisect_left(self._starts, begin), bisect_left(self._starts, end)
        for line in dict.fromkeys(self._lines[low:high]):
            low = self._lines.index(line, low)
            words = self._words[line]
            labels = self._labels.get(words)
            if labels is None:
                start = self._starts[low]
                yield SectionHeading(start, start + len(line), words, (), is_apart=False)
            elif any(others for _, others in labels):
                # What follows the line tells whose heading it is.
                same = (index for index in range(low, high) if self._lines[index] == line)
                yield from map(self._heading, same)
            else:
                yield self._heading(low)

    def first(self, begin: int, end: int) -> int:
        """Return where the first heading between two offsets begins; the end, if there is none."""
        index = bisect_left(self._starts, begin)
        if index == len(self._starts):
            return end
        return min(self._starts[index], end)

    def by_field(self) -> dict[int, list[SectionHeading]]:
        """Return the headings that can be each field's: the first and the last ones of many."""
        owners = {line: words for line, words in self._words.items() if words in self._labels}
        owned: dict[str, list[int]] = {}
        for index, line in enumerate(self._lines):
            if line in owners:
                owned.setdefault(owners[line], []).append(index)
        found: dict[int, list[SectionHeading]] = {}
        for words, places in owned.items():
            for index, _ in self._labels[words]:
                found[index] = list(self._few(index, places))
        return found

    def _few(self, owner: int, places: list[int]) -> list[SectionHeading]:
        """Return the headings of one field among those that begin with the words of its label."""
        first = list(islice(self._owned(owner, places), _MOST + 1))
        if len(first) <= _MOST:
            return first
        last = list(islice(self._owned(owner, reversed(places)), _MOST // 2))
        return [*first[: _MOST // 2], *reversed(last)]

    def _owned(self, owner: int, places: Iterable[int]) -> Iterator[SectionHeading]:
        headings = map(self._heading, places)
        return (heading for heading in headings if owner in heading.owners)

    def _heading(self, index: int) -> SectionHeading:
        start, line = self._starts[index], self._lines[index]
        end = start + len(line)
        words = self._words[line]
        ends = {index: _end(self._text, end, rest) for index, rest in self._labels[words]}
        owners = tuple(index for index, stop in ends.items() if stop is not None)
        end = max((stop for stop in ends.values() if stop is not None), default=end)
        before = self._text[max(0, start - 2) : start]
        is_apart = before in {"", GAP} and self._text.startswith(GAP, end)
        return SectionHeading(start, end, words, owners, is_apart)


def _end(text: str, end: int, rest: list[str]) -> int | None:
    """Return where a label's last line ends; its first one ends here. None if others follow."""
    for line in rest:
        stop = text.find("\n", end + 1)
        if stop < 0:
            stop = len(text)
        if collapsed(text[end:stop]) != line:
            return None
        end = stop
    return end


def place(fields: Sequence[Field], text: str, headings: Headings) -> tuple[Placed, Placed]:
    """Return the best choice of headings for the fields; twice, and different where two are."""
    nodes = list(_nodes(fields, text, headings))
    if not nodes:
        return {}, {}
    chains = _Chains(fields, nodes)
    return tuple(  # type: ignore[return-value]
        _with_others(chains.best(is_last=is_last), nodes) for is_last in (False, True)
    )


class _Node(NamedTuple):
    """A heading taken for that of one field."""

    field: int
    heading: SectionHeading
    score: int


def _nodes(fields: Sequence[Field], text: str, headings: Headings) -> Iterator[_Node]:
    by_field = headings.by_field().items()
    found = [(heading, index) for index, own in by_field for heading in own]
    for heading, index in sorted(found, key=lambda pair: (pair[0].start, pair[1])):
        score = _FOUND + heading.is_apart * _APART
        if _fits(fields[index], text, heading.end):
            score += _FITTING
        yield _Node(index, heading, score)


def skip_space(text: str, at: int) -> int:
    """Return where the white space at an offset ends."""
    found = _SPACE.match(text, at)
    if found is None:
        return at
    return found.end()


def _fits(field: Field, text: str, at: int) -> bool:
    """Tell whether what follows a heading begins like an answer to a field."""
    at = skip_space(text, at)
    if field.kind is FieldKind.CHECKBOXES:
        return _BOX.match(text, at) is not None
    if text.startswith(NO_RESPONSE, at):
        return True
    if field.kind is FieldKind.DROPDOWN:
        labels = tuple(option.label.strip() for option in field.options)
        return text.startswith((NONE, "- ", *labels), at)
    if field.kind is FieldKind.UPLOAD:
        return _LINK.match(text, at) is not None
    return not field.render or text.startswith(FENCE, at)


class _Chains:
    """The chains of headings in the form's order that are worth most, by where they end."""

    def __init__(self, fields: Sequence[Field], nodes: list[_Node]) -> None:
        self._fields = fields
        self._nodes = nodes
        self._starts: dict[int, list[int]] = {}
        for node in nodes:
            self._starts.setdefault(node.field, []).append(node.heading.start)
        self._worth: list[int] = []
        self._before: list[list[int]] = []
        for index in range(len(nodes)):
            self._add(index)

    def _add(self, index: int) -> None:
        """Fill in what the best chains up to a node are worth, and the nodes that can be before."""
        node = self._nodes[index]
        best, before = 0, [-1]
        for earlier in range(index):
            other = self._nodes[earlier]
            if other.field >= node.field or other.heading.start >= node.heading.start:
                continue
            worth = self._worth[earlier] - self._seam(other, node)
            if worth > best:
                best, before = worth, [earlier]
            elif worth == best:
                before.append(earlier)
        self._worth.append(best + node.score)
        self._before.append(before)

    def _seam(self, before: _Node, node: _Node) -> int:
        """Return what speaks against two headings in succession: that a nearer one was passed."""
        field = self._fields[before.field]
        if field.kind is FieldKind.TEXTAREA:
            return 0
        starts = self._starts[node.field]
        nearest = starts[bisect_right(starts, before.heading.start)]
        return _SKIPPED if nearest != node.heading.start else 0

    def best(self, *, is_last: bool) -> list[_Node]:
        """Return one of the best chains: that of the earliest headings, or of the latest."""
        most = max(self._worth)
        choose = max if is_last else min
        index = choose(index for index, worth in enumerate(self._worth) if worth == most)
        chain: list[_Node] = []
        while index >= 0:
            chain.append(self._nodes[index])
            index = choose(self._before[index])
        return chain


def _with_others(chain: list[_Node], nodes: list[_Node]) -> Placed:
    """Return a chain with the headings of further fields, which stand out of order."""
    placed: Placed = {node.field: node.heading for node in chain}
    taken = {heading.start for heading in placed.values()}
    for node in sorted(nodes, key=lambda node: -node.score):
        if node.field not in placed and node.heading.start not in taken:
            placed[node.field] = node.heading
            taken.add(node.heading.start)
    return placed
