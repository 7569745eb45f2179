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


def test_what_is_left_of_a_run_is_told_wherever_it_is_shown(repos: list[Path], tmp_path: Path, scaffold: Run) -> None:
    part, rest, other = (tmp_path / name for name in ("part.jsonl", "rest.jsonl", "other.json"))
    assert scaffold("fleet", "check", *repos[:2], "--until", "0s", "--format", f"jsonl={part}").code == 75
    assert json.loads(part.read_bytes())["left"] == 2
    shown = scaffold("fleet", "report")
    assert (shown.code, "2 repositories left" in shown.out) == (75, True)
    assert scaffold("fleet", "status").code == 75
    assert scaffold("fleet", "check", "--resume", "--format", f"jsonl={rest}", "-j1").code == 1
    assert scaffold("fleet", "check", repos[2], "--format", f"json={other}", "-j1").code == 1
    merged = scaffold("fleet", "report", other, part)
    assert (merged.code, "has not ended" in merged.err) == (75, True)
    for files in ((part, rest, other), (rest, part, other)):
        merged = scaffold("fleet", "report", *files, "--format", "json")
        assert (merged.code, json.loads(merged.out)["left"], merged.err) == (1, 0, "")


def test_a_run_that_failures_have_ended_is_shown_as_it_ended(repos: list[Path], tmp_path: Path, scaffold: Run) -> None:
    rows, stop = tmp_path / "rows.jsonl", ("-j1", "--max-failures", "1", "--format")
    assert scaffold("fleet", "check", tmp_path / "gone", *repos, *stop, f"jsonl={rows}").code == 3
    for shown in (scaffold("fleet", "report"), scaffold("fleet", "report", rows)):
        assert (shown.code, "3 repositories left" in shown.out, shown.err) == (3, True, "")
    assert scaffold("fleet", "status").code == 75
    assert scaffold("fleet", "check", "--resume", "-j1").code == 3
    assert "left" not in scaffold("fleet", "report").out


def test_rows_that_break_off_are_no_whole_run(repos: list[Path], tmp_path: Path, scaffold: Run) -> None:
    whole = tmp_path / "whole.jsonl"
    assert scaffold("fleet", "validate", *repos, "-j1", "--format", f"jsonl={whole}").code == 0
    content = whole.read_bytes()
    assert scaffold("fleet", "report", whole).code == 0
    for end in (0, content.index(b"\n") + 1, len(content) - 20):
        (tmp_path / "torn.jsonl").write_bytes(content[:end])
        shown = scaffold("fleet", "report", tmp_path / "torn.jsonl")
        assert (shown.code, "torn.jsonl" in shown.err) == (75, True), end


@pytest.mark.parametrize("text", ["{}", "[]\n", "{}\n{}\n", "null", "7\n", '{"repositories": []}', "garbage\n"])
def test_another_file_is_no_report(text: str, tmp_path: Path, scaffold: Run) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    shown = scaffold("fleet", "report", path)
    assert (shown.code, "no row of a run" in shown.err) == (3, True)


@pytest.mark.parametrize("option", ["--until", "--max-failures", "--timeout", "--memory", "--where"])
def test_an_option_that_says_nothing_is_named_and_begins_no_run(option: str, repos: list[Path], scaffold: Run) -> None:
    said = scaffold("fleet", "check", repos[0], option, "xyz")
    assert said.code == 2
    assert f"{option}: 'xyz' is " in said.err
    assert scaffold("fleet", "report").code == 2


@pytest.mark.parametrize(
    "option", ["--where=outdated", "--topic=a", "--language=c", "--visibility=public", "--archived=yes", "--forks=yes"]
)
def test_what_chooses_among_owners_repositories_is_refused_for_others(
    option: str, repos: list[Path], scaffold: Run
) -> None:
    said = scaffold("fleet", "check", *repos, option)
    assert said.code == 2
    assert f"{option.partition('=')[0]} chooses among" in said.err


def test_folders_of_no_host_have_no_labels_to_compare(repos: list[Path], scaffold: Run) -> None:
    git(repos[1], "remote", "add", "origin", "https://forge.example/a/b.git")
    git(repos[2], "remote", "add", "one", "https://forge.example/a/c.git")
    git(repos[2], "remote", "add", "two", "https://forge.example/a/d.git")
    for repository in repos:
        (repository / ".github").mkdir()
        (repository / ".github/labels.yml").write_text("- {name: bug, color: d73a4a}\n", encoding="utf-8")
    done = scaffold("fleet", "labels", *repos, "-j1", "--format", "json")
    rows = {Path(row["repository"]).name: row["reason"] for row in json.loads(done.out)["repositories"]}
    assert {name: (row["code"], row["retry"]) for name, row in rows.items()} == {
        "a": ("no-remote", False), "b": ("forbidden", False), "c": ("no-remote", False),
    }  # fmt: skip
    assert "--repo" not in done.out
