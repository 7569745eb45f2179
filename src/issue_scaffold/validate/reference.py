"""What there is to say about the rules: for `scaffold rules`, SARIF, and the page of rules."""

from collections.abc import Mapping
from dataclasses import dataclass

from issue_scaffold.errors import UsageError
from issue_scaffold.validate.rules.registry import RULES
from issue_scaffold.validate.rules.rule import EXPLAIN, GRADES, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One line of the list of rules.

    `fix` is empty for what can't be mended; `grade` says what its evidence is worth.
    """

    id: str
    severity: str
    fix: str
    summary: str
    grade: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleExplanation:
    """All there is to say about a rule. `url` is the page that it comes from, or empty.

    `grade_meaning` explains the grade in words; `lived` says where a breach was in use,
    or is empty.
    """

    row: RuleRow
    why: str
    evidence: tuple[str, ...]
    grade_meaning: str
    lived: str
    url: str
    bad: Mapping[str, str]
    good: Mapping[str, str]


def summary(rule: str) -> str | None:
    """Return a rule's one-line summary, or None if no rule is called so."""
    if rule not in RULES:
        return None
    return RULES[rule].summary


def help_text(rule: str) -> str | None:
    """Return why a rule is there and what explains it, or None if no rule is called so."""
    if rule not in RULES:
        return None
    return f"{RULES[rule].why}\n\n{EXPLAIN} {rule}"


def list_rules() -> list[RuleRow]:
    """Return all rules in the order of the registry."""
    return [_row(rule) for rule in RULES.values()]


def explain_rule(id_: str) -> RuleExplanation:
    """Return all about one rule. Raises UsageError if no rule is called so."""
    if id_ not in RULES:
        from issue_scaffold.text.wording import closest

        guess = closest(id_, RULES)
        hint = f"did you mean {guess}?" if guess else "`scaffold rules` lists them"
        raise UsageError(f"no rule is called {id_!r}", hint=hint)
    rule = RULES[id_]
    return RuleExplanation(
        row=_row(rule),
        why=rule.why,
        evidence=rule.evidence,
        grade_meaning=GRADES[rule.grade],
        lived=rule.lived,
        url=rule.source,
        bad=rule.wrong,
        good=rule.right,
    )


def _row(rule: Rule) -> RuleRow:
    return RuleRow(
        id=rule.id,
        severity=str(rule.severity),
        fix=rule.fix,
        summary=rule.summary,
        grade=rule.grade,
    )
