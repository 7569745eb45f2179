"""Real templates and forms, from the folder that SCAFFOLD_CORPUS names: none fails, and nothing of them gets lost."""

import os
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from tests.lost_words import values, words

from issue_scaffold.convert.finish import long_name
from issue_scaffold.convert.form import IssueForm
from issue_scaffold.convert.run import Conversion, ConvertOptions, NotConvertibleError, convert
from issue_scaffold.forge.front_matter import find_front_matter
from issue_scaffold.report.finding import Severity
from issue_scaffold.validate.run import validate_files

CORPUS = Path(os.environ.get("SCAFFOLD_CORPUS", "/nonexistent")) / "corpus"
TEMPLATES = sorted((CORPUS / "md").glob("*.md"))
FORMS = sorted((CORPUS / "forms").glob("*.y*ml"))

pytestmark = pytest.mark.skipif(not TEMPLATES, reason="needs SCAFFOLD_CORPUS")


def text_of(path: Path) -> str:
    return path.read_bytes().decode().replace("\r\n", "\n")


def has_front_matter(path: Path) -> bool:
    return find_front_matter(text_of(path)) is not None


def converted(path: Path) -> Conversion:
    options = ConvertOptions(path=path.name, content=path.read_bytes())
    if not has_front_matter(path):
        options = replace(options, name="Some name", description="Some description")
    return convert(options)


def source_words(text: str) -> Counter[str]:
    """Count the words of a template: the values of its front matter, and all of its body."""
    front = find_front_matter(text)
    if front is None or front.end is None:
        return words(text)
    return words(" ".join(values(yaml.safe_load(text[front.start : front.end]))) + " " + text[front.body :])


def tasks(text: str) -> list[str]:
    """Return the task-list items of a text, outside of comments and code, by eye rather than by parser."""
    text = re.sub(r"<!--.*?-->|^( *)```.*?^\1```", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"^\s*(?:[-*+]|\d+\.) \[[ xX]\][ \t]+(\S.*)$", text, re.MULTILINE)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_becomes_a_valid_form(path: Path) -> None:
    findings = validate_files({".github/ISSUE_TEMPLATE/form.yml": converted(path).text.encode()})
    assert [finding.message for finding in findings if finding.severity is Severity.ERROR] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_loses_no_word(path: Path) -> None:
    conversion = converted(path)
    said = " ".join(f"{remark.message} {remark.text}" for remark in conversion.remarks)
    there = words(" ".join(values(yaml.safe_load(conversion.text))) + " " + said)
    wanted = source_words(text_of(path))
    lost = wanted - there
    assert lost.total() <= wanted.total() / 100, dict(lost)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_loses_no_task_and_no_label(path: Path) -> None:
    conversion = converted(path)
    listed = [option.label for field in conversion.form.fields for option in field.options]
    assert len(listed) >= len(tasks(text_of(path)))
    for task in tasks(text_of(path)):
        start = " ".join(task.split())[:40]
        assert any(start in option for option in listed), task
    front = find_front_matter(text_of(path))
    if front is not None:
        labels = (yaml.safe_load(text_of(path)[front.start : front.end]) or {}).get("labels") or []
        named = labels.split(",") if isinstance(labels, str) else labels
        assert set(conversion.form.labels) == {label.strip() for label in named if label.strip()}


@pytest.mark.parametrize("path", [path for path in TEMPLATES if not has_front_matter(path)], ids=lambda path: path.stem)
def test_a_template_without_front_matter_is_refused_by_itself(path: Path) -> None:
    with pytest.raises(NotConvertibleError, match="no front matter"):
        convert(ConvertOptions(path=path.name, content=path.read_bytes()))


def seen(form: IssueForm) -> list[tuple[object, ...]]:
    return [(field.type, field.label, field.options, field.required, field.multiple) for field in form.fields]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_comes_back_from_markdown(path: Path) -> None:
    markdown = convert(ConvertOptions(path=path.name, content=path.read_bytes()))
    back = convert(ConvertOptions(path="template.md", content=markdown.text.encode()))
    assert seen(back.form) == seen(markdown.form)
    for one, other in zip(markdown.form.fields, back.form.fields, strict=True):
        assert one.id in {None, other.id}
    assert back.form.description == markdown.form.description.strip()
    assert back.form.name == long_name(markdown.form.name, [])
    for key in ("title", "labels", "assignees", "projects", "type"):
        assert getattr(back.form, key) == getattr(markdown.form, key)


def test_no_more_is_left_out_than_today() -> None:
    remarks = [
        remark
        for path in FORMS
        for remark in convert(ConvertOptions(path=path.name, content=path.read_bytes())).remarks
    ]
    assert len(remarks) <= 6, remarks


def test_the_review_page_says_what_happens() -> None:
    page = Path(__file__).parents[2] / "docs/explanation/conversion-review.md"
    rows = re.findall(r"^\| `(\S+)` \|(( \d+ \|){6})$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) == 10
    for name, counts, _ in rows:
        form = converted(CORPUS / "md" / f"{name}.md").form
        kinds = Counter(element.type for element in form.body)
        expected = [kinds[kind] for kind in ("markdown", "input", "textarea", "dropdown", "checkboxes")]
        options = sum(len(field.options) for field in form.fields)
        assert [int(count) for count in re.findall(r"\d+", counts)] == [*expected, options], name
