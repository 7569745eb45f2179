"""The template as a whole: what plain Copier makes of it, what Windows can store, what the workflows do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from copier import Settings, run_recopy
from tests.conftest import IN_CI

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.renderings import Renderer

EVERYTHING: dict[str, Any] = {
    "issue_types": ["infrastructure", "bug_report", "feature_request", "documentation"],
    "chooser": True,
    "security_contact_url": "https://example.com/security",
    "drift_check_workflow": True,
    "update_workflow": True,
    "label_sync_workflow": True,
    "pre_commit": True,
    "tool_source": "git@example.com:o/r.git",
    "tool_version": "v1.0.0",
}


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


PLATFORMS = pytest.mark.parametrize("platform", ["github", "forgejo", "gitea", "gitlab"])


@PLATFORMS
def test_rendering_twice_gives_the_same_bytes(render: Renderer, platform: str) -> None:
    answers = EVERYTHING | {"platform": platform}
    assert _contents(render(**answers)) == _contents(render.anew(**answers))


@PLATFORMS
def test_recorded_answers_render_the_same_bytes(render: Renderer, tmp_path: Path, platform: str) -> None:
    before = render(**EVERYTHING | {"platform": platform})
    answers_file = ".copier-answers.scaffold.yml"
    shutil.copy(before / answers_file, tmp_path)
    run_recopy(tmp_path, answers_file=answers_file, skip_answered=True, overwrite=True, quiet=True, settings=Settings())
    assert _contents(tmp_path) == _contents(before)


def test_plain_copier_needs_no_trust(template: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", str(template), str(tmp_path / "repo")]
    environment = {**os.environ, "COPIER_SETTINGS_PATH": str(tmp_path / "none.yml")}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert set(_contents(tmp_path / "repo")) == {
        ".copier-answers.scaffold.yml",
        ".github/ISSUE_TEMPLATE/infrastructure.md",
        ".github/ISSUE_TEMPLATE/infrastructure.yml",
        ".github/labels.yml",
    }


def test_template_runs_nothing(template: Path) -> None:
    settings = {name for name in yaml.safe_load((template / "copier.yml").read_bytes()) if name.startswith("_")}
    assert settings == {"_min_copier_version", "_subdirectory", "_answers_file", "_envops"}


def test_windows_can_store_every_path(template: Path) -> None:
    for path in template.rglob("*"):
        relative = path.relative_to(template)
        assert not set(relative.as_posix()) & set('<>:"|?*\\'), relative
        assert all(not part.endswith((".", " ")) for part in relative.parts), relative
        # Leaves room for the folder that it is cloned into; Windows stops at 260.
        assert len(str(relative)) <= 140, relative


def test_every_issue_type_is_a_choice_and_the_other_way_round(template: Path, questions: dict[str, Any]) -> None:
    catalog = {file.name.removesuffix(".yml.jinja") for file in (template / "template/catalog").glob("*.yml.jinja")}
    assert set(questions["issue_types"]["choices"].values()) == catalog


def test_catalog_labels_keep_githubs_limits(template: Path) -> None:
    labels = yaml.safe_load((template / "template/catalog/labels.yml").read_bytes())
    colors = {label["name"]: label["color"] for label in labels}
    assert len(colors) == len(labels)
    assert colors.items() >= {"bug": "d73a4a", "enhancement": "a2eeef", "documentation": "0075ca"}.items()
    assert all(isinstance(label["color"], str) and len(label["description"]) <= 100 for label in labels)


def test_label_that_the_catalog_lacks_is_explained(render: Renderer) -> None:
    repo = render(labels=["DevOps", "my own", "Bug"], issue_types=["infrastructure", "bug_report"])
    assert yaml.safe_load((repo / ".github/labels.yml").read_bytes()) == [
        {"name": "DevOps", "color": "5319e7", "description": "Build, release and operation of the software"},
        {"name": "my own", "color": "ededed", "description": "Set by the issue template infrastructure"},
        {"name": "Bug", "color": "d73a4a", "description": "Something doesn't work as it should"},
    ]


def test_labels_config_has_the_agreed_shape(render: Renderer) -> None:
    lines = (render() / ".github/labels.yml").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")][:3] == [
        '- name: "infrastructure"',
        '  color: "1d76db"',
        '  description: "Servers, networks, deployment, monitoring"',
    ]


@pytest.mark.parametrize(
    ("source", "installed_from"),
    [
        ("git@example.com:o/r.git", "ssh://git@example.com/o/r.git"),
        ("https://example.com/o/r", "https://example.com/o/r"),
        ("file:///o/r", "file:///o/r"),
    ],
)
@PLATFORMS
def test_tool_is_installed_from_where_the_answer_says(
    render: Renderer, platform: str, source: str, installed_from: str
) -> None:
    repo = render(**EVERYTHING | {"tool_source": source, "platform": platform})
    installs = list(_installs(repo))
    assert installs
    for variables, command in installs:
        assert "-P" in command  # what a pull request brings along as `pip.py` is not run
        assert variables["TOOL_SOURCE"] == installed_from
        assert variables["TOOL_VERSION"] == "v1.0.0"
        shell = command.replace("python -P -m pip install", "printf %s")
        printed = subprocess.run(["bash", "-c", shell], env=variables, capture_output=True, text=True, check=True)
        assert printed.stdout == f"issue-scaffold @ git+{installed_from}@v1.0.0"


def _installs(repo: Path) -> Iterator[tuple[dict[str, str], str]]:
    for file in repo.glob(".*/workflows/*.yml"):
        for job in yaml.safe_load(file.read_bytes())["jobs"].values():
            yield from ((step["env"], step["run"]) for step in job["steps"] if "pip install" in step.get("run", ""))
    for file in repo.glob(".gitlab/ci/*.yml"):
        for job in yaml.safe_load(file.read_bytes()).values():
            yield from ((job["variables"], line) for line in job.get("before_script", ()))


def _program(folder: Path, name: str, body: str) -> None:
    (folder / name).write_text(f"#!{sys.executable}\nimport json, sys, yaml\n{body}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


@pytest.mark.skipif(shutil.which("jq") is None and not IN_CI, reason="runs the workflow's script, which needs jq")
def test_label_sync_takes_labels_as_data(render: Renderer, tmp_path: Path) -> None:
    repo = render(label_sync_workflow=True)
    workflow = yaml.safe_load((repo / ".github/workflows/sync-labels.yml").read_bytes())
    step = next(step for step in workflow["jobs"]["sync"]["steps"] if "run" in step)
    _program(tmp_path, "yq", "for label in yaml.safe_load(open(sys.argv[-1])): print(json.dumps(label))")
    _program(tmp_path, "gh", "print(json.dumps(sys.argv[1:]))")
    labels = [
        {"name": "--force $(touch x) `id` \"q\" 'k' 🔧 \\n", "color": "#d73a4a", "description": "$HOME; exit 3"},
        {"name": "plain"},
    ]
    (tmp_path / "labels.yml").write_text(yaml.safe_dump(labels), encoding="utf-8")
    result = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "LABELS_CONFIG": "labels.yml"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        ["label", "create", "--force", "--color=d73a4a", "--description=$HOME; exit 3", "--", labels[0]["name"]],
        ["label", "create", "--force", "--color=ededed", "--description=", "--", "plain"],
    ]
    assert not (tmp_path / "x").exists()
