"""`init` installs where the repository keeps its templates already."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Template, git

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


def _forms(repo: Path, *names: str, folder: str = ".github/ISSUE_TEMPLATE") -> Path:
    place = repo / folder
    place.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        (place / name).write_bytes(FORM.replace(b"Bug report", b"Crash %d" % number))
    return place


@pytest.mark.parametrize(
    ("own", "suffix"),
    [
        (["crash.yaml"], "yaml"),
        (["crash.yml"], "yml"),
        ([], "yml"),
        (["config.yaml"], "yml"),
        (["a.yaml", "b.yml"], "yml"),
        (["a.yaml", "b.yaml", "c.yml"], "yaml"),
        (["infrastructure.yaml", "b.yml"], "yaml"),
        (["infrastructure.yml", "b.yaml", "c.yaml"], "yml"),
    ],
)
def test_new_forms_end_as_the_own_ones(own: list[str], suffix: str, scaffold: Callable[..., Any], repo: Path) -> None:
    place = _forms(repo, *own)
    options = ("--on-conflict", "replace")
    assert scaffold("init", repo, *options).code == 0
    found = {path.name for path in place.glob("infrastructure.*")}
    assert found == {"infrastructure.md", f"infrastructure.{suffix}"}
    assert scaffold("check", repo, "--fail-on", "missing,modified").code == 0


def test_every_command_knows_a_form_by_the_suffix_that_it_got(
    scaffold: Callable[..., Any], repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo)
    place = _forms(repo, "crash.yaml")
    assert scaffold("init", repo).code == 0
    assert scaffold("update", repo, "-d", "issue_types=[infrastructure, bug_report]").code == 0
    assert {path.name for path in place.glob("*.y*")} == {
        "crash.yaml",
        "infrastructure.yaml",
        "bug_report.yaml",
    }
    assert scaffold("check", repo).code == 0
    form = place / "bug_report.yaml"
    written = form.read_bytes()
    form.unlink()
    missing = scaffold("check", repo)
    assert missing.code == 1
    assert "bug_report.yaml" in missing.out
    assert scaffold("update", repo, "--restore", form.relative_to(repo)).code == 0
    assert form.read_bytes() == written
    form.write_bytes(written + b"# ours\n")
    assert scaffold("check", repo).code == 1
    named = form.relative_to(repo)
    assert scaffold("accept", named, "--reason", "ours").code == 0, named
    assert scaffold("check", repo).code == 0
    assert scaffold("undo", repo).code == 0
    assert scaffold("check", repo).code == 1


def test_an_update_follows_a_form_that_got_the_other_suffix(scaffold: Callable[..., Any], repo: Path) -> None:
    place = _forms(repo)
    assert scaffold("init", repo).code == 0
    (place / "infrastructure.yml").rename(place / "infrastructure.yaml")
    assert scaffold("check", repo).code == 1
    assert scaffold("update", repo).code == 0
    assert {path.name for path in place.iterdir()} == {"infrastructure.md", "infrastructure.yaml"}
    assert scaffold("check", repo).code == 0
    (place / "infrastructure.yaml").unlink()
    _forms(repo, "infrastructure.yml")
    assert scaffold("update", repo).code == 0
    assert (place / "infrastructure.yml").read_bytes() == FORM.replace(b"Bug report", b"Crash 0")


@pytest.mark.parametrize(("platform", "name"), [("gitea", "config.yaml"), ("github", "config.yml")])
def test_choosers_are_called_as_their_forge_reads_them(
    platform: str, name: str, scaffold: Callable[..., Any], repo: Path
) -> None:
    place = _forms(repo, "crash.yaml", folder=f".{platform}/issue_template")
    assert scaffold("init", repo, "-d", f"platform={platform}", "-d", "chooser=true").code == 0
    assert {path.name for path in place.glob("config.*")} == {name}
    assert scaffold("check", repo).code == 0


def test_a_file_that_another_one_names_keeps_its_name(
    scaffold: Callable[..., Any], repo: Path, template: Template
) -> None:
    files: dict[str, str | bytes | None] = {
        ".github/ISSUE_TEMPLATE/ask.yml": FORM,
        ".github/ISSUE_TEMPLATE/tell.yml": FORM.replace(b"Bug report", b"Tell"),
        "HELP.md": "Use new?template=ask.yml\n",
    }
    template.release("v1.0.0", files)
    place = _forms(repo, "crash.yaml")
    assert scaffold("init", repo, "-t", template).code == 0
    assert {path.name for path in place.iterdir()} == {"crash.yaml", "ask.yml", "tell.yaml"}


def test_the_folder_of_what_a_forge_is_a_fork_of_is_enough(scaffold: Callable[..., Any], repo: Path) -> None:
    git(repo, "remote", "add", "origin", "https://codeberg.org/o/n")
    _forms(repo, "crash.yml", folder=".gitea/issue_template")
    assert scaffold("init", repo).code == 0
    assert not (repo / ".forgejo").exists()
    assert scaffold("check", repo).code == 0


def test_what_differs_by_case_is_named_with_the_right_spelling(scaffold: Callable[..., Any], repo: Path) -> None:
    _forms(repo, "crash.yml", folder=".GitHub/ISSUE_TEMPLATE")
    done = scaffold("init", repo)
    assert done.code == 1
    assert "git mv .GitHub .github\n" in done.err
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "-m", "start")
    git(repo, "mv", ".GitHub", ".github")
    assert scaffold("init", repo).code == 0


def test_a_change_that_is_checked_by_a_trusted_revision_may_bring_files_of_another_suffix(
    scaffold: Callable[..., Any], repo: Path
) -> None:
    place = _forms(repo, "crash.yaml")
    assert scaffold("init", repo).code == 0
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "-m", "start")
    assert scaffold("update", repo, "-d", "issue_types=[infrastructure, bug_report]").code == 0
    assert "bug_report.yml" not in scaffold("check", repo, "--trusted-ref", "HEAD").out
    settings = repo / ".github" / "scaffold.yml"
    settings.write_text(settings.read_text().replace("bug_report.yaml", "crash.yaml"))
    (place / "bug_report.yaml").unlink()
    assert "bug_report.yml" in scaffold("check", repo, "--trusted-ref", "HEAD").out
