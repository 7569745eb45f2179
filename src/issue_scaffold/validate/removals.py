"""What a fix takes out of a file without putting it somewhere else, so that users can be told.

Owns which values are lost; whether a fix may lose any is its rule's.
"""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from issue_scaffold.forge.documents import load
from issue_scaffold.text.edits import Edit, Fix
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar, Sequence

# What only marks something up: an anchor whose aliases are written out, the fence of a form, a key
# whose value stays.
_MARK: Final = re.compile(r"\s*(?:&\S+|(?:```+|~~~+)\s*\w*|(?:[\"']?\w+[\"']?\s*:\s*)+)\s*")
_WORD: Final = re.compile(r"\w")


class Removal(NamedTuple):
    """One value that a fix removed: in which file and line it was, under which key, and why.

    `line` is 1-based, in the file as it was before any fix. `key` is None for text outside keys
    and values; `value` is empty where a key had none. `reason` is the rule's id and message.
    """

    path: str
    line: int
    key: str | None
    value: str
    reason: str

    @property
    def fields(self) -> dict[str, object]:
        """The fields for programs."""
        return self._asdict()

    @property
    def sentence(self) -> str:
        """The line for people."""
        shown = " ".join(self.value.split())
        if self.key is not None:
            shown = f"{self.key}: {shown}".rstrip()
        return f"removed {self.path}:{self.line}: {shown} ({self.reason})"


class _Lost(NamedTuple):
    """A value that no longer stands in the text, and from where to where it stood."""

    start: int
    end: int
    key: str | None
    value: str


def removals(path: str, before: bytes, now: bytes, fix: Fix, reason: str) -> list[Removal]:
    """Return what `fix` takes out of `now` for good; `before` is the file before any fix."""
    cuts = [edit for edit in fix.edits if not edit.text and edit.end > edit.start]
    if not cuts:
        return []
    document = load(path, now)
    text = document.source.text
    lost = list(_lost_values(document.root, None, cuts))
    lost += _lost_texts(document.source, cuts, lost)
    put_in = "\n".join(edit.text for edit in fix.edits)
    lines = _LinesBefore(before, document.source)
    return [
        Removal(path, lines.line_of(item.start), item.key, item.value, reason)
        for item in sorted(lost, key=lambda item: item.start)
        if not _is_in(item, text[item.start : item.end], put_in)
    ]


def _lost_texts(source: Source, cuts: Iterable[Edit], values: Iterable[_Lost]) -> Iterator[_Lost]:
    """Yield what is cut out where no values are: words of a Markdown file, comments."""
    starts = [item.start for item in values]
    for cut in cuts:
        text = source.text[cut.start : cut.end]
        has_values = any(cut.start <= start < cut.end for start in starts)
        if not has_values and _WORD.search(text) and not _MARK.fullmatch(text):
            yield _Lost(cut.start, cut.end, None, text.strip())


def _is_in(item: _Lost, written: str, text: str) -> bool:
    """Tell whether a fix has put a value in elsewhere, under its key if it had one.

    Its words count, as its value or as they were written, but not the blanks between them.
    """
    there = " ".join(text.split())
    if item.key is not None and item.key not in text:
        return False
    known = [" ".join(form.split()) for form in (item.value, written)]
    return any(form in there for form in known if form) or (not item.value and bool(item.key))


def _lost_values(node: Node | None, key: str | None, cuts: Iterable[Edit]) -> Iterator[_Lost]:
    """Yield the scalars below a node that lie within what is cut out, with their keys."""
    match node:
        case Mapping():
            for entry in node.written:
                yield from _lost_entry(entry, key, cuts)
        case Sequence():
            for item in node.items:
                yield from _lost_values(item, key, cuts)
        case Scalar() if node.end > node.start and _covers(cuts, node):
            yield _Lost(node.start, node.end, key, node.value)


def _lost_entry(entry: Entry, key: str | None, cuts: Iterable[Edit]) -> Iterator[_Lost]:
    name = entry.key.value if isinstance(entry.key, Scalar) else key
    if not _is_empty(entry.value):
        yield from _lost_values(entry.value, name, cuts)
    elif _covers(cuts, entry.key):
        yield _Lost(entry.key.start, entry.key.end, name, "")


def _is_empty(node: Node) -> bool:
    """Tell whether a key has nothing under it that could be told as a value of its own."""
    match node:
        case Scalar():
            return node.end <= node.start
        case Mapping():
            return not node.entries
        case Sequence():
            return not node.items
    return False


def _covers(cuts: Iterable[Edit], node: Node) -> bool:
    # The end of a block scalar is that of its last line break, which a cut may leave.
    return any(cut.start <= node.start and node.end <= cut.end + 1 for cut in cuts)


class _LinesBefore:
    """Which line of a file as it was a place in the file as it is now came from."""

    def __init__(self, before: bytes, now: Source) -> None:
        self._now = now
        old = before.decode("utf-8", errors="replace").removeprefix("\ufeff").split("\n")
        new = now.text.split("\n")
        self._blocks: list[tuple[int, int]] = [(0, 0)]
        if old != new:
            matcher = SequenceMatcher(None, old, new, autojunk=False)
            self._blocks = [(block.a, block.b) for block in matcher.get_matching_blocks()]

    def line_of(self, offset: int) -> int:
        """Return the 1-based line before; of a line that was changed, where it would be."""
        line, _ = self._now.position(offset)
        index = line - 1
        shift = 0
        for old, new in self._blocks:
            if new > index:
                break
            shift = old - new
        return index + shift + 1
