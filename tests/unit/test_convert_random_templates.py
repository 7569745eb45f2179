"""Every question of a random template has its field, in order; nothing else is a field, and no word is lost.

`SCAFFOLD_TEMPLATES` sets how many templates there are.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator

import pytest
import yaml
from tests.lost_words import values, words
from tests.unit.markdown_templates import Asked, expected, template
from tests.unit.test_convert_questions import converted, leftovers, texts

from issue_scaffold.convert.form import Element
from issue_scaffold.convert.run import Conversion, ConvertOptions, convert

COUNT = int(os.environ.get("SCAFFOLD_TEMPLATES", "200"))
CHUNKS = 10


def is_field_of(asked: Asked, element: Element) -> bool:
    options = tuple(option.label for option in element.options)
    if element.label != asked.label or element.type not in asked.types:
        return False
    if asked.options and options != asked.options:
        return False
    return asked.said in texts(element) and asked.value in f"{element.value}\n{element.placeholder}"


def holds(element: Element, asked: Asked) -> bool:
    """Return whether a heading's field has taken up the question below it."""
    options = tuple(option.label for option in element.options)
    if asked.options:
        return options == asked.options
    return asked.label in texts(element)


def problems(conversion: Conversion, asks: list[Asked]) -> Iterator[str]:
    added = {re.sub(r".*?`(.*?)`.*", r"\1", one.message) for one in conversion.remarks if one.kind == "added"}
    fields = [one for one in conversion.form.fields if one.label not in added - {"Checklist"}]
    shown = "\n".join(one.value for one in conversion.form.body if not one.is_field)
    at = 0
    above: Element | None = None
    for asked in asks:
        here = fields[at] if at < len(fields) else None
        if here is not None and is_field_of(asked, here):
            above = here
            at += 1
        elif asked.joins and above is not None and holds(above, asked):
            continue
        elif not asked.optional or asked.label not in shown:
            yield f"no field for {asked}, but {here}"
            return
    if at < len(fields):
        yield f"more fields: {fields[at:]}"


def lost(conversion: Conversion, source: str) -> Counter[str]:
    said = " ".join(f"{remark.message} {remark.text}" for remark in conversion.remarks)
    # A number in front of a question or heading is its place; the word before a comment's text is its spelling.
    plain = re.sub(r"(?m)^(?:#+ )?\d+[.)] |^\[\w+\]: |<!--|^about|\[x\]|</?(?:details|summary)>", " ", source)
    return words(plain) - words(" ".join(values(yaml.safe_load(conversion.text))) + f" name {said}")


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_question_of_a_random_template_has_its_field(chunk: int) -> None:
    for seed in range(chunk, COUNT, CHUNKS):
        source, blocks = template(seed)
        conversion = converted(source)
        told = f"seed {seed}\n{source}\n----\n{conversion.text}"
        assert not list(problems(conversion, expected(blocks))), told
        assert not lost(conversion, source), told
        assert [left for field in conversion.form.fields for left in leftovers(field)] == [], told


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_random_form_comes_back_and_no_placeholder_is_an_answer(chunk: int) -> None:
    for seed in range(chunk, COUNT // 10, CHUNKS):
        form = converted(template(seed)[0])
        markdown = convert(ConvertOptions(path="form.yml", content=form.text.encode()))
        back = converted(markdown.text)
        told = f"seed {seed}\n{form.text}\n----\n{markdown.text}\n----\n{back.text}"
        assert [shape(field) for field in back.form.fields] == [shape(field) for field in form.form.fields], told
        answers = re.sub(r"<!--.*?-->", "", markdown.text, flags=re.DOTALL)
        for field in form.form.fields:
            assert not field.placeholder or field.placeholder not in answers or field.placeholder in shown(field), told


def shape(field: Element) -> tuple[object, ...]:
    return field.type, field.label, field.options, field.placeholder.strip(), field.value.strip()


def shown(field: Element) -> str:
    """Return what of a field stands in its Markdown all the same."""
    return f"{field.label} {field.description}"
