"""What all tests share: a sealed environment, the command in-process, templates and trees built from dicts."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.fast import is_fast
from tests.packing import pack
from tests.renderings import Renderer, fill_cache, make_once
from tests.repositories import once

from issue_scaffold.cli.main import main

GIT_IDENTITY = {
    "GIT_AUTHOR_NAME": "Test",
    "GIT_AUTHOR_EMAIL": "test@example.invalid",
    "GIT_COMMITTER_NAME": "Test",
    "GIT_COMMITTER_EMAIL": "test@example.invalid",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}
ANSWERS = ".copier-answers.scaffold.yml"

# Neither how busy the machine is nor the day decides how a test ends: no deadlines, the same examples each time.
# `--hypothesis-profile=news` looks for new ones.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("news", settings.get_profile("steady"), derandomize=False, print_blob=True)
settings.load_profile("steady")

# Whether nothing may skip for want of a program. The variable itself is taken out: what is tested heeds it.
if os.environ.pop("CI", None):
    os.environ["SCAFFOLD_TESTS_IN_CI"] = "1"
IN_CI = "SCAFFOLD_TESTS_IN_CI" in os.environ

ROOT_KEY = pytest.StashKey[Path]()
OPENED_KEY = pytest.StashKey[dict[Path, int]]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let Ctrl-C through to what the tests start, and give this run a temporary folder of its own.

    A shell hands down to what it starts in the background that Ctrl-C is ignored.

    The one that all runs of a user share is made private again by each run that starts, under the feet of tests whose
    folders another user enters.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.option.basetemp is None and not hasattr(config, "workerinput"):
        config.stash[OPENED_KEY] = open_the_way(Path(sys.executable).resolve())
        config.stash[ROOT_KEY] = Path(tempfile.mkdtemp(prefix="scaffold-tests-"))
        config.option.basetemp = config.stash[ROOT_KEY] / "run"


def open_the_way(interpreter: Path) -> dict[Path, int]:
    """Let other users come to the interpreter, which some tests start as one; return the modes of before."""
    before: dict[Path, int] = {}
    for folder in interpreter.parents:
        mode = folder.stat().st_mode
        if os.geteuid() == 0 and not mode & 0o001:
            before[folder] = mode
            folder.chmod(mode | 0o001)
    return before


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `-m fast` selects."""
    for item in items:
        if isinstance(item, pytest.Function):
            parameters = item.callspec.params if hasattr(item, "callspec") else {}
            if is_fast(item.path.relative_to(Path(__file__).parent), item.originalname, parameters):
                item.add_marker("fast")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep the folder of a run that failed, and close what was opened for it."""
    for folder, mode in session.config.stash.get(OPENED_KEY, {}).items():
        folder.chmod(mode)
    root = session.config.stash.get(ROOT_KEY, None)
    if root is not None and exitstatus != pytest.ExitCode.TESTS_FAILED:
        subprocess.run(["chmod", "-R", "u+rwX", root], check=False, capture_output=True)  # some were closed on purpose
        shutil.rmtree(root, ignore_errors=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    """Say where the folder of a run that failed is."""
    if exitstatus == pytest.ExitCode.TESTS_FAILED and ROOT_KEY in config.stash:
        terminalreporter.write_line(f"the tests' folders were kept in {config.stash[ROOT_KEY]}")


@pytest.fixture(autouse=True)
def sealed(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's git configuration, caches and tokens out, and any network unreachable."""
    home = tmp_path_factory.mktemp("home")
    for name, value in GIT_IDENTITY.items():
        monkeypatch.setenv(name, value)
    for name in (
        "GH_TOKEN",
        "GITHUB_TOKEN",
        "GITHUB_STEP_SUMMARY",
        "NO_COLOR",
        "SCAFFOLD_DEBUG",
        "GIT_DIR",
        "GIT_INDEX_FILE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(home / "cache"))
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def render(shared_folder: Path) -> Renderer:
    """Return the renderer of the working tree's template."""
    return Renderer(shared_folder / "renderings")


@pytest.fixture(scope="session")
def known_renderings(shared_folder: Path) -> Path:
    """Return a cache that knows the bundled template's first and newest version; tests copy it."""
    return make_once(shared_folder / "known-renderings", fill_cache)


@pytest.fixture(scope="session")
def wheels(shared_folder: Path) -> Path:
    """Return a folder with a wheel of everything that an installation needs."""
    return make_once(shared_folder / "wheels", pack)


@pytest.fixture
def warm(known_renderings: Path) -> None:
    """Spare the commands of this test a rendering of the bundled template: it isn't about that."""
    shutil.copytree(known_renderings, os.environ["SCAFFOLD_CACHE_DIR"])


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder; return what it printed."""
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def write_tree(folder: Path, files: Mapping[str, str | bytes | None]) -> None:
    """Write files below a folder; None deletes one."""
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def read_tree(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder but git's own."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


@dataclass(frozen=True, slots=True)
class Result:
    """What one run of the command ended with."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def scaffold(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process; standard input is no terminal."""

    def run(*arguments: str | Path) -> Result:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Return an empty git repository."""
    folder = tmp_path / "repo"
    folder.mkdir()
    initialize(folder)
    return folder


def initialize(folder: Path) -> None:
    """Make a folder a git repository."""

    def do() -> None:
        git(folder, "init", "--quiet", "--initial-branch=main")

    once(folder, "init", do)


class Template:
    """A git template that grows version by version."""

    ANSWERS_SOURCE = "{{ _copier_answers|to_nice_yaml }}"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        initialize(folder)
        write_tree(folder, {"{{ _copier_conf.answers_file }}.jinja": self.ANSWERS_SOURCE, "copier.yml": ""})

    def __str__(self) -> str:
        """Return what `-t` takes."""
        return str(self.folder)

    def release(self, tag: str | None, files: Mapping[str, str | bytes | None]) -> "Template":
        """Commit changes, and tag them when `tag` is given."""
        write_tree(self.folder, files)
        once(self.folder, ("release", tag), lambda: self._release(tag))
        return self

    def _release(self, tag: str | None) -> None:
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--allow-empty", "-m", tag or "change")
        if tag:
            git(self.folder, "tag", tag)


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """Return a template repository without any version yet."""
    return Template(tmp_path / "template")


def commit_all(folder: Path, message: str = "work") -> None:
    """Commit everything in a repository."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", message)
