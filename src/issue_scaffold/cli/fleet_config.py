"""`--config` and `--no-config`: the `fleet.yml` that gives the options of a run their defaults."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from issue_scaffold.fleet.config import DEFAULT_NAME, FleetConfig, load_config
from issue_scaffold.fleet.config_keys import SOURCES

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
_CONFIG: Final = "issue_scaffold.config"
_IS_OFF: Final = "issue_scaffold.no_config"


def config_options(command: Decorated) -> Decorated:
    """Add both options; `given_config` is the file then.

    What it says becomes the default of each option of the command that has such a name.
    """
    file = click.option(
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        is_eager=True,
        expose_value=False,
        callback=_use,
        show_default=DEFAULT_NAME,
        help="Take the defaults of options from this file, if it is there.",
    )
    none = click.option(
        "--no-config",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_turn_off,
        help=f"Read no {DEFAULT_NAME}.",
    )
    return none(file(command))


def _turn_off(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.meta[_IS_OFF] = value or ctx.meta.get(_IS_OFF, False)


def given_config() -> FleetConfig:
    """Return what the file of the command that is being run says, nothing where there is none."""
    config: FleetConfig = click.get_current_context().meta.get(_CONFIG, FleetConfig())
    return config


def _use(ctx: click.Context, _: click.Parameter, named: Path | None) -> None:
    if ctx.meta.get(_IS_OFF):
        return
    config = load_config(named or Path(DEFAULT_NAME))
    if config is None:
        if named is not None:
            raise click.BadParameter(f"{named} does not exist", param_hint="--config")
        return
    known = {one.name for one in ctx.command.params} - set(SOURCES)
    ctx.default_map = {name: value for name, value in config.options.items() if name in known}
    ctx.meta[_CONFIG] = config
    body = ctx.default_map.get("body")
    if body is not None and not Path(body).is_file():
        config.refuse("body", f"{body} is no file")


def with_sources(given: dict[str, Any]) -> dict[str, Any]:
    """Return a command's parameters with the file's repositories, unless it was told which."""
    config = given_config()
    if any(given.get(name) for name in (*SOURCES, "targets", "resume")):
        return given
    named = {name: config.options[name] for name in SOURCES if name in config.options}
    if "list_file" in named:
        context = click.get_current_context()
        option = next(one for one in context.command.params if one.name == "list_file")
        try:
            named["list_file"] = click.File("rb").convert(named["list_file"], option, context)
        except click.BadParameter as error:
            config.refuse("list_file", error.message)
    return given | {name: value for name, value in named.items() if name in given}
