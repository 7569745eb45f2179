"""What is installed stays as it is under the formatters that repositories run on all of their files.

With the real prettier, mdformat and yamllint, by their defaults.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import IN_CI

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.renderings import Renderer

NPM = Path(__file__).parents[1] / "ci" / "npm"
SCRIPTS = Path(sysconfig.get_path("scripts"))
TYPES = ["infrastructure", "bug_report", "feature_request", "documentation"]
FORGES = ["github", "forgejo", "gitea", "gitlab"]
LINK = {"name": 'Ask "us": it\'s \\ free', "url": "https://example.com/a?b=c#d", "about": "Chat"}
EVERYTHING: dict[str, Any] = {
    "issue_types": TYPES,
    "chooser": True,
    "contact_links": [LINK],
    "security_contact_url": "https://example.com/security",
    "assignees": ["octocat"],
    "drift_check_workflow": True,
    "update_workflow": True,
    "label_sync_workflow": True,
    "pre_commit": True,
    "tool_source": "https://example.com/o/r.git",
    "tool_version": "v1.0.0",
}
# Texts that need quotes, and lists that don't fit into a line.
QUOTES: dict[str, Any] = {
    "labels": ['say "so"', "it's", "back\\slash", "Yes", "ünï", *(letter * 20 for letter in "abc")],
    "assignees": [letter * 30 for letter in "abc"],
    "title_prefix": 'Infra: "x" it\'s ',
    "task_type": ['a "b" c', "it's", "Yes", "1:30", "a: b", "a #b", "x" * 100],
    "platform": "github",
}
CASES = [
    {},
    *(
        EVERYTHING | {"platform": forge, "format": form}
        for forge, form in itertools.product(FORGES, ["both", "form", "markdown"])
    ),
    *(EVERYTHING | {"labels_config": f".github/{name}"} for name in ("labels.json", "settings.yml")),
    EVERYTHING | {"choices": "dropdowns", "emoji": False, "assignees": [], "contact_links": [], "labels": []},
    EVERYTHING | QUOTES,
    {"label_sync_workflow": True, "sections": ["cost"]},
    {"change_options": True, "sections": ["ai_ml"], "data_pipeline": []},
]


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def installed(render: Renderer, tmp_path: Path) -> Path:
    """Return a folder with what every case installs, each in a folder of its own."""
    for number, case in enumerate(CASES):
        shutil.copytree(render(**case), tmp_path / f"case{number}")
    return tmp_path


def _run(program: Path, *arguments: str, cwd: Path) -> None:
    done = subprocess.run([program, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {path for path in before if before[path] != after[path]}


def test_prettier_changes_nothing(installed: Path) -> None:
    program = NPM / "node_modules/.bin/prettier"
    if not program.exists() and not IN_CI:
        pytest.skip("prettier is not installed: npm ci --prefix tests/ci/npm")
    before = _contents(installed)
    _run(program, "--write", "--log-level=warn", ".", cwd=installed)
    assert _changed(before, _contents(installed)) == set()


def test_mdformat_changes_nothing(installed: Path) -> None:
    before = _contents(installed)
    _run(SCRIPTS / "mdformat", ".", cwd=installed)
    assert _changed(before, _contents(installed)) == set()


def test_yamllint_finds_nothing_but_long_lines(installed: Path) -> None:
    _run(SCRIPTS / "yamllint", "-d", "{extends: default, rules: {line-length: disable}}", ".", cwd=installed)


def _comments(text: str) -> Iterator[str]:
    yield from re.findall(r"^ *#.*$", text, re.MULTILINE)


@pytest.mark.parametrize(("case", "place"), [(EVERYTHING, "https://example.com/o/r.git"), ({}, "search for ")])
def test_head_says_where_the_tool_is_to_be_had(render: Renderer, case: dict[str, Any], place: str) -> None:
    for path, content in _contents(render(**case)).items():
        if path.endswith((".yml", ".yaml")):
            first, second = content.decode().splitlines()[:2]
            assert "scaffold update -d KEY=VALUE" in first
            assert second.startswith(f"# Where to get issue-scaffold: {place}")


@pytest.mark.parametrize("forge", FORGES)
def test_no_comment_of_an_author_is_in_a_form(render: Renderer, forge: str) -> None:
    folders = {"github": ".github/ISSUE_TEMPLATE"}
    folder = render(**EVERYTHING | {"platform": forge}) / folders.get(forge, f".{forge}/issue_template")
    forms = list(folder.glob("*.yml"))
    assert bool(forms) == (forge != "gitlab")
    for form in forms:
        assert len(list(_comments(form.read_text(encoding="utf-8")))) == 2, os.fspath(form)
