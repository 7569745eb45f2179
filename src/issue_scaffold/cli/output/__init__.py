"""Reports as text: one renderer a format, the same for every command that ends in findings.

Owns the choice of the renderer and where its text goes. Renderers are pure functions from a report to text; what a
finding says was decided by its rule.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final, Literal

from issue_scaffold.cli.options import OutputTarget
from issue_scaffold.cli.printing import put, say, show_error, text_of
from issue_scaffold.errors import EXIT_INTERRUPTED, ScaffoldError
from issue_scaffold.report.report import Report, TargetReport, report_of
from issue_scaffold.writing.one_file import write_file

FORMATS: Final = ("text", "json", "github", "sarif", "gitlab", "markdown")
# Formats that can't carry a failed target: standard error says so.
_WITHOUT_FAILURES: Final = frozenset({"sarif", "gitlab", "text"})


class Shown:
    """A report that is shown while it comes about: text target by target, every other format whole at the end."""

    def __init__(
        self,
        command: Literal["check", "validate"],
        outputs: Sequence[OutputTarget],
        *,
        several: bool,
    ) -> None:
        """`several` tells that there is more than one target, so that remarks name theirs."""
        self._command = command
        self._outputs = outputs or (OutputTarget("text"),)
        self._says_failures = any(output.format in _WITHOUT_FAILURES for output in self._outputs)
        self._rows: list[TargetReport] = []
        self._stream = None
        if any(output.format == "text" and output.file is None for output in self._outputs):
            from issue_scaffold.cli.output.text import Stream

            self._stream = Stream(command, several=several, width=_width())

    def all_of(self, rows: Iterable[TargetReport]) -> Report:
        """Show rows as they come, then the rest; return the whole report.

        On Ctrl-C what is finished is shown in every format before the exception goes on. Raises ScaffoldError if a file
        can't be written.
        """
        try:
            for row in rows:
                self.one(row)
        except KeyboardInterrupt:
            self.end(
                Report(command=self._command, exit_code=EXIT_INTERRUPTED, targets=tuple(self._rows))
            )
            raise
        report = report_of(self._command, self._rows)
        self.end(report)
        return report

    def one(self, row: TargetReport) -> None:
        """Show what can be shown of one target that is finished."""
        self._rows.append(row)
        if self._stream is not None:
            say(*self._stream.lines_of(row))
        if self._says_failures and row.error is not None:
            if self._stream is not None and sys.stdout is not None:
                sys.stdout.flush()
            show_error(row.error, row.hint)

    def end(self, report: Report) -> None:
        """Show what only a whole report can be shown as."""
        for output in self._outputs:
            if self._stream is not None and output == OutputTarget("text"):
                say(*self._stream.end_of(report))
            else:
                _write(report, output)


def write_report(report: Report, outputs: Sequence[OutputTarget]) -> None:
    """Show a finished report in every format that was asked for, and on standard error what failed.

    Raises ScaffoldError if a file can't be written.
    """
    shown = Shown(report.command, outputs, several=len(report.targets) > 1)
    for row in report.targets:
        shown.one(row)
    shown.end(report)


def _write(report: Report, output: OutputTarget) -> None:
    text = render(report, output.format, color=False)
    if output.file is None:
        put(text)
    else:
        write_file(output.file, text)
    if output.format == "github" and os.environ.get("GITHUB_STEP_SUMMARY"):
        append_summary(
            Path(os.environ["GITHUB_STEP_SUMMARY"]), render(report, "markdown", color=False)
        )


def render(report: Report, format_: str, *, color: bool) -> str:
    """Return a report in one of the formats, ready to be printed; only text has colours."""
    module = import_module(f"issue_scaffold.cli.output.{format_}")
    if format_ == "text":
        return text_of(module.lines(report, width=_width()), color=color)
    text: str = module.render(report)
    return text


def _width() -> int:
    if sys.stdout is None or not sys.stdout.isatty():
        return 160
    import shutil

    return max(60, shutil.get_terminal_size().columns)


def append_summary(path: Path, text: str) -> None:
    """Append to the step summary of a GitHub workflow. Raises ScaffoldError if that isn't possible."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        message = (
            f"the step summary {path} can't be written: {(error.strerror or str(error)).lower()}"
        )
        raise ScaffoldError(message) from None
