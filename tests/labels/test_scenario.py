"""A repository with sixty labels is tidied: ten renamed, three merged, five deleted, and nothing is left to do."""

import json
from pathlib import Path

import pytest
import yaml
from tests.conftest import Run, git
from tests.labels.fake_github import FakeGitHub

CONFIG = ".github/labels.yml"
RENAMED, MERGED, DELETED = range(10), range(10, 13), range(20, 25)


@pytest.mark.parametrize("github", ["direct"], indirect=True)
@pytest.mark.parametrize("has_graphql", [True, False])
def test_sixty_labels_are_tidied(github: FakeGitHub, folder: Path, scaffold: Run, has_graphql: bool) -> None:
    github.has_graphql = has_graphql
    github.limits = ((1, 1.0), (80, 60.0), (500, 3600.0))
    repository = github.repository("octo/shop")
    for number in range(60):
        repository.add(f"label {number}", f"0000{number:02}", f"text {number}")
    for number in range(1, 201):
        repository.put(number, f"label {number % 60}", f"label {(number * 7) % 60}", pull=number % 3 == 0)
    had = {number: repository.on(number) for number in repository.issues}
    git(folder, "remote", "add", "origin", "git@github.com:octo/shop.git")

    assert scaffold("labels", "export", "-o", CONFIG).code == 0
    assert scaffold("labels", "plan", "--prune").code == 0
    assert scaffold("init", "--defaults", "-d", f"labels_config={CONFIG}").code == 0
    assert scaffold("labels", "apply", "--yes").code == 0
    (folder / CONFIG).write_text(_tidied(yaml.safe_load((folder / CONFIG).read_text())))
    git(folder, "add", "--all")

    plan = json.loads(scaffold("labels", "plan", "--prune", "--format", "json").out)["targets"][0]["steps"]
    merges = {step["name"]: step["issues"] for step in plan if step["action"] == "merge"}
    having = {f"label {old}": sum(f"label {old}" in names for names in had.values()) for old in MERGED}
    assert merges == having
    forced = [word for number in DELETED for word in ("--force-in-use", f"label {number}")]
    assert scaffold("labels", "apply", "--yes", "--prune", *forced).code == 0

    before = github.count()
    assert scaffold("labels", "plan", "--prune").code == 0
    assert github.count() - before == 1
    check = scaffold("check", "--labels")
    assert check.code == 0, check
    for number, names in had.items():
        assert repository.on(number) == {_heir(name) for name in names} - {""}


def _tidied(rows: list[dict[str, object]]) -> str:
    kept = []
    for row in rows:
        name = str(row["name"])
        heir = _heir(name)
        if heir.startswith("new "):
            kept.append({**row, "name": heir, "aliases": [name]})
        elif heir == name:
            aliases = [f"label {old}" for old in MERGED if _heir(f"label {old}") == name]
            kept.append({**row, "aliases": aliases} if aliases else row)
    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True)


def _heir(name: str) -> str:
    """Return what takes a label's place, nothing where it is deleted."""
    if not name.startswith("label "):
        return name  # what init has added
    number = int(name.removeprefix("label "))
    if number in RENAMED:
        return f"new {number}"
    if number in MERGED:
        return f"label {number + 20}"
    return "" if number in DELETED else name
