"""A catalog's `copier.yml`: made out of the bundled template's, and extended by issue types.

Owns which of the bundled questions a catalog of one's own keeps, and how `issue_types` offers its
entries. Edits keep every other line of the file as it is.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from issue_scaffold.catalog.entry import CatalogEntry
from issue_scaffold.errors import UsageError
from issue_scaffold.text.edits import Edit, apply_edits, entry_end
from issue_scaffold.text.scalars import quoted
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Mapping, Node, Scalar
from issue_scaffold.text.tree import Sequence as Items
from issue_scaffold.text.tree_values import mapping_of, string_of, value_below
from issue_scaffold.text.yaml_nodes import parse_yaml

QUESTIONS: Final = "copier.yml"
_HEAD: Final = """\
# The questions of this template. Everything here works with plain `copier copy`, without `--trust`.
#
# Another issue type is one form in template/catalog, its labels in template/catalog/labels.yml, \
and one choice here:
# `scaffold catalog add FORM.yml` does all three. `scaffold catalog check` renders and validates \
the whole.
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


class Chooser(NamedTuple):
    """What a repository's chooser offers beside its templates: links of name, URL and about."""

    allows_blank: bool
    links: tuple[tuple[str, str, str], ...]


class _Block(NamedTuple):
    """A top-level key of `copier.yml`: its lines, and the comments and blank lines above them."""

    key: str
    above: str
    text: str
    value: Node


def questions(bundled: str, entries: Sequence[CatalogEntry]) -> str:
    """Return the bundled `copier.yml` with these choices, and without the questions of its own."""
    own = {"issue_types": _issue_types(entries), "has_labels": _HAS_LABELS, "emoji": _EMOJI}
    settings, asked = [], []
    for block in _blocks(bundled):
        if block.key.startswith("_"):
            settings.append(block)
        elif block.key in own:
            asked.append(block.above + own[block.key])
        elif not _is_of_bundled_types(block.value):
            asked.append(block.above + block.text)
    # What stands above the first setting opens the bundled file.
    first, *others = settings
    lines = [first.text, *(block.above.lstrip("\n") + block.text for block in others)]
    return f"{_HEAD}{''.join(lines).rstrip()}\n{''.join(asked).rstrip()}\n"


def with_chooser(text: str, chooser: Chooser | None) -> str:
    """Return `copier.yml` whose defaults write the chooser that a repository has, if it has one."""
    if chooser is None:
        return text
    root = _root(text)
    links = [dict(zip(("name", "url", "about"), link, strict=True)) for link in chooser.links]
    defaults = {
        "chooser": "true",
        "blank_issues_enabled": "true" if chooser.allows_blank else "false",
        "contact_links": json.dumps(links, ensure_ascii=False),
    }
    edits = []
    for name, value in defaults.items():
        default = value_below(root, name, "default")
        if default is not None:
            edits.append(Edit(default.start, default.end, value))
    return apply_edits(text, edits)


def _blocks(text: str) -> Iterator[_Block]:
    source = Source(QUESTIONS, text)
    at = 0
    for entry in _root(text).entries:
        start = entry.key.start
        # A text in lines of its own goes on to the next key; blank lines there belong to that.
        lines = text[start : entry_end(source, entry)].rstrip("\n") + "\n"
        key = string_of(entry.key)
        yield _Block(key=key, above=text[at:start], text=lines, value=entry.value)
        at = start + len(lines)


def _root(text: str) -> Mapping:
    """Return the questions as a tree, which is empty where the text holds none."""
    return mapping_of(next(iter(parse_yaml(text).documents), None))


def _is_of_bundled_types(question: Node) -> bool:
    """Return whether a question is asked only of those who chose the bundled `infrastructure`."""
    return "'infrastructure' in issue_types" in string_of(value_below(question, "when"))


def _issue_types(entries: Sequence[CatalogEntry]) -> str:
    lines = [
        "issue_types:",
        "  type: str",
        "  multiselect: true",
        "  help: Which issue types should people be able to open?",
        "  choices:",
        *(f"    {_choice_line(entry)}" for entry in entries),
        f"  default: [{', '.join(quoted(entry.slug) for entry in entries)}]",
        '  validator: "{% if not issue_types %}choose at least one issue type{% endif %}"',
    ]
    return "\n".join(lines) + "\n"


def _choice_line(entry: CatalogEntry) -> str:
    return f"{quoted(_choice_name(entry))}: {quoted(entry.slug)}"


def _choice_name(entry: CatalogEntry) -> str:
    """Return what people choose an entry by; Copier renders it, so it has no braces."""
    return entry.name.replace("{", "(").replace("}", ")")


def choices_of(text: str) -> dict[str, str]:
    """Return the names of the issue types that `copier.yml` offers, by slug."""
    choices = _choices(_root(text))
    names = {}
    for entry in choices.entries:
        if isinstance(entry.key, Scalar) and isinstance(entry.value, Scalar):
            names[entry.value.value] = entry.key.value
    return names


def _choices(root: Mapping) -> Mapping:
    """Return the choices of the issue types, one a line; none where they are written otherwise."""
    choices = mapping_of(value_below(root, "issue_types", "choices"))
    return mapping_of(None) if choices.flow else choices


def with_choices(text: str, entries: Sequence[CatalogEntry]) -> str:
    """Return `copier.yml` with more issue types; where the default is all of them, it still is.

    Raises UsageError when the question isn't written as `catalog new` writes it.
    """
    root = _root(text)
    choices = _choices(root)
    if not choices.entries:
        raise UsageError(
            f"{QUESTIONS} has no question `issue_types` with its choices one a line, "
            "so nothing can be added to it",
            hint="add the choice by hand, and the form to template/catalog",
        )
    _refuse_taken_names(choices, entries)
    edits = [_new_choices(text, choices, entries)]
    default = value_below(root, "issue_types", "default")
    if isinstance(default, Items) and default.flow:
        offered = [entry.value for entry in choices.entries]
        if sorted(_texts(default.items)) == sorted(_texts(offered)):
            more = "".join(f", {quoted(entry.slug)}" for entry in entries)
            edits.append(Edit(default.end - 1, default.end - 1, more))
    return apply_edits(text, edits)


def _refuse_taken_names(choices: Mapping, entries: Sequence[CatalogEntry]) -> None:
    names = set(choices.keys())
    for entry in entries:
        if _choice_name(entry) in names:
            raise UsageError(
                f"the catalog has an issue type named {entry.name!r} already",
                hint="rename one of the two",
            )


def _new_choices(text: str, choices: Mapping, entries: Sequence[CatalogEntry]) -> Edit:
    """Return the edit that offers more entries below the last choice."""
    source = Source(QUESTIONS, text)
    last = choices.entries[-1]
    at = entry_end(source, last)
    indent = " " * (last.key.start - source.line_start(last.key.start))
    lines = "".join(f"{indent}{_choice_line(entry)}\n" for entry in entries)
    if text[at - 1] != "\n":
        lines = f"\n{lines}"
    return Edit(at, at, lines)


def _texts(nodes: Sequence[Node]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, Scalar)]
