"""Lines that fit a terminal: broken between words, counted in columns. Pure."""

import unicodedata
from collections.abc import Iterator


def columns(text: str) -> int:
    """Return how many columns a text takes, emoji and wide letters two of them.

    Source of the rule: https://www.unicode.org/reports/tr11/
    """
    return sum(map(_columns_of, text))


def _columns_of(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def wrapped(text: str, width: int, *, indent: str = "", further: str | None = None) -> list[str]:
    """Return the lines of a text, none wider than `width`, each of its own lines begun anew.

    `indent` stands before the first line of each, `further` (None: the same) before the others.
    """
    then = indent if further is None else further
    return [line for part in text.split("\n") for line in _lines(part, width, indent, then)]


def _lines(text: str, width: int, indent: str, further: str) -> Iterator[str]:
    line, lead = None, indent
    for word in text.split(" "):  # a quoted name keeps its blanks
        joined = word if line is None else f"{line} {word}"
        if columns(lead + joined) <= width:
            line = joined
            continue
        if line is not None:
            yield (lead + line).rstrip()
            lead = further
        *whole, line = _pieces(word, width - columns(lead))
        for piece in whole:
            yield lead + piece
            lead = further
    yield (lead + (line or "")).rstrip()


def _pieces(word: str, width: int) -> list[str]:
    """Return a word in pieces that fit, one if it does as it is."""
    pieces = [""]
    for char in word:
        if pieces[-1] and columns(pieces[-1] + char) > max(width, 2):
            pieces.append("")
        pieces[-1] += char
    return pieces
