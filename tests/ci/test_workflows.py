"""What the template installs for CI: what linters and schemas say, and what the steps do when they are run."""

import itertools
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from tests.ci.conftest import EVERYTHING, ROOT, Runner, check_schema, load, zizmor
from tests.conftest import commit_all, git, write_tree
from tests.labels.fake_github import FakeGitHub, FakeServer

PLATFORMS = ("github", "forgejo", "gitea")
ON_GITHUB = ("https://github.com/o-o/issue.scaffold.git", "git@github.com:o-o/issue.scaffold")
FILE = ".github/ISSUE_TEMPLATE/infrastructure.md"


def workflows(render: Callable[..., Path]) -> list[Path]:
    """Return every workflow that the template can install, with each combination of what changes their text."""
    switches = ("drift_check_workflow", "update_workflow", "label_sync_workflow")
    tool = {name: EVERYTHING[name] for name in ("tool_source", "tool_version")}
    repos = [render(**EVERYTHING, platform=platform) for platform in PLATFORMS]
    repos += [render(**EVERYTHING | {"tool_source": url}) for url in ON_GITHUB]
    for values in itertools.product([True, False], repeat=3):
        needs_tool = values[0] or values[1]
        repos.append(render(**dict(zip(switches, values, strict=True)), **(tool if needs_tool else {})))
    return [file for repo in repos for file in repo.glob(".*/workflows/*.yml")]


def test_actionlint_finds_nothing(
    render: Callable[..., Path], actionlint: Callable[[Iterable[Path]], list[dict[str, Any]]]
) -> None:
    files = workflows(render)
    assert len(files) > 10
    findings = actionlint([*files, *ROOT.glob(".github/workflows/*.yml")])
    # It knows the labels of GitHub's runners only; a Forgejo runner is called what its owner likes.
    assert [row for row in findings if row["kind"] != "runner-label" or ".forgejo" not in row["file"]] == []


def test_actionlint_would_find_something(
    tmp_path: Path, actionlint: Callable[[Iterable[Path]], list[dict[str, Any]]]
) -> None:
    job = "{runs-on: ubuntu-latest, steps: [{run: '${{ github.nope }}'}]}"
    write_tree(tmp_path, {"x.yml": f"on: push\njobs: {{a: {job}}}"})
    (finding,) = actionlint([tmp_path / "x.yml"])
    assert finding["kind"] == "expression"


def test_zizmor_finds_nothing(render: Callable[..., Path]) -> None:
    zizmor(*workflows(render))


def test_schemas_take_them(render: Callable[..., Path]) -> None:
    check_schema("github-workflows", *workflows(render))
    check_schema("gitlab-ci", *render(**EVERYTHING, platform="gitlab").glob(".gitlab/ci/*.yml"))


def test_the_update_is_one_step_and_not_long(render: Callable[..., Path]) -> None:
    for url in ON_GITHUB:
        file = render(**EVERYTHING | {"tool_source": url}) / ".github/workflows/scaffold-update.yml"
        _, update = load(file)["jobs"]["update"]["steps"]
        assert update["uses"] == "o-o/issue.scaffold@v1.2.3"
        assert update["with"]["command"] == "update"
    files = [file for repo in (file.parents[2], *map(elsewhere(render), PLATFORMS)) for file in updates(repo)]
    files += updates(render(**EVERYTHING, platform="gitlab"))
    assert len(files) == 5
    for file in files:
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
        assert len([line for line in lines if line and not line.startswith("#")]) <= 30, file


def elsewhere(render: Callable[..., Path]) -> Callable[[str], Path]:
    """Return a function that renders for a platform with a tool that isn't on github.com."""
    return lambda platform: render(**EVERYTHING, platform=platform)


def updates(repo: Path) -> list[Path]:
    """Return the jobs that update a repository."""
    return list(repo.glob(".*/*/scaffold-update.yml"))


def test_permissions_are_the_least(render: Callable[..., Path]) -> None:
    granted: dict[str, dict[str, str]] = {}
    for file in (render(**EVERYTHING) / ".github/workflows").iterdir():
        workflow = load(file)
        assert workflow["permissions"] == {}
        granted |= {f"{file.stem}/{name}": job["permissions"] for name, job in workflow["jobs"].items()}
    assert granted == {
        "scaffold-check/check": {"contents": "read"},
        "scaffold-update/update": {"contents": "write", "pull-requests": "write", "issues": "write"},
        "sync-labels/plan": {"contents": "read", "issues": "read"},
        "sync-labels/sync": {"contents": "read", "issues": "write"},
    }


def test_pull_requests_never_get_to_write(render: Callable[..., Path]) -> None:
    for file in workflows(render):
        workflow = load(file)
        # YAML 1.1 reads the key `on` as true.
        events = workflow[True]  # type: ignore[index]
        assert "pull_request_target" not in events
        for job in workflow["jobs"].values():
            if "pull_request" in events and "write" in job["permissions"].values():
                assert "github.event_name != 'pull_request'" in job["if"]


@pytest.fixture
def shop(repo: Path, scaffold: Callable[..., Any]) -> Path:
    """Return a committed repository made from the bundled template."""
    assert scaffold("init", repo).code == 0
    commit_all(repo)
    return repo


def drift(repo: Path) -> None:
    """Change a file that the template manages."""
    file = repo / FILE
    write_tree(repo, {FILE: file.read_text(encoding="utf-8") + "\nmore\n"})


def script(job: dict[str, Any], name: str) -> str:
    """Return what a step of a job runs."""
    (found,) = [step["run"] for step in job["steps"] if step.get("name") == name]
    return str(found)


def test_check_on_github_annotates_and_summarises(render: Callable[..., Path], runner: Runner, shop: Path) -> None:
    job = load(render(**EVERYTHING) / ".github/workflows/scaffold-check.yml")["jobs"]["check"]
    assert runner.run(script(job, "Check"), shop, TRUSTED_REF="").code == 0
    drift(shop)
    step = runner.run(script(job, "Check"), shop, TRUSTED_REF="")
    assert step.code == 1
    assert f"::error file={FILE}," in step.out
    assert "scaffold update --restore" in step.out
    assert "+more" in step.summary


def accept_own_drift(shop: Path) -> None:
    """Edit a managed file, accept that, and commit it all."""
    from issue_scaffold.cli.main import main

    drift(shop)
    assert main(["accept", str(shop / FILE), "--reason", "because"]) == 0
    commit_all(shop)


def test_a_pull_request_on_github_is_judged_by_its_base(
    render: Callable[..., Path], runner: Runner, shop: Path
) -> None:
    job = load(render(**EVERYTHING) / ".github/workflows/scaffold-check.yml")["jobs"]["check"]
    (checkout,) = [step for step in job["steps"] if step["name"] == "Check out"]
    assert checkout["with"]["fetch-depth"] == 2
    git(shop, "checkout", "--quiet", "-b", "change")
    accept_own_drift(shop)
    git(shop, "checkout", "--quiet", "--detach", "main")
    git(shop, "merge", "--quiet", "--no-ff", "-m", "merge", "change")
    assert runner.run(script(job, "Check"), shop, TRUSTED_REF="").code == 0
    assert runner.run(script(job, "Check"), shop, TRUSTED_REF="HEAD^1").code == 1


def test_a_merge_request_on_gitlab_is_judged_by_its_base(
    render: Callable[..., Path], runner: Runner, shop: Path, tmp_path: Path
) -> None:
    job = load(render(**EVERYTHING, platform="gitlab") / ".gitlab/ci/scaffold-check.yml")["scaffold-check"]
    git(shop, "clone", "--quiet", "--bare", ".", str(tmp_path / "origin.git"))
    git(shop, "remote", "add", "origin", f"file://{tmp_path}/origin.git")
    accept_own_drift(shop)
    lines = "\n".join([*job["before_script"], *job["script"]])
    assert runner.run(lines, shop, **job["variables"]).code == 0
    variables = job["variables"] | {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    assert runner.run(lines, shop, **variables).code == 1


@pytest.mark.parametrize("platform", ["forgejo", "gitea"])
def test_a_pull_request_elsewhere_is_judged_by_its_base(
    render: Callable[..., Path], runner: Runner, shop: Path, tmp_path: Path, platform: str
) -> None:
    job = load(render(**EVERYTHING, platform=platform) / f".{platform}/workflows/scaffold-check.yml")["jobs"]["check"]
    git(shop, "branch", "change")
    git(shop, "checkout", "--quiet", "change")
    accept_own_drift(shop)
    git(shop, "update-ref", "refs/pull/1/head", "HEAD")
    runner.variables |= {"GITHUB_SERVER_URL": f"file://{tmp_path}", "GITHUB_REPOSITORY": "repo", "TOKEN": "x"}
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    fetched = runner.run(script(job, "Check out"), checkout, GITHUB_REF="refs/pull/1/head", BASE="main")
    assert fetched.code == 0, fetched.err
    assert runner.run(script(job, "Check"), checkout, TRUSTED_REF="").code == 0
    assert runner.run(script(job, "Check"), checkout, TRUSTED_REF="refs/scaffold/base").code == 1


@pytest.mark.parametrize("platform", ["forgejo", "gitea"])
def test_check_elsewhere_fetches_the_commit_by_git_alone(
    render: Callable[..., Path], runner: Runner, shop: Path, tmp_path: Path, platform: str
) -> None:
    job = load(render(**EVERYTHING, platform=platform) / f".{platform}/workflows/scaffold-check.yml")["jobs"]["check"]
    drift(shop)
    commit_all(shop)
    git(shop, "update-ref", "refs/pull/1/head", "HEAD")
    git(shop, "reset", "--quiet", "--hard", "HEAD~1")
    runner.variables |= {"GITHUB_SERVER_URL": f"file://{tmp_path}", "GITHUB_REPOSITORY": "repo", "TOKEN": "x"}
    codes = []
    for ref in ("refs/heads/main", "refs/pull/1/head"):
        checkout = tmp_path / ref.replace("/", "-")
        checkout.mkdir()
        assert runner.run(script(job, "Check out"), checkout, GITHUB_REF=ref, BASE="").code == 0
        step = runner.run(script(job, "Check"), checkout, TRUSTED_REF="")
        codes.append(step.code)
    assert codes == [0, 1]
    assert "scaffold update --restore" in step.out


def test_check_on_gitlab_writes_a_code_quality_report(render: Callable[..., Path], runner: Runner, shop: Path) -> None:
    job = load(render(**EVERYTHING, platform="gitlab") / ".gitlab/ci/scaffold-check.yml")["scaffold-check"]
    lines = "\n".join([*job["before_script"], *job["script"]])
    assert runner.run(lines, shop, **job["variables"]).code == 0
    drift(shop)
    step = runner.run(lines, shop, **job["variables"])
    assert step.code == 1
    (finding,) = json.loads((shop / job["artifacts"]["reports"]["codequality"]).read_bytes())
    assert finding["location"]["path"] == FILE
    requirement = f"issue-scaffold @ git+{EVERYTHING['tool_source']}@v1.2.3"
    assert requirement in (runner.folder / "pip.log").read_text(encoding="utf-8").splitlines()


def test_a_pull_request_that_changes_what_people_see_gets_a_preview(
    render: Callable[..., Path], runner: Runner, shop: Path
) -> None:
    job = load(render(**EVERYTHING) / ".github/workflows/scaffold-check.yml")["jobs"]["check"]
    (preview,) = [step for step in job["steps"] if step.get("id") == "preview"]
    runner.variables["RUNNER_TEMP"] = str(runner.folder / "temp")
    for path, is_shown in (("README.md", False), (".github/ISSUE_TEMPLATE/infrastructure.md", True)):
        git(shop, "checkout", "--quiet", "--detach")
        write_tree(shop, {path: (shop / path).read_text(encoding="utf-8") + "More.\n" if is_shown else "More.\n"})
        commit_all(shop)
        step = runner.run(preview["run"], shop, **preview["env"])
        assert step.code == 0, step
        folder = step.outputs.get("folder")
        assert bool(folder) is is_shown
        assert not is_shown or "More." in Path(str(folder), "issue-preview.html").read_text(encoding="utf-8")


LABELS = '- name: "task"\n  color: "bfd4f2"\n'


@pytest.mark.parametrize(
    ("config", "is_there", "code"),
    [(LABELS, True, 0), ("[]\n", True, 0), (LABELS.replace("bfd4f2", "blue"), True, 1), (LABELS, False, 1)],
    ids=["something to do", "nothing to do", "a bad config", "no address"],
)
def test_label_plan_fails_only_when_it_could_not_be_made(
    render: Callable[..., Path], runner: Runner, tmp_path: Path, config: str, code: int, *, is_there: bool
) -> None:
    job = load(render(**EVERYTHING) / ".github/workflows/sync-labels.yml")["jobs"]["plan"]
    write_tree(tmp_path, {".github/labels.yml": config})
    server = FakeServer(FakeGitHub())
    try:
        server.github.repository("octo-org/shop")
        runner.variables["GITHUB_API_URL"] = server.address if is_there else "http://127.0.0.1:9/a?b"
        variables = {"LABELS_CONFIG": ".github/labels.yml", "GH_TOKEN": server.github.token}
        step = runner.run(script(job, "Plan"), tmp_path, **variables)
    finally:
        server.close()
    assert step.code == code, step.out + step.err


def test_label_workflow_calls_what_the_command_knows(render: Callable[..., Path], scaffold: Callable[..., Any]) -> None:
    jobs = load(render(**EVERYTHING) / ".github/workflows/sync-labels.yml")["jobs"]
    for job, verb in ((jobs["plan"], "plan"), (jobs["sync"], "apply")):
        run = script(job, "Plan" if verb == "plan" else "Create and update, never delete")
        assert f"scaffold labels {verb}" in run
        help_ = scaffold("labels", verb, "--help").out
        assert all(word in help_ for word in run.split() if word.startswith("--"))
        assert "--prune" not in run


def test_nothing_is_skipped_where_ci_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.ci import conftest

    monkeypatch.setattr(conftest, "IN_CI", True)
    with pytest.raises(AssertionError, match="no-such-program is not installed"):
        conftest.need("no-such-program")
