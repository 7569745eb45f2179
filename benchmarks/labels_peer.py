"""`scaffold labels` beside npm's github-label-sync: requests and seconds, on the same fake of GitHub in the same run.

Run `python benchmarks/labels_peer.py [COMMAND]`, where COMMAND is github-label-sync's, by default the one on PATH
(`npm install --no-save --ignore-scripts github-label-sync`). Prints a Markdown table, of scaffold alone where there is
no such command. A run that writes waits a second between writes, as GitHub asks; github-label-sync doesn't.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.labels.fake_github import FakeGitHub, FakeServer

# It speaks https to a host without a port only; here its requests go to the fake.
LOOPBACK = """
const http = require("http");
require("https").request = (options, done) => http.request(
  {...options, protocol: "http:", host: "127.0.0.1", hostname: "127.0.0.1", port: PORT, agent: undefined}, done);
"""
SCAFFOLD = Path(sys.executable).parent / "scaffold"
LABELS, DIFFERENT, DOOMED, ISSUES = 100, 5, 60, 200
COLOR = "d73a4a"


class Task(NamedTuple):
    """One thing to do, as each of the two is told it."""

    what: str
    fill: Callable[[FakeGitHub], None]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]


def fill_different(github: FakeGitHub) -> None:
    """Let the repository have all labels of the config, five of them in another colour."""
    for number in range(LABELS):
        github.repository().add(f"label {number}", "000000" if number < DIFFERENT else COLOR)


def fill_doomed(github: FakeGitHub) -> None:
    """Let the repository have the config's labels and sixty more, which issues have."""
    for number in range(LABELS):
        github.repository().add(f"label {number}", COLOR)
    for number in range(DOOMED):
        github.repository().add(f"other {number}", COLOR)
    for number in range(1, ISSUES + 1):
        github.repository().put(number, f"other {number % (DOOMED // 2)}")


TASKS = (
    Task("see that 5 of 100 labels differ", fill_different, ("plan",), ("--dry-run", "-A")),
    Task("see that 60 labels are too many", fill_doomed, ("plan", "--prune"), ("--dry-run",)),
    Task("change 5 of 100 labels", fill_different, ("apply", "--yes"), ("-A",)),
)


def main() -> int:
    """Measure, print, and return the exit code."""
    named = sys.argv[1] if len(sys.argv) > 1 else shutil.which("github-label-sync")
    server = FakeServer(FakeGitHub())
    print("| what | by | requests | seconds |\n|---|---|---:|---:|")
    try:
        with tempfile.TemporaryDirectory() as folder:
            rows = [{"name": f"label {number}", "color": COLOR} for number in range(LABELS)]
            config = Path(folder, "labels.json")
            config.write_text(json.dumps(rows), encoding="utf-8")
            loopback = Path(folder, "loopback.js")
            loopback.write_text(LOOPBACK.replace("PORT", str(server.server_address[1])), encoding="utf-8")
            os.environ["NODE_OPTIONS"] = f"--require {loopback}"
            for task in TASKS:
                where = ("--repo", "octo/demo", "--api-url", server.address, "--file", str(config))
                measure(server, task, "scaffold", (str(SCAFFOLD), "labels", *task.ours, *where))
                if named is not None:
                    peer = (named, *task.theirs, "octo/demo")
                    measure(server, task, "github-label-sync", (*peer, "--labels", str(config)))
    finally:
        server.close()
    return 0


def measure(server: FakeServer, task: Task, name: str, command: tuple[str, ...]) -> None:
    """Run a command on a fresh repository, and print a row."""
    server.github = FakeGitHub()
    task.fill(server.github)
    token = server.github.token
    environment = {**os.environ, "GH_TOKEN": token, "GITHUB_ACCESS_TOKEN": token, "NO_PROXY": "*"}
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    seconds = time.perf_counter() - start
    if done.returncode not in {0, 1} or not server.github.calls:
        raise RuntimeError(f"{name}: {done.stdout}{done.stderr}")
    print(f"| {task.what} | {name} | {server.github.count()} | {seconds:.2f} |")


if __name__ == "__main__":
    sys.exit(main())
