"""How far `apply` has come, on a terminal: one line that counts down, never wraps, and is gone at the end."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from tests.conftest import write_tree
from tests.labels.fake_github import FakeGitHub, FakeServer, Fault

from issue_scaffold.cli.labels_progress import Progress, tell_wait
from issue_scaffold.label_sync.plan import LabelAction, LabelStep

COMMAND = Path(sys.executable).parent / "scaffold"
STEPS = [
    LabelStep(action=LabelAction.CREATE, name="a"),
    LabelStep(action=LabelAction.MERGE, name="b", to="a", issues=90),
    LabelStep(action=LabelAction.DELETE, name="c"),
]


def drawn(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what was drawn in place, in order."""
    return re.split(r"\r(?:\x1b\[K)?", capsys.readouterr().err)[1:]


@pytest.fixture
def progress(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Progress:
    """Return a line on a terminal."""
    capsys.readouterr()
    monkeypatch.setattr("issue_scaffold.cli.labels_progress._columns", lambda: 80)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    return Progress()


def test_steps_issues_and_waits_are_drawn_in_one_line(progress: Progress, capsys: pytest.CaptureFixture[str]) -> None:
    progress.start(STEPS, lambda writes: 1.1 * writes)
    progress.show(1)
    progress.move(30, STEPS[1])
    assert progress.told == "1 of 3 steps were done, and 30 issues of 'b' relabelled"
    tick = progress.wait(59.0, "GitHub's limit for writes")
    assert tick is not None
    for left in (58.0, 0.0):
        tick(left)
    assert progress.wait(1.1, "GitHub's limit for writes") is None
    progress.show(3)
    progress.clear()
    assert drawn(capsys) == [
        "[------------------------] 0/3, about 103 s left",
        "[########----------------] 1/3, about 102 s left",
        "[########----------------] 1/3, issue 30/90, about 69 s left",
        "[########----------------] 1/3, waiting 59 s: GitHub's limit for writes",
        "[########----------------] 1/3, waiting 58 s: GitHub's limit for writes",
        "[########----------------] 1/3, about 69 s left",
        "",
    ]


def test_a_wait_without_a_bar_counts_down_and_is_taken_away(
    progress: Progress, capsys: pytest.CaptureFixture[str]
) -> None:
    tick = progress.wait(61.0, "GitHub's rate limit")
    assert tick is not None
    tick(60.0)
    tick(0.0)
    assert drawn(capsys) == ["waiting 61 s: GitHub's rate limit", "waiting 60 s: GitHub's rate limit", ""]


def test_elsewhere_a_wait_is_said_once_and_nothing_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress.start(STEPS, lambda writes: 1.0 * writes)
    progress.show(1)
    progress.move(1, STEPS[1])
    assert tell_wait(61.0, "GitHub's rate limit") is None
    progress.clear()
    assert capsys.readouterr().err == "waiting 61 s: GitHub's rate limit\n"


def on_a_terminal(server: FakeServer, folder: Path, columns: int) -> tuple[int, str]:
    """Run `labels apply` on a terminal of this width; return its exit code and all that it has shown."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {**os.environ, "GH_TOKEN": server.github.token, "NO_PROXY": "*", "TERM": "xterm"}
    process = subprocess.Popen(
        [COMMAND, "labels", "apply", "--yes", "--repo", "octo/demo", "--api-url", server.address],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    shown = b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
    os.close(master)
    return process.wait(timeout=60), shown.decode()


@pytest.mark.parametrize("columns", [80, 40])
def test_the_line_is_never_broken(server: FakeServer, folder: Path, columns: int) -> None:
    server.github = FakeGitHub()
    server.prefix = ""
    repository = server.github.repository()
    for name in ("bug", "defect"):
        repository.add(name, "d73a4a")
    repository.put(1, "defect")
    later = {"Retry-After": "4"}
    said = {"message": "You have exceeded a secondary rate limit."}
    server.github.faults.append(Fault(429, later, said, matches=lambda verb, path: verb == "DELETE"))  # noqa: ARG005
    write_tree(folder, {".github/labels.yml": "- {name: bug, color: d73a4a, aliases: [defect]}\n- {name: new}\n"})
    code, shown = on_a_terminal(server, folder, columns)
    assert code == 0, shown
    frames = re.findall(r"\r\x1b\[K([^\r\n]*)(?=\r\x1b)", shown)
    assert all(len(frame) < columns for frame in frames)
    # What is drawn is always taken away before anything else is said.
    for line in shown.replace("\r\n", "\n").split("\n"):
        assert not re.search(r"left[^\r]|writes[^\r]|limit[^\r]", line), line
    waits = [frame for frame in frames if "waiting" in frame]
    assert len(waits) >= 4
    lead = "[############------------] 1/2" if columns == 80 else "1/2"
    assert waits[0].startswith(f"{lead}, waiting 4 s: GitHub")
    assert any("issue 1/1" in frame for frame in frames)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_asks_for_an_end_in_a_merge_is_told_how_far_it_has_come(
    server: FakeServer, folder: Path, number: signal.Signals
) -> None:
    server.github = FakeGitHub()
    server.prefix = ""
    repository = server.github.repository()
    for name in ("bug", "defect"):
        repository.add(name, "d73a4a")
    for issue in range(1, 40):
        repository.put(issue, "defect")
    write_tree(folder, {".github/labels.yml": "- {name: bug, color: d73a4a, aliases: [defect]}\n"})
    process = subprocess.Popen(
        [COMMAND, "labels", "apply", "--yes", "--repo", "octo/demo", "--api-url", server.address],
        cwd=folder,
        env={**os.environ, "GH_TOKEN": server.github.token, "NO_PROXY": "*"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def stop(verb: str, path: str) -> None:
        if verb == "POST" and path.endswith("/labels") and server.github.count("POST") == 3:
            process.send_signal(number)

    server.github.meanwhile = stop
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, output
    # Whether the answer to the last request has still come is the system's to say.
    assert re.search(
        r"0 of 1 steps were done, and [12] issues of 'defect' relabelled; running the same command again does the rest",
        output,
    ), output
    assert "defect" in repository.labels
