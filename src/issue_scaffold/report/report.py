"""The result of `check` and `validate`: what every renderer in `cli/output/` gets."""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from issue_scaffold.errors import EXIT_FAILURE, EXIT_OK, ScaffoldError
from issue_scaffold.report.finding import Finding


class TemplateState(NamedTuple):
    """Which template a target follows. `latest` is None when nobody could be asked."""

    source: str
    version: str | None
    latest: str | None


class TargetReport(NamedTuple):
    """What was found in one target. `target` is as given on the command line.

    `error` says why the target, or a file of it, could not be looked at (the findings are those of the rest), `hint`
    what to do about it; `notes` are remarks that never fail ("newer version unknown: offline"). `exit_code` is what
    this target alone would end the process with.
    """

    target: str
    status: Literal["clean", "findings", "failed"]
    findings: tuple[Finding, ...] = ()
    template: TemplateState | None = None
    error: str | None = None
    hint: str | None = None
    notes: tuple[str, ...] = ()
    exit_code: int = 0


class Report(NamedTuple):
    """The whole answer of one command; `exit_code` is what the process will end with."""

    command: Literal["check", "validate"]
    exit_code: int
    targets: tuple[TargetReport, ...]


# Keeps the details of an unexpected exception, and says where they are.
CrashReporter = Callable[[Exception], str]


def failed_target(target: str, error: Exception, report_crash: CrashReporter) -> TargetReport:
    """Return the row of a target that could not be looked at, for whatever reason."""
    match error:
        case ScaffoldError():
            message, hint, code = error.message, error.hint, error.exit_code
        case OSError(strerror=str()):
            message, hint = f"{error.filename or target} can't be read: {error.strerror}", None
            code = EXIT_FAILURE
        case _:
            first_line = (str(error).splitlines() or [""])[0]
            message = f"unexpected {type(error).__name__}: {first_line}"
            hint, code = report_crash(error), EXIT_FAILURE
    return TargetReport(target=target, status="failed", error=message, hint=hint, exit_code=code)


def report_of(command: Literal["check", "validate"], targets: Iterable[TargetReport]) -> Report:
    """Return the whole answer: it ends with the highest exit code of its targets."""
    rows = tuple(targets)
    return Report(
        command=command,
        exit_code=max((row.exit_code for row in rows), default=EXIT_OK),
        targets=rows,
    )
