"""`scaffold issue`: `new`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from issue_scaffold.cli.issue_outcome import COMMAND, IssueOutcome, OutcomeOptions
from issue_scaffold.cli.issue_questions import answer_on_terminal, choose_template
from issue_scaffold.cli.options import can_ask, forge_option
from issue_scaffold.cli.output.json import failure_in_json
from issue_scaffold.cli.printing import json_text, put
from issue_scaffold.cli.text_given import read_text, shown_source
from issue_scaffold.errors import EXIT_OK, UsageError
from issue_scaffold.forge.forges import Forge
from issue_scaffold.git.folder import top_level
from issue_scaffold.issue.answers_schema import answers_schema
from issue_scaffold.issue.candidates import dialect_of
from issue_scaffold.issue.drafts import Draft
from issue_scaffold.issue.given import GivenDocument, values_of_pairs
from issue_scaffold.issue.issue_template import IssueTemplate, find_template, offered_templates
from issue_scaffold.settings.own_forge import own_forge
from issue_scaffold.text.limits import MAX_BYTES


@click.group("issue")
def command() -> None:
    """Make an issue out of one of the repository's forms."""


@command.command("new", short_help="Fill in a form: print, open or create the issue.")
@click.argument("form", required=False)
@click.option(
    "--set",
    "pairs",
    multiple=True,
    metavar="ID=VALUE",
    help="Answer a field, by its id, by its label where it has none. May be repeated.",
)
@click.option(
    "--from",
    "source",
    metavar="FILE|-",
    help="Take answers from a YAML or JSON file, or from standard input; --set wins.",
)
@click.option("--title", metavar="TEXT", help="The issue's title. [default: the form's]")
@click.option("--print", "prints", is_flag=True, help="Print the body. [default: no terminal]")
@click.option("--web", is_flag=True, help="Open the forge's page, filled in as far as a link can.")
@click.option("--create", is_flag=True, help="Create it, by gh if it is there, else by the API.")
@click.option("--schema", "is_schema", is_flag=True, help="Print a JSON Schema of the answers.")
@click.option(
    "--repo",
    metavar="OWNER/NAME",
    help="Repository; HOST/OWNER/NAME for another host. [default: the git remote's]",
)
@click.option(
    "--api-url",
    metavar="URL",
    help="Address of the REST API, for --create. [default: ask gh, else by the host]",
)
@forge_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print the outcome.",
)
def new(
    *,
    form: str | None,
    pairs: tuple[str, ...],
    source: str | None,
    title: str | None,
    prints: bool,
    web: bool,
    create: bool,
    is_schema: bool,
    repo: str | None,
    api_url: str | None,
    forge: str | None,
    format_: str,
) -> int:
    """Make an issue out of FORM and answers, as the forge's page would.

    FORM is a file, its name, or the name that the form gives itself; it can be left out where the
    repository has one only. On a terminal, fields that no option answers are asked for.
    """
    is_json = format_ == "json"
    outcome = _outcome({"print": prints, "web": web, "create": create})
    with failure_in_json(COMMAND, is_wanted=is_json):
        named = own_forge(top_level(Path.cwd()), forge)
        asks = can_ask() and not is_json and not is_schema
        template = _template(form, named, asks=asks)
        if is_schema:
            put(json_text(answers_schema(template.form), is_product=True))
            return EXIT_OK
        draft = _given(template, pairs, source, title)
        options = OutcomeOptions(repo=repo, api_url=api_url, is_json=is_json, typed=asks)
        dialect = dialect_of(template.form.path, named)
        if asks:
            is_whole = source is not None
            draft, outcome = answer_on_terminal(template, draft, outcome, is_whole=is_whole)
        issue = IssueOutcome(template, dialect, draft, options)
        _STEPS[outcome or "print"](issue)
        if asks:
            issue.draft_file().drop()
    return EXIT_OK


_STEPS: Final[dict[str, Callable[[IssueOutcome], None]]] = {
    "print": IssueOutcome.print,
    "web": IssueOutcome.open_page,
    "create": IssueOutcome.create,
}


def _outcome(flags: dict[str, bool]) -> str | None:
    """Return the outcome that was asked for. Raises click.UsageError for several."""
    asked = [name for name, is_asked in flags.items() if is_asked]
    if len(asked) > 1:
        raise click.UsageError(f"{' and '.join(f'--{name}' for name in asked)} exclude each other")
    return next(iter(asked), None)


def _template(wanted: str | None, forge: Forge | None, *, asks: bool) -> IssueTemplate:
    """Return the template that is meant; on a terminal, a person chooses among several."""
    if wanted is None and asks:
        offered = offered_templates(Path.cwd(), forge)
        if len(offered) > 1:
            return choose_template(offered)
    return find_template(wanted, Path.cwd(), forge)


def _given(
    template: IssueTemplate, pairs: tuple[str, ...], source: str | None, title: str | None
) -> Draft:
    """Return what the command line answers. Raises UsageError."""
    form = template.form
    values: dict[str, Any] = {}
    if source is not None:
        text = read_text(source, most=MAX_BYTES, failure=UsageError).removeprefix("\ufeff")
        document = GivenDocument(text, shown_source(source))
        values = document.values(form)
        title = document.title if title is None else title
    return Draft(title, {**values, **values_of_pairs(form, pairs)})
