"""Which findings a repository has decided to live with, and whether that was needed.

A comment behind content covers its line; one on a line of its own covers what stands below it, as
deep as it is indented; one above everything else covers the file, and so does an HTML comment.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import islice
from typing import Final, NamedTuple

from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.source import Source

_COMMENT: Final = late_pattern(
    r"(?P<open>#|<!--)[ \t]*scaffold:[ \t]*ignore(?:\[(?P<rules>[^\]\n]*)\])?"
    r"(?P<reason>(?:(?!-->)[^\n])*)"
)
# More in one file are an attack on the clock.
_MOST: Final = 500


class Suppression(NamedTuple):
    """A comment that says which rules not to report, and why.

    It holds from one line to another, 0-based, both inclusive.
    """

    rules: tuple[str, ...]
    reason: str
    start: int
    end: int
    first_line: int
    last_line: int


class IgnoreEntry(NamedTuple):
    """An entry of `ignore:` in the settings, by its position there."""

    path: str
    rule: str
    reason: str
    start: int
    end: int


def find_suppressions(source: Source, values: Iterable[tuple[int, int]]) -> Iterator[Suppression]:
    """Yield the comments of a file.

    `values` are the spans of its scalars, in which `#` is no comment.
    """
    if "scaffold:" not in source.text:
        return
    spans = sorted(values)
    lines = source.text.split("\n")
    first_content = _next_content(lines, 0)
    for found in islice(_COMMENT.finditer(source.text), _MOST):
        before = bisect_right(spans, (found.start(), len(source.text))) - 1
        if before >= 0 and spans[before][1] > found.start():
            continue
        words = [word.strip() for word in (found["rules"] or "").split(",")]
        rules = tuple(filter(None, words))
        reason = found["reason"].strip(" \t\r:-\u2014")
        line = source.line_index(found.start())
        if found["open"] != "#" or line < first_content:
            first, last = 0, len(lines)
        elif lines[line][: found.start() - source.line_starts[line]].strip():
            first = last = line
        else:
            first, last = _below(lines, line)
        yield Suppression(rules, reason, found.start(), found.end(), first, last)


def _next_content(lines: list[str], start: int) -> int:
    """Return the first line from `start` on that holds more than a comment, or the end."""
    return next((n for n in range(start, len(lines)) if _is_content(lines[n])), len(lines))


def _below(lines: list[str], line: int) -> tuple[int, int]:
    """Return the lines of what stands below a comment, as deep as it is indented."""
    begin = _next_content(lines, line + 1)
    end = begin
    for number in range(begin + 1, len(lines)):
        if lines[number].strip() and _depth(lines[number]) <= _depth(lines[begin]):
            break
        end = number
    return begin, end


def _is_content(line: str) -> bool:
    text = line.strip()
    return bool(text) and not text.startswith("#") and text != "---"


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def matches(pattern: str, path: str) -> bool:
    """Tell whether a glob of the settings means a path.

    `*` also crosses folders, and a bare name matches anywhere.
    """
    pattern = pattern.removeprefix("./")
    return fnmatchcase(path, pattern) or (
        "/" not in pattern and fnmatchcase(path.rpartition("/")[2], pattern)
    )


def covers(rules: Iterable[str], rule: str) -> bool:
    """Tell whether a list of rule ids means a rule; `labels/*` is all of a group."""
    return any(fnmatchcase(rule, word) for word in rules)
