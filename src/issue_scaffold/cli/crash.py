"""The report that an unexpected exception leaves behind, instead of a traceback on the screen.

It holds the traceback, whose messages may quote anything: no values of variables, no environment,
no arguments, and what looks like a credential is masked. What it needs is imported when something
has gone wrong.
"""

import os
import sys

from issue_scaffold import __version__


def keep_crash(error: Exception) -> str:
    """Keep the details of an unexpected exception; return the hint that says where they are."""
    where = write_crash_report(error)
    return f"the details are in {where}; SCAFFOLD_DEBUG=1 shows them here. Please report it."


def write_crash_report(error: Exception) -> str:
    """Write the traceback and the versions to a new temporary file.

    Returns its path, or why there is none.
    """
    import tempfile

    from issue_scaffold.files.scratch import REPORT_LEAD, REPORT_SUFFIX

    try:
        # Without any usable one the current folder, which may be a repository, would be the
        # temporary folder.
        current = os.path.realpath(os.getcwd())  # noqa: PTH109 - in step with tempfile
        if os.path.realpath(tempfile.gettempdir()) == current:
            return "no file (there is no temporary folder)"
        # A name that nobody can guess, made anew, readable by its owner alone.
        with tempfile.NamedTemporaryFile(
            "w",
            prefix=REPORT_LEAD,
            suffix=REPORT_SUFFIX,
            delete=False,
            encoding="utf-8",
            errors="backslashreplace",
        ) as file:
            file.write(crash_text(error))
    except OSError as no_room:
        return f"no file ({no_room.strerror})"
    return file.name


def crash_text(error: Exception) -> str:
    """Return the versions and the traceback, credentials masked."""
    import platform
    import traceback

    from issue_scaffold.text.masking import masked, secrets_of

    text = "".join(
        [
            f"issue-scaffold {__version__}, Python {platform.python_version()}, ",
            f"{platform.platform()}\n",
            f"command: {' '.join(sys.argv[1:2])}\n\n",
            *traceback.format_exception(error),
        ]
    )
    return masked(text, secrets_of(os.environ))
