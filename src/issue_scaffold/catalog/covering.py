"""Answers that together try every choice of a template.

Owns which values stand for a question. Pure: knows `copier.yml`'s questions as parsed, renders
nothing.
"""

from collections.abc import Mapping
from itertools import chain, combinations, product
from typing import Any, Final

# Questions without a default must be answered; these are the ones that the bundled template asks.
_SAMPLES: Final[dict[str, tuple[Any, ...]]] = {
    "tool_source": ("https://example.com/issue-scaffold.git",),
    "tool_version": ("v1.0.0",),
    "contact_links": (
        [{"name": "Ask", "url": "https://example.com/ask", "about": "Help from other people"}],
    ),
    "security_contact_url": ("https://example.com/security",),
    "assignees": (["octocat"],),
}
_NUMBERS: Final[dict[object, tuple[Any, ...]]] = {"int": (1,), "float": (1.5,)}
_MAX_VALUES: Final = 12
Case = dict[str, Any]
# A question and one of its values, both by their place.
_Slot = tuple[int, int]


def values_of(name: str, question: object) -> tuple[Any, ...]:
    """Return the values to try for a question; None stands for its default."""
    samples = _SAMPLES.get(name, ())
    if isinstance(question, bool):
        return (True, False)
    if not isinstance(question, Mapping):
        return (None, *samples)
    if question.get("when") is False:
        return ()
    choices = _choices(question)
    if choices:
        return choices[:_MAX_VALUES]
    kind = question.get("type")
    # Copier's UNSET makes a default none at all.
    if "UNSET" in str(question.get("default", "UNSET")):
        return samples or _NUMBERS.get(kind, ("sample",))
    return (None, *samples)


def _choices(question: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what can be chosen: for several choices at once, all of them and each one."""
    choices = [_value(choice) for choice in _written_choices(question)]
    if not question.get("multiselect") or not choices:
        return tuple(choices)
    if len(choices) == 1:
        return (choices,)
    return (choices, *([choice] for choice in choices))


def _written_choices(question: Mapping[str, Any]) -> list[Any]:
    choices = question.get("choices")
    if isinstance(choices, Mapping):
        return list(choices.values())
    if isinstance(choices, list):
        return [row[1] if isinstance(row, list) and len(row) > 1 else row for row in choices]
    if question.get("type") == "bool":
        return [True, False]
    return []


def _value(choice: object) -> object:
    """Return the value of a choice, which may be written with what it needs."""
    if isinstance(choice, Mapping):
        return choice.get("value")
    return choice


def covering_cases(questions: Mapping[str, object]) -> tuple[Case, ...]:
    """Return answers in which every two values of any two questions meet; always the same ones.

    A new catalog's 16 questions have 98,304 combinations of values. 21 cases hold every two of
    them, as many as it takes to change one answer at a time, which would render no two changes
    together; the bundled template's 2,949,120 combinations come down to 61.
    """
    values = {name: values_of(name, question) for name, question in questions.items()}
    values = {name: found for name, found in values.items() if found}
    slots = [
        [(place, index) for index in range(len(found))]
        for place, found in enumerate(values.values())
    ]
    if len(slots) < 2:  # noqa: PLR2004 - nothing can meet
        return tuple(_answers(dict(case), values) for case in product(*slots))
    pairs = (product(one, two) for one, two in combinations(slots, 2))
    missing = set(chain.from_iterable(pairs))
    cases = []
    while missing:
        case = _next_case(slots, missing)
        missing.difference_update(combinations(sorted(case.items()), 2))
        cases.append(_answers(case, values))
    return tuple(cases)


def _next_case(slots: list[list[_Slot]], missing: set[tuple[_Slot, _Slot]]) -> dict[int, int]:
    """Return the case around the first missing pair that brings most others with it."""
    case = dict(min(missing))
    for place, offered in enumerate(slots):
        if place not in case:
            case.update([_most_useful(offered, case, missing)])
    return case


def _most_useful(
    offered: list[_Slot], case: Mapping[int, int], missing: set[tuple[_Slot, _Slot]]
) -> _Slot:
    """Return the first of the values that bring most missing pairs into a case."""

    def gain(slot: _Slot) -> int:
        pairs = ((min(slot, other), max(slot, other)) for other in case.items())
        return sum(pair in missing for pair in pairs)

    return max(offered, key=gain)


def _answers(case: Mapping[int, int], values: Mapping[str, tuple[Any, ...]]) -> Case:
    answers: Case = {}
    for place, (name, found) in enumerate(values.items()):
        value = found[case[place]]
        if value is not None:
            answers[name] = value
    return answers
