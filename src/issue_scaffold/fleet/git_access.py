"""How git gets to a repository on a host: with which credentials, and within which limits.

Owns that a token goes to git by its environment alone, as a credential for one host, and only when
that host asks for one: no address, argument or file has it, and a redirect doesn't take it along.
"""

import errno
import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.bounded import read_file
from issue_scaffold.fleet.address import source_of
from issue_scaffold.fleet.remote import RemoteRepository
from issue_scaffold.forge.forges import FORGES, forge_of_api
from issue_scaffold.forge.remote import api_url
from issue_scaffold.git import command as git
from issue_scaffold.git.environment import transport_environment
from issue_scaffold.label_sync.forge_token import hosts_named_by
from issue_scaffold.label_sync.forges import find_token

_TOKEN: Final = "SCAFFOLD_GIT_TOKEN"  # noqa: S105 - a variable's name
_USER: Final = "SCAFFOLD_GIT_USER"
# Git asks its helpers with `get`, and tells them of what was right and wrong afterwards.
_HELPER: Final = (
    '!f() { test "$1" = get && '
    f'printf "username=%s\\npassword=%s\\n" "${_USER}" "${_TOKEN}"; }}; f'
)
# Who the owner of a token is matters to GitLab alone, where it says which kind it is:
# https://docs.gitlab.com/api/oauth2/#access-git-over-https-with-access-token
_USERS: Final = {"gitlab": "oauth2"}
_ANY_USER: Final = "x-access-token"
# Hosts that the environment names as the user's, or the running job's.
_HOST_VARIABLES: Final = frozenset({"GH_HOST", "GITHUB_SERVER_URL"}).union(
    *(forge.tokens.host_variables for forge in FORGES if forge.tokens is not None)
)
# Git's words find no place either where less than this is left.
_LEAST_BYTES: Final = 64 * 1024
_REQUEST: Final = re.compile(rb"Send header: (?:GET|POST) ")


class Credentials:
    """The tokens that one process has found, by host: it asks for each once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None], _Login | None] = {}

    def environment(self, repository: RemoteRepository) -> dict[str, str]:
        """Return what a git is started with that talks to a repository's host.

        Raises UsageError for an address that it mustn't be given.
        """
        source = source_of(repository)
        parts = urlsplit(source.url)
        login = None
        if parts.scheme in {"https", "http"}:
            login = self._login(repository.host, repository.api_url)
        if login is None:
            return transport_environment((source.protocol,))
        helper = (f"credential.{parts.scheme}://{parts.netloc}.helper", _HELPER)
        env = transport_environment((source.protocol,), [helper])
        return env | {_USER: login.user, _TOKEN: login.secret}

    def _login(self, host: str, api: str | None) -> "_Login | None":
        key = (host, api)
        if key not in self._known:
            self._known[key] = _login_for(host.partition(":")[0], api)
        return self._known[key]


class _Login(NamedTuple):
    user: str
    secret: str


def _login_for(host: str, api: str | None) -> _Login | None:
    """Return a token for a host; None where git's own helpers have to know better.

    A list of addresses may be anybody's work. So a host gets one only where the user has named it:
    by an option (then the address of its API is known) or in the environment, or where it is one of
    those that tokens are made for.
    """
    is_named = api is not None or host in hosts_named_by(_HOST_VARIABLES)
    if not is_named and not any(host in forge.hosts for forge in FORGES):
        return None
    url = api or api_url(host)
    try:
        token = find_token(url, host, is_named=is_named)
    except ScaffoldError:
        return None
    return _Login(_USERS.get(forge_of_api(url, host).key, _ANY_USER), token.reveal())


@dataclass(slots=True)
class GitAccess:
    """The way of git to one repository; `until` is by the monotonic clock.

    `requests` counts what its host was asked; `trace` is a path for a file of ours.
    """

    repository: RemoteRepository
    credentials: Credentials
    trace: Path
    until: float
    requests: int = 0

    def talk(self, arguments: list[str], *, max_bytes: int, data: bytes = b"") -> bytes:
        """Let git talk to the host. Raises GitError, and UsageError for an address to refuse."""
        env = self.credentials.environment(self.repository)
        env |= {"GIT_TRACE_CURL": str(self.trace), "GIT_TRACE_CURL_NO_DATA": "1"}
        env["SSH_ASKPASS_REQUIRE"] = "never"  # there is nobody to be asked
        left = max(0.1, self.until - time.monotonic())
        try:
            return git.talk(arguments, env=env, seconds=left, max_bytes=max_bytes, data=data)
        except git.GitError as error:
            if not error.said and _is_full(self.trace.parent):
                error.said = os.strerror(errno.ENOSPC)
            raise
        finally:
            self.requests += self._counted()

    def _counted(self) -> int:
        """Return how many requests git has sent; by ssh there is one connection."""
        try:
            said = read_file(self.trace)
        except ScaffoldError:
            return 1
        self.trace.unlink(missing_ok=True)
        return len(_REQUEST.findall(said))


def _is_full(folder: Path) -> bool:
    """Return whether there is no place left on the disk that a folder is on."""
    try:
        return shutil.disk_usage(folder).free < _LEAST_BYTES
    except OSError:
        return False
