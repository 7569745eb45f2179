"""Which lines of two texts differ: as `difflib` has it, whichever way that is found out."""

import difflib

from hypothesis import given, settings
from hypothesis import strategies as st

from issue_scaffold.text.diffs import changed_blocks

LINES = st.lists(st.sampled_from("aaabc"), max_size=9)


@given(LINES, LINES, LINES, LINES, LINES)
@settings(deadline=None, max_examples=500)
def test_changed_blocks_are_those_of_difflib(
    before: list[str], left: list[str], right: list[str], after: list[str], own: list[str]
) -> None:
    """Edits in the middle, some of whose lines the text has elsewhere, and some whose it hasn't."""
    marked = [line.upper() for line in own]
    for one, other in [(left, right), (left, [*marked, *right]), ([], own), ([], marked), (own[:1], marked)]:
        for pair in [(one, other), (other, one)]:
            ours, theirs = ([*before, *middle, *after] for middle in pair)
            found = difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
            assert changed_blocks(ours, theirs) == [code[1:] for code in found if code[0] != "equal"]
