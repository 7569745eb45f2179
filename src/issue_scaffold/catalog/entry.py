"""An issue form as a catalog entry: the author's own text, with the few places that answers fill in.

Owns what an entry must look like for the template's files to find its labels and to name its form apart from its
Markdown twin; the rest of the text stays as it was written, comments included.
"""

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from issue_scaffold.forge.issue_form import listed_texts, text_of
from issue_scaffold.text.edits import one_line
from issue_scaffold.text.scalars import quoted
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Mapping, Scalar, Sequence

FOLDER: Final = "template/catalog"
SUFFIX: Final = ".yml.jinja"
_IMPORT: Final = '{% from "template/macros/yaml.jinja" import quoted, quoted_list %}\n'
_NOT_A_SLUG: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEntry:
    """One issue type of a catalog: `slug` names its files, `name` is what people choose, `text` its form."""

    slug: str
    name: str
    text: str
    labels: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where the entry lies in the catalog."""
        return f"{FOLDER}/{self.slug}{SUFFIX}"


def slug_of(path: str) -> str:
    """Return the slug that a file's name stands for, without what a file name can't hold everywhere."""
    name = path.replace("\\", "/").rpartition("/")[2]
    stem = re.sub(r"(\.(yml|yaml|md|markdown))?(\.jinja)?$", "", name, flags=re.IGNORECASE)
    return _NOT_A_SLUG.sub("-", stem).strip("-.") or "issue"


def is_simple(source: Source, root: Mapping) -> bool:
    """Return whether a form's text can be kept: plain keys, each on a line of its own, without anchors in sight."""
    scalars = [entry.key for entry in root.entries if isinstance(entry.key, Scalar)]
    names = [key.value for key in scalars]
    if root.flow or len(scalars) < len(root.entries) or len(set(names)) < len(names):
        return False
    if any(key.style or key.tag or source.line_start(key.start) != key.start for key in scalars):
        return False
    name, body = root.get("name"), root.find("body")
    if name is None or body is None or one_line(source, name) is None:
        return False
    return (
        re.fullmatch(
            r"body:[ \t]*(#.*)?", source.text[body.key.start : source.line_end(body.key.start)]
        )
        is not None
    )


def catalog_entry(slug: str, source: Source, root: Mapping) -> CatalogEntry:
    """Return a valid form, whose text is simple, as a catalog entry."""
    labels = tuple(
        dict.fromkeys(scalar.value.strip() for scalar in listed_texts(root.get("labels")))
    )
    name = text_of(root.get("name")) or slug
    blocks = _blocks(source, root)
    lead = source.text[: root.entries[0].key.start]
    parts = [_IMPORT, guarded(re.sub(r"^---[ \t]*\n", "", lead, flags=re.MULTILINE))]
    for key, block in blocks.items():
        if key == "name":
            parts.append(
                f"name: {{{{ quoted({_literal(name)} ~ name_suffix) }}}}{_after_value(root, block)}"
            )
        elif key == "labels" and not isinstance(root.get("labels"), Sequence):
            listed = ", ".join(quoted(label) for label in labels)
            parts.append(guarded(f"labels: [{listed}]\n") if labels else "")
        elif key not in {"body", "assignees"}:
            parts.append(guarded(block))
    own = f"{{% else %}}\n{guarded(blocks['assignees'])}" if "assignees" in blocks else ""
    parts.append(
        f"{{% if assignees %}}\nassignees: {{{{ quoted_list(assignees) }}}}\n{own}{{% endif %}}\n"
    )
    parts.append(guarded(blocks["body"]))
    return CatalogEntry(slug=slug, name=name, text="".join(parts), labels=labels)


def guarded(text: str) -> str:
    """Return a text that Jinja renders as it is."""
    return re.sub(r"\{[{%#]", lambda found: f'{{{{ "{found.group()}" }}}}', text)


def _blocks(source: Source, root: Mapping) -> dict[str, str]:
    """Return the lines of each top-level key, up to the next key."""
    starts = [entry.key.start for entry in root.entries]
    texts = [source.text[start:end] for start, end in pairwise([*starts, len(source.text)])]
    keys = [entry.key.value for entry in root.entries if isinstance(entry.key, Scalar)]
    return {
        key: text if text.endswith("\n") else f"{text}\n"
        for key, text in zip(keys, texts, strict=True)
    }


def _after_value(root: Mapping, block: str) -> str:
    """Return what follows the name in its block: comments, and the end of its line."""
    entry = root.find("name")
    assert entry is not None  # noqa: S101 - a valid form has one
    return guarded(block[entry.value.end - entry.key.start :])


def _literal(text: str) -> str:
    """Return a text as a Jinja literal. Jinja reads escapes as Python does; JSON's are among them."""
    return json.dumps(text, ensure_ascii=False)
