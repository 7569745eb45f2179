"""Which lines of two texts differ, and the one way in which that is shown as a unified diff."""

from collections.abc import Hashable, Iterable, Sequence
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
    block = None if autojunk else _only_block(left, right)
    if block is not None:
        return [block]
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=autojunk)
    return [block[1:] for block in matcher.get_opcodes() if block[0] != "equal"]


def _only_block(
    left: Sequence[Hashable], right: Sequence[Hashable]
) -> tuple[int, int, int, int] | None:
    """Return the one block that differs, where `difflib` plainly finds no other; else None.

    That is so for lines that the other text has nowhere, between what both begin and end with: no
    run of equal lines reaches across them, and those two are the longest there are. Where one text
    has nothing in between, its end may run on into its beginning, which then has to be the longer.
    """
    start = _common(left, right)
    size = min(_common(reversed(left), reversed(right)), min(len(left), len(right)) - start)
    end, own_end = len(left) - size, len(right) - size
    if start in {end, own_end} and (size > start or end == own_end):
        return None
    lines, own_lines = set(left[start:end]), set(right[start:own_end])
    if not lines.isdisjoint(right) or not own_lines.isdisjoint(left):
        return None
    return start, end, start, own_end


def _common(left: Iterable[Hashable], right: Iterable[Hashable]) -> int:
    """Return how many lines two texts begin with in common."""
    count = 0
    for line, own in zip(left, right, strict=False):
        if line != own:
            break
        count += 1
    return count


def text_diff(before: str, after: str, before_name: str, after_name: str) -> str:
    """Return a unified diff that `patch` and `git apply` take; empty for equal texts."""
    import difflib

    left, right = split_lines(before), split_lines(after)
    found = difflib.unified_diff(left, right, before_name, after_name)
    return "".join(line if line.endswith("\n") else line + _UNFINISHED for line in found)
