"""`scaffold catalog`: an organisation's own template repository, from its templates to the repositories that use it."""

import json
import subprocess
import sysconfig
from pathlib import Path

import pytest
import yaml
from tests.conftest import ANSWERS, Run, commit_all, git, read_tree, write_tree

from issue_scaffold.catalog import make as catalog_module

BUG_MD = """\
---
name: Bug report
about: Something is wrong
title: "[BUG] "
labels: bug, triage
assignees: octocat
---

**Version:** [e.g. 1.2]

**What happened?**

**Before you start:**
- [ ] I searched for it
"""
IDEA_YML = """\
# Our ideas
name: "Idea: ${{ x }}"
description: Something new
labels: idea
body:
  # The one question
  - type: textarea
    id: what
    attributes:
      label: What is it? {% raw %}
"""
LABELS = '- name: bug\n  color: 000000\n- name: Idea\n  color: "#ABC"\n  description: Something to think about\n'
TEMPLATES = ".github/ISSUE_TEMPLATE"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with templates and labels; the working directory is the folder that it lies in."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "owner"
    write_tree(
        folder,
        {
            f"{TEMPLATES}/bug_report.md": BUG_MD,
            f"{TEMPLATES}/idea.yml": IDEA_YML,
            f"{TEMPLATES}/config.yml": "blank_issues_enabled: false\n",
            f"{TEMPLATES}/README.md": "# About these\n",
            ".github/labels.yml": LABELS,
        },
    )
    return folder


@pytest.fixture
def catalog(scaffold: Run, owner: Path) -> Path:
    """Return a released catalog of the owner's templates."""
    assert scaffold("catalog", "new", "catalog", "--from", owner).code == 0
    folder = owner.parent / "catalog"
    commit_all(folder)
    git(folder, "tag", "v1.0.0")
    return folder


def test_new_makes_a_catalog_of_what_there_is(scaffold: Run, owner: Path) -> None:
    done = scaffold("catalog", "new", "catalog", "--from", owner)
    assert done.code == 0, done
    files = read_tree(owner.parent / "catalog")
    assert {"copier.yml", "README.md", ".github/workflows/catalog.yml", "template/catalog/labels.yml"} <= files.keys()
    assert {path for path in files if path.startswith("template/catalog/")} == {
        "template/catalog/bug_report.yml.jinja",
        "template/catalog/idea.yml.jinja",
        "template/catalog/labels.yml",
    }
    questions = yaml.safe_load(files["copier.yml"])
    assert questions["issue_types"]["choices"] == {"Bug report": "bug_report", "Idea: $(( x ))": "idea"}
    assert "sections" not in questions
    assert "README.md: left out: no front matter" in done.err
    assert (owner.parent / "catalog/.git").is_dir()


def test_the_labels_have_the_colours_of_the_repository(catalog: Path) -> None:
    assert yaml.safe_load((catalog / "template/catalog/labels.yml").read_text()) == [
        {"name": "bug", "color": "000000"},
        {"name": "triage", "color": "ededed"},
        {"name": "idea", "color": "aabbcc", "description": "Something to think about"},
    ]


def test_a_form_is_kept_as_its_author_wrote_it(scaffold: Run, catalog: Path, repo: Path) -> None:
    assert scaffold("init", repo, "-t", catalog, "-d", "format=form").code == 0
    text = (repo / TEMPLATES / "idea.yml").read_text(encoding="utf-8")
    assert "# Our ideas\n" in text
    assert "  # The one question\n" in text
    form = yaml.safe_load(text)
    assert form["name"] == "Idea: ${{ x }}"
    assert form["labels"] == ["idea"]
    assert form["body"][0]["attributes"]["label"] == "What is it? {% raw %}"
    assert yaml.safe_load((repo / TEMPLATES / "bug_report.yml").read_text())["assignees"] == ["octocat"]


def test_init_installs_from_it_and_update_brings_a_release(scaffold: Run, catalog: Path, repo: Path) -> None:
    done = scaffold("init", repo, "-t", catalog)
    assert done.code == 0, done
    assert sorted(path for path in read_tree(repo) if "ISSUE_TEMPLATE" in path) == [
        f"{TEMPLATES}/{name}" for name in ("bug_report.md", "bug_report.yml", "config.yml", "idea.md", "idea.yml")
    ]
    assert {row["name"] for row in yaml.safe_load((repo / ".github/labels.yml").read_text())} == {
        "bug",
        "triage",
        "idea",
    }
    assert scaffold("check", repo).code == 0

    entry = catalog / "template/catalog/bug_report.yml.jinja"
    entry.write_text(entry.read_text().replace("What happened?", "What went wrong?").replace("triage", "new"))
    commit_all(catalog)
    git(catalog, "tag", "v1.1.0")
    assert scaffold("check", repo, "--refresh").code == 1
    assert scaffold("update", repo).code == 0
    assert "What went wrong?" in (repo / TEMPLATES / "bug_report.md").read_text()
    assert "What went wrong?" in (repo / TEMPLATES / "bug_report.yml").read_text()
    assert "new" in {row["name"] for row in yaml.safe_load((repo / ".github/labels.yml").read_text())}
    assert scaffold("check", repo).code == 0


def test_update_moves_a_repository_over_without_losing_common_answers(scaffold: Run, catalog: Path, repo: Path) -> None:
    answers = ("issue_types=[bug_report]", "assignees=[octocat]", "format=form", "label_sync_workflow=true")
    given = [part for answer in answers for part in ("-d", answer)]
    assert scaffold("init", repo, *given).code == 0
    done = scaffold("update", repo, "-t", catalog)
    assert done.code == 0, done
    recorded = yaml.safe_load((repo / ANSWERS).read_text())
    assert recorded["_src_path"] == str(catalog)
    assert recorded["assignees"] == ["octocat"]
    assert recorded["format"] == "form"
    assert recorded["label_sync_workflow"] is True
    assert "What happened?" in (repo / TEMPLATES / "bug_report.yml").read_text()


def test_add_extends_the_choices_the_forms_and_the_labels(
    scaffold: Run, catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (catalog / "copier.yml").write_text(
        (catalog / "copier.yml").read_text().replace("  choices:", "  choices: # ours", 1)
    )
    write_tree(catalog.parent, {"task.md": "---\nname: Task\nabout: To do\nlabels: task, Bug\n---\n\n## What\n"})
    monkeypatch.chdir(catalog)
    done = scaffold("catalog", "add", "../task.md")
    assert done.code == 0, done
    text = (catalog / "copier.yml").read_text()
    assert "choices: # ours" in text
    question = yaml.safe_load(text)["issue_types"]
    assert question["choices"]["Task"] == "task"
    assert question["default"] == ["bug_report", "idea", "task"]
    labels = yaml.safe_load((catalog / "template/catalog/labels.yml").read_text())
    assert [row["name"] for row in labels] == ["bug", "triage", "idea", "task"]
    assert scaffold("catalog", "check").code == 0


def test_what_is_there_is_never_replaced(scaffold: Run, owner: Path, catalog: Path) -> None:
    before = read_tree(catalog)
    done = scaffold("catalog", "add", owner / TEMPLATES / "idea.yml", "--catalog", catalog)
    assert done.code == 2
    assert "has the issue type 'idea' already" in done.err
    write_tree(owner, {"other.yml": IDEA_YML})
    done = scaffold("catalog", "add", owner / "other.yml", "-C", catalog)
    assert done.code == 2
    assert "named 'Idea" in done.err
    assert scaffold("catalog", "new", catalog).code == 2
    assert read_tree(catalog) == before


def test_a_broken_template_makes_no_catalog(scaffold: Run, owner: Path) -> None:
    write_tree(owner, {f"{TEMPLATES}/zz.yml": "name: abc\nbody: []\n"})
    done = scaffold("catalog", "new", "catalog", "--from", owner)
    assert done.code == 1
    assert "zz.yml is no valid issue form" in done.err
    assert not (owner.parent / "catalog").exists()


def test_twins_are_imported_once_and_the_form_wins(scaffold: Run, owner: Path) -> None:
    write_tree(owner, {f"{TEMPLATES}/idea.md": BUG_MD})
    done = scaffold("catalog", "new", "catalog", "--from", owner)
    assert done.code == 0, done
    assert "idea.md: left out: a form of that name" in done.err
    assert "The one question" in (owner.parent / "catalog/template/catalog/idea.yml.jinja").read_text()


@pytest.mark.usefixtures("owner")
def test_without_templates_it_starts_with_common_ones(scaffold: Run) -> None:
    assert scaffold("catalog", "new", "fresh").code == 0
    found = json.loads(scaffold("catalog", "check", "fresh", "--format", "json").out)
    assert found["exit_code"] == 0
    assert found["targets"][0]["findings"] == []


def test_the_next_release_of_the_bundled_template_makes_a_catalog_too(
    scaffold: Run, owner: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [ROOT / "copier.yml", *(path for path in (ROOT / "template").rglob("*") if path.is_file())]
    unreleased = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in files}
    monkeypatch.setattr(catalog_module, "template_files", lambda: unreleased)
    assert scaffold("catalog", "new", "catalog", "--from", owner).code == 0
    done = scaffold("catalog", "check", "catalog")
    assert done.code == 0, done


def test_new_says_in_json_what_it_made(scaffold: Run, owner: Path) -> None:
    document = json.loads(scaffold("catalog", "new", "catalog", "--from", owner, "--format", "json").out)
    assert document["schema"] == "scaffold.catalog-new/1"
    assert [row["slug"] for row in document["issue_types"]] == ["bug_report", "idea"]
    assert document["issue_types"][0]["labels"] == ["bug", "triage"]
    assert "copier.yml" in document["files"]


def test_check_points_at_the_catalogs_own_lines(scaffold: Run, catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(catalog)
    entry = catalog / "template/catalog/idea.yml.jinja"
    text = entry.read_text()
    entry.write_text(text.replace("type: textarea", "type: textaria"))
    line = 1 + text.split("\n").index("  - type: textarea")
    found = json.loads(scaffold("catalog", "check", "--format", "json").out)
    assert found["exit_code"] == 1
    [finding] = [row for row in found["targets"][0]["findings"] if row["rule"] == "body/unknown-type"]
    assert finding["path"] == "template/catalog/idea.yml.jinja"
    assert finding["line"] == line


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        (
            ("description: Something new", "description: a: b"),
            "template/catalog/idea.yml.jinja:4",
            "not YAML: mapping values",
        ),
        (("{% endif %}", ""), "template/catalog/idea.yml.jinja", "endif"),
        (("name: {{", "name: {{ nonsense }} {{"), "template/catalog/idea.yml.jinja:3", "nonsense"),
    ],
    ids=["yaml", "jinja", "undefined"],
)
def test_check_finds_what_does_not_render(
    scaffold: Run, catalog: Path, change: tuple[str, str], path: str, message: str
) -> None:
    entry = catalog / "template/catalog/idea.yml.jinja"
    entry.write_text(entry.read_text().replace(*change))
    done = scaffold("catalog", "check", catalog)
    assert done.code == 1, done
    assert f"{catalog}/{path}" in done.out
    assert message in done.out
    assert "scaffold-catalog-" not in done.out


def test_check_wants_a_choice_for_every_form_and_a_form_for_every_choice(scaffold: Run, catalog: Path) -> None:
    folder = catalog / "template/catalog"
    (folder / "idea.yml.jinja").rename(folder / "thought.yml.jinja")
    done = scaffold("catalog", "check", catalog)
    assert done.code == 1
    assert "the issue type `idea` has no form" in done.out
    assert "thought.yml.jinja:1" in done.out


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("arguments", [("check",), ("add", "owner/.github/ISSUE_TEMPLATE/bug_report.md")])
def test_a_folder_that_is_no_catalog_is_said_to_be_none(scaffold: Run, arguments: tuple[str, ...]) -> None:
    done = scaffold("catalog", *arguments)
    assert done.code == 2
    assert ". is no catalog" in done.err
    assert "scaffold catalog new DIR" in done.err


def test_the_workflow_has_nothing_that_zizmor_minds(catalog: Path) -> None:
    program = Path(sysconfig.get_path("scripts")) / "zizmor"
    command = [str(program), "--offline", "--persona", "pedantic", "--no-progress", str(catalog / ".github")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_chooser_comes_along(scaffold: Run, owner: Path) -> None:
    links = [{"name": "Chat {{ x }}", "url": "https://example.org/chat", "about": "Ask: there"}]
    config = {"blank_issues_enabled": False, "contact_links": [*links, {"name": "no place"}]}
    write_tree(owner, {f"{TEMPLATES}/config.yml": yaml.safe_dump(config)})
    made = scaffold("catalog", "new", "own", "--from", owner)
    assert made.code == 0, made
    assert "contact links without name, url and about" in made.err + made.out
    commit_all(Path("own"))
    git(Path("own"), "tag", "v1.0.0")
    assert scaffold("init", "user", "-t", "own").code == 0
    installed = yaml.safe_load(Path("user", TEMPLATES, "config.yml").read_text())
    assert installed == {"blank_issues_enabled": False, "contact_links": links}
