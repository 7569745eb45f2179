"""All answers that give one body, as two of them: what is read with no doubt is the same in both.

Owns the search. A page writes fixed texts with answers between them, so a body can be cut at every
place where such a text stands, also within an answer. Two readings are enough to know that there
are several, so of the cuts that leave an answer in each slot the first ones and the last ones are
looked for, the last slot's at first: what is between them isn't looked at.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from issue_scaffold.issue.answers import Answer
from issue_scaffold.issue.contents import Content, Ends, FenceRuns, content_of
from issue_scaffold.issue.dialect import BodyLayout, DialectRules, layout_by
from issue_scaffold.issue.form import Form

_MANY: Final = 2
# So many places are tried before a pattern sorts out those where no answer begins.
_FEW: Final = 16


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
    lows = _first_places(layout, text)
    if lows is None:
        return None
    runs = FenceRuns(text)
    cuts = _Cuts(layout, text, [content_of(slot, rules, runs) for slot in layout.slots], lows)
    count = cuts.ways(0, 0)
    if not count:
        return None
    first = cuts.path(is_last=False)
    if count == 1:
        return first, first
    return first, cuts.path(is_last=True)


def _first_places(layout: BodyLayout, text: str) -> list[int] | None:
    """Return for each slot where its lead stands first, behind those of the slots before."""
    if not text.startswith(layout.slots[0].lead):
        return None
    found = [0]
    for before, slot in zip(layout.slots, layout.slots[1:], strict=False):
        place = text.find(slot.lead, found[-1] + len(before.lead))
        if place < 0:
            return None
        found.append(place)
    return found


class _Cuts:
    """The places where slots can begin, and how many readings of the rest there are from each.

    Two stand for more than two.
    """

    def __init__(
        self, layout: BodyLayout, text: str, contents: list[Content], lows: list[int]
    ) -> None:
        self._slots = layout.slots
        self._text = text
        self._contents = contents
        self._lows = lows
        self._end = len(text) - len(layout.tail)
        self._known: dict[tuple[int, int], int] = {}
        # Behind an answer that can end anywhere: the last places of the next slot, each with its
        # readings, as many as make two.
        self._lasts: dict[int, list[tuple[int, int]]] = {}
        limit = self._end
        for index in reversed(range(1, len(contents) + 1)):
            if contents[index - 1].is_open:
                self._lasts[index] = self._find_lasts(index, limit)
                limit = max((place for place, _ in self._lasts[index]), default=0)

    def ways(self, index: int, place: int) -> int:
        """Return how many readings there are from a place on at which a slot begins."""
        if (index, place) not in self._known:
            self._known[index, place] = min(_MANY, self._count(index, place))
        return self._known[index, place]

    def _count(self, index: int, place: int) -> int:
        reached, found = {place: 1}, 0
        while reached and index < len(self._slots) and found < _MANY:
            following: dict[int, int] = {}
            for here, times in reached.items():
                ends = self._ends(index, here)
                if ends.low <= ends.high and self._contents[index].is_open:
                    lasts = self._lasts[index + 1]
                    found += times * sum(ways for end, ways in lasts if end >= ends.low)
                    continue
                for end, readings in self._cuts(index, ends):
                    following[end] = min(_MANY, following.get(end, 0) + times * readings)
            reached = following
            index += 1
        return found + sum(reached.values())

    def _ends(self, index: int, place: int) -> Ends:
        return self._contents[index].ends(self._text, place + len(self._slots[index].lead))

    def _cuts(self, index: int, ends: Ends) -> Iterator[tuple[int, int]]:
        """Yield those ends of a slot at which the next one begins, with an answer's readings."""
        for end, readings in ends.exact.items():
            if self._begins(index + 1, end):
                yield end, readings
        if ends.low <= ends.high:
            for end in self._places(index + 1, ends.low, ends.high):
                if self._contents[index].closes(self._text, end):
                    yield end, 1

    def _begins(self, index: int, place: int) -> bool:
        """Tell whether a slot can begin at a place, or the body end there if it has no more."""
        if index == len(self._slots):
            return place == self._end
        return self._text.startswith(self._slots[index].lead, place)

    def _places(self, index: int, low: int, high: int) -> Iterator[int]:
        """Yield the places where a slot can begin, from the first to the last one."""
        if index == len(self._slots):
            if low <= self._end <= high:
                yield self._end
            return
        lead = self._slots[index].lead
        while (low := self._text.find(lead, low, high + len(lead))) >= 0:
            yield low
            low += 1

    def _find_lasts(self, index: int, limit: int) -> list[tuple[int, int]]:
        """Return the last places of a slot in front of a limit from which the rest can be read."""
        if index == len(self._slots):
            closes = self._contents[index - 1].closes(self._text, self._end)
            return [(self._end, 1)] if closes else []
        found: list[tuple[int, int]] = []
        for place in self._backwards(index, limit):
            if self._contents[index - 1].closes(self._text, place) and self.ways(index, place):
                found.append((place, self.ways(index, place)))
            if sum(ways for _, ways in found) >= _MANY:
                break
        return found

    def _backwards(self, index: int, limit: int) -> Iterator[int]:
        """Yield the places of a slot from the last one on, without some where no answer begins."""
        lead = self._slots[index].lead
        for _ in range(_FEW):
            place = self._text.rfind(lead, self._lows[index], limit)
            if place < 0:
                return
            yield place
            limit = place + len(lead) - 1
        sifted = self._sifted(index, self._lows[index])
        places = [place for place in sifted if place + len(lead) <= limit]
        yield from reversed(places)

    def _forwards(self, index: int, low: int) -> Iterator[int]:
        """Yield the places of a slot from one on, without some where no answer begins."""
        for place in islice(self._places(index, low, self._end), _FEW):
            yield place
            low = place + 1
        if index < len(self._slots):
            yield from self._sifted(index, low)

    def _sifted(self, index: int, low: int) -> Iterator[int]:
        """Yield the places of a slot, and of the slots behind it, at which answers may begin."""
        lead = self._slots[index].lead
        # A text can stand at two places that overlap.
        step = next(step for step in range(1, len(lead) + 1) if lead.startswith(lead[step:]))
        rest = re.escape(lead[step:])
        for slot, content in zip(self._slots[index:], self._contents[index:], strict=True):
            if slot is not self._slots[index]:
                rest += re.escape(slot.lead)
            rest += content.shape.pattern
            if not content.shape.is_whole:
                break
        pattern = re.compile(f"{re.escape(lead[:step])}(?={rest})")
        return (match.start() for match in pattern.finditer(self._text, low))

    def path(self, *, is_last: bool) -> Found:
        """Return the reading with the earliest cuts, or the one with the latest."""
        found: Found = {}
        place = 0
        for index, slot in enumerate(self._slots):
            begin = place + len(slot.lead)
            place = self._next(index, place, is_last=is_last)
            readings = self._contents[index].answers(self._text[begin:place])
            found[slot.field.key] = FoundAnswer(readings[is_last], begin)
        return found

    def _next(self, index: int, place: int, *, is_last: bool) -> int:
        """Return where a slot that begins at a place ends so that the rest can be read."""
        content, ends = self._contents[index], self._ends(index, place)
        if not content.is_open or ends.low > ends.high:
            cuts = sorted(end for end, _ in self._cuts(index, ends))
            return self._readable(index + 1, cuts[::-1] if is_last else cuts)
        if is_last:
            return self._lasts[index + 1][0][0]
        places = self._forwards(index + 1, ends.low)
        closing = (place for place in places if content.closes(self._text, place))
        return self._readable(index + 1, closing)

    def _readable(self, index: int, places: Iterable[int]) -> int:
        return next(place for place in places if self.ways(index, place))
