"""What snippets, workflows and the action install is what they then run: with the real pip, venv and git.

The tests beside this one run the same lines many times, on runners where pip only keeps what it was asked for. Here
each is run once. The URL that they name leads to a repository on this machine, and pip finds what the project needs in
wheels of what is installed.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ci.conftest import EVERYTHING, ROOT, URL, VERSIONS, Runner, load, served
from tests.ci.fake_forge import REPOSITORY, TOKEN, FakeForge
from tests.ci.test_action import Action
from tests.ci.test_snippets import scripts
from tests.conftest import commit_all, git, write_tree
from tests.labels.fake_github import FakeGitHub, FakeServer

JOBS = {
    "github": (".github/workflows/scaffold-check.yml", "check"),
    "forgejo": (".forgejo/workflows/scaffold-check.yml", "check"),
    "gitea": (".gitea/workflows/scaffold-check.yml", "check"),
}


@pytest.fixture
def installing(runner: Runner, world: Path) -> Runner:
    """Return a runner that installs, where the project isn't installed yet."""
    for stand_in in runner.programs.iterdir():
        stand_in.unlink()
    runner.variables |= served(world) | {
        "PATH": f"{world / 'environment/bin'}{os.pathsep}{os.environ['PATH']}",
    }
    # Its requirements may stay from the test before; with them pip has less to do.
    for path in [*world.glob("environment/lib/*/site-packages/issue_scaffold*")]:
        shutil.rmtree(path)
    (world / "environment/bin/scaffold").unlink(missing_ok=True)
    return runner


@pytest.fixture(scope="session")
def backend(world: Path) -> dict[str, str]:
    """Install what builds the project into the environment; return the variables by which pip takes that."""
    command = [str(world / "environment/bin/python"), "-m", "pip", "install", "--quiet", "hatchling"]
    subprocess.run(command, env={**os.environ, **served(world)}, check=True)
    return {"PIP_NO_BUILD_ISOLATION": "0"}  # pip's negative options are turned on by a zero


@pytest.fixture
def building(installing: Runner, backend: dict[str, str]) -> Runner:
    """Return a runner that installs with the build backend that is there: the action's tests let pip get it."""
    installing.variables |= backend
    return installing


@pytest.fixture
def shop(repo: Path, scaffold: Callable[..., Any]) -> Path:
    """Return a committed repository made from the bundled template."""
    assert scaffold("init", repo).code == 0
    commit_all(repo)
    return repo


def commit(world: Path) -> str:
    """Return the commit that all versions of the project are."""
    return git(world / "project", "rev-parse", "HEAD")


def test_snippets_run_what_they_installed(building: Runner, world: Path, shop: Path) -> None:
    """They install by the same line, which is run once."""
    snippets = [(name, *lines.split("\n", 1)) for name, lines in scripts()]
    ((install,),) = [{line for _, line, _ in snippets}]
    done = building.run(install, shop)
    assert done.code == 0, done.out + done.err
    said = building.run("scaffold --version", shop).out
    assert f"{world}/environment/" in said
    assert f"installed by pip from git+{URL}@{commit(world)}" in said
    for name, _, then in snippets:
        step = building.run(then, shop)
        assert step.code == 0, (name, step.out, step.err)


def test_workflows_run_what_they_installed(
    building: Runner, world: Path, shop: Path, render: Callable[..., Path]
) -> None:
    """They install by the same step, which is run once."""
    ran = None
    for platform, (path, name) in JOBS.items():
        steps = load(render(**EVERYTHING, platform=platform) / path)["jobs"][name]["steps"]
        install = installs(steps)
        step = (install["run"], install["env"])
        if ran is None:
            done = building.run(install["run"], shop, **install["env"])
            assert done.code == 0, done.out + done.err
            assert f"git+{URL}@{commit(world)}" in building.run("scaffold --version", shop).out
            ran = step
        assert step == ran
        (check,) = [step for step in steps if step.get("name") == "Check"]
        assert building.run(check["run"], shop, TRUSTED_REF="").code == 0, platform


def test_the_job_on_gitlab_runs_what_it_installed(
    building: Runner, world: Path, shop: Path, render: Callable[..., Path]
) -> None:
    job = load(render(**EVERYTHING, platform="gitlab") / ".gitlab/ci/scaffold-check.yml")["scaffold-check"]
    done = building.run("\n".join([*job["before_script"], *job["script"]]), shop, **job["variables"])
    assert done.code == 0, done.out + done.err
    assert f"git+{URL}@{commit(world)}" in building.run("scaffold --version", shop).out


def test_the_action_runs_another_version_or_its_own_checkout(
    installing: Runner, world: Path, shop: Path, installed: Path
) -> None:
    (installing.programs / "python3").symlink_to(world / "environment/bin/python")
    action = Action(installing, shop)
    place = Path(installing.variables["RUNNER_TEMP"], "issue-scaffold")
    said = []
    code = f"open({str(installing.folder / 'mark')!r}, 'a').write(__name__)\n"
    # A pull request may bring files that are called as Python's own modules.
    write_tree(shop, {f"{name}.py": code for name in ("venv", "pip", "json", "sitecustomize", "click/__init__")})
    commit_all(shop)
    for version in (VERSIONS[0], ""):
        run = action(version=version)
        assert (run.code, run.step.outputs["status"]) == (0, "clean"), run.step.err
        said.append(installing.run(f"'{place}/bin/scaffold' --version", shop).out)
        # What it makes of its own checkout is there: it takes that for its own, or makes it again.
        if version:
            shutil.rmtree(place)
            place.symlink_to(installed)
    assert f"@{commit(world)})" in said[0]
    assert f"installed by pip from {ROOT})" in said[1]
    assert not (installing.folder / "mark").exists()


def test_the_action_says_that_it_could_not_install(installing: Runner, world: Path, shop: Path) -> None:
    (installing.programs / "python3").symlink_to(world / "environment/bin/python")
    run = Action(installing, shop)(version="never-released")
    assert run.code == 3
    assert "::error" in run.step.out


def installs(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the step that installs."""
    (step,) = [step for step in steps if "pip install" in step.get("run", "")]
    return step


def test_the_label_workflow_plans_and_applies_with_what_it_installed(
    building: Runner, shop: Path, render: Callable[..., Path]
) -> None:
    jobs = load(render(**EVERYTHING) / ".github/workflows/sync-labels.yml")["jobs"]
    assert installs(jobs["plan"]["steps"]) == installs(jobs["sync"]["steps"])
    step = installs(jobs["plan"]["steps"])
    done = building.run(step["run"], shop, **step["env"])
    assert done.code == 0, done.out + done.err
    server = FakeServer(FakeGitHub())
    try:
        labels = server.github.repository("octo-org/shop").labels
        building.variables |= {"GITHUB_API_URL": server.address, "GH_TOKEN": server.github.token}
        for job in ("plan", "sync"):
            last = jobs[job]["steps"][-1]
            done = building.run(last["run"], shop, LABELS_CONFIG=last["env"]["LABELS_CONFIG"])
            assert done.code == 0, done.out + done.err
            assert ("infrastructure" in labels) == (job == "sync")
    finally:
        server.close()


def commands(lines: str) -> list[str]:
    """Return the commands of a script, however it is broken into lines."""
    return lines.replace("; ", "\n").splitlines()


@pytest.mark.parametrize("kind", ["action", "gitlab"])
def test_an_update_installs_the_newest_tool_and_records_it(
    installing: Runner, world: Path, shop: Path, render: Callable[..., Path], scaffold: Callable[..., Any], kind: str
) -> None:
    """From a pinned release to the newest one of the same place, in one request."""
    platform = "github" if kind == "action" else kind
    answers = {"platform": platform, "drift_check_workflow": "true", "tool_source": URL, "tool_version": VERSIONS[0]}
    (shop / ".copier-answers.scaffold.yml").unlink()
    words = [word for name, value in answers.items() for word in ("-d", f"{name}={value}")]
    assert scaffold("init", shop, *words, "--on-conflict", "keep").code == 0
    commit_all(shop)
    remote = installing.folder / f"{REPOSITORY}.git"
    git(shop, "clone", "--quiet", "--bare", ".", str(remote))
    (installing.programs / "python3").symlink_to(world / "environment/bin/python")
    with FakeForge("github" if kind == "action" else kind) as api:
        installing.variables |= api.variables(f"file://{installing.folder}")
        if kind == "action":
            step = Action(installing, shop)(command="update", token=TOKEN).step
        else:
            job = load(render(**EVERYTHING, platform=kind) / ".gitlab/ci/scaffold-update.yml")["scaffold-update"]
            step = installing.run("\n".join(job["script"]), shop, TOOL_SOURCE=URL, TOOL_VERSION=VERSIONS[0])
        assert step.code == 0, step.out + step.err
        (request,) = api.items
    assert f"issue-scaffold to {VERSIONS[1]}" in request["title"]
    branch = "refs/heads/scaffold/update"
    assert f"tool_version: {VERSIONS[1]}" in git(remote, "show", f"{branch}:.copier-answers.scaffold.yml")
    assert git(remote, "grep", "--count", VERSIONS[1], branch, "--", "*scaffold-check.yml")


@pytest.mark.parametrize("platform", ["github", "forgejo", "gitea"])
def test_an_update_runs_the_same_commands_elsewhere(render: Callable[..., Path], platform: str) -> None:
    """Where no action of that name is, as on GitLab; which forge it is, the script sees by the job's variables."""
    job = load(render(**EVERYTHING, platform="gitlab") / ".gitlab/ci/scaffold-update.yml")["scaffold-update"]
    file = render(**EVERYTHING, platform=platform) / f".{platform}/workflows/scaffold-update.yml"
    (step,) = load(file)["jobs"]["update"]["steps"]
    assert commands(step["run"]) == job["script"]
    assert {name: step["env"][name] for name in ("TOOL_SOURCE", "TOOL_VERSION")} == {
        name: job["variables"][name] for name in ("TOOL_SOURCE", "TOOL_VERSION")
    }
