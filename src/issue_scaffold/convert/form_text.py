"""An issue form as YAML text: readable, and the same to every YAML 1.1 reader.

Owns how forms are laid out and quoted. Texts of several lines are literal blocks, long ones folded; a text is plain
only if nothing could read it as anything but text.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from issue_scaffold.text.yaml_values import YamlValueError, load_value

WIDTH: Final = 110
_PLAIN: Final = re.compile(
    r"[A-Za-z0-9(\u00c0-\u024f\u4e00-\u9fff][^\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff]*"
)
_PLAIN_IN_FLOW: Final = re.compile(r"[\w ./()+-]+")
# Text to PyYAML, but a number or a boolean to other readers.
_OTHERWISE: Final = re.compile(r"[yYnN]|[0-9][0-9A-Fa-fxXoO_.:+-]*")
_UNPRINTABLE: Final = re.compile(
    "[^\t\n -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


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
        yield f"{lead} [{', '.join(_flow(item) for item in value)}]"
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


def _flow(item: object) -> str:
    text = scalar(item, None)
    return text if text.startswith('"') or _PLAIN_IN_FLOW.fullmatch(text) else _quoted(str(item))


def scalar(value: object, indent: int | None) -> str:
    """Return a value as YAML; `indent` is that of the lines of a block, None allows none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    if indent is not None and not _UNPRINTABLE.search(value) and "\u0085" not in value:
        if "\n" in value.strip("\n"):
            return _literal(value, indent)
        if len(value) + indent > WIDTH and not re.search(r"^\s|\s\s|[^\S ]|\s$", value):
            return _folded(value, indent)
    return value if _is_plain(value) else _quoted(value)


def _is_plain(text: str) -> bool:
    if (
        not _PLAIN.fullmatch(text)
        or ": " in text
        or " #" in text
        or text.endswith((":", " ", "\u00a0"))
    ):
        return False
    if _OTHERWISE.fullmatch(text):
        return False
    try:
        return isinstance(load_value(text), str)
    except YamlValueError:  # a date that there isn't, say
        return False


def _quoted(text: str) -> str:
    # JSON is YAML, but leaves characters as they are that YAML doesn't allow.
    written = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", written).replace(
        "\u0085", "\\u0085"
    )


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
