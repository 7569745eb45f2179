"""Real git over smart HTTP on a loopback address: bare repositories, served by `git http-backend`.

Owns what a host does beside git: who may read, and the ways in which it fails. Fakes of a forge's API keep their
branches in the same repositories, and may answer for git with `GitBackend` on a server of their own.
"""

import base64
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from tests.conftest import GIT_IDENTITY

SECONDS = 60  # of a connection on which nothing comes
# https://git-scm.com/docs/git-http-backend
_SETTINGS = {
    "http.receivepack": "true",
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "safe.directory": "*",
}


class Link(NamedTuple):
    """A symlink in a commit."""

    to: str


class Submodule(NamedTuple):
    """Another repository's commit, in a commit."""

    commit: str = "1" * 40


Content = str | bytes | Link | Submodule


class GitRequest(NamedTuple):
    """What was asked, and what was said: `service` is `upload-pack` or `receive-pack`, sizes are of the bodies."""

    method: str
    path: str
    service: str
    status: int
    received: int
    sent: int
    user: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """What a host does instead of answering well.

    With a status that is answered; else git's own answer is cut off after `cut_after` bytes, or given `pause` seconds
    between pieces of `piece` bytes.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"no\n"
    cut_after: int | None = None
    pause: float = 0.0
    piece: int = 1


class GitAnswer(NamedTuple):
    """What `git http-backend` said."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class GitBackend:
    """Bare repositories in a folder, each at `OWNER/NAME.git` below it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def folder(self, name: str) -> Path:
        """Return the bare repository of a name."""
        return self.root / f"{name}.git"

    def git(self, name: str, *arguments: str, data: bytes | None = None) -> str:
        """Run git in a repository; return what it printed."""
        command = ["git", "--git-dir", str(self.folder(name)), *arguments]
        done = subprocess.run(command, check=True, capture_output=True, input=data, env=os.environ | GIT_IDENTITY)
        return done.stdout.decode(errors="surrogateescape").strip()

    def make(self, name: str, files: Mapping[str, Content] | None = None, *, branch: str = "main") -> str | None:
        """Make a repository with one commit; without files it is empty. Return the commit."""
        folder = self.folder(name)
        (folder / "objects").mkdir(parents=True)
        (folder / "refs").mkdir()
        (folder / "HEAD").write_text(f"ref: refs/heads/{branch}\n")
        (folder / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
        if files is None:
            return None
        return self.commit(name, files, branch=branch)

    def commit(
        self, name: str, files: Mapping[str, Content | None], *, branch: str = "main", message: str = "work"
    ) -> str:
        """Commit changes to a branch, which may be new; None takes a file away. Return the commit."""
        self.git(name, "fast-import", "--quiet", "--force", data=b"".join(self._stream(name, files, branch, message)))
        return self.git(name, "rev-parse", f"refs/heads/{branch}")

    def _stream(self, name: str, files: Mapping[str, Content | None], branch: str, message: str) -> Iterable[bytes]:
        said = message.encode()
        yield f"commit refs/heads/{branch}\n".encode()
        yield b"committer A <a@example.org> 1700000000 +0000\n"
        yield b"data %d\n%s\n" % (len(said), said)
        head = self.folder(name) / "refs/heads" / branch
        if head.exists():
            yield f"from refs/heads/{branch}^0\n".encode()
        for path, content in files.items():
            yield from _change(path, content)

    def read(self, name: str, path: str, branch: str = "HEAD") -> str:
        """Return a file of a branch."""
        return self.git(name, "show", f"{branch}:{path}")

    def files(self, name: str, branch: str = "HEAD") -> list[str]:
        """Return the paths of a branch."""
        return self.git(name, "ls-tree", "-r", "-z", "--name-only", branch).split("\0")[:-1]

    def answer(self, method: str, address: str, headers: Mapping[str, str], body: bytes, user: str | None) -> GitAnswer:
        """Let git answer a request; `address` is the path with its query."""
        parts = urlsplit(address)
        settings = {f"GIT_CONFIG_KEY_{n}": key for n, key in enumerate(_SETTINGS)}
        settings |= {f"GIT_CONFIG_VALUE_{n}": value for n, value in enumerate(_SETTINGS.values())}
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": "/dev/null",
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": str(len(_SETTINGS)),
            **settings,
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote(parts.path),
            "QUERY_STRING": parts.query,
            "CONTENT_TYPE": headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": headers.get("Git-Protocol", ""),
            "REMOTE_USER": user or "",
            "REMOTE_ADDR": "127.0.0.1",
            "GIT_COMMITTER_NAME": "server",
            "GIT_COMMITTER_EMAIL": "server@example.org",
        }
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=environment, capture_output=True, check=False, timeout=SECONDS
        )
        head, _, said = done.stdout.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line]
        told = [(key, value) for key, value in lines if key != "Status"]
        status = next((int(value[:3]) for key, value in lines if key == "Status"), 200)
        return GitAnswer(status, told, said)


def _change(path: str, content: Content | None) -> Iterable[bytes]:
    quoted = b'"%s"' % path.encode(errors="surrogateescape").replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(
        b"\n", b"\\n"
    )
    match content:
        case None:
            yield b"D %s\n" % quoted
            return
        case Submodule(commit):
            yield b"M 160000 %s %s\n" % (commit.encode(), quoted)
            return
        case Link(to):
            mode, said = b"120000", to.encode()
        case str():
            mode, said = b"100644", content.encode()
        case bytes():
            mode, said = b"100644", content
    yield b"M %s inline %s\ndata %d\n%s\n" % (mode, quoted, len(said), said)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = SECONDS
    server: "GitServer"

    def do_GET(self) -> None:
        """Answer what begins an exchange."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Answer what goes on with it."""
        self._answer(self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _answer(self, body: bytes) -> None:
        user = self._user()
        fault = self.server.fault(self.command, self.path)
        denied = self.server.denied(self.path, user)
        if fault is not None and fault.status is not None:
            said = GitAnswer(fault.status, list(fault.headers.items()), fault.body)
        elif denied is not None:
            said = denied
        else:
            said = self.server.backend.answer(self.command, self.path, dict(self.headers.items()), body, user)
        self.server.note(self.command, self.path, said, len(body), user)
        self.send_response(said.status)
        for key, value in said.headers:
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self._send(said.body, fault or Fault())

    def _send(self, body: bytes, fault: Fault) -> None:
        if fault.cut_after is not None:
            self.wfile.write(body[: fault.cut_after])
            self.wfile.flush()
            self.close_connection = True
            return
        size = fault.piece if fault.pause else max(1, len(body))
        for start in range(0, len(body), size):
            if fault.pause and self.server.is_closing.wait(fault.pause):
                self.close_connection = True
                return
            self.wfile.write(body[start : start + size])

    def _user(self) -> str | None:
        """Return who asks, by a password or a token that is right."""
        kind, _, given = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.server.users.get(given)
        if kind.lower() != "basic":
            return None
        name, _, secret = base64.b64decode(given).decode().partition(":")
        return name if secret in self.server.users else None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


class GitServer(ThreadingHTTPServer):
    """Serves repositories. `users` are those who may read `private` ones and push to any, by their secret.

    `faults` are asked for each request: by its method and its address, what goes wrong with it. `log` has them all.
    """

    daemon_threads = False

    def __init__(self, root: Path, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), _Handler)
        self.backend = GitBackend(root)
        self.users: dict[str, str] = {}
        self.private: set[str] = set()
        self.faults: Callable[[str, str], Fault | None] = lambda _method, _address: None
        self.log: list[GitRequest] = []
        self.is_closing = threading.Event()
        self.place = f"{host}:{self.server_address[1]}"
        self.address = f"http://{self.place}"
        self._connections: set[socket.socket] = set()
        self._serving = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._serving.start()

    def url(self, name: str) -> str:
        """Return the address of a repository."""
        return f"{self.address}/{name}.git"

    def fault(self, method: str, address: str) -> Fault | None:
        """Return what is to go wrong with a request."""
        return self.faults(method, address)

    def denied(self, address: str, user: str | None) -> GitAnswer | None:
        """Return the answer to somebody who may not do this."""
        name = unquote(urlsplit(address).path).lstrip("/").partition(".git")[0]
        is_push = "receive-pack" in address
        if user is not None or (name not in self.private and not is_push):
            return None
        return GitAnswer(401, [("WWW-Authenticate", 'Basic realm="git"')], b"who are you?\n")

    def note(self, method: str, address: str, said: GitAnswer, received: int, user: str | None) -> None:
        """Remember a request."""
        parts = urlsplit(address)
        service = parts.query.removeprefix("service=git-") or parts.path.rpartition("/git-")[2]
        self.log.append(GitRequest(method, parts.path, service, said.status, received, len(said.body), user))

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept a connection, and remember it."""
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """End a connection for good."""
        super().shutdown_request(request)
        if isinstance(request, socket.socket):
            self._connections.discard(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: connections are dropped on purpose, and a git that is killed drops them too."""

    def close(self) -> None:
        """Stop serving, and wait until that is so."""
        self.is_closing.set()
        self.shutdown()
        self._serving.join()
        for connection in tuple(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()  # which joins their threads


def fetched_bytes(log: Iterable[GitRequest]) -> int:
    """Return how many bytes of bodies were answered."""
    return sum(request.sent for request in log)
