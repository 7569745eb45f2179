"""A server that says whatever a test wants, byte by byte, and keeps what it was sent."""

import contextlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import Self

Script = Callable[[str], "Iterable[bytes | float]"]


def answer(body: bytes = b"[]", *headers: str, status: str = "200 OK", length: int | None = None) -> list[bytes]:
    """Return an answer as a server sends it."""
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {size}", *headers, "", ""]
    return ["\r\n".join(lines).encode("latin-1"), body]


class LyingServer:
    """Listens on a loopback address. `script` gives what is sent for a request: bytes, and seconds to wait between."""

    def __init__(
        self, script: Script, *, host: str = "127.0.0.1", context: ssl.SSLContext | None = None, seconds: float = 20
    ) -> None:
        self.script = script
        self.requests: list[str] = []
        self._end = time.monotonic() + seconds
        self._context = context
        self._listening = socket.create_server((host, 0))
        self._closed = threading.Event()
        self.place = f"{host}:{self._listening.getsockname()[1]}"
        self.address = f"{'https' if context else 'http'}://{self.place}"
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(connection)
            self._threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _serve(self, raw: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.closing(raw):
            raw.settimeout(20)
            connection = self._context.wrap_socket(raw, server_side=True) if self._context else raw
            with contextlib.closing(connection):
                while request := self._request(connection):
                    self.requests.append(request)
                    for piece in self.script(request):
                        if isinstance(piece, bytes):
                            connection.sendall(piece)
                        elif self._closed.wait(piece) or time.monotonic() > self._end:
                            return

    def hang_up(self) -> None:
        """Close every connection that is open, when what was sent has arrived."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _request(connection: socket.socket) -> str:
        """Return a request's head, its body having been read too."""
        got = b""
        while b"\r\n\r\n" not in got:
            data = connection.recv(65536)
            if not data:
                return ""
            got += data
        head, _, body = got.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\ncontent-length: *(\d+)", head)
        left = (int(length[1]) if length else 0) - len(body)
        while left > 0:
            left -= len(connection.recv(left)) or left
        return f"{head.decode('latin-1')}\r\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.hang_up()
        for thread in (self._accepting, *self._threads):
            thread.join(timeout=5)
