"""What changed in a template from version to version, in its author's words.

Reads a changelog (https://keepachangelog.com/en/1.1.0/) or the messages of tags; where they come
from is `sources`' to know. Nothing here is escaped: whoever shows it does that. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from issue_scaffold.template.versions import parse
from issue_scaffold.text.late_patterns import late_pattern

MOST_LINES: Final = 30
# Of one file, so that nobody's history fills a cache.
_MOST_KEPT: Final = 2000
_LONGEST: Final = 300
_HEADING: Final = late_pattern(r"(#{1,6})[ \t]+(.*?)[ \t#]*")
_VERSION: Final = late_pattern(r"(?:version|release)?[ \t]*\[?(v?\d[^\s\])]*)", re.IGNORECASE)
_ITEM: Final = late_pattern(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(.*)")
_FENCE: Final = late_pattern(r"[ \t]{0,3}(?:```|~~~)")
# `[1.1.0]: https://…`, which says where a link goes, and comments.
_NOT_SHOWN: Final = late_pattern(r"[ \t]{0,3}\[[^\]]+\]:.*|[ \t]*<!--.*-->[ \t]*")
_SIGNATURE: Final = "-----BEGIN "


class ReleaseNotes(NamedTuple):
    """What changed with one version: a line for each point, without line breaks."""

    version: str
    lines: tuple[str, ...]


class News(NamedTuple):
    """What changed between two versions, the newest first, and how many lines were left out."""

    releases: tuple[ReleaseNotes, ...] = ()
    left_out: int = 0


NO_NEWS: Final = News()


def notes_in_changelog(text: str) -> tuple[ReleaseNotes, ...]:
    """Return the sections of a changelog that are headed by a version, in their order."""
    sections: dict[str, list[str]] = {}
    lines: list[str] | None = None
    depth = 0
    for level, title, body in _sections(text):
        version = _version_of(title)
        if version is not None and (not depth or level <= depth):
            depth = depth or level
            lines = sections.setdefault(version, [])
            lines += _points("", body)
        elif level <= depth:
            lines = None  # `Unreleased`, say
        elif lines is not None:
            lines += _points(title, body)
    found = (ReleaseNotes(version, tuple(lines)) for version, lines in sections.items() if lines)
    return _within_limits(found)


def notes_in_tags(messages: Iterable[tuple[str, str]]) -> tuple[ReleaseNotes, ...]:
    """Return what the messages of tags say, by pairs of a tag and its message."""
    found = (
        ReleaseNotes(tag, tuple(_points("", message.partition(_SIGNATURE)[0].splitlines())))
        for tag, message in messages
        if parse(tag) is not None
    )
    return _within_limits(notes for notes in found if notes.lines)


def news_between(notes: Sequence[ReleaseNotes], before: str, version: str) -> News:
    """Return what is new in a version for somebody who has an older one, both of them PEP 440."""
    oldest, newest = parse(before), parse(version)
    if oldest is None or newest is None:
        return NO_NEWS
    parsed = [(found, one) for one in notes if (found := parse(one.version)) is not None]
    between = [(found, one) for found, one in parsed if oldest < found <= newest]
    between.sort(key=lambda pair: pair[0], reverse=True)
    return shortened([one for _, one in between])


def shortened(notes: Sequence[ReleaseNotes]) -> News:
    """Return the first lines of notes, a version being a line too."""
    left, left_out = MOST_LINES, 0
    shown = []
    for one in notes:
        room = max(left - 1, 0)
        if room:
            shown.append(one._replace(lines=one.lines[:room]))
        left_out += len(one.lines[room:])
        left = room - len(one.lines[:room])
    return News(tuple(shown), left_out)


def _within_limits(notes: Iterable[ReleaseNotes]) -> tuple[ReleaseNotes, ...]:
    kept, number = [], 0
    for one in notes:
        number += 1 + len(one.lines)
        if number > _MOST_KEPT:
            break
        kept.append(one)
    return tuple(kept)


def _sections(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Yield the level, the title and the lines of each section of a Markdown text."""
    level, title, body = 0, "", list[str]()
    is_code = False
    for line in text.splitlines():
        if _FENCE.match(line):
            is_code = not is_code
        heading = None if is_code else _HEADING.fullmatch(line)
        if heading is None:
            body.append(line)
            continue
        yield level, title, body
        level, title, body = len(heading[1]), heading[2], []
    yield level, title, body


def _version_of(title: str) -> str | None:
    found = _VERSION.match(title)
    if found is None or parse(found[1]) is None:
        return None
    return found[1]


def _points(kind: str, body: Iterable[str]) -> Iterator[str]:
    """Yield the list's items and paragraphs of a section, each on one line, behind its kind."""
    words: list[str] = []
    for line in [*body, ""]:
        item = _ITEM.fullmatch(line)
        if (item is not None or not line.strip()) and words:
            yield _one_line(kind, words)
            words = []
        if item is not None:
            words = [item[1]]
        elif line.strip() and not _NOT_SHOWN.fullmatch(line):
            words.append(line)


def _one_line(kind: str, words: Iterable[str]) -> str:
    text = " ".join(" ".join(words).split())
    if kind:
        text = f"{' '.join(kind.split())}: {text}"
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 1]}…"
    return text
