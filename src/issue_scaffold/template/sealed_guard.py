"""What the process that runs templates may do: its limits, and the guard over what it touches.

The guard is an audit hook (https://docs.python.org/3/library/audit_events.html), which nothing can
take away again. It holds whatever a filter or a method turns out to do, so that a rendering reads
its template and writes its folder.
"""

import contextlib
import errno
import os
import signal
import sys
from pathlib import Path
from typing import Final

from issue_scaffold.template.sealed_process import MAX_BYTES, MEMORY_BYTES, SECONDS
from issue_scaffold.template.vocabulary import names

_NEVER: Final = names(
    "os.exec os.fork os.forkpty os.kill os.killpg os.posix_spawn os.spawn os.startfile os.system "
    "pty.spawn socket.bind socket.connect socket.getaddrinfo socket.gethostbyaddr "
    "socket.gethostbyname socket.sendmsg socket.sendto subprocess.Popen"
)
# Prompts on Windows' console need it.
_NEVER_BUT_ON_WINDOWS: Final = names("ctypes.dlopen")
# The first argument is a path that is read, or whose names are listed.
_READS: Final = names("glob.glob glob.glob/2 os.listdir os.scandir os.walk os.fwalk")
# The first argument is a path that is made or changed; for a link, the second.
_WRITES: Final = names("os.chmod os.chown os.mkdir os.remove os.rmdir os.truncate os.utime")
_LINKS: Final = names("os.link os.symlink")
_MAKES: Final = names("os.mkdir os.symlink")
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# For prompts: what a terminal can do, and the terminal itself.
_TERMINAL: Final = (
    "/dev/null",
    "/dev/tty",
    "/etc/terminfo",
    "/lib/terminfo",
    "/usr/share/terminfo",
)


class LimitError(Exception):
    """A rendering has more files, or more in them, than it may."""


class ForbiddenError(PermissionError):
    """A template reached for what no rendering may touch."""

    def __init__(self, what: str, path: str | None = None) -> None:
        super().__init__(errno.EACCES, f"no rendering may use {what}", path)


class Guard:
    """Lets through what a rendering may do.

    One for the process; `open_for` says what it may do now.
    """

    def __init__(self) -> None:
        code = {*sys.path, str(Path(os.__file__).parent)}
        self._code = tuple(_real(path) for path in code if path)
        self._readable: tuple[str, ...] = ()
        self._writable: str | None = None
        self._max_files = self._max_bytes = 0
        self._made = self._bytes = 0
        self._last: str | None = None

    def open_for(self, template: Path, target: Path, *, max_files: int, max_bytes: int) -> None:
        """Let the next rendering read its template and write its folder, within limits."""
        self._max_files, self._max_bytes = max_files, max_bytes
        self._readable = (_real(str(template)), _real(str(target)))
        self._writable = _real(str(target))
        self._made = self._bytes = 0
        self._last = None

    def close(self) -> None:
        """Let nothing be written any more."""
        self._readable, self._writable = (), None

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """Take an audit event; raises ForbiddenError or LimitError for what may not be."""
        if event == "open":
            self._open(*arguments[:3])
        elif event in _NEVER or (event in _NEVER_BUT_ON_WINDOWS and sys.platform != "win32"):
            raise ForbiddenError(event)
        elif event in _READS:
            self._read(arguments[0])
        elif event == "os.rename":
            self._write(arguments[0], event)
            self._write(arguments[1], event)
        elif event in _WRITES:
            self._write(arguments[0], event)
        elif event in _LINKS:
            self._write(arguments[1], event)

    def _open(self, path: object, mode: object = None, flags: object = 0) -> None:
        if isinstance(path, int):
            return
        writes = isinstance(flags, int) and flags & _WRITING
        if writes or (isinstance(mode, str) and set(mode) & set("wax+")):
            if _text(path) in _TERMINAL:
                return
            self._write(path, "open")
        else:
            self._read(path)

    def _read(self, path: object) -> None:
        if isinstance(path, int):
            return
        real = _real(_text(path or "."))
        if not any(_is_below(real, root) for root in (*self._readable, *self._code, *_TERMINAL)):
            raise ForbiddenError("a file outside of the template", real)

    def _write(self, path: object, event: str) -> None:
        place = _text(path)
        folder, name = os.path.split(place)
        real = os.path.join(_real(folder), name)  # noqa: PTH118 - as the system joins them
        if self._writable is None or not _is_below(real, self._writable):
            raise ForbiddenError("a file outside of its own folder", real)
        if event == "open":
            # A link that was made before leads wherever it leads.
            if not _is_below(_real(real), self._writable):
                raise ForbiddenError("a file outside of its own folder", real)
            self._count(real)
        elif event in _MAKES:
            self._count(None)

    def _count(self, path: str | None) -> None:
        self._made += 1
        if self._made > self._max_files:
            raise LimitError(f"it makes more than {self._max_files:,} files and folders")
        if self._last is not None:
            with contextlib.suppress(OSError):
                self._bytes += os.lstat(self._last).st_size
        self._last = path
        if self._bytes > self._max_bytes:
            raise LimitError(f"it makes more than {self._max_bytes // 1024**2} MiB")


def _text(path: object) -> str:
    """Return a path, as functions of the system take it, as a text.

    Of what is none, what it prints as.
    """
    if isinstance(path, (str, bytes, os.PathLike)):
        return os.fsdecode(path)
    return str(path)


def _real(path: str) -> str:
    return os.path.realpath(path)


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def limit_process() -> None:
    """Bound this process's memory and the size of a file, where the system can.

    Windows and macOS bound no memory.

    Python ignores SIGXFSZ, so that a file that grows too big is an error of the write.
    """
    if sys.platform != "win32":
        # A person interrupts the command, which then ends this process; prompts read Ctrl-C as a
        # key.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        import resource

        _limit(resource.RLIMIT_AS, MEMORY_BYTES)
        _limit(resource.RLIMIT_FSIZE, MAX_BYTES)
        _limit(resource.RLIMIT_CORE, 0)


def allow_seconds() -> None:
    """Let this process compute for one more rendering: it ends even if nobody is left to end it."""
    if sys.platform != "win32":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime + 2 * SECONDS)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(
                resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1])
            )


def _limit(which: int, value: int) -> None:
    import resource

    hard = resource.getrlimit(which)[1]
    bound = value
    if hard != resource.RLIM_INFINITY:
        bound = min(value, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses a bound on memory that is in use
        resource.setrlimit(which, (bound, bound))
