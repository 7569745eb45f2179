"""An issue form as YAML text: readable, and the same to every YAML 1.1 reader.

Owns how forms are laid out: texts of several lines are literal blocks, long ones folded. How one
line is quoted is `text.scalars`'.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from issue_scaffold.text.scalars import is_printable, yaml_scalar

WIDTH: Final = 110


def form_text(data: Mapping[str, Any]) -> str:
    """Return a form, given in the form schema's terms, as YAML."""
    lines: list[str] = []
    for key, value in data.items():
        if key == "body":
            lines.append("body:")
            for element in value:
                lines.extend(_element(element))
        else:
            lines.extend(_entry(key, value, 0))
    return "\n".join(lines) + "\n"


def _element(element: Mapping[str, Any]) -> Iterator[str]:
    first, *rest = (line for key, value in element.items() for line in _entry(key, value, 4))
    yield f"  - {first[4:]}"
    yield from rest


def _entry(key: str, value: object, indent: int) -> Iterator[str]:
    lead = f"{' ' * indent}{key}:"
    if isinstance(value, Mapping):
        yield lead
        for name, inner in value.items():
            yield from _entry(name, inner, indent + 2)
    elif isinstance(value, list) and key != "options":
        yield f"{lead} [{', '.join(scalar(item, None) for item in value)}]"
    elif isinstance(value, list):
        yield lead
        for item in value:
            yield from _option(item, indent + 2)
    else:
        yield f"{lead} {scalar(value, indent + 2)}"


def _option(item: object, indent: int) -> Iterator[str]:
    lead = f"{' ' * indent}- "
    if not isinstance(item, Mapping):
        yield lead + scalar(item, indent + 2)
        return
    first, *rest = (line for key, value in item.items() for line in _entry(key, value, indent + 2))
    yield lead + first.strip()
    yield from rest


def scalar(value: object, indent: int | None) -> str:
    """Return a value as YAML; `indent` is that of the lines of a block, None allows none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    if indent is not None and is_printable(value):
        if "\n" in value.strip("\n"):
            return _literal(value, indent)
        if len(value) + indent > WIDTH and not re.search(r"^\s|\s\s|[^\S ]|\s$", value):
            return _folded(value, indent)
    return yaml_scalar(value, in_flow=indent is None)


def _literal(text: str, indent: int) -> str:
    body = text.strip("\n")
    mark = "2" if body.startswith((" ", "\t")) else ""
    lead = " " * indent
    lines = [f"{lead}{line}" if line else "" for line in body.split("\n")]
    return "\n".join([f"|{mark}", *lines])


def _folded(text: str, indent: int) -> str:
    lines = [""]
    for word in text.split(" "):
        fits = len(lines[-1]) + len(word) + indent < WIDTH
        if lines[-1] and not fits:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip(" ")
    return "\n".join([">-", *(f"{' ' * indent}{line}" for line in lines)])
