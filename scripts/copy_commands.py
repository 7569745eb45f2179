"""A hook of MkDocs: the copy button of a console block copies what a person types, not prompts or output.

The theme copies what the attribute `data-copy` says, where a block has one, instead of all that it shows.
"""

import re
from collections.abc import Sequence
from html import escape, unescape
from typing import Final

PROMPT: Final = "$ "
_BLOCK: Final = re.compile(r'<div class="highlight">(?=<pre>(?P<code>.*?)</pre>)', re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")


def typed(lines: Sequence[str]) -> list[str]:
    r"""Return the lines of a console block that are typed, without prompts; one that ends in `\` goes on."""
    found = []
    goes_on = False
    for line in lines:
        if goes_on or line.startswith(PROMPT):
            found.append(line if goes_on else line.removeprefix(PROMPT))
            goes_on = line.endswith("\\")
    return found


def on_page_content(html: str, **_: object) -> str:
    """Return a page's HTML where each console block says what is copied of it."""
    return _BLOCK.sub(_with_copy, html)


def _with_copy(block: re.Match[str]) -> str:
    text = unescape(_TAG.sub("", block["code"]))
    commands = typed(text.splitlines())
    if not text.startswith(PROMPT):
        return block[0]
    copied = escape("\n".join(commands)).replace("\n", "&#10;")
    return f'<div class="highlight" data-copy="{copied}">'
