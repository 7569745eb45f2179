"""`scaffold init` where templates are already: they become the template's, under their own names."""

from pathlib import Path

import pytest
from tests.conftest import ANSWERS, Run, read_tree, write_tree

FOLDER = ".github/ISSUE_TEMPLATE"
BUG = """name: Bug Report
description: Something is wrong
labels: [bug]
body:
  - type: textarea
    id: what
    attributes:
      label: What happened?
"""
IDEA = BUG.replace("Bug Report", "Feature Request").replace("[bug]", "[enhancement]")
OWN = {f"{FOLDER}/01-bug_report.yml": BUG, f"{FOLDER}/02-feature_request.yml": IDEA}
TYPES = ("-d", "issue_types=bug_report, feature_request")


def templates(root: Path) -> list[str]:
    return sorted(path.name for path in (root / FOLDER).iterdir())


@pytest.mark.parametrize(
    ("format_", "more"), [("form", []), ("both", ["bug_report.md", "feature_request.md"])], ids=["form", "both"]
)
def test_templates_that_are_there_are_kept_and_nothing_is_written_beside_them(
    format_: str, more: list[str], scaffold: Run, repo: Path
) -> None:
    write_tree(repo, OWN)
    refused = scaffold("init", repo, *TYPES, "-d", f"format={format_}", "--on-conflict", "abort")
    assert refused.code == 1
    assert "01-bug_report.yml" in refused.err
    assert not (repo / ANSWERS).exists()
    done = scaffold("init", repo, *TYPES, "-d", f"format={format_}", "--on-conflict", "keep")
    assert done.code == 0, done
    assert "both would be there" not in done.err
    assert templates(repo) == ["01-bug_report.yml", "02-feature_request.yml", *more]
    assert (repo / FOLDER / "01-bug_report.yml").read_text() == BUG
    assert f"{FOLDER}/bug_report.yml: {FOLDER}/01-bug_report.yml" in (repo / ".github/scaffold.yml").read_text()
    before = read_tree(repo)
    assert scaffold("update", repo).code == 0
    assert read_tree(repo) == before
    assert scaffold("validate", repo).code == 0


def test_a_replaced_template_stays_under_its_name_through_check_and_update(scaffold: Run, repo: Path) -> None:
    write_tree(repo, OWN)
    done = scaffold("init", repo, *TYPES, "-d", "format=form", "--on-conflict", "replace")
    assert done.code == 0, done
    assert scaffold("check", repo).code == 0
    assert scaffold("update", repo, "-d", "emoji=no").code == 0
    assert templates(repo) == ["01-bug_report.yml", "02-feature_request.yml"]
    assert "name: Bug report" in (repo / FOLDER / "01-bug_report.yml").read_text().replace('"', "")
    assert scaffold("check", repo).code == 0
    (repo / FOLDER / "01-bug_report.yml").unlink()
    assert f"{FOLDER}/01-bug_report.yml" in scaffold("check", repo).out
    assert scaffold("update", repo, "--restore").code == 0
    assert templates(repo) == ["01-bug_report.yml", "02-feature_request.yml"]


MARKDOWN = "---\nname: Bug Report\nabout: Something\nlabels: {labels}\n---\n\nWhat?\n"


@pytest.mark.parametrize("choice", ["keep", "merge", "replace"])
def test_a_template_of_the_other_kind_stays_or_makes_room_and_is_never_doubled(
    choice: str, scaffold: Run, repo: Path
) -> None:
    write_tree(repo, {f"{FOLDER}/01-bug.md": MARKDOWN.format(labels="bug")})
    before = read_tree(repo)
    init = ("init", repo, "-d", "issue_types=bug_report", "-d", "format=form")
    assert scaffold(*init).code == 1
    assert read_tree(repo) == before
    assert scaffold(*init, "--on-conflict", choice).code == 0
    left = ["bug_report.yml"] if choice == "replace" else ["01-bug.md"]
    assert templates(repo) == left
    checked = scaffold("check", repo)
    assert (checked.code, "01-bug.md is in its place" in checked.out) == (0, choice != "replace")
    assert scaffold("update", repo, "-d", "emoji=no").code == 0
    assert templates(repo) == left
    assert scaffold("check", repo).code == 0
    for _ in range(2):
        assert scaffold("undo", repo).code == 0
    assert read_tree(repo) == before


@pytest.mark.parametrize(
    ("config", "named", "lacking"),
    [
        ({}, "bug, idea", ["idea"]),
        ({".github/labels.yml": "- name: Idea\n  color: '111111'\n"}, "idea, question, new", ["question", "new"]),
        ({"labels.toml": '[idea]\ncolor = "111111"\n'}, "new", ["new"]),
        ({".github/labels.yml": "- name: 💡 idea\n  color: '111111'\n"}, "':bulb: idea'", []),
        ({".github/labels.yml": "broken: [\n"}, "new", []),
        ({"labels.toml": '[a]\ncolor = "111111"\n', "labels.json": '[{"name": "b"}]\n'}, "new", []),
    ],
)
def test_labels_that_templates_name_and_the_config_lacks_are_named(
    config: dict[str, str], named: str, lacking: list[str], scaffold: Run, repo: Path
) -> None:
    write_tree(repo, {**config, f"{FOLDER}/own.md": MARKDOWN.replace("Bug Report", "Own").format(labels=f"{named}")})
    done = scaffold("init", repo, "-d", "issue_types=bug_report", "-d", "format=form")
    assert done.code == 0, done
    assert ("your templates name labels" in done.err) == bool(lacking)
    assert f"have: {', '.join(lacking)}; to add them" in done.err or not lacking
    assert "scaffold labels export" in done.err or not lacking


@pytest.mark.parametrize(
    "entry",
    [
        f"{FOLDER}/bug_report.yml: ../outside.yml",
        f"{FOLDER}/bug_report.yml: README.md",
        f"{FOLDER}/bug_report.yml: {FOLDER}/bug.md",
        f"{FOLDER}/bug_report.yml: [a]",
        "- a",
    ],
)
def test_a_place_that_can_be_none_is_refused(entry: str, scaffold: Run, repo: Path) -> None:
    assert scaffold("init", repo, *TYPES).code == 0
    write_tree(repo, {".github/scaffold.yml": f"adopted:\n  {entry}\n"})
    done = scaffold("update", repo)
    assert done.code == 2, done
    assert ".github/scaffold.yml:" in done.err


@pytest.mark.parametrize("path", [".github/ISSUE_TEMPLATE.md", "ISSUE_TEMPLATE.md", "docs/issue_template.md"])
def test_a_single_template_of_the_old_kind_is_said_to_be_out_of_use(path: str, scaffold: Run, repo: Path) -> None:
    write_tree(repo, {path: "What is wrong?\n"})
    done = scaffold("init", repo)
    assert done.code == 0, done
    assert f"{path} is out of use" in done.err
    assert f"scaffold convert {path}" in done.err
