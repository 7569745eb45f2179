"""A run that writes, killed at any event or in the middle of any request, is gone on with: nothing twice, nothing lost.

`SCAFFOLD_KILLS` is how many places are tried, spread over all there are.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.fleet.fake_pulls import TOKEN, PullsServer
from tests.fleet.planned_runs import BEFORE, FORM, plan_of, planned_run

from issue_scaffold.fleet import run_folder

KILLS = int(os.environ.get("SCAFFOLD_KILLS", "2"))
ROOT = Path(__file__).parents[2]
BRANCH = "scaffold/update"
REPOSITORIES = 2
# Before and after each of five events a repository; each request before its work, and before its answer.
STEPS, REQUESTS = 10 * REPOSITORIES, 20 * REPOSITORIES
PLACES = [("step", number) for number in range(1, STEPS + 1)] + [
    ("request", number) for number in range(1, REQUESTS + 1)
]


def some_places() -> list[tuple[str, int]]:
    if len(PLACES) <= KILLS:
        return PLACES
    return sorted(random.Random(16).sample(PLACES, KILLS))


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", TOKEN)


@pytest.fixture
def run(forge: PullsServer) -> Path:
    outcomes = []
    for number in range(REPOSITORIES):
        forge.backend.make(f"octo/r{number}", BEFORE)
        outcomes.append(plan_of(forge, f"octo/r{number}"))
    return planned_run(forge, outcomes)


def started(forge: PullsServer, step: int, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.fleet.killed_apply", str(step), "fleet", "apply"]
    command += ["--api-url", forge.api("github"), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def kill_in_request(forge: PullsServer, process: "subprocess.Popen[bytes]", number: int) -> None:
    """Kill a process when it has sent so many halves of requests: before the work, or before the answer."""
    halves = 0

    def half(_method: str, _address: str) -> None:
        nonlocal halves
        halves += 1
        if halves == number:
            process.send_signal(signal.SIGKILL)

    def fault(method: str, address: str) -> None:
        half(method, address)

    forge.faults, forge.pulls.after = fault, half


def finish(process: "subprocess.Popen[bytes]") -> int:
    _, said = process.communicate(timeout=120)
    assert b"Traceback" not in said, said.decode()
    return process.returncode


def events(run: Path) -> Counter[tuple[str, str]]:
    text = (run / "journal.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return Counter((row["repository"], row["event"]) for row in rows)


@pytest.mark.parametrize(("kind", "number"), some_places())
def test_a_killed_run_is_gone_on_with(forge: PullsServer, run: Path, kind: str, number: int) -> None:
    step = number if kind == "step" else 0
    process = started(forge, step)
    if kind == "request":
        kill_in_request(forge, process, number)
    assert finish(process) in {-signal.SIGKILL, 0}
    forge.faults = lambda _method, _address: None
    forge.pulls.after = lambda _method, _address: None
    done = {name for name, one in run_folder.outcomes_of(run).items() if not one.is_plan}
    before = events(run)
    assert finish(started(forge, 0, "--resume", run.name)) == 0
    for name, outcome in run_folder.outcomes_of(run).items():
        (pull,) = forge.pulls.of(name).pulls
        assert outcome.status == "updated"
        assert (outcome.pull_request or {})["number"] == pull.number
        assert forge.backend.read(name, FORM, BRANCH) == "name: new"
        assert forge.backend.git(name, "rev-list", "--count", f"main..{BRANCH}") == "1"
        if name in done:
            assert {key: many for key, many in events(run).items() if key[0] == name} == {
                key: many for key, many in before.items() if key[0] == name
            }
