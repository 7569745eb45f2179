"""How every command which writes to a repository says that it can be taken back."""

from pathlib import Path

from issue_scaffold.git.folder import top_level
from issue_scaffold.text.shell_words import quote


def way_back(folder: str | Path) -> str:
    """Return the line on how to take back what was written to a folder."""
    return f"To take it back: {undo_command(folder)}"


def undo_command(folder: str | Path) -> str:
    """Return the command that takes back what was written to a folder, from where the user is."""
    root, here = Path(folder).resolve(), Path.cwd()
    if root == here or _is_found_from(here, root):
        return "scaffold undo"
    if root.is_relative_to(here):
        root = root.relative_to(here)
    return f"scaffold undo {quote(str(root))}"


def _is_found_from(here: Path, root: Path) -> bool:
    """Return whether `scaffold undo` finds a folder above: it looks within a work tree only."""
    top = top_level(here)
    return top is not None and root.is_relative_to(top) and here.is_relative_to(root)
