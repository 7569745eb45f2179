"""Regular expressions that are compiled when they are first used.

Compiling one takes as long as reading a small module, and most runs meet few of those that the
modules they load hold.
"""

import re
from typing import Any, AnyStr, cast


class _LatePattern:
    """What stands for a pattern until a method of it is asked for.

    From then on, that method is the pattern's own.
    """

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a pattern has
        if "__" in name:  # what copying and pickling look for is no pattern's
            raise AttributeError(name)
        found = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, found)
        return found


def late_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a pattern for `re.compile(text, flags)` that is compiled when it is first used."""
    return cast("re.Pattern[AnyStr]", _LatePattern(text, flags))
