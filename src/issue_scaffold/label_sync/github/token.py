"""Where the token for GitHub's API comes from: the environment, or `gh`.

A token for github.com is not given to another host unless the user has named that host: a clone's
remote could be anybody's server.
"""

import os

from issue_scaffold.forge.remote import GITHUB_HOST
from issue_scaffold.label_sync.http.errors import AccessError
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.login_program import ask_program, checked_token
from issue_scaffold.text.masking import ENTERPRISE_TOKENS, GITHUB_TOKENS


def find_token(host: str, *, is_named: bool) -> Token:
    """Return the token for a host.

    Raises AccessError if there is none, ScaffoldError for one that can't be sent.

    `is_named` tells that the user named the host, on the command line or by GITHUB_API_URL.
    """
    names = _variables(host, is_named=is_named)
    for name in names:
        secret = os.environ.get(name, "").strip()
        if secret:
            return checked_token(name, secret)
    secret = ask_program(["gh", "auth", "token", "--hostname", host])
    if secret:
        return checked_token("gh auth token", secret)
    login = "gh auth login" if host == GITHUB_HOST else f"gh auth login --hostname {host}"
    raise AccessError(
        f"there is no token for {host}", hint=f"set {' or '.join(names)}, or run: {login}"
    )


def _variables(host: str, *, is_named: bool) -> tuple[str, ...]:
    """Return the variables that may hold a token for a host, the first that counts first."""
    if host == GITHUB_HOST or host.endswith(".ghe.com"):
        return GITHUB_TOKENS
    if is_named:
        return (*ENTERPRISE_TOKENS, *GITHUB_TOKENS)
    return ENTERPRISE_TOKENS
