"""What was accepted of a text: its difference to the template's, as a record of one line.

Pure. A record says which lines of the template are replaced with which of the user's, each hunk for
itself, so that it outlives edits elsewhere in the file. Lines are recorded by hashes: short ones
that find them again, a long one a hunk that proves them. `12,3:GUARD:LINES:PROOF` is one hunk:
three lines after the twelfth are replaced; `GUARD` knows them and what is around them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from issue_scaffold.files.rendering import File, are_texts, to_lf
from issue_scaffold.text.diffs import changed_blocks
from issue_scaffold.text.digests import sha256_of

_HUNK: Final = re.compile(r"(\d{1,7}),(\d{1,7}):([0-9a-f]{16}):((?:[0-9a-f]{6})*):([0-9a-f]{32})")
_EXECUTABLE: Final = {True: "executable", False: "not-executable"}
_TOKEN: Final = 6
_GUARD: Final = 16
_PROOF: Final = 32
# How many of the template's lines before and after a hunk say where it belongs.
_CONTEXT: Final = 3
# Records come from the repository: how many hunks, and how many lines looked through for each.
_MOST_HUNKS: Final = 2_000
_MOST_LINES: Final = 20_000


class Standing(NamedTuple):
    """The template's file with what is accepted and still there; `fallen` is how much isn't."""

    file: File
    held: int
    fallen: int


class _Hunk(NamedTuple):
    """Lines of the template, and what stands there instead."""

    start: int
    size: int
    guard: str
    tokens: tuple[str, ...]
    proof: str

    def __str__(self) -> str:
        lines = "".join(self.tokens)
        return f"{self.start},{self.size}:{self.guard}:{lines}:{self.proof}"


def describe(expected: File, actual: File) -> str | None:
    """Return the record of how a file differs; None where lines can't say that."""
    if not are_texts(expected, actual):
        return None
    left, right = _lines(expected), _lines(actual)
    blocks = changed_blocks(left, right)
    if blocks is None:
        return None
    words = []
    if expected.executable != actual.executable:
        words.append(_EXECUTABLE[actual.executable])
    for start, end, own_start, own_end in blocks:
        own = right[own_start:own_end]
        guard = _guard(left, start, end - start)
        tokens = tuple(map(_token, own))
        words.append(str(_Hunk(start, end - start, guard, tokens, _proof(own))))
    if len(words) > _MOST_HUNKS:
        return None
    return " ".join(words)


def standing(expected: File, actual: File, record: str) -> Standing:
    """Return the template's file with those differences of a record that the user's file has."""
    if not are_texts(expected, actual):
        return Standing(expected, 0, 1)
    words = record.split()
    left, right = _lines(expected), _lines(actual)
    hunks = list(_located(left, islice(_parsed(words), _MOST_HUNKS)))
    kept = _kept(left, right, hunks)
    content = b"".join(_replaced(left, [(hunk, own) for hunk, own in kept if own is not None]))
    file = expected._replace(content=content)
    count = sum(own is not None for _, own in kept)
    if _EXECUTABLE[actual.executable] in words:
        file = file._replace(executable=actual.executable)
        count += 1
    return Standing(file, count, len(words) - count)


def _lines(file: File) -> list[bytes]:
    return to_lf(file.content).splitlines(keepends=True)


def _token(line: bytes) -> str:
    return sha256_of(line)[:_TOKEN]


def _proof(lines: Sequence[bytes]) -> str:
    return sha256_of(b"".join(lines))[:_PROOF]


def _guard(lines: Sequence[bytes], start: int, count: int) -> str:
    """Return what tells a place in the template: the lines there, and some around them."""
    end = start + count
    parts = (lines[max(start - _CONTEXT, 0) : start], lines[start:end], lines[end : end + _CONTEXT])
    return sha256_of(b"\0".join(b"".join(part) for part in parts))[:_GUARD]


def _parsed(words: Iterable[str]) -> Iterator[_Hunk]:
    for word in words:
        found = _HUNK.fullmatch(word)
        if found is not None:
            start, size, guard, tokens, proof = found.groups()
            short = tuple(re.findall(f".{{{_TOKEN}}}", tokens))
            yield _Hunk(int(start), int(size), guard, short, proof)


def _located(lines: Sequence[bytes], hunks: Iterable[_Hunk]) -> Iterator[_Hunk]:
    """Yield the hunks at their places in the template, in order; none where another one is."""
    found = [hunk for hunk in (_placed(lines, hunk) for hunk in hunks) if hunk is not None]
    end = 0
    for hunk in sorted(found, key=lambda hunk: (hunk.start, hunk.size)):
        if hunk.start >= end:
            yield hunk
            end = hunk.start + max(hunk.size, 1)


def _placed(lines: Sequence[bytes], hunk: _Hunk) -> _Hunk | None:
    """Return the hunk at its place: where it was recorded, else at the nearest like it."""
    if _guard(lines, hunk.start, hunk.size) == hunk.guard:
        return hunk
    most = len(lines) - hunk.size
    looked_at = _MOST_LINES // (hunk.size + 2 * _CONTEXT) + 1
    places = sorted(range(most + 1), key=lambda place: abs(place - hunk.start))
    for place in places[:looked_at]:
        if _guard(lines, place, hunk.size) == hunk.guard:
            return hunk._replace(start=place)
    return None


def _kept(
    left: Sequence[bytes], right: Sequence[bytes], hunks: Sequence[_Hunk]
) -> list[tuple[_Hunk, Sequence[bytes] | None]]:
    """Return for each hunk the user's lines that it stands for, None where they are no longer."""
    sought: list[str] = []
    spans: list[tuple[int, int]] = []
    at = 0
    for hunk in hunks:
        sought += (_token(line) for line in left[at : hunk.start])
        spans.append((len(sought), len(sought) + len(hunk.tokens)))
        sought += hunk.tokens
        at = hunk.start + hunk.size
    sought += (_token(line) for line in left[at:])
    alignment = _Alignment(sought, right)
    return [
        (hunk, alignment.own_lines(hunk, span, left))
        for hunk, span in zip(hunks, spans, strict=True)
    ]


class _Alignment:
    """Which of the user's lines stand for which of those that are accepted."""

    def __init__(self, sought: Sequence[str], right: Sequence[bytes]) -> None:
        self._right = right
        found = [_token(line) for line in right]
        blocks = changed_blocks(sought, found)
        self._blocks = [(0, len(sought), 0, len(found))] if blocks is None else blocks

    def own_lines(
        self, hunk: _Hunk, span: tuple[int, int], left: Sequence[bytes]
    ) -> Sequence[bytes] | None:
        """Return the user's lines of a hunk; None if it isn't there as it was accepted."""
        start, end = span
        shift = 0
        own: list[bytes] = []
        for block_start, block_end, own_start, own_end in self._blocks:
            if start == end and block_start <= start <= block_end:
                own += self._right[own_start:own_end]
            elif max(start, block_start) < min(end, block_end) or start < block_start < end:
                return None
            if block_end <= start:
                shift = own_end - block_end
        if start == end:  # nothing is to stand there: none of what the template has
            is_back = not set(left[hunk.start : hunk.start + hunk.size]).isdisjoint(own)
            return None if is_back else ()
        lines = self._right[start + shift : end + shift]
        return lines if _proof(lines) == hunk.proof else None


def _replaced(
    left: Sequence[bytes], hunks: Iterable[tuple[_Hunk, Sequence[bytes]]]
) -> Iterator[bytes]:
    at = 0
    for hunk, own in hunks:
        yield from left[at : hunk.start]
        yield from own
        at = hunk.start + hunk.size
    yield from left[at:]
