"""Where the token for GitHub's API comes from: the environment, or `gh`.

A token for github.com is not given to another host unless the user has named that host: a clone's
remote could be anybody's server.
"""

import os
import subprocess
from typing import Final

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.forge.remote import GITHUB_HOST
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.text.masking import ENTERPRISE_TOKENS, GITHUB_TOKENS

_GH_SECONDS: Final = 20.0


def find_token(host: str, *, is_named: bool) -> Token:
    """Return the token for a host.

    Raises ScaffoldError if there is none, or one that can't be sent.

    `is_named` tells that the user named the host, on the command line or by GITHUB_API_URL.
    """
    names = _variables(host, is_named=is_named)
    for name in names:
        secret = os.environ.get(name, "").strip()
        if secret:
            return _checked(Token(name, secret))
    secret = _ask_gh(host)
    if secret:
        return _checked(Token("gh auth token", secret))
    login = "gh auth login" if host == GITHUB_HOST else f"gh auth login --hostname {host}"
    raise ScaffoldError(
        f"there is no token for {host}", hint=f"set {' or '.join(names)}, or run: {login}"
    )


def _variables(host: str, *, is_named: bool) -> tuple[str, ...]:
    """Return the variables that may hold a token for a host, the first that counts first."""
    if host == GITHUB_HOST or host.endswith(".ghe.com"):
        return GITHUB_TOKENS
    if is_named:
        return (*ENTERPRISE_TOKENS, *GITHUB_TOKENS)
    return ENTERPRISE_TOKENS


def _checked(token: Token) -> Token:
    # A header can't carry other signs, and the HTTP library's error would quote the whole header.
    secret = token.reveal()
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise ScaffoldError(
            f"the token in {token.source} holds signs that no token has",
            hint="set it again, in one line",
        )
    return token


def _ask_gh(host: str) -> str:
    """Return what `gh` has for a host; nothing if it isn't there, knows none or doesn't answer."""
    try:
        done = subprocess.run(
            ["gh", "auth", "token", "--hostname", host],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=_GH_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    if done.returncode != 0:
        return ""
    return done.stdout.decode(errors="replace").strip()
