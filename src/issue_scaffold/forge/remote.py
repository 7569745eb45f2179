"""Which repository on which host an address means, and where that host's API is.

Never keeps credentials.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from issue_scaffold.forge.forges import GITHUB, GITHUB_ENTERPRISE, Forge, forge_of_host
from issue_scaffold.text.late_patterns import late_pattern

GITHUB_HOST: Final = GITHUB.hosts[0]
_SCP: Final = late_pattern(r"(?:[^@/\s]+@)?(?P<host>[^:/\s@]+):(?!//)(?P<path>.+)")
_PART: Final = late_pattern(r"(?!\.{1,2}$)[A-Za-z0-9._-]+")
_GIT_SCHEMES: Final = frozenset({"https", "http", "ssh", "git", "git+ssh", "ssh+git"})
# GitHub answers SSH on port 443 under this name, for networks that let nothing else through.
_ALIASES: Final = {f"ssh.{GITHUB_HOST}": GITHUB_HOST, f"www.{GITHUB_HOST}": GITHUB_HOST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository on a host; the owner of one on GitLab may be several names (`group/sub`)."""

    owner: str
    name: str
    host: str = GITHUB_HOST

    def __str__(self) -> str:
        """Return it as people write it."""
        return f"{self.host}/{self.owner}/{self.name}".removeprefix(f"{GITHUB_HOST}/")


def parse_repository(text: str) -> Repository | None:
    """Return the repository that `OWNER/NAME`, `HOST/OWNER/NAME` or an address means, or None."""
    if "://" in text or _SCP.fullmatch(text):
        return parse_remote(text)
    host, slash, path = text.partition("/")
    if slash and "/" in path:
        return _repository(host, path)
    return _repository(GITHUB_HOST, text)


def names_host(text: str) -> bool:
    """Return whether what `parse_repository` reads names its host too."""
    return "://" in text or _SCP.fullmatch(text) is not None or text.strip("/").count("/") > 1


def ssh_host(url: str) -> str | None:
    """Return the host of a git remote's URL that ssh connects to, None for other URLs.

    It may be an alias in the user's configuration of ssh, and is never taken for an option there.
    """
    if "://" in url:
        address = _split(url)
        host = address.hostname if address and "ssh" in address.scheme else None
    else:
        found = _SCP.fullmatch(url)
        host = found["host"] if found else None
    if not host or len(host) == 1 or not _PART.fullmatch(host) or host.startswith("-"):
        return None
    return host


def parse_remote(url: str) -> Repository | None:
    """Return the repository of a git remote's URL, in any of git's forms; None for other places."""
    if "://" in url:
        address = _split(url)
        if address is None or address.scheme not in _GIT_SCHEMES:
            return None
        return _repository(address.hostname or "", address.path.strip("/"))
    found = _SCP.fullmatch(url)
    if found is None or len(found["host"]) == 1:  # a drive letter
        return None
    return _repository(found["host"], found["path"].strip("/"))


def normal_url(url: str) -> str:
    """Return a URL without what makes no other URL: case of the host, a final `/` and `.git`."""
    bare = url.strip().rstrip("/").removesuffix(".git").rstrip("/")
    scheme, found, rest = bare.partition("://")
    if not found:
        return bare
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}{slash}{path}"


def _split(url: str) -> SplitResult | None:
    """Return the parts of a URL that names a host, else None."""
    try:
        address = urlsplit(url)
        named = address.hostname
    except ValueError:
        return None
    return address if named else None


def _repository(host: str, path: str) -> Repository | None:
    host = canonical_host(host)
    owner, _, name = path.removesuffix(".git").rpartition("/")
    forge = forge_of_host(host)
    owners = owner.split("/")
    if len(owners) > 1 and forge is not None and not forge.nests_owners:
        return None
    if not all(map(_PART.fullmatch, [*owners, name])):
        return None
    return Repository(host=host, owner=owner, name=name)


def canonical_host(host: str) -> str:
    """Return the one name of a host that has several."""
    host = host.lower()
    return _ALIASES.get(host, host)


def api_url(host: str, probable: Forge | None = None) -> str:
    """Return where the API of a host is.

    A host whose forge its name doesn't tell runs the `probable` one, without one GitHub Enterprise
    Server.
    """
    forge = forge_of_host(host) or probable or GITHUB_ENTERPRISE
    if forge is GITHUB and host not in GITHUB.hosts and not host.endswith(GITHUB.hosts[1]):
        forge = GITHUB_ENTERPRISE
    return forge.api.format(host=host)


def api_host(url: str) -> str | None:
    """Return the host whose API an address is, or None if it is no http(s) address."""
    address = _split(url)
    if address is None or address.scheme not in {"https", "http"}:
        return None
    host = address.hostname or ""
    own = host.removeprefix("api.")
    forge = forge_of_host(own)
    if forge and forge.api == GITHUB.api:
        return own
    return host


def is_loopback(url: str) -> bool:
    """Return whether an address stays on this machine."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None
