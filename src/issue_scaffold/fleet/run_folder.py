"""What a run remembers: its list of repositories, and what came of each, as it comes.

Owns the folder `fleet/ID` in the user's state folder. A line is in the journal when it ends in a
line break: the last one of a run that was killed may be torn, and counts as not written. No token
and no environment goes in.
"""

import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from issue_scaffold.errors import (
    EXIT_INTERRUPTED,
    EXIT_RESUMABLE,
    ScaffoldError,
    UsageError,
)
from issue_scaffold.fleet.outcome import SCHEMA, FleetOutcome, Status, outcome_in
from issue_scaffold.fleet.remote import (
    FleetRepository,
    PlannedChange,
    RemoteRepository,
    name_of,
)
from issue_scaffold.state.locks import lock_within
from issue_scaffold.text.digests import sha256_of

_RUN: Final = "run.json"
_LIST: Final = "repositories.jsonl"
_JOURNAL: Final = "journal.jsonl"
_BLOBS: Final = "blobs"
_LATEST: Final = "latest"
# Where a run keeps whose repositories it is about, if they come as it goes.
OWNERS: Final = "remote"
# What the name ends in that stands for those of an owner that couldn't be listed.
WHOLE_OWNER: Final = "/*"
# Behind the last repository of a list that was written as it came.
_LAST_ROW: Final = {"event": "listed"}
# Of a repository on a host: its name is the key, and its files are read anew.
_UNLISTED: Final = frozenset({"name", "snapshot"})
_APPEND: Final = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_APPEND
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
# A check that is done again costs less than to wait for the disk after each.
_SYNC_SECONDS: Final = 1.0
_UPDATING: Final = "updating"
# The workers of a run that was killed finish what they are at, and are as much the run as it was.
_PATIENCE_SECONDS: Final = 15.0
# `json.dumps` makes a new one for each line, and looks for circles, which no row has.
_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, separators=(",", ":"), default=str
)
# Each row has one of these: of a list, of a journal, of what a run was asked for, or its end.
_MARKS: Final = frozenset({"repository", "event", "schema", "counts"})
# Behind the last outcome of a run that as many failures as it was told of have ended.
_LAST_LINE: Final = b'{"event":"ended"}\n'
_UNDONE: Final = frozenset({EXIT_RESUMABLE, EXIT_INTERRUPTED})


class Remainder(NamedTuple):
    """What a run has not come to: how many that it knows of, and whether it knows of all.

    `is_over` tells that it has ended by itself, and not because it was interrupted or out of time.
    """

    number: int
    is_listed: bool = True
    is_over: bool = True


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
        if not lock_within(self._journal, _PATIENCE_SECONDS):
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

    def enlist(self, repository: FleetRepository) -> None:
        """Append to the list of a run whose repositories come as it goes."""
        self._append(_LIST, _listed(repository))

    def end_list(self) -> None:
        """Say that the list has all that it will have."""
        self._append(_LIST, _LAST_ROW)

    def _append(self, name: str, row: Mapping[str, Any]) -> None:
        handle = os.open(self.place / name, _APPEND, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(_line(row))

    def record(self, outcome: FleetOutcome) -> None:
        """Append an outcome; the contents that it is about to push are kept before."""
        if outcome.change is not None:
            self._keep(outcome.change)
        os.write(self._journal, _line(outcome.document))
        now = time.monotonic()
        if self._synced or now - self._synced_at >= _SYNC_SECONDS:
            self._synced_at = now
            with suppress(OSError):
                os.fsync(self._journal)

    def note(self, event: str, repository: str, details: Mapping[str, Any]) -> None:
        """Append an event on the way to an outcome, and bring it to the disk.

        Raises OSError where the disk is full: what isn't in the journal is not to be done.
        """
        os.write(self._journal, _line({"event": event, "repository": repository, **details}))
        with suppress(OSError):
            os.fsync(self._journal)

    def note_end(self) -> None:
        """Append that the run has ended before its list by itself, with nothing to wait for."""
        os.write(self._journal, _LAST_LINE)

    def _keep(self, change: PlannedChange) -> None:
        """Keep contents by their digests: many repositories are to get the same ones."""
        for digest, content in change.contents.items():
            kept = self.place / _BLOBS / digest
            if kept.exists():
                continue
            kept.parent.mkdir(mode=0o700, exist_ok=True)
            torn = kept.with_suffix(".new")  # of a run that was killed at this very place
            torn.unlink(missing_ok=True)
            with os.fdopen(os.open(torn, _APPEND | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                with suppress(OSError):
                    os.fsync(file.fileno())
            torn.replace(kept)


def announce_write(journal: Path, outcome: FleetOutcome) -> None:
    """Let a run's journal know what is about to be done to a repository, and bring it to the disk.

    Workers do that beside the process that keeps the journal: a line is appended in one write.
    Raises OSError where that can't be: what isn't in the journal is not to be done.
    """
    handle = os.open(journal, _APPEND)
    try:
        os.write(handle, _line({**outcome.document, "event": _UPDATING}))
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def begun_in(place: Path) -> dict[str, FleetOutcome]:
    """Return what was announced of repositories that have no outcome: it may be done, or not.

    Raises ScaffoldError.
    """
    found: dict[str, FleetOutcome] = {}
    for row in _rows(place / _JOURNAL):
        name = str(row.get("repository"))
        if row.get("event") == _UPDATING:
            found[name] = outcome_in(row)
        elif row.get("event") == "outcome":
            found.pop(name, None)
    return found


def opening_in(place: Path) -> frozenset[str]:
    """Return the repositories whose pull request was about to be opened when the attempt ended.

    Of what has failed since, nobody knows whether it is there. Raises ScaffoldError.
    """
    found: set[str] = set()
    for row in _rows(place / _JOURNAL):
        name = str(row.get("repository"))
        if row.get("event") == "opening" and "issue" not in row:
            found.add(name)
        elif row.get("event") == "outcome" and row.get("status") != Status.FAILED:
            found.discard(name)
    return frozenset(found)


def journal_of(place: Path) -> Path:
    """Return the journal of a run."""
    return place / _JOURNAL


def with_contents(place: Path, change: PlannedChange) -> PlannedChange:
    """Return a change as it was planned: with the contents that a run's folder keeps of it.

    Raises ScaffoldError when one is gone, or isn't what it was.
    """
    contents = {}
    for digest in {file.digest for file in change.files if file.digest is not None}:
        kept = place / _BLOBS / digest
        try:
            content = kept.read_bytes()
        except OSError as error:
            raise ScaffoldError(f"{kept} can't be read: {error.strerror}") from error
        if sha256_of(content) != digest:
            raise ScaffoldError(f"{kept} was changed", hint="plan again: run the update anew")
        contents[digest] = content
    return replace(change, contents=contents)


def start_run(
    runs: Path, options: Mapping[str, Any], repositories: Sequence[FleetRepository], *, synced: bool
) -> RunFolder:
    """Make the folder of a new run among the runs, and let `latest` point to it."""
    name = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.urandom(4).hex()}"
    place = runs / name
    place.mkdir(mode=0o700, parents=True)
    document = {"schema": SCHEMA, "started": time.time(), **options}
    _write(place / _RUN, [document])
    _write(place / _LIST, map(_listed, repositories))
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


def repositories_of(place: Path) -> list[FleetRepository]:
    """Return the list that a run works on. Raises ScaffoldError."""
    return [_repository_in(row) for row in _rows(place / _LIST) if "repository" in row]


def is_listed(place: Path) -> bool:
    """Tell whether a run whose repositories come as it goes has seen the end of them.

    Raises ScaffoldError.
    """
    return _LAST_ROW in _rows(place / _LIST)


def _listed(repository: FleetRepository) -> dict[str, Any]:
    """Return the row of a repository: what a host told of it, but not what is in its files."""
    if isinstance(repository, str):
        return {"repository": repository}
    names = (field.name for field in fields(repository) if field.name not in _UNLISTED)
    row = {name: getattr(repository, name) for name in names}
    return {"repository": repository.name, **row, "topics": sorted(repository.topics)}


def _repository_in(row: Mapping[str, Any]) -> FleetRepository:
    name = str(row.get("repository"))
    if "host" not in row:
        return name
    told = {field.name: row[field.name] for field in fields(RemoteRepository) if field.name in row}
    return RemoteRepository(**{**told, "name": name, "topics": frozenset(row.get("topics", ()))})


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
    if place.is_dir() and is_listed(place):
        return {name: one for name, one in found.items() if not name.endswith(WHOLE_OWNER)}
    return found


def remainders_of(place: Path) -> dict[str, Remainder]:
    """Return what is left of a run, or of those that a file of rows is of, by what they are called.

    A file without the row that ends each run is one that was cut off. Raises ScaffoldError.
    """
    if place.is_dir():
        return {_called(place.name, options_of(place)): _remainder_in(place)}
    found = {
        _called(str(row.get("run", place)), row): Remainder(
            int(row.get("left", 0)), is_over=row.get("exit_code") not in _UNDONE
        )
        for row in _rows(place)
        if "counts" in row
    }
    return found or {str(place): Remainder(0, is_over=False)}


def _called(name: str, row: Mapping[str, Any]) -> str:
    """Return what people are told of a run: planning and applying are two ways through it."""
    return f"{name} ({row.get('command', 'fleet')})"


def _remainder_in(place: Path) -> Remainder:
    outcomes = outcomes_of(place)
    left = set(map(name_of, repositories_of(place))) - outcomes.keys()
    is_whole = OWNERS not in options_of(place) or is_listed(place)
    if not is_whole:  # those of an owner that couldn't be listed have failed
        is_whole = any(name.endswith(WHOLE_OWNER) for name in outcomes)
    is_done = is_whole and not left
    return Remainder(len(left), is_whole, is_over=is_done or _has_ended(place / _JOURNAL))


def _has_ended(journal: Path) -> bool:
    with suppress(FileNotFoundError):
        return journal.read_bytes().endswith(_LAST_LINE)
    return False


def started_of(place: Path) -> str | None:
    """Return when a run began, or the one that a file of rows is of; None where nothing tells."""
    if place.is_dir():
        return started_in(place.name)
    told = [row["started"] for row in _rows(place) if isinstance(row.get("started"), str)]
    return told[-1] if told else None


def started_in(name: str) -> str | None:
    """Return when the run of that name began, as ISO 8601 has it; None for another name."""
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-\w+", name)
    return None if found is None else "{}-{}-{}T{}:{}:{}Z".format(*found.groups())


def _document_in(content: bytes) -> dict[str, Any] | None:
    """Return the report that a file of `--format json` holds, None for any other file."""
    if content[:2] != b"{\n":
        return None
    try:
        document = json.loads(content)
    except ValueError:
        return None
    is_report = isinstance(document, dict) and isinstance(document.get("repositories"), list)
    return document if is_report else None


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file, or of a whole report; a torn last one counts as not written."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise ScaffoldError(f"{path} can't be read: {error.strerror}") from error
    document = _document_in(content)
    if document is not None:
        yield from filter(None, document.pop("repositories"))
        yield document
        return
    lines = content.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        row = None
        try:
            row = json.loads(line)
        except ValueError:
            if number == len(lines):
                return
        if not isinstance(row, dict) or _MARKS.isdisjoint(row):
            raise ScaffoldError(
                f"{path}:{number}: this is no row of a run",
                hint="give a run's folder, or the file of --format jsonl=FILE",
            )
        yield row


def _line(document: Mapping[str, Any]) -> bytes:
    # Names that are no text of UTF-8 have halves of characters, which `json.loads` takes.
    return _ENCODER.encode(document).encode("utf-8", "surrogatepass") + b"\n"


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
