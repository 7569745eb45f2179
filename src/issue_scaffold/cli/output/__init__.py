"""Reports as text: one renderer a format, the same for every command that ends in findings.

Owns the choice of the renderer and where its text goes. Renderers are pure functions from a report to text; what a
finding says was decided by its rule.
"""

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

import click

from issue_scaffold.cli.options import OutputTarget
from issue_scaffold.domain.report import Report
from issue_scaffold.errors import ScaffoldError

FORMATS: Final = ("text", "json", "github", "sarif", "gitlab", "markdown")
# Formats that can't carry a failed target: standard error says so.
_WITHOUT_FAILURES: Final = frozenset({"sarif", "gitlab", "text"})


def write_report(report: Report, targets: Sequence[OutputTarget], *, color: bool | None) -> None:
    """Render a report for every output target, to its file or standard output, and say on standard error what failed.

    `color` is None for "only on a terminal". Raises ScaffoldError if a file can't be written.
    """
    for target in targets or (OutputTarget("text"),):
        text = render(report, target.format, color=color if target.file is None else False)
        if target.file is None:
            click.echo(text, nl=False, color=color)
        else:
            write_atomically(target.file, text)
        if target.format == "github" and os.environ.get("GITHUB_STEP_SUMMARY"):
            append_summary(Path(os.environ["GITHUB_STEP_SUMMARY"]), render(report, "markdown", color=False))
    if any(target.format in _WITHOUT_FAILURES for target in targets or (OutputTarget("text"),)):
        _show_failures(report)


def render(report: Report, format_: str, *, color: bool | None) -> str:
    """Return a report in one of the formats."""
    module = import_module(f"issue_scaffold.cli.output.{format_}")
    if format_ == "text":
        text: str = module.render(report, width=_width())
        colourless = color is False or (color is None and not _is_terminal())
        return encodable(click.unstyle(text) if colourless else text)
    return encodable(module.render(report))


def encodable(text: str) -> str:
    """Return a text that can be written: file names and JSON may hold halves of characters."""
    return text.encode("utf-8", "replace").decode()


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _width() -> int:
    if not _is_terminal():
        return 160
    import shutil

    return max(60, shutil.get_terminal_size().columns)


def _show_failures(report: Report) -> None:
    for target in report.targets:
        if target.error is not None:
            click.echo(f"{click.style('error:', fg='red', bold=True)} {target.error}", err=True)
            if target.hint:
                click.echo(f"  {click.style('hint:', fg='cyan')} {target.hint}", err=True)


def write_atomically(path: Path, text: str) -> None:
    """Write a whole file or nothing, keeping its mode. Raises ScaffoldError if that isn't possible."""
    import tempfile

    try:
        mode = path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask()
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")  # /dev/stderr and pipes can't be replaced
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(name).chmod(mode)
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise ScaffoldError(f"{path} can't be written: {(error.strerror or str(error)).lower()}") from None


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def append_summary(path: Path, text: str) -> None:
    """Append to the step summary of a GitHub workflow. Raises ScaffoldError if that isn't possible."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        message = f"the step summary {path} can't be written: {(error.strerror or str(error)).lower()}"
        raise ScaffoldError(message) from None
