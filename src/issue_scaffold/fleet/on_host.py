"""Repositories on hosts, treated as those in folders are: by the same functions, in a checkout.

Nothing is written to a host here. What an update or an installation would change becomes a plan,
with the commit that it was made from.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.fleet.checkout import Checkout, UnusableRepositoryError, checked_out
from issue_scaffold.fleet.git_access import Credentials, GitAccess
from issue_scaffold.fleet.git_failure import hint_for, message_of, reason_of
from issue_scaffold.fleet.outcome import (
    FleetOutcome,
    Reason,
    Status,
    Why,
    failed,
    without_treatment,
)
from issue_scaffold.fleet.remote import FleetRepository, RemoteRepository
from issue_scaffold.git.command import GitError
from issue_scaffold.sync.sparse import NotCheckedOutError

# Of the time that a repository may take: git is to end before its worker is.
_SHARE: Final = 0.9
# A template may bring files that lie elsewhere, and its next version others.
_ROUNDS: Final = 4
_Said = TypeVar("_Said")


class Folders(Protocol):
    """What is done in a checkout; the answers are in its `answers_file`."""

    @property
    def answers_file(self) -> str:
        """Where the answers are, below the folder."""

    def treat(self, folder: str) -> FleetOutcome:
        """Return what came of a folder. Raises whatever went wrong."""

    def failed(self, repository: FleetRepository, error: Exception) -> FleetOutcome:
        """Return the outcome of one that an error has ended."""

    def managed(self, folder: str) -> tuple[str, ...]:
        """Return files that are looked at there wherever they lie, as far as anybody can tell."""


class HostTreatment:
    """Treats repositories on hosts, each in a folder below `scratch`, within `seconds`."""

    def __init__(self, folders: Folders, scratch: Path, seconds: float) -> None:
        self._folders = folders
        self._scratch = scratch
        self._seconds = seconds * _SHARE
        self._credentials = Credentials()

    def treat(self, repository: RemoteRepository) -> FleetOutcome:
        """Return what came of a repository."""
        until = time.monotonic() + self._seconds
        access = GitAccess(repository, self._credentials, self._scratch / "trace", until)
        try:
            outcome = self._checked_out(repository, access)
        except UnusableRepositoryError as error:
            status = Status.SKIPPED if error.code is Reason.EMPTY else Status.FAILED
            why = Why(error.code, error.message, error.hint)
            outcome = without_treatment(repository, status, why)
        except GitError as error:
            code = reason_of(error)
            outcome = failed(repository, code, message_of(error), hint_for(code, error))
        except UsageError as error:  # an address that git is never given
            outcome = failed(repository, Reason.HOSTILE, error.message, error.hint)
        return replace(outcome, requests={"git": access.requests})

    def _checked_out(self, repository: RemoteRepository, access: GitAccess) -> FleetOutcome:
        with checked_out(access, self._scratch, [self._folders.answers_file]) as checkout:
            folder = str(checkout.folder)
            checkout.show(self._folders.managed(folder))
            outcome = _without_place(self._treated(checkout), folder, repository)
            outcome = replace(
                outcome, repository=repository.name, host=repository.host, base=checkout.base
            )
            return _placed(outcome, checkout, repository)

    def _treated(self, checkout: Checkout) -> FleetOutcome:
        """Return what came of a checkout; what turns out to be looked at too is fetched first."""
        folder = str(checkout.folder)
        for _ in range(_ROUNDS):
            try:
                return self._folders.treat(folder)
            except NotCheckedOutError as error:
                if not checkout.show(error.paths):
                    return self._folders.failed(folder, error)
            except Exception as error:  # noqa: BLE001 - one repository never costs the others
                return self._folders.failed(folder, error)
        message = "its template's files lie in too many places"
        return self._folders.failed(folder, ScaffoldError(message))


def _placed(
    outcome: FleetOutcome, checkout: Checkout, repository: RemoteRepository
) -> FleetOutcome:
    """Return an outcome whose change is one of the commit that was checked out."""
    change = outcome.change
    if change is None:
        return outcome
    for file in change.files:
        submodule = checkout.submodule_above(file.path)
        if submodule is not None:
            message = f"{submodule} is a submodule, in which {file.path} can't be put"
            return failed(repository, Reason.HOSTILE, message)
    return replace(outcome, change=replace(change, base=checkout.base))


def _without_place(
    outcome: FleetOutcome, folder: str, repository: RemoteRepository
) -> FleetOutcome:
    """Return an outcome whose words name the repository, where they named a folder of ours."""
    name = repository.name
    words = {
        f"scaffold update {folder}": f"scaffold fleet update {name}",
        f"scaffold init {folder}": f"scaffold fleet init {name}",
        f"{folder}/": "",
        folder: name,
    }
    why = outcome.why
    if why is not None:
        why = Why(why.code, _reworded(why.message, words), _reworded(why.hint, words))
    return replace(
        outcome,
        why=why,
        findings=_reworded(outcome.findings, words),
        notes=_reworded(outcome.notes, words),
    )


def _reworded(value: _Said, words: Mapping[str, str]) -> _Said:
    """Return what is said in other words, in whatever it is said."""
    said: Any = value
    if isinstance(said, str):
        for old, new in words.items():
            said = said.replace(old, new)
    elif isinstance(said, tuple):
        said = tuple(_reworded(one, words) for one in said)
    elif isinstance(said, list):
        said = [_reworded(one, words) for one in said]
    elif isinstance(said, dict):
        said = {key: _reworded(one, words) for key, one in said.items()}
    return said  # type: ignore[no-any-return]
