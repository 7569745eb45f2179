"""A year in the life of a repository: twelve releases of its template, and what its maintainers do in between."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
import yaml
from tests.conftest import ANSWERS, Run, Template, commit_all, git, write_tree

FORMS = ".github/ISSUE_TEMPLATE"
LABELS = ".github/labels.yml"
HOOKS = ".pre-commit-config.yaml"
GUIDE = "CONTRIBUTING.md"
TRIAGE = "docs/triage.md"
CRASH = f"{FORMS}/crash.md"

QUESTIONS = """\
_subdirectory: files
issue_types: {{type: str, multiselect: true, choices: {types}, default: [bug]}}
team: {{type: str, default: core}}
{more}"""
BUG = """\
name: Bug
description: Something is broken
labels: [bug]
body:
  - type: textarea
    id: what
    attributes:
      label: What happened?
  - type: input
    id: version
    attributes:
      label: Version
"""
SECTIONS = "".join(f"## Section {number}\n\nAs we do it: {number}.\n\n" for number in range(1, 9))
LABEL = '- name: bug\n  color: "d73a4a"\n  description: Broken\n'
CRASHED = '- name: crash\n  color: "b60205"\n  description: It stops\n'
LINT = "  - repo: https://example.invalid/lint\n    rev: v{rev}\n    hooks:\n      - id: lint\n{more}"
HOOK = f"repos:\n{LINT}"


def source(path: str, issue_type: str | None = None) -> str:
    """Return where the template has a file, which it may have for one type of issue only."""
    if issue_type is None:
        return f"files/{path}.jinja"
    folder, name = path.rsplit("/", 1)
    return f"files/{folder}/{{% if '{issue_type}' in issue_types %}}{name}{{% endif %}}.jinja"


BUG_SOURCE = source(f"{FORMS}/bug.yml", "bug")
SECOND: Final = "As we do it: 2."
FIRST_RELEASE: Mapping[str, str | bytes | None] = {
    "copier.yml": QUESTIONS.format(types="[bug]", more=""),
    "{{ _copier_conf.answers_file }}.jinja": None,
    "files/{{ _copier_conf.answers_file }}.jinja": Template.ANSWERS_SOURCE,
    BUG_SOURCE: BUG,
    source(LABELS): LABEL,
    source(HOOKS): HOOK.format(rev=1, more=""),
    source(GUIDE): SECTIONS,
    source(TRIAGE): "Read it.\n",
}


@dataclass(frozen=True)
class Month:
    """What happens between two releases of the template.

    First the template's release, then the edits that somebody commits, the commands with how they end, what is written
    by hand to end a conflict, and last the answers that are recorded and what a check shows that is deliberate.
    """

    release: Mapping[str, str | bytes | None]
    edits: tuple[tuple[str, str, str], ...] = ()
    commands: tuple[tuple[int, tuple[str, ...]], ...] = ((0, ("update",)),)
    answers: Mapping[str, object] = field(default_factory=dict)


RESOLVE: Final = (0, ("the conflict is resolved",))
UNDO: Final = (0, ("undo",))
UPDATE: Final = (0, ("update",))


def accept(*paths: str, reason: str) -> tuple[int, tuple[str, ...]]:
    """Return the command that accepts what deviates."""
    return 0, ("accept", *paths, "--reason", reason)


MONTHS: Final = (
    Month(
        {source(LABELS): LABEL.replace("Broken", "Is broken")},
        edits=(
            (GUIDE, "do it: 8.\n", "do it: 8.\nour eighth\n"),
            (LABELS, "", "- name: mine\n  color: '123456'\n"),
        ),
        commands=(UPDATE, accept(GUIDE, reason="we say more")),
    ),
    Month(
        {BUG_SOURCE: BUG.replace("label: Version", "label: Version\n      description: As --version says")},
        edits=((f"{FORMS}/bug.yml", "label: What happened?", "label: What happened to you?"),),
        commands=(UPDATE, accept(f"{FORMS}/bug.yml", reason="our users are people")),
    ),
    Month(
        {
            "copier.yml": QUESTIONS.format(types="[bug, crash]", more="urgent: {type: bool, default: false}\n"),
            source(CRASH, "crash"): "---\nname: Crash\nabout: It stops\nlabels: crash\n---\n\n## Log\n",
            source(LABELS): LABEL + "{% if 'crash' in issue_types %}" + CRASHED + "{% endif %}",
        },
        commands=(UPDATE, (0, ("update", "-d", "issue_types+=crash"))),
        answers={"issue_types": ["bug", "crash"], "urgent": False},
    ),
    Month(
        {source(HOOKS): HOOK.format(rev=2, more="")},
        edits=((HOOKS, "- id: lint\n", "- id: lint\n        args: [--ours]\n"),),
        commands=(UPDATE, accept(f"{HOOKS}::lint", reason="our arguments")),
    ),
    Month(
        {source(TRIAGE): "Read it twice.\n"},
        edits=((TRIAGE, "Read it.\n", "our way\n"),),
        commands=((0, ("accept", "--own", "docs/*", "--reason", "ours")), UPDATE),
    ),
    Month(
        {source(GUIDE): SECTIONS.replace("## Section 3", "## Section three")},
        commands=(UPDATE, UNDO, UPDATE),
    ),
    Month(
        {source(GUIDE): SECTIONS.replace("## Section 3", "## Section three").replace(SECOND, "Two.")},
        edits=((GUIDE, SECOND, "Our second."),),
        commands=((1, ("update",)), (1, ("check",)), RESOLVE, accept(GUIDE, reason="our second way")),
    ),
    Month(
        {source("SUPPORT.md"): "Ask {{ team }}.\n"},
        edits=((CRASH, "## Log\n", "## Log\n\nour log\n"),),
        commands=(UPDATE, (0, ("update", "-d", "team=rocket")), accept(CRASH, reason="a log is needed")),
        answers={"team": "rocket"},
    ),
    Month(
        {source(CRASH, "crash"): "---\nname: Crash\nabout: It stops\nlabels: crash, bug\n---\n\n## Log\n"},
        commands=((0, ("update", "--dry-run")), UPDATE),
    ),
    Month(
        {source("SUPPORT.md"): None, source("help/SUPPORT.md"): "Ask {{ team }}.\n"},
        commands=(UPDATE,),
    ),
    Month(
        {source(HOOKS): HOOK.format(rev=3, more="      - id: spell\n"), source(TRIAGE): "Read it thrice.\n"},
        edits=((LABELS, "", "- name: ours too\n  color: '654321'\n"),),
    ),
)
OWN_LINES: Final = {
    "README.md": ["half a thought"],
    GUIDE: ["our eighth", "Our second."],
    LABELS: ["ff0000", "mine", "ours too"],
    f"{FORMS}/bug.yml": ["What happened to you?"],
    HOOKS: ["args: [--ours]", "rev: v3", "id: spell"],
    TRIAGE: ["our way"],
    CRASH: ["our log", "labels: crash, bug"],
}


def edit(repo: Path, path: str, before: str, after: str) -> None:
    """Put a text in place of another one, or at the end; a test that finds nothing to replace says so."""
    text = (repo / path).read_text()
    assert before in text, path
    changed = text.replace(before, after) if before else text + after
    write_tree(repo, {path: changed})


def recorded(repo: Path, revision: str) -> dict[str, object]:
    """Return the answers of a commit, and the version that they are for."""
    answers: dict[str, object] = yaml.safe_load(git(repo, "show", f"{revision}:{ANSWERS}"))
    return {name: value for name, value in answers.items() if name != "_src_path"}


def taken(template: Template, version: str, answers: Mapping[str, object]) -> dict[str, object]:
    """Return what is to be recorded of a version that was taken."""
    return {"_commit": version, "_commit_id": git(template.folder, "rev-parse", version), **answers}


def keep(repo: Path) -> None:
    """Commit all but the README, which somebody is in the middle of."""
    git(repo, "add", "--all", "--", ":!README.md")
    git(repo, "commit", "--quiet", "--allow-empty", "-m", "a month")


def resolve(repo: Path) -> None:
    """End the conflict with the own line."""
    text = (repo / GUIDE).read_text()
    ours, theirs = text.index("<<<<<<< "), text.index(">>>>>>> ")
    after = text.index("\n", theirs) + 1
    write_tree(repo, {GUIDE: f"{text[:ours]}Our second.\n{text[after:]}"})


def test_a_year_in_the_life(scaffold: Run, template: Template, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo)
    template.release("v1.0.0", FIRST_RELEASE)
    write_tree(repo, {"README.md": "ours\n", LABELS: '- name: bug\n  color: "ff0000"\n  description: Broken\n'})
    commit_all(repo)
    write_tree(repo, {"README.md": "half a thought\n"})  # no commit of this year has it
    assert scaffold("init", "-t", template).code == 0
    assert scaffold("check").code == 0
    expected: dict[str, object] = {"issue_types": ["bug"], "team": "core"}
    history = [taken(template, "v1.0.0", expected)]
    keep(repo)
    for number, month in enumerate(MONTHS, start=1):
        version = f"v1.{number}.0"
        template.release(version, month.release)
        for change in month.edits:
            edit(repo, *change)
        keep(repo)
        assert scaffold("check", "--refresh").code == 1, version
        for code, command in month.commands:
            if (code, command) == RESOLVE:
                resolve(repo)
                continue
            done = scaffold(*command)
            assert done.code == code, (version, command, done)
            if command == UNDO[1]:
                assert git(repo, "status", "--porcelain") == "M README.md"
        last = scaffold("check")
        assert last.code == 0, (version, last)
        expected |= month.answers
        history.append(taken(template, version, expected))
        keep(repo)
    commits = git(repo, "log", "--reverse", "--format=%H", "--", ANSWERS).split()
    assert [recorded(repo, commit) for commit in commits] == history
    for path, lines in OWN_LINES.items():
        assert [line for line in lines if line not in (repo / path).read_text()] == [], path
    assert (repo / "help/SUPPORT.md").read_text() == "Ask rocket.\n"
    assert not (repo / "SUPPORT.md").exists()
    assert git(repo, "status", "--porcelain") == "M README.md"
