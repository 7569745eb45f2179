"""The body that a page shows is the one that `body()` gives, byte for byte."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.browser.conftest import Visit
from tests.browser.forms import FILL, FOLDER, answer_of, random_answer, shown
from tests.conftest import Run, write_tree
from tests.unit.issue.forms import SHARED, corpus_forms, generated_forms

from issue_scaffold.issue.body import body
from issue_scaffold.issue.candidates import dialect_of, repository_forms
from issue_scaffold.issue.form import Form
from issue_scaffold.preview.page import page_html

CORPUS = sorted((SHARED / "corpus" / "forms").glob("*.y*ml"))
needs_corpus = pytest.mark.skipif(not CORPUS, reason="needs SCAFFOLD_CORPUS")


def compare(visit: Visit, forms: Sequence[Form], chance: random.Random, *, times: int) -> None:
    """Fill in all forms of the page that is open, several times, and compare the bodies."""
    fills = [[[random_answer(field, chance) for field in form.fields] for _ in range(times)] for form in forms]
    bodies = visit.page.evaluate(FILL, fills)
    for form, ofs, found in zip(forms, fills, bodies, strict=True):
        for filled, seen in zip(ofs, found, strict=True):
            answers = {field.key: answer_of(field, item) for field, item in zip(form.fields, filled, strict=True)}
            # A text area gives its text with line feeds alone, wherever a label has something else.
            expected = body(form, answers, dialect_of(form.path)).replace("\r\n", "\n").replace("\r", "\n")
            assert seen == expected, form.path
    assert visit.complaints == []


@needs_corpus
def test_forms_of_the_corpus(scaffold: Run, visit: Visit, tmp_path: Path) -> None:
    write_tree(tmp_path, {f"{FOLDER}/{path.name}": path.read_bytes() for path in CORPUS})
    page = tmp_path / "page.html"
    assert scaffold("preview", tmp_path, "-o", page).code == 0
    visit.open(page)
    forms = sorted(repository_forms(tmp_path), key=lambda form: form.path)
    assert len(forms) == len(CORPUS)
    compare(visit, forms, random.Random(1), times=4)


@needs_corpus
def test_on_another_forge(visit: Visit, tmp_path: Path) -> None:
    forms = [replace(form, path=f".gitea/issue_template/{index}.yml") for index, form in enumerate(corpus_forms())]
    page = tmp_path / "page.html"
    page.write_text(page_html([shown(forms)]), encoding="utf-8")
    visit.open(page)
    compare(visit, forms, random.Random(2), times=2)


@settings(max_examples=6)
@given(st.lists(generated_forms(), min_size=20, max_size=20), st.integers(0, 99), st.sampled_from([FOLDER, ".gitea"]))
def test_forms_whose_words_get_into_each_others_way(
    visit: Visit, tmp_path_factory: pytest.TempPathFactory, forms: list[Form], seed: int, folder: str
) -> None:
    placed = [replace(form, path=f"{folder}/form.yml") for form in forms]
    page = tmp_path_factory.mktemp("page") / "page.html"
    page.write_text(page_html([shown(placed)]), encoding="utf-8")
    visit.open(page)
    compare(visit, placed, random.Random(seed), times=3)
