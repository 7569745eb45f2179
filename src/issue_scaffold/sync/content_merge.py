"""How contents merge in a run: text by git, files with a meaning by their entries."""

from issue_scaffold.git import command as git
from issue_scaffold.sync import structured_files
from issue_scaffold.sync.formatting import is_reformatted
from issue_scaffold.sync.merge import Tools
from issue_scaffold.template.answers_file import same_answers


def merge_tools(version: str) -> Tools:
    """Return how contents are merged; conflict markers name the template's version."""
    labels = ("yours", "template, before", f"template {version}")
    return Tools(
        text=lambda base, ours, theirs: git.merge_text(base, ours, theirs, labels),
        meaning=structured_files.merge,
        same_answers=same_answers,
        is_reformatted=is_reformatted,
    )
