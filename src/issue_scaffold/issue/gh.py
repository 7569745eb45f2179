"""Starting `gh`, GitHub's own command, which has a login of its own.

Owns what its exit codes mean. Nothing here knows what is asked of it.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.label_sync.http.json_shapes import MalformedAnswerError, parse_json

_SECONDS: Final = 60.0
# https://cli.github.com/manual/gh_help_exit-codes
_LOGGED_OUT: Final = 4
_LOGIN: Final = "gh auth login"


class GhAnswer(NamedTuple):
    """What came of a request: whether it was done, its JSON (None if it is none), and the error."""

    is_done: bool
    data: Any
    said: str = ""


def has_gh() -> bool:
    """Tell whether `gh` is installed."""
    return shutil.which("gh") is not None


def ask_gh(
    host: str, path: str, *more: str, payload: Mapping[str, Any] | None = None
) -> GhAnswer | None:
    """Send a request to a host's API; None if `gh` can't be started or isn't logged in.

    Raises ScaffoldError if it doesn't end.
    """
    command = ["gh", "api", "--hostname", host, *more, path]
    content = b""
    if payload is not None:
        command += ["--method", "POST", "--input", "-"]
        content = json.dumps(payload).encode()
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, check=False, timeout=_SECONDS
        )
    except OSError:
        return None
    except subprocess.TimeoutExpired as error:
        raise ScaffoldError(
            f"gh has not answered for {_SECONDS:.0f} seconds",
            hint="whether it has done what it was asked isn't known: look before you try again",
        ) from error
    said = " ".join(done.stderr.decode(errors="replace").split())
    if done.returncode == _LOGGED_OUT or (done.returncode != 0 and _LOGIN in said):
        return None
    return GhAnswer(done.returncode == 0, _json(done.stdout), said.removeprefix("gh: "))


def _json(content: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return parse_json(content)
    except MalformedAnswerError:
        return None
