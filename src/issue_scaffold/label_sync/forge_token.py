"""Where the token for a forge's API comes from: the environment, or the forge's own command.

The table is `forge.forges`; GitHub's customs are `github.token`'s. A token goes to no host that the
user hasn't named: a clone's remote could be anybody's server.
"""

import os
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from issue_scaffold.forge.forges import Forge, TokenCustoms
from issue_scaffold.label_sync.http.errors import AccessError
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.login_program import ask_program, checked_token


def find_forge_token(forge: Forge, customs: TokenCustoms, host: str, *, is_named: bool) -> Token:
    """Return the token for a host.

    Raises AccessError if there is none, ScaffoldError for one that can't be sent. `is_named` tells
    that the user named the host, on the command line.
    """
    job_host = host in hosts_named_by(customs.host_variables)
    names: tuple[str, ...] = ()
    if is_named or job_host or host in forge.hosts:
        names = customs.variables
    if is_named or job_host:
        names += customs.other_variables
    if job_host:
        names += customs.job_variables
    for name in names:
        secret = os.environ.get(name, "").strip()
        if secret:
            return checked_token(name, secret)
    secret = _PROGRAMS[customs.program](host, customs)
    if secret:
        return checked_token(customs.program, secret)
    raise AccessError(f"there is no token for {host}", hint=_hint(customs, host, names))


def hosts_named_by(variables: Iterable[str]) -> set[str]:
    """Return the hosts that the environment names as the user's or the running job's."""
    found = set()
    for name in variables:
        given = os.environ.get(name, "").strip()
        address = given if "://" in given else f"//{given}"
        try:
            found.add(urlsplit(address).hostname or "")
        except ValueError:
            continue
    return found - {""}


def _hint(customs: TokenCustoms, host: str, names: tuple[str, ...]) -> str:
    variable = customs.variables[0]
    login = _LOGINS[customs.program].format(host=host)
    if customs.useless is not None and os.environ.get(customs.useless):
        return (
            f"{customs.useless} can't ask for labels: put a project access token with the scope "
            f"{customs.scope} into the variable {variable}"
        )
    if not names:
        return (
            f"{variable} goes to a host that you name only: set {customs.host_variables[0]} to "
            f"{host}, or give --repo {host}/OWNER/NAME; or run: {login}"
        )
    return f"set {variable} to a token with {customs.scope}, or run: {login}"


def _ask_glab(host: str, customs: TokenCustoms) -> str:
    """Return what `glab` keeps for a host: https://docs.gitlab.com/cli/config/."""
    # It would answer with what these hold, whichever host is asked for.
    environment = {
        name: value for name, value in os.environ.items() if name not in customs.variables
    }
    return ask_program(["glab", "config", "get", "token", "--host", host], environment=environment)


def _ask_tea(host: str, customs: TokenCustoms) -> str:  # noqa: ARG001 - as the others
    """Return what `tea` keeps for a host, which it tells as git's credential helpers do."""
    question = f"protocol=https\nhost={host}\n\n"
    for line in ask_program(["tea", "login", "helper", "get"], question).splitlines():
        key, _, value = line.partition("=")
        if key == "password":
            return value.strip()
    return ""


_PROGRAMS: Final = {"glab": _ask_glab, "tea": _ask_tea}
_LOGINS: Final = {
    "glab": "glab auth login --hostname {host}",
    "tea": "tea login add --url https://{host}",
}
