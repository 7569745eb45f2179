"""Where in a file each character of a scalar's value was written.

Owns how YAML's styles turn written text into a value, seen backwards: blocks lose their
indentation, folded ones their line breaks, quoted ones their escapes. JSON's strings are the double
quoted ones. Knows nothing of what the value says.
"""

from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import Final

from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.lines import line_end, next_line
from issue_scaffold.text.tree import Scalar

Places = Callable[[int], int]
# What a double quoted scalar may say instead of a character: https://yaml.org/spec/1.1/#id872840
_ESCAPE: Final = late_pattern(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r\n|[\s\S])")
# Escapes for white space, and for nothing at all.
_BLANK: Final = late_pattern(r"\s|\\(?:[nrtNLP_ \t\n]|\r\n)")
_WORD_OF_WHITE_SPACE: Final = late_pattern(r"\s*")


def places_of(text: str, scalar: Scalar) -> Places | None:
    """Return what gives the offset in `text` for an offset in the scalar's value.

    None where the value isn't what stands there, such as behind a tag that changes it.
    """
    if scalar.style == "|":
        return _literal(text, scalar)
    return _flowing(text, scalar)


def _literal(text: str, scalar: Scalar) -> Places | None:
    """Return the places in a block that keeps its lines: each lost its indentation only."""
    starts: list[int] = []
    at = next_line(text, scalar.start)
    rows = scalar.value.split("\n")
    for row in rows:
        end = line_end(text, at)
        starts.append(end - len(row))
        # The last row is empty, and stands for the line break before it.
        if row and not (starts[-1] >= at and text.startswith(row, starts[-1])):
            return None
        at = next_line(text, at)
    begins = [0, *accumulate(len(row) + 1 for row in rows[:-1])]

    def place(offset: int) -> int:
        index = bisect_right(begins, offset) - 1
        return starts[index] + offset - begins[index]

    return place


def _flowing(text: str, scalar: Scalar) -> Places | None:
    """Return the places in any other style: only white space is added or lost between words."""
    places: list[int] = []
    at = scalar.start
    if scalar.style == ">":
        at = next_line(text, at)
    elif scalar.style:
        at += 1
    for char in scalar.value:
        if char.isspace():
            places.append(at)
            continue
        at = _next_character(text, at, scalar.style)
        length = _written(text, at, char, scalar.style)
        if not length:
            return None
        places.append(at)
        at += length
    places.append(at)
    return places.__getitem__


def _next_character(text: str, at: int, style: str) -> int:
    blank = _WORD_OF_WHITE_SPACE
    if style == '"':
        blank = _BLANK
    found = blank.match(text, at)
    while found is not None and found.end() > at:
        at = found.end()
        found = blank.match(text, at)
    return at


def _written(text: str, at: int, char: str, style: str) -> int:
    """Return how many characters stand for this one; 0 if something else stands there."""
    if style == '"' and text.startswith("\\", at):
        found = _ESCAPE.match(text, at)
        return len(found[0]) if found else 0
    if style == "'" and char == "'":
        return 2 * text.startswith("''", at)
    return int(text.startswith(char, at))
