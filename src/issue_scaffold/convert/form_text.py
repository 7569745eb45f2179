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
        yield f"{lead} [{', '.join(scalar(item, in_flow=True) for item in value)}]"
    elif isinstance(value, list):
        yield lead
        for item in value:
            yield from _option(item, indent + 2)
    else:
        yield f"{lead} {_block(value, indent + 2)}"


def _option(item: object, indent: int) -> Iterator[str]:
    lead = f"{' ' * indent}- "
    if not isinstance(item, Mapping):
        yield lead + _block(item, indent + 2)
        return
    first, *rest = (line for key, value in item.items() for line in _entry(key, value, indent + 2))
    yield lead + first.strip()
    yield from rest


def scalar(value: object, *, in_flow: bool = False) -> str:
    """Return a value as YAML on one line, to stand by itself or in a list in brackets."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return yaml_scalar(value, in_flow=in_flow)
    return str(value)


def _block(value: object, indent: int) -> str:
    """Return a value as YAML: a text that is long, or has several lines, in indented lines."""
    if not isinstance(value, str) or not is_printable(value):
        return scalar(value)
    if "\n" in value.strip("\n"):
        return _literal(value, indent)
    if len(value) + indent > WIDTH and not re.search(r"^\s|\s\s|[^\S ]|\s$", value):
        return _folded(value, indent)
    return scalar(value)


def _literal(text: str, indent: int) -> str:
    body = text.strip("\n")
    mark = "|"
    if body.startswith((" ", "\t")):
        mark = "|2"
    indented = re.sub(r"(?m)^(?=.)", " " * indent, body)
    return f"{mark}\n{indented}"


def _folded(text: str, indent: int) -> str:
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) + indent >= WIDTH:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip(" ")
    return "\n".join([">-", *(f"{' ' * indent}{line}" for line in lines)])
