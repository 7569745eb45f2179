"""The pipelines of docs/how-to/fleet-ci.md: taken by their systems' schemas and linters, and run part by part."""

import json
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.ci.conftest import ROOT, Runner, Step, check_schema, zizmor
from tests.conftest import ANSWERS, Run, git, write_tree

PAGE = (ROOT / "docs/how-to/fleet-ci.md").read_text(encoding="utf-8")
SNIPPET = re.compile(r"^<!-- snippet: ([\w-]+) -->\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SNIPPETS = dict(SNIPPET.findall(PAGE))
GITHUB: dict[str, Any] = yaml.safe_load(SNIPPETS["github-workflows"])
GITLAB: dict[str, Any] = yaml.safe_load(SNIPPETS["gitlab-ci"])
PARTS = 4
STATUSES = {"clean": "clean", "behind": "outdated", "broken": "failed", "new": "not-initialised", "out": "skipped"}


@pytest.mark.parametrize("kind", ["github-workflows", "gitlab-ci"])
def test_schema_takes_it(kind: str, tmp_path: Path) -> None:
    (tmp_path / "file.yml").write_text(SNIPPETS[kind], encoding="utf-8")
    check_schema(kind, tmp_path / "file.yml")


def test_linters_take_the_workflow(
    tmp_path: Path, actionlint: Callable[[Iterable[Path]], list[dict[str, Any]]]
) -> None:
    write_tree(tmp_path, {".github/workflows/fleet.yml": SNIPPETS["github-workflows"]})
    file = tmp_path / ".github/workflows/fleet.yml"
    assert actionlint([file]) == []
    zizmor(file, persona="regular")


def test_one_job_writes_and_only_that_one_has_its_token() -> None:
    text = json.dumps(GITHUB["jobs"]["plan"])
    assert ("FLEET_WRITE_TOKEN" in text, "FLEET_WRITE_TOKEN" in json.dumps(GITHUB["jobs"]["apply"])) == (False, True)
    assert GITHUB["concurrency"]["cancel-in-progress"] is False
    assert "matrix" not in json.dumps(GITHUB["jobs"]["apply"])
    assert (GITLAB["apply"].get("parallel"), GITLAB["apply"]["resource_group"]) == (None, "fleet")
    planning = [one for one in SNIPPETS.values() for line in one.splitlines() if "fleet update" in line]
    assert len(planning) == 2
    assert all("--dry-run" in line for one in planning for line in one.splitlines() if "fleet update" in line)


@pytest.fixture
def fleet(tmp_path: Path, scaffold: Run) -> Path:
    """Return a repository with a `fleet.yml`, and beside it one repository of each kind."""
    home = tmp_path / "fleet"
    for name in STATUSES:
        git(tmp_path, "init", "--quiet", str(home / "repos" / name))
    for name in ("clean", "behind", "broken", "out"):
        version = ("--ref", "v1.0.0") if name == "behind" else ()
        assert scaffold("init", "-l", *version, home / "repos" / name).code == 0
    write_tree(home / "repos" / "broken", {ANSWERS: "a: [\n"})
    write_tree(home / "repos" / "out", {".github/scaffold.yml": "fleet: {skip: frozen}\n"})
    listed = "".join(f"repos/{name}\n" for name in STATUSES)
    write_tree(home, {"fleet.yml": "version: 1\nselect: {from: list}\nlimits: {jobs: 1}\n", "list": listed})
    return home


def expressed(environment: Mapping[str, object], **values: str) -> dict[str, str]:
    """Return a step's variables as the runner sets them; it has no secrets."""
    found = {}
    for name, text in environment.items():
        words = {"matrix.part": values.get("part", ""), "runner.temp": values.get("temp", "")}
        found[name] = re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda one, words=words: words.get(one[1], ""), str(text))  # type: ignore[misc]
    return found


def named(job: Mapping[str, Any], name: str) -> dict[str, Any]:
    step: dict[str, Any] = next(one for one in job["steps"] if one.get("name") == name)
    return step


def uploaded(pattern: str, to: Path) -> None:
    """Copy what upload-artifact takes: its root is the path before the first wildcard."""
    path = Path(pattern)
    found = list(path.parent.glob(path.name))
    assert found, pattern
    for one in found:
        shutil.copytree(one, to / one.name)


def shown(fleet: Path, step: Step) -> None:
    """Hold what the last job shows to what there is."""
    page = (fleet / "fleet.html").read_text(encoding="utf-8")
    for name, status in STATUSES.items():
        assert f'<th scope="row">repos/{name}</th><td class="{status}">' in page, step


def test_the_workflow_plans_in_parts_and_shows_the_whole(fleet: Path, runner: Runner, tmp_path: Path) -> None:
    plan, apply = GITHUB["jobs"]["plan"], GITHUB["jobs"]["apply"]
    before = (fleet / "repos/behind" / ANSWERS).read_bytes()
    for part in map(str, plan["strategy"]["matrix"]["part"]):
        temp = str(tmp_path / "temp" / part)
        step = named(plan, "Plan")
        variables = GITHUB["env"] | expressed(step["env"], part=part, temp=temp) | {"SCAFFOLD_CACHE_DIR": ""}
        done = runner.run(step["run"], fleet, **variables)
        assert done.code == 0, done
        path = expressed(plan["steps"][-1]["with"], part=part, temp=temp)
        uploaded(path["path"], fleet / "parts" / path["name"])
    assert (fleet / "repos/behind" / ANSWERS).read_bytes() == before
    assert len(list((fleet / "parts").iterdir())) == PARTS
    step = named(apply, "Show")
    done = runner.run(step["run"], fleet, **GITHUB["env"], SCAFFOLD_CACHE_DIR="")
    assert done.code == 0, done
    assert "| repos/behind | outdated |" in done.summary
    assert "Failed: invalid-answers (1)" in done.summary
    shown(fleet, done)
    # Folders are no repositories of a host: there is nothing to push, which is no mistake.
    done = runner.run(named(apply, "Open pull requests")["run"], fleet, **GITHUB["env"], SCAFFOLD_CACHE_DIR="")
    assert done.code == 0, done


def test_the_pipeline_plans_in_parts_and_shows_the_whole(fleet: Path, runner: Runner) -> None:
    plan, apply = GITLAB["plan"], GITLAB["apply"]
    git(fleet, "init", "--quiet")
    variables = {name: text.replace("$CI_PROJECT_DIR", str(fleet)) for name, text in GITLAB["variables"].items()}
    for number in range(1, plan["parallel"] + 1):
        index = {"CI_NODE_INDEX": str(number), "CI_NODE_TOTAL": str(plan["parallel"])}
        done = runner.run("\n".join(plan["script"]), fleet, **variables, **index, SCAFFOLD_CACHE_DIR="")
        assert done.code == 0, done
    assert len(list(fleet.glob(plan["artifacts"]["paths"][0]))) == PARTS
    showing = apply["script"][: next(n for n, line in enumerate(apply["script"]) if "fleet apply" in line)]
    done = runner.run("\n".join(showing), fleet, **variables, SCAFFOLD_CACHE_DIR="")
    assert done.code == 0, done
    assert runner.run("\n".join(apply["script"]), fleet, **variables, SCAFFOLD_CACHE_DIR="").code == 0
    assert "5 repositories: 1 clean, 1 outdated, 1 not-initialised, 1 skipped, 1 failed" in done.out
    shown(fleet, done)


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 0), (3, 0), (2, 2), (75, 75), (130, 130)])
def test_what_is_no_finding_ends_a_planning_job(code: int, ends: int, runner: Runner, tmp_path: Path) -> None:
    scripts = [named(GITHUB["jobs"]["plan"], "Plan")["run"], "\n".join(GITLAB["plan"]["script"])]
    for script in scripts:
        lines = re.sub(r"^\s*(?:- )?scaffold .*? \|\| ", f"(exit {code}) || ", script, flags=re.MULTILINE)
        assert runner.run(lines, tmp_path, TOOL="tool").code == ends
