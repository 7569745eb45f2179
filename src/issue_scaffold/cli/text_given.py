"""A text that somebody gives a command: in a file, or on standard input.

Owns that it has an end, and is UTF-8. What it means is the command's business.
"""

import sys
from typing import Final

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.bounded import read_file

STDIN: Final = "-"


def read_text(source: str, *, most: int, failure: type[ScaffoldError] = ScaffoldError) -> str:
    """Return the text of a file, or of standard input; a byte order mark stays.

    Raises `failure` for what is no text, or has more bytes than `most`; ScaffoldError for a file
    that can't be read.
    """
    shown, content = source, b""
    if source != STDIN:
        content = read_file(source, limit=most)
    else:
        shown = shown_source(source)
        if sys.stdin is not None:
            content = sys.stdin.buffer.read(most + 1)
    if len(content) > most:
        raise failure(f"{shown} is larger than {most // 1024:,} KiB", hint="give less")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise failure(
            f"{shown} is not UTF-8: byte 0x{content[error.start]:02x} in line {line}",
            hint="save it as UTF-8",
        ) from error


def shown_source(source: str) -> str:
    """Return what messages call a source."""
    return {STDIN: "standard input"}.get(source, source)
