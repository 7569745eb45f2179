"""The program's first module: it sets signals and standard streams right before all else is loaded.

Ctrl-C, SIGTERM and SIGHUP end the program with 130 at any time, and never with a traceback: while
modules are loaded at once, later by an exception, so that what is open is closed and temporary
folders go.
"""

import gc
import os
import sys
from types import FrameType
from typing import TYPE_CHECKING

from issue_scaffold.errors import EXIT_FAILURE, EXIT_INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Callable
    from sys import UnraisableHookArgs

    Handler = Callable[[int, FrameType | None], None]

_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")


def run() -> None:
    """Run the command line and end the process with the exit code of its outcome."""
    # What is imported allocates much that stays; looking for garbage meanwhile costs a tenth of a
    # cold run.
    gc.set_threshold(100_000)
    try:
        code = _run()
    except KeyboardInterrupt:
        code = _interrupted()
    except OSError:  # standard error doesn't even take what there is to say
        code = EXIT_FAILURE
    _heed_no_signals()
    _let_go_of_streams()
    # What is left goes with the process; the interpreter would look through all of it for garbage,
    # twice.
    gc.freeze()
    sys.exit(code)


def _run() -> int:
    _end_by(_end_at_once)
    if not _open_streams():
        # Click isn't loaded.
        print("error: standard output is closed; nothing was done", file=sys.stderr)  # noqa: T201
        print("  hint: to see nothing of it: >/dev/null", file=sys.stderr)  # noqa: T201
        return EXIT_FAILURE
    from issue_scaffold.cli.main import main

    sys.unraisablehook = _on_unraisable
    _end_by(_interrupt)
    return main(sys.argv[1:])


def _end_by(handler: "Handler") -> None:
    """Set the handler of the signals that ask for an end.

    One that whoever started the program has ignored stays ignored.
    """
    import signal

    for name in _ENDING:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _end_at_once(_: int, __: FrameType | None) -> None:
    os._exit(_interrupted())


def _interrupt(_: int, __: FrameType | None) -> None:
    # A second signal would cut the tidying up short.
    _heed_no_signals()
    raise KeyboardInterrupt


def _heed_no_signals() -> None:
    import signal

    for name in _ENDING:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _interrupted() -> int:
    os.write(2, b"interrupted\n")
    return EXIT_INTERRUPTED


def _on_unraisable(problem: "UnraisableHookArgs") -> None:
    """End where Python would print a traceback and go on.

    So it is when an interruption arrives inside a call-back of its own.
    """
    if problem.exc_type is KeyboardInterrupt:
        _raise_soon()
    else:
        sys.__unraisablehook__(problem)


def _raise_soon() -> None:
    import signal

    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _interrupt)
        signal.setitimer(signal.ITIMER_REAL, 0.01)


def _let_go_of_streams() -> None:
    """Lead a stream that takes nothing to nowhere.

    Python would fail on it again, and end with a code of its own.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:  # which it is where it was closed from the start
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        except ValueError:
            pass  # it is closed already


def _open_streams() -> bool:
    """Open what is closed of the standard streams on nothing; return whether stdout was open.

    A file that is opened later would get the number of a closed one, and be written what was meant
    for the screen.
    """
    was_open = sys.stdout is not None
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is this one
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - it stays open
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    return was_open
