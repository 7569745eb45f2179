"""Sound text of 300 languages: no rule about text finds anything, no conversion changes it.

The texts are the translations that come with Django, and Babel's names of languages, countries,
scripts, currencies, months and days. Some of each language's are converted; `SCAFFOLD_TEXTS=all` means all of them.
"""

import gettext
import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from babel import Locale, localedata

from issue_scaffold.convert.run import ConvertOptions, convert
from issue_scaffold.text.broken_emoji import find_broken
from issue_scaffold.validate.run import validate_files

TEMPLATE, FORM = ".github/ISSUE_TEMPLATE/text.md", ".github/ISSUE_TEMPLATE/form.yml"
LABELS = ".github/labels.yml"
# The rules that look at text, whatever the format of a file.
ABOUT_TEXT = ("text/", "yaml/encoding", "yaml/syntax")
# An issue has 65,536 characters at most.
LONGEST_TEMPLATE = 50_000
# So many texts share a section or a field.
GROUP = 25

Texts = Mapping[str, tuple[str, ...]]


@cache
def django() -> Texts:
    """Return the translated texts of each language, in the order of Django's catalogues."""
    package = find_spec("django")
    assert package is not None
    assert package.origin is not None
    texts: dict[str, dict[str, None]] = {}
    for catalogue in sorted(Path(package.origin).parent.rglob("*.mo")):
        language = catalogue.parts[-3]
        with catalogue.open("rb") as file:
            translations = gettext.GNUTranslations(file)
        found = vars(translations)["_catalog"]
        # What stands below the empty text is the catalogue's own header.
        said = (text for original, text in found.items() if original and text)
        texts.setdefault(language, {}).update(dict.fromkeys(said))
    texts.pop("en")
    return {language: tuple(found) for language, found in texts.items()}


@cache
def babel() -> Texts:
    """Return the names in each language; not once more for each country that speaks it."""
    names = [name for name in localedata.locale_identifiers() if "_" not in name]
    return {name: tuple(dict.fromkeys(names_in(Locale(name)))) for name in sorted(names)}


def names_in(locale: Locale) -> Iterator[str]:
    for names in (locale.languages, locale.territories, locale.scripts, locale.currencies):
        yield from names.values()
    for calendar in (locale.months, locale.days):
        for kind in calendar.values():
            for names in kind.values():
                yield from names.values()


SOURCES = {"django": django, "babel": babel}


def parts_of(texts: tuple[str, ...]) -> Iterator[list[str]]:
    """Yield the texts in parts that one template can hold."""
    part: list[str] = []
    length = 0
    for text in texts:
        if length + len(text) > LONGEST_TEMPLATE:
            yield part
            part, length = [], 0
        part.append(text)
        length += len(text) + 30
    yield part


def as_form(texts: list[str]) -> str:
    head = "name: Bug report\ndescription: Something is broken\nbody:\n"
    field = "  - type: textarea\n    attributes:\n      label: {}\n      value: {}\n"
    return head + "".join(field.format(quoted(group[0]), quoted("\n".join(group))) for group in groups_of(texts))


def as_labels(texts: list[str]) -> str:
    return "".join(
        f"- name: {quoted(group[0])}\n  description: {quoted(' '.join(group))}\n" for group in groups_of(texts)
    )


def as_template(texts: list[str]) -> str:
    """Make each group of texts a section: a heading, a comment, and text."""
    head = "---\nname: Bug report\nabout: Something is broken\n---\n"
    sections = []
    for first, *others in groups_of([" ".join(text.split()) for text in texts]):
        half = len(others) // 2
        comment, prose = "\n".join(others[:half]), "\n\n".join(others[half:])
        sections.append(f"## {first}\n\n<!-- {comment} -->\n\n{prose}\n")
    return head + "\n".join(sections)


def groups_of(texts: list[str]) -> list[list[str]]:
    return [texts[at : at + GROUP] for at in range(0, len(texts), GROUP)]


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def test_there_are_enough_texts() -> None:
    assert len(django()) >= 95
    assert len(babel()) >= 95
    assert sum(map(len, django().values())) + sum(map(len, babel().values())) >= 70_000


@pytest.mark.parametrize("source", SOURCES)
def test_no_sound_text_looks_broken(source: str) -> None:
    found = [
        (language, text, broken)
        for language, texts in SOURCES[source]().items()
        for text in texts
        for broken in find_broken(text)
    ]
    assert found == []


@pytest.mark.parametrize("source", SOURCES)
def test_no_rule_about_text_finds_anything(source: str) -> None:
    found = []
    for language, texts in SOURCES[source]().items():
        for part in parts_of(texts):
            files = {FORM: as_form(part), TEMPLATE: as_template(part), LABELS: as_labels(part)}
            findings = validate_files({path: text.encode() for path, text in files.items()})
            found += [(language, item.message) for item in findings if str(item.rule).startswith(ABOUT_TEXT)]
    assert found == []


def letters(text: str) -> str:
    """Return the letters of a text without those of its tags, which a label of a form can't show."""
    return "".join(filter(str.isalpha, re.sub(r"</?[a-z][^<>]*>", "", text)))


def scalars(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from scalars(item)
    elif isinstance(value, list):
        for item in value:
            yield from scalars(item)
    else:
        yield str(value)


@pytest.mark.parametrize(("source", "every"), [("django", 4), ("babel", 8)])
def test_conversion_changes_no_letter(source: str, every: int) -> None:
    lost = []
    if os.environ.get("SCAFFOLD_TEXTS") == "all":
        every = 1
    for language, texts in SOURCES[source]().items():
        # GitHub refuses labels with this word, so it is spelt otherwise there.
        sample = tuple(text for text in texts[::every] if "password" not in text.lower())
        for part in parts_of(sample):
            template = as_template(part)
            form = convert(ConvertOptions(path=TEMPLATE, content=template.encode()))
            out = "".join(map(letters, scalars(yaml.load(form.text, yaml.CSafeLoader))))
            lost += [(language, text) for text in part if letters(text) not in out]
            lost += [(language, remark.text) for remark in form.remarks if remark.kind == "repaired"]
    assert lost == []
