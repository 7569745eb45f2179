"""A run over many repositories as it is shown: row by row, then what it came to, or whole files."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from typing import Final, Protocol

import click

from issue_scaffold.cli.fleet_report import (
    FORMATS,
    FleetReport,
    end_lines,
    row_document,
    row_line,
    summary_json,
)
from issue_scaffold.cli.options import OutputTarget, OutputTargetType
from issue_scaffold.cli.printing import RowOutput, put, say
from issue_scaffold.cli.verbosity import Verbosity, verbosity
from issue_scaffold.errors import EXIT_FAILURE, EXIT_INTERRUPTED, EXIT_OK, EXIT_RESUMABLE
from issue_scaffold.fleet.outcome import FleetOutcome, Status, Tally
from issue_scaffold.fleet.run import EarlyEnd

TABLE: Final = OutputTarget("table")
# Shown while a run goes on.
_STREAMED: Final = frozenset({TABLE, OutputTarget("jsonl")})
FORMAT_OPTION: Final = click.option(
    "--format",
    "outputs",
    type=OutputTargetType(FORMATS, {"text": TABLE.format}),
    multiple=True,
    default=(TABLE,),
    show_default="table",
    help="How to show the run, and the file it goes to. May be repeated.",
)


class ShownRun(Protocol):
    """A run that can be shown while it goes on."""

    @property
    def left(self) -> int:
        """How many repositories have no outcome yet."""

    @property
    def is_listed(self) -> bool:
        """Whether no others are unknown yet."""

    @property
    def stopped(self) -> EarlyEnd | None:
        """Why it ended early, None if it didn't."""

    def outcomes(self) -> Generator[FleetOutcome]:
        """Yield what comes of each repository."""


class RunShow:
    """A run as it is shown: row by row where that can be, else whole at the end.

    `count_requests` says how many requests were sent to hosts, where somebody counts them.
    """

    def __init__(
        self, title: str, outputs: Sequence[OutputTarget], tally: Tally, name: str | None
    ) -> None:
        """Begin with a tally of what was done before, and the run's name."""
        self.count_requests: Callable[[], Mapping[str, int]] = dict
        self._title = title
        self._outputs = outputs
        self._tally = tally
        self._name = name
        self._is_quiet = verbosity() is Verbosity.QUIET
        # A hundred thousand rows are kept only where somebody wants them at the end.
        self._keeps_all = any(output not in _STREAMED for output in outputs)
        self._kept: list[FleetOutcome] = []
        self._rows = RowOutput()

    def all_of(self, run: ShownRun) -> int:
        """Show rows as they come, then the rest; return the exit code."""
        try:
            with closing(run.outcomes()) as outcomes:
                for outcome in outcomes:
                    self._row(outcome)
        except KeyboardInterrupt:
            self._end(run, EXIT_INTERRUPTED)
            raise
        code = self._tally.exit_code
        if run.stopped in {EarlyEnd.BUDGET, EarlyEnd.PACE}:
            code = EXIT_RESUMABLE
        elif run.stopped is EarlyEnd.FAILURES:
            code = EXIT_FAILURE
        self._end(run, code)
        return code

    def _row(self, outcome: FleetOutcome) -> None:
        self._tally.add(outcome)
        is_failure = outcome.status is Status.FAILED
        if self._keeps_all or is_failure:
            self._kept.append(outcome)
        for output in self._outputs:
            if output == OutputTarget("jsonl"):
                self._rows.put_json(row_document(outcome))
            elif output == TABLE and not is_failure and not self._hides(outcome):
                self._rows.say(row_line(outcome))

    def _hides(self, outcome: FleetOutcome) -> bool:
        return self._is_quiet and outcome.status is Status.CLEAN

    def _end(self, run: ShownRun, code: int) -> None:
        report = FleetReport(
            self._title,
            code,
            self._tally,
            self._kept,
            run.left,
            run.stopped,
            self._name,
            self.count_requests(),
            is_listed=run.is_listed,
        )
        for output in self._outputs:
            if output == OutputTarget("jsonl"):
                put(summary_json(report))
            elif output == TABLE:
                if not (self._is_quiet and code == EXIT_OK):
                    say(*end_lines(report))
            else:
                write_report(report, output)


def write_report(report: FleetReport, output: OutputTarget) -> None:
    """Show a whole report, or write it into its file."""
    from issue_scaffold.writing.one_file import write_file

    render = FORMATS[output.format]
    if output.file is None:
        put(render(report))
    else:
        write_file(output.file, render(report))
