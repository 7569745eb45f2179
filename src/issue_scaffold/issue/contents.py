"""What one answer looks like in a body, kind by kind, exactly as a page writes it.

Owns the question which pieces of a text can be an answer. Which of them are, where several can,
is `exact`'s.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from heapq import heappop, heappush
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from issue_scaffold.issue.answers import Answer, Upload, with_line_feeds
from issue_scaffold.issue.body import PICTURE
from issue_scaffold.issue.dialect import (
    FENCE,
    NO_RESPONSE,
    NONE,
    DialectRules,
    Slot,
)
from issue_scaffold.issue.form import Field, FieldKind

_SEAM: Final = "]("
_RUN: Final = re.compile(r"^`{3,}", re.MULTILINE)
_LINE_FEED: Final = re.compile("\n")
# Of an answer's own lines each ends with two signs.
_LONE_LINE_FEED: Final = re.compile(r"(?<!\r)\n")
# Lines of links to files that are no pictures: each can be read in one way alone.
_PLAIN_LINKS: Final = re.compile(rf"(?:\[[^\]\n]*\]\((?![^\n]*{re.escape(PICTURE)})[^\s\]]+\)\n)*")
_BOTH: Final = 2


class Ends(NamedTuple):
    """Where an answer that begins at some offset can end.

    `exact` are single offsets, each with how many answers (2 stands for more) that piece can be.
    Of the offsets from `low` to `high` those are ends too that the content `closes` at.
    """

    exact: Mapping[int, int] = MappingProxyType({})
    low: int = 1
    high: int = 0


class Shape(NamedTuple):
    """A pattern that fits every answer from its beginning on; all of it, if it `is_whole`."""

    pattern: str = ""
    is_whole: bool = False


class Content(Protocol):
    """The answers to one field in one text.

    One that `is_open` can end anywhere behind its beginning: the `high` of its ends is no less than
    the text.
    """

    is_open: bool

    @property
    def shape(self) -> Shape:
        """What answers look like, without all that `ends` knows of them."""

    def ends(self, text: str, at: int) -> Ends:
        """Return where an answer that begins at an offset can end."""

    def closes(self, text: str, end: int) -> bool:
        """Tell whether an answer can end at an offset, wherever it began."""

    def answers(self, piece: str) -> tuple[Answer, Answer]:
        """Return what a piece is read as, twice; the two differ where it can be read in two ways.

        The piece is one that `ends` found.
        """


class FenceRuns:
    """All backticks at the beginning of a line in a text that can be a fence."""

    def __init__(self, text: str) -> None:
        self._text = text

    def closing(self, place: int) -> tuple[int, int]:
        """Return where the first run behind that of a place is that is as long or longer.

        With it comes the length of the longest one between them. (-1, 0) if there is none.
        """
        return self._closings.get(place, (-1, 0))

    @cached_property
    def _closings(self) -> dict[int, tuple[int, int]]:
        found: dict[int, tuple[int, int]] = {}
        # The runs that nothing has closed yet, each shorter than the one before.
        starts: list[int] = []
        lengths: list[int] = []
        longest_inside: list[int] = []
        for match in _RUN.finditer(self._text):
            begin, end = match.span()
            while starts and lengths[-1] <= end - begin:
                length = lengths.pop()
                found[starts.pop()] = (begin, longest_inside.pop())
                if starts and length > longest_inside[-1]:
                    longest_inside[-1] = length
            starts.append(begin)
            lengths.append(end - begin)
            longest_inside.append(0)
        return found


def content_of(slot: Slot, rules: DialectRules, runs: FenceRuns) -> Content:
    """Return what the answers of a slot look like in the text that has these runs."""
    field = slot.field
    if field.kind is FieldKind.CHECKBOXES:
        return _Boxes(field, rules)
    if field.kind is FieldKind.UPLOAD:
        return _Uploads()
    if field.kind is FieldKind.DROPDOWN:
        return _Choices(field, rules)
    if not field.render:
        return _Text(field, rules)
    if rules.grows:
        return _GrowingFence(field.render, rules, runs)
    return _Fence(slot, rules)


class _Text:
    """Any text but an empty one; of an input, one line. Where it is trimmed, it has sound edges."""

    def __init__(self, field: Field, rules: DialectRules) -> None:
        self._stop = None
        if field.kind is FieldKind.INPUT:
            self._stop = _LINE_FEED
        elif rules.line_end != "\n":
            self._stop = _LONE_LINE_FEED
        self._trims = rules.trims
        self.is_open = self._stop is None
        self.shape = Shape()
        if field.kind is FieldKind.INPUT:
            self.shape = Shape("[^\n]+", is_whole=True)

    def ends(self, text: str, at: int) -> Ends:
        if self._trims and text[at : at + 1] in self._trims:
            return Ends()
        stop = None
        if self._stop is not None:
            stop = self._stop.search(text, at)
        return Ends(low=at + 1, high=stop.start() if stop else len(text))

    def closes(self, text: str, end: int) -> bool:
        return not self._trims or text[end - 1] not in self._trims

    def answers(self, piece: str) -> tuple[Answer, Answer]:
        answer = None if piece == NO_RESPONSE else with_line_feeds(piece)
        return answer, answer


class _Fence:
    """A text between two fences of three signs, whatever is in it."""

    def __init__(self, slot: Slot, rules: DialectRules) -> None:
        self._opening = f"{FENCE}{slot.field.render}\n"
        self._closing = f"\n{FENCE}"
        if not slot.is_last:
            self._closing += rules.after_fence
        self.is_open = rules.line_end == "\n"
        self.shape = _either(NO_RESPONSE, self._opening)

    def ends(self, text: str, at: int) -> Ends:
        if not text.startswith(self._opening, at):
            return _no_response(text, at)
        begin = at + len(self._opening)
        low, high = begin + len(self._closing), len(text)
        if not self.is_open:
            stop = _LONE_LINE_FEED.search(text, begin)
            high = stop.start() + len(self._closing) if stop else 0
        return Ends(low=low, high=high)

    def closes(self, text: str, end: int) -> bool:
        return text.endswith(self._closing, 0, end)

    def answers(self, piece: str) -> tuple[Answer, Answer]:
        answer = None
        if piece != NO_RESPONSE:
            answer = with_line_feeds(piece[len(self._opening) : -len(self._closing)]) or None
        return answer, answer


class _GrowingFence:
    """A text between two fences that are longer than any in it."""

    is_open = False

    def __init__(self, language: str, rules: DialectRules, runs: FenceRuns) -> None:
        self._language = language
        self._trims = rules.trims
        self._runs = runs
        self.shape = Shape(f"(?:{NO_RESPONSE}|{FENCE}`*{re.escape(language)}\n)")

    def ends(self, text: str, at: int) -> Ends:
        signs = _run(text, at)
        begin = at + signs + len(self._language) + 1
        if signs < len(FENCE) or not text.startswith(f"{self._language}\n", at + signs):
            return _no_response(text, at)
        closing, longest = self._runs.closing(at)
        is_fitting = max(len(FENCE), longest + 1) == signs == _run(text, closing)
        if not is_fitting or begin >= closing - 1 or text[begin] in self._trims:
            return Ends()
        if text[closing - 2] in self._trims:
            return Ends()
        return Ends({closing + signs: 1})

    def closes(self, text: str, end: int) -> bool:  # noqa: ARG002 - all ends are exact
        return False

    def answers(self, piece: str) -> tuple[Answer, Answer]:
        answer = None
        if piece != NO_RESPONSE:
            signs = _run(piece, 0)
            answer = piece[signs + len(self._language) + 1 : -signs - 1]
        return answer, answer


class _Choices:
    """Options in the form's order with a joiner between them; one, where one at most is chosen."""

    is_open = False

    def __init__(self, field: Field, rules: DialectRules) -> None:
        is_list = rules.is_gitea and field.is_list
        self._is_single = not field.multiple
        self._lead, self._joiner = ("- ", "\n- ") if is_list else ("", ", ")
        labels = dict.fromkeys(option.label for option in field.options)
        self._places = {label: place for place, label in enumerate(labels)}
        self._lengths = sorted({len(label) for label in labels})
        self._unchosen = [NO_RESPONSE]
        if self._is_single and (not rules.is_gitea or NONE not in labels):
            self._unchosen.append(NONE)
        self.shape = _either(*self._unchosen, *(self._lead + label for label in labels))
        self.shape = self.shape._replace(is_whole=self._is_single)

    def ends(self, text: str, at: int) -> Ends:
        exact = {at + len(word): 1 for word in self._unchosen if text.startswith(word, at)}
        if text.startswith(self._lead, at):
            chosen = self._decompositions(text, at + len(self._lead))
            exact |= {end: len(readings) for end, readings in chosen.items()}
        return Ends(exact)

    def closes(self, text: str, end: int) -> bool:  # noqa: ARG002 - all ends are exact
        return False

    def answers(self, piece: str) -> tuple[Answer, Answer]:
        if piece in self._unchosen:
            none: Answer = None if self._is_single else ()
            return none, none
        readings = self._decompositions(piece, len(self._lead))[len(piece)]
        if self._is_single:
            return readings[0][0], readings[-1][0]
        return readings[0], readings[-1]

    def _decompositions(self, text: str, at: int) -> dict[int, list[tuple[str, ...]]]:
        """Return the lists of options that the text from an offset on can be, by their ends.

        Of more than two that end at one offset, two are kept.
        """
        found: dict[int, list[tuple[str, ...]]] = {}
        # What can be in front of an option that begins at an offset.
        waiting: dict[int, list[tuple[str, ...]]] = {at: [()]}
        # The last ones at first: no option follows itself.
        for _, backwards, label in sorted(self._standing(text, at)):
            begin = -backwards
            if begin not in waiting:
                continue
            end = begin + len(label)
            readings = [(*front, label) for front in waiting[begin]]
            _keep_two(found, end, readings)
            if not self._is_single and text.startswith(self._joiner, end):
                _keep_two(waiting, end + len(self._joiner), readings)
        return found

    def _standing(self, text: str, at: int) -> Iterator[tuple[int, int, str]]:
        """Yield the options that stand in a list which begins at an offset.

        Each comes with its place in the form, in whose order the list is, and its offset below 0.
        """
        # The first place of all that can stand in front of an offset.
        before = {at: -1}
        waiting = [at]
        while waiting:
            begin = heappop(waiting)
            for length in self._lengths:
                label = text[begin : begin + length]
                place = self._places.get(label, -1)
                # At the end of the text there may be less than so many signs.
                if place <= before[begin] or len(label) < length:
                    continue
                yield place, -begin, label
                end = begin + length + len(self._joiner)
                if self._is_single or not text.startswith(self._joiner, begin + length):
                    continue
                if end not in before:
                    heappush(waiting, end)
                before[end] = min(place, before.get(end, place))


def _keep_two(
    table: dict[int, list[tuple[str, ...]]], key: int, more: Sequence[tuple[str, ...]]
) -> None:
    table[key] = [*table.get(key, ()), *more][:_BOTH]


class _Boxes:
    """All boxes, a line each."""

    is_open = False

    def __init__(self, field: Field, rules: DialectRules) -> None:
        self._options = field.options
        self._shown = [option for option in field.options if option.in_body or not rules.is_gitea]
        self._marks = {f"- [{rules.ticked}] ": True, "- [ ] ": False}
        lines = [f"- \\[[{rules.ticked} ]\\] {re.escape(option.label)}" for option in self._shown]
        self.shape = Shape("\n".join(lines), is_whole=True)

    def ends(self, text: str, at: int) -> Ends:
        states: dict[str, bool] = {}
        for option in self._shown:
            if states:
                if text[at : at + 1] != "\n":
                    return Ends()
                at += 1
            mark = next((mark for mark in self._marks if text.startswith(mark, at)), None)
            if mark is None or not text.startswith(option.label, at + len(mark)):
                return Ends()
            if states.setdefault(option.label, self._marks[mark]) is not self._marks[mark]:
                return Ends()
            at += len(mark) + len(option.label)
        return Ends({at: 1})

    def closes(self, text: str, end: int) -> bool:  # noqa: ARG002 - all ends are exact
        return False

    def answers(self, piece: str) -> tuple[Answer, Answer]:
        states = {option.name: False for option in self._options}
        at = 0
        for option in self._shown:
            mark = next(mark for mark in self._marks if piece.startswith(mark, at))
            states[option.name] = self._marks[mark]
            at += len(mark) + len(option.label) + 1
        return states, states


class _Uploads:
    """Links to files, a line each."""

    is_open = False
    shape = Shape(f"(?:{NO_RESPONSE}|!?\\[)")

    def ends(self, text: str, at: int) -> Ends:
        count, end = 1, at
        plain = _PLAIN_LINKS.match(text, at)
        if plain is not None:
            end = plain.end()
        for line in _lines(text, end):
            readings = link_readings(line)
            if not readings:
                break
            count = min(count * len(readings), _BOTH)
            end += len(line) + 1
        if end == at:
            return _no_response(text, at)
        return Ends({end - 1: count})

    def closes(self, text: str, end: int) -> bool:  # noqa: ARG002 - all ends are exact
        return False

    def answers(self, piece: str) -> tuple[Answer, Answer]:
        if piece == NO_RESPONSE:
            return (), ()
        readings = [link_readings(line) for line in piece.split("\n")]
        return tuple(reading[0] for reading in readings), tuple(reading[-1] for reading in readings)


def _lines(text: str, at: int) -> Iterator[str]:
    """Yield the lines from an offset on, without their ends, up to an empty one."""
    while (end := text.find("\n", at)) > at:
        yield text[at:end]
        at = end + 1
    if end < at < len(text):
        yield text[at:]


def link_readings(line: str) -> list[Upload]:
    """Return the uploads that a line can stand for, as a page writes them.

    Of more than two, these are the first and the last.
    """
    is_shown = line.startswith("![")
    if not line.startswith(("[", "![")) or not line.endswith(")"):
        return []
    inner = line[is_shown + 1 : -1]
    # An address has no white space, and tells by its path whether it is that of a picture.
    picture = inner.rfind(PICTURE)
    low = len(inner) + 1 - len(f"{inner}.".rsplit(maxsplit=1)[-1])
    high = len(inner) - 1
    if is_shown:
        high = min(high, picture)
    else:
        low = max(low, picture + 1)
    low, high = max(0, low - len(_SEAM)), max(0, high)
    first, last = inner.find(_SEAM, low, high), inner.rfind(_SEAM, low, high)
    if first < 0:
        return []
    readings = [Upload(inner[:first], inner[first + len(_SEAM) :])]
    if last > first:
        readings.append(Upload(inner[:last], inner[last + len(_SEAM) :]))
    return readings


def _no_response(text: str, at: int) -> Ends:
    if text.startswith(NO_RESPONSE, at):
        return Ends({at + len(NO_RESPONSE): 1})
    return Ends()


def _either(*texts: str) -> Shape:
    """Return the shape of what begins with one of these texts."""
    return Shape(f"(?:{'|'.join(map(re.escape, texts))})")


def _run(text: str, at: int) -> int:
    """Return how many backticks stand at an offset."""
    end = at
    while text.startswith("`", end):
        end += 1
    return end - at
