# ruff: noqa: RUF001 - quotation marks are what this looks at
"""What sound text looks like around a place: a word of one alphabet, its marks, its quotation.

Knows nothing of code pages; pure text to text.
"""

import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from issue_scaffold.text.late_patterns import late_pattern

# They count as parts of a word to Python, and stand behind one.
_RAISED: Final = "ªº¹²³¼½¾"
# What belongs to a word: letters, the marks above and below them, and hyphens that don't show.
_LETTERS: Final = rf"(?:[^\W\d_{_RAISED}]|[\u0300-\u036f\xad])*"
_WORD: Final = late_pattern(_LETTERS)
_WORD_AT_END: Final = late_pattern(rf"{_LETTERS}\Z")
_LONGEST_WORD: Final = 60
# What stands right behind a word in sound text, and is no letter.
_MARKS: Final = frozenset("”“’‘»«›‹…–—™®©°ªº¹²³·\xa0\xad")
_CLOSING: Final = {
    "“": frozenset("”"),
    "‘": frozenset("’"),
    "„": frozenset("“”"),
    "‚": frozenset("‘’"),
    "«": frozenset("»"),
    "»": frozenset("«"),
    "‹": frozenset("›"),
    "›": frozenset("‹"),
}
# Nothing begins with a quotation mark inside a word.
_OPENING: Final = late_pattern(rf"(?<!\w)[{''.join(_CLOSING)}]")
_LONGEST_QUOTATION: Final = 200
_MANY_CHARACTERS: Final = 4096


class RunInWord(NamedTuple):
    """A run of text in a word: the letters before, in and behind it, and the rest of the run."""

    before: str
    own: str
    behind: str
    rest: str

    @property
    def is_inside(self) -> bool:
        """Whether the word is more than what the run has of it."""
        if self.before:
            return True
        return not self.rest and bool(self.behind)

    @property
    def is_ordinary(self) -> bool:
        """Whether one alphabet makes the word: small, in capitals, or with one capital first."""
        parts = [self.before, self.own]
        if not self.rest:
            parts.append(self.behind)
        letters = "".join(filter(is_letter, "".join(parts)))
        alphabets = {alphabet(char) for char in letters}
        usual = {letters.lower(), letters.upper(), letters.capitalize()}
        return len(alphabets) == 1 and letters in usual

    @property
    def rest_is_marks(self) -> bool:
        """Whether all of the run behind its letters can stand behind a word."""
        return _MARKS.issuperset(self.rest)

    @property
    def ends_with_mark(self) -> bool:
        """Whether the run ends a word and has the mark behind it; only a dash joins two words."""
        if not (self.before and self.own and self.rest and self.rest_is_marks):
            return False
        return not self.behind or self.rest.endswith("—")


def run_in_word(text: str, start: int, end: int) -> RunInWord:
    """Return what stands around a run of text."""
    before = _WORD_AT_END.search(text, max(0, start - _LONGEST_WORD), start)
    own = _letters_at(text, start, end)
    behind = _letters_at(text, end, end + _LONGEST_WORD)
    rest = text[start + len(own) : end]
    return RunInWord(before[0] if before else "", own, behind, rest)


def _letters_at(text: str, start: int, end: int) -> str:
    found = _WORD.match(text, start, end)
    return found[0] if found else ""


def ends_quotation(text: str, start: int, marks_end: int, marks: str) -> bool:
    """Tell whether marks, or the character at their end, end what was quoted since before `start`.

    A quotation begins in the same line.
    """
    line_start = text.rfind("\n", 0, start) + 1
    line = text[max(line_start, start - _LONGEST_QUOTATION) : start]
    following = marks + text[marks_end : marks_end + 1]
    for opening in _OPENING.finditer(line):
        closing = _CLOSING[opening[0]]
        if closing.isdisjoint(line[opening.end() :]) and not closing.isdisjoint(following):
            return True
    return False


@lru_cache(_MANY_CHARACTERS)
def is_letter(char: str) -> bool:
    """Tell whether a character is a letter, not a sign that changes or follows one."""
    return char.isalpha() and unicodedata.category(char) != "Lm" and char not in _RAISED


@lru_cache(_MANY_CHARACTERS)
def alphabet(char: str) -> str:
    """Return the alphabet of a letter: the first word of its name, for want of a table."""
    return unicodedata.name(char, "").partition(" ")[0]
