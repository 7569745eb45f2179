"""The `scaffold` command: a lazy table of subcommands and the one error boundary."""

import os
import sys
from importlib import import_module
from io import StringIO
from typing import Final, NamedTuple

import click

from issue_scaffold.cli.printing import say, show_error
from issue_scaffold.errors import EXIT_FAILURE, EXIT_INTERRUPTED, EXIT_OK, ScaffoldError


class Command(NamedTuple):
    """Where a subcommand lives, and the line that `scaffold --help` shows without importing it."""

    module: str
    summary: str


COMMANDS: Final[dict[str, Command]] = {
    "init": Command("issue_scaffold.cli.init", "Install the template in a repository or folder."),
    "update": Command(
        "issue_scaffold.cli.update", "Merge a newer template version, or heal drifted files."
    ),
    "check": Command(
        "issue_scaffold.cli.check", "Say whether targets still match their template (for CI)."
    ),
    "accept": Command(
        "issue_scaffold.cli.accept", "Record a deliberate deviation, with its reason."
    ),
    "validate": Command(
        "issue_scaffold.cli.validate", "Check issue forms, templates, chooser and labels."
    ),
    "rules": Command("issue_scaffold.cli.rules", "List the validator's rules, or explain one."),
    "convert": Command(
        "issue_scaffold.cli.convert", "Convert a Markdown template to an issue form, or back."
    ),
    "parse": Command(
        "issue_scaffold.cli.parse", "Read the answers in an issue's body, by the form it is from."
    ),
    "catalog": Command(
        "issue_scaffold.cli.catalog", "Make, extend or check a template repository of your own."
    ),
    "labels": Command("issue_scaffold.cli.labels", "Plan, apply or export a repository's labels."),
}


class LazyGroup(click.Group):
    """A group that imports a subcommand's module only when that subcommand runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - Click's signature
        """Return the commands in the order of a first visit."""
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        """Import and return one command; each command module names it `command`."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(COMMANDS[cmd_name].module).command
        assert isinstance(command, click.Command)  # noqa: S101 - a slip of ours, not of the user's
        command.short_help = COMMANDS[cmd_name].summary  # which a shell's completion shows
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the list of commands from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.summary) for name, row in COMMANDS.items()])


def _show_versions(ctx: click.Context, _: click.Parameter, is_asked: bool) -> None:
    """Say which versions are at work, and where: the first line is the tool's own."""
    if not is_asked or ctx.resilient_parsing:
        return
    from issue_scaffold.template.about import read_versions

    found = read_versions()
    say(
        f"scaffold {found.tool}",
        f"  template  {found.template} (comes with it)",
        f"  copier    {found.copier or 'not found'}",
        f"  python    {found.python} ({found.python_place})",
        f"  place     {found.place} ({found.origin})",
    )
    ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_versions,
    help="Show the versions of the tool and what it stands on, and exit.",
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="When to use colour. NO_COLOR is honoured.",
)
@click.pass_context
def scaffold(ctx: click.Context, color: str) -> None:
    """Install issue templates, labels and issue forms in any repository, and keep them right."""
    ctx.color = {"always": True, "never": False}.get(
        color, False if os.environ.get("NO_COLOR") else None
    )


def run() -> None:
    """Run the program as it is started by what an earlier version installed."""
    from issue_scaffold.cli import entry

    entry.run()


def main(arguments: list[str]) -> int:
    """Run the command line; return its exit code, having said what went wrong on standard error."""
    try:
        outcome = scaffold.main(arguments, prog_name="scaffold", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, click.Abort):
        say("interrupted", err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`scaffold rules | head`): nobody is left to tell; keep the
        # interpreter's flush quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILURE
    except Exception as error:  # noqa: BLE001 - the boundary: whatever it is becomes a message
        return _report(error)
    return outcome if isinstance(outcome, int) else EXIT_OK


def _report(error: Exception) -> int:
    """Say what went wrong, and return the exit code."""
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case click.ClickException():
            usage = StringIO()
            error.show(usage)  # it quotes the command line, where a hook puts file names
            say(*usage.getvalue().removesuffix("\n").split("\n"), err=True)
            return error.exit_code
        case ScaffoldError():
            show_error(error.message, error.hint)
            return error.exit_code
        case OSError(strerror=str()):
            place = f": {error.filename}" if error.filename else ""
            show_error(f"{error.strerror}{place}", None)
            return EXIT_FAILURE
    return _unexpected(error)


def _unexpected(error: Exception) -> int:
    from issue_scaffold.cli.crash import crash_text, keep_crash

    if os.environ.get("SCAFFOLD_DEBUG") == "1":
        say(*crash_text(error).removesuffix("\n").split("\n"), err=True)
        return EXIT_FAILURE
    first_line = (str(error).splitlines() or [""])[0]
    show_error(f"unexpected {type(error).__name__}: {first_line}", keep_crash(error))
    return EXIT_FAILURE
