"""Rules about the front matter of Markdown issue templates.

Sources: GitHub's "Configuring issue templates for your repository" and the community-profile rule
of "About community profiles": a template counts only with `name` and `about` in front matter at the
very first byte.
"""

import re
from collections.abc import Iterator
from itertools import islice

from issue_scaffold.forge.document import Document, Problem, at
from issue_scaffold.forge.front_matter import (
    FrontMatter,
    find_front_matter,
)
from issue_scaffold.forge.issue_form import string_entries, text_of
from issue_scaffold.text.edits import Edit, Fix
from issue_scaffold.text.tree import Entry, Mapping, Scalar, Sequence, resolve, type_name
from issue_scaffold.text.wording import allowed, closest
from issue_scaffold.validate.rules.examples import template_file
from issue_scaffold.validate.rules.form import short_name, wrong_length
from issue_scaffold.validate.rules.form_fixes import add_top_key, name_from_path, rename
from issue_scaffold.validate.rules.nodes import (
    free_guess,
    is_text_or_null,
    quoted_value,
    value_or_key,
)
from issue_scaffold.validate.rules.rule import CHOOSER_PAGE, ERROR, INFO, WARNING, Rule
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
        grade="DOC",
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
    front = find_front_matter(document.source.text)
    end = document.source.line_end(0)
    if front is not None:
        if front.late:
            yield _late(document, front)
    elif is_other_markdown(document.path):
        message = "no issue template: it has no front matter"
        yield Problem(0, end, message, "fine if it isn't meant as a template", severity=INFO)
    else:
        yield Problem(0, end, "the template has no front matter", _BEGIN)


def _late(document: Document, front: FrontMatter) -> Problem:
    before = document.source.text[: front.opening]
    cut = Edit(0, front.opening, "")
    hint = "move what stands above `---` below it"
    fix: Fix | None = None
    if not before.strip():
        hint, fix = "remove the empty lines above it", Fix((cut,))
    elif front.end is not None:
        fix = Fix((cut, Edit(front.body, front.body, before)), unsafe=True)
    message = "the front matter doesn't begin at the first byte, so GitHub ignores it"
    return Problem(front.opening, front.opening + 3, message, hint, fix=fix)


@REPOSITORY.runs(no_front_matter)
def frontless_template(repository: RepositorySummary) -> Iterator[Problem]:
    """Find Markdown files without front matter beside a chooser, which can't show them."""
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
        grade="DOC",
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
        lived=(
            "ethereum/solidity, no `about`: 474 days, hidden on purpose, reached by chooser links, "
            "issues came through it (#13029, #13797)"
        ),
        wrong=template_file("---\nname: Bug report\n---\n"),
        right=template_file("---\nname: Bug report\nabout: Something is broken\n---\n"),
    )
)
def missing_key(document: Document) -> Iterator[Problem]:
    """Find front matter without `name` or `about`, or with blank ones."""
    root = document.mapping
    if root is None:
        if _has_front_matter(document):
            start = document.head[0]
            hint = "add `name:` and `about:`; without them the chooser leaves the template out"
            yield Problem(start, start, "the front matter is no mapping of keys to values", hint)
        return
    for key in ("name", "about"):
        entry = root.find(key)
        hint = f"add `{key}:`; without it the chooser leaves the template out"
        if entry is None:
            yield from _absent(document, root, key, hint)
        elif isinstance(resolve(entry.value), Scalar) and text_of(entry.value) is None:
            yield at(value_or_key(entry), f"front matter key `{key}` is empty", hint=hint)


def _absent(document: Document, root: Mapping, key: str, hint: str) -> Iterator[Problem]:
    message = f"required front matter key `{key}` is missing"
    description = root.find("description")
    if key == "about" and description is not None:
        if not document.forge.keys.about_is_description:
            hint = "rename `description`, which is for issue forms"
            renamed = rename(description, "about", unsafe=True)
            yield at(description.key, message, hint=hint, fix=renamed)
        return
    strangers = set(root.keys()) - set(document.forge.keys.front_matter)
    if any(closest(stranger, (key,)) for stranger in strangers):
        return
    if not root.entries:
        yield at(root, message, hint=hint)
        return
    guess = text_of(root.get("name"))
    if key == "name":
        guess = name_from_path(document.path)
    fix = add_top_key(document.source, root, key, guess) if guess else None
    yield at(root.entries[0].key, message, hint=hint, fix=fix)


def _has_front_matter(document: Document) -> bool:
    front = find_front_matter(document.source.text)
    return front is not None and not front.late and front.end is not None


@TEMPLATE.runs(
    Rule(
        id="template/name-length",
        severity=ERROR,
        grade="DOC",
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
        id="template/about-length",
        severity=ERROR,
        grade="ERR",
        summary="`about` has fewer than 3 or more than 200 characters",
        source=CHOOSER_PAGE,
        why=(
            "GitHub wants 3 to 200 characters in the `about` of a Markdown template, as in the "
            "`description` of a form, and leaves a template with any other number out of the "
            "chooser without a word. The `about` of a contact link may be longer."
        ),
        evidence=(
            "Ryujinx/Ryujinx#3915",
            "ietf-tools/datatracker#5186",
        ),
        wrong=template_file(
            f"---\nname: Bug report\nabout: {' '.join(['Something broke.'] * 12)}\n---\n"
        ),
        right=template_file("---\nname: Bug report\nabout: Something is broken\n---\n"),
    )
)
def about_length(document: Document) -> Iterator[Problem]:
    """Find an `about` that is too short or too long for the chooser."""
    if document.mapping:
        yield from wrong_length("about", document.mapping.get("about"))


@TEMPLATE.runs(
    Rule(
        id="template/value-type",
        severity=WARNING,
        grade="DOC",
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
    for key, entry in _entries(document):
        if key not in document.forge.keys.front_matter or is_text_or_null(entry.value):
            continue
        value, expected = resolve(entry.value), "text"
        if key in {"labels", "assignees", "projects"}:
            expected = "text or a list of texts"
            if isinstance(value, Sequence):
                yield from _items(document, key, value)
                continue
        what = type_name(value)
        message = f"front matter key `{key}` is {what}, and should be {expected}"
        fix = quoted_value(document.source, value)
        yield at(value_or_key(entry), message, hint="put it in quotes", fix=fix)


def _entries(document: Document) -> Iterator[tuple[str, Entry]]:
    if document.mapping is not None:
        yield from string_entries(document.mapping)


def _items(document: Document, key: str, value: Sequence) -> Iterator[Problem]:
    for item in value.items:
        if not is_text_or_null(item):
            node = resolve(item)
            message = f"an entry of `{key}` is {type_name(node)}"
            fix = quoted_value(document.source, node)
            yield at(node, message, hint="put it in quotes", fix=fix)


@TEMPLATE.runs(
    Rule(
        id="template/unpermitted-key",
        severity=WARNING,
        grade="DOC",
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
    if root is None:
        return
    known = document.forge.keys.front_matter
    # Of a `description` in the place of `about` another rule speaks.
    accepted = [*known]
    if root.find("about") is None:
        accepted.append("description")
    for key, entry in string_entries(root):
        if key not in accepted:
            guess = free_guess(root, entry, known)
            fix = rename(entry, guess, unsafe=True) if guess else None
            message = f"GitHub doesn't read the front matter key `{key}`"
            hint = allowed(known, guess=guess, place="read in front matter")
            yield at(entry.key, message, hint=hint, fix=fix)


@TEMPLATE.runs(
    Rule(
        id="template/trailing-space",
        severity=INFO,
        grade="OWN",
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
    """Find white space at the ends of front matter lines; one finding for all of it."""
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
