"""The `scaffold` command: a lazy table of subcommands and the one error boundary."""

import os
import sys
from importlib import import_module
from io import StringIO
from typing import Final, NamedTuple

import click

from issue_scaffold.cli.printing import say, show_error
from issue_scaffold.cli.verbosity import add_verbosity, verbosity_options
from issue_scaffold.errors import (
    EXIT_FAILURE,
    EXIT_INTERRUPTED,
    EXIT_OK,
    ScaffoldError,
    unexpected,
)
from issue_scaffold.text.wording import closest


class Command(NamedTuple):
    """A subcommand: where it lives, its line of `scaffold --help`, and the group that it is in."""

    module: str
    summary: str
    group: str


_EVERYDAY: Final = "Everyday"
_AUTHORING: Final = "Authoring"
_LABELS: Final = "Issues and labels"
# In the order of a first visit; the groups come in the order of their first commands.
COMMANDS: Final[dict[str, Command]] = {
    "init": Command(
        "issue_scaffold.cli.init", "Install the template in a repository or folder.", _EVERYDAY
    ),
    "update": Command(
        "issue_scaffold.cli.update",
        "Merge a newer template version, or heal drifted files.",
        _EVERYDAY,
    ),
    "check": Command(
        "issue_scaffold.cli.check",
        "Say whether targets still match their template (for CI).",
        _EVERYDAY,
    ),
    "accept": Command(
        "issue_scaffold.cli.accept", "Record a deliberate deviation, with its reason.", _EVERYDAY
    ),
    "undo": Command(
        "issue_scaffold.cli.undo", "Take back the last run that wrote files.", _EVERYDAY
    ),
    "list": Command(
        "issue_scaffold.cli.list",
        "Say what the template offers, and what is installed.",
        _EVERYDAY,
    ),
    "fleet": Command(
        "issue_scaffold.cli.fleet",
        "Check, update, install in or validate many repositories.",
        _EVERYDAY,
    ),
    "validate": Command(
        "issue_scaffold.cli.validate",
        "Check issue forms, templates, chooser and labels.",
        _AUTHORING,
    ),
    "rules": Command(
        "issue_scaffold.cli.rules", "List the validator's rules, or explain one.", _AUTHORING
    ),
    "convert": Command(
        "issue_scaffold.cli.convert",
        "Convert a Markdown template to an issue form, or back.",
        _AUTHORING,
    ),
    "preview": Command(
        "issue_scaffold.cli.preview",
        "Show chooser, forms and templates as one page, to fill in and look at.",
        _AUTHORING,
    ),
    "catalog": Command(
        "issue_scaffold.cli.catalog",
        "Make, extend or check a template repository of your own.",
        _AUTHORING,
    ),
    "issue": Command(
        "issue_scaffold.cli.issue",
        "Make an issue out of a form, as the page would.",
        _LABELS,
    ),
    "parse": Command(
        "issue_scaffold.cli.parse",
        "Read the answers in an issue's body, by the form it is from.",
        _LABELS,
    ),
    "labels": Command(
        "issue_scaffold.cli.labels", "Plan, apply or export a repository's labels.", _LABELS
    ),
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
        add_verbosity(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is named. Raises click.UsageError, with what may be meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            # Click looks among those that are imported.
            name = error.command_name
            near = closest(name, COMMANDS)
            if near is None:
                raise
            message = f"No such command {name!r}. Did you mean {near!r}?"
            raise click.NoSuchCommand(name, message, ctx=ctx) from error

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the commands, group by group, from the table alone."""
        width = max(len(name) for name in COMMANDS)
        for group in dict.fromkeys(row.group for row in COMMANDS.values()):
            rows = [
                (f"{name:<{width}}", row.summary)
                for name, row in COMMANDS.items()
                if row.group == group
            ]
            with formatter.section(group):
                formatter.write_dl(rows)


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
@verbosity_options
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
    stdout = sys.stdout
    try:
        outcome = scaffold.main(arguments, prog_name="scaffold", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, click.Abort):
        say("interrupted", err=True)
        return EXIT_INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        if isinstance(error, SystemExit) and sys.stdout is stdout:
            raise  # the end of shell completion
        # The reader went away (`scaffold rules | head`), for which Click puts another stream in the
        # place of this one and exits with 1: here that says that something was found. Nobody is
        # left to tell; keep the interpreter's flush quiet.
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
    show_error(unexpected(error), keep_crash(error))
    return EXIT_FAILURE
