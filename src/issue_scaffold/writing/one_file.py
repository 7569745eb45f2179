"""Writing one file that a user named for a command's output, whole or not at all.

Most runs write none: what it takes is loaded when it is needed.
"""

from pathlib import Path

from issue_scaffold.errors import ScaffoldError, reason_of


def write_file(path: Path, text: str) -> None:
    """Write a text as UTF-8 in the place of what a file had.

    Raises ScaffoldError if it can't be written.
    """
    from issue_scaffold.writing import files as text_files

    text_files.replace_file(path, text.encode())


def settle_file(path: Path) -> bool:
    """Finish the writing of a file that an interrupted run began; return whether it had.

    Raises ScaffoldError.
    """
    from issue_scaffold.writing import files as text_files

    return text_files.settle_file(path)


def append_text(path: Path, text: str) -> None:
    """Append a text to a file that others write to as well. Raises ScaffoldError if it can't be."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ScaffoldError(f"{path} can't be written: {reason_of(error)}") from None
