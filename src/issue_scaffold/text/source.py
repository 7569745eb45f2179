"""The text of one file, and where an offset lies in it.

Knows lines and columns, nothing about their meaning.
"""

from bisect import bisect_right

from issue_scaffold.report.finding import Excerpt
from issue_scaffold.text import lines


class Source:
    """A file's decoded text under the path that findings show.

    `bom` tells of a byte order mark, which is not in `text`.
    """

    def __init__(self, path: str, text: str, *, bom: bool = False) -> None:
        self.path = path
        self.text = text
        self.bom = bom
        self._line_starts: list[int] = []

    @property
    def line_starts(self) -> list[int]:
        """Offsets at which lines begin. A line ends with a line feed, as in every editor."""
        if not self._line_starts:
            self._line_starts = self._find_lines()
        return self._line_starts

    def _find_lines(self) -> list[int]:
        starts = [0]
        find = self.text.find
        at = find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = find("\n", at + 1)
        return starts

    def line_index(self, offset: int) -> int:
        """Return the 0-based line of an offset."""
        return bisect_right(self.line_starts, offset) - 1

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column, in code points, of an offset."""
        index = self.line_index(offset)
        return index + 1, offset - self.line_starts[index] + 1

    def line_start(self, offset: int) -> int:
        """Return where the line of this offset begins."""
        return self.line_starts[self.line_index(offset)]

    def line_end(self, offset: int) -> int:
        """Return where the line of this offset ends, before its line break."""
        return lines.line_end(self.text, offset)

    def next_line(self, offset: int) -> int:
        """Return where the line after this offset's begins, or the end of the text."""
        return lines.next_line(self.text, offset)

    def indent(self, offset: int) -> int:
        """Return how many blanks the line of this offset begins with."""
        start = self.line_start(offset)
        line = self.text[start : self.line_end(start)]
        return len(line) - len(line.lstrip(" "))

    def excerpt(self, start: int, end: int) -> Excerpt:
        """Return the line on which a span begins, and the part of the span that lies on it."""
        begin = self.line_start(start)
        stop = self.line_end(begin)
        first = min(start, stop) - begin
        return Excerpt(
            text=self.text[begin:stop], start=first, end=max(first, min(end, stop) - begin)
        )

    @property
    def newline(self) -> str:
        """The line break that most lines of the file end with."""
        return lines.newline(self.text)
