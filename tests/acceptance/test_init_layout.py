"""`init` installs where the repository keeps its templates already."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FORM = b"name: Bug report\ndescription: Tell us\nbody:\n  - type: input\n    attributes:\n      label: Version\n"


@pytest.mark.parametrize(
    ("folder", "platform"),
    [
        (".gitea/ISSUE_TEMPLATE", "gitea"),
        (".gitea/issue_template", "gitea"),
        (".gitea/Issue_Template", "gitea"),
        (".gitea/issue_template", "forgejo"),
        (".forgejo/ISSUE_TEMPLATE", "forgejo"),
        (".github/issue_template", "github"),
        ("ISSUE_TEMPLATE", "gitea"),
        (".github/ISSUE_TEMPLATE", "gitea"),
        (".gitlab/issue_template", "forgejo"),
        ("docs/ISSUE_TEMPLATE", "forgejo"),
    ],
)
def test_the_own_folder_comes_before_the_templates(
    folder: str, platform: str, scaffold: Callable[..., Any], repo: Path
) -> None:
    own = repo / folder / "bug.yml"
    own.parent.mkdir(parents=True)
    own.write_bytes(FORM)
    done = scaffold("init", repo, "-d", f"platform={platform}")
    assert done.code == 0, done
    found = {path.parent.relative_to(repo).as_posix() for path in repo.rglob("infrastructure.*")}
    assert found == {folder}
    assert "templates_folder" not in (repo / ".copier-answers.scaffold.yml").read_text()
    assert scaffold("check", repo).code == 0
    assert scaffold("update", repo).code == 0
    (repo / folder / "infrastructure.yml").write_bytes(FORM)
    assert scaffold("check", repo).code == 1
