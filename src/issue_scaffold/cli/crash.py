"""The report that an unexpected exception leaves behind, instead of a traceback on the screen."""

import platform
import sys
import tempfile
import traceback

from issue_scaffold import __version__


def write_crash_report(error: Exception) -> str:
    """Write the traceback and the versions to a new temporary file; return its path, or why there is none."""
    text = "".join(
        [
            f"issue-scaffold {__version__}, Python {platform.python_version()}, {platform.platform()}\n",
            f"command: {' '.join(sys.argv[1:2])}\n\n",
            *traceback.format_exception(error),
        ]
    )
    try:
        with tempfile.NamedTemporaryFile("w", prefix="scaffold-report-", suffix=".txt", delete=False) as file:
            file.write(text)
    except OSError as no_room:
        return f"no file ({no_room.strerror})"
    return file.name
