"""A preview on a loopback address, which reloads itself when its files change.

Owns the server: it answers requests for its own address alone, so that no name that somebody else
has pointed here reads the page, and it serves nothing but the page.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Final

from issue_scaffold.errors import ScaffoldError

_LOOPBACK: Final = "127.0.0.1"
_QUESTION: Final = "/changed?since="
# How long that question is left open, and how often files are looked at.
_PATIENCE: Final = 20.0
_INTERVAL: Final = 0.5


class PreviewServer(ThreadingHTTPServer):
    """The page as it is now; who asks waits until there is another one than theirs."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, page: str) -> None:
        super().__init__((_LOOPBACK, 0), _PreviewHandler)
        self._page = page
        self._version = 1
        self._is_closing = False
        self._changed = Condition()

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://{_LOOPBACK}:{self.server_port}/"

    @property
    def page(self) -> str:
        """The page as it is now, with its version, by which it asks for the next one."""
        with self._changed:
            return self._page.replace("<html", f'<html data-version="{self._version}"', 1)

    def show(self, page: str) -> None:
        """Take another page, and tell those who wait if it differs."""
        with self._changed:
            if page != self._page:
                self._page = page
                self._version += 1
                self._changed.notify_all()

    def wait_for_change(self, version: str) -> bool:
        """Wait a while for another page than a version; return whether there is one."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._is_closing or str(self._version) != version, _PATIENCE
            )
            return str(self._version) != version

    def release(self) -> None:
        """Let go of those who wait."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()


class _PreviewHandler(BaseHTTPRequestHandler):
    """Answers one browser."""

    server: PreviewServer

    def do_GET(self) -> None:
        """Answer with the page, or with whether it has changed."""
        if self.headers.get("Host") != self.server.address.removeprefix("http://").rstrip("/"):
            self.send_error(HTTPStatus.FORBIDDEN)
        elif self.path == "/":
            self._answer(self.server.page, "text/html")
        elif self.path.startswith(_QUESTION):
            is_newer = self.server.wait_for_change(self.path.removeprefix(_QUESTION))
            self._answer("yes" if is_newer else "no", "text/plain")
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def _answer(self, text: str, kind: str) -> None:
        content = text.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serving(page: str) -> Iterator[PreviewServer]:
    """Serve a page while the block runs. Raises ScaffoldError where nothing may be served."""
    try:
        opened = PreviewServer(page)
    except OSError as error:
        raise ScaffoldError(
            f"the page can't be served on {_LOOPBACK}: {error.strerror}",
            hint="without --watch it is written to a file",
        ) from error
    with opened as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
        thread.start()
        try:
            yield server
        finally:
            server.release()
            server.shutdown()
            thread.join()


def keep_up(
    server: PreviewServer, seen: object, look: Callable[[], object], make_page: Callable[[], str]
) -> None:
    """Make the page anew whenever what `look` sees differs, until somebody interrupts.

    `seen` is what it saw before the page was made that is served now.

    Files that can't be shown for the moment leave the page as it is.
    """
    before = seen
    while True:
        time.sleep(_INTERVAL)
        now = look()
        if now != before:
            before = now
            with suppress(ScaffoldError):
                server.show(make_page())
