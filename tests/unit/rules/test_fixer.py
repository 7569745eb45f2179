"""When a fix is kept: what it is for is gone, and nothing new comes of it but what could not be read before."""

import pytest

from issue_scaffold.forge.document import Problem
from issue_scaffold.text.edits import Fix
from issue_scaffold.text.source import Source
from issue_scaffold.validate import fixer
from issue_scaffold.validate.diagnostics import Diagnostic
from issue_scaffold.validate.rules.registry import RULES

SOURCE = Source("a.yml", "a: b\n" * 9)
PLAIN, OTHERS, NEXT = RULES["body/forbidden-word"], RULES["body/unknown-type"], RULES["yaml/syntax"]


def diagnostics(rule: str, *starts: int) -> list[Diagnostic]:
    return [Diagnostic(RULES[rule], Problem(start, start, "wrong"), SOURCE) for start in starts]


@pytest.mark.parametrize(
    ("rule", "had", "has", "settled"),
    [
        (PLAIN.id, [5], [], True),
        (PLAIN.id, [5, 10], [10], True),
        (PLAIN.id, [5], [5], False),
        (PLAIN.id, [5], [10], False),
        (OTHERS.id, [5], [10], False),
        (NEXT.id, [5], [10], True),
        (NEXT.id, [5], [5], False),
        (NEXT.id, [5], [0], False),
    ],
)
def test_what_a_fix_is_for_is_gone(rule: str, had: list[int], has: list[int], *, settled: bool) -> None:
    before, after = diagnostics(rule, *had), diagnostics(rule, *has)
    proposal = fixer._Proposal(before[0], Fix())
    assert fixer._is_settled(proposal, fixer._tally(before), fixer._tally(after)) is settled


@pytest.mark.parametrize(
    ("fixed", "new", "kept"),
    [
        (PLAIN.id, PLAIN.id, False),
        (PLAIN.id, NEXT.id, False),
        (OTHERS.id, PLAIN.id, True),
        (OTHERS.id, NEXT.id, False),
        (NEXT.id, PLAIN.id, True),
        (NEXT.id, NEXT.id, False),
    ],
)
def test_only_what_could_not_be_read_before_may_come_to_light(fixed: str, new: str, *, kept: bool) -> None:
    before, after = diagnostics(fixed, 5), diagnostics(new, 10, 15)
    proposals = [fixer._Proposal(before[0], Fix())]
    assert fixer._reveals_nothing_new(proposals, fixer._tally(before), fixer._tally(after)) is kept


def test_each_rule_says_what_it_reveals() -> None:
    revealing = {rule.id: rule.reveals for rule in RULES.values() if rule.reveals}
    stops = {"yaml/syntax", "template/front-matter-syntax"}
    assert {id_ for id_, reveals in revealing.items() if reveals == "next"} == stops
    assert all(RULES[id_].fix for id_ in revealing)
