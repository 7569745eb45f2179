"""Which forge and CI a repository uses, by its files and its remote."""

from pathlib import Path

import pytest
import yaml

from issue_scaffold.forge.detection import EVIDENCE, detect, hidden_workflows

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("existing", "host", "platform"),
    [
        ([], None, None),
        ([".github/workflows"], None, "github"),
        ([".gitlab-ci.yml"], None, "gitlab"),
        ([".gitlab"], None, "gitlab"),
        ([".forgejo"], None, "forgejo"),
        ([".gitea"], None, "gitea"),
        ([".forgejo", ".gitea"], None, "forgejo"),
        ([".github/workflows", ".gitlab-ci.yml"], None, None),
        ([".github/ISSUE_TEMPLATE", ".forgejo"], None, None),
        ([".circleci/config.yml"], None, None),
        ([], "github.com", "github"),
        ([], "gitlab.com", "gitlab"),
        ([], "codeberg.org", "forgejo"),
        ([], "GitLab.example.com", "gitlab"),
        ([], "gitea.example.com", "gitea"),
        ([], "git.example.com", None),
        ([], "notgitlab.example.com", None),
        ([".github/workflows"], "codeberg.org", "forgejo"),
        ([".gitlab-ci.yml"], "github.com", "github"),
        ([".gitea"], "git.example.com", "gitea"),
        ([".gitea", ".gitea/workflows"], "codeberg.org", "gitea"),
        ([".gitea"], "codeberg.org", "gitea"),
        ([".gitea", ".forgejo"], "codeberg.org", "forgejo"),
        ([".gitea", ".gitea/workflows", ".forgejo", ".forgejo/workflows"], "codeberg.org", "forgejo"),
    ],
)
def test_forge_is_what_remote_and_files_tell(existing: list[str], host: str | None, platform: str | None) -> None:
    forge = detect(existing, host).forge
    assert (forge and forge.key) == platform


@pytest.mark.parametrize(
    ("existing", "answers"),
    [([], {}), ([".github/workflows"], {}), ([".gitlab-ci.yml"], {"platform": "gitlab"})],
)
def test_only_what_differs_from_the_default_is_suggested(existing: list[str], answers: dict[str, str]) -> None:
    assert detect(existing).answers == answers


@pytest.mark.parametrize(
    ("path", "system", "noted"),
    [
        (".github/workflows", "GitHub Actions", False),
        (".gitlab-ci.yml", "GitLab CI", False),
        (".forgejo/workflows", "Forgejo Actions", False),
        (".gitea/workflows", "Gitea Actions", False),
        ("azure-pipelines.yml", "Azure Pipelines", True),
        (".circleci/config.yml", "CircleCI", True),
        ("Jenkinsfile", "Jenkins", True),
        (".woodpecker.yml", "Woodpecker", True),
    ],
)
def test_ci_is_named_and_noted_where_the_template_has_no_workflow(path: str, system: str, *, noted: bool) -> None:
    detection = detect([path])
    assert detection.systems == (system,)
    assert [system in note for note in detection.notes] == ([True] if noted else [])


def test_several_systems_are_all_named() -> None:
    detection = detect([".github/workflows", "Jenkinsfile", ".circleci/config.yml"])
    assert detection.systems == ("GitHub Actions", "CircleCI", "Jenkins")
    assert len(detection.notes) == 2


@pytest.mark.parametrize(
    ("existing", "written", "hidden"),
    [
        ([".github/workflows"], ".forgejo/workflows/scaffold-check.yml", ".github/workflows"),
        ([".gitea/workflows", ".github/workflows"], ".forgejo/workflows/scaffold-check.yml", ".gitea/workflows"),
        ([".github/workflows"], ".gitea/workflows/scaffold-check.yml", ".github/workflows"),
        ([".github/workflows", ".forgejo/workflows"], ".forgejo/workflows/scaffold-check.yml", None),
        ([".github/workflows"], ".forgejo/issue_template/infrastructure.yml", None),
        ([".github/workflows"], ".github/workflows/scaffold-check.yml", None),
        ([], ".forgejo/workflows/scaffold-check.yml", None),
    ],
)
def test_workflows_that_a_new_folder_hides_are_named(existing: list[str], written: str, hidden: str | None) -> None:
    notes = hidden_workflows(existing, [written])
    assert [f"workflows in {hidden};" in note for note in notes] == ([True] if hidden else [])


def test_every_platform_is_a_choice_of_the_template() -> None:
    choices = yaml.safe_load((ROOT / "copier.yml").read_bytes())["platform"]["choices"].values()
    found = {forge.key for path in EVIDENCE if (forge := detect([path]).forge)}
    assert found == set(choices)
