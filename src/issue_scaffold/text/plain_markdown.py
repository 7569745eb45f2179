"""A text as Markdown in which nothing of it means anything: no link, no mention, no HTML.

Owns what forges make something of without being asked. Pure.
"""

import re
from typing import Final

# What forges make links of: "Autolinks (extension)" of GitHub's Markdown,
# https://github.github.com/gfm/, "Autolinked references and URLs" of
# https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting, and
# https://docs.gitlab.com/user/markdown/#gitlab-specific-references
_LINKED: Final = re.compile(
    r"@|#(?=\d)|\bGH-(?=\d)|\bwww(?=\.)|\b[a-z][a-z0-9+.-]{0,20}:(?=//)"
    r"|[!&$](?=\d)|[~%](?=\w)|\*(?=iteration:)|\[(?=[a-z_]{3,20}:)",
    re.IGNORECASE,
)
_MARKS: Final = "\\*_[]|~#$"


def plain(text: str, *, backticks: bool = True) -> str:
    """Return one line in which nothing is Markdown; unless `backticks`, those may begin code."""
    marks = f"{_MARKS}`" if backticks else _MARKS
    shown = unlinked(text).translate({ord(char): f"\\{char}" for char in marks})
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unlinked(text: str) -> str:
    """Return a text of which nothing becomes a link, a mention or a reference to an issue."""
    return _LINKED.sub(lambda found: f"{found[0]}\u200b", text)


def code_span(text: str) -> str:
    """Return a text as a code span in a table cell, whatever backticks and pipes are in it."""
    flat = " ".join(text.split()).replace("|", "\\|")
    if not flat:
        return ""
    if "`" not in flat:
        return f"`{flat}`"
    marks = "`" * (longest_run(flat) + 1)
    return f"{marks} {flat} {marks}"


def fence_for(text: str) -> str:
    """Return a fence of a code block that nothing in a text ends."""
    return "`" * max(3, longest_run(text) + 1)


def longest_run(text: str) -> int:
    """Return how many backticks stand side by side at most."""
    return max((len(run) for run in re.findall("`+", text)), default=0)
