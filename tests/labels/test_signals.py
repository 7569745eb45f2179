"""Ctrl-C while a server keeps the command waiting: it says what was done, in real processes, and ends with 130."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import write_tree
from tests.labels.lying_server import LyingServer, answer

COMMAND = Path(sys.executable).parent / "scaffold"
PAGE = b'[{"name": "bug", "color": "ffffff", "description": null}]'
WAIT: list[bytes | float] = [30.0]
LIMIT = answer(b'{"message": "slow"}', "Retry-After: 600", status="429 a")
DRIP: list[bytes | float] = [b"HTTP/1.1 200 OK\r\n", 30.0]

Said = Callable[[str], "list[bytes | float] | list[bytes]"]
# What the server does, what is typed, when to stop it, and what is said.
CASES: dict[str, tuple[Said, str, str, str]] = {
    "plan, no answer": (lambda _: WAIT, "plan", "GET /", "nothing was changed"),
    "plan, half an answer": (lambda _: DRIP, "plan", "GET /", "nothing was changed"),
    "plan, a limit": (lambda _: LIMIT, "plan", "GET /", "nothing was changed"),
    "export": (lambda _: WAIT, "export", "GET /", "nothing was changed"),
    "apply, before anything": (lambda _: WAIT, "apply --yes", "GET /", "nothing was changed"),
    "apply, the first write": (
        lambda request: answer(PAGE) if request.startswith("GET") else WAIT,
        "apply --yes",
        "PATCH /",
        "0 of 2 steps were done; running the same command again does the rest",
    ),
    "apply, the second write": (
        lambda request: WAIT if request.startswith("POST") else answer(PAGE if request[0] == "G" else PAGE[1:-1]),
        "apply --yes",
        "POST /",
        "1 of 2 steps were done; running the same command again does the rest",
    ),
}


def stop(
    server: LyingServer, folder: Path, words: str, when: str, *, after: Callable[[], bool] = lambda: True
) -> tuple[int, str]:
    """Run a command, send it Ctrl-C once the server has got such a request; return its exit code and what it said."""
    environment = {**os.environ, "GH_TOKEN": "ghp_C4n4ry0000000000000000000000000000", "NO_PROXY": "*"}
    process = subprocess.Popen(
        [COMMAND, "labels", *words.split(), "--repo", "octo/demo", "--api-url", server.address],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    end = time.monotonic() + 30
    while not after() or not any(request.startswith(when) for request in server.requests):
        assert time.monotonic() < end
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=10)
    return process.returncode, output


@pytest.mark.parametrize("case", CASES)
def test_it_says_what_was_done(case: str, folder: Path) -> None:
    script, words, when, expected = CASES[case]
    write_tree(folder, {".github/labels.yml": "- {name: bug, color: d73a4a}\n- {name: new, color: d73a4a}\n"})
    with LyingServer(script) as server:
        code, output = stop(server, folder, words, when)
    assert code == 130, output
    assert expected in output
    assert output.endswith("interrupted\n")
    assert "Traceback" not in output


def test_it_says_so_when_only_the_proof_is_missing(folder: Path) -> None:
    write_tree(folder, {".github/labels.yml": "- {name: bug, color: d73a4a}\n"})
    asked: list[str] = []

    def script(request: str) -> list[bytes | float] | list[bytes]:
        asked.append(request)
        if request.startswith("PATCH"):
            return answer(PAGE[1:-1])
        return answer(PAGE) if len(asked) == 1 else WAIT

    with LyingServer(script) as server:
        code, output = stop(server, folder, "apply --yes", "GET /", after=lambda: len(asked) > 2)
    assert code == 130, output
    assert "what came of it wasn't read again" in output
