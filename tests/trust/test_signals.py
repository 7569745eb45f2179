"""Ctrl-C and SIGTERM at any time, and standard streams that are closed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run, Template, read_tree

from issue_scaffold.files import interrupts

COMMAND = Path(sys.executable).parent / "scaffold"
# Says when the program's own code begins: before that, a signal meets Python alone.
PROGRAM = "import signal; from issue_scaffold.cli import entry; print('begun', flush=True); entry.run()"


@pytest.fixture
def target(scaffold: Run, template: Template, repo: Path) -> Path:
    """Return a target of version 1, with version 2 out."""
    template.release("v1", {"a.md": "a\n", "b.md": "b\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    template.release("v2", {"a.md": "A\n", "c.md": "c\n"})
    return repo


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_phase_without_a_trace(
    number: signal.Signals, target: Path, scaffold: Run, tmp_path: Path
) -> None:
    """While modules load, while it renders from a cold cache, while it writes."""
    before = read_tree(target)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary), "SCAFFOLD_CACHE_DIR": str(tmp_path / "cold")}
    codes = []
    for delay in (0.005, 0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8):
        run = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "init", tmp_path / "new"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert run.stdout
        assert run.stdout.readline() == "begun\n"
        time.sleep(delay)
        run.send_signal(number)
        _, said = run.communicate(timeout=60)
        codes.append(run.returncode)
        assert run.returncode in {0, 2, 130}, (delay, said)
        assert "Traceback" not in said, (delay, said)
        assert run.returncode != 130 or "interrupted" in said
        assert not list(temporary.iterdir()), delay
    assert 130 in codes
    assert read_tree(target) == before
    assert scaffold("init", tmp_path / "new").code in {0, 2}
    assert scaffold("check", tmp_path / "new").code == 0


@pytest.mark.parametrize("name", ["rmtree", "mkdtemp"])
def test_a_signal_leaves_no_temporary_folder_when_it_is_made_or_removed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scaffold: Run
) -> None:
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "cold"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    module = tempfile if name == "mkdtemp" else shutil
    true = getattr(module, name)
    signalled: list[int] = []

    def with_signal(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as the function that it stands for
        done = true(*arguments, **options)
        if not signalled and str(tmp_path / "tmp") in {str(Path(at).parent) for at in (done, *arguments) if at}:
            signalled.append(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        return done

    monkeypatch.setattr(module, name, with_signal)
    assert scaffold("init", tmp_path / "new").code == 130
    assert signalled
    assert not list((tmp_path / "tmp").iterdir())


def test_a_signal_that_is_ignored_stays_so(target: Path) -> None:
    """As in a job that a shell has put into the background."""
    ignoring = ["sh", "-c", """trap '' INT; exec "$@" """, "sh"]
    run = subprocess.Popen(
        [*ignoring, sys.executable, "-c", PROGRAM, "check", target, "--fail-on", "modified"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout
    assert run.stdout.readline() == "begun\n"
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 0, said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_files_take_their_places_is_heeded_afterwards(number: signal.Signals) -> None:
    done = []
    handlers = (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))

    def write() -> None:
        with interrupts.deferred():
            signal.raise_signal(number)
            done.append("written")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            write()
    finally:
        signal.signal(signal.SIGTERM, handlers[1])
    assert done == ["written"]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers


@pytest.mark.parametrize(
    "arguments", [["check"], ["update"], ["update", "--dry-run"], ["validate", "--fix"], ["rules"]]
)
def test_closed_standard_output(arguments: list[str], target: Path) -> None:
    """Nobody could read what was done: nothing is."""
    before = read_tree(target)
    done = subprocess.run(
        [COMMAND, *arguments],
        cwd=target,
        preexec_fn=lambda: os.close(1),
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "standard output is closed; nothing was done" in done.stderr
    assert read_tree(target) == before


@pytest.mark.parametrize("closed", [0, 2])
def test_other_closed_streams_are_no_matter(closed: int, target: Path) -> None:
    """And no file that is opened instead gets what was meant for them."""
    done = subprocess.run(
        [COMMAND, "update", target],
        preexec_fn=lambda: os.close(closed),
        stdout=subprocess.PIPE,
        check=False,
    )
    assert done.returncode == 0
    assert read_tree(target)["a.md"] == b"A\n"
    assert b"from template v1 to v2" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("full", ["stdout", "stderr"])
@pytest.mark.parametrize(
    "arguments", [["check"], ["check", "--format", "json"], ["validate"], ["--help"], ["check", "nowhere"], ["rules"]]
)
def test_a_full_disk_for_what_is_printed(full: str, arguments: list[str], target: Path) -> None:
    other = "stderr" if full == "stdout" else "stdout"
    with Path("/dev/full").open("w", encoding="utf-8") as device:
        streams = {full: device, other: subprocess.PIPE}
        # Unbuffered, nothing would be left to fail on at the end.
        env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        done = subprocess.run([COMMAND, *arguments], cwd=target, env=env, text=True, check=False, **streams)  # type: ignore[call-overload]
    assert done.returncode in ({3} if full == "stdout" and arguments != ["check", "nowhere"] else {0, 1, 2, 3})
    assert "Exception ignored" not in (done.stderr or "")
    assert "Traceback" not in (done.stderr or "")
