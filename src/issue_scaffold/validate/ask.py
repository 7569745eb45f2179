"""Whether one text would break a rule, for those who write forms: they ask here instead of repeating a rule.

Owns no rule: each answer comes from the function that the rule itself asks. Nothing is read.
"""

from typing import NamedTuple

from issue_scaffold.report.finding import Severity
from issue_scaffold.validate.rules.body import find_forbidden_word, is_id, is_query_parameter
from issue_scaffold.validate.rules.choices import is_reserved
from issue_scaffold.validate.rules.form import judge_name
from issue_scaffold.validate.rules.registry import RULES


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
        return _whole("form/not-a-string", name)
    severity = judge_name(text)
    if severity is None:
        return None
    return Breach("form/name-length", severity, 0, len(name))


def label_breach(label: str, element_type: str) -> Breach | None:
    """Return what is wrong with the label of an element of a type, or None."""
    if not label.strip():
        return _whole("body/label-type", label)
    found = find_forbidden_word(label, element_type)
    if found is None:
        return None
    rule = RULES["body/forbidden-word"]
    return Breach(rule.id, rule.severity, found.start(), found.end())


def id_breach(id_: str) -> Breach | None:
    """Return what is wrong with the id of a field, or None."""
    if not is_id(id_):
        return _whole("body/id-format", id_)
    if is_query_parameter(id_):
        return _whole("body/id-shadowed", id_)
    return None


def option_breach(option: str, *, has_default: bool = False) -> Breach | None:
    """Return what is wrong with an option of a dropdown, which has a `default` or not, or None."""
    if is_reserved(option.strip(), has_default=has_default):
        return _whole("body/reserved-option", option)
    return None


def _whole(rule: str, text: str) -> Breach:
    return Breach(rule, RULES[rule].severity, 0, len(text))
