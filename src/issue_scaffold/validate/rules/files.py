"""Rules about where a file lies and how it is called.

Sources: GitHub's "About issue and pull request templates" and "Configuring issue templates for your
repository"; that `config.yaml` is ignored was found out in several repositories.
"""

from collections.abc import Iterator

from issue_scaffold.forge.document import Document, Problem
from issue_scaffold.forge.file_kind import FileKind, is_workflow
from issue_scaffold.forge.layout import is_misplaced, is_single_form, template_folder
from issue_scaffold.text.edits import Edit, Fix
from issue_scaffold.validate.rules.examples import (
    CHOOSER_PATH,
    FORM_PATH,
    GOOD_CHOOSER,
    GOOD_FORM,
    GOOD_TEMPLATE,
    TEMPLATE_PATH,
)
from issue_scaffold.validate.rules.rule import (
    ABOUT_PAGE,
    CHOOSER_PAGE,
    ERROR,
    SINGLE_PAGE,
    WARNING,
    Rule,
)
from issue_scaffold.validate.rules.stages import ANY_FILE

_CHOOSER_NAMES = frozenset({"config.yml", "config.yaml"})
_FENCE = frozenset("`~")
_SHOWN = frozenset({FileKind.FORM, FileKind.TEMPLATE, FileKind.CHOOSER})
_TEXT_SUFFIXES = (
    ".yml", ".yaml", ".md", ".markdown", ".txt", ".json", ".bak", ".disabled", ".old", ".orig",
    ".rst",
)  # fmt: skip


@ANY_FILE.runs(
    Rule(
        id="files/config-name",
        severity=ERROR,
        grade="DOC",
        fix="safe",
        summary="the chooser's settings are not called `config.yml`",
        source=CHOOSER_PAGE,
        why=(
            "The chooser's settings are read from `config.yml` only; `config.yaml` is ignored, "
            "though forms may end in `.yaml`. The fix renames the file unless there is a "
            "`config.yml`."
        ),
        evidence=(
            "coder/coder#16354",
            "libp2p/rust-libp2p#2611",
        ),
        wrong={".github/ISSUE_TEMPLATE/config.yaml": GOOD_CHOOSER},
        right={CHOOSER_PATH: GOOD_CHOOSER},
    )
)
def config_name(document: Document) -> Iterator[Problem]:
    """Find choosers that aren't called `config.yml` exactly, which GitHub ignores."""
    name = _name(document)
    if document.kind is not FileKind.CHOOSER or name in document.forge.chooser_names:
        return
    folded = name.lower()
    if folded not in _CHOOSER_NAMES and template_folder(document.path.replace("\\", "/")) is None:
        return
    is_case = folded == "config.yml"
    severity = WARNING if is_case else None
    message = f"GitHub ignores `{name}`: the chooser's settings must be called `config.yml`"
    fix = Fix(rename="config.yml")
    hint = "rename it; if there is a `config.yml` already, put these settings there"
    yield _whole(document, message, hint)._replace(severity=severity, fix=fix)


@ANY_FILE.runs(
    Rule(
        id="files/not-picked-up",
        severity=ERROR,
        grade="DOC",
        fix="unsafe",
        summary="GitHub never reads a template, by its name or place",
        source=ABOUT_PAGE,
        why=(
            "GitHub reads `.md`, `.yml` and `.yaml` files directly in the template folder: none "
            "in sub-folders or in other folders, and no other types. A workflow there never runs. "
            "An error for a form in a `.md` file or in `config.yml`, else a warning."
        ),
        evidence=(
            "about-issue-and-pull-request-templates",
            "felladrin/MiniSearch#2175",
            "canonical/launchpad-manual#406",
            "octokit/webhooks#196",
        ),
        wrong={TEMPLATE_PATH: GOOD_FORM},
        right={FORM_PATH: GOOD_FORM},
    )
)
def not_picked_up(document: Document) -> Iterator[Problem]:
    """Find templates, and files in a template folder, that the forge never shows."""
    if document.kind is FileKind.STRAY:
        for problem in _stray(document):
            yield problem._replace(severity=WARNING)
    elif document.kind is FileKind.FORM:
        yield from _form_under_another_name(document)
    if document.kind in _SHOWN:
        for problem in _misplaced(document):
            yield problem._replace(severity=WARNING)


def _stray(document: Document) -> Iterator[Problem]:
    name = _name(document).lower()
    place = template_folder(document.path.replace("\\", "/"))
    if place is None:
        return
    folder, inner = place
    if is_workflow(document.root):
        message = "a workflow in the template folder: it never runs, and is no issue form"
        yield _whole(document, message, "move it to `.github/workflows`")
    elif "/" in inner:
        if name.endswith((".yml", ".yaml", ".md")) and name != "readme.md":
            message = f"GitHub doesn't look into sub-folders of `{folder}`"
            yield _whole(document, message, "move the file up")
    elif name.endswith(_TEXT_SUFFIXES):
        message = "GitHub doesn't read this file: templates end in `.md`, forms in `.yml`"
        yield _whole(document, message, "rename it, or move it elsewhere if it is no template")


def _form_under_another_name(document: Document) -> Iterator[Problem]:
    """Find forms that nobody sees because of what they are called."""
    name = _name(document)
    stem, _, suffix = name.rpartition(".")
    if suffix.lower() in {"md", "markdown"}:
        message = "this file holds an issue form, which GitHub reads only from `.yml` or `.yaml`"
        problem = _whole(document, message, f"rename it to `{stem}.yml`")
        yield problem._replace(severity=ERROR, fix=_as_form(document, f"{stem}.yml"))
    elif template_folder(document.path) and stem.lower() == "config":
        message = f"this file holds an issue form, but `{name}` is for the chooser's settings"
        hint = "rename it after what it asks for, such as `bug_report.yml`"
        yield _whole(document, message, hint)._replace(severity=ERROR)


def _as_form(document: Document, name: str) -> Fix | None:
    """Return what makes a form of its own of one in a Markdown file; None if text is below it.

    What marks the form there, as front matter or as code, goes.
    """
    begin, end = document.head
    text = document.source.text
    if begin == 0:
        return Fix(rename=name, unsafe=True)
    below = text[end:].strip()
    if not below:
        closing = text.rindex("---", begin, end)
    elif set(below) <= _FENCE:
        closing = text.index("\n", end) + 1
    else:
        return None
    return Fix((Edit(0, begin, ""), Edit(closing, len(text), "")), rename=name, unsafe=True)


def _misplaced(document: Document) -> Iterator[Problem]:
    """Find templates in folders into which the forge doesn't look."""
    path, forge = document.path.replace("\\", "/"), document.forge
    right = forge.templates[0]
    if is_single_form(path) and not forge.has_single_form:
        message = "GitHub reads no single issue form: it knows them in a template folder only"
        yield _whole(document, message, f"move it into `{right}/`")
    elif is_misplaced(path):
        folder = path.rpartition("/")[0]
        message = f"GitHub doesn't look for templates in `{folder}`"
        yield _whole(document, message, f"move it to `{right}/`")


def _name(document: Document) -> str:
    return document.path.replace("\\", "/").rpartition("/")[2]


@ANY_FILE.runs(
    Rule(
        id="files/legacy-template",
        severity=WARNING,
        grade="1",
        summary="a single template of the old kind, which may not be used at all",
        source=SINGLE_PAGE,
        why=(
            "A single `ISSUE_TEMPLATE.md` has no entry in the chooser, and is out of use beside a "
            "template folder. GitHub's page says that it prefills new issues; projects report "
            "that the new-issue page has ignored it since late 2024. What GitHub does is "
            "contested, so this is a warning."
        ),
        evidence=(
            "manually-creating-a-single-issue-template",
            "git-for-windows/git#5229",
            "moby/buildkit#5587",
            "bettercap/bettercap#1181",
        ),
        wrong={".github/ISSUE_TEMPLATE.md": "What happened?\n"},
        right={TEMPLATE_PATH: GOOD_TEMPLATE},
    )
)
def legacy_template(document: Document) -> Iterator[Problem]:
    """Find the single issue template that came before the chooser."""
    if document.kind is FileKind.LEGACY:
        message = (
            "a single issue template of the old kind: it has no entry in the chooser, and "
            "GitHub may not use it at all"
        )
        hint = (
            "move it to `.github/ISSUE_TEMPLATE/` and give it front matter with `name` and "
            "`about`, or make a form of it with `scaffold convert`"
        )
        yield _whole(document, message, hint)


def _whole(document: Document, message: str, hint: str) -> Problem:
    return Problem(0, document.source.line_end(0), message, hint)
