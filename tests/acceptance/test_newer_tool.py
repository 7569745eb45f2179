"""`check` says that a newer release of the tool is out, where it can know that without asking anybody unasked."""

import json
from pathlib import Path

import pytest
from tests.conftest import Run, Template, commit_all, git, write_tree

from issue_scaffold import __version__

URL = "https://git.example.com/tools/issue-scaffold.git"
QUESTIONS = "tool_source:\n  type: str\ntool_version:\n  type: str\n"
ASKED = ("--refresh",)


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the tool's repository, which its URL leads to; it has the releases v0.1.0 and v0.0.9."""
    folder = tmp_path / "tool"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    for version in ("v0.0.9", "v0.1.0"):
        release(folder, version)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{folder.as_uri()}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", URL)
    return folder


def release(tool: Path, version: str) -> None:
    """Release another version of the tool."""
    write_tree(tool, {"version": version})
    commit_all(tool)
    git(tool, "tag", version)


def notes(scaffold: Run, repo: Path, *options: str) -> list[str]:
    """Return what `check` remarks on the tool; it is clean all the same."""
    done = scaffold("check", repo, "--format", "json", *options)
    assert done.code == 0, done.err
    (target,) = json.loads(done.out)["targets"]
    return [note for note in target.get("notes", ()) if "issue-scaffold" in note]


def installed(scaffold: Run, repo: Path, template: Template, version: str, source: str = URL) -> None:
    """Make a repository whose workflows install a version of the tool."""
    template.release("v1.0.0", {"copier.yml": QUESTIONS, "a.md": "one\n"})
    answers = ("-d", f"tool_source={source}", "-d", f"tool_version={version}")
    assert scaffold("init", repo, "-t", str(template), *answers).code == 0


def test_the_newest_release_is_named_once_somebody_asked(
    scaffold: Run, repo: Path, template: Template, tool: Path
) -> None:
    installed(scaffold, repo, template, "v0.1.0")
    release(tool, "v9.0.0")
    assert notes(scaffold, repo) == notes(scaffold, repo, "--offline") == []
    (note,) = notes(scaffold, repo, *ASKED)
    assert "issue-scaffold v9.0.0 is out, and this repository installs v0.1.0" in note
    assert note.endswith("scaffold update -d tool_version=v9.0.0")
    assert notes(scaffold, repo) == notes(scaffold, repo, "--offline") == [note]


@pytest.mark.parametrize("version", ["v0.0.9", "0.0.9"])
def test_what_runs_is_known_without_asking(scaffold: Run, repo: Path, template: Template, version: str) -> None:
    installed(scaffold, repo, template, version)
    (note,) = notes(scaffold, repo, "--offline")
    prefix = "v" if version.startswith("v") else ""
    assert f"issue-scaffold {prefix}{__version__} is out, and this repository installs {version}" in note


@pytest.mark.parametrize(
    "version", [f"v{__version__}", "v99.0.0", "main", "0123456789012345678901234567890123456789", "1234567"]
)
def test_what_is_newest_or_unknown_is_no_news(
    scaffold: Run, repo: Path, template: Template, tool: Path, version: str
) -> None:
    assert tool.is_dir()
    installed(scaffold, repo, template, version)
    assert notes(scaffold, repo) == notes(scaffold, repo, *ASKED) == []


def test_a_release_pinned_by_its_commit_is_a_release(scaffold: Run, repo: Path, template: Template, tool: Path) -> None:
    installed(scaffold, repo, template, git(tool, "rev-parse", "v0.0.9"))
    assert notes(scaffold, repo) == []
    (note,) = notes(scaffold, repo, *ASKED)
    assert "this repository installs v0.0.9" in note


@pytest.mark.parametrize(
    "source", ["https://127.0.0.1:9/o/r", "-x", "ext::sh -c true", "https://issue-scaffold.invalid/template.git"]
)
def test_a_source_that_cannot_be_asked_is_no_error(scaffold: Run, repo: Path, template: Template, source: str) -> None:
    installed(scaffold, repo, template, "v0.1.0", source)
    assert notes(scaffold, repo, *ASKED) == []


def test_a_folder_of_this_machine_is_not_looked_at(scaffold: Run, repo: Path, template: Template, tool: Path) -> None:
    release(tool, "v9.0.0")
    installed(scaffold, repo, template, "v0.1.0", tool.as_uri())
    assert notes(scaffold, repo, *ASKED) == []
