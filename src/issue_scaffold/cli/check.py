"""`scaffold check`."""

from typing import Any, BinaryIO

import click

from issue_scaffold.cli.crash import keep_crash
from issue_scaffold.cli.options import (
    OutputTarget,
    answers_file_option,
    format_option,
    is_ci,
    read_targets,
    targets_options,
)
from issue_scaffold.cli.output.display import Display
from issue_scaffold.report.finding import Kind
from issue_scaffold.report.report import COMPARED
from issue_scaffold.sync.check import DEFAULT_KINDS, FAILING_KINDS, CheckOptions, check
from issue_scaffold.template.renderer import open_renderer


class KindsType(click.ParamType[frozenset[Kind]]):
    """Drift kinds, separated by commas."""

    name = "kinds"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        """Return what `--help` shows."""
        return "KIND,…"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> frozenset[Kind]:
        """Return the kinds that a value names."""
        if isinstance(value, frozenset):
            return value
        words = [word.strip() for word in str(value).split(",") if word.strip()]
        unknown = [word for word in words if word not in {str(kind) for kind in FAILING_KINDS}]
        if unknown or not words:
            known = ", ".join(sorted(FAILING_KINDS))
            self.fail(
                f"{', '.join(unknown) or 'nothing'} is no drift kind; the kinds: {known}",
                param,
                ctx,
            )
        return frozenset(Kind(word) for word in words)


@click.command("check")
@targets_options
@click.option("--diff", is_flag=True, help="Show unified diffs of what differs.")
@click.option(
    "--fail-on",
    type=KindsType(),
    default=DEFAULT_KINDS,
    show_default="all but invalid-foreign and reformatted",
    help="Drift kinds that make the exit code 1.",
)
@click.option("--exit-zero", is_flag=True, help="Exit 0 whatever is found.")
@click.option("--staged", is_flag=True, help="Look at what is staged for the next commit.")
@click.option(
    "--trusted-ref",
    metavar="REF",
    help="Take what may silence the check from this revision, say the branch to merge into.",
)
@click.option(
    "--labels",
    is_flag=True,
    help="Compare the labels on the forge too; needs a token and the network.",
)
@click.option("--offline", is_flag=True, help="Ask no network whether a newer version is out.")
@click.option(
    "--refresh", is_flag=True, help="Ask now, even when it was asked within the last hour."
)
@answers_file_option
@format_option
def command(
    *,
    targets: tuple[str, ...],
    list_file: BinaryIO | None,
    ends_with_nul: bool,
    diff: bool,
    fail_on: frozenset[Kind],
    exit_zero: bool,
    staged: bool,
    trusted_ref: str | None,
    labels: bool,
    offline: bool,
    refresh: bool,
    answers_file: str | None,
    outputs: tuple[OutputTarget, ...],
) -> int:
    """Say whether each TARGET (default: .) still holds what its template makes of its answers.

    A single TARGET may be a folder below the one that is set up.

    Kinds of drift: outdated, modified, missing, conflict, invalid, untracked. An error in a file
    that the template doesn't manage is invalid-foreign. A file that differs in its formatting only
    is reformatted.
    """
    if offline and refresh:
        raise click.UsageError("--offline and --refresh exclude each other")
    if offline and labels:
        raise click.UsageError("--offline and --labels exclude each other")
    chosen = read_targets(targets, list_file, ends_with_nul=ends_with_nul)
    options = CheckOptions(
        targets=chosen.paths,
        fail_on=fail_on,
        exit_zero=exit_zero,
        offline=offline,
        refresh=refresh,
        answers_file=answers_file,
        with_diff=diff,
        with_labels=labels,
        staged=staged,
        trusted_ref=trusted_ref or None,
        looks_above=chosen.is_one,
        in_ci=is_ci(),
        report_crash=keep_crash,
    )
    if labels:
        from issue_scaffold.cli.labels_progress import tell_wait

        options = options._replace(on_wait=tell_wait)
    display = Display("check", COMPARED, outputs, several=len(options.targets) > 1)
    with open_renderer() as renderer:
        return display.all_of(check(options, renderer)).exit_code
