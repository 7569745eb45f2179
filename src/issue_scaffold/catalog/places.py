"""Where in a catalog a line of a rendered file comes from.

Owns the way back: which of the catalog's files made a rendered file, and which of its lines a
rendered line was.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

from issue_scaffold.catalog.entry import FOLDER, SUFFIX
from issue_scaffold.catalog.layout import LABELS
from issue_scaffold.catalog.questions import QUESTIONS

_TAG: Final = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}")
_REPO: Final = "template/repo/"


def origin(
    path: str, text: str, line: int | None, excerpt: str, catalog: Mapping[str, str]
) -> tuple[str, int | None]:
    """Return the catalog's file and its line for a line of a rendered file.

    `excerpt` is what is meant on that line; `catalog` are the catalog's text files by path.
    """
    sources = sources_of(path, catalog)
    if not sources:
        return QUESTIONS, None
    lines = set(text.split("\n"))
    source = max(sources, key=lambda name: len(lines.intersection(catalog[name].split("\n"))))
    if line is None:
        return source, None
    return source, line_in(catalog[source], text, line, excerpt)


def sources_of(path: str, catalog: Mapping[str, str]) -> list[str]:
    """Return the files of the catalog that a rendered file may be made of.

    Jinja in their names stands for anything.
    """
    made_of = _data_of(path)
    if made_of in catalog:
        return [made_of]
    name = path.rpartition("/")[2]
    shapes = {}
    for file in catalog:
        if file.startswith(_REPO):
            shape = _TAG.sub("", file.removeprefix(_REPO)).removesuffix(".jinja")
            if shape.rpartition("/")[2] == name:
                shapes[file] = shape
    return [file for file, shape in shapes.items() if shape == path] or list(shapes)


def _data_of(path: str) -> str:
    """Return the entry or labels config that a rendered form or labels config would be made of."""
    folder, _, name = path.rpartition("/")
    stem, _, suffix = name.rpartition(".")
    is_template = folder.lower().endswith(("issue_template", "issue_templates"))
    if is_template and suffix in {"yml", "md"}:
        return f"{FOLDER}/{stem}{SUFFIX}"
    is_workflow = "workflows" in folder
    if "label" in name and suffix in {"yml", "yaml", "json"} and not is_workflow:
        return LABELS
    return ""


def line_in(source: str, rendered: str, line: int, excerpt: str) -> int:
    """Return the line of a template, from 1, that became a line of its rendering."""
    before, after = source.split("\n"), rendered.split("\n")
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if not j1 < line <= j2:
            continue
        if tag != "equal" and excerpt:
            named = line_with(excerpt, before, i1, i2) or line_with(excerpt, before)
            if named:
                return named
        at = i1 + line - j1
        if tag == "equal":
            return at
        return min(at, max(i2, i1 + 1))
    return 1


def line_with(
    excerpt: str, lines: Sequence[str], start: int = 0, stop: int | None = None
) -> int | None:
    """Return the first line with an excerpt among some, from 1; None if there is none."""
    numbered = enumerate(lines[start:stop], start=start + 1)
    return next((number for number, line in numbered if excerpt in line), None)
