"""Where an API is, and which addresses that its answers name are still that place.

Pure: nothing is looked up.

The one reader of an address that a server gives (`Location`, `Link`): a request carries a token,
and the token is for one scheme, host and port.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"https": 443, "http": 80}
# Printable ASCII without the blank and the backslash, which browsers and libraries read in
# different ways.
_PLAIN: Final = re.compile(r"[!-\[\]-~]{1,8000}")
_NETLOC: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_DOTS: Final = frozenset({".", ".."})
_SHOWN: Final = 80


class StrayError(ValueError):
    """An address that is not below the API's own; the text is what may be shown of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAddress:
    """The base address of an API.

    `prefix` is the path that all its endpoints begin with, without a last slash.
    """

    scheme: str
    host: str
    port: int
    prefix: str = ""

    @property
    def place(self) -> str:
        """The host, with its port where that isn't the usual one."""
        if self.port == _PORTS[self.scheme]:
            return self.bracketed_host
        return f"{self.bracketed_host}:{self.port}"

    @property
    def bracketed_host(self) -> str:
        """The host as an address has it: an IPv6 address in brackets."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def origin(self) -> str:
        """The address without any path."""
        return f"{self.scheme}://{self.place}"

    def __str__(self) -> str:
        """Return the whole address."""
        return f"{self.origin}{self.prefix}"

    def resolve(self, given: str, *, asked: str) -> str:
        """Return the target that a server's address means, as the answer to the target `asked`.

        A target is a path and a query. Raises StrayError for everything that isn't exactly this
        scheme, host and port, below the prefix. Only whole addresses, absolute paths and queries
        are taken, the forms that GitHub sends
        (https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api).
        """
        if not _PLAIN.fullmatch(given) or given.startswith("//"):
            raise StrayError(shown_place(given))
        own = (self.scheme, self.host, self.port)
        try:
            parts = urlsplit(given)
            is_own = given.startswith(("/", "?")) or _origin(given) == own
        except ValueError as error:
            raise StrayError(shown_place(given)) from error
        if not is_own:
            raise StrayError(shown_place(given))
        path = parts.path
        if given.startswith("?"):
            path = asked.partition("?")[0]
        if not path.startswith(f"{self.prefix}/") or _climbs(path):
            raise StrayError(shown_place(given))
        if parts.query:
            return f"{path}?{parts.query}"
        return path


def parse_api_address(url: str) -> ApiAddress:
    """Return an address that the user gave.

    Raises ValueError that says what is wrong with it, never quoting it.
    """
    if not _PLAIN.fullmatch(url):
        raise ValueError("holds signs that no address has")
    scheme, host, port = _origin(url)
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        raise ValueError("has a query or a fragment")
    return ApiAddress(scheme=scheme, host=host, port=port, prefix=parts.path.rstrip("/"))


def shown_place(given: str) -> str:
    """Return what may be shown of an address that a server gave.

    That is its host, else its beginning, escaped. What stands before an `@`, and a query, may be
    secret.
    """
    text = given.encode("unicode_escape").decode("ascii")
    text = re.split(r"[?#]", text, maxsplit=1)[0]
    lead, slashes, rest = text.partition("//")
    if slashes:
        netloc = re.split(r"[/\\]", rest, maxsplit=1)[0]
        return f"{lead}//{netloc.rpartition('@')[2]}"[:_SHOWN]
    return text.rpartition("@")[2][:_SHOWN]


def _origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a whole address.

    Raises ValueError for any other, and for one with a user.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not url[len(parts.scheme) :].startswith("://"):
        raise ValueError("is no https address")
    if "@" in parts.netloc:
        raise ValueError("holds a user name or a password")
    if not _NETLOC.fullmatch(parts.netloc) or not parts.hostname:
        raise ValueError("names no host")
    port = parts.port
    if port is None:
        port = _PORTS[parts.scheme]
    return parts.scheme, parts.hostname, port


def _climbs(path: str) -> bool:
    """Return whether a path has a step that some server takes for the folder above, or for none."""
    segments = path.lower().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/").split("/")
    return bool(_DOTS & set(segments))
