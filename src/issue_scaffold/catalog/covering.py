"""Answers that together try every choice of a template: every two values of any two questions meet in one case.

Owns which values stand for a question. Pure: knows `copier.yml`'s questions as parsed, renders nothing.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Any, Final

# Questions without a default must be answered; these are the ones that the bundled template asks.
_SAMPLES: Final[dict[str, Any]] = {
    "tool_source": "https://example.com/issue-scaffold.git",
    "tool_version": "v1.0.0",
    "contact_links": [
        {"name": "Ask", "url": "https://example.com/ask", "about": "Help from other people"}
    ],
    "security_contact_url": "https://example.com/security",
    "assignees": ["octocat"],
}
_MAX_VALUES: Final = 12
Case = dict[str, Any]


def values_of(name: str, question: object) -> tuple[Any, ...]:
    """Return the values to try for a question; None stands for its default."""
    details = question if isinstance(question, Mapping) else {"type": type(question).__name__}
    if details.get("when") is False:
        return ()
    sample = (_SAMPLES[name],) if name in _SAMPLES else ()
    choices = _choices(details.get("choices"))
    if choices and details.get("multiselect"):
        return (
            tuple([choices, *([choice] for choice in choices)][:_MAX_VALUES])
            if len(choices) > 1
            else (choices,)
        )
    if choices:
        return tuple(choices[:_MAX_VALUES])
    if details.get("type") == "bool":
        return (True, False)
    # Copier's UNSET makes a default none at all.
    if isinstance(question, Mapping) and "UNSET" in str(details.get("default", "UNSET")):
        return sample or {"int": (1,), "float": (1.5,)}.get(str(details.get("type")), ("sample",))
    return (None, *sample)


def _choices(choices: object) -> list[Any]:
    if isinstance(choices, Mapping):
        rows = list(choices.values())
        return [row.get("value") if isinstance(row, Mapping) else row for row in rows]
    if isinstance(choices, list):
        return [row[1] if isinstance(row, list) and len(row) > 1 else row for row in choices]
    return []


def covering_cases(questions: Mapping[str, object]) -> tuple[Case, ...]:
    """Return answers in which every two values of any two questions meet; always the same ones, in the same order."""
    values = {
        name: found for name, question in questions.items() if (found := values_of(name, question))
    }
    if not values:
        return ({},)
    names = list(values)
    missing = {
        (one, i, two, j)
        for one, two in combinations(names, 2)
        for i, j in product(range(len(values[one])), range(len(values[two])))
    }
    if not missing:
        return tuple(_answers({names[0]: index}, values) for index in range(len(values[names[0]])))
    order = {name: index for index, name in enumerate(names)}
    cases = []
    while missing:
        one, i, two, j = min(
            missing, key=lambda pair: (order[pair[0]], pair[1], order[pair[2]], pair[3])
        )
        case = {one: i, two: j}
        for name in names:
            if name not in case:
                gains = [
                    sum(pair in missing for pair in _new_pairs(case, name, index, order))
                    for index in range(len(values[name]))
                ]
                case[name] = gains.index(max(gains))
        for first, second in combinations(names, 2):
            missing.discard((first, case[first], second, case[second]))
        cases.append(_answers(case, values))
    return tuple(cases)


def _new_pairs(
    case: Mapping[str, int], name: str, index: int, order: Mapping[str, int]
) -> Iterator[tuple[str, int, str, int]]:
    for other, place in case.items():
        yield (
            (other, place, name, index)
            if order[other] < order[name]
            else (name, index, other, place)
        )


def _answers(case: Mapping[str, int], values: Mapping[str, tuple[Any, ...]]) -> Case:
    found = {name: values[name][index] for name, index in case.items()}
    return {name: value for name, value in found.items() if value is not None}
