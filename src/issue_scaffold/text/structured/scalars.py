"""One scalar as YAML or JSON text, in a given quoting. Knows nothing of files or places."""

import json
import re
from typing import Final

_UNPRINTABLE: Final = re.compile(
    r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_PLAIN: Final = re.compile(r"(?!.*(?:: |:$| #| $))[^\W\d_].*")
_WORDS_WITH_A_TYPE: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_FLOW_SIGNS: Final = frozenset(",[]{}:")


def yaml_scalar(value: str, style: str, *, in_flow: bool = False) -> str:
    """Return a string for a YAML file, quoted as `style` says, or better where that can't hold it."""
    printable = _UNPRINTABLE.search(value) is None
    if style == "'" and printable:
        return "'" + value.replace("'", "''") + "'"
    if style != '"' and printable and _is_plain(value, in_flow=in_flow):
        return value
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted) + '"'


def json_scalar(value: str, *, ascii_only: bool) -> str:
    """Return a string for a JSON file."""
    return json.dumps(value, ensure_ascii=ascii_only)


def is_flow_safe(value: str) -> bool:
    """Say whether a plain scalar keeps its meaning in brackets or braces."""
    return bool(value) and _FLOW_SIGNS.isdisjoint(value) and "#" not in value and "\n" not in value


def _is_plain(value: str, *, in_flow: bool) -> bool:
    if _PLAIN.fullmatch(value) is None or value.lower() in _WORDS_WITH_A_TYPE:
        return False
    return not in_flow or is_flow_safe(value)
