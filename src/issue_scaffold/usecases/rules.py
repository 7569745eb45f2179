"""What there is to say about the rules themselves, for `scaffold rules` and the page that is generated from them."""

from issue_scaffold.domain.rules.registry import RULES


def summary(rule: str) -> str | None:
    """Return a rule's one-line summary, or None if no rule is called so."""
    return RULES[rule].summary if rule in RULES else None
