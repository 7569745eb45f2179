"""Write the pages of docs/reference/ that follow from the code: `generate_reference.py [--write | --check]`.

`commands.md` comes from the commands' own declarations, `questions.md` from copier.yml, `exit-codes.md` holds the table
of errors.py, the JSON Schemas are those of report_schemas.py. The terminal picture is recorded by record_terminal.py. A
test compares all of them.
"""

import argparse
import html
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
import yaml

from issue_scaffold import errors
from issue_scaffold.cli.main import COMMANDS, scaffold

sys.path.insert(0, str(Path(__file__).resolve().parent))

import fleet_reference
from report_schemas import Schema, schemas

ROOT: Final = Path(__file__).resolve().parent.parent
REFERENCE: Final = ROOT / "docs" / "reference"
NOTICE: Final = "<!-- Written by scripts/generate_reference.py; a test keeps it equal to the code. -->\n"


def commands_page() -> str:
    """Return the page of all commands and their options."""
    return "\n".join(_commands_lines()) + "\n"


def _commands_lines() -> Iterator[str]:
    yield from ("# Commands", "", NOTICE)
    yield from _command_lines("scaffold", scaffold, "scaffold [OPTIONS] COMMAND [ARGS]…")
    yield from ("| command | |", "|---|---|")
    yield from (f"| [`scaffold {name}`](#scaffold-{name}) | {row.summary} |" for name, row in COMMANDS.items())
    yield ""
    context = click.Context(scaffold, info_name="scaffold")
    for name in COMMANDS:
        command = scaffold.get_command(context, name)
        if command is None:
            raise LookupError(name)
        yield from _section(f"scaffold {name}", command)


def _section(name: str, command: click.Command) -> Iterator[str]:
    """Yield a command's section, and those of its subcommands."""
    yield from (f"{'#' * (name.count(' ') + 1)} {name}", "")
    if isinstance(command, click.Group):
        yield from _command_lines(name, command, f"{name} [OPTIONS] COMMAND [ARGS]…")
        context = click.Context(command, info_name=name)
        for inner in command.list_commands(context):
            subcommand = command.get_command(context, inner)
            if subcommand is not None:
                yield from _section(f"{name} {inner}", subcommand)
        return
    arguments = [argument for argument in command.params if isinstance(argument, click.Argument)]
    usage = " ".join([f"{name} [OPTIONS]", *(_metavar(argument, command) for argument in arguments)])
    yield from _command_lines(name, command, usage)


def _command_lines(name: str, command: click.Command, usage: str) -> Iterator[str]:
    yield from ("```text", usage, "```", "")
    for paragraph in _paragraphs(command.help or ""):
        yield from (paragraph, "")
    options = [
        parameter for parameter in command.params if isinstance(parameter, click.Option) and not parameter.hidden
    ]
    if options:
        yield from (f"| option of `{name}` | |", "|---|---|")
        yield from (_option_row(option, command) for option in options)
        yield ""


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.strip().split("\n\n"):
        yield " ".join(line.strip() for line in paragraph.splitlines() if line.strip() != "\b").replace("[", "\\[")


def _metavar(parameter: click.Parameter, command: click.Command) -> str:
    return parameter.make_metavar(ctx=click.Context(command))


def _option_row(option: click.Option, command: click.Command) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    if not option.is_flag and not option.count:
        names += f" {_metavar(option, command)}"
    shown = option.show_default if isinstance(option.show_default, str) else None
    if shown is None and option.show_default and option.default is not None:
        shown = str(option.default)
    help_text = " ".join((option.help or "").split())
    default = f" Default: {shown}." if shown else ""
    required = " Required." if option.required else ""
    return f"| {_code(names)} | {_cell(help_text)}{default}{required} |"


def _code(text: str) -> str:
    """Return a table's cell in code letters.

    A backslash shows within Markdown's code, and a bar without one would end the cell. HTML has neither trouble:
    https://python-markdown.github.io/extensions/tables/
    """
    return f"<code>{html.escape(text, quote=False).replace('|', '&#124;')}</code>"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("[", "\\[").replace("<", "&lt;")


def questions_page() -> str:
    """Return the page of the bundled template's questions."""
    return "\n".join(_questions_lines()) + "\n"


def _questions_lines() -> Iterator[str]:
    config = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))
    yield from ("# Questions of the bundled template", "", NOTICE)
    yield "`scaffold init` asks them on a terminal, in this order. Without one, or with `-l`, it takes the defaults."
    yield "Give one answer with `-d KEY=VALUE`, or many with `--data-file FILE`. A list is written in YAML:"
    yield "`-d 'components=[API Gateway, CDN]'`. The answers are recorded in `.copier-answers.scaffold.yml`."
    for name, question in config.items():
        if not name.startswith("_") and question.get("when") is not False:
            yield from _question_lines(name, question)


def _question_lines(name: str, question: Mapping[str, Any]) -> Iterator[str]:
    kind = "list of " + str(question["type"]) if question.get("multiselect") else str(question["type"])
    yield from ("", f"## {name}", "", _cell(" ".join(str(question["help"]).split())), "")
    yield f"* type: {kind}"
    if "choices" in question:
        choices = question["choices"]
        pairs = choices.items() if isinstance(choices, Mapping) else [(None, choice) for choice in choices]
        shown = [f"`{value}`" if label is None else f"`{value}` ({_cell(str(label))})" for label, value in pairs]
        yield f"* choices: {', '.join(shown)}"
    yield f"* default: {_default(question)}"
    if isinstance(question.get("when"), str):
        yield f"* asked when: `{question['when'].strip().removeprefix('{{').removesuffix('}}').strip()}`"


def _default(question: Mapping[str, Any]) -> str:
    if "default" not in question:
        return "none, an answer is needed"
    default = question["default"]
    if default in ("", []):
        return "empty"
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, list):
        return ", ".join(f"`{item}`" for item in default)
    return f"`{default}`"


EXIT_CODES: Final = {
    "EXIT_OK": "Clean, or done.",
    "EXIT_FINDINGS": (
        "Findings: drift, an invalid file, conflicts that were written, or nothing written because of files in the way."
    ),
    "EXIT_USAGE": (
        "The call can't mean anything: an unknown option, an answer that doesn't fit, a target that is not "
        "initialised, or already is."
    ),
    "EXIT_FAILURE": (
        "It could not be done: git is missing, a template can't be reached or rendered, no permission, no room on the "
        "disk, or a mistake in this tool."
    ),
    "EXIT_RESUMABLE": (
        "`scaffold fleet` has stopped at the end of its time, or because the limits for writing are used up; "
        "`--resume` goes on with it."
    ),
    "EXIT_INTERRUPTED": "Interrupted: Ctrl-C, SIGTERM or SIGHUP.",
}


def exit_codes_page() -> str:
    """Return the page of exit codes."""
    declared = {name: value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    if declared.keys() != EXIT_CODES.keys():
        raise LookupError(f"exit codes without a text, or texts without a code: {declared.keys() ^ EXIT_CODES.keys()}")
    rows = "\n".join(f"| {declared[name]} | {text} |" for name, text in EXIT_CODES.items())
    return f"""# Exit codes

{NOTICE}
Every command ends with one of these.

| code | meaning |
|---:|---|
{rows}

* With several targets, {errors.EXIT_FAILURE} wins over {errors.EXIT_USAGE}, and {errors.EXIT_USAGE} over \
{errors.EXIT_FINDINGS}.
* `--dry-run` exits as the real run would.
* `scaffold check --exit-zero` and `scaffold validate --exit-zero` end with 0 where they would end with \
{errors.EXIT_FINDINGS}. Codes {errors.EXIT_USAGE} and {errors.EXIT_FAILURE} stay.
* Results go to standard output; errors, notes and progress go to standard error.
* `-q`, before or behind the command, says nothing where it ends with 0; `-v` also tells what stays as it is. What \
programs read is the same.
* There is never a traceback. An unexpected error prints one line and the path of a report, and exits with \
{errors.EXIT_FAILURE}. `SCAFFOLD_DEBUG=1` shows the traceback instead.
"""


def fleet_config_page() -> str:
    """Return the page of what `fleet.yml` may say."""
    table = "\n".join(fleet_reference.page_lines())
    return f"""\
# The file `fleet.yml`

{NOTICE}
Optional. [`scaffold fleet`](../how-to/fleet.md) reads it in the folder where it is run, or `--config FILE`. Each key \
is the default of the option of the same name: an option that is given wins. All but `version` is \
optional. There is a [JSON Schema]({fleet_reference.SCHEMA_NAME}) for editors. A mistake is said with its \
line, and the command exits with {errors.EXIT_USAGE}.

```yaml
version: 1
select: {{org: acme, topics: [service], exclude: '-legacy$', archived: no, forks: no}}
groups:
  canary: {{repositories: [acme/api, acme/web]}}
  rest: {{match: '.*', data: {{title_prefix: '[Infra] '}}}}
repositories:
  acme/old: {{skip: frozen until 2027}}
limits: {{jobs: 8, prs_per_hour: 60}}
```

{table}

* A repository is named as reports name it, or by the end of that: `acme/api` is also the folder `repos/acme/api`. \
Case doesn't count.
* `groups` are the waves of a rollout, in their order; repositories in none come last. The first that one is in counts.
* The answers of `data`: those of a repository win over its group's, and `-d` wins over both.
* Repositories that are named on the command line take the place of those in `select`; filters stay.
* A host, a token or a program is no key: the file may have come with a repository.
"""


def _json(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


PAGES: Final[dict[str, Callable[[], str]]] = {
    "commands.md": commands_page,
    "questions.md": questions_page,
    "exit-codes.md": exit_codes_page,
    "fleet.md": fleet_config_page,
    fleet_reference.SCHEMA_NAME: partial(_json, fleet_reference.schema()),
    **{name: partial(_json, schema) for name, schema in schemas().items()},
}


def stale_pages() -> list[str]:
    """Return the names of the pages that aren't what the code says."""
    return [name for name, page in PAGES.items() if not _is(REFERENCE / name, page())]


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def main() -> int:
    """Write the pages, or say which are stale."""
    parser = argparse.ArgumentParser(description="Write or check the generated pages of docs/reference/.")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--write", action="store_true", help="write the pages (default)")
    mode.add_argument("--check", action="store_true", help="exit 1 when a page is not what the code says")
    stale = stale_pages()
    if parser.parse_args().check:
        for name in stale:
            print(f"docs/reference/{name} is stale: run python scripts/generate_reference.py --write", file=sys.stderr)
        return int(bool(stale))
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (REFERENCE / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"wrote docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
