"""`scaffold catalog`: `new`, `add` and `check`."""

from typing import Any

import click

from issue_scaffold.catalog.check import check_catalog
from issue_scaffold.catalog.make import CatalogOutcome, add_to_catalog, new_catalog
from issue_scaffold.cli.options import OutputTarget, OutputTargetType
from issue_scaffold.cli.output import FORMATS, write_report
from issue_scaffold.cli.printing import json_text, put, say

_format = click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to show the result.",
)


@click.group("catalog", short_help="Make, extend or check a template repository of your own.")
def command() -> None:
    """Make a template repository out of issue templates and forms that you have, add to it, and check it."""


@command.command("new")
@click.argument("folder", metavar="DIR")
@click.option(
    "--from",
    "paths",
    multiple=True,
    metavar="PATH",
    help="Template, form, folder of them, or repository to import. May be repeated.",
)
@_format
def new(folder: str, paths: tuple[str, ...], format_: str) -> int:
    """Make a template repository in DIR, which must not exist yet or be empty.

    Without --from it starts with a bug report, a feature request and a documentation issue.
    """
    outcome = new_catalog(folder, paths)
    _show("new", outcome, format_)
    if format_ == "text":
        say(
            f"Next: cd {folder}, scaffold catalog check, commit, git tag v1.0.0; then scaffold init -t {folder}."
        )
    return 0


@command.command("add")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option(
    "-C", "--catalog", "folder", default=".", show_default=True, metavar="DIR", help="The catalog."
)
@_format
def add(files: tuple[str, ...], folder: str, format_: str) -> int:
    """Add each FILE, a Markdown template or an issue form, to a catalog, with its choice and its labels."""
    _show("add", add_to_catalog(folder, files), format_)
    return 0


@command.command("check")
@click.argument("folder", default=".", metavar="[DIR]")
@click.option(
    "--format",
    "formats",
    type=OutputTargetType(FORMATS),
    multiple=True,
    default=(OutputTarget("text"),),
    show_default="text",
    help="How to show the result, and the file it goes to. May be repeated.",
)
def check(folder: str, formats: tuple[OutputTarget, ...]) -> int:
    """Render the catalog in DIR with answers that try every choice, and validate every file that comes out."""
    report = check_catalog(folder)
    write_report(report, formats)
    return report.exit_code


def _show(action: str, outcome: CatalogOutcome, format_: str) -> None:
    if format_ == "json":
        put(json_text(_document(action, outcome)))
        return
    for note in outcome.notes:
        say(f"note: {note}", err=True)
    for path, remark in outcome.remarks:
        shown = " ".join(remark.text.split())
        say(
            f"{path}: {remark.kind}: {remark.message}{f' (was: {shown})' if shown else ''}",
            err=True,
        )
    say(f"{'Made' if action == 'new' else 'Extended'} the catalog {outcome.folder}:")
    for entry in outcome.entries:
        labels = f"  (labels: {', '.join(entry.labels)})" if entry.labels else ""
        say(f"  {entry.path}  {entry.name}{labels}")


def _document(action: str, outcome: CatalogOutcome) -> dict[str, Any]:
    return {
        "schema": f"scaffold.catalog-{action}/1",
        "exit_code": 0,
        "catalog": outcome.folder,
        "files": list(outcome.files),
        "issue_types": [
            {
                "slug": entry.slug,
                "name": entry.name,
                "path": entry.path,
                "labels": list(entry.labels),
            }
            for entry in outcome.entries
        ],
        "remarks": [
            {"path": path, "kind": remark.kind, "message": remark.message}
            | ({"text": remark.text} if remark.text else {})
            for path, remark in outcome.remarks
        ],
    }
