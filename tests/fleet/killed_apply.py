"""Runs a scaffold command that dies, as by SIGKILL, at the Nth step of its journal: `python -m … N ARGUMENT…`.

Each event has two steps: just before it is written, and just after. With 0 it lives.
"""

import itertools
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from issue_scaffold.cli.main import main
from issue_scaffold.fleet.run_folder import RunFolder


def run(last: int, arguments: list[str]) -> int:
    steps = itertools.count(1)

    def step() -> None:
        if next(steps) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def dying(method: Callable[..., None]) -> Callable[..., None]:
        def call(*given: Any) -> None:  # noqa: ANN401 - whatever the method takes
            step()
            method(*given)
            step()

        return call

    for name in ("note", "record"):
        setattr(RunFolder, name, dying(getattr(RunFolder, name)))
    return main(arguments)


if __name__ == "__main__":
    sys.exit(run(int(sys.argv[1]), sys.argv[2:]))
