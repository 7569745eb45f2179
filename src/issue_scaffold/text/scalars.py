"""One text as a scalar of YAML or JSON: the one answer to how it is quoted.

What is written here is read back as the same text by YAML 1.1 and 1.2 readers, Ruby's Psych
included. Knows nothing of files, places, or blocks of several lines.
"""

from typing import Final

from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.tree import PLAIN

# What no reader of YAML takes as it stands, or takes for the end of a line:
# https://yaml.org/spec/1.1/#id868742
_ESCAPED: Final = late_pattern(
    r"[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
# Begins with a letter, a digit or a parenthesis, or as the path of a hidden file does, and holds
# nothing that ends a plain scalar.
_PLAIN: Final = late_pattern(r"(?!.*(?:: |:$| #|[ \xa0]$))(?:[^\W_]|\(|\.[a-z]+[/-]).*")
_WORDS_WITH_A_TYPE: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# Numbers, times and dates of some reader: https://yaml.org/type/int.html, /float.html,
# /timestamp.html; Psych knows `1,000` too.
_LIKE_A_NUMBER: Final = late_pattern(r"\d[0-9A-Fa-fxXoO_.,:+-]*|\d{4}-\d.*")
_FLOW_SIGNS: Final = frozenset(",[]{}:")
_SHORT: Final = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}
_BARE_KEY: Final = late_pattern(r"[A-Za-z0-9_-]+")


def yaml_scalar(value: str, style: str = PLAIN, *, in_flow: bool = False) -> str:
    """Return a text on one line of a YAML file, quoted as `style` says where that can hold it.

    Plain (a block counts as plain) becomes quoted where the text would be read as anything else;
    `in_flow` says that it stands in brackets or braces.
    """
    if style == '"' or _ESCAPED.search(value):
        return _double(value)
    if style == "'":
        return _single(value)
    if is_plain(value) and (not in_flow or is_flow_safe(value)):
        return value
    return quoted(value)


def quoted(value: str) -> str:
    """Return a text in the quotation marks that need the fewest escapes, on one line."""
    if ('"' in value or "\\" in value) and not _ESCAPED.search(value):
        return _single(value)
    return _double(value)


def json_scalar(value: str, *, ascii_only: bool) -> str:
    """Return a text for a JSON file."""
    import json

    return json.dumps(value, ensure_ascii=ascii_only)


def toml_scalar(value: str, style: str = '"') -> str:
    """Return a text for a TOML file, in single quotes where it was and can be written so."""
    if style == "'" and "'" not in value and is_printable(value):
        return f"'{value}'"
    return json_scalar(value, ascii_only=False).replace("\x7f", "\\u007f")


def toml_key(name: str) -> str:
    """Return a name as the key or header of a TOML file: bare where it may be."""
    if _BARE_KEY.fullmatch(name):
        return name
    return toml_scalar(name)


def is_plain(value: str) -> bool:
    """Tell whether every reader takes this for the same text without quotation marks."""
    if _PLAIN.fullmatch(value) is None or value.lower() in _WORDS_WITH_A_TYPE:
        return False
    return _ESCAPED.search(value) is None and _LIKE_A_NUMBER.fullmatch(value) is None


def is_printable(value: str) -> bool:
    """Tell whether a text can stand in a block of lines: without escapes."""
    return _ESCAPED.search(value.replace("\n", "").replace("\t", "")) is None


def is_flow_safe(value: str) -> bool:
    """Tell whether a plain scalar keeps its meaning in brackets or braces."""
    return bool(value) and _FLOW_SIGNS.isdisjoint(value) and "#" not in value and "\n" not in value


def _single(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _double(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _ESCAPED.sub(lambda found: _escape(found[0]), escaped) + '"'


def _escape(char: str) -> str:
    if "\ud800" <= char <= "\udfff":  # half a character, which strict readers refuse
        char = "\ufffd"
    return _SHORT.get(char) or f"\\u{ord(char):04x}"
