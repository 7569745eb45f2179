"""What a run has come by and may need again: the latest values by their keys, so many at most.

For values that are never changed, and that cost more to get than to keep.
"""

from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class Remembered(Generic[_Value]):
    """The latest values by their keys. One for each thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[str, _Value] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._values)

    def get(self, key: str) -> _Value | None:
        """Return the value of a key, None where it isn't known, or no longer."""
        return self._values.get(key)

    def keep(self, key: str, value: _Value) -> _Value:
        """Remember a value, and forget the oldest where there are too many; return it."""
        if len(self._values) >= self._most:
            del self._values[next(iter(self._values))]
        self._values[key] = value
        return value

    def forget(self, key: str) -> None:
        """Forget the value of a key, if it is known."""
        self._values.pop(key, None)
