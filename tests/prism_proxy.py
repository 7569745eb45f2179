"""Prism between a client and a fake of GitHub: it holds what goes each way against GitHub's published description.

Owns how Prism is started, and which of its complaints count. The description is cut by `scripts/prune_openapi.py`.
"""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import IN_CI

from issue_scaffold.label_sync.http.exchange import Connection, Received

PRISM = Path(__file__).parent / "prism"
COMMAND = PRISM / "node_modules" / ".bin" / "prism"
DESCRIPTION = PRISM / "github-openapi.json"
START_SECONDS = 300
UNLISTED = "Unable to match the returned status code"


@contextmanager
def prism_before(address: str, log: Path) -> Iterator[str]:
    """Run Prism as a proxy in front of a fake at an address; yield Prism's own. It writes into `log`."""
    if not COMMAND.exists():
        if IN_CI:
            pytest.fail("Prism is not installed: npm ci --prefix tests/prism")
        pytest.skip("Prism is not installed: npm ci --prefix tests/prism")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = ["proxy", str(DESCRIPTION), address, "-p", str(port), "-h", "127.0.0.1"]
    with log.open("wb") as output:
        process = subprocess.Popen([str(COMMAND), *arguments], stdout=output, stderr=output)
        try:
            _wait_for(port, process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"Prism didn't start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def note_violations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which what Prism finds wrong with the traffic will be added.

    A fault that a test asks for may deviate, and so may the status codes that GitHub answers with and doesn't list.
    """
    found: list[str] = []
    exchange = Connection.exchange

    def watched(connection: Connection, verb: str, target: str, *arguments: Any, **options: Any) -> Received:  # noqa: ANN401
        received = exchange(connection, verb, target, *arguments, **options)
        wrong = json.loads(received.headers.get("sl-violations", "[]"))
        # What Prism knows is the description of REST.
        if "x-fault" not in received.headers and not target.endswith("/graphql"):
            found.extend(
                f"{verb} {target} {received.status}: {one}"
                for one in wrong
                if not (received.status >= 300 and one["message"].startswith(UNLISTED))
            )
        return received

    monkeypatch.setattr(Connection, "exchange", watched)
    return found
