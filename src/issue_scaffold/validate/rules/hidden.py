"""Rules about templates that the chooser doesn't show, and about links that lead to templates.

Sources: a template without `about` is left out of the chooser, and the query `?template=` of the
new-issue page opens it all the same; ethereum/solidity lived with three such for 474 days.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from issue_scaffold.forge.document import Document, Problem
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.text.wording import line_of
from issue_scaffold.validate.rules.examples import (
    CHOOSER_PATH,
    FORM_PATH,
    GOOD_FORM,
    TEMPLATE_PATH,
    template_file,
)
from issue_scaffold.validate.rules.rule import CHOOSER_PAGE, INFO, Rule
from issue_scaffold.validate.rules.stages import ANY_FILE, REPOSITORY

if TYPE_CHECKING:
    from issue_scaffold.validate.rules.summaries import RepositorySummary

_LINKED = (
    "contact_links:\n  - name: Crash\n    url: https://github.com/o/r/issues/new?template={}\n"
    "    about: Report a crash.\n"
)


@REPOSITORY.runs(
    Rule(
        id="template/hidden",
        severity=INFO,
        summary="a template that the chooser doesn't show on purpose",
        source=CHOOSER_PAGE,
        replaces="template/missing-key",
        why=(
            "A template without `name` or `about` is not in the chooser. That is meant where a "
            "link names the template, in another template, the chooser's settings, the README, "
            "CONTRIBUTING or a page below `docs/`, or where a program fills in its braces and "
            "opens the issue. Else it is an error, template/missing-key."
        ),
        evidence=(
            "ethereum/solidity#13029",
            "JasonEtco/create-an-issue#184",
        ),
        wrong={
            TEMPLATE_PATH: "---\nname: Crash\n---\nWhat happened?\n",
            CHOOSER_PATH: _LINKED.format(TEMPLATE_PATH.rpartition("/")[2]),
        },
        right=template_file("---\nname: Crash\nabout: Report a crash\n---\nWhat happened?\n"),
    )
)
def hidden(repository: "RepositorySummary") -> Iterator[Problem]:
    """Find templates without a name or description that a link leads to."""
    links = [*repository.links, *repository.page_links]
    for template in repository.templates:
        name = template.path.rpartition("/")[2]
        link = next((link for link in links if link.name == name), None)
        if template.is_hidden and link is not None:
            place = f"{link.source.path}, {line_of(link.source, link.start)}"
            message = f"hidden from the chooser, reached by the link in {place}"
            hint = "add `name` and `about` if the chooser should show it"
            yield Problem(0, template.source.line_end(0), message, hint, path=template.path)


@ANY_FILE.runs(hidden)
def for_an_action(document: Document) -> Iterator[Problem]:
    """Find templates that programs fill in."""
    if document.kind is FileKind.ACTION:
        message = "GitHub's chooser doesn't show this template: it has no `name` and `about`"
        hint = "fine if an action opens issues with it, as its front matter suggests; else add them"
        yield Problem(0, document.source.line_end(0), message, hint)


@REPOSITORY.runs(
    Rule(
        id="chooser/unknown-template",
        severity=INFO,
        summary="a link leads to a template that isn't there",
        source=CHOOSER_PAGE,
        why=(
            "The address of a new issue names a file of the template folder. If that isn't there, "
            "an empty issue opens. A remark only, since the link may lead to another repository."
        ),
        evidence=("ethereum/solidity#13029",),
        wrong={FORM_PATH: GOOD_FORM, CHOOSER_PATH: _LINKED.format("crash.yml")},
        right={FORM_PATH: GOOD_FORM, CHOOSER_PATH: _LINKED.format(FORM_PATH.rpartition("/")[2])},
    )
)
def unknown_template(repository: "RepositorySummary") -> Iterator[Problem]:
    """Find links to templates that the repository doesn't have."""
    names = {path.rpartition("/")[2] for path in repository.paths}
    for link in repository.links:
        if link.name not in names:
            message = f"the link leads to the template `{link.name}`, which isn't here"
            hint = "fine if it is another repository's; else name a file of the template folder"
            yield Problem(link.start, link.end, message, hint, path=link.source.path)
