"""Where the lines of a text begin and end, and which line break it has.

A line ends with a line feed, as in every editor. Offsets are 0-based and count code points.
"""


def newline(text: str) -> str:
    """Return the line break that most lines end with: a line that is put in takes it too."""
    if text.count("\r\n") * 2 > text.count("\n"):
        return "\r\n"
    return "\n"


def split_lines(text: str) -> list[str]:
    """Return the lines of a text, each with its break; unlike `splitlines`, at line feeds only."""
    *whole, rest = text.split("\n")
    rows = [line + "\n" for line in whole]
    if rest:
        return [*rows, rest]
    return rows


def line_start(text: str, at: int) -> int:
    """Return the offset of the first character of the line that holds `at`."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Return where the line that holds `at` ends, before its line break."""
    end = text.find("\n", at)
    if end < 0:
        return len(text)
    if end > at and text[end - 1] == "\r":
        return end - 1
    return end


def next_line(text: str, at: int) -> int:
    """Return where the line after the one that holds `at` begins, or the end of the text."""
    found = text.find("\n", at)
    if found < 0:
        return len(text)
    return found + 1


def column(text: str, at: int) -> int:
    """Return how many characters stand before `at` on its line."""
    return at - line_start(text, at)


def position(text: str, at: int) -> tuple[int, int]:
    """Return the 1-based line and column of an offset."""
    return text.count("\n", 0, at) + 1, column(text, at) + 1
