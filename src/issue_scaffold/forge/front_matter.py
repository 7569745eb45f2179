"""A Markdown issue template, seen as its front matter and the rest.

Owns where front matter begins and ends. Source: GitHub's "Manually creating a single issue template for your
repository" and "Configuring issue templates for your repository".
"""

import re
from typing import Final, NamedTuple

TEMPLATE_KEYS: Final = ("name", "about", "title", "labels", "assignees", "type", "projects")
GITEA_TEMPLATE_KEYS: Final = ("ref", "description")


class FrontMatter(NamedTuple):
    """Where the YAML between the `---` lines is. `opening` is the first fence; `late` if it isn't at byte 0.

    `end` is None if the front matter is never closed.
    """

    opening: int
    start: int
    end: int | None
    body: int
    late: bool


def find_front_matter(text: str) -> FrontMatter | None:
    """Return the front matter of a Markdown text, looking a few lines down for one that begins too late."""
    opening = re.compile(r"---[ \t]*\r?\n")
    found = opening.match(text)
    if not found:
        late = re.compile(
            r"^---[ \t]*\r?\n(?=[ \t]*(?:name|about|title|labels|description)[ \t]*:)", re.MULTILINE
        )
        found = late.search(text[:4096])
        if not found:
            return None
    closing = re.compile(r"^---[ \t]*(?:\r?$|\Z)", re.MULTILINE).search(text, found.end())
    if closing is None:
        return FrontMatter(found.start(), found.end(), None, len(text), found.start() > 0)
    body = text.find("\n", closing.end())
    return FrontMatter(
        found.start(),
        found.end(),
        closing.start(),
        len(text) if body < 0 else body + 1,
        found.start() > 0,
    )
