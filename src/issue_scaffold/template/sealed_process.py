"""The process that templates are run in, seen from outside.

This module starts it, asks it, waits for a while, and ends it.

What crosses: requests are pickled, from us to it; replies are JSON, checked here, because a
template that broke out of its sandbox over there must find no way back. One process serves all that
a thread renders in a run of the command, so that Copier is imported once (0.5 s of a processor),
and while this process waits for git.
"""

import contextlib
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final

from issue_scaffold.errors import ScaffoldError, TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from queue import Queue

# For one rendering, the time in which a person answers questions left out.
SECONDS: Final = 60.0
# For the process to be ready for the first one.
START_SECONDS: Final = 120.0
MEMORY_BYTES: Final = 1024**3
MAX_FILES: Final = 10_000
MAX_BYTES: Final = 64 * 1024**2
MAX_REPLY_BYTES: Final = 16 * 1024**2
# What an interpreter needs to start; none of it tells of a secret.
_FOR_PYTHON: Final = ("DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "SYSTEMROOT", "WINDIR")
_NOWHERE: Final = "/nonexistent"
_PROGRAM: Final = (
    "import sys; sys.path[:] = sys.argv[3:];"
    "from issue_scaffold.template.sealed_child import main; main(*sys.argv[1:3])"
)


# What a person is asked comes unchecked; what is said to it goes as it is.
OnQuestion = Callable[[object], dict[str, Any]]


def _ask_nobody(_: object) -> dict[str, Any]:
    raise TemplateError("the template asks a question while nobody is there to be asked")


class RenderLimitError(TemplateError):
    """A template needs more time, memory or room than a rendering may take."""


def environment() -> dict[str, str]:
    """Return the whole environment of the process.

    Nothing of the user's is in it but what it takes to start.
    """
    kept = {name: os.environ[name] for name in _FOR_PYTHON if name in os.environ}
    fixed = {"LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "TZ": "UTC0"}
    return kept | fixed | {"HOME": _NOWHERE, "TMPDIR": _NOWHERE}


class SealedProcess:
    """One running process. Used by one thread."""

    def __init__(self) -> None:
        import atexit
        from queue import Queue
        from threading import Thread

        its_requests, requests = os.pipe()
        replies, its_replies = os.pipe()
        try:
            self._process = _start(its_requests, its_replies)
        finally:
            os.close(its_requests)
            os.close(its_replies)
        self._requests = os.fdopen(requests, "wb")
        self._replies: Queue[dict[str, Any] | None] = Queue()
        self._reader = Thread(target=_read_replies, args=(replies, self._replies), daemon=True)
        self._reader.start()
        self.is_ready = False
        atexit.register(self.end)

    def ask(
        self, request: dict[str, Any], what: str, on_question: OnQuestion = _ask_nobody
    ) -> dict[str, Any]:
        """Return the process's reply to a request; `what` names the template in errors.

        `on_question` returns what is to be sent in reply to a question of the template's. Raises
        RenderLimitError when it takes too long or dies, and what `on_question` raises; the process
        is of no use any more then.
        """
        try:
            self._send(request)
            return self._wait(what, on_question)
        except BaseException:
            self.end()
            raise

    def _send(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # it is dead, which reading tells
            pickle.dump(message, self._requests)
            self._requests.flush()

    def _wait(self, what: str, on_question: OnQuestion) -> dict[str, Any]:
        from queue import Empty
        from time import monotonic

        left = SECONDS if self.is_ready else START_SECONDS
        while True:
            before = monotonic()
            try:
                reply = self._replies.get(timeout=max(left, 0))
            except Empty:
                if not self.is_ready:
                    raise _no_start(f"it took more than {START_SECONDS:.0f} seconds") from None
                raise RenderLimitError(
                    f"{what} takes more than {SECONDS:.0f} seconds to render, and was stopped",
                    hint="look for loops and regular expressions without end in the template",
                ) from None
            left -= monotonic() - before
            if reply is None:
                raise self._death(what)
            event = reply.get("event")
            if event is None:
                return reply
            if event == "ready":
                self.is_ready, left = True, SECONDS
            if event == "asking":
                self._send(on_question(reply.get("question")))

    def _death(self, what: str) -> ScaffoldError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        code = self._process.returncode
        how = f"exit status {code}"
        if code is not None and code < 0:
            how = f"signal {-code}"
        if not self.is_ready:
            return _no_start(how)
        return RenderLimitError(
            f"{what} doesn't render: the process that ran it ended unexpectedly ({how})",
            hint=f"a rendering may take {MEMORY_BYTES // 1024**2} MiB of memory "
            f"and {SECONDS:.0f} seconds",
        )

    def end(self) -> None:
        """End the process."""
        import atexit

        atexit.unregister(self.end)
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):
            self._requests.close()
        self._reader.join(timeout=5)
        for thread in [thread for thread, process in _running.items() if process is self]:
            del _running[thread]


def _no_start(why: str) -> ScaffoldError:
    return ScaffoldError(
        f"the process that renders templates could not start: {why}",
        hint="is the installation complete? try: python -c 'import copier'",
    )


# By thread: each that renders has its own.
_running: Final[dict[int, SealedProcess]] = {}


def start() -> SealedProcess:
    """Return this thread's process, starting it if there is none; it gets ready meanwhile."""
    thread = get_ident()
    if thread not in _running:
        _running[thread] = SealedProcess()
    return _running[thread]


def end() -> None:
    """End this thread's process, if there is one."""
    if get_ident() in _running:
        _running[get_ident()].end()


def _start(reading: int, writing: int) -> "subprocess.Popen[bytes]":
    package = str(Path(__file__).resolve().parents[2])
    paths = [package, *(path for path in sys.path if path and path != package)]
    options: dict[str, Any] = {"env": environment(), "cwd": Path(sys.executable).anchor}
    options |= dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    if sys.platform == "win32":
        import msvcrt

        handles = [msvcrt.get_osfhandle(reading), msvcrt.get_osfhandle(writing)]
        for handle in handles:
            os.set_handle_inheritable(handle, True)  # noqa: FBT003 - its signature
        options |= {"close_fds": False, "creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    else:
        handles = [reading, writing]
        options["pass_fds"] = handles
    flags = ["-s", "-P", "-S", "-X", "utf8", "-W", "ignore"]
    arguments = [*map(str, handles), *paths]
    return subprocess.Popen([sys.executable, *flags, "-c", _PROGRAM, *arguments], **options)


def _read_replies(reading: int, replies: "Queue[dict[str, Any] | None]") -> None:
    """Pass on each reply, and None after the last one or at the first that is no reply."""
    with os.fdopen(reading, "rb") as stream:
        for reply in _replies_in(stream):
            replies.put(reply)
    replies.put(None)


def _replies_in(stream: Any) -> "Iterator[dict[str, Any]]":  # noqa: ANN401 - a binary file
    while len(head := stream.read(4)) == 4:  # noqa: PLR2004 - the length goes before
        size = int.from_bytes(head, "big")
        if size > MAX_REPLY_BYTES:
            return
        try:
            reply = json.loads(stream.read(size))
        except (ValueError, RecursionError):
            return
        if not isinstance(reply, dict):
            return
        yield reply
