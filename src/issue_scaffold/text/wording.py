"""Words that messages of several rules share: near misses, what is allowed, repeated places."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from issue_scaffold.text.source import Source


_TIMES_AS_LONG = 4


def closest(word: str, choices: Iterable[str]) -> str | None:
    """Return the choice that was probably meant, or None."""
    known = tuple(choices)
    if len(word) > _TIMES_AS_LONG * max(map(len, known), default=0):
        return None  # whatever is in it, and it isn't kept
    return _closest(word, known)


# Files of one repository have the same slips.
@lru_cache(maxsize=256)
def _closest(word: str, choices: tuple[str, ...]) -> str | None:
    by_fold = {choice.lower(): choice for choice in choices}
    folded = (
        word.lower().replace("_", "-") if any("-" in choice for choice in by_fold) else word.lower()
    )
    for choice, original in by_fold.items():
        if choice in {f"{folded}s", folded.removesuffix("s"), folded}:
            return original
    from difflib import get_close_matches

    found = get_close_matches(folded, by_fold, n=1, cutoff=0.72)
    if found:
        return by_fold[found[0]]
    return None


def listing(words: Sequence[str]) -> str:
    """Return words as an English list, each in backticks."""
    marked = [f"`{word}`" for word in words]
    if len(marked) < 2:  # noqa: PLR2004 - one word needs no `and`
        return "".join(marked)
    return f"{', '.join(marked[:-1])} and {marked[-1]}"


def allowed(words: Sequence[str], *, guess: str | None = None, place: str = "allowed here") -> str:
    """Return the hint of a rule about names: a guess if there is one, and what may stand there."""
    verb = "is" if len(words) == 1 else "are"
    choices = f"{listing(words)} {verb} {place}" if words else f"nothing is {place}"
    if guess:
        return f"did you mean `{guess}`? {choices}"
    return choices


def line_of(source: "Source", offset: int) -> str:
    """Return `line N`, for pointing at the first of two."""
    return f"line {source.position(offset)[0]}"


def count(number: int, noun: str) -> str:
    """Return `1 label`, `2 labels`."""
    if number == 1:
        return f"{number} {noun}"
    return f"{number} {noun}s"


def some(words: Sequence[str], noun: str, most: int = 5) -> str:
    """Return a noun and the first of some words, each in backticks: "labels `bug` and 2 more"."""
    named = ", ".join(f"`{word}`" for word in words[:most])
    if len(words) > most:
        named = f"{named} and {len(words) - most} more"
    if len(words) != 1:
        noun = f"{noun}s"
    return f"{noun} {named}"
