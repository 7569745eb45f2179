"""`scaffold accept`."""

import click

from issue_scaffold.cli.options import answers_file_option
from issue_scaffold.cli.printing import say
from issue_scaffold.sync.accept import accept
from issue_scaffold.template.renderer import open_renderer


@click.command("accept", short_help="Record a deliberate deviation, with its reason.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option(
    "--reason",
    required=True,
    metavar="TEXT",
    help="Why the file differs; kept in .github/scaffold.yml.",
)
@answers_file_option
def command(paths: tuple[str, ...], reason: str, answers_file: str | None) -> int:
    """Record that files deviate from the template on purpose; any later change of them is drift again.

    A deleted file can be accepted too.
    """
    with open_renderer() as renderer:
        outcome = accept(paths, reason, renderer, answers_file=answers_file)
    for note in outcome.notes:
        say(f"note: {note}", err=True)
    for path in outcome.paths:
        say(f"accepted {path} (recorded in {outcome.settings_file})")
    return 0
