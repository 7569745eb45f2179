"""The runs that have ended and can be taken back: how many are kept, and what leaves which.

What a run overwrote stays beside git's own data, or with the user's state, as `journal_places`
says. It is bounded, and goes with the run that takes it back.
"""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from issue_scaffold.files.folders import open_root
from issue_scaffold.writing.journal import (
    Journal,
    bytes_kept,
    discard_new_contents,
    drop_journal,
    leave_rows,
    read_journal,
)
from issue_scaffold.writing.journal_places import find_runs, make_runs_folder, runs_in

# So many runs of a target can be taken back, one after the other.
MOST_RUNS: Final = 10
# Beyond these, only as long as all of them together aren't larger than this.
_SURE_RUNS: Final = 3
_MOST_BYTES: Final = 64 * 1024 * 1024


def keep_run(root: Path, journal: Journal) -> None:
    """Keep the journal of a run that has ended, in one step; the oldest ones may go.

    Raises OSError when it can't be kept; then it lies where it was.
    """
    folder = make_runs_folder(root, journal.place)
    number = time.time_ns()
    # A clock that was set back must not change the order.
    for last in runs_in(folder)[:1]:
        number = max(number, int(last.name) + 1)
    place = folder / f"{number:020}"
    journal.place.rename(place)
    try:
        for changed in (folder, journal.place.parent):
            with open_root(changed) as opened:
                opened.sync()
        discard_new_contents(place)
        _drop_oldest(folder)
    except OSError:
        return  # the next run tries that again


def _drop_oldest(folder: Path) -> None:
    size = 0
    runs = runs_in(folder)
    if len(runs) <= _SURE_RUNS:
        return
    for at, place in enumerate(runs):
        size += bytes_kept(place)
        if at >= MOST_RUNS or (at >= _SURE_RUNS and size > _MOST_BYTES):
            drop_journal(place)


def past_runs(root: Path) -> Iterator[Journal]:
    """Yield the runs that can be taken back, the last one first.

    Those of another folder that was at this path are none. Raises ScaffoldError for one that this
    version didn't write, OSError.
    """
    for place in find_runs(root):
        run = _run_at(root, place)
        if run is not None:
            yield run


def _run_at(root: Path, place: Path) -> Journal | None:
    try:
        return read_journal(root, place)
    except FileNotFoundError:
        return None  # a run that was half removed


def run_of_number(root: Path, number: str) -> Journal | None:
    """Return the run of a number, None when it is gone. Raises as `past_runs`."""
    places = [place for place in find_runs(root) if place.name == number]
    return next(filter(None, (_run_at(root, place) for place in places)), None)


def settle_run(root: Path, number: str, left: Iterable[str]) -> None:
    """Forget a run that was taken back, or all of it but the paths that were left as they are.

    Raises OSError, ScaffoldError.
    """
    run = run_of_number(root, number)
    if run is None:
        return
    paths = tuple(dict.fromkeys(left))
    if paths:
        leave_rows(root, run, paths)
    else:
        drop_journal(run.place)


def ended_at(number: str) -> float:
    """Return when the run of a number ended, in seconds since 1970."""
    return int(number) / 1e9
