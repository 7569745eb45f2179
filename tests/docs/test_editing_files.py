"""The page on editing files: what it says of ruamel.yaml is what ruamel.yaml does, and what it says of us is ours."""

import json
import re
from io import StringIO
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from tests.docs.pages import ROOT

from issue_scaffold.sync import structured_files

PAGE = ROOT / "docs" / "explanation" / "editing-files.md"
SETTINGS = ".github/settings.yml"
LABELS = ".github/labels.yml"
NEW = "infra"
_SECTION = re.compile(r"^### (.+?)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r'^```yaml title="(.+?)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
SECTIONS = {
    title: blocks
    for title, body in _SECTION.findall(PAGE.read_text(encoding="utf-8"))
    if (blocks := dict(_BLOCK.findall(body)))
}


def round_trip(text: str, *, add: bool = False, width: int | None = 4096) -> str:
    """Load a file and dump it, as carefully as ruamel.yaml can."""
    yaml = YAML()
    yaml.preserve_quotes = True
    if width is not None:
        yaml.width = width
    data: Any = yaml.load(text)
    if add:
        labels_of(data).append({"name": NEW})
    out = StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def labels_of(data: Any) -> Any:  # noqa: ANN401 - YAML's data
    return data["labels"] if isinstance(data, dict) else data


def with_label(text: str) -> str:
    """Add a label as `init` does."""
    path = SETTINGS if "labels:" in text else LABELS
    theirs = [{"name": NEW}]
    merged = structured_files.merge(path, None, text, json.dumps({"labels": theirs} if path == SETTINGS else theirs))
    assert merged is not None
    assert structured_files.merge(path, None, merged.text, json.dumps(theirs if path == LABELS else {"labels": theirs}))
    return merged.text


def insertions(before: str, after: str) -> str:
    """Return what was put into a text in one piece; fail if anything else changed."""
    same = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(before))
    assert after.endswith(before[same:])
    return after[same : len(after) - len(before) + same]


def test_the_page_has_its_examples() -> None:
    assert len(SECTIONS) == 5


@pytest.mark.parametrize("section", SECTIONS)
def test_a_round_trip_is_as_shown_and_ours_changes_nothing_else(section: str) -> None:
    blocks = dict(SECTIONS[section])
    before = blocks.pop("the file")
    made = {
        "ruamel.yaml, nothing changed": lambda: round_trip(before),
        "ruamel.yaml, a label added": lambda: round_trip(before, add=True),
        "scaffold, a label added": lambda: with_label(before),
    }
    for title, shown in blocks.items():
        assert made[title]() == shown, title
    assert NEW in insertions(before, with_label(before))


UNSEEN = {
    "CRLF": "- name: bug\r\n- name: docs\r\n",
    "byte order mark": "\ufeff- name: bug\n",
    "last line": "- name: bug",
    "blanks": "- name: bug  \n- name: docs\n",
}


@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN)
def test_what_can_not_be_seen_is_lost_in_a_round_trip_and_kept_by_us(text: str) -> None:
    assert round_trip(text) != text
    assert NEW in insertions(text, with_label(text))


def test_what_can_not_be_loaded() -> None:
    for text in ("- name: bug\t# why\n", "- {name: bug, color: fff, color: eee}\n"):
        with pytest.raises(YAMLError):
            round_trip(text)
        assert NEW in insertions(text, with_label(text))


def test_long_lines_are_broken_by_the_normal_settings() -> None:
    text = f"- description: {' '.join(['word'] * 25)}\n  name: bug\n"
    assert round_trip(text) == text
    assert round_trip(text, width=None) != text
    assert NEW in insertions(text, with_label(text))
