"""`scaffold validate`."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from issue_scaffold.cli.crash import keep_crash
from issue_scaffold.cli.options import OutputTarget, OutputTargetType
from issue_scaffold.cli.output import FORMATS, Shown
from issue_scaffold.cli.printing import say
from issue_scaffold.report.report import TargetReport
from issue_scaffold.text.limits import MAX_BYTES
from issue_scaffold.validate.paths import STDIN
from issue_scaffold.validate.run import ValidateOptions, validate


@click.command("validate", short_help="Check issue forms, templates, chooser and labels.")
@click.argument("paths", nargs=-1, metavar="[PATH|-]…")
@click.option("--fix", is_flag=True, help="Mend what has one right answer.")
@click.option("--unsafe-fixes", is_flag=True, help="Mend also what can only be guessed.")
@click.option("--diff", is_flag=True, help="Show what would be mended, and write nothing.")
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 whatever is found.")
@click.option(
    "--format",
    "formats",
    type=OutputTargetType(FORMATS),
    multiple=True,
    default=(OutputTarget("text"),),
    show_default="text",
    help="How to show the result, and the file it goes to. May be repeated.",
)
def command(**values: Any) -> int:  # noqa: ANN401 - Click's values, declared above
    """Check files, or everything that a repository has for GitHub's, GitLab's and Gitea's issues, against their rules.

    PATH is a file, a repository's folder (default: .), or - for standard input.
    """
    paths = values["paths"] or (".",)
    # One byte more than the limit is enough to be told that it is too much. A closed standard input is an empty one.
    stdin = (
        sys.stdin.buffer.read(MAX_BYTES + 1) if STDIN in paths and sys.stdin is not None else None
    )
    mended = values["fix"] or values["unsafe_fixes"]
    if mended and not values["diff"]:
        _mend(paths, unsafe=values["unsafe_fixes"])
    options = ValidateOptions(
        paths=paths,
        stdin=stdin,
        strict=values["strict"],
        exit_zero=values["exit_zero"],
        report_crash=keep_crash,
    )
    rows = validate(options)
    if values["diff"]:
        rows = _with_diffs(rows, paths, stdin, unsafe=values["unsafe_fixes"])
    return Shown("validate", values["formats"], several=len(paths) > 1).all_of(rows).exit_code


def _mend(paths: Sequence[str], *, unsafe: bool) -> None:
    """Mend files, and say so on standard error."""
    from issue_scaffold.validate.fix import apply_fixes

    fixed = apply_fixes(paths, unsafe=unsafe)
    for note in fixed.notes:
        say(f"note: {note}", err=True)
    for change in fixed.changes:
        renamed = f", now {change.new_path}" if change.new_path != change.path else ""
        times = f" ({change.fixed} findings)" if change.fixed > 1 else ""
        say(f"mended {change.path}{renamed}{times}", err=True)


def _with_diffs(
    rows: Iterable[TargetReport], paths: Sequence[str], stdin: bytes | None, *, unsafe: bool
) -> Iterator[TargetReport]:
    from issue_scaffold.validate.fix import plan_fixes, with_diffs

    return with_diffs(rows, plan_fixes(paths, unsafe=unsafe, stdin=stdin))
