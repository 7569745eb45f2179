"""A rule that is written in one place is found, listed, explained, fixed, shown and suppressed like all others."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import write_tree

import issue_scaffold

MADE_UP = '''

@FORM.runs(
    Rule(
        id="form/shouting",
        severity=WARNING,
        fix="safe",
        summary="the description shouts",
        why="Nobody likes to be shouted at.",
        evidence=("made-up/thread#1",),
        wrong=form_file(f"name: Bug report\\\\ndescription: HELP US\\\\n{BODY}"),
        right=form_file(GOOD_FORM),
    )
)
def shouting(form: FormView) -> Iterator[Problem]:
    """Find descriptions in capital letters."""
    node = form.top("description")
    if isinstance(node, Scalar) and node.value.isupper():
        fix = Fix((Edit(node.start, node.end, node.value.capitalize()),))
        yield at(node, "the description shouts", hint="use small letters", fix=fix)


from issue_scaffold.text.edits import Edit, Fix
'''
FORM = ".github/ISSUE_TEMPLATE/bug.yml"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package that has one rule more, in one file."""
    source = Path(issue_scaffold.__file__).parent
    copy = tmp_path / "packages"
    shutil.copytree(source, copy / "issue_scaffold", ignore=shutil.ignore_patterns("__pycache__"))
    module = copy / "issue_scaffold/validate/rules/form.py"
    module.write_text(module.read_text(encoding="utf-8") + MADE_UP, encoding="utf-8")
    return copy


def test_a_rule_is_one_place(package: Path, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    write_tree(
        repository,
        {FORM: f"name: Bug report\ndescription: HELP US\n{'body:'}\n- type: input\n  attributes: {{label: Version}}\n"},
    )

    def scaffold(*arguments: str) -> str:
        code = "from issue_scaffold.cli.entry import run; run()"
        environment = {**os.environ, "PYTHONPATH": str(package)}
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode in {0, 1}, done.stderr
        return done.stdout

    assert "form/shouting" in {row["id"] for row in json.loads(scaffold("rules", "--format", "json"))["rules"]}
    assert "Nobody likes to be shouted at." in scaffold("rules", "form/shouting")
    assert "made-up/thread#1" in scaffold("rules", "form/shouting")
    (target,) = json.loads(scaffold("validate", "--format", "json"))["targets"]
    assert [finding["rule"] for finding in target["findings"]] == ["form/shouting"]
    assert "scaffold rules form/shouting" in scaffold("validate")
    (run,) = json.loads(scaffold("validate", "--format", "sarif"))["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["form/shouting"]
    scaffold("validate", "--fix")
    text = (repository / FORM).read_text(encoding="utf-8")
    assert "description: Help us" in text
    silent = text.replace("Help us", "HELP US # scaffold: ignore[form/shouting] we are in a hurry")
    (repository / FORM).write_text(silent, encoding="utf-8")
    assert json.loads(scaffold("validate", "--format", "json"))["targets"][0]["findings"] == []
