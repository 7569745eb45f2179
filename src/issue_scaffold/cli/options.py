"""Options that several commands share, and the values that they become."""

import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeVar

import click

from issue_scaffold.cli.output.formats import FORMATS
from issue_scaffold.cli.printing import is_terminal
from issue_scaffold.cli.verbosity import tell
from issue_scaffold.errors import UsageError
from issue_scaffold.forge.forges import FORGE_NAMES

if TYPE_CHECKING:
    from pathlib import Path

    from issue_scaffold.sync.item_changes import ItemChange

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Read = TypeVar("Read")


def with_options(
    command: Callable[..., int],
    collected: Callable[..., int],
    options: Sequence[Callable[[Callable[..., int]], Callable[..., int]]],
) -> Callable[..., int]:
    """Return what stands for a command and gives it the values of some options as one value.

    The command's own options stay, before or behind these.
    """
    collected.__doc__ = command.__doc__
    collected.__wrapped__ = command  # type: ignore[attr-defined]
    parameters = getattr(command, "__click_params__", [])
    collected.__click_params__ = parameters  # type: ignore[attr-defined]
    for option in reversed(options):
        collected = option(collected)
    return collected


class OutputTarget(NamedTuple):
    """One `--format`: the format's name, and the file that it goes to (None: standard output)."""

    format: str
    file: "Path | None" = None


def read_value(option: str, parse: Callable[[str], Read], text: str) -> Read:
    """Return what the text of an option means. Raises UsageError that names the option."""
    try:
        return parse(text)
    except UsageError as error:
        raise UsageError(f"{option}: {error.message}", hint=error.hint) from None


class OutputTargetType(click.ParamType[OutputTarget]):
    """`FORMAT` or `FORMAT=FILE`, the format one of those given; `synonyms` have other names."""

    name = "format"

    def __init__(self, formats: Collection[str], synonyms: Mapping[str, str] | None = None) -> None:
        self._formats = formats
        self._synonyms = synonyms or {}

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        """Return what `--help` shows."""
        return f"[{'|'.join(self._formats)}][=FILE]"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> OutputTarget:
        """Return the target that a value names."""
        if isinstance(value, OutputTarget):
            return value
        name, _, file = str(value).partition("=")
        name = self._synonyms.get(name, name)
        if name not in self._formats:
            self.fail(f"{name!r} is not one of {', '.join(self._formats)}", param, ctx)
        if not file:
            return OutputTarget(name)
        from pathlib import Path

        return OutputTarget(name, Path(file))


answers_file_option = click.option(
    "-a",
    "--answers-file",
    metavar="FILE",
    help="Answers file, relative to TARGET [default: .copier-answers.scaffold.yml].",
)
dry_run_option = click.option(
    "-n", "--dry-run", is_flag=True, help="Say what would be done, and write nothing."
)
diff_option = click.option("--diff", is_flag=True, help="Show unified diffs.")
forge_option = click.option(
    "--forge",
    type=click.Choice(FORGE_NAMES),
    help="Take what lies in .github for this forge's, whatever settings and remote say.",
)
format_option = click.option(
    "--format",
    "outputs",
    type=OutputTargetType(FORMATS),
    multiple=True,
    default=(OutputTarget("text"),),
    show_default="text",
    help="How to show the result, and the file it goes to. May be repeated.",
)


def targets_options(command: Decorated) -> Decorated:
    """Add the arguments that name targets: TARGET…, or `--from` and `-0`."""
    named = click.argument("targets", nargs=-1, metavar="[TARGET]…")
    listed = click.option(
        "--from",
        "list_file",
        type=click.File("rb"),
        metavar="FILE|-",
        help="Take the targets from a file, or from standard input (-): one a line.",
    )
    ended = click.option(
        "-0", "ends_with_nul", is_flag=True, help="With --from: each ends with a NUL, not a line."
    )
    return named(listed(ended(command)))


class Targets(NamedTuple):
    """The targets that a command is to work on, and whether a person named the one that it is.

    Such a one may be a folder below a target; those of a list are what they are called.
    """

    paths: tuple[str, ...]
    is_one: bool


def read_targets(
    named: tuple[str, ...],
    list_file: BinaryIO | None,
    *,
    ends_with_nul: bool,
    may_be_empty: bool = False,
) -> Targets:
    """Return the targets that the command line names (none: the working directory), or a list does.

    Raises click.UsageError for both, for a list that is empty and must not be, and for -0 without
    one.
    """
    if list_file is None:
        if ends_with_nul:
            raise click.UsageError("-0 says how the targets of --from end, so it needs --from")
        return Targets(named or (".",), len(named) <= 1)
    if named:
        raise click.UsageError("name targets, or take them --from a list, not both")
    content = list_file.read()
    entries = content.split(b"\0") if ends_with_nul else content.splitlines()
    listed = tuple(os.fsdecode(entry) for entry in entries if entry.strip())
    if not listed and not may_be_empty:
        raise click.UsageError(f"--from {list_file.name}: there is no target in it")
    return Targets(listed, is_one=False)


def answers_options(command: Decorated) -> Decorated:
    """Add the options that give answers: `-d` and `--data-file`."""
    from pathlib import Path

    data = click.option(
        "-d",
        "--data",
        multiple=True,
        metavar="KEY=VALUE",
        help="Answer a question; KEY+=ITEM and KEY-=ITEM put one item into a list, or take it out. "
        "May be repeated; wins over --data-file.",
    )
    file = click.option(
        "--data-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="YAML file with answers.",
    )
    return data(file(command))


class GivenAnswers(NamedTuple):
    """What `-d` and `--data-file` give: whole answers, and changes of one item."""

    data: Mapping[str, Any]
    changes: tuple["ItemChange", ...] = ()


def read_answers(data: tuple[str, ...], data_file: "Path | None") -> GivenAnswers:
    """Return the answers that `-d` and `--data-file` give.

    Raises click.BadParameter for what can't be read.
    """
    from issue_scaffold.sync.item_changes import ItemChange

    answers: dict[str, Any] = {}
    changes: list[ItemChange] = []
    if data_file is not None:
        answers.update(_answers_in(data_file))
    for pair in data:
        key, equals, value = pair.partition("=")
        name = key.removesuffix("+").removesuffix("-")
        if not equals or not name:
            raise click.BadParameter(
                f"{pair!r} is not KEY=VALUE, KEY+=ITEM or KEY-=ITEM", param_hint="-d"
            )
        if name != key:
            changes.append(ItemChange(name, value, is_removal=key.endswith("-")))
            continue
        answers[name] = value
        changes = [one for one in changes if one.question != name]
    return GivenAnswers(answers, tuple(changes))


def _answers_in(path: "Path") -> dict[str, Any]:
    from issue_scaffold.sync.target import read_data_file

    try:
        found = read_data_file(path)
    except UsageError as error:
        raise click.BadParameter(error.message, param_hint="--data-file") from error
    # Copier's own answers files start their record of the template with an underscore.
    return {key: value for key, value in found.items() if not key.startswith("_")}


def can_ask() -> bool:
    """Return whether a person can be asked: standard input and output are a terminal."""
    return all(map(is_terminal, (sys.stdin, sys.stdout)))


def tell_of_wait() -> None:
    """Say on standard error that another run holds the target."""
    tell("waiting for another scaffold run on this target to end")


def is_ci() -> bool:
    """Tell whether this runs in continuous integration: every CI system sets `CI`."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}
