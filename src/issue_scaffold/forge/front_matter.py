"""A Markdown issue template, seen as its front matter and the rest.

Owns where front matter begins and ends. Source: GitHub's "Manually creating a single issue template
for your repository" and "Configuring issue templates for your repository".
"""

import re
from typing import NamedTuple

_LATE = r"^---[ \t]*\r?\n(?=[ \t]*(?:name|about|title|labels|description)[ \t]*:)"
_FAR = 4096


class FrontMatter(NamedTuple):
    """Where the YAML between the `---` lines is, and the `body` behind them.

    `opening` is the first fence; `late` if it isn't at byte 0. `end` is None if the front matter is
    never closed.
    """

    opening: int
    start: int
    end: int | None
    body: int
    late: bool


def find_front_matter(text: str) -> FrontMatter | None:
    """Return the front matter of a Markdown text, also one that begins a few lines too late."""
    found = re.match(r"---[ \t]*\r?\n", text)
    if found is None:
        found = re.search(_LATE, text[:_FAR], re.MULTILINE)
    if found is None:
        return None
    late = found.start() > 0
    closing = re.compile(r"^---[ \t]*(?:\r?$|\Z)", re.MULTILINE).search(text, found.end())
    if closing is None:
        return FrontMatter(found.start(), found.end(), None, len(text), late)
    body = text.find("\n", closing.end()) + 1
    return FrontMatter(found.start(), found.end(), closing.start(), body or len(text), late)
