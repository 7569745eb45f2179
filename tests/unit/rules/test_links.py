"""What the output sends readers to is there: an address that exists, or a command that they have."""

import ast
import json
import re
from pathlib import Path

import pytest
from tests.conftest import Run, write_tree

import issue_scaffold
from issue_scaffold.forge.forges import FORGES
from issue_scaffold.validate.rules.registry import RULES

PACKAGE = Path(issue_scaffold.__file__).parent
GITHUB = "https://docs.github.com/en/"
PAGES = (GITHUB, *{forge.page for forge in FORGES if forge.page})


def validated(scaffold: Run, folder: Path, rule: str, format_: str) -> str:
    write_tree(folder, RULES[rule].wrong)
    result = scaffold("validate", folder, "--format", format_, "--show", "info")
    assert result.code in {0, 1}, result
    return result.out


@pytest.mark.parametrize("rule", RULES)
def test_text_names_a_page_of_githubs_or_a_command_that_explains_the_rule(
    scaffold: Run, tmp_path: Path, rule: str
) -> None:
    said = validated(scaffold, tmp_path, rule, "text")
    (seen,) = re.findall(rf"\[{rule}\]\n(?:(?!.*: (?:error|warning|info): ).*\n)*?  see: (.*)\n", said)[:1]
    if seen.startswith(PAGES):
        return
    program, *arguments = seen.split()
    assert (program, arguments) == ("scaffold", ["rules", rule])
    result = scaffold(*arguments)
    assert result.code == 0
    assert result.out.startswith(f"{rule}: ")
    assert "see:" not in result.out


@pytest.mark.parametrize("rule", RULES)
def test_code_scanning_gets_help_and_only_addresses_that_exist(scaffold: Run, tmp_path: Path, rule: str) -> None:
    log = json.loads(validated(scaffold, tmp_path, rule, "sarif"))
    (row,) = [row for row in log["runs"][0]["tool"]["driver"]["rules"] if row["id"] == rule]
    assert row.get("helpUri", GITHUB).startswith(PAGES)
    assert row["help"]["text"] == f"{RULES[rule].why}\n\nscaffold rules {rule}"


def texts(path: Path) -> list[str]:
    """Return the texts in a module that aren't comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    comments = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in comments]
    return [node.value for node in constants if isinstance(node.value, str)]


def test_no_text_names_a_page_that_only_a_clone_has() -> None:
    # The folder of templates that a repository may have is no page of the documentation.
    page = re.compile(r"(?<![\w/.])docs/(?!(?i:issue_template))[\w-]+")
    wrong = [(path.name, text) for path in PACKAGE.rglob("*.py") for text in texts(path) if page.search(text)]
    assert not wrong
