"""The jobs of docs/how-to/labels.md that keep labels in line on GitLab, Gitea and Forgejo: taken, and run."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from tests.ci.conftest import Runner, check_schema
from tests.ci.test_snippets import PAGES, SNIPPET
from tests.conftest import write_tree
from tests.labels.fake_gitea import FakeGitea
from tests.labels.fake_github import FakeGitHub, FakeServer
from tests.labels.fake_gitlab import FakeGitLab
from tests.labels.fake_numbered import FakeNumbered

JOBS = dict(SNIPPET.findall(PAGES[-1].read_text(encoding="utf-8")))


def gitlab_lines() -> str:
    return "\n".join(yaml.safe_load(JOBS["gitlab-ci"])["labels"]["script"])


def forgejo_lines() -> str:
    (step,) = (step for step in forgejo_steps() if step["name"] == "Apply")
    return str(step["run"])


def forgejo_steps() -> list[dict[str, str]]:
    steps: list[dict[str, str]] = yaml.safe_load(JOBS["forgejo-workflows"])["jobs"]["apply"]["steps"]
    return steps


def test_the_schemas_take_the_jobs(tmp_path: Path) -> None:
    write_tree(tmp_path, {"gitlab.yml": JOBS["gitlab-ci"], "forgejo.yml": JOBS["forgejo-workflows"]})
    check_schema("gitlab-ci", tmp_path / "gitlab.yml")
    check_schema("github-workflows", tmp_path / "forgejo.yml")


@pytest.mark.parametrize(
    ("make", "lines", "config", "variables"),
    [
        (
            FakeGitLab,
            gitlab_lines,
            ".gitlab/labels.yml",
            {"CI_PROJECT_URL": "{server}/octo/demo", "CI_API_V4_URL": "{server}/api/v4", "GITLAB_TOKEN": "{token}"},
        ),
        (
            FakeGitea,
            forgejo_lines,
            ".forgejo/labels.yml",
            {
                "SERVER": "{server}",
                "REPOSITORY": "octo/demo",
                "API": "{server}/api/v1",
                "FORGEJO_TOKEN": "{token}",
            },
        ),
    ],
    ids=["gitlab", "forgejo"],
)
def test_a_job_brings_the_labels_in_line(
    runner: Runner,
    repo: Path,
    make: Callable[[], FakeNumbered],
    lines: Callable[[], str],
    config: str,
    variables: dict[str, str],
) -> None:
    fake = make()
    place = fake.place()
    place.add("defect", "000000")
    place.put(1, "defect")
    write_tree(repo, {config: "- {name: bug, color: d73a4a, aliases: [defect]}\n"})
    server = FakeServer(FakeGitHub())
    server.github, server.prefix = fake, fake.prefix
    try:
        given = {name: text.format(server=server.address, token=fake.token) for name, text in variables.items()}
        step = runner.run(lines(), repo, **given)
        assert step.code == 0, step
        assert place.state() == {"bug": ("d73a4a", "")}
        assert place.on(1) == {"bug"}
        assert fake.token not in step.out + step.err
        secret = next(name for name in given if name.endswith("_TOKEN"))
        refused = runner.run(lines(), repo, **given | {secret: "another"})
        assert refused.code == 3
        assert f"the token in {secret} is not valid" in refused.err + refused.out
    finally:
        server.close()
