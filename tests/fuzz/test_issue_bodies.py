"""Mutated bodies of issues never make the reader fail, or take long, and every field gets a value.

`SCAFFOLD_FUZZ_INPUTS` and `SCAFFOLD_FUZZ_SEED` are as in `test_mutations`.
"""

import random
import time

import pytest
from tests.fuzz.test_mutations import INPUTS, SEED
from tests.unit.issue.forms import OPTIONS, SNIPPETS, corpus_forms, field, form

from issue_scaffold.issue.body import body
from issue_scaffold.issue.dialect import Dialect
from issue_scaffold.issue.parse import parse

FORMS = [
    form(
        field("A", "input"),
        field("B", "textarea", render="sh"),
        field("C", "dropdown", options=OPTIONS, multiple=True),
        field("D", "dropdown", options=OPTIONS),
        field("E", "upload"),
        field("F", "checkboxes", options=OPTIONS),
    ),
    *corpus_forms()[::20],
]
ACCIDENTS = (
    *SNIPPETS, "\r", "\ufeff", "\0", "\ud800", "![", "](", "<img src=", "https://h/f", "- [X] ", "~~~", "_No response_",
)  # fmt: skip
# Of processor time, for a body of a megabyte in the long run. What grows with the square of its size takes minutes.
SECONDS = 20.0
LENGTH = 50 * INPUTS


def mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(text) + 1)
        until = at + chance.randint(0, 40)
        piece = chance.choice(["", text[at:until] * chance.randint(1, 3), chance.choice(ACCIDENTS)])
        text = text[:at] + piece + text[chance.choice([at, until]) :]
    return text


def test_any_body_is_read() -> None:
    chance = random.Random(SEED)
    for number in range(INPUTS):
        asked = FORMS[number % len(FORMS)]
        dialect = chance.choice(list(Dialect))
        text = mutated(body(asked, {}, dialect), chance)
        reading = parse(asked, text, dialect)
        assert reading.values.keys() == {field.key for field in asked.fields}, text
        assert all(1 <= doubt.line <= text.count("\n") + text.count("\r") + 1 for doubt in reading.problems), text


PIECES = (
    "x\n\n", "### A\n\n", "### B\n\n```\n", "### E\n\n[](", "### F\n\n- [x] a\n", "### C\n\na, b, ",
    " ", "`", "### Z\n\n",
)  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_time_grows_with_the_length_alone(piece: str) -> None:
    text = body(FORMS[0], {}).replace("### D", piece * (LENGTH // len(piece)) + "### D")
    for edited in (text, text + "x"):
        begin = time.process_time()
        parse(FORMS[0], edited)
        assert time.process_time() - begin < SECONDS
