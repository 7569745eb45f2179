"""Why a repository failed, in the words that programs read: found when something has gone wrong.

The ways that lead to an error have no codes; so what a run needs is looked at again, step by step,
until one of them fails.
"""

import errno
from typing import TYPE_CHECKING, Final

from issue_scaffold.errors import ScaffoldError, TemplateError, UsageError
from issue_scaffold.files.bounded import NotAFileError
from issue_scaffold.files.folders import DetourError
from issue_scaffold.files.target_files import InTheWayError
from issue_scaffold.fleet.outcome import FleetOutcome, Reason, failed
from issue_scaffold.fleet.remote import FleetRepository, name_of
from issue_scaffold.forge.git_remote import NoRemoteError
from issue_scaffold.label_sync.http.errors import ApiError

if TYPE_CHECKING:
    from issue_scaffold.template.renderer import Renderer

_NUMBERS: Final = {
    errno.EACCES: Reason.FORBIDDEN,
    errno.EPERM: Reason.FORBIDDEN,
    errno.EROFS: Reason.FORBIDDEN,
    errno.ENOSPC: Reason.DISK,
    errno.EDQUOT: Reason.DISK,
    errno.EIO: Reason.DISK,
    errno.ENOMEM: Reason.MEMORY,
    errno.ENOENT: Reason.GONE,
}


def failure(
    repository: FleetRepository,
    error: Exception,
    answers_file: str | None,
    renderer: "Renderer",
) -> FleetOutcome:
    """Return the outcome of a repository that an error has ended."""
    name = name_of(repository)
    match error:
        case MemoryError():
            return failed(repository, Reason.MEMORY, f"{name} needs too much memory")
        case NoRemoteError():
            hint = "let a remote called origin say where it is"
            return failed(repository, Reason.NO_REMOTE, error.message, hint)
        case ScaffoldError():
            code = _code_of(name, error, answers_file, renderer)
            return failed(repository, code, error.message, error.hint)
        case OSError(errno=int() as number):
            code = _NUMBERS.get(number, Reason.CRASHED)
            what = error.filename or name
            return failed(repository, code, f"{what} can't be read: {error.strerror}")
    first_line = (str(error).splitlines() or [""])[0]
    return failed(repository, Reason.CRASHED, f"unexpected {type(error).__name__}: {first_line}")


def code_of_os_error(error: OSError) -> Reason:
    """Return what the system has refused."""
    return _NUMBERS.get(error.errno or 0, Reason.CRASHED)


def _code_of(
    repository: str, error: ScaffoldError, answers_file: str | None, renderer: "Renderer"
) -> Reason:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, OSError) and cause.errno in _NUMBERS:
        return _NUMBERS[cause.errno]
    if isinstance(error, ApiError):
        from issue_scaffold.fleet.listing.listing import code_of_api

        return code_of_api(error)
    if isinstance(error, NotAFileError | DetourError | InTheWayError):
        return Reason.HOSTILE
    if isinstance(error, UsageError):
        return _code_of_usage(repository, answers_file, renderer)
    if isinstance(error, TemplateError):
        return Reason.NETWORK
    return Reason.CRASHED


def _code_of_usage(repository: str, answers_file: str | None, renderer: "Renderer") -> Reason:
    from issue_scaffold.sync.target import open_target

    try:
        target = open_target(repository, answers_file)
    except ScaffoldError:
        return Reason.INVALID_ANSWERS
    try:
        target.recorded(renderer.sources)
    except UsageError:
        return Reason.UNKNOWN_VERSION
    except ScaffoldError:
        return Reason.NETWORK
    return Reason.INVALID_ANSWERS
