"""What was meant by a label that nobody has: one that looks the same, several in one, a near miss.

Pure: judges names by names, and knows neither files nor rules.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from functools import cache
from re import Match
from typing import Final, NamedTuple

from issue_scaffold.text.emoji import is_emoji
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.wording import closest

# What people put between labels instead of a comma; commas in an entry of a list, too.
_SEPARATORS: Final = late_pattern(r"[;|,\u3001\uff0c\uff1b]")
_SHORT_NAME: Final = late_pattern(r":([a-z0-9_+-]+):")
# Asks for a picture in colour, and joins several to one: what the table leaves out.
_INVISIBLE: Final = str.maketrans("", "", "\ufe0f\u200d")


class GuessKind(Enum):
    """How a name came to be taken for others."""

    LOOKS_SAME = "looks the same"
    SEVERAL = "several"
    NEAR_MISS = "near miss"


class LabelGuess(NamedTuple):
    """The labels that one name was probably meant for, as they are spelled."""

    kind: GuessKind
    names: tuple[str, ...]


def by_looks(spellings: Iterable[str]) -> dict[str, str]:
    """Return labels by what people see of them."""
    return {looks(name): name for name in spellings}


def guess_labels(
    label: str, choices: Mapping[str, str], known: Collection[str]
) -> LabelGuess | None:
    """Return what a label that isn't known was meant for, or None.

    `choices` are the labels that can be suggested, by their looks; `known` are all that there are,
    case-folded.
    """
    same = choices.get(looks(label))
    if same is not None:
        return LabelGuess(GuessKind.LOOKS_SAME, (same,))
    parts = _parts(label, known)
    if len(parts) > 1:
        return LabelGuess(GuessKind.SEVERAL, tuple(parts))
    near = closest(label.strip().casefold(), choices.values())
    if near is None or is_several(label):
        return None
    return LabelGuess(GuessKind.NEAR_MISS, (near,))


def looks(text: str) -> str:
    """Return what people see of a text, equal for look-alikes, whatever their case."""
    seen = _SHORT_NAME.sub(_picture, text).translate(_INVISIBLE).casefold()
    spaced = "".join(f" {char} " if is_emoji(char) else char for char in seen)
    return " ".join(spaced.split())


def _picture(found: Match[str]) -> str:
    return _pictures().get(found[1], found[0])


@cache
def _pictures() -> Mapping[str, str]:
    """Return the emoji by their short names; most labels have none, so the table loads late."""
    from issue_scaffold.text.emoji_names import EMOJI_NAMES

    pairs = (pair.split("=") for pair in EMOJI_NAMES.split())
    return {name: "".join(chr(int(code, 16)) for code in codes.split("-")) for name, codes in pairs}


def is_several(label: str) -> bool:
    """Tell whether a name has a sign in it that people put between labels."""
    return _SEPARATORS.search(label) is not None


def _parts(label: str, known: Collection[str]) -> list[str]:
    """Return the known labels that a text lists with other signs than commas; empty if not all."""
    parts: list[str] = []
    for piece in _SEPARATORS.split(label):
        words = piece.split()
        found = _known_in(words, known)
        if words and not found:
            return []
        parts += found
    return parts


def _known_in(words: list[str], known: Collection[str]) -> list[str]:
    """Return the known labels that words are, one after the other, long labels first."""
    # What the words from each place on are, from the last one up.
    rests: list[list[str] | None] = [None] * len(words) + [[]]
    for start in reversed(range(len(words))):
        for end in range(len(words), start, -1):
            name, rest = " ".join(words[start:end]), rests[end]
            if rest is not None and name.casefold() in known:
                rests[start] = [name, *rest]
                break
    return rests[0] or []
