"""Fixes on real files: nothing new is found afterwards, a second run changes nothing, the data stays what it was."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from issue_scaffold.validate.engine import run_rules
from issue_scaffold.validate.fixer import fix_files

SHARED = Path(os.environ.get("SCAFFOLD_CORPUS") or "nowhere")
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="SCAFFOLD_CORPUS isn't set")
SUFFIXES = {".yml", ".yaml", ".md", ".json", ".toml"}


def corpus() -> Iterator[tuple[str, bytes]]:
    for path in sorted(SHARED.rglob("*.*")):
        if path.suffix in SUFFIXES and path.is_file() and "manifest" not in path.name and path.parent != SHARED:
            yield str(path), path.read_bytes()


def leaves(node: Any) -> Iterator[str]:  # noqa: ANN401 - YAML's data
    """Yield the texts of a tree; keys are left out, since fixes move and rename them."""
    if isinstance(node, dict):
        for value in node.values():
            yield from leaves(value)
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value)
    else:
        yield str(node)


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
def test_fixes_settle_and_make_nothing_new(unsafe: bool) -> None:
    changed = 0
    for path, content in corpus():
        before = run_rules({path: content}, together=False).diagnostics
        mended = fix_files({path: content}, [path], unsafe=unsafe, together=False).get(path)
        if mended is None:
            continue
        changed += 1
        after = run_rules({mended.path: mended.content}, together=False).diagnostics
        assert fix_files({mended.path: mended.content}, [mended.path], unsafe=unsafe, together=False) == {}, path
        if any(item.rule.id in {"yaml/syntax", "template/front-matter-syntax"} for item in before):
            continue  # what a file holds comes to light once it can be read
        had, has = (Counter(item.rule.id for item in found) for found in (before, after))
        assert all(has[rule] <= had[rule] for rule in has), path
    print(f"files mended: {changed}")  # noqa: T201 - a figure for people
    assert changed > 50


def test_safe_fixes_keep_the_data() -> None:
    for path, content in corpus():
        if Path(path).suffix not in {".yml", ".yaml"}:
            continue
        mended = fix_files({path: content}, [path], unsafe=False, together=False).get(path)
        if mended is None:
            continue
        try:
            before, after = (list(yaml.safe_load_all(data)) for data in (content, mended.content))
        except yaml.YAMLError:
            continue
        gone = Counter(leaves(before)) - Counter(leaves(after))
        new = Counter(leaves(after)) - Counter(leaves(before))
        # Each finding changes a value or takes one away; colours are many to a finding.
        assert gone.total() <= mended.fixed or "labels" in path, (path, gone, new)
        # What isn't there any more was told, or became something else.
        told = Counter(str(item.value) for item in mended.removed)
        untold = Counter(str(value) for value in gone.elements() if str(value).strip() not in {"", "None"}) - told
        assert untold.total() <= new.total(), (path, untold, new)
        comments = [line for line in content.splitlines() if line.lstrip().startswith(b"#")]
        assert [line for line in mended.content.splitlines() if line.lstrip().startswith(b"#")] == comments, path
