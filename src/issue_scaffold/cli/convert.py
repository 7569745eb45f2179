"""`scaffold convert`."""

import sys
from pathlib import Path
from typing import Any

import click

from issue_scaffold.cli.printing import json_text, put, say, style
from issue_scaffold.convert.form import Element, Remark
from issue_scaffold.convert.run import (
    Conversion,
    ConvertOptions,
    convert,
    read_input,
    save,
    save_in_place,
    settle,
)
from issue_scaffold.text.limits import MAX_BYTES

STDIN = "-"


@click.command("convert", short_help="Convert a Markdown template to an issue form, or back.")
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
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    help="What goes to standard output: the outcome as it is, or JSON with it and all remarks.",
)
def command(**values: Any) -> int:  # noqa: ANN401 - Click's values, declared above
    """Convert FILE, a Markdown issue template or an issue form, to the other of the two; - is standard input.

    What could not be carried over as it was is listed on standard error.
    """
    path = values["file"]
    out = _destination(path, values["output"], in_place=values["in_place"])
    if values["in_place"]:
        settled = settle(Path(path))
        for note in settled.notes:
            say(f"note: {note}", err=True)
        if settled.is_done:
            return 0
    content = sys.stdin.buffer.read(MAX_BYTES + 1) if path == STDIN else read_input(path)
    options = ConvertOptions(
        path="standard input" if path == STDIN else path,
        content=content,
        to=values["to"],
        name=values["name"],
        description=values["description"],
    )
    conversion = convert(options)
    if values["in_place"]:
        out = save_in_place(conversion, Path(path), content)
    elif out is not None:
        save(conversion, out)
    _show(conversion, options.path, out, values["format_"])
    return 0


def _destination(path: str, output: str | None, *, in_place: bool) -> Path | None:
    if in_place and output is not None:
        raise click.UsageError("--in-place and --output exclude each other")
    if in_place and path == STDIN:
        raise click.UsageError("--in-place needs a file")
    return Path(output) if output not in {None, STDIN} and output is not None else None


def _show(conversion: Conversion, source: str, out: Path | None, format_: str) -> None:
    if format_ == "json":
        put(json_text(_document(conversion, source, out)))
        return
    if out is None:
        _put_product(conversion.text)
    for remark in conversion.remarks:
        say(_line(remark), err=True)
    if out is not None:
        fields = len(conversion.form.fields)
        say(f"{out}: {fields} {'field' if fields == 1 else 'fields'}", err=True)


def _put_product(text: str) -> None:
    """Print what was made: byte for byte into a file or a pipe, to be looked at on a terminal."""
    if sys.stdout is not None and sys.stdout.isatty():
        say(*text.removesuffix("\n").split("\n"))
    else:
        put(text)


def _line(remark: Remark) -> str:
    kind = style(
        f"{remark.kind}:", fg="yellow" if remark.kind in {"left out", "broken"} else "cyan"
    )
    shown = " ".join(remark.text.split())
    return f"{kind} {remark.message}{f' (was: {shown})' if shown else ''}"


def _document(conversion: Conversion, source: str, out: Path | None) -> dict[str, Any]:
    return {
        "schema": "scaffold.convert/1",
        "exit_code": 0,
        "source": source,
        "to": conversion.to,
        "output": None if out is None else str(out),
        "content": conversion.text,
        "fields": [_field(element) for element in conversion.form.fields],
        "remarks": [
            {"kind": remark.kind, "message": remark.message}
            | ({"text": remark.text} if remark.text else {})
            for remark in conversion.remarks
        ],
    }


def _field(element: Element) -> dict[str, Any]:
    row: dict[str, Any] = {"type": element.type, "id": element.id, "label": element.label}
    return row | (
        {"options": [option.label for option in element.options]} if element.options else {}
    )
