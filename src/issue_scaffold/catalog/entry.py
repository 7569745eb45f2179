"""An issue form as a catalog entry: the author's own text, with few places that answers fill in.

Owns what an entry must look like for the template's files to find its labels and to name its form
apart from its Markdown twin; the rest of the text stays as it was written, comments included.
"""

import json
import re
from collections.abc import Sequence as TextSequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from issue_scaffold.forge.issue_form import listed_texts, text_of
from issue_scaffold.text.edits import one_line
from issue_scaffold.text.scalars import quoted
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Mapping, Node, Scalar, Sequence
from issue_scaffold.text.yaml_values import load_value

FOLDER: Final = "template/catalog"
SUFFIX: Final = ".yml.jinja"
_IMPORT: Final = '{% from "template/macros/yaml.jinja" import quoted, quoted_list %}\n'
_NOT_A_SLUG: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEntry:
    """One issue type: `slug` names its files, `name` is what people choose, `text` its form."""

    slug: str
    name: str
    text: str
    labels: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where the entry lies in the catalog."""
        return f"{FOLDER}/{self.slug}{SUFFIX}"


def slug_of(path: str) -> str:
    """Return the slug that a file's name stands for: what a file name can hold everywhere."""
    name = path.replace("\\", "/").rpartition("/")[2]
    stem = re.sub(r"(\.(yml|yaml|md|markdown))?(\.jinja)?$", "", name, flags=re.IGNORECASE)
    return _NOT_A_SLUG.sub("-", stem).strip("-.") or "issue"


def is_simple(source: Source, root: Mapping) -> bool:
    """Return whether a form's text can be kept: plain keys, each on a line of its own."""
    if root.flow or not all(_is_plain(source, entry.key) for entry in root.entries):
        return False
    if len(set(root.keys())) < len(root.entries):
        return False
    name, body = root.get("name"), root.find("body")
    if name is None or body is None or one_line(source, name) is None:
        return False
    start = body.key.start
    line = source.text[start : source.line_end(start)]
    return re.fullmatch(r"body:[ \t]*(#.*)?", line) is not None


def _is_plain(source: Source, key: Node) -> bool:
    """Return whether a key is written plainly at the beginning of a line."""
    if not isinstance(key, Scalar) or key.style or key.tag:
        return False
    return source.line_start(key.start) == key.start


def catalog_entry(slug: str, source: Source, root: Mapping) -> CatalogEntry:
    """Return a valid form, whose text is simple, as a catalog entry."""
    found = [scalar.value.strip() for scalar in listed_texts(root.get("labels"))]
    labels = tuple(dict.fromkeys(found))
    name = text_of(root.get("name")) or slug
    blocks = _blocks(source, root)
    lead = source.text[: root.entries[0].key.start]
    parts = [_IMPORT, guarded(re.sub(r"^---[ \t]*\n", "", lead, flags=re.MULTILINE))]
    for key, block in blocks.items():
        if key == "name":
            after = guarded(_after_value(root, block))
            parts.append(f"name: {{{{ quoted({_literal(name)} ~ name_suffix) }}}}{after}")
        elif key == "labels" and not isinstance(root.get("labels"), Sequence):
            parts.append(_label_line(labels))
        elif key not in {"body", "assignees"}:
            parts.append(guarded(block))
    parts.append("{% if assignees %}\nassignees: {{ quoted_list(assignees) }}\n")
    if "assignees" in blocks:
        parts.append(f"{{% else %}}\n{guarded(blocks['assignees'])}")
    parts.append("{% endif %}\n")
    parts.append(guarded(blocks["body"]))
    return CatalogEntry(slug=slug, name=name, text="".join(parts), labels=labels)


def bundled_entry(slug: str, name: str, text: str) -> CatalogEntry:
    """Return an entry of the bundled template, whose labels its text lists in one line."""
    found = re.search(r"^labels: (.*)$", text, re.MULTILINE)
    labels: tuple[str, ...] = ()
    if found is not None:
        labels = tuple(load_value(found.group(1)))
    return CatalogEntry(slug=slug, name=name, text=text, labels=labels)


def _label_line(labels: TextSequence[str]) -> str:
    if not labels:
        return ""
    return guarded(f"labels: [{', '.join(quoted(label) for label in labels)}]\n")


def guarded(text: str) -> str:
    """Return a text that Jinja renders as it is."""
    return re.sub(r"\{[{%#]", lambda found: f'{{{{ "{found.group()}" }}}}', text)


def _blocks(source: Source, root: Mapping) -> dict[str, str]:
    """Return the lines of each top-level key, up to the next key."""
    starts = [*(entry.key.start for entry in root.entries), len(source.text)]
    blocks = {}
    for key, (start, end) in zip(root.keys(), pairwise(starts), strict=True):
        blocks[key] = source.text[start:end].removesuffix("\n") + "\n"
    return blocks


def _after_value(root: Mapping, block: str) -> str:
    """Return what follows the name in its block: comments, and the end of its line."""
    entry = root.find("name")
    assert entry is not None  # noqa: S101 - a valid form has one
    return block[entry.value.end - entry.key.start :]


def _literal(text: str) -> str:
    """Return a text as a Jinja literal; Jinja reads JSON's escapes, which are Python's too."""
    return json.dumps(text, ensure_ascii=False)
