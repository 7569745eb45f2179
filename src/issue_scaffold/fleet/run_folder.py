"""What a run remembers: its list of repositories, and what came of each, as it comes.

Owns the folder `fleet/ID` in the user's state folder. A line is in the journal when it ends in a
line break: the last one of a run that was killed may be torn, and counts as not written. No token
and no environment goes in.
"""

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.fleet.outcome import SCHEMA, FleetOutcome, outcome_in
from issue_scaffold.state.locks import try_lock

_RUN: Final = "run.json"
_LIST: Final = "repositories.jsonl"
_JOURNAL: Final = "journal.jsonl"
_LATEST: Final = "latest"
_APPEND: Final = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_APPEND
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
# A check that is done again costs less than to wait for the disk after each.
_SYNC_SECONDS: Final = 1.0


class RunFolder:
    """A run that is going on: its folder, and the journal that is appended to.

    `synced` brings each line to the disk before the next repository is begun.
    """

    def __init__(self, place: Path, *, synced: bool) -> None:
        """Open the journal for appending. Raises ScaffoldError while another run writes to it."""
        self.place = place
        self._synced = synced
        self._synced_at = time.monotonic()
        self._journal = os.open(place / _JOURNAL, _APPEND, 0o600)
        if not try_lock(self._journal):
            os.close(self._journal)
            raise ScaffoldError(
                f"the run {place.name} is going on", hint="wait for it to end, then resume it"
            )

    def __enter__(self) -> Self:
        """Return the run itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Bring the journal to the disk, and close it."""
        with suppress(OSError):  # a file system that syncs nothing
            os.fsync(self._journal)
        os.close(self._journal)

    def record(self, outcome: FleetOutcome) -> None:
        """Append an outcome."""
        os.write(self._journal, _line(outcome.document))
        now = time.monotonic()
        if self._synced or now - self._synced_at >= _SYNC_SECONDS:
            self._synced_at = now
            with suppress(OSError):
                os.fsync(self._journal)


def start_run(
    runs: Path, options: Mapping[str, Any], repositories: Sequence[str], *, synced: bool
) -> RunFolder:
    """Make the folder of a new run among the runs, and let `latest` point to it."""
    name = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.urandom(4).hex()}"
    place = runs / name
    place.mkdir(mode=0o700, parents=True)
    document = {"schema": SCHEMA, "started": time.time(), **options}
    _write(place / _RUN, [document])
    _write(place / _LIST, ({"repository": one} for one in repositories))
    _point_latest(runs, name)
    return RunFolder(place, synced=synced)


def resume_run(place: Path, *, synced: bool) -> RunFolder:
    """Open a run to go on with it: what is torn of its journal is cut off first."""
    run = RunFolder(place, synced=synced)
    journal = place / _JOURNAL
    content = journal.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole != len(content):
        os.truncate(journal, whole)
    return run


def find_run(runs: Path, name: str) -> Path:
    """Return the folder of a run: the last one, one by its name, or a folder. Raises UsageError."""
    place = runs / (name or _LATEST)
    if not (place / _RUN).is_file():
        place = Path(name)
    if name and (place / _RUN).is_file():
        return place.resolve()
    if not name and (runs / _LATEST / _RUN).is_file():
        return (runs / _LATEST).resolve()
    what = f"there is no run {name}" if name else "there is no run yet"
    raise UsageError(f"{what} in {runs}", hint="runs are there once scaffold fleet has checked")


def options_of(place: Path) -> dict[str, Any]:
    """Return what a run was asked for. Raises ScaffoldError."""
    return next(_rows(place / _RUN), {})


def repositories_of(place: Path) -> list[str]:
    """Return the list that a run works on. Raises ScaffoldError."""
    return [str(row.get("repository")) for row in _rows(place / _LIST)]


def outcomes_of(place: Path) -> dict[str, FleetOutcome]:
    """Return the last outcome of each repository of a run, or of a file of rows.

    Raises ScaffoldError for what can't be read.
    """
    journal = place / _JOURNAL if place.is_dir() else place
    found: dict[str, FleetOutcome] = {}
    for row in _rows(journal):
        if row.get("event") != "outcome":
            continue
        try:
            outcome = outcome_in(row)
        except (KeyError, TypeError, ValueError) as error:
            raise ScaffoldError(
                f"{journal} has a row of another kind: {error}", hint=f"a row is of {SCHEMA}"
            ) from None
        found[outcome.repository] = outcome
    return found


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file, or of a whole report; a torn last one counts as not written."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise ScaffoldError(f"{path} can't be read: {error.strerror}") from error
    lines = content.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            if number == len(lines):
                return
            raise ScaffoldError(
                f"{path}:{number}: this is no row of a run",
                hint="give a run's folder, or the file of --format jsonl=FILE",
            ) from None
        if isinstance(row, dict):
            yield row


def _line(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":"), default=str).encode() + b"\n"


def _write(path: Path, documents: Iterable[Mapping[str, Any]]) -> None:
    handle = os.open(path, _APPEND | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.writelines(map(_line, documents))
        file.flush()
        with suppress(OSError):
            os.fsync(handle)


def _point_latest(runs: Path, name: str) -> None:
    link = runs / f"{name}.new"
    with suppress(OSError):  # Windows lets not everybody make links
        link.symlink_to(name)
        link.replace(runs / _LATEST)
