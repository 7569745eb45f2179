"""Where reports go: to standard output or files, in the formats that were asked for.

A format is a row of `formats.py`. This module knows one by name: text, which is for people and so
is shown while a report comes about.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Final

from issue_scaffold.cli.options import OutputTarget
from issue_scaffold.cli.output.formats import FORMATS
from issue_scaffold.cli.printing import (
    fits_screen,
    is_terminal,
    page,
    put,
    put_product,
    say,
    show_error,
)
from issue_scaffold.cli.verbosity import Verbosity, verbosity
from issue_scaffold.errors import EXIT_INTERRUPTED, EXIT_OK, ScaffoldError
from issue_scaffold.report.report import (
    Report,
    ReportLayout,
    ReportTable,
    TargetReport,
    report_of,
)

TEXT: Final = OutputTarget("text")


def refused_target(target: str, error: ScaffoldError) -> TargetReport:
    """Return the row of a target with which nothing could be done."""
    code = error.exit_code
    return TargetReport(target, "failed", error=error.message, hint=error.hint, exit_code=code)


class Display:
    """A report as it is shown: text target by target, every other format whole at the end."""

    def __init__(
        self,
        command: str,
        layout: ReportLayout,
        outputs: Sequence[OutputTarget],
        *,
        several: bool = False,
    ) -> None:
        """`several` tells that there is more than one target, so that remarks name theirs."""
        self._command = command
        self._layout = layout
        self._outputs = outputs or (TEXT,)
        self.shows_text = TEXT in self._outputs
        self._several = several
        self._is_quiet = verbosity() is Verbosity.QUIET
        # Whether people are told what is being done before it is known how it ends.
        self.tells_progress = self.shows_text and not self._is_quiet
        self._tells_failures = any(
            not FORMATS[output.format].tells_failures for output in self._outputs
        )
        self._rows: list[TargetReport] = []
        if self.shows_text:
            from issue_scaffold.cli.output.text import TextStream

            self._stream = TextStream(
                layout,
                several=several,
                width=_width(),
                is_verbose=verbosity() is Verbosity.VERBOSE,
            )

    def all_of(self, rows: Iterable[TargetReport]) -> Report:
        """Show rows as they come, then the rest; return the whole report.

        On Ctrl-C what is finished is shown in every format before the exception goes on. Raises
        ScaffoldError if a file can't be written.
        """
        try:
            for row in rows:
                self._rows.append(row)
                self._show(row)
        except KeyboardInterrupt:
            self._end(Report(self._command, EXIT_INTERRUPTED, tuple(self._rows), self._layout))
            raise
        return self._finish()

    def one(self, row: TargetReport) -> int:
        """Show the report on one target; return its exit code. Raises ScaffoldError as `all_of`."""
        return self.all_of([row]).exit_code

    def whole(self, report: Report) -> int:
        """Show a finished report; return its exit code. Raises ScaffoldError as `all_of`."""
        for row in report.targets:
            self._show(row)
        self._end(report)
        return report.exit_code

    def end_of(self, row: TargetReport) -> int:
        """Do as `one`, for a target whose tables people have been shown already."""
        self._rows.append(row)
        if self._is_to_be_told(row.exit_code):
            say(*row.lines)
        return self._finish().exit_code

    @contextmanager
    def failures_of(
        self, target: str, describe: Callable[[str, ScaffoldError], TargetReport] = refused_target
    ) -> Iterator[None]:
        """Report an error of what goes on here, in the formats that can; then it goes on.

        The error itself is said on standard error, by whoever it comes to.
        """
        try:
            yield
        except ScaffoldError as error:
            row = describe(target, error)
            self._rows.append(row)
            self._show_text(row)
            self._finish()
            raise

    def _show(self, row: TargetReport) -> None:
        self._show_text(row)
        if self._tells_failures and row.error is not None:
            if sys.stdout is not None:
                sys.stdout.flush()
            show_error(row.error, row.hint)

    def _show_text(self, row: TargetReport) -> None:
        if self.shows_text and row.product is not None:
            put_product(row.product)
        if not self._is_to_be_told(row.exit_code):
            return
        diffs = [] if self._several else _diffs_of(row)
        if not fits_screen(diffs):
            # What became of the files is still to be seen once the pager is left.
            page(diffs)
            row = row._replace(tables=tuple(map(_without_diffs, row.tables)))
        say(*self._stream.lines_of(row))
        say(*row.asides, err=True)
        say(*row.lines)

    def _is_to_be_told(self, exit_code: int) -> bool:
        """Whether people want to read of what ended so."""
        return self.shows_text and not (self._is_quiet and exit_code == EXIT_OK)

    def _finish(self) -> Report:
        report = report_of(self._command, self._rows, self._layout)
        self._end(report)
        return report

    def _end(self, report: Report) -> None:
        for output in self._outputs:
            if output == TEXT:
                if self._is_to_be_told(report.exit_code):
                    say(*self._stream.end_lines(report))
            else:
                _write(report, output)


def write_report(report: Report, outputs: Sequence[OutputTarget]) -> int:
    """Show a finished report in every format that was asked for; return its exit code.

    Raises ScaffoldError if a file can't be written.
    """
    several = len(report.targets) > 1
    display = Display(report.command, report.layout, outputs, several=several)
    return display.whole(report)


def render(report: Report, format_: str) -> str:
    """Return a report in one of the formats, ready to be printed."""
    text: str = import_module(FORMATS[format_].module).render(report)
    return text


def _write(report: Report, output: OutputTarget) -> None:
    from pathlib import Path

    from issue_scaffold.writing.one_file import append_text, write_file

    text = render(report, output.format)
    if output.file is None:
        put(text)
    else:
        write_file(output.file, text)
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and FORMATS[output.format].has_summary:
        append_text(Path(summary), render(report, "markdown"))


def _diffs_of(row: TargetReport) -> list[str]:
    from issue_scaffold.cli.output.text import diff_lines

    shown = [one for table in row.tables for one in table.rows if one.diff]
    return [line for one in shown for line in diff_lines(one.diff)]


def _without_diffs(table: ReportTable) -> ReportTable:
    return table._replace(rows=tuple(row._replace(diff="") for row in table.rows))


def _width() -> int:
    from issue_scaffold.cli.output.text import WIDTH

    if not is_terminal(sys.stdout):
        return WIDTH
    import shutil

    return max(60, shutil.get_terminal_size().columns)
