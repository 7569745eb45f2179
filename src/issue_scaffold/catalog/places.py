"""Where in a catalog a line of a rendered file comes from.

Owns the way back: which of the catalog's files made a rendered file, and which of its lines a rendered line was.
"""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Final

from issue_scaffold.catalog.entry import FOLDER, SUFFIX

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
        return "copier.yml", None
    lines = set(text.split("\n"))
    source = max(sources, key=lambda name: len(lines.intersection(catalog[name].split("\n"))))
    return source, None if line is None else line_in(catalog[source], text, line, excerpt)


def sources_of(path: str, catalog: Mapping[str, str]) -> list[str]:
    """Return the files of the catalog that a rendered file may be made of; Jinja in their names stands for anything."""
    folder, _, name = path.rpartition("/")
    stem, _, suffix = name.rpartition(".")
    entry = f"{FOLDER}/{stem}{SUFFIX}"
    if (
        folder.lower().endswith(("issue_template", "issue_templates"))
        and suffix in {"yml", "md"}
        and entry in catalog
    ):
        return [entry]
    labels = f"{FOLDER}/labels.yml"
    if (
        "label" in name
        and suffix in {"yml", "yaml", "json"}
        and "workflows" not in folder
        and labels in catalog
    ):
        return [labels]
    plain = {
        file: _TAG.sub("", file.removeprefix(_REPO)).removesuffix(".jinja") for file in catalog
    }
    made = [
        file
        for file, shape in plain.items()
        if file.startswith(_REPO) and shape.rpartition("/")[2] == name
    ]
    return [file for file in made if path == plain[file]] or made


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
