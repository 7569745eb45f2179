"""Every question of real templates has a field or a remark, found by eye rather than by the converter's parser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.corpus.test_convert_corpus import TEMPLATES, converted, text_of
from tests.unit.test_convert_questions import complaints, leftovers

from issue_scaffold.convert.form import Element
from issue_scaffold.convert.run import Conversion
from issue_scaffold.forge.front_matter import find_front_matter

pytestmark = pytest.mark.skipif(not TEMPLATES, reason="needs SCAFFOLD_CORPUS")

# Bold lines and headings that tell; the review page says so of each.
NOTICES = re.compile(
    r"(?i)^(please do not|do not|feature requests should|.*requests? (?:are|is) |prerequisite$|special notes$)"
)
HEADING = re.compile(r"^ {0,3}#{1,6} +(.+?) *#*$")
BOLD = re.compile(r"^\*\*([^*]+)\*\*[:.]?$")
KEY = re.compile(r"^(?:[-*] +)?([\w/ ().']{2,40})[:：]\s*(?:\\?\[[^\]]*\])?$")  # noqa: RUF001 - a Chinese colon
ROW = re.compile(r"^\|\s*([^|]+?)\s*\|\s*\|")


def body_of(path: Path) -> str:
    """Return a template's text below its front matter, without code and comments."""
    text = text_of(path)
    front = find_front_matter(text)
    if front is not None:
        text = text[front.body :]
    return re.sub(r"(?ms)<!--.*?-->|^( *)```.*?^\1```", "", text)


def questions(text: str) -> Iterator[tuple[str, str]]:
    for paragraph in re.split(r"\n\s*\n", text):
        if paragraph.rstrip().endswith("?") and not paragraph.lstrip().startswith(("#", "*", "-", "_", ">")):
            yield "question", paragraph
    for line in text.splitlines():
        for kind, pattern in (("heading", HEADING), ("bold", BOLD), ("key", KEY), ("row", ROW)):
            if (found := pattern.match(line.rstrip())) and re.search(r"\w", found[1]):
                yield kind, found[1]


def plain(text: str) -> str:
    return re.sub(r"[^\w]+", " ", text.replace("_", " ")).strip().casefold()


def said(field: Element) -> str:
    options = [option.label for option in field.options]
    return plain(" ".join([field.label, field.description, field.placeholder, field.value, *options]))


def is_answered(kind: str, question: str, conversion: Conversion) -> bool:
    wanted = plain(question)
    shown = [*map(said, conversion.form.fields), *(plain(f"{one.message} {one.text}") for one in conversion.remarks)]
    if any(wanted in text for text in shown):
        return True
    # The heading of a group, or one whose text is there to be read.
    above = [plain(element.value) for element in conversion.form.body if not element.is_field]
    is_question = question.rstrip(" *").endswith("?")
    return kind in {"heading", "bold", "key"} and not is_question and any(wanted in text for text in above)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_question_of_a_template_has_a_field_or_a_remark(path: Path) -> None:
    conversion = converted(path)
    lost = [found for found in questions(body_of(path)) if not is_answered(*found, conversion)]
    assert lost == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_leaves_no_marks_and_no_warning(path: Path) -> None:
    conversion = converted(path)
    assert [left for field in conversion.form.fields for left in leftovers(field)] == []
    assert complaints(conversion) == []


def test_few_headings_are_only_shown() -> None:
    """A field for what is shown only is missed by no other test: shown headings stand above fields, or give notice."""
    alone = []
    for path in TEMPLATES:
        body = converted(path).form.body
        for element, below in zip(body, [*body[1:], None], strict=True):
            title = re.match(r"(?:#+ +|\*\*)(.+)", element.value) if not element.is_field else None
            if title and (below is None or not below.is_field) and not NOTICES.match(title[1].strip("* ")):
                alone.append((path.stem, title[1]))
    assert len(alone) <= 12, alone
