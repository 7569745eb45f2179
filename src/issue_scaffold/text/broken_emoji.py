"""Text that went through a wrong code page: finding it, and putting the bytes back.

**No repair without evidence that something is broken.** That characters could be bytes of UTF-8
is none; they are evidence only where nobody can have meant them as they stand:

* A run inside a word of one alphabet in ordinary case is meant (`что`, though its last letters have
  the bytes of `⏮` less one in code page 866), and so is a letter that ends a quotation (`“â”`).
* A run that was misread by a Western page without loss, and ends a word as a punctuation mark
  would (`SÃ³`), is judged by the whole text: it is broken if something else is, or if the text
  has no other letter beyond ASCII.

Where all bytes survived the repair is exact. windows-1252 and 1254 drop some bytes; then every
dropped byte is tried at every place, and the repair is sure only if one emoji results. What lost
a byte by any other page is told, and never repaired. Owns no message; pure text to text.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise, product
from typing import Final, NamedTuple

from issue_scaffold.text.emoji import is_colourful, is_emoji
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.sound_word import alphabet, ends_quotation, is_letter, run_in_word

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
# These drop bytes so often that a lost one is put back; which of the two it was can't be told.
_DROPPING: Final = frozenset({"cp1252", "cp1254"})
_DROPPED: Final = (0x81, 0x8D, 0x8E, 0x8F, 0x90, 0x9D, 0x9E)
# The bytes that continue a character and that a page has no character for. The others have all.
_LOST: Final = {
    "cp1252": _DROPPED,
    "cp1254": _DROPPED,
    "cp1250": (0x81, 0x83, 0x88, 0x90, 0x98),
    "cp1251": (0x98,),
}
_VARIATION: Final = "\ufe0f"
# What can follow an emoji as a part of it: the choice of its colours, and a joiner.
_COMPLETING: Final = frozenset({_VARIATION, "\u200d"})
# Dashes, quotation marks, bullets, the euro and trade marks.
_PUNCTUATION: Final = frozenset(range(0x2010, 0x2123))
# The ones among them that people type, for pages in which quoted letters may look like the rest.
_TYPED: Final = frozenset(
    {*range(0x2010, 0x2027), *range(0x202A, 0x2034), 0x2039, 0x203A, 0x20AC, 0x20E3, 0x2116, 0x2122}
)
_LATIN_1: Final = frozenset(range(0xA0, 0x100))
_LAST_LATIN_1: Final = 0xFF
# Below it, what has the property is a letter to us, like © and ®.
_FIRST_EMOJI: Final = 0x2000
_FIRST_TAIL, _LAST_TAIL = 0x80, 0xBF
_MAX_DEPTH: Final = 3
_MANY_PARTS, _MANY_CANDIDATES = 100, 60


# What the lead bytes come out as, by whatever page. Where a text has none of them, or none before
# anything beyond ASCII, nothing in it is broken, and no code page is loaded.
LEADS: Final = frozenset("\xadÂÃÐÑÔâãäåæçèéïðđĞğΓβπЁврт‚≡\uf8ff")  # noqa: RUF001
_SIGNS: Final = late_pattern(rf"[{''.join(LEADS)}][^\x00-\x7f]")


class Broken(NamedTuple):
    """A run of broken text.

    `candidates` is what it may have been, `page` the code page by which it was misread.
    """

    start: int
    end: int
    text: str
    candidates: tuple[str, ...]
    page: str
    lossless: bool = True

    @property
    def repair(self) -> str | None:
        """Return what the run was, where that is sure."""
        if len(self.candidates) != 1:
            return None
        if not self.lossless and self.page not in _DROPPING:
            return None
        return self.candidates[0]


def find_broken(text: str) -> Iterator[Broken]:
    """Yield the broken runs of a text, in order, without overlaps."""
    if text.isascii() or LEADS.isdisjoint(text):
        return
    runs = list(_runs(text))
    if runs and all(_may_be_sound(text, run) for run in runs) and _has_other_latin(text, runs):
        return
    yield from runs


def _runs(text: str) -> Iterator[Broken]:
    at = 0
    while sign := _SIGNS.search(text, at):
        start = sign.start()
        found = _first_at(text, start) if _any_lead().match(text, start) else None
        if found is not None:
            yield found
        at = found.end if found is not None else start + 1


@cache
def _any_lead() -> re.Pattern[str]:
    """Return what a broken character begins with: a lead byte and one that continues it."""
    pairs = (f"[{_escaped(_leads(page))}][{_escaped(_tails(page))}]" for page in CODE_PAGES)
    return re.compile("|".join(pairs))


def _tails(page: str) -> set[str]:
    """Return what stands for a byte that continues a character, or for a lost one."""
    return {char for char, byte in _table(page).items() if byte <= _LAST_TAIL} | {"\ufffd"}


def _escaped(chars: Iterable[str]) -> str:
    return "".join(map(re.escape, sorted(chars)))


def _first_at(text: str, start: int) -> Broken | None:
    """Return the reading by the page that loses no byte, else by the likeliest page.

    None if no page fits.
    """
    best: Broken | None = None
    for page in CODE_PAGES:
        if text[start] not in _leads(page):
            continue
        found = _decode(text, start, page)
        if found is None or _is_sound(text, found):
            continue
        if len(found.candidates) == 1 and found.lossless:
            return found
        best = best or found
    return best


def _is_sound(text: str, run: Broken) -> bool:
    """Tell whether a run is meant as it stands: a part of a word, or the end of a quotation."""
    around = run_in_word(text, run.start, run.end)
    if not (is_letter(run.text[0]) and around.is_ordinary):
        return False
    if around.is_inside and not run.lossless:
        return not any(map(is_letter, around.rest))
    if not around.rest_is_marks:
        return False
    if around.is_inside and run.page not in _WESTERN:
        return True
    if not around.is_inside and len(around.own) > 1:
        return False
    return ends_quotation(text, run.start, run.end, around.rest)


def _may_be_sound(text: str, run: Broken) -> bool:
    """Tell whether a run could also be the end of a word with a punctuation mark."""
    around = run_in_word(text, run.start, run.end)
    return around.ends_with_mark and around.is_ordinary


def _has_other_latin(text: str, runs: list[Broken]) -> bool:
    """Tell whether a text has Latin letters beyond ASCII besides those of the given runs."""
    ends = [0, *(run.end for run in runs)]
    starts = [*(run.start for run in runs), len(text)]
    rest = "".join(text[end:start] for end, start in zip(ends, starts, strict=True))
    return any(alphabet(char) == "LATIN" for char in set(rest) if not char.isascii())


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


def _decode(text: str, start: int, page: str) -> Broken | None:
    """Return the longest stretch of broken characters that begins here, beyond doubt."""
    table = _table(page)
    at, chars = start, list[_Char]()
    while at < len(text) and text[at] in table:
        char = _character(text, at, page, chars)
        if char is None:
            break
        at = char.end
        chars.append(char)
    parts = [char.candidates for char in chars]
    if not parts or not _believable(parts, page):
        return None
    whole = all(char.whole for char in chars)
    if len(parts) > _MANY_PARTS and not whole:
        return Broken(start, at, text[start:at], (), page, lossless=False)
    candidates = _combine(parts)
    return Broken(start, at, text[start:at], candidates, page, lossless=whole)


def _character(text: str, at: int, page: str, before: list[_Char]) -> _Char | None:
    """Return the broken character that begins here, or None if nothing fits."""
    table = _table(page)
    lead = table[text[at]]
    length = _length(lead)
    tail, gap = _tail(text[at + 1 : at + length], table)
    end = at + 1 + len(tail) + (gap is not None)
    if len(tail) == length - 1:
        char = _decoded([lead, *tail])
        return None if char is None else _Char(end, (char,), whole=True)
    if len(tail) < length - 2 or length < _shortest_with_a_loss(page):
        return None
    candidates = _restored([lead, *tail], gap, _LOST[page], before)
    return _Char(end, candidates, whole=False) if candidates else None


def _shortest_with_a_loss(page: str) -> int:
    """Return how many bytes a character has at least that is known again with one byte lost.

    Two bytes less one could be anything; of three, other alphabets are full.
    """
    if page in _DROPPING:
        return len("⏱".encode())
    if page in _LOST:
        return len("🔧".encode())
    return len("🔧".encode()) + 1


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


def _restored(
    left: list[int], gap: int | None, lost: tuple[int, ...], before: list[_Char]
) -> tuple[str, ...]:
    """Put each of the bytes that a code page drops back at each place.

    Keep what is an emoji, or completes one.
    """
    places = range(1, len(left) + 1) if gap is None else (gap + 1,)
    chars = [
        _decoded([*left[:place], byte, *left[place:]]) for place, byte in product(places, lost)
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
    if any(map(_is_emoji, codes)):
        return True
    if page not in _WESTERN:
        return not _TYPED.isdisjoint(codes)
    return _is_western(codes)


def _is_western(codes: list[int]) -> bool:
    """Tell whether characters are such as Western text and its letters beyond it are made of."""
    if not _PUNCTUATION.isdisjoint(codes) or _LATIN_1.issuperset(codes):
        return True
    letters = [code for code in codes if code > _LAST_LATIN_1 and chr(code).isalpha()]
    return len(codes) > 1 and letters == codes


def _is_emoji(code: int) -> bool:
    return code >= _FIRST_EMOJI and is_emoji(chr(code))


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
