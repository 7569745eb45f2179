"""Write `text/emoji.py`: the characters with Unicode's Emoji property outside ASCII, as ranges.

Usage: `pip install regex`, then `python scripts/update_emoji.py`. Python's own `unicodedata` doesn't know the property.
"""

from pathlib import Path

import regex

WIDTH = 100
TARGET = Path(__file__).parent.parent / "src/issue_scaffold/text/emoji.py"
HEAD = '''"""Which characters are emoji, by Unicode's Emoji property; tables by scripts/update_emoji.py."""

from bisect import bisect_right
from typing import Final

# Where runs of such characters begin and end, in turns: a place of odd rank is inside one.
# fmt: off
'''
TAIL = '''

def is_emoji(char: str) -> bool:
    """Tell whether a character is an emoji, a part of a flag or a skin tone.

    Digits and `#` don't count.
    """
    return bisect_right(EMOJI, ord(char)) % 2 == 1


def is_colourful(char: str) -> bool:
    """Tell whether an emoji is shown in colour without a variation selector behind it."""
    return bisect_right(PRESENTATION, ord(char)) % 2 == 1
'''


def ranges(name: str) -> list[int]:
    """Return the bounds of the runs of characters with a property; `end` exclusive, so that bisecting is enough."""
    has = regex.compile(rf"\p{{{name}}}")
    bounds: list[int] = []
    before = False
    for code in range(0x80, 0x1FFFF):
        now = bool(has.match(chr(code)))
        if now != before:
            bounds.append(code)
        before = now
    return bounds


def table(name: str, bounds: list[int]) -> str:
    """Return a table as source."""
    rows, row = [], "   "
    for bound in bounds:
        word = f" 0x{bound:X},"
        if len(row) + len(word) > WIDTH:
            rows.append(row)
            row = "   "
        row += word
    return f"{name}: Final = (\n" + "\n".join([*rows, row]) + "\n)\n"


if __name__ == "__main__":
    tables = table("EMOJI", ranges("Emoji")) + table("PRESENTATION", ranges("Emoji_Presentation"))
    TARGET.write_text(HEAD + tables + "# fmt: on\n" + TAIL, encoding="utf-8")
