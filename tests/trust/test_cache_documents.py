"""Documents in the cache that another release may have written: what has another shape counts as absent."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run

SHAPES: dict[str, Any] = {
    "empty": {},
    "format only": {"format": 1},
    "later format": {"format": 2, "tags": {}, "asked_at": 1.0, "head": None, "latest": None},
    "list": [],
    "null": None,
    "text": "x",
    "wrong tags": {"format": 1, "tags": [], "asked_at": 1.0, "head": None, "latest": None},
    "tags of numbers": {"format": 1, "tags": {"v1.0.0": 1}, "asked_at": 1.0, "head": None, "latest": None},
    "tags of words": {"format": 1, "tags": {"v1.0.0": "x"}, "asked_at": 1.0, "head": None, "latest": None},
    "no time": {"format": 1, "tags": {}, "asked_at": "now", "head": None, "latest": None},
    "true time": {"format": 1, "tags": {}, "asked_at": True, "head": None, "latest": None},
    "endless time": {"format": 1, "tags": {}, "asked_at": float("nan"), "head": None, "latest": None},
    "numbers": {"format": 1, "tags": {}, "asked_at": 1.0, "head": 1, "latest": 2, "commit": 3, "depends_on_folder": 4},
    "lists": {"format": 1, "commit": [], "depends_on_folder": [], "files": [], "answers": [], "source": []},
    "text for yes": {"format": 1, "depends_on_folder": "yes", "commit": "abc"},
    "a rendering of another shape": {
        "format": 1,
        "source": "x",
        "version": "v",
        "answers_file": "a",
        "answers": "{}",
        "files": {"a": ["x"]},
        "write_once": [],
    },
    "a rendering of numbers": {
        "format": 1,
        "source": "x",
        "version": "v",
        "answers_file": "a",
        "answers": "{}",
        "files": {"a": ["x", True, 1, None]},
        "write_once": [],
    },
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_shapes(shape: object, installed: Path, scaffold: Run) -> None:
    wanted = scaffold("check", installed)
    assert wanted.code == 1
    documents = sorted(Path(os.environ["SCAFFOLD_CACHE_DIR"]).rglob("*.json"))
    assert {path.parent.name for path in documents} >= {"versions", "renders", "valid"}
    for path in documents:
        body = json.dumps(shape).encode()
        path.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        assert scaffold("check", installed) == wanted, path
    for path in documents:
        path.write_bytes(hashlib.sha256(b"{").hexdigest().encode() + b"\n{")
    assert scaffold("check", installed) == wanted
