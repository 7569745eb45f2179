"""Bytes to and from one host, bounded as a whole in time and in number.

Owns sockets: connecting, TLS, the user's proxy. Every step counts against the budget of the
exchange that it is a part of, so that nothing ends later for coming slowly. What the bytes mean is
`exchange`'s.
"""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.label_sync.http.address import ApiAddress
from issue_scaffold.label_sync.http.route import Proxy

_IDLE_SECONDS: Final = 20.0
_BLOCK: Final = 64 * 1024
_OK: Final = b"200"
_END_OF_HEAD: Final = b"\r\n\r\n"

Got = TypeVar("Got")


class LostError(Exception):
    """No whole answer came, in a way that another attempt may mend; the text says what happened."""


class ExchangeError(ScaffoldError):
    """The answer is one that nobody should wait for or read; another would be no better."""


class Budget:
    """What an exchange may still use up: the time to its end, and the bytes that may come."""

    def __init__(self, host: str, *, seconds: float, size: int) -> None:
        self.host = host
        self.bytes_left = size
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def wait(self) -> float:
        """Return how long the next step may take. Raises ExchangeError when the time is up."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise ExchangeError(
                f"{self.host} gives no whole answer within {self.seconds:.0f} seconds",
                hint="try again later",
            )
        return min(left, _IDLE_SECONDS)

    def take(self, size: int) -> None:
        """Count bytes that came. Raises ExchangeError when they are too many."""
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise too_large(self.host)


class ByteStream(Protocol):
    """Bytes in both directions."""

    def receive(self, size: int) -> bytes:
        """Return some bytes; none at the end."""

    def send(self, data: bytes) -> None:
        """Send all of these."""


class Wire:
    """A connected socket; every step on it counts against the budget of the present exchange."""

    def __init__(self, connected: socket.socket, budget: Budget) -> None:
        self._socket = connected
        self.budget = budget

    def receive(self, size: int) -> bytes:
        """Return some bytes; none at the end.

        Raises OSError, or ExchangeError when they are too many or too late.
        """
        self._socket.settimeout(self.budget.wait())
        data = self._socket.recv(size)
        self.budget.take(len(data))
        return data

    def send(self, data: bytes) -> None:
        """Send all of these. Raises OSError, or ExchangeError when there is no time left."""
        # The time is for all of the data:
        # https://docs.python.org/3/library/socket.html#socket.socket.sendall
        self._socket.settimeout(self.budget.wait())
        self._socket.sendall(data)

    def is_quiet(self) -> bool:
        """Return whether nothing has come unasked, not even the end of the connection."""
        self._socket.settimeout(0)
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def close(self) -> None:
        """Close the socket."""
        with contextlib.suppress(OSError):
            self._socket.close()


class Tls:
    """TLS on any stream, so that it goes through a proxy that is reached by TLS itself.

    The certificate is verified.
    """

    def __init__(self, below: ByteStream, context: ssl.SSLContext, host: str) -> None:
        self._below = below
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._do(self._tls.do_handshake)

    def receive(self, size: int) -> bytes:
        """Return some bytes, decrypted; none at the end."""
        try:
            return self._do(lambda: self._tls.read(size))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def send(self, data: bytes) -> None:
        """Encrypt these and send them."""
        self._do(lambda: self._tls.write(data))

    def _do(self, step: Callable[[], Got]) -> Got:
        while True:
            try:
                got = step()
            except ssl.SSLWantReadError:
                self._flush()
                data = self._below.receive(_BLOCK)
                if data:
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
            else:
                self._flush()
                return got

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._below.send(self._outgoing.read())


def too_large(host: str) -> ExchangeError:
    """Return the error for an answer that is too large to be one."""
    return ExchangeError(
        f"{host} answers with more than any list needs", hint="check --api-url and HTTPS_PROXY"
    )


def dial_proxy(proxy: Proxy, budget: Budget) -> socket.socket:
    """Return a socket that is connected to a proxy. Raises LostError."""
    try:
        return dial(proxy.host, proxy.port, budget)
    except OSError as error:
        raise LostError("can't be reached through the proxy") from error


def dial(host: str, port: int, budget: Budget) -> socket.socket:
    """Return a socket connected to the first address of a host that takes it. Raises OSError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError("no name of a host") from error
    failure = OSError("no address")
    for number, (family, kind, protocol, _, place) in enumerate(found):
        dialled = socket.socket(family, kind, protocol)
        try:
            # So that one address that doesn't answer leaves time for the others.
            dialled.settimeout(budget.wait() / (len(found) - number))
            dialled.connect(place)
            dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            dialled.close()
            failure = error
        except BaseException:
            dialled.close()
            raise
        else:
            return dialled
    raise failure


def open_tunnel(
    wire: Wire, proxy: Proxy, address: ApiAddress, context: ssl.SSLContext | None
) -> ByteStream:
    """Return the stream to a host behind a proxy: for https a tunnel, else the proxy itself."""
    stream: ByteStream = wire
    if proxy.scheme == "https" and context is not None:
        stream = Tls(stream, context, proxy.host)
    if address.scheme == "http":
        return stream
    place = f"{address.bracketed_host}:{address.port}"
    request = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    request += [f"{name}: {value}" for name, value in proxy.headers.items()]
    stream.send(("\r\n".join(request) + "\r\n\r\n").encode("latin-1"))
    answer = _head(stream)
    # The host speaks only when it is spoken to: what follows the proxy's answer can't be the
    # host's.
    words = answer.split(b"\r\n", 1)[0].split()
    if not answer.endswith(_END_OF_HEAD) or words[1:2] != [_OK]:
        status = "nothing of use"
        if len(words) > 1 and words[1].isdigit():
            status = words[1][:3].decode("ascii")
        raise LostError(f"can't be reached through the proxy, which answers with {status}")
    return stream


def _head(stream: ByteStream) -> bytes:
    """Return what a proxy answers, up to the end of its headers at least. Raises LostError."""
    received = b""
    while _END_OF_HEAD not in received:
        data = stream.receive(_BLOCK)
        if not data:
            raise LostError("can't be reached through the proxy")
        received += data
    return received
