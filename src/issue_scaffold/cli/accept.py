"""`scaffold accept`."""

import click

from issue_scaffold.cli.options import OutputTarget, answers_file_option, format_option
from issue_scaffold.cli.output.display import Display
from issue_scaffold.cli.way_back import way_back
from issue_scaffold.report.report import SINGLE, ReportRow, ReportTable, TargetReport, Tone
from issue_scaffold.sync.accept import AcceptOutcome, accept
from issue_scaffold.template.renderer import open_renderer


@click.command("accept")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option(
    "--reason",
    required=True,
    metavar="TEXT",
    help="Why the file differs; kept in .github/scaffold.yml.",
)
@answers_file_option
@format_option
def command(
    *,
    paths: tuple[str, ...],
    reason: str,
    answers_file: str | None,
    outputs: tuple[OutputTarget, ...],
) -> int:
    """Record that files deviate from the template on purpose.

    Any later change of them is drift again. A deleted file can be accepted too.
    """
    display = Display("accept", SINGLE, outputs)
    with open_renderer() as renderer, display.failures_of("."):
        outcome = accept(paths, reason, renderer, answers_file=answers_file)
    return display.one(_target(outcome))


def _target(outcome: AcceptOutcome) -> TargetReport:
    rows = tuple(
        ReportRow({"path": path}, name=path, word="accepted", tone=Tone.GOOD)
        for path in outcome.paths
    )
    settings = outcome.settings_file
    lines = [f"accepted {path} (recorded in {settings})" for path in outcome.paths]
    return TargetReport(
        target=".",
        status="done",
        fields={"settings_file": settings, "notes": outcome.notes},
        tables=(ReportTable("accepted", "file", rows, is_told=True),),
        asides=tuple(f"note: {note}" for note in outcome.notes),
        lines=(*lines, way_back(outcome.folder)),
    )
