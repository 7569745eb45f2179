"""What the checks run on is pinned: the lock file covers pyproject.toml, and no session of `nox` installs more."""

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType

import nox
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements-dev.txt"
COMMAND = (
    "python3 -m venv .venv && .venv/bin/pip install --require-hashes --requirement requirements-dev.txt"
    " && .venv/bin/nox"
)
# What `nox` alone runs; `checks` begins the others but the tests.
DEFAULT = ("checks", "lint", "docs", "wheel", "node_tools", "tests")
PYTHONS = ("3.11.0", "3.11.14", "3.12.0", "3.13.0", "3.14.0")
SYSTEMS = (("linux", "posix", "Linux"), ("darwin", "posix", "Darwin"), ("win32", "nt", "Windows"))


def load(path: Path) -> ModuleType:
    """Return a file of the repository as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def environments() -> list[dict[str, str]]:
    """Return what markers are asked on each system and version of Python that the lock file is for."""
    found = []
    for full in PYTHONS:
        for platform, kind, system in SYSTEMS:
            version = full.rpartition(".")[0]
            found.append(
                {
                    "python_version": version,
                    "python_full_version": full,
                    "sys_platform": platform,
                    "os_name": kind,
                    "platform_system": system,
                    "platform_python_implementation": "CPython",
                    "implementation_name": "cpython",
                }
            )
    return found


@pytest.fixture(scope="module")
def locked() -> ModuleType:
    return load(ROOT / "scripts" / "locked.py")


@pytest.fixture(scope="module")
def pins(locked: ModuleType) -> list[Requirement]:
    found: list[Requirement] = locked.pins(LOCK.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def sessions() -> ModuleType:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(ROOT)
        return load(ROOT / "noxfile.py")


@pytest.fixture
def noxfile(sessions: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the sessions, in the folder where nox starts them."""
    monkeypatch.chdir(ROOT)
    return sessions


def wanted(groups: tuple[str, ...]) -> list[Requirement]:
    """Return what pyproject.toml asks for: to build, to run, for its extras, and in groups."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for extra in project["project"]["optional-dependencies"].values():
        lines += extra
    return [Requirement(line) for line in (*lines, *nox.project.dependency_groups(project, *groups))]


def applies(requirement: Requirement, environment: Mapping[str, str]) -> bool:
    """Return whether a requirement is one in an environment."""
    return requirement.marker is None or requirement.marker.evaluate(dict(environment))


def test_every_entry_is_one_version_with_hashes(locked: ModuleType) -> None:
    entries = locked.entries(LOCK.read_text(encoding="utf-8"))
    assert len(entries) > 50
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9.-]+==[^\s;]+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+", entry), entry


def test_it_names_no_place_and_builds_nothing() -> None:
    text = LOCK.read_text(encoding="utf-8")
    options = [line for line in text.splitlines() if line.startswith("-")]
    assert options == ["--only-binary :all:"]  # a build would take tools that no hash covers
    assert not re.search(r"://|file:| @ |/", text)


@pytest.mark.parametrize("environment", environments(), ids=lambda e: f"{e['sys_platform']}-{e['python_full_version']}")
def test_it_covers_what_pyproject_asks_for(
    environment: dict[str, str], pins: list[Requirement], noxfile: ModuleType
) -> None:
    here = [pin for pin in pins if applies(pin, environment)]
    versions = {pin.name: pin.specifier for pin in here}
    assert len(versions) == len(here), "a package has two versions"
    for requirement in wanted(noxfile.LOCKED):
        if not applies(requirement, environment):
            continue
        assert canonicalize_name(requirement.name) in versions, f"{requirement} isn't in the lock file: nox -s lock"
        (pin,) = versions[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(pin.version), f"{requirement}, but {pin} is locked: nox -s lock"


def test_groups_that_it_leaves_out_are_said_to_be(noxfile: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    left_out = project["dependency-groups"].keys() - set(noxfile.LOCKED)
    assert left_out == {"bench", "lock", "mutation"}
    page = (ROOT / "docs" / "explanation" / "dependencies.md").read_text(encoding="utf-8")
    assert "The groups `bench`, `lock` and `mutation` aren't in the file" in page


def test_an_environment_that_differs_is_told_how_to_mend_it(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    digest = f"--hash=sha256:{'0' * 64}"
    lock.write_text(
        f"# why\n--only-binary :all:\n\nclick==0.1 \\\n    {digest} \\\n    {digest}\n"
        f"never-heard-of==1 \\\n    {digest}\n"
        f"only-there==1 ; sys_platform == 'elsewhere' \\\n    {digest}\n"
    )
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "locked.py", lock], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert re.search(r"\n  click is [0-9.]+, expected ==0\.1\n  never-heard-of is missing, expected ==1\n", done.stderr)
    assert f"pip install --require-hashes --requirement {lock}" in done.stderr


def shell_blocks(page: str) -> list[str]:
    """Return the `sh` examples of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [block.strip() for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]


def test_ci_runs_what_the_readme_says() -> None:
    assert COMMAND in shell_blocks("README.md")
    assert COMMAND in shell_blocks("CONTRIBUTING.md")
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.findall(r"^\((.*)\) 2>&1", run, re.MULTILINE) == [COMMAND]
    assert re.findall(r"\bpip install\b", run.replace(COMMAND, "")) == []


def test_every_workflow_installs_from_the_lock_file() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    installs = re.findall(r"pip install(.*)", workflow)
    assert set(installs) == {" --require-hashes --requirement requirements-dev.txt"}


def test_other_versions_than_the_locked_ones_are_tried_every_week_and_on_no_push() -> None:
    # In YAML 1.1 the key `on` is a truth.
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert {"push", "pull_request", "schedule", "workflow_dispatch"} <= workflow[True].keys()
    conditions = {name: job["if"] for name, job in workflow["jobs"].items()}
    weekly = "github.event_name == 'schedule' || github.event_name == 'workflow_dispatch'"
    pushed = "github.event_name == 'push' || github.event_name == 'pull_request'"
    assert conditions == {"all": pushed, "systems": pushed, "unlocked": weekly}
    sessions = {entry["session"] for entry in workflow["jobs"]["unlocked"]["strategy"]["matrix"]["include"]}
    assert sessions == {"newest", "minimums"}


class Recorder:
    """Stands for nox's session: keeps the commands with their environment, runs none, and lets nothing be installed."""

    def __init__(self) -> None:
        self.posargs: list[str] = []
        self.env: dict[str, str] = {}
        self.calls: list[tuple[list[str], dict[str, str]]] = []

    def run(self, *arguments: str, env: Mapping[str, str] | None = None, external: bool = False) -> None:
        """Keep a command; what `build` would have made is made."""
        assert external is (arguments[0] == "npm")
        self.calls.append((list(arguments), {**self.env, **(env or {})}))
        if arguments[1:3] == ("-m", "build"):
            folder = Path(arguments[arguments.index("--outdir") + 1])
            folder.mkdir(parents=True)
            (folder / "a-1-py3-none-any.whl").touch()
            (folder / "a-1.tar.gz").touch()

    def error(self, *reasons: str) -> None:
        """End the session."""
        raise RuntimeError(*reasons)

    def install(self, *arguments: str) -> None:
        """Refuse: a session that installs so asks an index for what the day offers."""
        pytest.fail(f"a session of the default run installs {' '.join(arguments)}")


@pytest.mark.parametrize("session", DEFAULT)
def test_no_session_of_the_default_run_asks_an_index(
    session: str, noxfile: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noxfile, "ROOT", tmp_path)
    monkeypatch.setattr(noxfile, "BESIDE", ())  # each of them is run here
    monkeypatch.setattr(noxfile, "are_node_tools_there", lambda _lock: False)
    recorder = Recorder()
    getattr(noxfile, session)(recorder)
    first, _ = recorder.calls[0]
    assert first == [sys.executable, "scripts/locked.py", LOCK.name]
    for command, environment in recorder.calls:
        assert environment["PIP_NO_INDEX"] == "1", command
        program, *arguments = command
        if program == "npm":
            assert arguments[0] == "ci", "only `npm ci` installs by the lock file"
        else:
            assert program == sys.executable or Path(program).is_relative_to(tmp_path), command
        if arguments[:2] == ["-m", "build"]:
            assert "--no-isolation" in arguments


def test_a_clone_may_lie_in_a_folder_with_blanks(
    noxfile: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wheels that the session makes in the clone are found by pip, which reads where they are."""
    root = tmp_path / "my projects"
    monkeypatch.setattr(noxfile, "ROOT", root)
    recorder = Recorder()
    noxfile.wheel(recorder)
    (links,) = {environment["PIP_FIND_LINKS"] for _, environment in recorder.calls if "PIP_FIND_LINKS" in environment}
    wheels = root / ".nox" / "wheel" / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    load(ROOT / "scripts" / "installed_wheels.py").write_wheel(distribution("click"), wheels)
    got = tmp_path / "got"
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(got), "click"]
    alone = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": links}
    subprocess.run(download, env={**os.environ, **alone}, check=True)
    assert [path.name for path in got.iterdir()] == [path.name for path in wheels.iterdir()]


def test_those_are_all_sessions_of_the_default_run(noxfile: ModuleType) -> None:
    assert noxfile.nox is nox
    first, *others = nox.options.sessions or ()
    begun = [name.replace("-", "_") for names in noxfile.BESIDE for name in names]
    assert (first, *begun, *others) == DEFAULT


def test_what_fails_beside_others_is_shown_and_fails_the_run(
    noxfile: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(noxfile, "BESIDE", (("no-such-session",), ("another",)))
    with pytest.raises(RuntimeError, match="failed: no-such-session, another"):
        noxfile.checks(Recorder())
    assert capfd.readouterr().out.count("not found") == 2
