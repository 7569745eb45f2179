"""Text that went through a wrong code page: finding it, and putting the bytes back.

Where all bytes survived the repair is exact. Windows' code pages drop some bytes; then every
dropped byte is tried at every place, and the repair is sure only if one emoji results. Owns no
message; pure text to text.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise, product
from typing import Final, NamedTuple

from issue_scaffold.text.emoji import is_colourful, is_emoji

# Code pages by which UTF-8 is misread, likeliest first.
CODE_PAGES: Final = (
    "cp1252",
    "cp1254",
    "latin-1",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp437",
    "cp850",
    "cp866",
    "mac_roman",
)
# In these, every letter is a symbol of the next one; only what can't be meant otherwise is
# believed.
_WESTERN: Final = frozenset({"cp1252", "cp1254", "latin-1"})
_LOST: Final = (0x81, 0x8D, 0x8E, 0x8F, 0x90, 0x9D, 0x9E)
_VARIATION: Final = "\ufe0f"
# What can follow an emoji as a part of it: the choice of its colours, and a joiner.
_COMPLETING: Final = frozenset({_VARIATION, "\u200d"})
# Dashes, quotation marks, bullets, the euro and trade marks.
_PUNCTUATION: Final = range(0x2010, 0x2123)
_LATIN_1: Final = range(0xA0, 0x100)
# Below it, what has the property is a letter to us, like © and ®.
_FIRST_EMOJI: Final = 0x2000
_FIRST_TAIL, _LAST_TAIL = 0x80, 0xBF
_MAX_DEPTH: Final = 3
_MANY_PARTS, _MANY_CANDIDATES = 100, 60


class Broken(NamedTuple):
    """A run of broken text.

    `candidates` is what it may have been; one candidate is a sure repair.
    """

    start: int
    end: int
    text: str
    candidates: tuple[str, ...]
    lossless: bool = True


def find_broken(text: str) -> Iterator[Broken]:
    """Yield the broken runs of a text, in order, without overlaps."""
    if text.isascii():
        return
    leads, at = _any_lead(), 0
    while lead := leads.search(text, at):
        start = lead.start()
        found = _first_at(text, start)
        if found is not None:
            yield found
        at = found.end if found is not None else start + 1


@cache
def _any_lead() -> re.Pattern[str]:
    """Return what a broken character begins with: a lead byte and one that continues it."""
    pairs = []
    for page in CODE_PAGES:
        leads = "".join(map(re.escape, sorted(_leads(page))))
        tails = "".join(
            re.escape(char) for char, byte in _table(page).items() if byte <= _LAST_TAIL
        )
        pairs.append(f"[{leads}][{tails}\ufffd]")
    return re.compile("|".join(pairs))


def _first_at(text: str, start: int) -> Broken | None:
    """Return the reading by the page that loses no byte, else by the likeliest page.

    None if no page fits.
    """
    best: Broken | None = None
    for page in CODE_PAGES:
        if text[start] not in _leads(page):
            continue
        found = _decode(text, start, len(text), page)
        if found is None:
            continue
        if len(found.candidates) == 1 and found.lossless:
            return found
        best = best or found
    return best


@cache
def _table(page: str) -> dict[str, int]:
    """Return the characters that a code page makes of the bytes that UTF-8 uses beyond ASCII."""
    table = {}
    for byte in range(0x80, 0xF5):
        try:
            table[bytes([byte]).decode(page)] = byte
        except UnicodeDecodeError:
            table[chr(byte)] = byte  # browsers pass such bytes through as control characters
    return table


@cache
def _leads(page: str) -> frozenset[str]:
    """Return the characters that stand for a byte with which a broken character can begin."""
    wanted = {0xE2, 0xF0}
    if page in _WESTERN:
        wanted |= {0xC2, 0xC3, 0xEF, 0xD0, 0xD1, *range(0xE3, 0xEA)}
    return frozenset(char for char, byte in _table(page).items() if byte in wanted)


class _Char(NamedTuple):
    """One character of broken text: its end, what it may have been, whether it is complete."""

    end: int
    candidates: tuple[str, ...]
    whole: bool


def _decode(text: str, start: int, stop: int, page: str) -> Broken | None:
    """Return the longest stretch of broken characters that begins here, beyond doubt."""
    table = _table(page)
    at, chars = start, list[_Char]()
    while at < stop and text[at] in table:
        char = _character(text, at, stop, table, chars)
        if char is None:
            break
        at = char.end
        chars.append(char)
    parts = [char.candidates for char in chars]
    if not parts or not _believable(parts, page):
        return None
    whole = all(char.whole for char in chars)
    if len(parts) > _MANY_PARTS and not whole:
        return Broken(start, at, text[start:at], (), lossless=False)
    candidates = _combine(parts)
    return Broken(start, at, text[start:at], candidates, lossless=whole)


def _character(
    text: str, at: int, stop: int, table: dict[str, int], before: list[_Char]
) -> _Char | None:
    """Return the broken character that begins here, or None if nothing fits."""
    lead = table[text[at]]
    length = _length(lead)
    tail, gap = _tail(text[at + 1 : min(stop, at + length)], table)
    end = at + 1 + len(tail) + (gap is not None)
    if len(tail) == length - 1:
        char = _decoded([lead, *tail])
        return None if char is None else _Char(end, (char,), whole=True)
    if len(tail) < length - 2 or length <= len("é".encode()):
        return None  # a two-byte character with one byte lost could be anything
    candidates = _restored(lead, tail, gap, before)
    return _Char(end, candidates, whole=False) if candidates else None


def _tail(text: str, table: dict[str, int]) -> tuple[list[int], int | None]:
    """Return the bytes that continue a character, and where among them one was lost visibly."""
    tail: list[int] = []
    gap = None
    for char in text:
        if char == "\ufffd" and gap is None:
            gap = len(tail)
        elif _FIRST_TAIL <= table.get(char, 0) <= _LAST_TAIL:
            tail.append(table[char])
        else:
            break
    return tail, gap


def _decoded(raw: list[int]) -> str | None:
    try:
        return bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _length(lead: int) -> int:
    """Return how many bytes a UTF-8 character has that begins with this one.

    1 for what can't begin one.
    """
    return next((length for least, length in ((0xF0, 4), (0xE0, 3), (0xC2, 2)) if lead >= least), 1)


def _restored(lead: int, tail: list[int], gap: int | None, before: list[_Char]) -> tuple[str, ...]:
    """Put each of the bytes that code pages drop back at each place.

    Keep what is an emoji, or completes one.
    """
    places = range(len(tail) + 1) if gap is None else (gap,)
    chars = [
        _decoded([lead, *tail[:place], byte, *tail[place:]])
        for place, byte in product(places, _LOST)
    ]
    found = dict.fromkeys(char for char in chars if char is not None)
    if _follows_emoji(before):
        completing = tuple(char for char in found if char in _COMPLETING)
        if completing:
            return completing
    return tuple(char for char in found if is_emoji(char))


def _follows_emoji(before: list[_Char]) -> bool:
    if not before:
        return False
    ends = [text[-1] for text in before[-1].candidates]
    return bool(ends) and all(end == _VARIATION or is_emoji(end) for end in ends)


def _believable(parts: list[tuple[str, ...]], page: str) -> bool:
    """Tell whether a decoded stretch is what someone wrote, not odd but honest characters."""
    codes = [ord(part[0]) for part in parts]
    if any(_is_sign(code) for code in codes):
        return True
    if page not in _WESTERN:
        return False
    if all(code in _LATIN_1 for code in codes):
        return True
    return len(codes) > 1 and all(code > _LATIN_1[-1] and chr(code).isalpha() for code in codes)


def _is_sign(code: int) -> bool:
    return code in _PUNCTUATION or (code >= _FIRST_EMOJI and is_emoji(chr(code)))


def _combine(parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the possible texts, dropping emoji that would not take the selector behind them."""
    texts = [""]
    for part, following in pairwise([*parts, ()]):
        options = part
        if following == (_VARIATION,):
            options = tuple(char for char in part if not is_colourful(char)) or part
        texts = [text + char for text, char in product(texts, options)]
        if len(texts) > _MANY_CANDIDATES:  # nobody reads so many
            return ()
    return tuple(dict.fromkeys(_deeper(text) for text in texts))


def _deeper(text: str, depth: int = 1) -> str:
    """Undo a second and third round of the same accident."""
    if depth >= _MAX_DEPTH or text.isascii():
        return text
    found = next(iter(find_broken(text)), None)
    if found is None or found.start or found.end < len(text) or len(found.candidates) != 1:
        return text
    return _deeper(found.candidates[0], depth + 1)
