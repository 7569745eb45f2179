"""What a conversion must not lose: the words of a text, and all values of a file."""

import re
from collections import Counter
from collections.abc import Iterator


def words(text: str) -> Counter[str]:
    """Count the words of a text; case doesn't matter."""
    return Counter(re.findall(r"[^\W_]+", text.casefold()))


def values(data: object) -> Iterator[str]:
    """Yield all values of what was read from YAML, as texts."""
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        for value in data:
            yield from values(value)
    elif data is not None:
        yield str(data)
