"""How the user's machine reaches a host: through which proxy, trusting which certificates.

Both come from the environment and the system, never from an answer. The variables are those of curl
and requests, so that what works for them works here.
"""

import base64
import ipaddress
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.label_sync.http.address import ApiAddress

_BUNDLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
_PROXY_PORTS: Final = {"http": 80, "https": 443}
# Where macOS keeps certificates for programs that come with none of their own.
_MACOS_BUNDLE: Final = Path("/etc/ssl/cert.pem")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy of the user's; `headers` are what it wants with a request."""

    scheme: str
    host: str
    port: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def find_proxy(address: ApiAddress) -> Proxy | None:
    """Return the proxy for a host.

    It is that of `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, or the system's. Raises
    ScaffoldError for one that is no address, or of a kind that isn't known.
    """
    given = _proxy_address(address)
    if given is None:
        return None
    if "://" not in given:
        given = f"http://{given}"
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError as error:
        raise _bad_proxy(address) from error
    if parts.scheme not in _PROXY_PORTS or not parts.hostname:
        raise _bad_proxy(address)
    headers = {}
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return Proxy(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or _PROXY_PORTS[parts.scheme],
        headers=headers,
    )


def _proxy_address(address: ApiAddress) -> str | None:
    """Return what the user or the system gives as the proxy for a host, as it is written."""
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    if proxy_bypass(address.place) or proxy_bypass(address.host):
        return None
    if _is_in(address.host, proxies.get("no", "")):
        return None
    return proxies.get(address.scheme) or proxies.get("all") or None


def _is_in(host: str, networks: str) -> bool:
    """Return whether a host is an IP address in one of `NO_PROXY`'s networks, as in curl."""
    for network in networks.split(","):
        try:
            if ipaddress.ip_address(host) in ipaddress.ip_network(network.strip(), strict=False):
                return True
        except ValueError:
            continue
    return False


def _bad_proxy(address: ApiAddress) -> ScaffoldError:
    return ScaffoldError(
        f"the proxy for {address.place} is no http or https address",
        hint="check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, or add the host to NO_PROXY",
    )


def certificates() -> ssl.SSLContext:
    """Return what decides whether a host is who it says.

    A file that the user names takes the place of the system's. Raises ScaffoldError if a file of
    certificates can't be read.
    """
    named = next((os.environ[name] for name in _BUNDLES if os.environ.get(name)), None)
    system = ssl.get_default_verify_paths()
    has_own = system.cafile is not None or system.capath is not None
    if named is None and not has_own and _MACOS_BUNDLE.is_file():
        named = str(_MACOS_BUNDLE)
    try:
        if named is None:
            context = ssl.create_default_context()
        elif Path(named).is_dir():
            context = ssl.create_default_context(capath=named)
        else:
            context = ssl.create_default_context(cafile=named)
    except OSError as error:
        hint = "check REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and SSL_CERT_FILE"
        raise ScaffoldError("the file of certificates can't be read", hint=hint) from error
    context.set_alpn_protocols(["http/1.1"])
    return context
