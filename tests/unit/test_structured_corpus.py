"""Real labels configs, from a folder that `SCAFFOLD_CORPUS` names: the two labels come, every other byte stays."""

import json
import os
from pathlib import Path

import pytest

from issue_scaffold.sync import structured_files

_FOLDER = Path(os.environ.get("SCAFFOLD_CORPUS", os.devnull)) / "corpus" / "labels"
_NOT_LABELS = {"srvaroa__labeler__labeler.yml"}  # rules that apply labels, not definitions
_FILES = sorted(path for path in _FOLDER.glob("*") if path.suffix in {".yml", ".yaml", ".json"})

pytestmark = pytest.mark.skipif(not _FILES, reason="SCAFFOLD_CORPUS names no folder with labels configs")

LABELS = [
    {"name": "scaffold: infrastructure", "color": "1d76db", "description": "Infrastructure work: servers # and such"},
    {"name": "scaffold-devops", "color": "000000", "description": "Pipelines"},
]


def _path(file: Path) -> str:
    if file.suffix == ".yml" and "settings" in file.stem.lower():
        return ".github/settings.yml"
    return f".github/labels{file.suffix}"


@pytest.mark.parametrize("file", [path for path in _FILES if path.name not in _NOT_LABELS], ids=lambda path: path.name)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_two_labels_come_and_every_other_byte_stays(file: Path, newline: str) -> None:
    path, ours = _path(file), file.read_text("utf-8").replace("\n", newline)
    in_settings = path.endswith("settings.yml")
    theirs, none = (json.dumps({"labels": labels} if in_settings else labels) for labels in (LABELS, []))
    merged = structured_files.merge(path, None, ours, theirs)
    assert merged is not None
    assert merged.notes == ()
    assert structured_files.differences(path, theirs, merged.text) == ()
    assert structured_files.merge(path, None, merged.text, theirs) == merged
    assert len(merged.text) > len(ours)
    assert _is_ours_with_one_insertion(merged.text, ours)
    back = structured_files.merge(path, theirs, merged.text, none)
    assert back is not None
    assert back.text == ours


@pytest.mark.parametrize("file", [path for path in _FILES if path.name in _NOT_LABELS], ids=lambda path: path.name)
def test_what_defines_no_labels_is_left_alone(file: Path) -> None:
    assert structured_files.merge(_path(file), None, file.read_text("utf-8"), json.dumps(LABELS)) is None


def _is_ours_with_one_insertion(text: str, ours: str) -> bool:
    same = next((at for at, (one, other) in enumerate(zip(text, ours, strict=False)) if one != other), len(ours))
    return text.endswith(ours[same:])
