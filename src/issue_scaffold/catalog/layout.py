"""The layout of a catalog, made out of the bundled template's own: same questions, same macros, other issue types.

Owns which of the bundled questions a catalog of one's own keeps, and the files that only a catalog has.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from issue_scaffold.catalog.entry import FOLDER, CatalogEntry
from issue_scaffold.labels.label import normalise_color
from issue_scaffold.text.scalars import quoted

LABELS: Final = "template/catalog/labels.yml"
QUESTIONS: Final = "copier.yml"
WORKFLOW: Final = ".github/workflows/catalog.yml"
NEUTRAL: Final = "ededed"
# Colours of the labels that GitHub gives new repositories.
DEFAULT_COLORS: Final = {
    "bug": "d73a4a",
    "documentation": "0075ca",
    "duplicate": "cfd3d7",
    "enhancement": "a2eeef",
    "good first issue": "7057ff",
    "help wanted": "008672",
    "invalid": "e4e669",
    "question": "d876e3",
    "wontfix": "ffffff",
}
_LABELS_HEAD: Final = (
    "# Every label that the issue forms of this catalog name. "
    "A label that isn't listed here gets a neutral colour.\n"
)
_HEAD: Final = """\
# The questions of this template. Everything here works with plain `copier copy`, without `--trust`.
#
# Another issue type is one form in template/catalog, its labels in template/catalog/labels.yml, and one choice here:
# `scaffold catalog add FORM.yml` does all three. `scaffold catalog check` renders and validates the whole.
"""
_HAS_LABELS: Final = """\
has_labels:
  type: bool
  default: >-
    {% set found = [] %}
    {% set name_suffix = "" %}
    {% for issue_type in issue_types %}
    {% set form %}{% include "template/catalog/" ~ issue_type ~ ".yml.jinja" %}{% endset %}
    {% set header = form.partition("\\nbody:")[0] | from_yaml %}
    {% set _ = found.append(issue_type) if header.get("labels") %}
    {% endfor %}
    {{ found | length > 0 }}
  when: false
"""
# What the bundled question settles is settled by the forms themselves here.
_EMOJI: Final = """\
emoji:
  type: bool
  default: true
  when: false
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow:
    """One label of a catalog; without a description, the template makes one."""

    name: str
    color: str
    description: str = ""


def catalog_files(
    bundled: Mapping[str, bytes],
    entries: Sequence[CatalogEntry],
    labels: Iterable[LabelRow],
    *,
    name: str,
) -> dict[str, bytes]:
    """Return all files of a new catalog. `bundled` are the bundled template's, `name` is what the README calls it."""
    files = {
        path: content
        for path, content in bundled.items()
        if path.startswith("template/") and not path.startswith(f"{FOLDER}/")
    }
    texts = {entry.path: entry.text for entry in entries}
    texts[LABELS] = _LABELS_HEAD + label_lines(labels)
    texts[QUESTIONS] = questions(bundled[QUESTIONS].decode(), entries)
    texts["README.md"] = _readme(name, entries)
    texts[WORKFLOW] = _WORKFLOW
    return files | {path: text.encode() for path, text in texts.items()}


def questions(bundled: str, entries: Sequence[CatalogEntry]) -> str:
    """Return `copier.yml`: the bundled one without what only its own issue types ask, and with these as the choices."""
    blocks = _blocks(bundled)
    own = {"issue_types": _issue_types(entries), "has_labels": _HAS_LABELS, "emoji": _EMOJI}
    settings = "".join(block.lstrip("\n") for key, block in blocks.items() if key.startswith("_"))
    settings = settings[settings.index("\n_") + 1 :] if settings.startswith("#") else settings
    asked = []
    for key, block in blocks.items():
        if key in own:
            asked.append(f"{_comments(block)}{own[key]}")
        elif not key.startswith("_") and "'infrastructure' in issue_types" not in block:
            asked.append(block)
    return f"{_HEAD}{settings.rstrip()}\n{''.join(asked).rstrip()}\n"


def _blocks(text: str) -> dict[str, str]:
    """Return the top-level keys with their lines, each with the comments and blank lines above it."""
    blocks: dict[str, str] = {}
    above, key = "", ""
    for line in text.splitlines(keepends=True):
        found = re.match(r"([A-Za-z_]\w*):", line)
        if found:
            key = found.group(1)
            blocks[key] = above + line
            above = ""
        elif line.startswith("#") or not line.strip() or not key:
            above += line
        else:
            blocks[key] += above + line
            above = ""
    return blocks


def _comments(block: str) -> str:
    """Return the comments and blank lines that a block begins with."""
    return block[: len(block) - len(re.sub(r"\A(?:#.*\n|\n)*", "", block))]


def _issue_types(entries: Sequence[CatalogEntry]) -> str:
    lines = [
        "issue_types:",
        "  type: str",
        "  multiselect: true",
        "  help: Which issue types should people be able to open?",
        "  choices:",
        *(f"    {choice_line(entry)}" for entry in entries),
        f"  default: [{', '.join(quoted(entry.slug) for entry in entries)}]",
        '  validator: "{% if not issue_types %}choose at least one issue type{% endif %}"',
    ]
    return "\n".join(lines) + "\n"


def choice_line(entry: CatalogEntry) -> str:
    """Return the line of `copier.yml` that offers an entry."""
    return f"{quoted(choice_name(entry))}: {quoted(entry.slug)}"


def choice_name(entry: CatalogEntry) -> str:
    """Return what people choose an entry by; Copier renders it, so it has no braces."""
    return entry.name.replace("{", "(").replace("}", ")")


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
        found = known.get(name.casefold())
        color = (
            normalise_color(found.color) if found else DEFAULT_COLORS.get(name.casefold(), NEUTRAL)
        )
        valid = re.fullmatch(r"[0-9a-f]{6}", color) is not None
        row = LabelRow(
            name=name,
            color=color if valid else NEUTRAL,
            description=found.description if found else "",
        )
        rows.setdefault(name.casefold(), row)
    return tuple(rows.values())


def _readme(name: str, entries: Sequence[CatalogEntry]) -> str:
    listed = "\n".join(
        f"| {entry.name.replace('|', chr(92) + '|')} | `{entry.path}` |" for entry in entries
    )
    return _README.replace("NAME", name).replace("ENTRIES", listed)


_README: Final = """\
# NAME

Issue templates for all repositories, kept up to date by issue-scaffold.

| issue type | its form |
|---|---|
ENTRIES

## Use it

    scaffold init -t URL-OF-THIS-REPOSITORY

in a repository installs the issue forms, the Markdown templates made of them, and the labels that they name.
`scaffold update` brings a newer release, `scaffold check` tells whether one is out.

## Change it

An issue type is one form in `template/catalog/`. Its Markdown template and the labels config follow from it.

* To add one: `scaffold catalog add FILE` takes an issue form or a Markdown template.
* To change one: edit its form. A label that it names gets its colour in `template/catalog/labels.yml`.
* To be sure: `scaffold catalog check` renders everything and validates what comes out. The workflow in
  `.github/workflows/` does so for every change; set the repository variables `SCAFFOLD_SOURCE` (the git URL that
  issue-scaffold is installed from) and `SCAFFOLD_VERSION` (a tag or commit of it) first.
* To release: `git tag v1.1.0`, and push the tag. Repositories get it with `scaffold update`.
"""

_WORKFLOW: Final = """\
name: Catalog

on:
  push:
  pull_request:

permissions: {}

concurrency:
  group: ${{ github.workflow }}-${{ github.ref }}
  cancel-in-progress: true

jobs:
  check:
    name: Render and validate
    # A branch is checked by its pull request.
    if: github.event_name == 'pull_request' || github.ref_name == github.event.repository.default_branch
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read # to check out the repository
    steps:
      - name: Check out
        uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - name: Set up Python
        uses: actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0
        with:
          python-version: "3.13"
      - name: Install issue-scaffold
        env:
          # The git URL that it is installed from, and a tag or commit of it: variables of this repository.
          TOOL_SOURCE: ${{ vars.SCAFFOLD_SOURCE }}
          TOOL_VERSION: ${{ vars.SCAFFOLD_VERSION }}
        run: |
          : "${TOOL_SOURCE:?set the repository variable SCAFFOLD_SOURCE}"
          : "${TOOL_VERSION:?set the repository variable SCAFFOLD_VERSION}"
          python -P -m pip install "issue-scaffold @ git+${TOOL_SOURCE}@${TOOL_VERSION}"
      - name: Check
        run: scaffold catalog check --format github
"""
