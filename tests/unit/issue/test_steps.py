"""Reading a body takes steps in proportion to its length, whatever is in it: counted, not timed."""

import sys
from types import FrameType
from typing import Any

import pytest
from tests.unit.issue.forms import field, form

from issue_scaffold.issue.dialect import Dialect
from issue_scaffold.issue.form import Form
from issue_scaffold.issue.parse import parse

TWO = form(field("A", "textarea"), field("B", "textarea"))
INPUTS = form(*(field(label, "input") for label in "ABC"))
FENCED = form(*(field(label, "textarea", render="sh") for label in "AB"))
MANY = tuple(f"o{number}" for number in range(200))
SEVERAL = form(field("A", "dropdown", options=MANY, multiple=True), field("B", "textarea"))
BOXES = form(field("A", "checkboxes", options=MANY), field("B", "checkboxes", options=("a", "b")))
UPLOADS = form(field("A", "upload"), field("B", "upload"))
HIDDEN = form(*(field(label, "textarea", hides_label=label != "C") for label in "ABC"))
TWENTY = form(*(field(f"L{number}", "textarea") for number in range(20)))
ALIKE = form(*(field(f"f{number}", "textarea", label="A") for number in range(20)))
IN_ORDER = "".join(f"### L{number}\n\nx\n\n" for number in range(20))
BACKWARDS = "".join(f"### L{number}\n" for number in reversed(range(20)))

# A form, what its body begins with, what is in it again and again, and its end.
BODIES: dict[str, tuple[Form, str, str, str]] = {
    "own headings": (TWO, "", "### A\n\nx\n\n### B\n\ny\n\n", ""),
    "out of order": (TWO, "", "### B\n\nx\n\n### A\n\ny\n\n", ""),
    "empty sections": (TWO, "", "### A\n\n### B\n\n", ""),
    "one heading": (TWO, "", "### A\n", ""),
    "other headings": (TWO, "", "### Z\n", "### A\n\nx\n\n### B\n\ny"),
    "CRLF": (TWO, "", "### A\r\n\r\nx\r\n\r\n### B\r\n\r\n", ""),
    "blank lines": (TWO, "### A\n\n", "\n", "\n\n### B\n\ny"),
    "twenty in order": (TWENTY, "", IN_ORDER, ""),
    "twenty backwards": (TWENTY, "", BACKWARDS, ""),
    "twenty of one label": (ALIKE, "", "### A\n\nx\n\n", ""),
    "no labels": (HIDDEN, "", "x\n\n### C\n\n", ""),
    "lines": (INPUTS, "", "### A\n\nx\n\n### B\n\ny\n\n### C\n\nz\n\n", ""),
    "other headings among lines": (INPUTS, "### A\n\nx\n\n", "### Z\n\n", "### B\n\nb\n\n### C\n\nc"),
    "fences": (FENCED, "", "### A\n\n```sh\nx\n```\n\n### B\n\n```sh\ny\n```\n\n", ""),
    "open fences": (FENCED, "### A\n\n```sh\n", "### B\n\n```sh\n", ""),
    "backticks": (FENCED, "### A\n\n", "`````sh\n", ""),
    "longer fences": (FENCED, "", "### A\n\n````sh\n", ""),
    "several choices": (SEVERAL, "### A\n\n", f"{', '.join(MANY)}, ", "\n\n### B\n\ny"),
    "one choice again": (SEVERAL, "### A\n\n", "- o199\n", ""),
    "choices there aren't": (SEVERAL, "### A\n\n", "zz,", ""),
    "boxes": (BOXES, "", "### A\n\n- [x] o199\n", ""),
    "boxes there aren't": (BOXES, "### A\n\n", "- [x] zz\n", ""),
    "broken boxes": (BOXES, "", "### B\n\n- [ ] a\n", ""),
    "files": (UPLOADS, "### A\n\n", "[a](http://x/y)\n", "\n\n### B\n\n[a](u)"),
    "no files": (UPLOADS, "### A\n\n", "](x", ")\n\n### B\n\n[a](u)"),
}  # fmt: skip
# What a page can have written is read without a look at all that its answers can be cut into.
STEADY = {"own headings", "empty sections", "CRLF", "twenty in order", "twenty of one label"}
# Of these there are a hundred thousand in a megabyte, so each may take a few steps only.
FEW = {"boxes": 18, "boxes there aren't": 12, "files": 32, "other headings": 10}


def steps_to_read(asked: Form, text: str, dialect: Dialect) -> int:
    """Return how many lines of code are run and functions called."""
    steps = 0

    def count(_frame: FrameType, _event: str, _value: object) -> Any:  # noqa: ANN401 - what settrace takes
        nonlocal steps
        steps += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        parse(asked, text, dialect)
    finally:
        sys.settrace(before)
    return steps


@pytest.mark.parametrize("name", BODIES)
def test_twice_the_body_takes_twice_the_steps(name: str) -> None:
    asked, begin, unit, end = BODIES[name]
    times = 4_000 // len(unit) + 1
    for dialect in Dialect:
        half, whole = (steps_to_read(asked, begin + unit * count + end, dialect) for count in (times, 2 * times))
        assert whole <= 2.2 * half + 200
        if name in STEADY:
            assert whole <= half + 100


@pytest.mark.parametrize("name", FEW)
def test_what_a_megabyte_is_full_of_takes_few_steps(name: str) -> None:
    asked, begin, unit, end = BODIES[name]
    half, whole = (steps_to_read(asked, begin + unit * count + end, Dialect.GITHUB) for count in (100, 200))
    assert whole - half <= FEW[name] * 100
