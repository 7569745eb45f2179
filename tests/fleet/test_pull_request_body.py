"""What a pull request says: nothing of it mentions, refers, closes or runs anything, and it fits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issue_scaffold.fleet.pull_request_body import (
    MOST_CHARACTERS,
    ListedFile,
    Mark,
    Proposal,
    body_of,
    issue_body_of,
    mark_in,
    written_mark,
)
from issue_scaffold.template.release_notes import NO_NEWS, News, ReleaseNotes
from issue_scaffold.text.commonmark import commonmark_parser

MARK = Mark("https://forge.example/t.git", "v1.4.0", "d" * 64, "a" * 40, "b" * 40)
# https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
MEANING = re.compile(
    r"@[A-Za-z0-9]|#\d|\bGH-\d|://[A-Za-z0-9]|www\.[a-z]|!\d|&amp;\d|(?:fix|clos|resolv)\w* +#\d", re.IGNORECASE
)
REFERENCES = ("@octocat", "#12", "GH-3", "fixes #1", "o/r#4", "closes https://a.example/b/c/issues/5", "!6", "&7")
MARKUP = ("<img src=x>", "![a](http://b.example)", "[l](javascript:x)", "`@code`", "</details>", "<!--", "-->", "**b**")
OTHERS = ("| c |", "www.example.org", "~label", "%milestone", "\\", "$x$", "{{x}}")
WILD = st.sampled_from((*REFERENCES, *MARKUP, *OTHERS)) | st.text(max_size=20)
LINES = st.lists(WILD, min_size=1, max_size=8).map(" ".join)


def proposal(*, changes: News = NO_NEWS, files: int = 2, conflicts: tuple[tuple[str, str], ...] = ()) -> Proposal:
    listed = tuple(ListedFile(f".github/{number:05}.yml", "merge") for number in range(files))
    return Proposal(
        template="https://forge.example/t.git",
        before="v1.2.0",
        version="v1.4.0",
        files=listed,
        conflicts=conflicts,
        changes=changes,
    )


def shown(text: str) -> str:
    """Return the words of a Markdown text that readers see outside of code, and of which a forge makes links."""
    tokens = commonmark_parser().parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    assert not [child.type for child in inline if child.type in {"image", "link_open"}]
    return "\n".join(child.content for child in inline if child.type == "text")


@given(LINES, LINES)
def test_nothing_of_a_changelog_means_anything(line: str, version: str) -> None:
    flat = [" ".join(text.split()) for text in (line, version)]
    changes = News((ReleaseNotes(flat[1], (flat[0],)),))
    body = body_of(proposal(changes=changes), MARK)
    section = body.partition("<summary>What changed in the template</summary>")[2].partition("\n</details>")[0]
    assert not MEANING.search(shown(section))
    assert "<" not in section.replace("&lt;", "")
    assert mark_in(body) == MARK


def test_a_changelog_is_told() -> None:
    changes = News((ReleaseNotes("v1.4.0", ("Ask for the version",)),), left_out=3)
    body = body_of(proposal(changes=changes), MARK)
    assert "- Ask for the version" in body
    assert "… and 3 more" in body
    assert "from v1.2.0 to v1.4.0" in body
    assert "scaffold accept" in body
    assert "fleet: {skip: true" in body


@given(st.lists(LINES, max_size=3))
def test_conflicts_stay_in_their_place(lines: list[str]) -> None:
    text = "\n".join(["<<<<<<< yours", *lines, "```", "=======", "b", ">>>>>>> template"])
    body = body_of(proposal(conflicts=(("a`b|c.yml", text),)), MARK)
    fences = [line for line in body.splitlines() if set(line.removesuffix("text")) == {"`"}]
    assert len(fences) >= 2
    tail = body.rpartition(fences[-1] if len(set(fences)) == 1 else fences[0].removesuffix("text"))[2]
    assert "To opt out for good" in tail


@pytest.mark.parametrize("make", [body_of, issue_body_of])
@pytest.mark.parametrize("files", [1, 5_000])
def test_a_body_fits_whatever_there_is(make: object, files: int) -> None:
    line = "@a#1<&>" * 40
    changes = News(tuple(ReleaseNotes(f"v1.{number}", (line,) * 30) for number in range(30)))
    conflict = f"<<<<<<< a\n{'x' * 9_000}\n=======\n>>>>>>> b\n"
    conflicts = tuple((f"{number}.yml", conflict) for number in range(50))
    body = make(proposal(changes=changes, files=files, conflicts=conflicts), MARK)  # type: ignore[operator]
    assert len(body) <= MOST_CHARACTERS
    rows = [row for row in body.splitlines() if row.startswith("| ")]
    assert all(row.endswith("|") for row in rows)
    assert body.count("<details>") == body.count("</details>")
    if files > 1:
        left = int(re.findall(r"… and (\d+) more \|", body)[0])
        assert left + len([row for row in rows if ".yml" in row]) == files


@given(st.builds(Mark, *[st.text(max_size=60)] * 5, st.booleans()))
def test_a_mark_is_read_as_it_was_written(mark: Mark) -> None:
    text = written_mark(mark)
    assert text.count("-->") == 1
    assert "\n" not in text
    assert mark_in(f"Hello\n{text}\nmore") == mark


@pytest.mark.parametrize("body", ["", "<!-- scaffold-fleet: {} -->", "<!-- scaffold-fleet: {x} -->", "[" * 5000])
def test_what_is_no_mark_is_none(body: str) -> None:
    assert mark_in(body) is None
