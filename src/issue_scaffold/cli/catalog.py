"""`scaffold catalog`: `new`, `add` and `check`."""

import click

from issue_scaffold.catalog.check import check_catalog
from issue_scaffold.catalog.entry import CatalogEntry
from issue_scaffold.catalog.make import CatalogOutcome, add_to_catalog, new_catalog
from issue_scaffold.cli.options import OutputTarget, format_option
from issue_scaffold.cli.output.display import Display, write_report
from issue_scaffold.cli.remarks import remark_row, was
from issue_scaffold.cli.way_back import way_back
from issue_scaffold.report.report import EXAMINED, SINGLE, ReportRow, ReportTable, TargetReport


@click.group("catalog")
def command() -> None:
    """Make a template repository out of issue templates that you have, add to it, and check it."""


@command.command("new")
@click.argument("folder", metavar="DIR")
@click.option(
    "--from",
    "paths",
    multiple=True,
    metavar="PATH",
    help="Template, form, folder of them, or repository to import. May be repeated.",
)
@format_option
def new(*, folder: str, paths: tuple[str, ...], outputs: tuple[OutputTarget, ...]) -> int:
    """Make a template repository in DIR, which must not exist yet or be empty.

    Without --from it starts with a bug report, a feature request and a documentation issue.
    """
    display = Display("catalog-new", SINGLE, outputs)
    with display.failures_of(folder):
        outcome = new_catalog(folder, paths)
    step = (
        f"Next: cd {folder}, scaffold catalog check, commit, git tag v1.0.0; "
        f"then scaffold init -t {folder}."
    )
    return display.one(_target(outcome, "Made", lines=(step,)))


@command.command("add")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option(
    "-C", "--catalog", "folder", default=".", show_default=True, metavar="DIR", help="The catalog."
)
@format_option
def add(*, files: tuple[str, ...], folder: str, outputs: tuple[OutputTarget, ...]) -> int:
    """Add each FILE, a Markdown template or an issue form, to a catalog.

    Its choice in the questions and its labels come with it.
    """
    display = Display("catalog-add", SINGLE, outputs)
    with display.failures_of(folder):
        outcome = add_to_catalog(folder, files)
    lines: tuple[str, ...] = ()
    if outcome.files:
        lines = (way_back(folder),)
    return display.one(_target(outcome, "Extended", lines=lines))


@command.command("check")
@click.argument("folder", default=".", metavar="[DIR]")
@format_option
def check(*, folder: str, outputs: tuple[OutputTarget, ...]) -> int:
    """Render the catalog in DIR with answers that try every choice, and validate what comes out."""
    with Display("validate", EXAMINED, outputs).failures_of(folder):
        report = check_catalog(folder)
    return write_report(report, outputs)


def _target(outcome: CatalogOutcome, verb: str, lines: tuple[str, ...] = ()) -> TargetReport:
    asides = [f"note: {note}" for note in outcome.notes]
    remarks = []
    for path, remark in outcome.remarks:
        asides.append(f"{path}: {remark.kind}: {remark.message} {was(remark)}".rstrip())
        remarks.append(remark_row(remark, path, {"path": path}))
    headline = f"{verb} the catalog {outcome.folder}:"
    types = tuple(map(_issue_type, outcome.entries))
    return TargetReport(
        target=outcome.folder,
        status="done",
        fields={"catalog": outcome.folder, "files": outcome.files},
        tables=(
            ReportTable("issue_types", "issue type", types, headline=headline),
            ReportTable("remarks", "file", tuple(remarks), is_told=True),
        ),
        asides=tuple(asides),
        lines=lines,
    )


def _issue_type(entry: CatalogEntry) -> ReportRow:
    labels = f"(labels: {', '.join(entry.labels)})" if entry.labels else ""
    data: dict[str, object] = {
        "slug": entry.slug,
        "name": entry.name,
        "path": entry.path,
        "labels": entry.labels,
    }
    return ReportRow(data, name=entry.path, text=entry.name, aside=labels)
