"""What judging a form takes is counted, since the clock says little on a busy machine."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType

import pytest

from issue_scaffold.forge.document import Problem
from issue_scaffold.forge.forges import FORGES, Forge
from issue_scaffold.text.wording import closest
from issue_scaffold.validate.rules.registry import RULES
from issue_scaffold.validate.rules.rule import Rule, Stage
from issue_scaffold.validate.run import validate_files

FORMS, ELEMENTS = 20, 10


def form(number: int, elements: int) -> str:
    """Return a form in which nothing is to be found."""
    head = f"name: Bug report {number}\ndescription: Something is broken\nbody:\n"
    return head + "".join(
        f"  - type: textarea\n    id: field-{one}\n    attributes:\n      label: Field {one}\n"
        "      description: Say what happened, in as many words as it takes.\n    validations:\n      required: true\n"
        for one in range(elements)
    )


def calls(run: Callable[[], object]) -> int:
    """Return how many functions of Python are called by a run."""
    called = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal called
        called += event == "call"

    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(None)
    return called


def calls_for(files: dict[str, str]) -> int:
    """Return how many calls it takes to validate files, once all is loaded."""
    validating = partial(validate_files, {path: text.encode() for path, text in files.items()})
    assert validating() == ()
    return calls(validating)


def test_a_form_is_judged_in_few_steps() -> None:
    """Before rules shared what they look up there were 4,000: 4.5 times the time of the C parser alone, now 2.8."""
    files = {f".github/ISSUE_TEMPLATE/{number}.yml": form(number, ELEMENTS) for number in range(FORMS)}
    assert calls_for(files) / FORMS <= 2_100


def test_a_form_of_more_elements_takes_more_steps_in_proportion() -> None:
    """So that no rule looks at each pair of elements."""
    few, many = (calls_for({".github/ISSUE_TEMPLATE/a.yml": form(1, number)}) for number in (10, 80))
    assert many <= few * 8


@pytest.mark.parametrize("forge", FORGES, ids=lambda forge: forge.key)
def test_no_rule_is_asked_that_the_forge_has_not(forge: Forge) -> None:
    asked: list[str] = []
    stage: Stage[str] = Stage()
    for rule in RULES.values():

        def look(_subject: str, rule: Rule = rule) -> Iterator[Problem]:
            asked.append(rule.id)
            yield Problem(0, 0, rule.id)

        stage.runs(rule)(look)
    found = [rule.id for rule, _ in stage.run("", forge.rules.lifted)]
    assert found == asked == [rule for rule in RULES if rule not in forge.rules.lifted]


def test_what_was_meant_is_looked_for_once() -> None:
    """A misspelt key is so in each file of a repository."""
    asked = partial(closest, "lable", ("label", "type"))
    assert asked() == "label"
    assert calls(asked) <= 3


def test_a_word_longer_than_any_choice_is_none_of_them() -> None:
    assert closest("label" * 100_000, ("label",)) is None
    assert closest("x", ()) is None
