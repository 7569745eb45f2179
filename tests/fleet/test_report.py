"""Reports of runs are taken up again: merged, with when they began, and as the past of another."""

import json
import re
from pathlib import Path

import pytest
from tests.conftest import Run, git


@pytest.fixture
def repos(tmp_path: Path) -> list[Path]:
    """Return three repositories in which nothing is installed."""
    for name in ("a", "b", "c"):
        git(tmp_path, "init", "--quiet", name)
    return [tmp_path / name for name in ("a", "b", "c")]


def test_every_format_that_programs_read_is_taken_up_again(repos: list[Path], tmp_path: Path, scaffold: Run) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.jsonl"
    assert scaffold("fleet", "check", *repos[:2], "-j1", "--format", f"json={first}").code == 1
    assert scaffold("fleet", "validate", *repos[1:], "-j1", "--format", f"jsonl={second}").code == 0
    started = json.loads(first.read_bytes())["started"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", started)
    done = scaffold("fleet", "report", first, second, "--format", "json")
    document = json.loads(done.out)
    assert {Path(row["repository"]).name: row["status"] for row in document["repositories"]} == {
        "a": "not-initialised", "b": "clean", "c": "clean",
    }  # fmt: skip
    assert (done.code, document["started"]) == (1, started)
    again = tmp_path / "again.json"
    assert scaffold("fleet", "report", first, second, "--format", f"json={again}").code == 1
    assert json.loads(scaffold("fleet", "report", again, "--format", "json").out) == document


def test_the_past_is_a_table_oldest_first(repos: list[Path], tmp_path: Path, scaffold: Run) -> None:
    past, bare = tmp_path / "past.json", tmp_path / "bare.jsonl"
    assert scaffold("fleet", "check", *repos[:2], "-j1", "--format", f"json={past}").code == 1
    document = json.loads(past.read_bytes())
    past.write_text(json.dumps(document | {"started": "2001-02-03T04:05:06Z"}, indent=2), encoding="utf-8")
    bare.write_text("".join(json.dumps(row) + "\n" for row in document["repositories"][:1]), encoding="utf-8")
    assert scaffold("fleet", "check", *repos, "-j1").code == 1
    text = scaffold("fleet", "report", "--history", past, "--history", bare, "--format", "html").out
    rows = re.findall(r"<tr><td>([^<]+)</td><td class=\"number\">(\d+)</td></tr>", text.split("Over time</h2>")[1])
    assert [(name[:2], number) for name, number in rows[:3]] == [("ba", "1"), ("20", "2"), ("20", "3")]
    assert rows[1][0] == "2001-02-03T04:05:06Z"
    plain = scaffold("fleet", "report", "--format", "html").out
    assert "Over time" not in plain
    assert scaffold("fleet", "report", "--history", tmp_path / "nothing").code == 2
