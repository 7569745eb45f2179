"""What `body` and `parse` promise, for any form and any answers that its page takes."""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.issue.forms import SHARED, corpus_forms, field, filled, form, generated_forms, read_form

from issue_scaffold.issue.answers import Answer, settle
from issue_scaffold.issue.body import body
from issue_scaffold.issue.dialect import NO_RESPONSE, Dialect
from issue_scaffold.issue.form import Form
from issue_scaffold.issue.parse import parse
from issue_scaffold.issue.reading import DoubtKind

CASES = sorted(path.parent for path in (SHARED / "parse").glob("*/expected.json"))
CORPUS = corpus_forms()


def looks_like_none(answer: Answer) -> bool:
    """Tell whether a page writes an answer as it writes none."""
    return answer in [NO_RESPONSE, "None", (NO_RESPONSE,)]


def assert_promises(asked: Form, given_answers: Mapping[str, Any], dialect: Dialect) -> None:
    answers = settle(asked, given_answers, dialect)
    text = body(asked, answers, dialect)
    reading = parse(asked, text, dialect)
    if not any(map(looks_like_none, answers.values())):
        assert body(asked, reading.values, dialect) == text
    if not reading.problems and not any(map(looks_like_none, answers.values())):
        assert reading.values == answers
    for doubt in reading.problems:
        assert doubt.kind is DoubtKind.AMBIGUOUS
        assert doubt.readings
        assert doubt.readings[0] != doubt.readings[1]


@settings(deadline=None, max_examples=80)
@given(st.data(), generated_forms(), st.sampled_from(Dialect))
def test_generated_forms(data: st.DataObject, asked: Form, dialect: Dialect) -> None:
    assert_promises(asked, data.draw(filled(asked)), dialect)


@pytest.mark.skipif(not CORPUS, reason="needs SCAFFOLD_CORPUS")
@settings(deadline=None, max_examples=30)
@given(st.data(), st.sampled_from(CORPUS or [form()]), st.sampled_from(Dialect))
def test_forms_in_use(data: st.DataObject, asked: Form, dialect: Dialect) -> None:
    assert_promises(asked, data.draw(filled(asked)), dialect)


def subsets(options: Iterable[str]) -> list[tuple[str, ...]]:
    options = list(options)
    return [chosen for size in range(len(options) + 1) for chosen in itertools.combinations(options, size)]


PIECES = ("x", "### A\n\n", "### B\n\n", "```")
TEXTS = ["", *("".join(row) for size in (1, 2, 3) for row in itertools.product(PIECES, repeat=size))]
COMMAS = ("a", "b", "a, b", "b, a")
QUOTING = ("x\n\n### B\n\nx", "x")
LINKS = ((), (("a](b", "u"),), (("a", "b](u"),), (("a", "u"), ("", "v")))
SMALL: tuple[tuple[Form, list[Any]], ...] = (
    (form(field("A", "textarea"), field("B", "textarea")), [TEXTS, TEXTS[:25]]),
    (
        form(field("A", "textarea"), field("B", "dropdown", options=COMMAS, multiple=True)),
        [TEXTS[:25], subsets(COMMAS)],
    ),
    (
        form(field("A", "dropdown", options=QUOTING, multiple=True), field("B", "dropdown", options=QUOTING)),
        [subsets(QUOTING), [None, *QUOTING]],
    ),
    (form(field("A", "textarea", render="sh"), field("B", "checkboxes", options=("b", "c"))), [TEXTS, subsets("bc")]),
    (form(field("A", "upload"), field("B", "textarea", label="A")), [LINKS, TEXTS]),
    (form(field("A", "input"), field("B", "textarea", hides_label=True)), [["", "x", "### A"], TEXTS]),
)


@pytest.mark.parametrize("dialect", Dialect)
def test_every_body_of_two_answers_is_a_problem(dialect: Dialect) -> None:
    """Two sets of answers that give one body: found by trying all, and reported."""
    doubled = 0
    for asked, values in SMALL:
        makers = defaultdict(list)
        for row in itertools.product(*values):
            keys = [field.key for field in asked.fields]
            answers = settle(asked, dict(zip(keys, row, strict=True)), dialect)
            makers[body(asked, answers, dialect)].append(answers)
        for text, made in makers.items():
            reading = parse(asked, text, dialect)
            assert body(asked, reading.values, dialect) == text
            if any(answers != made[0] for answers in made):
                doubled += 1
                assert {doubt.kind for doubt in reading.problems} == {DoubtKind.AMBIGUOUS}, text
            elif not reading.problems:
                assert reading.values == made[0], text
    assert doubled > 10


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cases(case: Path) -> None:
    asked = read_form(case / "form.yml")
    reading = parse(asked, (case / "body.md").read_bytes().decode())
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    read = [{"kind": doubt.kind.value, "key": doubt.key, "text": doubt.text} for doubt in reading.problems]
    assert read == [{"key": None, "text": None, **problem} for problem in expected["problems"]]
    if not read:
        assert body(asked, reading.values) == (case / "body.md").read_bytes().decode()
