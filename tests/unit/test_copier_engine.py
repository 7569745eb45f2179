"""Copier as the renderer: jobs and what becomes of them, without the command around."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Template, git, read_tree

from issue_scaffold.errors import AnswerError, ScaffoldError, TemplateError, UnsupportedTemplateError
from issue_scaffold.files.rendering import Rendering
from issue_scaffold.template import copier_engine
from issue_scaffold.template.answers_file import parse_answers, same_answers
from issue_scaffold.template.checkout import write_template
from issue_scaffold.template.copier_engine import RenderJob
from issue_scaffold.template.copier_release import copier_version

ANSWERS = ".answers.yml"
Render = Callable[..., Rendering]


@pytest.fixture
def render(template: Template, tmp_path: Path) -> Render:
    """Return what renders a version of the template."""
    made = 0

    def make(version: str = "v1", **changes: Any) -> Rendering:  # noqa: ANN401 - a job's fields
        nonlocal made
        made += 1
        scratch = tmp_path / f"scratch{made}"
        checkout = scratch / "template"
        checkout.mkdir(parents=True)
        commit = git(template.folder, "rev-parse", f"{version}^{{commit}}")
        modes = write_template(template.folder / ".git", commit, checkout, "it")
        job: dict[str, Any] = {
            "answers_file": ANSWERS,
            "checkout": checkout,
            "commit": commit,
            "folder_name": "target",
            "modes": modes,
            "source": str(template),
        }
        return copier_engine.render(RenderJob(version=version, **(job | changes)), scratch)

    return make


def test_a_first_rendering_and_one_from_its_answers_are_the_same(render: Render, template: Template) -> None:
    template.release("v1", {"copier.yml": "q: {type: str, default: '{{ _folder_name }}'}\n", "a.md.jinja": "{{ q }}\n"})
    first = render()
    assert first.files["a.md"].content == b"target\n"
    assert (first.version, first.source, first.answers["q"]) == ("v1", str(template), "target")
    again = render(recorded=first.answers, folder_name="elsewhere")
    assert again.files == first.files


def test_hidden_answers_are_computed_anew(render: Render, template: Template) -> None:
    template.release(
        "v1", {"copier.yml": "q: a\nh: {type: str, default: '{{ q }}!', when: false}\n", "x.jinja": "{{ h }}"}
    )
    assert render(recorded=render().answers, data={"q": "b"}).files["x"].content == b"b!"


def test_an_answer_to_a_hidden_question_is_refused_or_as_if_it_had_not_been_given(
    render: Render, template: Template
) -> None:
    hidden = "h: {type: str, default: d, when: \"{{ q == 'b' }}\", validator: \"{{ 'no' if h == 'x' }}\"}\n"
    template.release("v1", {"copier.yml": f"q: a\n{hidden}r: '{{{{ h }}}}!'\n", "x.jinja": "{{ h }}{{ r }}"})
    with pytest.raises(AnswerError, match="isn't asked") as caught:
        render(data={"h": "z"})
    assert caught.value.question == "h"
    for given in ("z", "x"):
        done = render(data={"h": given}, drops_hidden=True)
        assert done.files["x"].content == b"dd!"
        assert "h" not in done.answers
    assert render(data={"q": "b", "h": "z"}, drops_hidden=True).files["x"].content == b"zz!"


@pytest.mark.parametrize(
    ("question", "data", "message"),
    [
        ("q: {type: str}", {}, "has no default and needs an answer"),
        ("q: {type: str, default: '{{ UNSET }}'}", {}, "has no default and needs an answer"),
        ("q: {type: int, default: 1}", {"q": "x"}, "invalid"),
        ("q: {type: str, default: a, choices: [a, b]}", {"q": "x"}, "invalid"),
        ("q: {type: str, default: a, validator: \"{{ 'too short' }}\"}", {"q": "x"}, "too short"),
        ("q: {type: yaml, default: a}", {"q": "["}, "is not valid YAML"),
        ("q: {type: str, default: a, multiselect: true, choices: [a]}", {"q": "['z']"}, "invalid choice"),
        ("q: {type: bool, default: true}", {"q": "perhaps"}, "must be yes or no"),
    ],
)
def test_a_refused_answer_names_its_question(
    question: str, data: dict[str, str], message: str, render: Render, template: Template
) -> None:
    template.release("v1", {"copier.yml": f"a: 1\n{question}\nz: 2\n", "x": ""})
    with pytest.raises(AnswerError, match=message) as caught:
        render(data=data)
    assert caught.value.question == "q"


def test_a_question_that_copier_cannot_read_is_no_fault_of_the_one_before(
    render: Render, template: Template
) -> None:
    template.release("v1", {"copier.yml": "a: 1\nq: {type: strange, default: a}\n", "x": ""})
    with pytest.raises(TemplateError, match="strange"):
        render()


@pytest.mark.parametrize(
    ("files", "path", "line"),
    [
        ({"copier.yml": "q: 1\nz: [\n"}, "copier.yml", 3),
        ({"copier.yml": "q: 1\n", "a.jinja": "\n\n{% if %}"}, "a.jinja", 3),
        ({"copier.yml": "q: 1\n", "a.jinja": "\n{{ 1 / 0 }}"}, "a.jinja", 2),
        ({"copier.yml": "q: 1\n", "a.jinja": "\n{{ now() }}"}, "a.jinja", 2),
    ],
)
def test_a_failure_tells_its_place(
    files: dict[str, str], path: str, line: int, render: Render, template: Template
) -> None:
    template.release("v1", files)
    with pytest.raises(TemplateError) as caught:
        render()
    assert caught.value.place == (path, line)


def test_suggestions_give_way_to_answers(render: Render, template: Template) -> None:
    template.release("v1", {"copier.yml": "q: a\n", "x.jinja": "{{ q }}"})
    assert render(suggested={"q": "s", "unknown": 1}).files["x"].content == b"s"
    assert render(suggested={"q": "s"}, data={"q": "d"}).files["x"].content == b"d"
    assert render(suggested={"q": "s"}, recorded={"q": "r"}).files["x"].content == b"r"


def test_the_source_is_recorded_whatever_folder_is_read(render: Render, template: Template) -> None:
    template.release("v1", {"x": "x"})
    url = "https://git.example.invalid/team/template.git"
    done = render(source=url)
    assert done.answers["_src_path"] == url
    assert done.files["x"].content == b"x"


def test_the_process_is_left_as_it_was(render: Render, template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    template.release("v1", {"x": "x"})
    template.release("v2", {"y.jinja": "{{"})
    monkeypatch.setenv("COPIER_CACHE_DIR", "/mine")
    before, here = dict(os.environ), Path.cwd()
    render()
    with pytest.raises(TemplateError):
        render("v2")
    assert (dict(os.environ), Path.cwd()) == (before, here)
    assert read_tree(template.folder).keys() >= {"x", "y.jinja"}


@pytest.mark.parametrize("setting", sorted(copier_engine.UNSUPPORTED))
def test_what_would_run_something_is_refused(setting: str) -> None:
    with pytest.raises(UnsupportedTemplateError, match="never runs") as caught:
        copier_engine.refuse_unsupported("s", {setting: ["x"]}, {})
    assert "copier copy --trust" in str(caught.value.hint)
    copier_engine.refuse_unsupported("s", {setting: []}, {})


def test_answers_that_copier_would_drop_are_named(render: Render, template: Template) -> None:
    questions = (
        "q: {type: str, choices: [a, b], default: a}\n"
        "m: {type: str, multiselect: true, choices: [x, y], default: [x]}\n"
        "h: {type: str, default: '', when: '{{ q == \"b\" }}'}\n"
    )
    template.release("v1", {"copier.yml": questions})
    for data, said in (
        ({"qq": "a"}, "no question 'qq'"), ({"h": "x"}, "isn't asked"), ({"m": ["x", "z"]}, "'m'"), ({"q": "z"}, "q"),
    ):  # fmt: skip
        with pytest.raises(AnswerError, match=said):
            render(data=data)
    for recorded in ({"q": "z"}, {"m": ["x", "gone"]}):
        with pytest.raises(AnswerError, match="not accepted by version v1"):
            render(recorded={**recorded, "_commit": "v0"})
    # The order of several choices is the template's; that is no other answer.
    assert render(recorded={"m": ["y", "x"]}).answers["m"] in (["x", "y"], ["y", "x"])


@pytest.mark.parametrize("text", ["- a\n", "text", "a: [", "a: 1\n---\n- 2\n"])
def test_a_config_that_is_no_mapping(text: str, render: Render, template: Template) -> None:
    template.release("v1", {"copier.yml": text})
    with pytest.raises(TemplateError, match=r"copier\.yml"):
        render()


def test_answers_files() -> None:
    assert parse_answers(b"a: 1\n") == {"a": 1}
    for broken in (b"", b"[1]", b"1: a"):
        with pytest.raises(ValueError, match="mapping"):
            parse_answers(broken)
    assert same_answers(b"# x\na: 1\nb: 2\n", b"b: 2\na: 1")
    assert not same_answers(b"a: 1\n", b"a: 2\n")
    assert not same_answers(b"a: [\n", b"a: 1\n")
    assert not same_answers(b"_commit: v1\n", b"_commit: v2\n")
    assert same_answers(b"_commit: v1\n_src_path: a\n", b"_commit: v2\n", with_record=False)
    assert not same_answers(b"_commit: v1\nq: 1\n", b"_commit: v1\n", with_record=False)


def test_copiers_version_is_known_without_importing_it() -> None:
    from importlib.metadata import version

    assert copier_version() == version("copier")


def test_errors_survive_the_way_between_processes() -> None:
    import pickle

    for kind in (ScaffoldError, AnswerError, TemplateError, UnsupportedTemplateError):
        error = pickle.loads(pickle.dumps(kind("message", hint="hint")))  # noqa: S301
        assert (type(error), error.message, error.hint, error.exit_code) == (kind, "message", "hint", kind.exit_code)
