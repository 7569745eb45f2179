"""The answer of every command as a value: one envelope, which each renderer in `cli/output/` shows.

A report is about targets. A target has findings (what is not as it should be), tables (what was
done, would be done, or is there), or both. What differs between commands is said here, by a
`ReportLayout`; no renderer asks for a command's name.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Final, NamedTuple

from issue_scaffold.errors import EXIT_FAILURE, EXIT_OK, ScaffoldError, unexpected
from issue_scaffold.report.finding import Finding, Severity


class TemplateState(NamedTuple):
    """Which template a target follows. `latest` is None when nobody could be asked."""

    source: str
    version: str | None
    latest: str | None


class Tone(Enum):
    """How a row's word is meant, which some formats colour."""

    PLAIN = "plain"
    GOOD = "good"
    CHANGE = "change"
    CAUTION = "caution"
    BAD = "bad"
    ADVICE = "advice"


class ReportRow(NamedTuple):
    """One thing of a table: a file of a plan, a label, a rule.

    `name` says which it is, `word` what becomes of it, `text` more of it, `aside` what is only
    mentioned; `notes` stand below, `diff` after the table. `swatch` is a colour to show, as hex
    digits. `data` is what programs get. A row with `is_quiet` is for them alone. `severity` is
    there where the row is worth an annotation, at `path` and `line`.
    """

    data: Mapping[str, object]
    name: str
    word: str = ""
    tone: Tone = Tone.PLAIN
    text: str = ""
    aside: str = ""
    notes: tuple[str, ...] = ()
    diff: str = ""
    swatch: str | None = None
    is_quiet: bool = False
    severity: Severity | None = None
    path: str = ""
    line: int | None = None

    @property
    def details(self) -> str:
        """All that is said of it beside its word and its name."""
        return "; ".join(filter(None, (f"{self.text} {self.aside}".strip(), *self.notes)))


class ReportTable(NamedTuple):
    """Rows of one kind.

    `key` names them for programs, `noun` for people; `tally` says how many there are of which.
    `headline` stands above. With `names_first` the words follow the names. Where `is_told`, the
    target's own `lines` or `asides` already say to people at a terminal what the rows hold.
    """

    key: str
    noun: str
    rows: tuple[ReportRow, ...]
    headline: str = ""
    tally: str = ""
    names_first: bool = False
    is_told: bool = False


class TargetReport(NamedTuple):
    """What there is to say of one target. `target` is as given on the command line.

    `error` says why the target, or a file of it, could not be dealt with (the findings are those
    of the rest), `hint` what to do about it; `notes` are remarks that never fail ("newer version
    unknown: offline"). `exit_code` is what this target alone would end the process with.

    `fields` are what only this command has for programs. For people, `asides` are lines for
    standard error, and `lines` come last. `as_findings` are the tables' rows for formats that know
    nothing but findings. A `product` is what was asked for itself: as text, it goes to standard
    output alone.
    """

    target: str
    status: str
    findings: tuple[Finding, ...] = ()
    template: TemplateState | None = None
    error: str | None = None
    hint: str | None = None
    notes: tuple[str, ...] = ()
    exit_code: int = 0
    fields: Mapping[str, object] = {}
    tables: tuple[ReportTable, ...] = ()
    asides: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    as_findings: tuple[Finding, ...] = ()
    product: str | None = None


class ReportLayout(NamedTuple):
    """How the reports of a command are laid out.

    `has_headers`: each target has a line that says how it is. `paths_in_targets`: the findings'
    paths are relative to their target, not as on the command line. `has_findings`: they are what
    it is about, so that it is said when there are none. `offers_fixes`: `--fix` mends what can be
    mended. `is_flat`: there is one target, and for programs its fields stand beside the exit code.
    `one_by_one`: for people, findings of less than this severity are summed up, a line a rule.
    """

    has_headers: bool = False
    paths_in_targets: bool = False
    has_findings: bool = False
    offers_fixes: bool = False
    is_flat: bool = False
    one_by_one: Severity = Severity.INFO


EXAMINED: Final = ReportLayout(has_findings=True, offers_fixes=True)
COMPARED: Final = ReportLayout(has_headers=True, paths_in_targets=True, has_findings=True)
PLANNED: Final = ReportLayout(paths_in_targets=True)
SINGLE: Final = ReportLayout(is_flat=True)


class Report(NamedTuple):
    """The whole answer of one command, whose name (`labels-plan`) names its shape for programs.

    `exit_code` is what the process will end with.
    """

    command: str
    exit_code: int
    targets: tuple[TargetReport, ...]
    layout: ReportLayout = EXAMINED

    @property
    def title(self) -> str:
        """The command as people type it."""
        return f"scaffold {self.command.replace('-', ' ')}"


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
            message = unexpected(error)
            hint, code = report_crash(error), EXIT_FAILURE
    return TargetReport(target=target, status="failed", error=message, hint=hint, exit_code=code)


def report_of(command: str, targets: Iterable[TargetReport], layout: ReportLayout) -> Report:
    """Return the whole answer: it ends with the highest exit code of its targets."""
    rows = tuple(targets)
    code = max((row.exit_code for row in rows), default=EXIT_OK)
    return Report(command=command, exit_code=code, targets=rows, layout=layout)
