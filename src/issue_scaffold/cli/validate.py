"""`scaffold validate`."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from issue_scaffold.cli.crash import keep_crash
from issue_scaffold.cli.options import OutputTarget, forge_option, format_option, is_ci
from issue_scaffold.cli.output.display import Display
from issue_scaffold.cli.verbosity import tell
from issue_scaffold.report.finding import Severity
from issue_scaffold.report.report import EXAMINED, TargetReport
from issue_scaffold.text.limits import MAX_BYTES
from issue_scaffold.validate.paths import STDIN
from issue_scaffold.validate.run import ValidateOptions, validate

if TYPE_CHECKING:
    from issue_scaffold.validate.fix import FileFix


@click.command("validate")
@click.argument("paths", nargs=-1, metavar="[PATH|-]…")
@click.option("--fix", is_flag=True, help="Mend what has one right answer.")
@click.option("--unsafe-fixes", is_flag=True, help="Mend also what can only be guessed.")
@click.option("--diff", is_flag=True, help="Show what would be mended, and write nothing.")
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 whatever is found.")
@click.option(
    "--show",
    type=click.Choice([str(severity) for severity in reversed(Severity)]),
    default=str(Severity.WARNING),
    show_default=True,
    help="As text, sum up what weighs less than this, a line a rule.",
)
@forge_option
@format_option
def command(
    *,
    paths: tuple[str, ...],
    forge: str | None,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    strict: bool,
    exit_zero: bool,
    show: str,
    outputs: tuple[OutputTarget, ...],
) -> int:
    """Check issue forms, templates, choosers and labels configs against their rules.

    Without PATHs it is everything that the repository has for the issues of GitHub, GitLab, Gitea.
    PATH is a file, a repository's folder (default: .), or - for standard input.
    """
    # Who names a path in CI and mistypes it, or starts in a wrong folder, would never learn of it.
    in_ci = is_ci()
    demands_files = strict or (bool(paths) and in_ci)
    paths = paths or (".",)
    stdin = _standard_input() if STDIN in paths else None
    layout = EXAMINED._replace(one_by_one=Severity(show))
    display = Display("validate", layout, outputs, several=len(paths) > 1)
    fixes: Sequence[FileFix] | None = None
    if (fix or unsafe_fixes) and not diff:
        with display.failures_of(paths[0]):
            fixes = _mend(paths, forge, unsafe=unsafe_fixes)
    options = ValidateOptions(
        paths=paths,
        stdin=stdin,
        forge=forge,
        strict=strict,
        exit_zero=exit_zero,
        demands_files=demands_files,
        demands_place=in_ci,
        report_crash=keep_crash,
    )
    rows: Iterable[TargetReport] = validate(options)
    if diff:
        from issue_scaffold.validate.fix import plan_fixes, with_diffs

        fixes = plan_fixes(paths, unsafe=unsafe_fixes, stdin=stdin, forge=forge)
        rows = with_diffs(rows, fixes)
    rows = _with_removals(rows, fixes)
    return display.all_of(rows).exit_code


def _standard_input() -> bytes | None:
    if sys.stdin is None:  # closed: an empty one
        return None
    # One byte more than the limit is enough to be told that it is too much.
    return sys.stdin.buffer.read(MAX_BYTES + 1)


def _mend(paths: Sequence[str], forge: str | None, *, unsafe: bool) -> Sequence["FileFix"]:
    """Mend files, say so on standard error, and return what was done."""
    from issue_scaffold.cli.way_back import way_back
    from issue_scaffold.validate.fix import apply_fixes

    fixed = apply_fixes(paths, unsafe=unsafe, forge=forge)
    for note in fixed.notes:
        tell(f"note: {note}")
    for change in fixed.changes:
        line = f"mended {change.path}"
        if change.new_path != change.path:
            line += f", now {change.new_path}"
        if change.fixed > 1:
            line += f" ({change.fixed} findings)"
        tell(line)
        for removal in change.removed:
            tell(removal.sentence)
    for root in fixed.roots:
        tell(way_back(root))
    return fixed.changes


def _with_removals(
    rows: Iterable[TargetReport], fixes: Sequence["FileFix"] | None
) -> Iterable[TargetReport]:
    if fixes is None:
        return rows
    from issue_scaffold.validate.fix import with_removals

    return with_removals(rows, fixes)
