"""One target never costs the others: whatever goes wrong with it is its row, and what is finished is shown."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ANSWERS, Run, write_tree

from issue_scaffold.cli.output.formats import FORMATS
from issue_scaffold.errors import ScaffoldError
from issue_scaffold.forge.documents import load
from issue_scaffold.sync.target import open_target

FAILURES = {
    "a bug": ZeroDivisionError("a bug\nof two lines"),
    "memory": MemoryError(),
    "recursion": RecursionError("too deep"),
    "an error of ours": ScaffoldError("this went wrong", hint="do that"),
    "the system's": PermissionError(13, "Permission denied", "some/file"),
    "a value": ValueError(""),
}


def fail_on(name: str, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the check of one target fail."""

    def failing(text: str, *more: Any, **named: Any) -> Any:  # noqa: ANN401 - as the original
        if text.endswith(name):
            raise error
        return open_target(text, *more, **named)

    monkeypatch.setattr("issue_scaffold.sync.check.open_target", failing)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("kind", FAILURES)
def test_a_failure_is_the_row_of_its_target(
    kind: str, format_: str, target: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    bad = target / ".github"
    fail_on(".github", FAILURES[kind], monkeypatch)
    write_tree(target, {".github/labels.yml": "[]\n"})
    done = scaffold("check", target, bad, target, "--format", format_, "--format", f"json={tmp_path / 'all.json'}")
    assert done.code == 3
    rows = json.loads((tmp_path / "all.json").read_text("utf-8"))["targets"]
    assert [row["status"] for row in rows] == ["findings", "failed", "findings"]
    assert rows[1]["error"]
    if format_ != "text":
        assert done.out
    if kind == "a bug":
        assert "unexpected ZeroDivisionError: a bug" in rows[1]["error"]
        assert "scaffold-report-" in rows[1]["hint"]
        assert list(tmp_path.glob("scaffold-report-*.txt"))
    assert "Traceback" not in done.out + done.err


def test_text_is_shown_as_targets_finish(
    target: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from issue_scaffold.sync import check

    seen: list[str] = []
    check_target = check.check_target

    def watched(*arguments: Any) -> Any:  # noqa: ANN401 - as the original
        seen.append(capsys.readouterr().out)
        return check_target(*arguments)

    monkeypatch.setattr(check, "check_target", watched)
    done = scaffold("check", target, target)
    assert "in sync" in seen[1]
    assert done.code == 0


@pytest.mark.parametrize("format_", FORMATS)
def test_ctrl_c_shows_what_is_finished(
    format_: str, target: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def interrupted(text: str, *more: Any, **named: Any) -> Any:  # noqa: ANN401 - as the original
        opened.append(text)
        if len(opened) == 3:
            raise KeyboardInterrupt
        return open_target(text, *more, **named)

    monkeypatch.setattr("issue_scaffold.sync.check.open_target", interrupted)
    write_tree(target, {".github/labels.yml": "[]\n"})
    done = scaffold("check", target, target, target, "--format", format_)
    assert done.code == 130
    assert "interrupted" in done.err
    assert ".github/labels.yml" in done.out
    if format_ == "json":
        document = json.loads(done.out)
        assert document["exit_code"] == 130
        assert len(document["targets"]) == 2


def test_a_real_ctrl_c(target: Path) -> None:
    """The second target is interrupted; the first one's result is there all the same."""
    code = (
        "import os, signal, sys\n"
        "from issue_scaffold.sync import check\n"
        "real = check.open_target\n"
        "def opening(text, *more, **named):\n"
        "    if text.endswith('second'):\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        signal.pause()\n"
        "    return real(text, *more, **named)\n"
        "check.open_target = opening\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from issue_scaffold.cli.main import run\n"
        "run()\n"
    )
    second = target.parent / "second"
    second.mkdir()
    command = [sys.executable, "-c", code, "check", str(target), str(second), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=os.environ)
    assert done.returncode in {130, -signal.SIGINT}
    assert [row["status"] for row in json.loads(done.stdout)["targets"]] == ["clean"]


def test_a_file_on_which_validation_fails_is_its_own_row(
    tmp_path: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def failing(path: str, content: bytes, shared: Any) -> Any:  # noqa: ANN401 - as the original
        if b"crash" in content:
            raise ZeroDivisionError("a bug")
        return load(path, content, shared)

    monkeypatch.setattr("issue_scaffold.validate.engine.load", failing)
    folder = ".github/ISSUE_TEMPLATE"
    write_tree(tmp_path, {f"r/{folder}/{name}.yml": f"name: {name}\n" for name in ("a", "crash", "z")})
    monkeypatch.chdir(tmp_path / "r")
    paths = [f"{folder}/{name}.yml" for name in ("a", "crash", "z")]
    done = scaffold("validate", *paths, "--format", "json")
    rows = json.loads(done.out)["targets"]
    assert done.code == 3
    assert [row["status"] for row in rows] == ["findings", "failed", "findings"]
    assert f"{folder}/crash.yml: unexpected ZeroDivisionError" in rows[1]["error"]
    whole = json.loads(scaffold("validate", "--format", "json").out)["targets"]
    assert [row["status"] for row in whole] == ["failed"]
    assert {finding["path"] for finding in whole[0]["findings"]} == {paths[0], paths[2]}


@pytest.mark.parametrize("path", [ANSWERS, ".github/scaffold.yml"])
def test_a_bad_file_of_one_target_is_its_row(path: str, target: Path, scaffold: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    write_tree(bad, {ANSWERS: (target / ANSWERS).read_bytes()})
    write_tree(bad, {path: "a: [\n"})
    done = scaffold("check", target, bad, target, "--format", "json")
    assert [row["status"] for row in json.loads(done.out)["targets"]] == ["clean", "failed", "clean"]
    assert done.code == 2
