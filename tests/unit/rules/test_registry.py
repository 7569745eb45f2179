"""The rules and the page made of them say the same, and every example on the page is true."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from issue_scaffold.validate.rules import stages
from issue_scaffold.validate.rules.registry import RULES
from issue_scaffold.validate.rules.rule import Stage
from issue_scaffold.validate.run import validate_files

ROOT = Path(__file__).parents[3]
# Examples about suppressions break a rule on purpose; that finding stays when the suppression doesn't work.
BESIDE = {"suppression/unknown-rule": {"form/name-length"}}


def load_script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_rule_is_listed_once_by_its_id() -> None:
    """Two rules of one id would be one in the table, and the other lost."""
    declared = [rule for stage in vars(stages).values() if isinstance(stage, Stage) for rule in stage.rules]
    assert {id(rule) for rule in declared} == {id(rule) for rule in RULES.values()}


@pytest.mark.parametrize("name", [name for name, value in vars(stages).items() if isinstance(value, Stage)])
def test_a_stage_loads_the_modules_that_declare_its_rules(name: str) -> None:
    """One that it doesn't name would run its rules or not, by what else was validated before."""
    stage = getattr(stages, name)
    declaring = {check.__module__.rpartition(".")[2] for _, check in vars(stage)["_checks"]}
    assert set(stage.modules) == declaring


def test_page_is_what_the_registry_makes_of_it() -> None:
    page = load_script("generate_rules_page").page()
    assert (ROOT / "docs/rules.md").read_text(encoding="utf-8") == page, "run: python scripts/generate_rules_page.py"


@pytest.mark.parametrize("rule", RULES)
def test_wrong_example_breaks_its_rule_and_no_other(rule: str) -> None:
    findings = validate_files({path: text.encode() for path, text in RULES[rule].wrong.items()})
    assert {finding.rule for finding in findings} - BESIDE.get(rule, set()) == {rule}
    assert all(finding.url for finding in findings)


@pytest.mark.parametrize("rule", RULES)
def test_right_example_has_no_finding(rule: str) -> None:
    assert validate_files({path: text.encode() for path, text in RULES[rule].right.items()}) == ()


@pytest.mark.parametrize("rule", RULES)
def test_severity_of_an_occurrence_is_never_worse_than_the_rules(rule: str) -> None:
    findings = validate_files({path: text.encode() for path, text in RULES[rule].wrong.items()})
    worst = {finding.rule: finding.severity for finding in findings}
    assert worst[rule] <= RULES[rule].severity
