"""A job that kills its own worker at the name `poison`: a module that the workers of a cluster can import."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from issue_scaffold.fleet.job import FleetJob, Treatment
from issue_scaffold.fleet.outcome import FleetOutcome, Status
from issue_scaffold.fleet.remote import FleetRepository, name_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap(FleetJob):
    """Notes each call in a file of `notes`, by the worker's process."""

    notes: str

    @contextmanager
    def start(self) -> Iterator[Treatment]:
        """Yield what treats one repository."""
        yield self._treat

    def _treat(self, repository: FleetRepository) -> FleetOutcome:
        name = Path(name_of(repository)).name
        with (Path(self.notes) / str(os.getpid())).open("a", encoding="utf-8") as file:
            file.write(f"{name}\n")
        if name.startswith("poison"):
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.002)  # so that a batch takes longer than its way
        return FleetOutcome(repository=name_of(repository), status=Status.CLEAN)
