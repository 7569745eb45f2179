"""`scaffold init` where files are already: what stays is recorded, so that `scaffold check` is clean right after."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.conftest import Result, Run, git, write_tree

FORM = """name: Bug
description: Something is broken
labels: [bug]
body:
  - type: input
    attributes:
      label: Version
"""
MARKDOWN = "---\nname: Bug\nabout: Broken\n---\n\nWhat happened?\n"
CHECK = "https://example.com/issue-scaffold"
HOOKS = f"""repos:
  - repo: {CHECK}
    rev: v9
    hooks:
      - id: scaffold-check
        args: [--exit-zero]
exclude: ^\\.github/
"""
BUG = ("-d", "issue_types=[bug_report]")
BOTH = (*BUG, "-d", "issue_types=[bug_report, feature_request]")
HOOK = (*BUG, "-d", "pre_commit=true", "-d", f"tool_source={CHECK}", "-d", "tool_version=v9")
LABELS = '- name: Bug\n  color: "cc0000"\n  description: Ours\n- name: mine\n  color: "123456"\n'
# What is there before, and how the template is installed.
SHAPES: Mapping[str, tuple[Mapping[str, str | bytes], tuple[str, ...]]] = {
    "nothing": ({}, BUG),
    "a label of another colour": ({".github/labels.yml": LABELS}, BUG),
    "labels in JSON": ({".github/labels.json": '[{"name": "bug", "color": "cc0000"}]\n'}, BUG),
    "settings of an app": (
        {".github/settings.yml": "repository:\n  has_wiki: false\nlabels:\n  - name: bug\n    color: '#cc0000'\n"},
        BUG,
    ),
    "labels in a file that isn't understood": ({".github/labels.yml": "- [\n"}, BUG),
    "labels elsewhere": ({".github/config/labels.yml": LABELS}, BUG),
    "a form of that name": ({".github/ISSUE_TEMPLATE/bug_report.yml": FORM}, BUG),
    "a template of that name": ({".github/ISSUE_TEMPLATE/bug_report.md": MARKDOWN}, BUG),
    "a form with an error": ({".github/ISSUE_TEMPLATE/bug_report.yml": FORM.replace("label: V", "lbl: V")}, BUG),
    "a form that is no YAML": ({".github/ISSUE_TEMPLATE/bug_report.yml": "name: [\n"}, BUG),
    "CRLF": ({".github/ISSUE_TEMPLATE/bug_report.md": MARKDOWN.replace("\n", "\r\n")}, BUG),
    "bytes": ({".github/ISSUE_TEMPLATE/bug_report.md": b"---\nname: a\nabout: b\n---\n\xff\xfe\n"}, BUG),
    "types of its own under other names": (
        {
            ".github/ISSUE_TEMPLATE/01-bug.yml": FORM,
            ".github/ISSUE_TEMPLATE/02-feature.yml": FORM.replace("Bug", "Feature request"),
            ".github/labels.yml": LABELS,
        },
        BOTH,
    ),
    "a form with the name of the template's Markdown": (
        {".github/ISSUE_TEMPLATE/01-bug.yml": FORM.replace("name: Bug", 'name: "🐛 Bug report"')},
        BUG,
    ),
    "a Markdown template with the name of the template's form": (
        {".github/ISSUE_TEMPLATE/01-bug.md": MARKDOWN.replace("name: Bug", 'name: "🐛 Bug report"')},
        (*BUG, "-d", "format=form"),
    ),
    "hooks": ({".pre-commit-config.yaml": HOOKS}, HOOK),
    "settings of this tool": (
        {".github/scaffold.yml": "# mine\nlabels: {known: [x]}\n", ".github/labels.yml": LABELS},
        BUG,
    ),
    "a chooser": (
        {".github/ISSUE_TEMPLATE/config.yml": "blank_issues_enabled: true\n"},
        (*BUG, "-d", "chooser=true", "-d", "blank_issues_enabled=false"),
    ),
    "Gitea": ({".gitea/ISSUE_TEMPLATE/bug_report.yaml": FORM, ".gitea/labels.yml": LABELS}, BUG),
    "Forgejo": ({".forgejo/issue_template/bug_report.yml": FORM, ".forgejo/labels.yml": LABELS}, BUG),
    "GitLab": ({".gitlab/issue_templates/bug_report.md": "What?\n", ".gitlab/labels.yml": LABELS}, BUG),
    "a folder in lower case": ({".github/issue_template/bug_report.yml": FORM, ".github/labels.yml": LABELS}, BUG),
}


def findings(done: Result) -> list[dict[str, str]]:
    """Return what a check with `--format json` found."""
    found: list[dict[str, str]] = json.loads(done.out)["targets"][0]["findings"]
    return found


# Where the three choices differ; elsewhere one is looked at.
ALL_CHOICES = {"a label of another colour", "a template of that name", "hooks", "Gitea"}


@pytest.mark.parametrize("choice", ["keep", "merge", "replace"])
def test_check_is_clean_after_init(choice: str, scaffold: Run, tmp_path: Path) -> None:
    """Markers that a merge leaves are the only exception, and then both commands say so."""
    wrong = {}
    for number, (shape, (files, answers)) in enumerate(SHAPES.items()):
        if choice != "keep" and shape not in ALL_CHOICES:
            continue
        root = tmp_path / f"{choice}{number}"
        root.mkdir()
        git(root, "init", "--quiet")
        write_tree(root, files)
        done = scaffold("init", root, *answers, "--on-conflict", choice)
        checked = scaffold("check", root, "--format", "json")
        kinds = {row["kind"] for row in findings(checked)} if checked.code < 2 else {checked.err}
        failing = kinds - {"accepted", "own", "ignored", "invalid-foreign"}
        if done.code == 1:
            expected: set[str] = {"conflict"}
        else:
            expected = set()
        if done.code > 1 or checked.code != done.code or failing != expected:
            wrong[shape] = (done.code, checked.code, done.err, findings(checked))
    assert not wrong
