"""All answers that give one body, as two of them: what is read with no doubt is the same in both.

Owns the search. A page writes fixed texts with answers between them, so a body can be cut at every
place where such a text stands, also within an answer. The cuts that leave an answer in each slot
are counted from the end, in time that grows with the length of the body.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from issue_scaffold.issue.answers import Answer
from issue_scaffold.issue.contents import Content, content_of
from issue_scaffold.issue.dialect import BodyLayout, DialectRules, layout_by
from issue_scaffold.issue.form import Form

_MANY = 2


class FoundAnswer(NamedTuple):
    """An answer, and the offset in the body at which it begins."""

    answer: Answer
    at: int


Found = dict[str, FoundAnswer]


def read_exactly(form: Form, text: str, rules: DialectRules) -> tuple[Found, Found] | None:
    """Return two sets of answers that give this body, by the fields' keys.

    Where no other answers give it, the two are the same. None where a page can't have written it.
    """
    layout = layout_by(form, rules)
    if not text.endswith(layout.tail):
        return None
    if not layout.slots:
        return ({}, {}) if text == layout.tail else None
    cuts = _Cuts(layout, text, [content_of(slot, rules) for slot in layout.slots])
    if not cuts.count:
        return None
    first = cuts.path(is_last=False)
    if cuts.count == 1:
        return first, first
    return first, cuts.path(is_last=True)


class _Cuts:
    """For each slot: the places where it can begin, and how many readings of the rest each has.

    Two stand for more than two.
    """

    def __init__(self, layout: BodyLayout, text: str, contents: list[Content]) -> None:
        self._slots = layout.slots
        self._text = text
        self._contents = contents
        end = len(text) - len(layout.tail)
        self._places = [*_places(layout, text), [end]]
        self._ways: list[list[int]] = [[] for _ in self._slots] + [[1]]
        for index in reversed(range(len(self._slots))):
            self._count(index)
        self.count = self._ways[0][0] if self._places[0] else 0

    def _count(self, index: int) -> None:
        """Fill in the ways of one slot; those of the next are known."""
        content, lead = self._contents[index], len(self._slots[index].lead)
        places, ways = self._places[index + 1], self._ways[index + 1]
        by_place = dict(zip(places, ways, strict=True))
        open_ways = (
            way if way and content.closes(self._text, place) else 0
            for place, way in zip(places, ways, strict=True)
        )
        sums = [0, *accumulate(open_ways)]
        for place in self._places[index]:
            found = content.ends(self._text, place + lead)
            count = sum(by_place.get(end, 0) * times for end, times in found.exact.items())
            if found.low <= found.high:
                low = bisect_left(places, found.low)
                high = bisect_right(places, found.high)
                count += max(0, sums[high] - sums[low])
            self._ways[index].append(min(count, _MANY))

    def path(self, *, is_last: bool) -> Found:
        """Return the reading with the earliest cuts, or the one with the latest."""
        found: Found = {}
        place = self._places[0][0]
        for index, slot in enumerate(self._slots):
            begin = place + len(slot.lead)
            ends = self._ends(index, begin)
            place = max(ends) if is_last else min(ends)
            readings = self._contents[index].answers(self._text[begin:place])
            found[slot.field.key] = FoundAnswer(readings[is_last], begin)
        return found

    def _ends(self, index: int, begin: int) -> Iterator[int]:
        """Yield where a slot can end so that the rest can be read."""
        content = self._contents[index]
        places, ways = self._places[index + 1], self._ways[index + 1]
        found = content.ends(self._text, begin)
        for end in found.exact:
            at = bisect_left(places, end)
            if places[at : at + 1] == [end] and ways[at]:
                yield end
        at, high = bisect_left(places, found.low), bisect_right(places, found.high)
        for place, way in zip(places[at:high], ways[at:high], strict=True):
            if way and content.closes(self._text, place):
                yield place


def _places(layout: BodyLayout, text: str) -> Iterator[list[int]]:
    """Yield for each slot where its lead stands, behind the first one of the slot before."""
    low = 0
    for index, slot in enumerate(layout.slots):
        if index == 0:
            places = [0] if text.startswith(slot.lead) else []
        else:
            places = list(_occurrences(text, slot.lead, low))
        yield places
        low = len(text) + 1
        if places:
            low = places[0] + len(slot.lead)


def _occurrences(text: str, piece: str, low: int) -> Iterator[int]:
    at = text.find(piece, low)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)
