"""Rules about the front matter of Markdown issue templates.

Sources: GitHub's "Configuring issue templates for your repository" and the community-profile rule of "About community
profiles": a template counts only with `name` and `about` in front matter at the very first byte.
"""

import re
from collections.abc import Iterator
from itertools import islice

from issue_scaffold.forge.document import Document, Problem, at
from issue_scaffold.forge.front_matter import GITEA_TEMPLATE_KEYS, TEMPLATE_KEYS, find_front_matter
from issue_scaffold.forge.issue_form import string_entries, text_of
from issue_scaffold.report.finding import Severity
from issue_scaffold.text.edits import Edit, Fix, quote
from issue_scaffold.text.tree import Mapping, Scalar, Sequence, resolve, type_name
from issue_scaffold.text.wording import allowed, closest
from issue_scaffold.validate.rules.examples import template_file
from issue_scaffold.validate.rules.form import short_name, value_or_key
from issue_scaffold.validate.rules.form_fixes import add_top_key, name_from_path, rename
from issue_scaffold.validate.rules.rule import ERROR, INFO, WARNING, Rule
from issue_scaffold.validate.rules.sources import CHOOSER_PAGE
from issue_scaffold.validate.rules.stages import REPOSITORY, TEMPLATE
from issue_scaffold.validate.rules.summaries import RepositorySummary, is_other_markdown

MOST_LINES = 1000
_BEGIN = (
    "begin the file with `---`, `name: …`, `about: …`, `---`; without it the chooser leaves it out"
)


@TEMPLATE.runs(
    Rule(
        id="template/no-front-matter",
        severity=WARNING,
        fix="safe or unsafe",
        summary="no front matter, or not at the first byte",
        source=CHOOSER_PAGE,
        reveals="others",
        why=(
            "A Markdown template is in the chooser only if the file begins with `---` at its very "
            "first byte, and has a name and a description there. An error where the folder has a "
            "chooser, else a warning. Empty lines above are removed."
        ),
        evidence=(
            "configuring-issue-templates",
            "python/mypy#9345",
            "apache/daffodil-vscode#1416",
        ),
        wrong=template_file(
            "<!-- Thank you for helping. -->\n"
            "---\n"
            "name: Bug report\n"
            "about: Something is broken\n"
            "---\n"
            "\n"
            "What happened?\n"
        ),
        right=template_file(
            "---\nname: Bug report\nabout: Something is broken\n---\n\nWhat happened?\n"
        ),
    )
)
def no_front_matter(document: Document) -> Iterator[Problem]:
    """Find Markdown templates without front matter, or whose front matter isn't at byte 0."""
    text = document.source.text
    front = find_front_matter(text)
    if front is not None and not front.late:
        return
    if front is None:
        end = document.source.line_end(0)
        if is_other_markdown(document.path):
            hint = "fine if it isn't meant as a template"
            yield Problem(
                0, end, "no issue template: it has no front matter", hint, severity=Severity.INFO
            )
            return
        yield Problem(0, end, "the template has no front matter", _BEGIN)
        return
    before = text[: front.opening]
    message = "the front matter doesn't begin at the first byte, so GitHub ignores it"
    fix = Fix((Edit(0, front.opening, ""),)) if not before.strip() else None
    if fix is None and front.end is not None:
        fix = Fix((Edit(0, front.opening, ""), Edit(front.body, front.body, before)), unsafe=True)
    hint = (
        "remove the empty lines above it"
        if not before.strip()
        else "move what stands above `---` below it"
    )
    yield Problem(front.opening, front.opening + 3, message, hint, fix=fix)


@REPOSITORY.runs(no_front_matter)
def frontless_template(repository: RepositorySummary) -> Iterator[Problem]:
    """Find Markdown files without front matter beside a chooser's `config.yml`, which they can't appear in."""
    folders = {document.path.rpartition("/")[0] for document in repository.choosers}
    for source in repository.frontless:
        if source.path.rpartition("/")[0] in folders:
            message = "the template has no front matter, so the chooser beside it can't show it"
            end = source.line_end(0)
            yield Problem(0, end, message, _BEGIN, severity=ERROR, path=source.path)


@TEMPLATE.runs(
    Rule(
        id="template/missing-key",
        severity=ERROR,
        fix="unsafe",
        summary="`name` or `about` is missing or empty",
        source=CHOOSER_PAGE,
        why=(
            "Without `name` and `about` the chooser leaves the template out. With "
            "`--unsafe-fixes` a name is made of the file's name."
        ),
        evidence=(
            "configuring-issue-templates",
            "pydata/xarray#3146",
        ),
        wrong=template_file("---\nname: Bug report\n---\n"),
        right=template_file("---\nname: Bug report\nabout: Something is broken\n---\n"),
    )
)
def missing_key(document: Document) -> Iterator[Problem]:
    """Find front matter without `name` or `about`, or with blank ones."""
    root = document.mapping
    if root is None:
        if document.failure is None and _has_front_matter(document):
            start = document.head[0]
            hint = "add `name:` and `about:`; without them the chooser leaves the template out"
            yield Problem(start, start, "the front matter is no mapping of keys to values", hint)
        return
    for key in ("name", "about"):
        entry = root.find(key)
        if entry is not None and (
            text_of(entry.value) is not None or not isinstance(resolve(entry.value), Scalar)
        ):
            continue
        if key == "about" and root.find("description") is not None and entry is None:
            yield from _description(document, root)
            continue
        hint = f"add `{key}:`; without it the chooser leaves the template out"
        if entry is not None:
            yield at(value_or_key(entry), f"front matter key `{key}` is empty", hint=hint)
            continue
        misspelt = [
            other
            for other in root.keys()  # noqa: SIM118
            if other not in TEMPLATE_KEYS and closest(other, (key,))
        ]
        if misspelt:
            continue
        guess = name_from_path(document.path) if key == "name" else text_of(root.get("name"))
        fix = add_top_key(document.source, root, key, guess) if guess and root.entries else None
        place = root.entries[0].key if root.entries else root
        yield at(place, f"required front matter key `{key}` is missing", hint=hint, fix=fix)


def _description(document: Document, root: Mapping) -> Iterator[Problem]:
    entry = root.find("description")
    if entry is None or document.gitea:
        return
    hint = "rename `description`, which is for issue forms"
    yield at(
        entry.key,
        "required front matter key `about` is missing",
        hint=hint,
        fix=rename(entry, "about", unsafe=True),
    )


def _has_front_matter(document: Document) -> bool:
    front = find_front_matter(document.source.text)
    return front is not None and not front.late and front.end is not None


@TEMPLATE.runs(
    Rule(
        id="template/name-length",
        severity=ERROR,
        summary="the name is too short for the chooser",
        source=CHOOSER_PAGE,
        why=(
            "GitHub asks for names of more than three characters, of Markdown templates as of "
            "forms."
        ),
        evidence=("configuring-issue-templates",),
        wrong=template_file("---\nname: QA\nabout: Something is broken\n---\n"),
        right=template_file("---\nname: Bug report\nabout: Something is broken\n---\n"),
    )
)
def name_length(document: Document) -> Iterator[Problem]:
    """Find template names that are too short for the chooser."""
    if document.mapping:
        yield from short_name(document.mapping.get("name"))


@TEMPLATE.runs(
    Rule(
        id="template/value-type",
        severity=WARNING,
        fix="safe",
        summary="a front matter value isn't text",
        source=CHOOSER_PAGE,
        why=(
            "Front matter values are text; `labels`, `assignees` and `projects` may be lists of "
            "texts."
        ),
        evidence=("configuring-issue-templates",),
        wrong=template_file(
            "---\nname: Bug report\nabout: Something is broken\ntitle: 2024-01-01\n---\n"
        ),
        right=template_file(
            '---\nname: Bug report\nabout: Something is broken\ntitle: "2024-01-01"\n---\n'
        ),
    )
)
def value_type(document: Document) -> Iterator[Problem]:
    """Find front matter values that aren't text, or where GitHub wants it so, a list of texts."""
    root = document.mapping
    for key, entry in string_entries(root) if root else ():
        value = resolve(entry.value)
        if key not in TEMPLATE_KEYS or (
            isinstance(value, Scalar) and (value.is_text or value.is_null)
        ):
            continue
        lists = key in {"labels", "assignees", "projects"}
        if lists and isinstance(value, Sequence):
            for item in value.items:
                node = resolve(item)
                if not isinstance(node, Scalar) or not (node.is_text or node.is_null):
                    fix = quote(document.source, node) if isinstance(node, Scalar) else None
                    yield at(
                        node,
                        f"an entry of `{key}` is {type_name(node)}",
                        hint="put it in quotes",
                        fix=fix,
                    )
            continue
        expected = "text or a list of texts" if lists else "text"
        fix = quote(document.source, value) if isinstance(value, Scalar) else None
        message = f"front matter key `{key}` is {type_name(value)}, and should be {expected}"
        yield at(value_or_key(entry), message, hint="put it in quotes", fix=fix)


@TEMPLATE.runs(
    Rule(
        id="template/unpermitted-key",
        severity=WARNING,
        fix="unsafe",
        summary="a front matter key that GitHub doesn't read",
        source=CHOOSER_PAGE,
        why="GitHub doesn't read other keys, so a misspelt one has no effect.",
        evidence=("configuring-issue-templates",),
        wrong=template_file("---\nname: Bug report\nabout: Something is broken\nlabel: bug\n---\n"),
        right=template_file(
            "---\nname: Bug report\nabout: Something is broken\nlabels: bug\n---\n"
        ),
    )
)
def unpermitted_key(document: Document) -> Iterator[Problem]:
    """Find front matter keys that GitHub doesn't read."""
    root = document.mapping
    known = (*TEMPLATE_KEYS, *GITEA_TEMPLATE_KEYS) if document.gitea else TEMPLATE_KEYS
    for key, entry in string_entries(root) if root else ():
        if key in known or (
            key == "description" and root is not None and root.find("about") is None
        ):
            continue
        guess = closest(key, known)
        free = guess if guess and root is not None and root.find(guess) is None else None
        fix = rename(entry, free, unsafe=True) if free else None
        hint = allowed(known, guess=free, place="read in front matter")
        yield at(entry.key, f"GitHub doesn't read the front matter key `{key}`", hint=hint, fix=fix)


@TEMPLATE.runs(
    Rule(
        id="template/trailing-space",
        severity=INFO,
        fix="safe",
        summary="white space at the end of a front matter line",
        why=(
            "Blanks at the end of a front matter line do no harm, but show up in every later "
            "change. The fix removes them."
        ),
        evidence=("pre-commit/pre-commit-hooks: trailing-whitespace",),
        wrong=template_file("---\nname: Bug report  \nabout: Something is broken\n---\n"),
        right=template_file("---\nname: Bug report\nabout: Something is broken\n---\n"),
    )
)
def trailing_space(document: Document) -> Iterator[Problem]:
    """Find white space at the ends of front matter lines, the fences included; one finding for all of them."""
    front = find_front_matter(document.source.text)
    if front is None or front.end is None or front.late:
        return
    head = document.source.text[: document.source.line_end(front.end)]
    blanks = islice(re.finditer(r"[ \t]+(?=\r?$)", head, re.MULTILINE), MOST_LINES)
    edits = [Edit(found.start(), found.end(), "") for found in blanks]
    if edits:
        more = f" ({len(edits)} lines)" if len(edits) > 1 else ""
        message = f"white space at the end of a front matter line{more}"
        yield Problem(edits[0].start, edits[0].end, message, "remove it", fix=Fix(tuple(edits)))
