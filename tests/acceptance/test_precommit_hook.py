"""The hooks that other repositories get from this one, run by pre-commit itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import Run, Template, commit_all, git, write_tree

PROJECT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())
}
FORM = ".github/ISSUE_TEMPLATE/infrastructure.yml"


def pre_commit(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run pre-commit in a repository, with this environment's command in reach."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PRE_COMMIT_COLOR": "never"}
    command = [sys.executable, "-m", "pre_commit", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def as_local(*ids: str) -> str:
    """Return a pre-commit config with the hooks as they are, but for the environment that pre-commit would build."""
    hooks = [HOOKS[name] | {"language": "system"} for name in ids]
    return str(yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}))


def test_the_hooks_are_what_users_configure() -> None:
    assert HOOKS.keys() == {"scaffold-check", "scaffold-validate"}
    for hook in HOOKS.values():
        assert hook["language"] == "python"
        assert hook["entry"].startswith("scaffold ")
        assert hook["pass_filenames"] is False
        assert set(hook["stages"]) == {"pre-commit", "pre-merge-commit", "pre-push", "manual"}
        # pre-commit names no deleted files: https://github.com/pre-commit/pre-commit/issues/3502
        assert hook["always_run"] is True
        assert "files" not in hook


def test_pre_commit_runs_them(scaffold: Run, repo: Path) -> None:
    assert scaffold("init", repo).code == 0
    write_tree(repo, {".pre-commit-config.yaml": as_local("scaffold-check", "scaffold-validate"), "a.py": "1\n"})
    assert pre_commit(repo, "install").returncode == 0
    git(repo, "add", "--all")
    first = subprocess.run(
        ["git", "commit", "-m", "init"], cwd=repo, capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip
    assert first.returncode == 0, first.stdout + first.stderr
    write_tree(repo, {"a.py": "2\n"})
    git(repo, "add", "--all")
    others = pre_commit(repo, "run")
    assert others.returncode == 0
    assert others.stdout.count("Passed") == 2
    labels = repo / ".github/labels.yml"
    labels.write_text(labels.read_text().replace("color: ", "color: 'ffffff' # ", 1))
    git(repo, "add", "--all")
    failed = pre_commit(repo, "run")
    assert failed.returncode == 1
    assert ".github/labels.yml" in failed.stdout
    assert "scaffold update --restore .github/labels.yml" in failed.stdout
    for stage in ("pre-push", "pre-merge-commit", "manual"):
        assert pre_commit(repo, "run", "--all-files", "--hook-stage", stage).returncode == 1


def test_a_commit_that_only_deletes_is_stopped(scaffold: Run, repo: Path) -> None:
    assert scaffold("init", repo).code == 0
    write_tree(repo, {".pre-commit-config.yaml": as_local("scaffold-check"), "docs/a.md": "a\n"})
    assert pre_commit(repo, "install").returncode == 0
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    git(repo, "add", "--all")
    subprocess.run(["git", "commit", "-m", "a"], cwd=repo, env=environment, check=True, capture_output=True)
    for path in (FORM, ".github/labels.yml", ".github/ISSUE_TEMPLATE/infrastructure.md"):
        for delete in (("rm", "--quiet", path), ("mv", path, "docs/a.old"), ("rm", "--quiet", "--cached", path)):
            git(repo, *delete)
            done = subprocess.run(
                ["git", "commit", "-m", "b"], cwd=repo, env=environment, check=False, capture_output=True, text=True
            )
            assert done.returncode == 1, delete
            assert path in done.stderr + done.stdout, delete
            assert git(repo, "rev-list", "--count", "HEAD") == "1"
            git(repo, "reset", "--quiet", "--hard")


def test_a_partial_commit_is_judged_by_its_own_index(scaffold: Run, repo: Path) -> None:
    assert scaffold("init", repo).code == 0
    write_tree(repo, {".pre-commit-config.yaml": as_local("scaffold-check"), "a.txt": "a\n"})
    assert pre_commit(repo, "install").returncode == 0
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    git(repo, "add", "--all")
    subprocess.run(["git", "commit", "-m", "a"], cwd=repo, env=environment, check=True, capture_output=True)
    git(repo, "rm", "--quiet", "--cached", FORM)
    write_tree(repo, {"a.txt": "b\n"})
    subprocess.run(["git", "commit", "-m", "b", "a.txt"], cwd=repo, env=environment, check=True, capture_output=True)
    assert git(repo, "show", "--format=", "--name-only", "HEAD") == "a.txt"


def test_a_git_template_from_the_cache(scaffold: Run, template: Template, repo: Path) -> None:
    template.release("v1", {".github/a.md": "a\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    write_tree(repo, {".pre-commit-config.yaml": as_local("scaffold-check")})
    commit_all(repo)
    assert pre_commit(repo, "run", "--all-files").returncode == 0
    write_tree(repo, {".github/a.md": "b\n"})
    git(repo, "add", "--all")
    assert pre_commit(repo, "run", "--all-files").returncode == 1


def test_try_repo_builds_and_runs_it(
    scaffold: Run, repo: Path, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a user tries it: pre-commit installs this project with pip and runs the hook.

    pip takes what the project needs from wheels of what is installed here, so that the outcome doesn't hang on the day.
    """
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    project = tmp_path / "project"
    names = ("src", "template", "copier.yml", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
    project.mkdir()
    for name in names:
        place = PROJECT / name
        if place.is_dir():
            shutil.copytree(place, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(place, project / name)
    git(project, "init", "--quiet")
    commit_all(project)
    assert scaffold("init", repo).code == 0
    commit_all(repo)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))
    done = pre_commit(repo, "try-repo", project, "scaffold-check", "--all-files")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout
