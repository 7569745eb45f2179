"""Rules about where a file lies and how it is called.

Sources: GitHub's "About issue and pull request templates" and "Configuring issue templates for your repository"; that
`config.yaml` is ignored was found out in several repositories.
"""

from collections.abc import Iterator

from issue_scaffold.forge.document import Document, Problem
from issue_scaffold.forge.file_kind import FileKind, is_workflow
from issue_scaffold.forge.layout import template_folder
from issue_scaffold.report.finding import Severity
from issue_scaffold.text.edits import Fix

_TEXT_SUFFIXES = (
    ".yml",
    ".yaml",
    ".md",
    ".markdown",
    ".txt",
    ".json",
    ".bak",
    ".disabled",
    ".old",
    ".orig",
    ".rst",
)


def config_name(document: Document) -> Iterator[Problem]:
    """Find choosers that aren't called `config.yml` exactly, which GitHub ignores."""
    name = document.path.replace("\\", "/").rpartition("/")[2]
    if document.kind is not FileKind.CHOOSER or name in document.forge.chooser_names:
        return
    if name.lower() not in {"config.yml", "config.yaml"}:
        return
    message = f"GitHub ignores `{name}`: the chooser's settings must be called `config.yml`"
    severity = None if name.lower() == "config.yaml" else Severity.WARNING
    yield _whole(document, message, "rename it", severity=severity, fix=Fix(rename="config.yml"))


def not_picked_up(document: Document) -> Iterator[Problem]:
    """Find files in a template folder that GitHub never shows: in sub-folders, of other types, workflows."""
    inside = template_folder(document.path.replace("\\", "/"))
    if document.kind is not FileKind.STRAY:
        return
    if is_workflow(document.root):
        message = "a workflow in the template folder: it never runs, and is no issue form"
        yield _whole(document, message, "move it to `.github/workflows`")
        return
    name = document.path.replace("\\", "/").rpartition("/")[2].lower()
    if inside and "/" in inside[1]:
        if name.endswith((".yml", ".yaml", ".md")) and name != "readme.md":
            message = f"GitHub doesn't look into sub-folders of `{inside[0]}`"
            yield _whole(document, message, "move the file up")
    elif name.endswith(_TEXT_SUFFIXES):
        message = "GitHub doesn't read this file: templates end in `.md`, forms in `.yml`"
        yield _whole(document, message, "rename it, or move it elsewhere if it is no template")


def legacy_template(document: Document) -> Iterator[Problem]:
    """Find the single issue template that came before the chooser."""
    if document.kind is FileKind.LEGACY:
        message = "a single issue template of the old kind: it has no entry in the chooser"
        hint = (
            "move it to `.github/ISSUE_TEMPLATE/` and give it front matter with `name` and `about`"
        )
        yield _whole(document, message, hint)


def _whole(
    document: Document,
    message: str,
    hint: str,
    *,
    severity: Severity | None = None,
    fix: Fix | None = None,
) -> Problem:
    return Problem(0, document.source.line_end(0), message, hint, severity=severity, fix=fix)
