"""Writing to `.github/scaffold.yml`: accepted deviations, with every other byte of the file left as it is.

The text is edited by splicing at the places that PyYAML gives for its nodes; the result is read back before it counts.
"""

from collections.abc import Mapping
from typing import Any, Final

import yaml

from issue_scaffold.errors import UsageError
from issue_scaffold.text.yaml_values import YamlValueError, compose, load_value

_HEADER: Final = "# Settings of issue-scaffold for this repository.\n"
_BOM: Final = "\ufeff"
_KEYS: Final = ("path", "sha256", "reason")
_TEXT: Final = "tag:yaml.org,2002:str"
_FILE: Final = ".github/scaffold.yml"


def with_accepted(
    text: str, *, path: str, sha256: str | None, reason: str, instead_of: str | None = None
) -> str:
    """Return the settings file's text with one accepted deviation added, or brought up to date.

    `instead_of` is the path that its entry has so far, `sha256` None accepts that the file is deleted. Raises
    UsageError when the text isn't a settings file.
    """
    entry = {"path": path, "sha256": sha256, "reason": reason}
    body = text.removeprefix(_BOM)
    newline = "\r\n" if "\r\n" in body else "\n"
    if not body.strip():
        return _HEADER + _section([entry], "\n")
    root = _compose(body)
    edited = _edit(body, root, entry, instead_of or path, newline)
    if entry not in (_load(edited).get("accepted") or ()):
        raise UsageError(
            f"{_FILE}: `accepted` can't be edited as it is written", hint="write it as a block list"
        )
    return text[: len(text) - len(body)] + edited


def _compose(text: str) -> yaml.MappingNode | None:
    try:
        root = compose(text)
    except YamlValueError as error:
        raise UsageError(f"{_FILE}:{'' if error.line else ' '}{error}") from error
    if root is None or isinstance(root, yaml.MappingNode):
        return root
    raise UsageError(f"{_FILE} must hold a mapping", hint="its keys: accepted, ignore, labels")


def _load(text: str) -> dict[str, Any]:
    try:
        data = load_value(text)
    except YamlValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _edit(
    text: str, root: yaml.MappingNode | None, entry: Mapping[str, Any], known_as: str, newline: str
) -> str:
    rows = (
        next((value for key, value in root.value if key.value == "accepted"), None)
        if root
        else None
    )
    if rows is None:
        return text + ("" if text.endswith("\n") else newline) + _section([entry], newline)
    if isinstance(rows, yaml.SequenceNode):
        for row in rows.value:
            if isinstance(row, yaml.MappingNode) and _scalars(row).get("path") == known_as:
                return _update(text, row, entry)
        if rows.value and not rows.flow_style:
            return _append(text, rows, entry, newline)
    elif not (isinstance(rows, yaml.ScalarNode) and rows.tag == "tag:yaml.org,2002:null"):
        raise UsageError(
            f"{_FILE}: `accepted` must be a list", hint="entries have path, sha256 and reason"
        )
    return _replace(text, rows, [*(_load(text).get("accepted") or ()), entry], newline)


def _scalars(row: yaml.MappingNode) -> dict[str, str]:
    return {
        key.value: value.value for key, value in row.value if isinstance(value, yaml.ScalarNode)
    }


def _update(text: str, row: yaml.MappingNode, entry: Mapping[str, Any]) -> str:
    """Return the text with the values of one entry replaced, from the last to the first."""
    for key, value in sorted(row.value, key=lambda pair: -pair[1].start_mark.index):
        if key.value in entry and not _says(value, entry[key.value]):
            start, end = value.start_mark.index, value.end_mark.index
            gap = "" if text[start - 1 : start].isspace() else " "
            tail = "\n" if text[start:end].endswith("\n") else ""
            text = text[:start] + gap + _scalar(entry[key.value]) + tail + text[end:]
    return text


def _says(node: yaml.Node, value: str | None) -> bool:
    return (
        node.tag == "tag:yaml.org,2002:null"
        if value is None
        else node.tag == _TEXT and node.value == value
    )


def _append(text: str, rows: yaml.SequenceNode, entry: Mapping[str, Any], newline: str) -> str:
    """Return the text with an entry after the last one, in the list's own style."""
    last = rows.value[-1]
    leaf = last
    while isinstance(leaf, yaml.CollectionNode) and leaf.value:
        leaf = leaf.value[-1] if isinstance(leaf, yaml.SequenceNode) else leaf.value[-1][1]
    at = text.find("\n", max(leaf.end_mark.index - 1, 0)) + 1
    before = text[:at] if at else text + newline
    dash = " " * rows.start_mark.column
    gap = " " * max(last.start_mark.column - rows.start_mark.column - 1, 1)
    return before + _item(entry, dash, gap, newline) + (text[at:] if at else "")


def _replace(text: str, rows: yaml.Node, entries: list[Mapping[str, Any]], newline: str) -> str:
    start, end = rows.start_mark.index, rows.end_mark.index
    block = newline + "".join(_item(entry, "  ", " ", newline) for entry in entries)
    rest = text[end:]
    if not rest.strip(" ") or rest.lstrip(" ").startswith(("\n", "\r")):
        rest = rest.lstrip(" ")
        block = block.removesuffix(newline) if rest else block
        return text[:start].rstrip(" ") + block + rest
    comment, _, following = rest.partition("\n")
    return text[:start].rstrip(" ") + comment.rstrip("\r") + block + following


def _section(entries: list[Mapping[str, Any]], newline: str) -> str:
    return f"accepted:{newline}" + "".join(_item(entry, "  ", " ", newline) for entry in entries)


def _item(entry: Mapping[str, Any], indent: str, gap: str, newline: str) -> str:
    first, *others = [f"{key}: {_scalar(entry.get(key))}{newline}" for key in _KEYS]
    return f"{indent}-{gap}{first}" + "".join(f"{indent} {gap}{line}" for line in others)


def _scalar(value: object) -> str:
    """Return a scalar as it is written in YAML, on one line."""
    return yaml.safe_dump(
        [value], default_flow_style=True, allow_unicode=True, width=float("inf")
    ).strip()[1:-1]
