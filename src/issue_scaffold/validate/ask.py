"""Whether one text would break a rule, for those who write forms instead of reading them.

Owns no rule: each answer comes from the function that the rule itself asks. Nothing is read.
"""

from typing import NamedTuple

from issue_scaffold.report.finding import Severity
from issue_scaffold.validate.rules import body, choices, form
from issue_scaffold.validate.rules.rule import Rule


class Breach(NamedTuple):
    """The id of the rule that a text breaks, how bad that is, and the span that breaks it."""

    rule: str
    severity: Severity
    start: int
    end: int


def name_breach(name: str) -> Breach | None:
    """Return what is wrong with the name of a form or Markdown template, or None."""
    text = name.strip()
    if not text:
        return _whole(form.not_a_string, name)
    severity = form.judge_name(text)
    if severity is None:
        return None
    return Breach(form.name_length.id, severity, 0, len(name))


def label_breach(label: str, element_type: str) -> Breach | None:
    """Return what is wrong with the label of an element of a type, or None."""
    if not label.strip():
        return _whole(body.label_type, label)
    word = body.find_forbidden_word(label, element_type)
    if word is None:
        return None
    rule = body.forbidden_word
    return Breach(rule.id, rule.severity, word.start(), word.end())


def id_breach(id_: str) -> Breach | None:
    """Return what is wrong with the id of a field, or None."""
    if not body.is_id(id_):
        return _whole(body.id_format, id_)
    if body.is_query_parameter(id_):
        return _whole(body.id_shadowed, id_)
    return None


def option_breach(option: str, *, has_default: bool = False) -> Breach | None:
    """Return what is wrong with an option of a dropdown, which has a `default` or not, or None."""
    severity = choices.judge_option(option.strip(), has_default=has_default)
    if severity is None:
        return None
    return Breach(choices.reserved_option.id, severity, 0, len(option))


def _whole(rule: Rule, text: str) -> Breach:
    return Breach(rule.id, rule.severity, 0, len(text))
