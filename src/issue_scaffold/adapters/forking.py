"""A second process for one piece of work, where the system can copy this one cheaply."""

import os
import pickle
import sys
import warnings
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def begin(work: Callable[[], Value]) -> Callable[[], Value | None]:
    """Begin work in a copy of this process; return a function that waits for its value.

    The function returns None when there is no value to be had: the system doesn't fork safely (it is only done on
    Linux), or the work raised, which the caller will see by doing it again. Only what can be pickled comes back.
    """
    if sys.platform != "linux":
        return lambda: None
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Python warns of forks beside other threads; ours, which imports Copier, has ended by then.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _work_and_end(work, reading, writing)
    os.close(writing)

    def wait() -> Value | None:
        with os.fdopen(reading, "rb") as pipe:
            sent = pipe.read()
        os.waitpid(child, 0)
        # What is read comes from the copy of this very process.
        return pickle.loads(sent) if sent else None  # noqa: S301

    return wait


def _work_and_end(work: Callable[[], object], reading: int, writing: int) -> None:
    """Do the work in the child and end it, whatever happens, without the parent's clean-up or buffers."""
    try:
        os.close(reading)
        sent = pickle.dumps(work())
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(sent)
    finally:
        os._exit(0)
