"""The one way in which two texts are shown as a unified diff."""

from issue_scaffold.text.lines import split_lines

_UNFINISHED = "\n\\ No newline at end of file\n"


def text_diff(before: str, after: str, before_name: str, after_name: str) -> str:
    """Return a unified diff that `patch` and `git apply` take; empty for equal texts."""
    import difflib

    left, right = split_lines(before), split_lines(after)
    found = difflib.unified_diff(left, right, before_name, after_name)
    return "".join(line if line.endswith("\n") else line + _UNFINISHED for line in found)
