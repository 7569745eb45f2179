"""Repositories made from a released version update to the working tree's template, whatever they had answered."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from tests.conftest import ANSWERS, Run, commit_all, git, read_tree

from issue_scaffold.template import bundled

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
TOOL = {"tool_source": "https://example.com/o/r", "tool_version": "v1"}
RELEASES = list(bundled.versions().tags)[:2]


@pytest.fixture(scope="module")
def successor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with the released history and, as the newest version, the working tree's template."""
    folder = tmp_path_factory.mktemp("successor") / "template"
    git(folder.parent, "clone", "--quiet", "--branch=main", str(bundled.BUNDLE), str(folder))
    shutil.rmtree(folder / "template")
    shutil.copytree(ROOT / "template", folder / "template")
    shutil.copy(ROOT / "copier.yml", folder)
    git(folder, "add", "--all")
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid")
    git(folder, *identity, "commit", "--quiet", "--allow-empty", "-m", "next")
    git(folder, "tag", "v99.0.0")
    return folder


@pytest.mark.parametrize(
    ("release", "answers"),
    [
        *((release, {}) for release in RELEASES),
        *((release, {"drift_check_workflow": "true", "pre_commit": "true", **TOOL}) for release in RELEASES),
        (RELEASES[0], {"labels_config": ".github/settings.yml", "chooser": "true", "format": "markdown"}),
        (RELEASES[1], {"label_sync_workflow": "true"}),
        (RELEASES[1], {"drift_check_workflow": "true", "label_sync_workflow": "true", **TOOL}),
    ],
)
def test_recorded_answers_are_enough(
    scaffold: Run, successor: Path, repo: Path, release: str, answers: Mapping[str, str]
) -> None:
    data = [word for name, value in answers.items() for word in ("-d", f"{name}={value}")]
    assert scaffold("init", repo, "-t", successor, "--ref", release, *data).code == 0
    commit_all(repo)
    before = read_tree(repo)
    result = scaffold("update", repo)
    assert result.code == 0, result.err
    recorded = yaml.safe_load((repo / ANSWERS).read_bytes())
    assert recorded["_commit"] == "v99.0.0"
    assert recorded["platform"] == "github"
    assert scaffold("check", repo).code == 0
    assert read_tree(repo).keys() == before.keys()


def test_repository_moves_to_another_forge(scaffold: Run, successor: Path, repo: Path) -> None:
    assert scaffold("init", repo, "-t", successor, "--ref", RELEASES[0]).code == 0
    commit_all(repo)
    result = scaffold("update", repo, "-d", "platform=gitlab")
    assert result.code == 0, result.err
    assert set(read_tree(repo)) == {ANSWERS, ".gitlab/issue_templates/infrastructure.md", ".gitlab/labels.yml"}
    assert scaffold("check", repo).code == 0
