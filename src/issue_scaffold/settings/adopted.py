"""Files of a template that a repository has under names of its own: `adopted` in the settings.

Owns that entry: what it may say, and writing to it. What the template has at the first path of a
pair lies at the second in this repository, for every command.
"""

from collections.abc import Mapping as Table
from typing import Final

from issue_scaffold.errors import UsageError
from issue_scaffold.forge.document import Problem, at
from issue_scaffold.forge.layout import template_folder
from issue_scaffold.text import lines
from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.edits import apply_edits, entry_end, insert_lines
from issue_scaffold.text.one_document import read_document
from issue_scaffold.text.scalars import yaml_scalar
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Mapping, Node, Scalar
from issue_scaffold.text.tree_values import is_null, mapping_of

KEY: Final = "adopted"
_HEADER: Final = "# Settings of issue-scaffold for this repository.\n"
_KINDS: Final = {"md": "md", "yml": "yaml", "yaml": "yaml"}


def may_stand_for(path: str, other: str) -> bool:
    """Tell whether a file may take the place of another one: both are templates of one kind."""
    return _is_plain(path) and _is_plain(other) and is_of_one_kind(path, other)


def is_of_one_kind(path: str, other: str) -> bool:
    """Tell whether both are Markdown, or both YAML, by their names."""
    kinds = [_KINDS.get(one.rpartition(".")[2].lower()) for one in (path, other)]
    return kinds[0] is not None and kinds[0] == kinds[1]


def _is_plain(path: str) -> bool:
    is_below = not {"", ".", "..", ".git"} & set(path.split("/")) and "\\" not in path
    return is_below and template_folder(path) is not None


def read_adopted(root: Mapping) -> tuple[dict[str, str], list[Problem]]:
    """Return the pairs of a settings file, by the template's path, and what is wrong with them."""
    value = root.get(KEY)
    if value is None or is_null(value):
        return {}, []
    if not isinstance(value, Mapping):
        return {}, [at(value, f"`{KEY}` must be a mapping of the template's paths to your own")]
    pairs: dict[str, str] = {}
    problems = []
    for entry in value.entries:
        name, own = _text(entry.key), _text(entry.value)
        if name is None or own is None or not may_stand_for(name, own) or own in pairs.values():
            hint = "both lie in the templates' folder and end alike, each of yours once"
            problems.append(
                at(entry.key, f"this entry of `{KEY}` names no two templates", hint=hint)
            )
        else:
            pairs[name] = own
    return pairs, problems


def _text(node: Node) -> str | None:
    return node.value if isinstance(node, Scalar) and node.is_text else None


def with_adopted(text: str, pairs: Table[str, str], path: str) -> str:
    """Return a settings file's text with more pairs; `path` is the file's.

    Raises UsageError when the text can't be edited.
    """
    rows = [f"  {yaml_scalar(name)}: {yaml_scalar(own)}" for name, own in sorted(pairs.items())]
    body = text if text.strip() else _HEADER
    if not body.endswith("\n"):
        body += lines.newline(body)
    try:
        root = read_document(body)
        entry = mapping_of(root).own(KEY)
        place = len(body)
        if entry is None:
            rows = [f"{KEY}:", *rows]
        else:
            place = entry_end(Source(path, body), entry)
        edited = apply_edits(body, [insert_lines(body, place, rows)])
        found = read_document(edited)
        written, _ = read_adopted(mapping_of(found))
    except NotUnderstoodError:
        written, edited = {}, ""
    if not pairs.items() <= written.items():
        raise UsageError(f"{path}: `{KEY}` can't be edited as it is written")
    return edited
