"""Many runs at a time on one cache. `SCAFFOLD_RUNS` sets how many updates there are: more than at a time."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.conftest import Run, Template, write_tree

COMMAND = Path(sys.executable).parent / "scaffold"
RUNS = int(os.environ.get("SCAFFOLD_RUNS", "40"))
URL = "https://git.example.invalid/team/template.git"


def run_all(calls: Iterable[tuple[str | Path, ...]], at_a_time: int = 8) -> list[subprocess.CompletedProcess[str]]:
    """Run commands, several at a time."""

    def run(arguments: tuple[str | Path, ...]) -> subprocess.CompletedProcess[str]:
        return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(at_a_time) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def remote(template: Template, monkeypatch: pytest.MonkeyPatch) -> Template:
    """Return the template, at the end of a URL."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{template.folder}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", URL)
    return template.release("v1.0.0", {"copier.yml": "n: {type: int, default: 0}\n", "a.md.jinja": "{{ n }}\n"})


def test_updates_eight_at_a_time(scaffold: Run, remote: Template, tmp_path: Path) -> None:
    """From a cold cache, so that all of them want the mirror and the renders at once."""
    assert scaffold("init", tmp_path / "t0", "-t", URL).code == 0
    targets = [tmp_path / f"t{number}" for number in range(RUNS)]
    for number, target in enumerate(targets[1:], 1):
        shutil.copytree(targets[0], target)
        if number % 2:
            write_tree(target, {"a.md": f"mine {number}\n"})
    shutil.rmtree(Path(os.environ["SCAFFOLD_CACHE_DIR"]))
    remote.release("v2.0.0", {"b.md": "b\n"})
    results = run_all(("update", target) for target in targets)
    assert [(run.returncode, run.stderr) for run in results] == [(0, "")] * RUNS
    assert all((target / "b.md").read_text() == "b\n" for target in targets)
    assert (targets[3] / "a.md").read_text() == "mine 3\n"
    assert scaffold("check", *targets, "--fail-on", "outdated,missing").code == 0


def test_installing_at_a_time(remote: Template, tmp_path: Path) -> None:
    assert remote
    calls: list[tuple[str | Path, ...]] = [
        ("init", tmp_path / f"t{number}", "-t", URL, "-d", f"n={number % 3}") for number in range(10)
    ]
    results = run_all(calls)
    assert [(run.returncode, run.stderr) for run in results] == [(0, "")] * 10
    assert [(tmp_path / f"t{number}/a.md").read_text() for number in range(4)] == ["0\n", "1\n", "2\n", "0\n"]


def test_checks_while_others_update(scaffold: Run, remote: Template, tmp_path: Path) -> None:
    for number in range(8):
        assert scaffold("init", tmp_path / f"t{number}", "-t", URL).code == 0
    remote.release("v2.0.0", {"b.md": "b\n"})
    calls: list[tuple[str | Path, ...]] = []
    for number in range(8):
        calls += [("update", tmp_path / f"t{number}"), ("check", tmp_path / f"t{(number + 3) % 8}", "--format", "json")]
    for run in run_all(calls):
        if run.stdout.startswith("{"):
            # Before, after, or in the middle of an update; never a crash.
            assert json.loads(run.stdout)["exit_code"] in {0, 1}
        assert run.returncode in {0, 1}
        assert "error" not in run.stderr
    assert scaffold("check", *(tmp_path / f"t{number}" for number in range(8))).code == 0


# What Python runs at the start of each process: it writes down what is rendered, and changes nothing.
COUNTING = """
import os
from issue_scaffold.template.renderer import Renderer, _key
make = Renderer._make
def counted(self, request, *arguments):
    with open(os.environ["RENDERED"], "a") as file:
        file.write(_key(request) + "\\n")
    return make(self, request, *arguments)
Renderer._make = counted
"""


def test_32_processes_from_a_cold_cache_render_nothing_twice(
    scaffold: Run, remote: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert remote
    targets = [tmp_path / f"t{number}" for number in range(32)]
    for number, target in enumerate(targets[:4]):
        assert scaffold("init", target, "-t", URL, "-d", f"n={number}").code == 0
    for number, target in enumerate(targets[4:]):
        shutil.copytree(targets[number % 4], target)
    shutil.rmtree(Path(os.environ["SCAFFOLD_CACHE_DIR"]))
    write_tree(tmp_path / "counting", {"sitecustomize.py": COUNTING})
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "counting"))
    monkeypatch.setenv("RENDERED", str(tmp_path / "rendered"))
    results = run_all((("check", target) for target in targets), at_a_time=32)
    assert [(run.returncode, run.stderr) for run in results] == [(0, "")] * 32
    rendered = (tmp_path / "rendered").read_text().split()
    assert len(rendered) == 4
    assert len(set(rendered)) == 4
