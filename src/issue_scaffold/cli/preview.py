"""`scaffold preview`."""

from pathlib import Path
from typing import Literal

import click

from issue_scaffold.cli.printing import put, say
from issue_scaffold.errors import EXIT_OK, ScaffoldError
from issue_scaffold.preview.run import files_of, preview

STDOUT = "-"
DEFAULT_NAME = "issue-preview"


@click.command("preview")
@click.argument("paths", nargs=-1, metavar="[PATH]…")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help=f"File to write, or - for standard output. [default: {DEFAULT_NAME}.html]",
)
@click.option("--open", "open_", is_flag=True, help="Show it in your browser.")
@click.option(
    "--watch", is_flag=True, help="Serve it to this machine, and reload it when files change."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["html", "png"]),
    default="html",
    show_default=True,
    help="A page, or a picture of it, which takes a browser on this machine.",
)
def command(
    *,
    paths: tuple[str, ...],
    output: str | None,
    open_: bool,
    watch: bool,
    format_: Literal["html", "png"],
) -> int:
    """Show the chooser, forms and templates as people will meet them, in one HTML file.

    PATH is a repository's folder (default: .), or a file. In the page forms can be filled in: it
    shows the issue that comes of it. It needs no network.
    """
    if watch:
        if output is not None or format_ != "html":
            raise click.UsageError("--watch writes no file")
        return _watch(paths or (".",), open_=open_)
    page = preview(paths or (".",))
    if output == STDOUT and format_ == "html":
        put(page)
        return EXIT_OK
    path = Path(output or f"{DEFAULT_NAME}.{format_}")
    _write(path, page, format_)
    say(str(path))
    if open_:
        _open(path.absolute().as_uri())
    return EXIT_OK


def _write(path: Path, page: str, format_: Literal["html", "png"]) -> None:
    from issue_scaffold.writing.files import replace_file

    content = page.encode()
    if format_ == "png":
        from issue_scaffold.preview.picture import picture_of

        content = picture_of(page)
    replace_file(path, content)


def _open(address: str) -> None:
    from webbrowser import open as open_in_browser

    if not open_in_browser(address):
        raise ScaffoldError("no browser was found", hint=f"open {address} yourself")


def _watch(paths: tuple[str, ...], *, open_: bool) -> int:
    from issue_scaffold.preview.server import keep_up, serving

    seen = files_of(paths)
    with serving(preview(paths, reloads=True)) as server:
        say(server.address)
        if open_:
            _open(server.address)
        keep_up(server, seen, lambda: files_of(paths), lambda: preview(paths, reloads=True))
    return EXIT_OK
