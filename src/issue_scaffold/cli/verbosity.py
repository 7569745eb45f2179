"""What every command takes: `-q` and `-v`.

Owns how much a run tells. What is left out for that is decided where it is shown, in `output/`.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final, TypeVar

import click

from issue_scaffold.cli.printing import say

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Verbosity(IntEnum):
    """How much a run tells people; what programs read is always the same."""

    QUIET = -1
    NORMAL = 0
    VERBOSE = 1


_KEY: Final = f"{__name__}.verbosity"


def verbosity() -> Verbosity:
    """Return how much the run at hand is to tell."""
    context = click.get_current_context(silent=True)
    if context is None:
        return Verbosity.NORMAL
    chosen: Verbosity = context.meta.get(_KEY, Verbosity.NORMAL)
    return chosen


def tell(*lines: str) -> None:
    """Say on standard error what nobody has to know: not where the run is to be quiet."""
    if verbosity() is not Verbosity.QUIET:
        say(*lines, err=True)


def _option(names: tuple[str, str], chosen: Verbosity, text: str) -> click.Option:
    def choose(context: click.Context, _: click.Parameter, is_given: bool) -> None:
        if not is_given:
            return
        # Groups share `meta` with their subcommands, so that either place will do.
        before = context.meta.setdefault(_KEY, chosen)
        if before is not chosen:
            raise click.UsageError("-q and -v exclude each other", context)

    return click.Option(
        names, is_flag=True, expose_value=False, is_eager=True, callback=choose, help=text
    )


_OPTIONS: Final = (
    _option(("-q", "--quiet"), Verbosity.QUIET, "Say nothing when all is well."),
    _option(("-v", "--verbose"), Verbosity.VERBOSE, "Tell more: what stays as it is, too."),
)


def verbosity_options(command: Decorated) -> Decorated:
    """Add the two options to a command that is being declared."""
    parameters = getattr(command, "__click_params__", [])
    command.__click_params__ = [*reversed(_OPTIONS), *parameters]  # type: ignore[attr-defined]
    return command


def add_verbosity(command: click.Command) -> None:
    """Add the two options to a command and to its subcommands, once."""
    if _OPTIONS[0] not in command.params:
        command.params.extend(_OPTIONS)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            add_verbosity(below)
