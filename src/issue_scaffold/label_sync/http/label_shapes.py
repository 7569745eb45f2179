"""What a label's or an issue's parts may look like in any forge's answer."""

import re
from typing import Any, Final

from issue_scaffold.label_sync.http.json_shapes import (
    MalformedAnswerError,
    ValueShape,
    is_number,
    is_text,
)
from issue_scaffold.label_sync.http.token import Token

_ADDRESS: Final = re.compile(r"https?://[!-~]+")
_COLOUR: Final = re.compile(r"#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")


def _is_colour(value: Any) -> bool:  # noqa: ANN401 - JSON
    return isinstance(value, str) and _COLOUR.fullmatch(value) is not None


def _is_address(value: Any) -> bool:  # noqa: ANN401 - JSON
    return is_text(value) and _ADDRESS.fullmatch(value) is not None


NUMBER: Final = ValueShape(expected="a number above 0", holds=is_number)
ADDRESS: Final = ValueShape(expected="an address", holds=_is_address)
LABEL_NAME: Final = ValueShape(
    expected="a text", holds=lambda value: is_text(value) and bool(value.strip())
)
OPTIONAL_TEXT: Final = ValueShape(
    expected="a text or null", holds=lambda value: value is None or is_text(value)
)
# Of an issue, whose text may have any signs.
ISSUE_TEXT: Final = ValueShape(
    expected="a text or null", holds=lambda value: value is None or isinstance(value, str)
)
COLOUR: Final = ValueShape(expected="hexadecimal digits of a colour", holds=_is_colour)
BOOLEAN: Final = ValueShape(
    expected="true or false", holds=lambda value: value is None or isinstance(value, bool)
)


def refuse_echo(token: Token, *texts: str) -> None:
    """Raise MalformedAnswerError if a text holds the token: masked, it would name another label."""
    if any(token.masked(text) != text for text in texts):
        raise MalformedAnswerError("a text of the answer holds the token")
