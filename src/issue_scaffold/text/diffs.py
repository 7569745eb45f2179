"""Which lines of two texts differ, and the one way in which that is shown as a unified diff."""

from collections.abc import Hashable, Sequence
from typing import Final

from issue_scaffold.text.lines import split_lines

_UNFINISHED = "\n\\ No newline at end of file\n"
# How many pairs of lines are looked at one by one, and how many at most.
_EXACT_PAIRS: Final = 4_000_000
_MOST_PAIRS: Final = 400_000_000


def is_compared(left: Sequence[object], right: Sequence[object]) -> bool:
    """Tell whether two texts of so many lines are compared line by line."""
    return len(left) * len(right) <= _MOST_PAIRS


def changed_blocks(
    left: Sequence[Hashable], right: Sequence[Hashable]
) -> list[tuple[int, int, int, int]] | None:
    """Return the blocks of lines that differ: from where to where, left and right.

    None for texts with too many lines to be compared.
    """
    import difflib

    if not is_compared(left, right):
        return None
    # Lines that stand there over and over cost the square of their number, unless passed over.
    autojunk = len(left) * len(right) > _EXACT_PAIRS
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=autojunk)
    return [block[1:] for block in matcher.get_opcodes() if block[0] != "equal"]


def text_diff(before: str, after: str, before_name: str, after_name: str) -> str:
    """Return a unified diff that `patch` and `git apply` take; empty for equal texts."""
    import difflib

    left, right = split_lines(before), split_lines(after)
    found = difflib.unified_diff(left, right, before_name, after_name)
    return "".join(line if line.endswith("\n") else line + _UNFINISHED for line in found)
