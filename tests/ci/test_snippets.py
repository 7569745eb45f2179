"""Every snippet of docs/how-to/ci.md and the GitLab component: accepted by the system's schema, and run."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.ci.conftest import ROOT, Runner, check_schema, load, zizmor
from tests.conftest import commit_all, write_tree

PAGES = tuple(ROOT / "docs/how-to" / name for name in ("ci.md", "renovate-dependabot.md"))
SNIPPET = re.compile(r"^<!-- snippet: ([\w-]+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SNIPPETS = [found for page in PAGES for found in SNIPPET.findall(page.read_text(encoding="utf-8"))]
FILE = ".github/ISSUE_TEMPLATE/infrastructure.md"
HEADER = "on: push\npermissions: {}\njobs:\n"


def documents(kind: str) -> Iterator[str]:
    """Yield the snippets of a kind, completed to what a file of that system holds."""
    for name, text in SNIPPETS:
        if name == kind:
            yield text
    if kind == "github-workflows":
        for name, text in SNIPPETS:
            if name == "github-job":
                yield HEADER + re.sub("^", "  ", text, flags=re.MULTILINE)
            if name == "github-step":
                steps = re.sub("^", "      ", text, flags=re.MULTILINE)
                yield f"{HEADER}  a:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("github-workflows", 4),
        ("gitlab-ci", 2),
        ("azure-pipelines", 1),
        ("circle-ci", 1),
        ("renovate", 3),
        ("dependabot", 1),
    ],
)
def test_schema_takes_it(tmp_path: Path, kind: str, count: int) -> None:
    texts = list(documents(kind))
    assert len(texts) == count
    suffix = "json" if kind == "renovate" else "yml"
    write_tree(tmp_path, {f"{number}.{suffix}": text for number, text in enumerate(texts)})
    check_schema(kind, *tmp_path.iterdir())


def test_linters_take_the_workflows(
    tmp_path: Path, actionlint: Callable[[Iterable[Path]], list[dict[str, Any]]]
) -> None:
    texts = [text for text in documents("github-workflows") if "OWNER/issue-scaffold" in text]
    write_tree(tmp_path, {f".github/workflows/{number}.yml": text for number, text in enumerate(texts)})
    files = list(tmp_path.rglob("*.yml"))
    assert len(files) == 2
    assert actionlint(files) == []
    zizmor(*files, persona="regular")


def test_inputs_are_the_actions() -> None:
    action = load(ROOT / "action.yml")
    for text in documents("github-workflows"):
        for job in yaml.safe_load(text)["jobs"].values():
            for step in job["steps"]:
                if step.get("uses", "").startswith("OWNER/"):
                    assert step["with"].keys() <= action["inputs"].keys()
    page = PAGES[0].read_text(encoding="utf-8")
    for name in (*action["inputs"], *action["outputs"]):
        assert f"| `{name}` |" in page


def scripts() -> Iterator[tuple[str, str]]:
    """Yield a name and the shell lines of each snippet that runs something of ours."""
    for number, text in enumerate(documents("github-workflows")):
        for job in yaml.safe_load(text)["jobs"].values():
            lines = [step["run"] for step in job["steps"] if "run" in step and step["name"] != "Check out"]
            yield from [(f"github-{number}", "\n".join(lines))] if lines else []
    job = yaml.safe_load(next(documents("gitlab-ci")))["issue-templates"]
    yield "gitlab", "\n".join(job["script"])
    pipeline = yaml.safe_load(next(documents("azure-pipelines")))
    yield "azure", "\n".join(step["bash"] for step in pipeline["steps"] if "bash" in step)
    steps = yaml.safe_load(next(documents("circle-ci")))["jobs"]["issue-templates"]["steps"]
    yield "circle-ci", "\n".join(step["run"] for step in steps if isinstance(step, dict))
    yield "shell", next(documents("shell"))


@pytest.fixture
def shop(repo: Path, scaffold: Callable[..., Any]) -> Path:
    """Return a committed repository made from the bundled template."""
    assert scaffold("init", repo).code == 0
    commit_all(repo)
    return repo


def drift(repo: Path) -> None:
    """Change a file that the template manages."""
    write_tree(repo, {FILE: (repo / FILE).read_text(encoding="utf-8") + "\nmore\n"})


def test_all_systems_have_a_snippet() -> None:
    names = [name.partition("-")[0] for name, _ in scripts()]
    assert sorted(names) == ["azure", "circle", "github", "github", "gitlab", "shell"]


@pytest.mark.parametrize(("name", "lines"), list(scripts()), ids=[name for name, _ in scripts()])
def test_clean_passes_and_drifted_fails_with_the_way_to_mend_it(
    runner: Runner, shop: Path, name: str, lines: str
) -> None:
    assert runner.run(lines, shop).code == 0, name
    assert "issue-scaffold @ git+https://" in (runner.folder / "pip.log").read_text(encoding="utf-8")
    drift(shop)
    step = runner.run(lines, shop)
    assert step.code == 1
    assert f"scaffold update --restore {FILE}" in step.out
    assert runner.run(f"scaffold update --force --restore {FILE}", shop).code == 0
    assert runner.run(lines, shop).code == 0


def component(**inputs: str) -> dict[str, Any]:
    """Return the job that GitLab makes of the component."""
    spec, text = (ROOT / "templates/check.yml").read_text(encoding="utf-8").split("---\n", 1)
    known = yaml.safe_load(spec)["spec"]["inputs"]
    assert inputs.keys() <= known.keys()
    values = {name: inputs.get(name, details.get("default")) for name, details in known.items()}
    assert None not in values.values()
    jobs: dict[str, Any] = yaml.safe_load(re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda found: values[found[1]], text))
    return jobs


def test_component_is_a_job_that_gitlab_takes(tmp_path: Path) -> None:
    jobs = component(source="issue-scaffold @ git+https://git.example.com/o/r@v1")
    write_tree(tmp_path, {"job.yml": yaml.safe_dump(jobs)})
    check_schema("gitlab-ci", tmp_path / "job.yml")
    assert jobs.keys() == {"scaffold-check"}
    page = PAGES[0].read_text(encoding="utf-8")
    spec = next(iter(yaml.safe_load_all((ROOT / "templates/check.yml").read_bytes())))["spec"]["inputs"]
    assert all(f"`{name}`" in page.partition("Inputs: ")[2].partition("\n")[0] for name in spec)


def test_component_checks_and_reports(runner: Runner, shop: Path) -> None:
    (job,) = component(source="issue-scaffold @ git+https://git.example.com/o/r@v1").values()
    lines = "\n".join([*job["before_script"], *job["script"]])
    assert runner.run(lines, shop, **job["variables"]).code == 0
    drift(shop)
    step = runner.run(lines, shop, **job["variables"])
    assert step.code == 1
    (finding,) = json.loads((shop / job["artifacts"]["reports"]["codequality"]).read_bytes())
    assert finding["location"]["path"] == FILE
    (tolerant,) = component(source="x", **{"fail-on": "outdated"}).values()
    assert runner.run(lines, shop, **tolerant["variables"]).code == 0
    (elsewhere,) = component(source="x", folder="; touch injected").values()
    assert runner.run(lines, shop, **elsewhere["variables"]).code == 2
    assert not (shop / "injected").exists()
