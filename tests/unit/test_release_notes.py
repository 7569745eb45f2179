"""Changelogs and messages of tags as their authors write them, and what of it is shown."""

import pytest

from issue_scaffold.template.release_notes import (
    MOST_LINES,
    NO_NEWS,
    ReleaseNotes,
    news_between,
    notes_in_changelog,
    notes_in_tags,
)

KEPT = """\
# Changelog

All of it. See [1.0.0].

## [Unreleased]
- not out yet

## [1.1.0] - 2026-01-02

### Added

- A point that goes on
  in a second line, for @somebody.
* Another one
  - below it

### Fixed
A paragraph.

```sh
## 9.9.9
```
## [1.0.0] - 2026-01-01 [YANKED]
### Added
- First.

[Unreleased]: https://example.com/compare/v1.1.0...HEAD
[1.1.0]: https://example.com/releases/v1.1.0
"""


def test_a_kept_changelog() -> None:
    assert notes_in_changelog(KEPT) == (
        ReleaseNotes(
            "1.1.0",
            (
                "Added: A point that goes on in a second line, for @somebody.",
                "Added: Another one",
                "Added: below it",
                "Fixed: A paragraph.",
                "Fixed: ```sh ## 9.9.9 ```",
            ),
        ),
        ReleaseNotes("1.0.0", ("Added: First.",)),
    )


@pytest.mark.parametrize(
    "heading",
    ["## 1.1.0", "## v1.1.0", "# 1.1.0 (2026-01-02)", "### [v1.1.0](https://example.com)", "## Version 1.1.0 ##"],
)
def test_headings_in_use(heading: str) -> None:
    (notes,) = notes_in_changelog(f"intro\n\n{heading}\r\n\r\n- x\r\n")
    assert notes.version in {"1.1.0", "v1.1.0"}
    assert notes.lines == ("x",)


@pytest.mark.parametrize("text", ["", "# Changelog\n", "- x\n", "## Unreleased\n\n- x\n", "## 1.0.0\n\n", "\x00\n#\n"])
def test_nothing_is_said(text: str) -> None:
    assert notes_in_changelog(text) == ()


def test_messages_of_tags() -> None:
    messages = [("v1.1.0", "Point one\n\n- two\n-----BEGIN PGP SIGNATURE-----\nabc\n"), ("latest", "x"), ("v1", "")]
    assert notes_in_tags(messages) == (ReleaseNotes("v1.1.0", ("Point one", "two")),)


def test_between_two_versions_the_newest_first() -> None:
    notes = [ReleaseNotes(version, (version,)) for version in ("1.0", "2.0rc1", "1.2", "2.0", "3.0", "0.9")]
    assert [one.version for one in news_between(notes, "v1.0.0", "v2.0").releases] == ["2.0", "2.0rc1", "1.2"]
    assert news_between(notes, "2.0", "1.0") == NO_NEWS
    assert news_between(notes, "abcdef1", "2.0") == NO_NEWS


@pytest.mark.parametrize("sizes", [(5, 5), (MOST_LINES - 1, 1), (MOST_LINES, 4), (100,), (27, 0, 10), (28, 1)])
def test_no_more_lines_than_can_be_read(sizes: tuple[int, ...]) -> None:
    notes = [
        ReleaseNotes(f"{number + 1}.0", tuple(f"{line}" for line in range(size))) for number, size in enumerate(sizes)
    ]
    news = news_between(notes, "0.1", "99.0")
    shown = sum(len(one.lines) for one in news.releases)
    assert shown + len(news.releases) <= MOST_LINES
    assert shown + news.left_out == sum(sizes)


def test_a_line_is_one_line_and_not_too_long() -> None:
    (notes,) = notes_in_changelog(f"## 1.0\n\n- {'x' * 5000}\n  y\n")
    assert len(notes.lines[0]) <= 300
    assert notes.lines[0].endswith("…")
