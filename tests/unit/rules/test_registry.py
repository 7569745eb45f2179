"""The registry, its explanations and the page made of them say the same, and every example on the page is true."""

import importlib
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from issue_scaffold.validate.rules import explain
from issue_scaffold.validate.rules.explain import EXPLANATIONS
from issue_scaffold.validate.rules.explain.base import Explanation
from issue_scaffold.validate.rules.registry import GROUPS, RULES
from issue_scaffold.validate.run import validate_files

ROOT = Path(__file__).parents[3]
# Examples about suppressions break a rule on purpose; that finding stays when the suppression doesn't work.
BESIDE = {"suppression/unknown-rule": {"form/name-length"}}


def explanations_in(module: str) -> list[Explanation]:
    """Return the explanations that a module's tuples hold."""
    if module.endswith("__init__"):
        return []
    tables = [value for value in vars(importlib.import_module(module)).values() if isinstance(value, tuple)]
    return [item for table in tables for item in table if isinstance(item, Explanation)]


def load_script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_rule_is_explained_once() -> None:
    """Two explanations of one rule would be one in the table, and the other lost."""
    written = [
        explanation.rule
        for module in sorted(Path(explain.__file__).parent.glob("*.py"))
        for explanation in explanations_in(f"{explain.__name__}.{module.stem}")
    ]
    assert sorted(written) == sorted(RULES)
    assert set(EXPLANATIONS) == set(RULES)


def test_no_rule_is_there_twice() -> None:
    ids = [rule.id for group in GROUPS for rule in group]
    assert len(ids) == len(set(ids))


def test_page_is_what_the_registry_makes_of_it() -> None:
    page = load_script("generate_rules_page").page()
    assert (ROOT / "docs/rules.md").read_text(encoding="utf-8") == page, "run: python scripts/generate_rules_page.py"


@pytest.mark.parametrize("rule", RULES)
def test_wrong_example_breaks_its_rule_and_no_other(rule: str) -> None:
    findings = validate_files({path: text.encode() for path, text in EXPLANATIONS[rule].bad.items()})
    assert {finding.rule for finding in findings} - BESIDE.get(rule, set()) == {rule}
    assert all(finding.url for finding in findings)


@pytest.mark.parametrize("rule", RULES)
def test_right_example_has_no_finding(rule: str) -> None:
    assert validate_files({path: text.encode() for path, text in EXPLANATIONS[rule].good.items()}) == ()


@pytest.mark.parametrize("rule", RULES)
def test_severity_of_an_occurrence_is_never_worse_than_the_rules(rule: str) -> None:
    findings = validate_files({path: text.encode() for path, text in EXPLANATIONS[rule].bad.items()})
    worst = {finding.rule: finding.severity for finding in findings}
    assert worst[rule] <= RULES[rule].severity
