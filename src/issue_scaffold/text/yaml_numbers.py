"""What readers of YAML 1.1 make of unquoted numbers, and how they write them back.

Sources: https://yaml.org/type/int.html and https://yaml.org/type/float.html; Ruby's Psych, which
GitHub reads with, takes commas between digits too. Knows nothing of rules.
"""

from typing import Final

from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.tree import Scalar

# Beyond this, numbers are compared as they are written.
_LONGEST: Final = 100
_OCTAL: Final = late_pattern(r"[-+]?0[0-7]+")
# Text to YAML 1.1's own pattern, a number to Psych.
_THOUSANDS: Final = late_pattern(r"[-+]?[1-9](?:[0-9]|,[0-9])*")
_BASE_60: Final = late_pattern(r"[-+]?\d+(?::[0-5]?\d)+(?:\.\d*)?")


def printed(node: Scalar) -> str:
    """Return the text that a scalar becomes once it was read: `1.10` is `1.1`, `0x10` is `16`.

    What isn't a number stays as it was written.
    """
    kind = _kind(node)
    if kind is None:
        return node.value.strip()
    text = node.value.replace("_", "").replace(",", "").lower()
    try:
        return _number(text, kind)
    except (ValueError, OverflowError):
        return text


def is_changed_number(node: Scalar) -> bool:
    """Tell whether an unquoted number is another text once it was read."""
    return _kind(node) is not None and printed(node) != node.value.strip()


def _kind(node: Scalar) -> str | None:
    if len(node.value) > _LONGEST:
        return None
    if node.kind in {"int", "float"}:
        return node.kind
    if node.is_text and not node.style and "," in node.value and _THOUSANDS.fullmatch(node.value):
        return "int"
    return None


def _number(text: str, kind: str) -> str:
    if _BASE_60.fullmatch(text):
        return _from_base_60(text, kind)
    if kind == "float":
        return str(float(text))
    if _OCTAL.fullmatch(text):
        return str(int(text, 8))
    return str(int(text, 0))


def _from_base_60(text: str, kind: str) -> str:
    total: float = 0
    for part in text.lstrip("+-").split(":"):
        digits = float(part) if kind == "float" else int(part)
        total = total * 60 + digits
    return str(-total if text.startswith("-") else total)
