"""Where in a catalog a line of a rendered file comes from.

Owns the way back: which of the catalog's files made a rendered file, and which of its lines a rendered line was.
"""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Final

from issue_scaffold.domain.catalog.entry import FOLDER, SUFFIX

_TAG: Final = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}")
_REPO: Final = "template/repo/"


def origin(path: str, text: str, line: int | None, excerpt: str, catalog: Mapping[str, str]) -> tuple[str, int | None]:
    """Return the catalog's file and its line for a line of a rendered file.

    `excerpt` is what is meant on that line; `catalog` are the catalog's text files by path.
    """
    source = source_of(path, catalog)
    if source is None or source not in catalog:
        return "copier.yml", None
    if line is None:
        return source, None
    return source, line_in(catalog[source], text, line, excerpt)


def source_of(path: str, catalog: Mapping[str, str]) -> str | None:
    """Return the file of the catalog that a rendered file is made of."""
    folder, _, name = path.rpartition("/")
    stem, _, suffix = name.rpartition(".")
    entry = f"{FOLDER}/{stem}{SUFFIX}"
    if folder.endswith("ISSUE_TEMPLATE") and suffix in {"yml", "md"} and entry in catalog:
        return entry
    if "label" in name and suffix in {"yml", "yaml", "json"} and "workflows" not in folder:
        return f"{FOLDER}/labels.yml"
    for candidate in catalog:
        if candidate.startswith(_REPO):
            plain = _TAG.sub("", candidate.removeprefix(_REPO)).removesuffix(".jinja")
            if plain == path:
                return candidate
    return None


def line_in(source: str, rendered: str, line: int, excerpt: str) -> int:
    """Return the line of a template, from 1, that became a line of its rendering."""
    before, after = source.split("\n"), rendered.split("\n")
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if not j1 < line <= j2:
            continue
        if tag == "equal":
            return i1 + line - j1
        near = range(i1, i2)
        named = next((index + 1 for index in near if excerpt and excerpt in before[index]), None)
        if named is None and excerpt:
            named = next((index + 1 for index, text in enumerate(before) if excerpt in text), None)
        return named or min(i1 + line - j1, max(i2, i1 + 1))
    return 1
