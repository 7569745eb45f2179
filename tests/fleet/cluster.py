"""A scheduler of Dask's and worker processes on loopback, as somebody's cluster."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from distributed import Client

ROOT = Path(__file__).parents[2]
DASK = (sys.executable, "-m", "dask")


@contextmanager
def cluster(folder: Path, workers: int, *, deaths: int, **variables: str) -> Iterator[str]:
    """Yield the address of a scheduler with so many workers.

    A task that was at work in more than `deaths` workers that died is given up.
    """
    environment = {
        **os.environ,
        **variables,
        "PYTHONPATH": str(ROOT),
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(deaths),
        "DASK_TEMPORARY_DIRECTORY": str(folder),
    }
    known = folder / "scheduler.json"
    common = ("--no-dashboard", "--scheduler-file", str(known))
    with (folder / "log").open("wb") as log:
        first = subprocess.Popen(
            [*DASK, "scheduler", "--host", "tcp://127.0.0.1:0", *common], env=environment, stdout=log, stderr=log
        )
        every = [first]
        try:
            while not known.is_file():
                assert first.poll() is None, (folder / "log").read_text(encoding="utf-8")
                time.sleep(0.05)
            line = [*DASK, "worker", "--host", "127.0.0.1", "--nworkers", str(workers), "--nthreads", "1", *common]
            every.append(subprocess.Popen(line, env=environment, stdout=log, stderr=log))
            with Client(scheduler_file=str(known), set_as_default=False) as client:  # type: ignore[no-untyped-call]
                client.wait_for_workers(workers, timeout=120)
                address = str(client.scheduler.address)
            yield address
        finally:
            for process in reversed(every):  # workers say goodbye to the scheduler
                end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Tell a process to end; end it if it doesn't, as a worker may that is about to start another."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def worker_processes(address: str) -> Mapping[str, int]:
    """Return the process of each worker by its address."""
    with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        found: dict[str, Any] = client.run(os.getpid)
        return found
