"""A line of source with the part of it underlined that is meant, as a terminal shows it.

Owns columns: how wide tabs, emoji and wide characters come out.
"""

from collections.abc import Iterator
from typing import Final

from issue_scaffold.cli.printing import escaped, style
from issue_scaffold.report.finding import Excerpt

_TAB: Final = 4
_LEAST_ROOM: Final = 20


def excerpt_lines(excerpt: Excerpt, line: int, width: int) -> Iterator[str]:
    """Yield a source line and its underline, cut to a width in columns; nothing for a blank one."""
    gutter = f"{line:>5} | "
    text, start, end = _cut(excerpt, width - len(gutter))
    if not text.strip():
        return
    before = columns(text[:start])
    mark = "^" * max(columns(text[:end]) - before, 1)
    yield f"{style(gutter, fg='dim')}{as_shown(text)}"
    yield f"{style(' ' * 5 + ' | ', fg='dim')}{' ' * before}{style(mark, fg='red', bold=True)}"


def as_shown(text: str) -> str:
    """Return a line with tabs as blanks and control characters visible."""
    if "\t" not in text:
        return escaped(text)
    parts = []
    column = 0
    for part in text.split("\t"):
        shown = escaped(part)
        column += _width(shown)
        blanks = _TAB - column % _TAB
        column += blanks
        parts.append(shown + " " * blanks)
    return "".join(parts)[:-blanks]  # no tab follows the last part


def columns(text: str) -> int:
    """Return how many columns of a terminal the beginning of a line takes."""
    return _width(as_shown(text))


def _width(text: str) -> int:
    """Return the columns of a text without control characters."""
    if text.isascii():
        return len(text)
    # Most lines are ASCII, and it has large tables.
    from wcwidth import wcswidth

    return wcswidth(text)


def _cut(excerpt: Excerpt, width: int) -> tuple[str, int, int]:
    """Return the line around the marked part, dots where something was left out."""
    text, start, end = excerpt.text, excerpt.start, excerpt.end
    if columns(text) <= width:
        return text, start, end
    room = max(_LEAST_ROOM, width // 2 - 2)  # every character may be a wide one
    begin = max(0, min(start - room // 4, len(text) - room))
    cut = text[begin : begin + room]
    lead = "…" if begin else ""
    tail = "…" if begin + room < len(text) else ""
    shift = len(lead) - begin
    return f"{lead}{cut}{tail}", start + shift, min(end + shift, len(lead) + len(cut))
