"""Signal before noise: what weighs most comes first, the same thing is said once, with all its places."""

import json
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Result, Run, write_tree

FOLDER = ".github/ISSUE_TEMPLATE"
FORM = """name: Form number {number}
description: What form {number} is for
labels: [{labels}]
body:
  - type: input
    attributes:
      label: Something
"""
ROWS, COLUMNS = 24, 80


def forms(number: int, *labels: str) -> dict[str, str | bytes | None]:
    """Return as many forms, each with the labels; `{number}` in a label is that of the form."""
    return {
        f"{FOLDER}/form-{one:02}.yml": FORM.format(
            number=one, labels=", ".join(f'"{label.format(number=one)}"' for label in labels)
        )
        for one in range(number)
    }


def findings(done: Result) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(done.out)["targets"][0]["findings"]
    return rows


def screen(text: str) -> str:
    """Return what the first screen of a terminal shows."""
    lines = [row for line in text.splitlines() for row in textwrap.wrap(line, COLUMNS) or [""]]
    return "\n".join(lines[:ROWS])


@pytest.fixture
def in_repo(repo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository as the working directory."""
    monkeypatch.chdir(repo)
    return repo


def test_the_only_error_among_many_findings_is_on_the_first_screen(scaffold: Run, in_repo: Path) -> None:
    write_tree(
        in_repo, forms(18, "role", "size", "team", "area-{number}", "state-{number}", "milestone-{number}", "x{number}")
    )
    broken = FORM.format(number=99, labels="").replace("type: input", "type: inputs")
    write_tree(in_repo, {f"{FOLDER}/zz-last.yml": broken})
    found = findings(scaffold("validate", "--format", "json"))
    assert sum(len(one["places"]) for one in found) == 127
    assert [one["severity"] for one in found].count("error") == 1
    done = scaffold("validate")
    assert done.code == 1
    first = screen(done.out)
    assert f"{FOLDER}/zz-last.yml:5:11: error: " in first
    assert first.splitlines()[0].startswith(f"{FOLDER}/zz-last.yml:5:11: error: ")
    assert len(done.out.splitlines()) < ROWS
    assert "info: 75 times labels/not-in-config in 126 places, such as " in done.out
    assert "1 error, 75 info in 19 files" in done.out


def test_findings_are_shown_one_by_one_from_a_severity_on(scaffold: Run, in_repo: Path) -> None:
    write_tree(in_repo, forms(2, "role-{number}"))
    write_tree(in_repo, {f"{FOLDER}/a.md": "---\nname: Bug\nabout: About a bug\n---\nx\n"})
    info = re.compile(r"^\S+:3:10: info: ", re.MULTILINE)
    warning = re.compile(r"^\S+:2:7: warning: .*\n +2 \|", re.MULTILINE)
    summary = "info: 2 times labels/not-in-config in 2 places, such as .github/ISSUE_TEMPLATE/form-00.yml:3:10: "
    by_default = scaffold("validate").out
    assert by_default == scaffold("validate", "--show", "warning").out
    assert summary in by_default
    assert "--show info" in by_default
    assert warning.search(by_default)
    everything = scaffold("validate", "--show", "info").out
    assert len(info.findall(everything)) == 2
    assert "times" not in everything
    errors = scaffold("validate", "--show", "error").out
    assert summary in errors
    assert not warning.search(errors)
    assert "warning" in errors
    assert scaffold("validate", "--show", "all").code == 2
    # Other formats have everything.
    assert (
        scaffold("validate", "--show", "error", "--format", "json").out == scaffold("validate", "--format", "json").out
    )


def test_errors_come_first_over_all_paths(scaffold: Run, in_repo: Path) -> None:
    write_tree(in_repo, forms(2))
    write_tree(
        in_repo,
        {
            f"{FOLDER}/a.md": "---\nname: Bug\nabout: About a bug\n---\nx\n",
            f"{FOLDER}/b.yml": "name: Broken\ndescription: Broken form\nbody: {}\n",
        },
    )
    done = scaffold("validate", f"{FOLDER}/a.md", f"{FOLDER}/b.yml")
    assert done.out.startswith(f"{FOLDER}/b.yml:")
    assert done.out.index("error:") < done.out.index("warning:")


def test_one_label_in_nine_files_is_one_finding(scaffold: Run, in_repo: Path) -> None:
    write_tree(in_repo, forms(9, "role: design"))
    places = [{"path": f"{FOLDER}/form-{one:02}.yml", "line": 3, "column": 10} for one in range(9)]
    (found,) = findings(scaffold("validate", "--format", "json"))
    assert found["places"] == places
    assert {key: found[key] for key in ("path", "line", "column")} == places[0]
    text = scaffold("validate", "--show", "info").out
    assert text.count("role: design` is not") == 1
    assert "also: .github/ISSUE_TEMPLATE/form-01.yml:3:10, " in text
    assert "and 5 more places" in text
    assert "1 info in 9 files" in text


def test_each_format_has_all_places(scaffold: Run, in_repo: Path) -> None:
    write_tree(in_repo, forms(9, "role: design"))
    paths = [f"{FOLDER}/form-{one:02}.yml" for one in range(9)]
    annotations = scaffold("validate", "--format", "github").out
    assert annotations.count("::notice ") == 1
    assert f"file={paths[0]},line=3" in annotations
    assert all(f"{path}:3:10" in annotations for path in paths[1:])
    issues = json.loads(scaffold("validate", "--format", "gitlab").out)
    assert [issue["location"]["path"] for issue in issues] == paths
    assert len({issue["fingerprint"] for issue in issues}) == 9
    (result,) = json.loads(scaffold("validate", "--format", "sarif").out)["runs"][0]["results"]
    shown = [*result["locations"], *result["relatedLocations"]]
    assert [one["physicalLocation"]["artifactLocation"]["uri"] for one in shown] == paths
    assert all(one["physicalLocation"]["region"]["startLine"] == 3 for one in shown)
    summary = scaffold("validate", "--format", "markdown").out
    assert all(f"`{path}:3:10`" in summary for path in paths)


def test_fingerprints_stay_when_another_file_gets_the_label(scaffold: Run, in_repo: Path) -> None:
    def fingerprints() -> dict[str, str]:
        issues = json.loads(scaffold("validate", "--format", "gitlab").out)
        return {issue["location"]["path"]: issue["fingerprint"] for issue in issues}

    write_tree(in_repo, forms(3, "role: design"))
    before = fingerprints()
    write_tree(in_repo, {f"{FOLDER}/a-first.yml": FORM.format(number=20, labels='"role: design"')})
    after = fingerprints()
    assert len(after) == 4
    assert before.items() <= after.items()


def test_there_is_no_limit_to_places(scaffold: Run, in_repo: Path) -> None:
    write_tree(in_repo, forms(130, "role: design"))
    (found,) = findings(scaffold("validate", "--format", "json"))
    assert len(found["places"]) == 130
    assert "not listed" not in found["message"]


def test_any_rule_says_the_same_once(scaffold: Run, in_repo: Path) -> None:
    write_tree(in_repo, {f"{FOLDER}/{one}.md": f"---\nname: Template {one}\n---\nx\n" for one in range(4)})
    (found,) = findings(scaffold("validate", "--format", "json"))
    assert (found["rule"], found["severity"]) == ("template/missing-key", "error")
    assert [place["path"] for place in found["places"]] == [f"{FOLDER}/{one}.md" for one in range(4)]
    assert scaffold("validate").code == 1


COMMENT = "# scaffold: ignore[labels/not-in-config] it exists\n"


def test_a_suppressed_place_leaves_the_finding(scaffold: Run, in_repo: Path) -> None:
    write_tree(in_repo, forms(3, "role: design"))
    form = in_repo / FOLDER / "form-00.yml"
    form.write_text(COMMENT + form.read_text())
    (found,) = findings(scaffold("validate", "--format", "json"))
    assert [place["path"] for place in found["places"]] == [f"{FOLDER}/form-01.yml", f"{FOLDER}/form-02.yml"]
    assert found["path"] == f"{FOLDER}/form-01.yml"
    setting = "ignore:\n  - {path: '**/form-01.yml', rule: labels/not-in-config, reason: it exists}\n"
    write_tree(in_repo, {".github/scaffold.yml": setting})
    (found,) = findings(scaffold("validate", "--format", "json"))
    assert [place["path"] for place in found["places"]] == [f"{FOLDER}/form-02.yml"]
    write_tree(in_repo, {".github/scaffold.yml": setting.replace("form-01", "form-*")})
    form.write_text(form.read_text().removeprefix(COMMENT))
    assert findings(scaffold("validate", "--format", "json")) == []


def test_fixes_mend_every_place(scaffold: Run, in_repo: Path) -> None:
    write_tree(
        in_repo, {f"{FOLDER}/{one}.yml": f"about: Form {one}\n{FORM.format(number=one, labels='')}" for one in "abc"}
    )
    for one in "abc":
        path = in_repo / FOLDER / f"{one}.yml"
        path.write_text(path.read_text().replace(f"description: What form {one} is for\n", ""))
    (found,) = findings(scaffold("validate", "--diff", "--fix", "--format", "json"))
    assert (found["rule"], len(found["places"]), found["fixable"]) == ("form/unpermitted-key", 3, True)
    assert found["diff"].count("+description: Form ") == 3
    assert scaffold("validate", "--fix").code == 0
    assert all((in_repo / FOLDER / f"{one}.yml").read_text().startswith("description: ") for one in "abc")
