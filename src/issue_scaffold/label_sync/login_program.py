"""Asking a forge's own command for the token that it keeps, and whether a token can be sent.

Owns starting such a program; which one, and with what, is the business of each forge's customs.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.label_sync.http.token import Token

_SECONDS: Final = 20.0


def ask_program(
    command: Sequence[str], question: str = "", environment: Mapping[str, str] | None = None
) -> str:
    """Return what a program says; nothing if it isn't there, knows none or doesn't answer."""
    try:
        done = subprocess.run(
            command,
            input=question.encode(),
            capture_output=True,
            env=dict(os.environ if environment is None else environment),
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    if done.returncode != 0:
        return ""
    return done.stdout.decode(errors="replace").strip()


def checked_token(source: str, secret: str) -> Token:
    """Return a token that a header can carry. Raises ScaffoldError for any other."""
    # The HTTP library's error would quote the whole header.
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise ScaffoldError(
            f"the token in {source} holds signs that no token has",
            hint="set it again, in one line",
        )
    return Token(source, secret)
