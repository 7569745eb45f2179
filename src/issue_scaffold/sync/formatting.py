"""Whether two texts say the same, and differ in nothing but how a formatter lays them out.

Pure. Formatting is quotes, indentation, blank lines, list markers and the padding of tables; no
comment, no order, and no line break in prose, as GitHub shows those.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from issue_scaffold.forge.front_matter import find_front_matter
from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.limits import MAX_EDITED
from issue_scaffold.text.one_document import read_document, suffix_of
from issue_scaffold.text.tree import Scalar, canonical
from issue_scaffold.text.tree_values import nodes_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

_DATA: Final = frozenset({".yml", ".yaml", ".json"})
_MARKDOWN: Final = frozenset({".md", ".markdown"})

_MARKS: Final = " \t\r-:,?[]{}'\"|>"

# Those that no way to write a value adds or leaves out: `null` may be left out, `|2` has a digit.
# The usual ones come first: where they differ, nobody has to count the others.
_LETTERS: Final = "etaoirsdhcmfpgwybvkxjqzETAOIRSDHCMFPGWYBVKXJQZ"
# What may say a letter otherwise, or hide one from `_data_meaning`: an escape, an alias of an
# anchor, and a comment behind the mark of a block.
# Each begins with a character of its own, which `re` finds far faster.
_UNCLEAR: Final = late_pattern(r"\\|&[\w-]|\|[-+0-9]*[ \t]*#|>[-+0-9]*[ \t]*#")
# The same of Markdown, of which all other letters are shown once: entities, HTML but for comments,
# tables, links and what defines them, and what may be nested too deeply to be read.
_UNCLEAR_PROSE: Final = late_pattern(
    r"&#?\w{1,40};|<(?!!--)|\||\](?=[(:])|^[ \t>*+.)0-9-]{20}", re.MULTILINE
)
# A run meets the same contents in many repositories: up to so many, of so many characters each.
_REMEMBERED: Final = 128
_MOST_REMEMBERED: Final = 65_536

# What a text says: of data its value and comments, of Markdown that of its front matter and blocks.
_Meaning: TypeAlias = tuple[object, ...]


def is_reformatted(path: str, expected: str, actual: str) -> bool:
    """Return whether two contents of a file differ in formatting only.

    False for files of other formats than YAML, JSON and Markdown, for what can't be read, and for a
    last line that lost its end, which is no formatter's work.
    """
    suffix = suffix_of(path)
    if suffix not in _DATA | _MARKDOWN:
        return False
    if len(expected) > MAX_EDITED or len(actual) > MAX_EDITED:
        return False
    if expected.endswith("\n") and not actual.endswith("\n"):
        return False
    if _says_other_letters(expected, actual, suffix):
        return False
    try:
        return _meaning(expected, suffix) == _meaning(actual, suffix)
    except NotUnderstoodError:
        return False


def _says_other_letters(one: str, other: str, suffix: str) -> bool:
    """Return whether two texts plainly say something else, without reading them.

    Where nothing unclear stands in them, each letter is one of what they say: of a value or of a
    comment, of a word or of code.
    """
    unclear = _UNCLEAR
    if suffix in _MARKDOWN:
        unclear = _UNCLEAR_PROSE
        one, other = _bodies(one, other)
    if all(one.count(letter) == other.count(letter) for letter in _LETTERS):
        return False
    return not unclear.search(one) and not unclear.search(other)


def _bodies(one: str, other: str) -> tuple[str, str]:
    """Return two Markdown texts behind their front matter; nothing where one alone has some."""
    fronts = find_front_matter(one), find_front_matter(other)
    at, other_at = (front.body if front and front.end is not None else 0 for front in fronts)
    if bool(at) != bool(other_at):
        return "", ""
    return one[at:], other[other_at:]


def _meaning(text: str, suffix: str) -> _Meaning:
    if len(text) > _MOST_REMEMBERED:
        return _read_meaning(text, suffix)
    return _remembered_meaning(text, suffix)


@lru_cache(maxsize=_REMEMBERED)
def _remembered_meaning(text: str, suffix: str) -> _Meaning:
    return _read_meaning(text, suffix)


def _read_meaning(text: str, suffix: str) -> _Meaning:
    if suffix in _DATA:
        return _data_meaning(text, suffix)
    return _markdown_meaning(text)


def _data_meaning(text: str, suffix: str) -> _Meaning:
    root = read_document(text, suffix)
    if root is None:
        return tuple(_between(text, ()))
    found = [node for node in nodes_in(root) if isinstance(node, Scalar)]
    scalars = sorted(found, key=lambda scalar: scalar.start)
    # What is a truth value without quotes is another value with them.
    kinds = [(scalar.kind, scalar.tag) for scalar in scalars]
    return canonical(root), *kinds, *_between(text, scalars)


def _between(text: str, scalars: "Iterable[Scalar]") -> "Iterator[str]":
    """Yield what stands between scalars in order and is no mark of a list or mapping: comments."""
    at = 0
    ends = [(scalar.start, scalar.end) for scalar in scalars]
    for start, end in (*ends, (len(text), len(text))):
        for line in text[at:start].split("\n"):
            words = line.strip(_MARKS).replace("#", "# ").split()
            if words:
                yield " ".join(words)
        at = max(at, end)


def _markdown_meaning(text: str) -> _Meaning:
    front = find_front_matter(text)
    if front is None or front.end is None:
        return tuple(_blocks(text))
    return (
        text[: front.opening].strip(),
        *_data_meaning(text[front.start : front.end], ".yml"),
        *_blocks(text[front.body :]),
    )


def _blocks(text: str) -> "Iterator[object]":
    """Yield what the blocks of a Markdown text are and hold, without how they are marked."""
    from issue_scaffold.text.commonmark import commonmark_parser

    for token in commonmark_parser().parse(text):
        yield _said(token)


def _said(token: "Token") -> object:
    attributes = tuple(token.attrs.items())
    if token.children is not None:  # a picture has some, and where it is from
        return token.type, attributes, tuple(map(_said, token.children))
    if token.type == "fence":
        attributes = (("info", token.info), *attributes)
    return token.type, token.tag, token.content.rstrip("\n"), attributes
