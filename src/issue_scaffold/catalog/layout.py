"""The files of a catalog: the bundled template's own macros and files, and other issue types.

Owns which files a catalog has, and its labels config. What lies in every catalog as it is, the
package holds as files, where bots find the actions that the workflow pins.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from issue_scaffold.catalog.entry import FOLDER, CatalogEntry
from issue_scaffold.catalog.questions import QUESTIONS, Chooser, questions, with_chooser
from issue_scaffold.forge.forges import GITHUB_LABEL_COLOURS
from issue_scaffold.label_sync.plan import DEFAULT_COLOR
from issue_scaffold.labels.label import normalise_color
from issue_scaffold.text.scalars import quoted

LABELS: Final = f"{FOLDER}/labels.yml"
README: Final = "README.md"
WORKFLOW: Final = ".github/workflows/catalog.yml"
_LABELS_HEAD: Final = (
    "# Every label that the issue forms of this catalog name. "
    "A label that isn't listed here gets a neutral colour.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow:
    """One label of a catalog; without a description, the template makes one."""

    name: str
    color: str
    description: str = ""


def catalog_files(
    bundled: Mapping[str, bytes],
    own: Mapping[str, bytes],
    entries: Sequence[CatalogEntry],
    labels: Iterable[LabelRow],
    *,
    name: str,
    chooser: Chooser | None = None,
) -> dict[str, bytes]:
    """Return all files of a new catalog.

    `bundled` are the bundled template's, `own` those that every catalog has as they are, but for
    the README, which calls the catalog by `name` and lists its entries. Its questions suggest
    `chooser`, if there is one.
    """
    copied = {path: content for path, content in bundled.items() if _is_kept(path)}
    texts = {entry.path: entry.text for entry in entries}
    texts[LABELS] = _LABELS_HEAD + label_lines(labels)
    asked = questions(bundled[QUESTIONS].decode(), entries)
    texts[QUESTIONS] = with_chooser(asked, chooser)
    texts[README] = _readme(own[README].decode(), name, entries)
    return {**copied, **own, **{path: text.encode() for path, text in texts.items()}}


def _is_kept(path: str) -> bool:
    """Return whether a file of the bundled template is one of every catalog."""
    return path.startswith("template/") and not path.startswith(f"{FOLDER}/")


def label_lines(labels: Iterable[LabelRow]) -> str:
    """Return labels as rows of `labels.yml`."""
    rows = []
    for label in labels:
        rows.append(f"- name: {quoted(label.name)}\n  color: {quoted(label.color)}\n")
        if label.description:
            rows.append(f"  description: {quoted(label.description)}\n")
    return "".join(rows)


def label_rows(names: Iterable[str], known: Mapping[str, LabelRow]) -> tuple[LabelRow, ...]:
    """Return a row for each name, once; `known` are rows by case-folded name."""
    rows: dict[str, LabelRow] = {}
    for name in names:
        key = name.casefold()
        default = LabelRow(name=name, color=GITHUB_LABEL_COLOURS.get(key, DEFAULT_COLOR))
        row = known.get(key, default)
        color = normalise_color(row.color)
        if not re.fullmatch(r"[0-9a-f]{6}", color):
            color = DEFAULT_COLOR
        rows.setdefault(key, LabelRow(name=name, color=color, description=row.description))
    return tuple(rows.values())


def _readme(text: str, name: str, entries: Sequence[CatalogEntry]) -> str:
    rows = []
    for entry in entries:
        shown = entry.name.replace("|", "\\|")
        rows.append(f"| {shown} | `{entry.path}` |")
    return text.replace("NAME", name).replace("ENTRIES", "\n".join(rows))
