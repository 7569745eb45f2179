"""The installed jobs that keep labels in line on GitLab, Gitea and Forgejo: run against each forge's stand-in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ci.conftest import EVERYTHING, Runner, load
from tests.conftest import write_tree
from tests.labels.fake_gitea import FakeGitea
from tests.labels.fake_github import FakeGitHub, FakeServer
from tests.labels.fake_gitlab import FakeGitLab
from tests.labels.fake_numbered import FakeNumbered


def gitlab_job(render: Callable[..., Path]) -> tuple[str, dict[str, str]]:
    job = load(render(**EVERYTHING, platform="gitlab") / ".gitlab/ci/scaffold-labels.yml")["scaffold-labels"]
    return "\n".join(job["before_script"] + job["script"]), job["variables"]


def forgejo_job(render: Callable[..., Path]) -> tuple[str, dict[str, str]]:
    job = load(render(**EVERYTHING, platform="forgejo") / ".forgejo/workflows/sync-labels.yml")["jobs"]["sync"]
    *_, install, apply = job["steps"]
    return f"{install['run']}\n{apply['run']}", {**install["env"], **apply["env"]}


@pytest.mark.parametrize(
    ("make", "job", "variables"),
    [
        (
            FakeGitLab,
            gitlab_job,
            {"CI_PROJECT_URL": "{server}/octo/demo", "CI_API_V4_URL": "{server}/api/v4", "GITLAB_TOKEN": "{token}"},
        ),
        (
            FakeGitea,
            forgejo_job,
            {
                "GITHUB_SERVER_URL": "{server}",
                "GITHUB_REPOSITORY": "octo/demo",
                "API": "{server}/api/v1",
                "FORGEJO_TOKEN": "{token}",
            },
        ),
    ],
    ids=["gitlab", "forgejo"],
)
def test_a_job_brings_the_labels_in_line(
    render: Callable[..., Path],
    runner: Runner,
    repo: Path,
    make: Callable[[], FakeNumbered],
    job: Callable[[Callable[..., Path]], tuple[str, dict[str, str]]],
    variables: dict[str, str],
) -> None:
    fake = make()
    place = fake.place()
    place.add("defect", "000000")
    place.put(1, "defect")
    lines, given = job(render)
    write_tree(repo, {given["LABELS_CONFIG"]: "- {name: bug, color: d73a4a, aliases: [defect]}\n"})
    server = FakeServer(FakeGitHub())
    server.github, server.prefix = fake, fake.prefix
    try:
        given |= {name: text.format(server=server.address, token=fake.token) for name, text in variables.items()}
        step = runner.run(lines, repo, **given)
        assert step.code == 0, step
        assert place.state() == {"bug": ("d73a4a", "")}
        assert place.on(1) == {"bug"}
        assert fake.token not in step.out + step.err
        secret = next(name for name in variables if name.endswith("_TOKEN"))
        refused = runner.run(lines, repo, **given | {secret: "another"})
        assert refused.code == 3
        assert f"the token in {secret} is not valid" in refused.err + refused.out
    finally:
        server.close()
