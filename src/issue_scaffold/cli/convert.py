"""`scaffold convert`."""

import sys
from pathlib import Path
from typing import Literal

import click

from issue_scaffold.cli.options import OutputTarget, forge_option, format_option
from issue_scaffold.cli.output.display import Display
from issue_scaffold.cli.remarks import remark_line, remark_row
from issue_scaffold.cli.verbosity import tell
from issue_scaffold.cli.way_back import way_back
from issue_scaffold.convert.form import Element
from issue_scaffold.convert.run import (
    Conversion,
    ConvertOptions,
    convert,
    read_input,
    save,
    save_in_place,
    settle,
)
from issue_scaffold.forge.forges import Forge
from issue_scaffold.git.folder import top_level
from issue_scaffold.report.report import SINGLE, ReportRow, ReportTable, TargetReport
from issue_scaffold.settings.own_forge import own_forge
from issue_scaffold.text.limits import MAX_BYTES
from issue_scaffold.text.wording import count
from issue_scaffold.writing.files import find_place

STDIN = "-"


@click.command("convert")
@click.argument("file")
@click.option(
    "--to",
    type=click.Choice(["form", "markdown"]),
    help="What to make of it [default: the other one].",
)
@click.option("-o", "--output", metavar="OUT", help="File to write [default: standard output].")
@click.option(
    "--in-place",
    is_flag=True,
    help="Put the outcome beside FILE, with the other suffix, and remove FILE.",
)
@click.option(
    "--name", metavar="NAME", help="The template's name, where its front matter has none."
)
@click.option(
    "--description", metavar="TEXT", help="Its description, where its front matter has no `about`."
)
@forge_option
@format_option
def command(
    *,
    file: str,
    to: Literal["form", "markdown"] | None,
    output: str | None,
    in_place: bool,
    name: str | None,
    description: str | None,
    forge: str | None,
    outputs: tuple[OutputTarget, ...],
) -> int:
    """Convert FILE, a Markdown issue template or an issue form, to the other of the two.

    FILE may be - for standard input. As text, the outcome goes to standard output as it is. What
    could not be carried over as it was is listed on standard error, and in every other format.
    """
    display = Display("convert", SINGLE, outputs)
    out = _destination(file, output, in_place=in_place)
    with display.failures_of(file):
        if in_place:
            settled = settle(Path(file))
            for note in settled.notes:
                tell(f"note: {note}")
            if settled.is_done:
                return 0
        options = ConvertOptions(
            path="standard input" if file == STDIN else file,
            content=_content(file),
            to=to,
            name=name,
            description=description,
            shared=_forge(file, forge),
        )
        conversion = convert(options)
        if in_place:
            out = save_in_place(conversion, Path(file), options.content)
        elif out is not None:
            for note in save(conversion, out):
                tell(f"note: {note}")
    return display.one(_target(conversion, options.path, out))


def _forge(file: str, named: str | None) -> Forge:
    """Return the forge that reads a file where several read its folder."""
    root = None
    if file != STDIN:
        root = top_level(Path(file).parent)
    return own_forge(root, named)


def _content(file: str) -> bytes:
    if file == STDIN:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    return read_input(file)


def _destination(file: str, output: str | None, *, in_place: bool) -> Path | None:
    if in_place and output is not None:
        raise click.UsageError("--in-place and --output exclude each other")
    if in_place and file == STDIN:
        raise click.UsageError("--in-place needs a file")
    if output is None or output == STDIN:
        return None
    return Path(output)


def _target(conversion: Conversion, source: str, out: Path | None) -> TargetReport:
    fields = conversion.form.fields
    asides = [remark_line(remark) for remark in conversion.remarks]
    product: str | None = conversion.text
    written = None
    if out is not None:
        asides.append(f"{out}: {count(len(fields), 'field')}")
        if out.is_file():
            asides.append(way_back(find_place(out).root))
        product, written = None, str(out)
    remarks = tuple(remark_row(remark, source, {}) for remark in conversion.remarks)
    return TargetReport(
        target=source,
        status="done",
        fields={
            "source": source,
            "to": conversion.to,
            "output": written,
            "content": conversion.text,
        },
        tables=(
            ReportTable("fields", "field", tuple(map(_field, fields)), is_told=True),
            ReportTable("remarks", "file", remarks, is_told=True),
        ),
        asides=tuple(asides),
        product=product,
    )


def _field(element: Element) -> ReportRow:
    data: dict[str, object] = {"type": element.type, "id": element.id, "label": element.label}
    if element.options:
        data["options"] = [option.label for option in element.options]
    return ReportRow(data, name=element.id or "", word=element.type, text=element.label or "")
