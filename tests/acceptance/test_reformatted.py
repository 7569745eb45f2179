"""Files that a formatter laid out anew are no drift; what was edited besides is.

With the real prettier and mdformat, over what a released version installs, which neither left as it was.
"""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conftest import ANSWERS, IN_CI, Run, commit_all

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = ".github/ISSUE_TEMPLATE"
RELEASE = "v1.2.0"
TYPES = "[infrastructure, bug_report, feature_request, documentation]"
NPM = Path(__file__).parents[1] / "ci" / "npm"


def _prettier(repo: Path) -> None:
    program = NPM / "node_modules/.bin/prettier"
    if not program.exists() and not IN_CI:
        pytest.skip("prettier is not installed: npm ci --prefix tests/ci/npm")
    subprocess.run([program, "--write", "--log-level=warn", "."], cwd=repo, check=True)


def _mdformat(repo: Path) -> None:
    program = Path(sysconfig.get_path("scripts")) / "mdformat"
    subprocess.run([program, *repo.glob(f"{FOLDER}/*.md")], check=True)


@pytest.fixture(params=[_prettier, _mdformat], ids=["prettier", "mdformat"])
def formatted(request: pytest.FixtureRequest, scaffold: Run, repo: Path) -> Path:
    """Return a repository with everything that a release installs, formatted by a tool."""
    reformat: Callable[[Path], None] = request.param
    options = ("-d", f"issue_types={TYPES}", "-d", "chooser=true")
    assert scaffold("init", repo, "--ref", RELEASE, *options).code == 0
    reformat(repo)
    commit_all(repo)
    return repo


def _kinds(scaffold: Run, repo: Path, *options: str) -> tuple[int, dict[str, str]]:
    result = scaffold("check", repo, "--format", "json", *options)
    (target,) = json.loads(result.out)["targets"]
    found = {finding["path"]: finding["kind"] for finding in target["findings"] if finding["path"] != ANSWERS}
    return result.code, found


def test_formatting_is_shown_fails_when_asked_and_does_not_hide_an_edit(scaffold: Run, formatted: Path) -> None:
    fail_on = "modified,missing,conflict,invalid,untracked"
    code, kinds = _kinds(scaffold, formatted, "--fail-on", fail_on)
    assert (code, set(kinds.values())) == (0, {"reformatted"})
    assert f"{FOLDER}/infrastructure.md" in kinds
    assert _kinds(scaffold, formatted, "--fail-on", "reformatted") == (1, kinds)
    file = formatted / FOLDER / "infrastructure.md"
    file.write_text(file.read_text(encoding="utf-8").replace("Load Balancer", "Balancer"), encoding="utf-8")
    code, kinds = _kinds(scaffold, formatted, "--fail-on", fail_on)
    assert (code, kinds[f"{FOLDER}/infrastructure.md"]) == (1, "modified")
    text = scaffold("check", formatted, "--fail-on", fail_on).out
    assert "only its formatting differs from the template" in text


def test_formatted_files_are_updated_without_a_conflict(scaffold: Run, formatted: Path) -> None:
    result = scaffold("update", formatted)
    assert result.code == 0, result.out + result.err
    code, kinds = _kinds(scaffold, formatted)
    assert code == 0
    assert set(kinds.values()) <= {"reformatted"}
