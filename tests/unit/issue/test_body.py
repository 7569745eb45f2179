"""What each forge's page writes, sentence by sentence, and what has to fit a form."""

import pytest
from tests.unit.issue.forms import field, form

from issue_scaffold.errors import AnswerError
from issue_scaffold.forge.documents import load
from issue_scaffold.issue.body import body
from issue_scaffold.issue.dialect import Dialect
from issue_scaffold.issue.form import Form, FormText, InvalidFormError, form_of
from issue_scaffold.issue.parse import parse

ASKED = form(
    field("text", "textarea"),
    field("log", "textarea", render="sh"),
    field("one", "dropdown", options=("a", "b")),
    field("some", "dropdown", options=("a", "b"), multiple=True),
    field("boxes", "checkboxes", options=("a", "b")),
)
GIVEN = {"text": "1\r\n2", "log": "```\nx\n```", "one": "b", "some": ["b", "a"], "boxes": ["b"]}
WRITTEN = {
    Dialect.GITHUB: (
        "### text\n\n1\n2\n\n### log\n\n```sh\n```\nx\n```\n```\n\n### one\n\nb\n\n### some\n\na, b\n\n"
        "### boxes\n\n- [ ] a\n- [x] b"
    ),
    Dialect.GITHUB_2024: (
        "### text\n\n1\r\n2\n\n### log\n\n```sh\n```\r\nx\r\n```\n```\n\n\n### one\n\nb\n\n### some\n\na, b\n\n"
        "### boxes\n\n- [ ] a\n- [X] b"
    ),
    Dialect.GITEA: (
        "### text\n\n1\n2\n\n### log\n\n````sh\n```\nx\n```\n````\n\n### one\n\nb\n\n### some\n\na, b\n\n"
        "### boxes\n\n- [ ] a\n- [x] b\n\n"
    ),
}
UNANSWERED = {
    Dialect.GITHUB: ("```sh\n\n```", "None"),
    Dialect.GITHUB_2024: ("_No response_", "_No response_"),
    Dialect.GITEA: ("_No response_", "_No response_"),
}


@pytest.mark.parametrize("dialect", Dialect)
def test_answers_and_none(dialect: Dialect) -> None:
    assert body(ASKED, GIVEN, dialect) == WRITTEN[dialect]
    log, one = UNANSWERED[dialect]
    end = "\n\n" if dialect is Dialect.GITEA else ""
    assert body(ASKED, {}, dialect) == (
        f"### text\n\n_No response_\n\n### log\n\n{log}\n\n### one\n\n{one}\n\n### some\n\n_No response_\n\n"
        f"### boxes\n\n- [ ] a\n- [ ] b{end}"
    )


def test_what_only_gitea_has() -> None:
    asked = Form(
        path="",
        name="",
        elements=(
            FormText(text="Seen", in_body=True),
            FormText(text="Unseen"),
            field("a", "textarea", hides_label=True),
            field("b", "dropdown", options=("x", "y"), multiple=True, is_list=True),
            field("c", "input", in_body=False),
        ),
    )
    given = {"a": " 1 ", "b": ["x", "y"], "c": "2"}
    assert body(asked, given, Dialect.GITEA) == "Seen\n\n1\n\n### b\n\n- x\n- y\n\n"
    assert body(asked, given) == "### a\n\n 1 \n\n### b\n\nx, y\n\n### c\n\n2"


def test_uploads() -> None:
    asked = form(field("files", "upload"))
    picture = {"name": "p", "url": "https://github.com/user-attachments/assets/1"}
    assert body(asked, {"files": [picture, ("a.zip", "https://h/files/1/a.zip")]}) == (
        "### files\n\n![p](https://github.com/user-attachments/assets/1)\n[a.zip](https://h/files/1/a.zip)"
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("nobody", "x"),
        ("line", "a\nb"),
        ("line", 1),
        ("text", ["x"]),
        ("one", "c"),
        ("one", ["a"]),
        ("some", "a"),
        ("some", ["c"]),
        ("boxes", {"a": "yes"}),
        ("boxes", ["c"]),
        ("files", [("a\nb", "u")]),
        ("files", [("a", "u v")]),
        ("files", ["u"]),
    ],
)
def test_what_no_page_takes_is_refused_by_name(key: str, value: object) -> None:
    asked = form(*ASKED.fields, field("line", "input"), field("files", "upload"))
    with pytest.raises(AnswerError) as raised:
        body(asked, {key: value})
    assert raised.value.question == key
    assert key in raised.value.message


HEAD = "name: Form\ndescription: Some form\n"


def read(text: str) -> Form:
    return form_of(load(".github/ISSUE_TEMPLATE/form.yml", (HEAD + text).encode()))


def test_a_form_is_read_with_all_that_an_issue_gets() -> None:
    asked = read(
        "title: '[Bug]: '\nlabels: [bug, a b]\nassignees: x, y\ntype: Bug\nprojects: ['o/1']\nbody:\n"
        "- type: markdown\n  attributes: {value: Hello}\n"
        "- {type: input, attributes: {label: ' Some  label '}}\n"
        "- {type: dropdown, id: v, attributes: {label: V, options: [1.10, 'a  b', null], default: 1}}\n"
        "- {type: checkboxes, id: c, attributes: {label: C, options: [{label: Yes!, required: true}]}}\n"
        "- {type: textarea, attributes: {label: v, render: sh}, validations: {required: true}}\n"
        "- {type: textarea, attributes: {label: Some label}}\n"
    )
    assert (asked.title, asked.labels, asked.assignees, asked.type) == ("[Bug]: ", ("bug", "a b"), ("x", "y"), "Bug")
    assert [field.key for field in asked.fields] == ["Some label", "v", "c", "v (2)", "Some label (2)"]
    version = asked.fields[1]
    assert [(option.label, option.name) for option in version.options] == [("1.1", "1.1"), ("a  b", "a b")]
    assert version.default == 1
    assert asked.fields[2].options[0].required
    assert (asked.fields[3].required, asked.fields[3].render) == (True, "sh")
    assert isinstance(asked.elements[0], FormText)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("body: [", "is no valid issue form"),
        ("body: text", "no `body`"),
        ("body: [{type: inputt, attributes: {label: A}}]", "body[0]"),
        ("body: [{type: input}]", "body[0] has no label"),
        ("body: [{type: dropdown, attributes: {label: A, options: []}}]", "body[0] has no options"),
    ],
)
def test_a_broken_form_is_refused(text: str, said: str) -> None:
    with pytest.raises(InvalidFormError) as raised:
        read(text)
    assert said in raised.value.message


def test_a_field_without_a_heading_is_missed_in_an_edited_body() -> None:
    """Nothing tells where it is once somebody has changed what stands around it: that has to be said."""
    asked = form(field("A", "textarea"), field("H", "input", hides_label=True), field("C", "textarea"))
    text = body(asked, {"A": "1", "H": "2", "C": "3"}, Dialect.GITEA)
    assert parse(asked, text, Dialect.GITEA).values["H"] == "2"
    edited = parse(asked, f"### More\n\nx\n\n{text}", Dialect.GITEA)
    assert edited.values == {"A": "1\n\n2", "H": None, "C": "3"}
    assert [(doubt.kind, doubt.key) for doubt in edited.problems] == [
        ("unknown-section", None),
        ("missing-section", "H"),
    ]
