"""Which repository on which host an address means, and where that host's API is.

Never keeps credentials.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from issue_scaffold.errors import UsageError
from issue_scaffold.forge.forges import GITHUB, GITHUB_ENTERPRISE, forge_of_host

GITHUB_HOST: Final = GITHUB.hosts[0]
_SCP: Final = re.compile(r"(?:[^@/\s]+@)?(?P<host>[^:/\s@]+):(?!//)(?P<path>.+)")
_PART: Final = re.compile(r"[A-Za-z0-9._-]+")
# GitHub answers SSH on port 443 under this name, for networks that let nothing else through.
_ALIASES: Final = {"ssh.github.com": GITHUB_HOST, "www.github.com": GITHUB_HOST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository on a host of GitHub's kind."""

    owner: str
    name: str
    host: str = GITHUB_HOST

    def __str__(self) -> str:
        """Return it as people write it."""
        lead = "" if self.host == GITHUB_HOST else f"{self.host}/"
        return f"{lead}{self.owner}/{self.name}"


def parse_repository(text: str) -> Repository | None:
    """Return the repository that `OWNER/NAME`, `HOST/OWNER/NAME` or an address means, or None."""
    if "://" in text or _SCP.fullmatch(text):
        return parse_remote(text)
    parts = text.split("/")
    if len(parts) == 3:  # noqa: PLR2004 - host, owner, name
        return _repository(parts[0], parts[1:])
    return _repository(GITHUB_HOST, parts)


def parse_remote(url: str) -> Repository | None:
    """Return the repository of a git remote's URL, in any of git's forms; None for other places."""
    if "://" in url:
        try:
            address = urlsplit(url)
            host = address.hostname
        except ValueError:
            return None
        if address.scheme not in {"https", "http", "ssh", "git", "git+ssh", "ssh+git"} or not host:
            return None
        return _repository(host, address.path.strip("/").split("/"))
    found = _SCP.fullmatch(url)
    if found is None or len(found["host"]) == 1:  # a drive letter
        return None
    return _repository(found["host"], found["path"].strip("/").split("/"))


def _repository(host: str, parts: list[str]) -> Repository | None:
    if len(parts) != 2:  # noqa: PLR2004 - owner, name
        return None
    owner, name = parts[0], parts[1].removesuffix(".git")
    valid = all(_PART.fullmatch(part) and part not in {".", ".."} for part in (owner, name))
    host = host.lower()
    return Repository(host=_ALIASES.get(host, host), owner=owner, name=name) if valid else None


def api_url(host: str) -> str:
    """Return where the API of a host is.

    Raises UsageError for a forge that labels can't be synchronised with; an unknown host is taken
    for a GitHub Enterprise Server.
    """
    forge = forge_of_host(host) or GITHUB_ENTERPRISE
    if forge.api is None:
        raise UsageError(
            f"{host} runs {forge.title}, whose labels can't be synchronised",
            hint="if it has an API of GitHub's kind, name that: --api-url URL",
        )
    return forge.api.format(host=host)


def api_host(url: str) -> str | None:
    """Return the host whose API an address is, or None if it is no http(s) address."""
    try:
        address = urlsplit(url)
        host = address.hostname
    except ValueError:
        return None
    if address.scheme not in {"https", "http"} or not host:
        return None
    return host.removeprefix("api.") if host.endswith((".ghe.com", f".{GITHUB_HOST}")) else host


def is_loopback(url: str) -> bool:
    """Return whether an address stays on this machine."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None
