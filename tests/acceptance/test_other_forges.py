"""Who is on another forge than GitHub reads nothing of GitHub, and finds nothing of it in the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conftest import Run, commit_all, git, read_tree

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = {"gitlab": "gitlab.com", "forgejo": "codeberg.org", "gitea": "gitea.com"}


@pytest.mark.parametrize("forge", HOSTS)
def test_no_command_speaks_of_github_elsewhere(scaffold: Run, repo: Path, forge: str) -> None:
    git(repo, "remote", "add", "origin", f"https://{HOSTS[forge]}/octo/shop.git")
    types = "issue_types=[infrastructure, bug_report]"
    said = [scaffold("init", repo, "-d", types)]
    assert said[0].code == 0
    commit_all(repo)
    (template,) = repo.glob(f".{forge}/*/infrastructure.md")
    text = template.read_text(encoding="utf-8").replace("Load Balancer", "Balancer").replace('"task"', '"taks"')
    template.write_text(text, encoding="utf-8")
    (repo / f".{forge}" / "labels.yaml").write_text("- name: x\n  color: 'ff0000'\n", encoding="utf-8")
    said += [
        scaffold(*words)
        for words in (
            ("check", repo),
            ("validate", repo, "--show", "info"),
            ("update", repo, "--dry-run"),
            ("update", repo, "-d", "title_prefix=x"),
        )
    ]
    assert [result.code for result in said[1:4]] == [1, 0, 0]
    spoken = "\n".join(result.out + result.err for result in said)
    lines = [line for line in spoken.splitlines() if "github" in line.casefold() and "see: " not in line]
    assert lines == []
    assert not [path for path in read_tree(repo) if path.startswith(".github")]
