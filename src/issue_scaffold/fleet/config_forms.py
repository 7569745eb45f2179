"""What texts of `fleet.yml` must look like: the readers of the options of the same names.

Owns no form itself: whose a form is, reads it here as it does on the command line.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from issue_scaffold.errors import UsageError
from issue_scaffold.fleet.conditions import parse_condition
from issue_scaffold.fleet.run import parse_bytes, parse_duration, parse_max_failures


def _pattern(text: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise UsageError(f"this is no regular expression: {error}") from None


def _window(text: str) -> None:
    from issue_scaffold.fleet.window import parse_window

    parse_window(text)


def _author(text: str) -> None:
    from issue_scaffold.git.remote_branch import parse_author

    parse_author(text)


def _branch(text: str) -> None:
    from issue_scaffold.git.remote_branch import parse_branch

    parse_branch(text)


def _source(text: str) -> None:
    from issue_scaffold.template.source_text import parse_source

    parse_source(text, relative_to=Path())


# By the key's name; each raises UsageError for a text that means nothing.
FORMS: Final[Mapping[str, Callable[[str], Any]]] = {
    "match": _pattern,
    "exclude": _pattern,
    "where": parse_condition,
    "timeout": parse_duration,
    "memory": parse_bytes,
    "max_failures": parse_max_failures,
    "until": parse_duration,
    "window": _window,
    "author": _author,
    "branch": _branch,
    "source": _source,
}
