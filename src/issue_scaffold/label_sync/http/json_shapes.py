"""The one place where the body of an answer becomes values: its JSON, and checks of its shape.

An answer is data from somebody else's machine: it is checked as a whole before anything is made of
it, so that one that is wrong is one message. Which shapes an API has is each forge's.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

PAGE: Final = 100
_LONGEST_TEXT: Final = 1000
_LARGEST_NUMBER: Final = 2**53
_MOST_VALUES: Final = 2_000_000


class MalformedAnswerError(ValueError):
    """An answer isn't what was asked for; the text says where, and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueShape:
    """What one value has to be."""

    expected: str
    holds: Callable[[Any], bool]

    def check(self, value: Any, where: str) -> None:  # noqa: ANN401 - JSON
        """Raise MalformedAnswerError for any other value."""
        if not self.holds(value):
            raise MalformedAnswerError(f"{where} is not {self.expected}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShape:
    """A list of so many values at most, each of one shape."""

    item: "Shape"
    most: int = PAGE

    def check(self, value: Any, where: str) -> None:  # noqa: ANN401 - JSON
        """Raise MalformedAnswerError for any other value."""
        if not isinstance(value, list):
            raise MalformedAnswerError(f"{where} is no list")
        if len(value) > self.most:
            raise MalformedAnswerError(f"{where} has more than {self.most} items")
        for number, item in enumerate(value, start=1):
            self.item.check(item, f"item {number} of {where}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectShape:
    """An object with these fields; those that it doesn't name may be anything.

    What is `optional` may be absent, and then is as if it were null.
    """

    fields: Mapping[str, "Shape"]
    optional: frozenset[str] = frozenset()

    def check(self, value: Any, where: str) -> None:  # noqa: ANN401 - JSON
        """Raise MalformedAnswerError for any other value."""
        if not isinstance(value, dict):
            raise MalformedAnswerError(f"{where} is no object")
        for name, field in self.fields.items():
            if name not in value and name not in self.optional:
                raise MalformedAnswerError(f"{where} has no '{name}'")
            field.check(value.get(name), f"'{name}' of {where}")


@dataclass(frozen=True, slots=True)
class OptionalShape:
    """Null, or a value of a shape."""

    item: "Shape"

    def check(self, value: Any, where: str) -> None:  # noqa: ANN401 - JSON
        """Raise MalformedAnswerError for any other value."""
        if value is not None:
            self.item.check(value, where)


Shape = ValueShape | ListShape | ObjectShape | OptionalShape


def is_text(value: Any) -> bool:  # noqa: ANN401 - JSON
    """Return whether a value is a text of a length and of signs that can be written again."""
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        return False
    # Half of a character (\ud83d alone) is a text to JSON, and to nothing that it would be written
    # to.
    return not any("\ud800" <= char <= "\udfff" for char in value)


def is_number(value: Any) -> bool:  # noqa: ANN401 - JSON
    """Return whether a value is a whole number above 0, as forges count with."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST_NUMBER


def is_count(value: Any) -> bool:  # noqa: ANN401 - JSON
    """Return whether a value is a whole number that says how many there are."""
    return (value == 0 and not isinstance(value, bool | float)) or is_number(value)


def parse_json(body: bytes) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON of a body, None for an empty one.

    Raises MalformedAnswerError for what isn't JSON by RFC 8259.

    Names that an object has twice, and numbers that aren't any, are no JSON here either: readers
    differ on them.
    """
    if not body.strip():
        return None
    values = body.count(b",") + body.count(b"[") + body.count(b"{") + body.count(b":")
    if values > _MOST_VALUES:
        raise MalformedAnswerError("more values than any list needs")
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        what = "HTML" if body.lstrip()[:1] == b"<" else "something else"
        raise MalformedAnswerError(f"{what} where JSON belongs") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _refuse(text: str) -> None:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("too large")
    return number
