"""How contents merge in a run: text by git, files with a meaning by their entries.

Many repositories of a fleet have the same files, so that what git was asked of them is remembered.
"""

from functools import lru_cache
from typing import Final

from issue_scaffold.git import command as git
from issue_scaffold.sync import structured_files
from issue_scaffold.sync.formatting import is_reformatted
from issue_scaffold.sync.merge import Tools
from issue_scaffold.template.answers_file import same_answers

# So many merges, of texts of so many bytes in all: a process each that isn't started again.
_REMEMBERED: Final = 256
_MOST_BYTES: Final = 65_536


def merge_tools(version: str) -> Tools:
    """Return how contents are merged; conflict markers name the template's version."""
    labels = ("yours", "template, before", f"template {version}")
    return Tools(
        text=lambda base, ours, theirs: _merge_text(base, ours, theirs, labels),
        meaning=structured_files.merge,
        same_answers=same_answers,
        is_reformatted=is_reformatted,
    )


def _merge_text(
    base: bytes, ours: bytes, theirs: bytes, labels: tuple[str, str, str]
) -> tuple[bytes, bool]:
    if len(base) + len(ours) + len(theirs) > _MOST_BYTES:
        return git.merge_text(base, ours, theirs, labels)
    return _remembered_merge(base, ours, theirs, labels)


@lru_cache(maxsize=_REMEMBERED)
def _remembered_merge(
    base: bytes, ours: bytes, theirs: bytes, labels: tuple[str, str, str]
) -> tuple[bytes, bool]:
    return git.merge_text(base, ours, theirs, labels)
