"""Rules about the front matter of Markdown issue templates.

Sources: GitHub's "Configuring issue templates for your repository" and the community-profile rule of "About community
profiles": a template counts only with `name` and `about` in front matter at the very first byte.
"""

import re
from collections.abc import Iterator
from itertools import islice

from issue_scaffold.forge.document import Document, Problem, at
from issue_scaffold.forge.front_matter import find_front_matter
from issue_scaffold.forge.issue_form import string_entries, text_of
from issue_scaffold.report.finding import Severity
from issue_scaffold.text.edits import Edit, Fix, quote
from issue_scaffold.text.tree import Mapping, Scalar, Sequence, resolve, type_name
from issue_scaffold.text.wording import allowed, closest
from issue_scaffold.validate.rules.form import short_name, value_or_key
from issue_scaffold.validate.rules.form_fixes import add_top_key, name_from_path, rename

MOST_LINES = 1000
NOT_TEMPLATES = frozenset(
    {"readme.md", "contributing.md", "pull_request_template.md", "issue_template.md"}
)


def no_front_matter(document: Document) -> Iterator[Problem]:
    """Find Markdown templates without front matter, or whose front matter isn't at byte 0."""
    text = document.source.text
    front = find_front_matter(text)
    if front is not None and not front.late:
        return
    file_name = document.path.replace("\\", "/").rpartition("/")[2]
    if front is None:
        end = document.source.line_end(0)
        if file_name.lower() in NOT_TEMPLATES:
            hint = "fine if it isn't meant as a template"
            yield Problem(
                0, end, "no issue template: it has no front matter", hint, severity=Severity.INFO
            )
            return
        hint = "begin the file with `---`, `name: …`, `about: …`, `---`; without it the chooser leaves it out"
        yield Problem(0, end, "the template has no front matter", hint)
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
            if other not in document.forge.keys.front_matter and closest(other, (key,))
        ]
        if misspelt:
            continue
        guess = name_from_path(document.path) if key == "name" else text_of(root.get("name"))
        fix = add_top_key(document.source, root, key, guess) if guess and root.entries else None
        place = root.entries[0].key if root.entries else root
        yield at(place, f"required front matter key `{key}` is missing", hint=hint, fix=fix)


def _description(document: Document, root: Mapping) -> Iterator[Problem]:
    entry = root.find("description")
    if entry is None or document.forge.keys.about_is_description:
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


def name_length(document: Document) -> Iterator[Problem]:
    """Find template names that are too short for the chooser."""
    if document.mapping:
        yield from short_name(document.mapping.get("name"))


def value_type(document: Document) -> Iterator[Problem]:
    """Find front matter values that aren't text, or where GitHub wants it so, a list of texts."""
    root = document.mapping
    for key, entry in string_entries(root) if root else ():
        value = resolve(entry.value)
        if key not in document.forge.keys.front_matter or (
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


def unpermitted_key(document: Document) -> Iterator[Problem]:
    """Find front matter keys that GitHub doesn't read."""
    root = document.mapping
    known = document.forge.keys.front_matter
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
