"""The token is in no output: every command in every format, against a server that sends it back wherever it can."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from tests.conftest import Run, write_tree
from tests.labels.lying_server import LyingServer, answer

from issue_scaffold.cli.fleet_report import FORMATS as FLEET_FORMATS
from issue_scaffold.cli.main import COMMANDS
from issue_scaffold.cli.main import scaffold as root
from issue_scaffold.cli.output.formats import FORMATS

CANARY = "ghp_C4n4ry0000000000000000000000000000"
ASKING = ("--repo", "octo/demo", "--api-url", "{address}")


def every_mode() -> Iterator[tuple[str, ...]]:
    """Yield every command with each of its formats."""
    for name in FORMATS:
        yield ("labels", "plan", "--format", name, *ASKING)
        yield ("labels", "plan", "--prune", "--format", name, *ASKING)
        yield ("labels", "apply", "--yes", "--format", name, *ASKING)
        yield ("labels", "plan", "--format", f"{name}=out.txt", *ASKING)
    for name in ("yaml", "json"):
        yield ("labels", "export", "--format", name, *ASKING)
        yield ("labels", "export", "--format", name, "-o", "out.txt", "--yes", *ASKING)
    for name in FORMATS:
        yield ("check", "--labels", "--format", name)
        yield ("validate", "--format", name)
    for name in FLEET_FORMATS:
        yield ("fleet", "validate", ".", "-j1", "--format", name)
    for name in ("text", "json"):
        yield ("parse", "https://github.com/octo/demo/issues/7", "--api-url", "{address}", "--format", name)
        yield ("issue", "new", "--set", "body=x", "--title", "y", "--create", *ASKING, "--format", name)
        yield ("undo", "--format", name)
        yield ("list", "--format", name)
    yield ("preview", "-o", "page.html")
    yield ("rules",)
    yield ("init", "--defaults", "--dry-run")
    yield ("update", "--dry-run")
    yield ("accept", "x", "--reason", "y")
    yield ("convert", ".github/labels.yml")
    yield ("catalog", "check", ".")
    yield ("--version",)


MODES = list(every_mode())


def test_every_command_is_among_them() -> None:
    assert {mode[0] for mode in MODES} >= set(COMMANDS)
    group = root.get_command(click.Context(root), "labels")
    assert isinstance(group, click.Group)
    assert {mode[1] for mode in MODES if mode[0] == "labels"} == set(group.commands)
    assert len(MODES) >= 46


LINES = (
    f"X-A: {CANARY}",
    f"Server: {CANARY}",
    f"X-Accepted-GitHub-Permissions: {CANARY}=write",
    f"X-OAuth-Scopes: {CANARY}",
)
SAID = {"message": f"Bad {CANARY}", "errors": [{"message": CANARY}, CANARY, {"field": CANARY, "code": CANARY}]}
PROBLEM = json.dumps(SAID).encode()
ESCAPED = PROBLEM.replace(b"ghp_", b"\\u0067hp_")
NAMED = [{"name": f"bug {CANARY}", "color": "d73a4a", "description": CANARY}]
Echo = Callable[[str], "list[bytes]"]
ECHOES: dict[str, Echo] = {
    "unauthorised": lambda _: answer(PROBLEM, *LINES, status=f"401 {CANARY}"),
    "forbidden": lambda _: answer(ESCAPED, *LINES, "X-Accepted-OAuth-Scopes: repo", status="403 a"),
    "not found": lambda _: answer(PROBLEM, *LINES, status="404 a"),
    "invalid": lambda _: answer(PROBLEM, *LINES, status="422 a"),
    "cut in the middle": lambda _: answer(json.dumps({"message": "x" * 290 + CANARY}).encode(), status="422 a"),
    "a teapot": lambda _: answer(PROBLEM, *LINES, status=f"418 {CANARY}"),
    "a redirect": lambda _: answer(PROBLEM, f"Location: http://{CANARY}/{CANARY}?{CANARY}", status="302 a"),
    "a redirect to a user": lambda _: answer(b"", f"Location: {CANARY}@127.0.0.2", status="302 a"),
    "a next page": lambda _: answer(b"[]", f'Link: <http://{CANARY}:{CANARY}@{CANARY}/>; rel="next"'),
    "HTML": lambda _: answer(f"<html>{CANARY}</html>".encode()),
    "another shape": lambda _: answer(json.dumps({CANARY: CANARY}).encode()),
    "a label": lambda _: answer(json.dumps(NAMED).encode()),
    "an escaped label": lambda _: answer(json.dumps(NAMED).encode().replace(b"ghp_", b"\\u0067hp_")),
    "the request itself": lambda request: answer(request.encode(), status="400 a"),
    "a reason": lambda _: answer(b"[]", status=f"200 {CANARY}"),
    "no HTTP": lambda _: [f"{CANARY}\r\n\r\n".encode()],
}


@pytest.fixture
def target(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"):
        monkeypatch.setenv(name, CANARY)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    monkeypatch.setattr("issue_scaffold.label_sync.http.pacing.SystemClock.sleep", lambda *_: None)
    write_tree(folder, {".github/labels.yml": "- {name: bug, color: d73a4a}\n- {name: new, color: d73a4a}\n"})
    write_tree(folder, {".github/ISSUE_TEMPLATE/bug.md": "---\nname: Bug\nabout: Tell us\nlabels: bug\n---\nWhat?\n"})
    return folder


@pytest.mark.parametrize("mode", MODES, ids=" ".join)
def test_it_is_in_none(
    scaffold: Run, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: object
) -> None:
    assert isinstance(mode, tuple)
    asks = "--api-url" in mode or "--labels" in mode
    echoes = list(ECHOES.values()) if asks else [ECHOES["unauthorised"]]
    for echo in echoes:
        with LyingServer(echo) as server:
            monkeypatch.setenv("GITHUB_API_URL", server.address)
            result = scaffold(*(word.replace("{address}", server.address) for word in mode))
        assert CANARY.lower() not in (result.out + result.err).lower()
        assert "ghp_" not in result.out + result.err
        assert "error: unexpected" not in result.err
    for path in (*tmp_path.rglob("*.txt"), *tmp_path.rglob("*.md"), *target.rglob("*.yml")):
        assert CANARY.encode() not in path.read_bytes()


def test_a_crash_report_masks_it(scaffold: Run, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError(f"Invalid header value: token {CANARY}\nsecond line {CANARY}")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("issue_scaffold.label_sync.run.plan_labels", broken)
    assert target.is_dir()
    with LyingServer(lambda _: answer(b"[]")) as server:
        result = scaffold("labels", "plan", "--repo", "octo/demo", "--api-url", server.address)
    assert result.code == 3
    (report,) = tmp_path.glob("scaffold-report-*")
    text = report.read_text(encoding="utf-8")
    assert "Invalid header value: token ***" in text
    assert CANARY not in text + result.out + result.err
    assert "unexpected ValueError: Invalid header value: token ***" in result.err
