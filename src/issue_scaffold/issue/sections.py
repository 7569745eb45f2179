"""Where a body that people have edited has the sections of a form, by the headings in it.

Owns the choice among headings. Sections are found by the form's labels, in its order where that
goes; what looks like any other heading is text until a reader of sections says otherwise.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from issue_scaffold.issue.dialect import FENCE, GAP, NO_RESPONSE, NONE
from issue_scaffold.issue.form import Field, FieldKind, collapsed

_HEADING: Final = re.compile(r"^ {0,3}###[ \t]+(\S.*)$", re.MULTILINE)
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


def find_headings(
    fields: Sequence[Field],
    text: str,
    begin: int = 0,
    end: int | None = None,
    *,
    only_owned: bool = False,
) -> Iterator[SectionHeading]:
    """Yield the lines that look like headings of sections, in order, from a part of a text.

    With `only_owned`, those that begin like a field's label.
    """
    labels: dict[str, list[tuple[int, list[str]]]] = {}
    for index, field in enumerate(fields):
        first, *others = map(collapsed, field.label.strip().split("\n"))
        labels.setdefault(first, []).append((index, others))
    for match in _HEADING.finditer(text, begin, len(text) if end is None else end):
        words = collapsed(match[1])
        if words in labels or not only_owned:
            yield _heading(text, match, words, labels.get(words, []))


def _heading(
    text: str, match: re.Match[str], words: str, labels: list[tuple[int, list[str]]]
) -> SectionHeading:
    start, end = match.span()
    if not labels:
        return SectionHeading(start, end, words, (), is_apart=False)
    ends = {index: _end(text, end, rest) for index, rest in labels}
    owners = tuple(index for index, stop in ends.items() if stop is not None)
    end = max((stop for stop in ends.values() if stop is not None), default=end)
    is_apart = text[max(0, start - 2) : start] in {"", GAP} and text.startswith(GAP, end)
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


def place(fields: Sequence[Field], text: str) -> tuple[Placed, Placed]:
    """Return the best choice of headings for the fields; twice, and different where two are."""
    nodes = list(_nodes(fields, text))
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


def _nodes(fields: Sequence[Field], text: str) -> Iterator[_Node]:
    by_field: dict[int, list[SectionHeading]] = {}
    for heading in find_headings(fields, text, only_owned=True):
        for index in heading.owners:
            by_field.setdefault(index, []).append(heading)
    found = [(heading, index) for index, own in by_field.items() for heading in _few(own)]
    for heading, index in sorted(found, key=lambda pair: (pair[0].start, pair[1])):
        score = _FOUND + heading.is_apart * _APART
        if _fits(fields[index], text, heading.end):
            score += _FITTING
        yield _Node(index, heading, score)


def _few(headings: list[SectionHeading]) -> list[SectionHeading]:
    if len(headings) <= _MOST:
        return headings
    return headings[: _MOST // 2] + headings[-_MOST // 2 :]


def _fits(field: Field, text: str, at: int) -> bool:
    """Tell whether what follows a heading begins like an answer to a field."""
    while text[at : at + 1].isspace():
        at += 1
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
