"""Proxies of the user's: real ones on loopback, in front of a real TLS server, with and without TLS of their own."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest
from tests.labels.fake_github import VirtualClock
from tests.labels.lying_server import LyingServer, answer
from tests.labels.test_limits_and_failures import self_signed

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.forges import connect
from issue_scaffold.label_sync.http.address import ApiAddress
from issue_scaffold.label_sync.http.errors import ApiError
from issue_scaffold.label_sync.http.route import find_proxy
from issue_scaffold.label_sync.http.token import Token

CANARY = "ghp_C4n4ry0000000000000000000000000000"
PAGE = b'[{"name": "bug", "color": "d73a4a", "description": null}]'
NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


class Tunnel:
    """A proxy that opens tunnels: keeps the heads of what it was asked, and hands bytes on."""

    def __init__(self, context: ssl.SSLContext | None = None, reply: bytes = b"HTTP/1.1 200 Connected\r\n\r\n") -> None:
        self.heads: list[str] = []
        self._context = context
        self._reply = reply
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        self._threads.append(threading.Thread(target=target, args=arguments, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._open.append(connection)
                self._start(self._serve, connection)

    def _serve(self, raw: socket.socket) -> None:
        with contextlib.suppress(OSError):
            raw.settimeout(10)
            client = self._context.wrap_socket(raw, server_side=True) if self._context else raw
            self._open.append(client)
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(65536)
            self.heads.append(head.decode("latin-1"))
            host, _, port = self.heads[-1].split()[1].rpartition(":")
            client.sendall(self._reply)
            if b" 200 " in self._reply:
                server = socket.create_connection((host, int(port)), timeout=10)
                self._open.append(server)
                self._start(self._pump, server, client)
                self._pump(client, server)

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        for each in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        for each in (self._listening, *self._open):
            each.close()


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    certificate, key = self_signed(tmp_path)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@pytest.fixture
def api(tls: ssl.SSLContext) -> Iterator[LyingServer]:
    """Serve two pages over TLS."""

    def script(request: str) -> list[bytes]:
        return answer(PAGE) if "page=2" in request else answer(PAGE, 'Link: <?page=2>; rel="next"')

    with LyingServer(script, context=tls) as server:
        yield server


def ask(address: str) -> int:
    labels = connect(
        Repository(owner="octo", name="demo"),
        address,
        Token("GH_TOKEN", CANARY),
        on_wait=lambda *_: None,
        clock=VirtualClock(),
    ).labels()
    return len(labels)


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize(
    "form", ["http://{}", "{}", "http://me:pass%40word@{}/", "https://{}", "https://me:pass%40word@{}"]
)
def test_https_goes_through_a_tunnel(
    api: LyingServer, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, variable: str, form: str
) -> None:
    with Tunnel(tls if form.startswith("https") else None) as proxy:
        monkeypatch.setenv(variable, form.format(proxy.place))
        assert ask(api.address) == 2
    assert proxy.heads
    for head in proxy.heads:
        assert head.startswith(f"CONNECT {api.place} HTTP/1.1\r\n")
        # What is for the host is not for the proxy, and the other way round.
        assert CANARY not in head
        assert ("Proxy-Authorization: Basic bWU6cGFzc0B3b3Jk\r\n" in head) == ("pass" in form)
    assert all("Proxy-" not in request and CANARY in request for request in api.requests)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"HTTP/1.1 407 Who\r\n\r\n", "through the proxy, which answers with 407"),
        (b"HTTP/1.1 502 Bad\r\n\r\n", "through the proxy, which answers with 502"),
        (b"\x1b[31m\r\n\r\n", "through the proxy, which answers with nothing of use"),
        (b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "through the proxy"),
        (b"\r\n\r\n", "through the proxy, which answers with nothing of use"),
    ],
)
def test_a_proxy_that_opens_none(api: LyingServer, monkeypatch: pytest.MonkeyPatch, reply: bytes, said: str) -> None:
    with Tunnel(reply=reply) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.place}")
        if not reply:
            proxy.__exit__()
        with pytest.raises(ApiError, match=said) as caught:
            ask(api.address)
    assert caught.value.message.isprintable()
    assert not api.requests


def test_plain_http_is_handed_to_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with LyingServer(lambda _: answer(PAGE)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@{proxy.place}")
        assert ask("http://127.0.0.9:9/api") == 1
    (request,) = proxy.requests
    assert request.startswith("GET http://127.0.0.9:9/api/repos/octo/demo/labels?per_page=100 HTTP/1.1\r\n")
    assert "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n" in request


ADDRESS = ApiAddress(scheme="https", host="10.1.2.3", port=8443)


@pytest.mark.parametrize(
    "without", ["10.1.2.3", "10.1.2.3:8443", "*", "10.0.0.0/8", "x, 10.1.0.0/16", ".x,10.1.2.3/32"]
)
def test_hosts_without_a_proxy(monkeypatch: pytest.MonkeyPatch, without: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert find_proxy(ADDRESS) is not None
    monkeypatch.setenv("NO_PROXY", without)
    assert find_proxy(ADDRESS) is None


@pytest.mark.parametrize("other", ["10.2.0.0/16", "10.1.2.4", "example.com", "2.3.4", "/8", "fe80::/10"])
def test_other_hosts_without_a_proxy_are_others(monkeypatch: pytest.MonkeyPatch, other: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", other)
    assert find_proxy(ADDRESS) is not None


@pytest.mark.parametrize(
    "value", ["socks5://127.0.0.1:1080", "http://", "http://[::1", "http://h:x", "http://h:99999", "ftp://h"]
)
def test_a_proxy_that_is_none_of_these_is_said_without_quoting_it(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(ScaffoldError, match=r"the proxy for 10\.1\.2\.3:8443 is no http or https address"):
        find_proxy(ADDRESS)


def test_a_host_with_another_name_in_its_certificate(api: LyingServer) -> None:
    with pytest.raises(ApiError, match="can't be verified"):
        ask(api.address.replace("127.0.0.1", "localhost"))
    assert not api.requests
