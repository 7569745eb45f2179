"""What users are told of a newer version: what it changed, what it offers, and how to take one item of it."""

import json
from pathlib import Path
from typing import Final

import pytest
import yaml
from tests.conftest import ANSWERS, Run, Template, commit_all, git, write_tree

QUESTION = """\
_subdirectory: files
issue_types:
  type: str
  multiselect: true
  choices: {choices}
  default: {default}
components: {{type: yaml, default: [API, "1.10"]}}
"""
FILES = {
    "copier.yml": QUESTION.format(choices="{Bug: bug, Crash: crash}", default="[bug]"),
    "files/{{ _copier_conf.answers_file }}.jinja": Template.ANSWERS_SOURCE,
    "files/a.md.jinja": "{{ issue_types|join(' ') }}\n\n\n{{ components|join(' ') }}\n",
    "{{ _copier_conf.answers_file }}.jinja": None,
}
NEWER = {
    "copier.yml": QUESTION.format(choices="{Bug: bug, Crash: crash, A question: question}", default="[bug, question]"),
    "CHANGELOG.md": "# Changes\n\n## [1.1.0]\n\n### Added\n\n- `question` by @octocat, fixes #12 \x1b[31m\n\n"
    "## [1.0.0]\n\n- First.\n",
}
LINE = "Added: `question` by @octocat, fixes #12"


@pytest.fixture
def target(scaffold: Run, template: Template, repo: Path) -> Path:
    template.release("v1.0.0", FILES)
    assert scaffold("init", repo, "-t", template).code == 0
    commit_all(repo)
    return repo


def answered(target: Path, name: str) -> object:
    return yaml.safe_load((target / ANSWERS).read_bytes())[name]


def test_check_and_update_say_what_changed_and_what_is_offered(scaffold: Run, template: Template, target: Path) -> None:
    template.release("v1.1.0", NEWER)
    offer = f"the template's v1.1.0 also offers issue_types question; to take it: scaffold update {target} -d"
    checked = scaffold("check", target, "--refresh")
    assert checked.code == 1
    assert f"  v1.1.0\n            {LINE} \\x1b[31m\n" in checked.out
    assert "First." not in checked.out
    assert f"{offer} issue_types+=question" in checked.out
    # Nobody has to be asked for it again.
    template.folder.rename(template.folder.with_name("away"))
    assert scaffold("check", target).out == checked.out
    template.folder.with_name("away").rename(template.folder)
    for options in (["--dry-run"], []):
        updated = scaffold("update", target, *options)
        assert LINE in updated.out
        assert f"{offer} issue_types+=question" in updated.err
    assert scaffold("update", target, "-d", "issue_types+=question").code == 0
    assert answered(target, "issue_types") == ["bug", "question"]
    assert "offers" not in scaffold("check", target).out


def test_programs_and_markdown_get_it_too(scaffold: Run, template: Template, target: Path) -> None:
    template.release("v1.1.0", NEWER)
    (row,) = json.loads(scaffold("check", target, "--refresh", "--format", "json").out)["targets"]
    assert [one["version"] for one in row["changes"]] == ["v1.1.0"]
    shown = scaffold("update", target, "--dry-run", "--format", "markdown").out
    assert "Added: `question` by @\u200boctocat, fixes \\#\u200b12" in shown


def test_messages_of_tags_where_there_is_no_changelog(scaffold: Run, template: Template, target: Path) -> None:
    template.release(None, {"files/b.md": "b\n"})
    git(template.folder, "tag", "-a", "v1.1.0", "-m", "Adds b.md\n\n- and nothing else")
    (row,) = json.loads(scaffold("update", target, "--format", "json").out)["targets"]
    assert row["changes"] == [{"version": "v1.1.0", "lines": ["Adds b.md", "and nothing else"]}]


def test_an_older_version_and_another_template_are_no_news(
    scaffold: Run, template: Template, target: Path, tmp_path: Path
) -> None:
    template.release("v1.1.0", NEWER)
    assert scaffold("update", target, "-q").code == 0
    commit_all(target)
    assert "changed:\n" not in scaffold("update", target, "--ref", "v1.0.0").out
    commit_all(target)
    other = Template(tmp_path / "other").release("v3.0.0", FILES).release("v4.0.0", NEWER)
    moved = scaffold("update", target, "-t", other)
    assert f"Moved {target} from the template {template} v1.0.0 to the template {other} v4.0.0:" in moved.out
    assert LINE not in moved.out
    commit_all(target)
    back = scaffold("update", target, "-t", "bundled", "--dry-run", "-d", "issue_types=[bug_report]")
    assert f"from the template {other} v4.0.0 to the bundled template v" in back.out


ITEMS: Final = (
    (["issue_types+=crash"], "issue_types", ["bug", "crash"]),
    (["issue_types+=Crash"], "issue_types", ["bug", "crash"]),
    (["issue_types+=bug"], "issue_types", ["bug"]),
    (["issue_types-=crash"], "issue_types", ["bug"]),
    (["issue_types-=bug", "issue_types+=crash"], "issue_types", ["crash"]),
    (["issue_types=[crash]", "issue_types+=bug"], "issue_types", ["bug", "crash"]),
    (["issue_types+=crash", "issue_types=[bug]"], "issue_types", ["bug"]),
    (["components+=CDN"], "components", ["API", "1.10", "CDN"]),
    (["components-=1.10"], "components", ["API"]),
    (["components+=1.20"], "components", ["API", "1.10", "1.20"]),
    (["components-=not there"], "components", ["API", "1.10"]),
)


def test_one_item_of_a_list(scaffold: Run, target: Path) -> None:
    for given, question, expected in ITEMS:
        options = [word for pair in given for word in ("-d", pair)]
        assert scaffold("update", target, *options).code == 0
        assert (given, answered(target, question)) == (given, expected)
        git(target, "checkout", "--quiet", "--", ".")


def test_init_takes_items_too(scaffold: Run, template: Template, tmp_path: Path) -> None:
    template.release("v1.0.0", FILES)
    assert scaffold("init", tmp_path / "new", "-t", template, "-d", "issue_types+=crash").code == 0
    assert answered(tmp_path / "new", "issue_types") == ["bug", "crash"]


def test_list_says_what_there_is(scaffold: Run, template: Template, target: Path) -> None:
    template.release("v1.1.0", NEWER)
    assert scaffold("check", target, "--refresh", "-q").code == 1
    said = json.loads(scaffold("list", target, "--format", "json").out)
    assert said["template"] == {"source": str(template), "version": "v1.0.0", "latest": "v1.1.0"}
    assert said["issue_types"] == [
        {"value": "bug", "title": "Bug", "installed": True},
        {"value": "crash", "title": "Crash", "installed": False},
        {"value": "question", "title": "A question", "installed": False, "new_in": "v1.1.0"},
    ]
    assert [(one["name"], one["answer"]) for one in said["questions"]] == [
        ("issue_types", ["bug"]),
        ("components", ["API", "1.10"]),
    ]
    assert [(one["version"], one["newer"]) for one in said["versions"]] == [("v1.1.0", True), ("v1.0.0", False)]
    text = scaffold("list", target).out
    assert f"{target} has the template {template} v1.0.0; latest is v1.1.0." in text
    assert f"(to add it: scaffold update {target} -d issue_types+=question)" in text


def test_list_before_init_is_what_would_be_offered(scaffold: Run, repo: Path) -> None:
    said = scaffold("list", repo)
    assert said.code == 0
    assert "The bundled template v" in said.out
    assert "infrastructure  Infrastructure/DevOps" in said.out
    assert "has_labels" not in said.out


def test_answers_that_were_edited_are_named_and_followed(scaffold: Run, target: Path) -> None:
    answers = (target / ANSWERS).read_text()
    write_tree(target, {ANSWERS: answers.replace("- bug", "- bug\n- crash"), "a.md": "bug\n\n\nAPI 1.10\nown\n"})
    commit_all(target)
    checked = scaffold("check", target)
    assert checked.code == 1
    cause = 'the answers were edited by hand: issue_types is ["bug", "crash"], was ["bug"]'
    assert cause in checked.out
    updated = scaffold("update", target)
    assert updated.code == 0
    assert cause in updated.err
    assert (target / "a.md").read_text() == "bug crash\n\n\nAPI 1.10\nown\n"
    assert "by hand" not in scaffold("check", target).out


def test_edited_answers_are_found_behind_a_deletion_and_a_merge(scaffold: Run, target: Path) -> None:
    answers = (target / ANSWERS).read_text()
    git(target, "rm", "-q", ANSWERS)
    git(target, "commit", "-qm", "out of git")
    git(target, "switch", "-qc", "side", "HEAD~1")
    write_tree(target, {ANSWERS: answers.replace("- bug", "- bug\n- crash")})
    git(target, "commit", "-qam", "edited")
    git(target, "switch", "-q", "-")
    git(target, "merge", "-q", "-s", "ours", "side")
    write_tree(target, {ANSWERS: answers.replace("- bug", "- bug\n- crash")})
    commit_all(target)
    assert "the answers were edited by hand" in scaffold("check", target).out


def test_other_drift_is_no_edit_of_answers(scaffold: Run, target: Path) -> None:
    assert scaffold("update", target, "-d", "issue_types+=crash").code == 0
    commit_all(target)
    write_tree(target, {"a.md": "bug crash\n\n\nown\n"})
    checked = scaffold("check", target)
    assert "differs from the template" in checked.out
    assert "by hand" not in checked.out
