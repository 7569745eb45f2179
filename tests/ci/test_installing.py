"""What snippets, workflows and the action install is what they then run: with the real pip, venv and git.

The tests beside this one run the same lines many times, on runners where pip only keeps what it was asked for. Here
each is run once. The URL that they name leads to a repository on this machine, and pip finds what the project needs in
wheels of what is installed.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ci.conftest import EVERYTHING, ROOT, Runner, load
from tests.ci.test_action import Action
from tests.ci.test_snippets import scripts
from tests.conftest import commit_all, git
from tests.packing import copy_project, pack

URL = str(EVERYTHING["tool_source"])
VERSIONS = ("v0.1.0", str(EVERYTHING["tool_version"]))
JOBS = {
    "github": (".github/workflows/scaffold-check.yml", "check"),
    "forgejo": (".forgejo/workflows/scaffold-check.yml", "check"),
    "gitea": (".gitea/workflows/scaffold-check.yml", "check"),
}


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the project's repository, wheels of what it needs, and an environment with nothing in it."""
    folder = tmp_path_factory.mktemp("the world")
    copy_project(folder / "project")
    pack(folder / "wheels")
    subprocess.run([sys.executable, "-m", "venv", folder / "environment"], check=True)
    return folder


@pytest.fixture
def installing(runner: Runner, world: Path) -> Runner:
    """Return a runner that installs, where the project isn't installed yet."""
    for stand_in in runner.programs.iterdir():
        stand_in.unlink()
    project = world / "project"
    if not (project / ".git").exists():
        git(project, "init", "--quiet", "--initial-branch=main")
        commit_all(project)
        for version in VERSIONS:
            git(project, "tag", version)
    served = (URL, f"https://git.example.com/{'/'.join(ROOT.parts[-3:-1])}")
    rules = {f"GIT_CONFIG_KEY_{number}": f"url.{project.as_uri()}.insteadOf" for number in range(len(served))}
    rules |= {f"GIT_CONFIG_VALUE_{number}": url for number, url in enumerate(served)}
    runner.variables |= rules | {
        "GIT_CONFIG_COUNT": str(len(served)),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": (world / "wheels").as_uri(),
        "PATH": f"{world / 'environment/bin'}{os.pathsep}{os.environ['PATH']}",
    }
    # Its requirements may stay from the test before; with them pip has less to do.
    subprocess.run(
        [world / "environment/bin/python", "-m", "pip", "uninstall", "--quiet", "--yes", "issue-scaffold"],
        check=True,
        capture_output=True,
    )
    return runner


@pytest.fixture
def shop(repo: Path, scaffold: Callable[..., Any]) -> Path:
    """Return a committed repository made from the bundled template."""
    assert scaffold("init", repo).code == 0
    commit_all(repo)
    return repo


def commit(world: Path) -> str:
    """Return the commit that all versions of the project are."""
    return git(world / "project", "rev-parse", "HEAD")


@pytest.mark.parametrize(("name", "lines"), list(scripts()), ids=[name for name, _ in scripts()])
def test_a_snippet_runs_what_it_installed(installing: Runner, world: Path, shop: Path, name: str, lines: str) -> None:
    step = installing.run(lines, shop)
    assert step.code == 0, (name, step.out, step.err)
    said = installing.run("scaffold --version", shop).out
    assert f"{world}/environment/" in said
    assert f"installed by pip from git+{URL}@{commit(world)}" in said


@pytest.mark.parametrize("platform", JOBS)
def test_a_workflow_runs_what_it_installed(
    installing: Runner, world: Path, shop: Path, render: Callable[..., Path], platform: str
) -> None:
    path, name = JOBS[platform]
    steps = load(render(**EVERYTHING, platform=platform) / path)["jobs"][name]["steps"]
    (install,) = [step for step in steps if "pip install" in step.get("run", "")]
    done = installing.run(install["run"], shop, **install["env"])
    assert done.code == 0, done.out + done.err
    (check,) = [step for step in steps if step.get("name") == "Check"]
    assert installing.run(check["run"], shop, TRUSTED_REF="").code == 0
    assert f"git+{URL}@{commit(world)}" in installing.run("scaffold --version", shop).out


def test_the_job_on_gitlab_runs_what_it_installed(
    installing: Runner, world: Path, shop: Path, render: Callable[..., Path]
) -> None:
    job = load(render(**EVERYTHING, platform="gitlab") / ".gitlab/ci/scaffold-check.yml")["scaffold-check"]
    done = installing.run("\n".join([*job["before_script"], *job["script"]]), shop, **job["variables"])
    assert done.code == 0, done.out + done.err
    assert f"git+{URL}@{commit(world)}" in installing.run("scaffold --version", shop).out


def test_the_action_runs_its_own_checkout_or_another_version(installing: Runner, world: Path, shop: Path) -> None:
    (installing.programs / "python3").symlink_to(world / "environment/bin/python")
    action = Action(installing, shop)
    place = Path(installing.variables["RUNNER_TEMP"], "issue-scaffold/bin/scaffold")
    said = []
    for version in ("", VERSIONS[0]):
        run = action(version=version)
        assert (run.code, run.step.outputs["status"]) == (0, "clean"), run.step.err
        said.append(installing.run(f"'{place}' --version", shop).out)
    assert f"installed by pip from {ROOT})" in said[0]
    assert f"@{commit(world)})" in said[1]


def test_the_action_says_that_it_could_not_install(installing: Runner, world: Path, shop: Path) -> None:
    (installing.programs / "python3").symlink_to(world / "environment/bin/python")
    run = Action(installing, shop)(version="never-released")
    assert run.code == 3
    assert "::error" in run.step.out
