"""Answers that together try everything, and the way back from a rendered line to the catalog's own."""

from itertools import combinations

import pytest

from issue_scaffold.catalog.covering import covering_cases, values_of
from issue_scaffold.catalog.entry import guarded, slug_of
from issue_scaffold.catalog.places import line_in, origin, sources_of

QUESTIONS: dict[str, object] = {
    "types": {"type": "str", "multiselect": True, "choices": {"A": "a", "B": "b"}},
    "format": {"type": "str", "choices": ["both", "form"]},
    "flag": {"type": "bool", "default": False},
    "hidden": {"type": "bool", "when": False},
    "text": {"type": "str", "default": "x"},
    "tool_version": {"type": "str"},
    "plain": "default",
}


def test_every_two_values_of_two_questions_meet() -> None:
    cases = covering_cases(QUESTIONS)
    assert covering_cases(QUESTIONS) == cases
    many = {name: values_of(name, question) for name, question in QUESTIONS.items()}
    for one, other in combinations([name for name, values in many.items() if len(values) > 1], 2):
        met = [(case[one], case[other]) for case in cases]
        for value in many[one]:
            for second in many[other]:
                assert (value, second) in met
    assert len(cases) < 12


@pytest.mark.parametrize(
    ("name", "question", "values"),
    [
        ("x", {"type": "bool"}, (True, False)),
        ("x", {"type": "str", "choices": [["A", "a"], ["B", "b"]]}, ("a", "b")),
        ("x", {"type": "str", "choices": {"A": {"value": "a"}, "B": "b"}}, ("a", "b")),
        ("x", {"type": "str", "choices": ["a", "b"], "multiselect": True}, (["a", "b"], ["a"], ["b"])),
        ("x", {"type": "str", "choices": ["a"], "multiselect": True}, (["a"],)),
        ("x", {"type": "str"}, ("sample",)),
        ("x", {"type": "int"}, (1,)),
        ("tool_version", {"type": "str"}, ("v1.0.0",)),
        ("assignees", {"type": "yaml", "default": []}, (None, ["octocat"])),
        ("x", {"type": "bool", "when": False}, ()),
        ("x", "default", (None,)),
    ],
)
def test_the_values_of_a_question(name: str, question: object, values: tuple[object, ...]) -> None:
    assert values_of(name, question) == values


def test_no_questions_are_one_case() -> None:
    assert covering_cases({}) == ({},)
    assert covering_cases({"flag": {"type": "bool"}}) == ({"flag": True}, {"flag": False})


SOURCE = (
    "{% if x %}\nname: {{ name }}\n{% endif %}\nbody:\n  - a\n{% for o in os %}\n  - {{ o }}\n{% endfor %}\n  - z\n"
)


@pytest.mark.parametrize(("line", "expected"), [(1, 2), (2, 4), (3, 5), (4, 7), (5, 7), (6, 9)])
def test_a_rendered_line_is_found_in_its_template(line: int, expected: int) -> None:
    rendered = "name: X\nbody:\n  - a\n  - one\n  - two\n  - z\n"
    assert abs(line_in(SOURCE, rendered, line, "") - expected) <= 1


def test_the_file_behind_a_rendered_file() -> None:
    repo = "template/repo/{{ workflows_folder }}"
    files = (
        "template/catalog/bug.yml.jinja",
        "template/catalog/labels.yml",
        "template/repo/{{ folder }}/{% if chooser %}config.yml{% endif %}.jinja",
        f"{repo}/{{% if platform == 'github' %}}check.yml{{% endif %}}.jinja",
        f"{repo}/{{% if platform == 'gitea' %}}check.yml{{% endif %}}.jinja",
    )
    catalog = dict.fromkeys(files, "") | {files[4]: "one\ntwo\n"}
    for folder in (".github/ISSUE_TEMPLATE", ".gitea/issue_template", ".gitlab/issue_templates"):
        assert sources_of(f"{folder}/bug.md", catalog) == [files[0]]
        assert sources_of(f"{folder}/config.yml", catalog) == [files[2]]
    assert sources_of(".github/labels.json", catalog) == [files[1]]
    assert sources_of("other.txt", catalog) == []
    assert origin(".gitea/workflows/check.yml", "zero\none\ntwo\n", 3, "", catalog) == (files[4], 2)
    assert origin("other.txt", "", 3, "", catalog) == ("copier.yml", None)


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("a/b/bug_report.md", "bug_report"),
        ("01-Bug report.yaml", "01-Bug-report"),
        ("x.yml.jinja", "x"),
        ("C:\\t\\näh?.md", "n-h"),
        (".md", "issue"),
    ],
)
def test_a_slug_is_a_file_name_everywhere(path: str, slug: str) -> None:
    assert slug_of(path) == slug


def test_guarded_text_renders_as_it_is() -> None:
    from jinja2 import Environment

    text = "a {{ b }} {% raw %} {% endraw %} {# c #} ${{ d }} {{{{ }} '\" \\ {\n{"
    assert Environment(autoescape=True, keep_trailing_newline=True).from_string(guarded(text)).render() == text
