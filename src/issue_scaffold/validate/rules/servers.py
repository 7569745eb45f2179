"""Rules that hold on servers that people run themselves, whose version nobody knows here.

Which forges those are, and what came with which version, is in the forges' rows.
"""

from collections.abc import Iterator

from issue_scaffold.forge.document import Problem, at
from issue_scaffold.forge.issue_form import FormView
from issue_scaffold.validate.rules.examples import BODY, FORM_PATH, HEAD
from issue_scaffold.validate.rules.rule import FORMS_PAGE, INFO, Rule
from issue_scaffold.validate.rules.stages import FORM

_SETTINGS = {".github/scaffold.yml": "forge: ghes\n"}


@FORM.runs(
    Rule(
        id="form/newer-than-server",
        severity=INFO,
        grade="DOC",
        summary="what a server may be too old for",
        source=FORMS_PAGE,
        why=(
            "GitHub Enterprise Server gets what github.com has with its next versions: `type` came "
            "with 3.18, and when `upload` comes isn't documented. An older server refuses a form "
            "that has them. That a repository is on such a server, the address of its remote says "
            "(`github.example.com`), the environment (`GH_HOST`, `GITHUB_SERVER_URL` in a "
            "workflow), or `forge: ghes` in `.github/scaffold.yml`."
        ),
        evidence=("github/docs: data/features/issue-types.yml", "SchemaStore/schemastore#5500"),
        wrong={**_SETTINGS, FORM_PATH: f"{HEAD}type: Bug\n{BODY}"},
        right={**_SETTINGS, FORM_PATH: f"{HEAD}{BODY}"},
    )
)
def newer_than_server(form: FormView) -> Iterator[Problem]:
    """Find keys and elements that came with a certain version."""
    since = form.document.forge.since
    for key in since:
        entry = form.root.find(key)
        if entry is not None:
            yield at(entry.key, _told(f"`{key}`", since[key]), hint=_HINT)
    for element in form.elements:
        kind = element.type or ""
        if kind in since:
            yield at(element.node, _told(f"`type: {kind}`", since[kind]), hint=_HINT)


_HINT = "look at your server's version; an older one refuses the form"


def _told(what: str, version: str | None) -> str:
    if version is None:
        return f"{what} came to github.com in 2026, and this server may not have it yet"
    return f"{what} needs a server of version {version} or newer"
