"""Text that went through a wrong code page: finding it, and putting the bytes back.

Where all bytes survived the repair is exact. Windows' code pages drop some bytes; then every dropped byte is tried at
every place, and the repair is sure only if one emoji results. Owns no message; pure text to text.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from issue_scaffold.domain.emoji import is_colourful, is_emoji

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
# In these, every letter is a symbol of the next one; only what can't be meant otherwise is believed.
_WESTERN: Final = frozenset({"cp1252", "cp1254", "latin-1"})
_LOST: Final = (0x81, 0x8D, 0x8E, 0x8F, 0x90, 0x9D, 0x9E)
_VARIATION, _JOINER = "\ufe0f", "\u200d"
_MAX_DEPTH: Final = 3


class Broken(NamedTuple):
    """A run of broken text. `candidates` is what it may have been; one candidate is a sure repair."""

    start: int
    end: int
    text: str
    candidates: tuple[str, ...]


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
    return re.compile(f"[{''.join(re.escape(char) for page in CODE_PAGES for char in _leads(page))}]")


def _first_at(text: str, start: int) -> Broken | None:
    for page in CODE_PAGES:
        if text[start] not in _leads(page):
            continue
        found = _decode(text, start, len(text), page)
        if found is not None:
            return found
    return None


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
    wanted = {0xC2, 0xC3, 0xE2, 0xEF, 0xF0} if page in _WESTERN else {0xE2, 0xF0}
    wanted |= {0xD0, 0xD1, *range(0xE3, 0xEA)} if page in _WESTERN else set()
    return frozenset(char for char, byte in _table(page).items() if byte in wanted)


def _decode(text: str, start: int, stop: int, page: str) -> Broken | None:
    """Return the longest stretch of broken characters that begins here, if it is one beyond doubt."""
    table = _table(page)
    at, parts = start, list[tuple[str, ...]]()
    while at < stop and text[at] in table:
        step = _character(text, at, stop, table, parts)
        if step is None:
            break
        at, candidates = step
        parts.append(candidates)
    if not parts or not _believable(parts, page):
        return None
    if at - start > 200:  # noqa: PLR2004 - a page of it: no need to try for combinations
        return Broken(start, at, text[start:at], ("".join(part[0] for part in parts),) if _sure(parts) else ())
    return Broken(start, at, text[start:at], _combine(parts))


def _sure(parts: list[tuple[str, ...]]) -> bool:
    return all(len(part) == 1 for part in parts)


def _character(
    text: str, at: int, stop: int, table: dict[str, int], before: list[tuple[str, ...]]
) -> tuple[int, tuple[str, ...]] | None:
    """Return where one broken character ends and what it may have been, or None if nothing fits."""
    lead = table[text[at]]
    length = 4 if lead >= 0xF0 else 3 if lead >= 0xE0 else 2 if lead >= 0xC2 else 0  # noqa: PLR2004 - UTF-8's leads
    if not length:
        return None
    tail: list[int] = []
    gap = None
    end = at + 1
    while end < stop and len(tail) < length - 1:
        if text[end] == "\ufffd" and gap is None:
            gap = len(tail)
        elif 0x80 <= table.get(text[end], 0) <= 0xBF:  # noqa: PLR2004 - continuation bytes
            tail.append(table[text[end]])
        else:
            break
        end += 1
        if gap is not None and len(tail) == length - 2:
            break
    if len(tail) == length - 1:
        return _exact(bytes([lead, *tail]), end)
    if len(tail) == length - 2 and length > 2:  # noqa: PLR2004 - a two-byte character with one lost is nothing
        return _restored(lead, tail, gap, end, before)
    return None


def _exact(raw: bytes, end: int) -> tuple[int, tuple[str, ...]] | None:
    try:
        return end, (raw.decode("utf-8"),)
    except UnicodeDecodeError:
        return None


def _restored(
    lead: int, tail: list[int], gap: int | None, end: int, before: list[tuple[str, ...]]
) -> tuple[int, tuple[str, ...]] | None:
    """Put each of the bytes that code pages drop back at each place; keep what is an emoji, or completes one."""
    after_emoji = bool(before) and all(is_emoji(part[-1]) or part[-1] == _VARIATION for part in before[-1])
    places = range(len(tail) + 1) if gap is None else (gap,)
    found: list[str] = []
    for place in places:
        for byte in _LOST:
            raw = bytes([lead, *tail[:place], byte, *tail[place:]])
            try:
                char = raw.decode("utf-8")
            except UnicodeDecodeError:
                continue
            completes = after_emoji and char in {_VARIATION, _JOINER}
            if (is_emoji(char) or completes) and char not in found:
                found.append(char)
    completing = [char for char in found if char in {_VARIATION, _JOINER}]
    return (end, tuple(completing or found)) if found else None


def _believable(parts: list[tuple[str, ...]], page: str) -> bool:
    """Tell whether a decoded stretch is what someone wrote, rather than odd but honest characters."""
    chars = [part[0] for part in parts]
    if any(is_emoji(char) and (ord(char) >= 0x2000) for char in chars):  # noqa: PLR2004 - © and ® are letters here
        return True
    if any(0x2010 <= ord(char) <= 0x2122 for char in chars):  # noqa: PLR2004 - dashes, quotes, bullets, €, ™
        return True
    if page not in _WESTERN:
        return False
    if all(0xA0 <= ord(char) <= 0xFF for char in chars):  # noqa: PLR2004 - Latin-1's signs and letters
        return True
    letters = sum(char.isalpha() for char in chars)
    return len(chars) >= 2 and letters == len(chars) and min(map(ord, chars)) > 0xFF  # noqa: PLR2004


def _combine(parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the possible texts, dropping emoji that would need, or would not take, the selector behind them."""
    texts = [""]
    for index, part in enumerate(parts):
        following = parts[index + 1] if index + 1 < len(parts) else ()
        selected = following == (_VARIATION,)
        options = part if len(part) == 1 else tuple(char for char in part if is_colourful(char) != selected)
        texts = [text + char for text in texts for char in (options or part)]
        if len(texts) > 60:  # noqa: PLR2004 - nobody reads so many candidates
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
