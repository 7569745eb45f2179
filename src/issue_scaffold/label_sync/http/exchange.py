"""One HTTP exchange with one host, bounded as a whole: in time, in bytes packed or not, in headers.

Owns http.client. It follows no redirect, keeps no cookie, reads no netrc and asks no other host but
the user's proxy, so that a request's headers go where the caller says and nowhere else. Which
proxy, and which certificates: `route`; how the bytes go: `byte_streams`.
"""

import http.client
import io
import ssl
import weakref
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from issue_scaffold.label_sync.http.address import ApiAddress
from issue_scaffold.label_sync.http.byte_streams import (
    Budget,
    ByteStream,
    ExchangeError,
    LostError,
    Tls,
    Wire,
    dial,
    dial_proxy,
    open_tunnel,
    too_large,
)
from issue_scaffold.label_sync.http.route import Proxy, certificates, find_proxy

_HEADER_BYTES: Final = 256 * 1024
_BODY_BYTES: Final = 32 * 1024 * 1024
_BLOCK: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A whole answer. The names of headers are in lower case; the body is decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Incoming(io.RawIOBase):
    """A stream as the file that http.client reads."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - a writable buffer
        data = self._stream.receive(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Channel:
    """A stream as the socket that http.client asks for.

    It is closed by who opened it, not by http.client.
    """

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._stream), _BLOCK)

    def sendall(self, data: bytes) -> None:
        self._stream.send(data)

    def close(self) -> None:
        """Do nothing."""


class Connection:
    """The way to one host, kept open between exchanges where the host lets it.

    Not for several threads.
    """

    def __init__(self, address: ApiAddress) -> None:
        self._address = address
        self._wire: Wire | None = None
        self._stream: ByteStream | None = None
        self._proxy: Proxy | None = None
        # Nobody has to close a connection: it is closed when it is forgotten, or the process ends.
        self._closing: weakref.finalize[[], Connection] | None = None

    def close(self) -> None:
        """Close what is open."""
        if self._closing is not None:
            self._closing()
        self._wire = self._stream = self._closing = None

    def exchange(
        self,
        verb: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        seconds: float,
    ) -> Received:
        """Send a request and return its whole answer, within so many seconds.

        Raises LostError for what may pass, ExchangeError for what won't.
        """
        budget = Budget(self._address.place, seconds=seconds, size=_HEADER_BYTES)
        is_whole = False
        try:
            received, is_whole = self._exchange(verb, target, headers, body, budget)
        except ssl.SSLCertVerificationError as error:
            raise ExchangeError(
                f"the certificate of {budget.host} can't be verified",
                hint="if a proxy has its own certificates, name their file: "
                "REQUESTS_CA_BUNDLE or SSL_CERT_FILE",
            ) from error
        except TimeoutError as error:
            budget.wait()
            raise LostError("gives no answer") from error
        except http.client.LineTooLong as error:
            raise too_large(budget.host) from error
        except (OSError, ValueError, http.client.HTTPException, zlib.error) as error:
            if self._wire is None:
                raise LostError("can't be reached") from error
            raise LostError(_what_broke(error)) from error
        finally:
            if not is_whole:
                self.close()
        return received

    def _exchange(
        self, verb: str, target: str, headers: Mapping[str, str], body: bytes | None, budget: Budget
    ) -> tuple[Received, bool]:
        """Return the answer, and whether another exchange may follow on the same connection."""
        stream = self._opened(budget)
        client = http.client.HTTPConnection(self._address.host, self._address.port)
        client.auto_open = 0
        client.sock = _Channel(stream)
        fixed = {"Host": self._address.place, "Accept-Encoding": "gzip"}
        if self._proxy is not None and self._address.scheme == "http":
            target = f"{self._address.origin}{target}"
            fixed |= self._proxy.headers
        client.request(verb, target, body=body, headers={**headers, **fixed})
        response = client.getresponse()
        with response:
            budget.bytes_left = _BODY_BYTES
            content = _read(response, budget)
            found = {name.lower(): _joined(response.headers, name) for name in response.headers}
            received = Received(status=response.status, headers=found, body=content)
        return received, not response.will_close

    def _opened(self, budget: Budget) -> ByteStream:
        """Return the stream to the host, the one that is open if it still is."""
        if self._wire is not None and self._stream is not None and self._wire.is_quiet():
            self._wire.budget = budget
            return self._stream
        self.close()
        address = self._address
        self._proxy = find_proxy(address)
        context = None
        stream: ByteStream
        if address.scheme == "https" or (self._proxy is not None and self._proxy.scheme == "https"):
            context = certificates()
        self._wire = stream = Wire(self._dialled(budget), budget)
        self._closing = weakref.finalize(self, self._wire.close)
        if self._proxy is not None:
            stream = open_tunnel(self._wire, self._proxy, address, context)
        if context is not None and address.scheme == "https":
            stream = Tls(stream, context, address.host)
        self._stream = stream
        return stream

    def _dialled(self, budget: Budget) -> Any:  # noqa: ANN401 - a socket, which byte_streams owns
        if self._proxy is not None:
            return dial_proxy(self._proxy, budget)
        return dial(self._address.host, self._address.port, budget)


def _what_broke(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "can't be reached by TLS"
    if isinstance(error, OSError):
        return "closes the connection without an answer"
    return "gives a broken answer"


def _read(response: http.client.HTTPResponse, budget: Budget) -> bytes:
    """Return a body, decompressed.

    Raises ExchangeError if it is too large, or packed in a way not asked for.
    """
    coding = _joined(response.headers, "content-encoding").strip().lower()
    if coding not in {"", "identity", "gzip"}:
        raise ExchangeError(f"{budget.host} answers in an encoding that was not asked for")
    read = _unpacked if coding == "gzip" else _plain
    body = read(response, budget)
    if response.length:
        raise http.client.IncompleteRead(b"")
    return body


def _plain(response: http.client.HTTPResponse, budget: Budget) -> bytes:
    body = bytearray()
    while block := response.read(_BLOCK):
        body += block
        if len(body) > _BODY_BYTES:
            raise too_large(budget.host)
    return bytes(body)


def _unpacked(response: http.client.HTTPResponse, budget: Budget) -> bytes:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    body = bytearray()
    while block := response.read(_BLOCK):
        if unpacker.eof:
            raise zlib.error("something follows")
        body += unpacker.decompress(block, _BODY_BYTES + 1 - len(body))
        if len(body) > _BODY_BYTES:
            raise too_large(budget.host)
    if body and not unpacker.eof:
        raise http.client.IncompleteRead(b"")
    return bytes(body)


def _joined(headers: http.client.HTTPMessage, name: str) -> str:
    return ", ".join(str(value) for value in headers.get_all(name) or ())
