"""Whether two templates are the same one under another name, and whether two texts say the same.

File names are the same that differ in case, suffix, a number in front, or in `-`, `_` and blanks.
Texts are the same that differ in case, emoji and punctuation, names of templates also in the words
that tell a form from its Markdown twin.
"""

import re
from typing import Final, Literal

# What names of forms have ended in, in the bundled template's versions and those made from it.
_ENDS_OF_FORMS: Final = r" *\((?:form|with fields to fill in)\)$"

Reason = Literal["same name", "same file name"]


def why_same(path: str, name: str, other_path: str, other_name: str) -> Reason | None:
    """Return why two templates are the same one, by their names first; None if they aren't."""
    if plain(name) and plain(name) == plain(other_name):
        return "same name"
    return "same file name" if stem(path) == stem(other_path) else None


def stem(path: str) -> str:
    """Return what the file names of the same template have in common."""
    name = path.rpartition("/")[2].rpartition(".")[0].casefold()
    return re.sub(r"[-_ ]+", "-", re.sub(r"^\d+[-_ ]+", "", name))


def plain(text: str) -> str:
    """Return what texts that say the same have in common: their words."""
    words = re.findall(r"[^\W_]+", re.sub(_ENDS_OF_FORMS, "", text.casefold()))
    return " ".join(words)
