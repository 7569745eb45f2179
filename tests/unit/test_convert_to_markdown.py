"""Form to Markdown: the template's own macros, and back again without a loss that isn't named."""

from dataclasses import replace
from pathlib import Path
from string import ascii_letters

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Run

from issue_scaffold.convert.form import Element, IssueForm, Option
from issue_scaffold.convert.form_text import form_text
from issue_scaffold.convert.notes import Note, split_note
from issue_scaffold.convert.run import Conversion, ConvertOptions, convert, read_back
from issue_scaffold.convert.to_markdown import losses
from issue_scaffold.template.bundled_files import template_files
from issue_scaffold.template.macros import issue_template

ROOT = Path(__file__).parents[2]
TWINS = ("bug_report", "feature_request", "documentation", "infrastructure")


def to_markdown(form: IssueForm) -> Conversion:
    return convert(ConvertOptions(path="form.yml", content=form_text(form.data()).encode()))


def seen(form: IssueForm) -> list[tuple[str, str, tuple[Option, ...], bool]]:
    """Return what must never get lost: kinds, labels, options, what is required."""
    return [(field.type, field.label, field.options, field.required) for field in form.fields]


def of(*elements: Element) -> IssueForm:
    return IssueForm(name="Some name", description="Some description", body=elements)


def field(**values: object) -> Element:
    return Element(**{"type": "textarea", "label": "Question", **values})  # type: ignore[arg-type]


@pytest.mark.parametrize("slug", TWINS)
def test_it_is_the_markdown_that_init_installs(scaffold: Run, repo: Path, slug: str) -> None:
    """Notes aside: a catalog's author has no need of them."""
    assert scaffold("init", repo, "-d", f"issue_types=[{slug}]").code == 0
    folder = repo / ".github/ISSUE_TEMPLATE"
    form = (folder / f"{slug}.yml").read_text(encoding="utf-8").replace(" (with fields to fill in)", "")
    data = yaml.safe_load(form)
    if slug == "infrastructure":  # its Markdown is the seed, without the form's first line and descriptions
        data["body"] = [element for element in data["body"] if "Fill in what applies" not in str(element)]
        for element in data["body"]:
            element["attributes"].pop("description", None)
    assert issue_template(data, template_files()) == (folder / f"{slug}.md").read_text(encoding="utf-8")


def test_nothing_is_noted_where_nothing_would_be_lost() -> None:
    done = to_markdown(of(field(label="Steps", placeholder="1. one\n2. two", description="How?")))
    assert "(form:" not in done.text
    assert done.remarks == ()


@pytest.mark.parametrize(
    "element",
    [
        field(required=True),
        field(id="what-happened"),
        field(label="Version:", type="input"),
        field(label="Version", type="textarea"),
        field(value="prefilled"),
        field(value="## Heading\n\n- [ ] box\n\n**Bold:**\n\ntext"),
        field(placeholder="- OS: [e.g. iOS]\n- Version: [1]"),
        field(placeholder="text\n\n```sh\ncode\n```\n\nmore"),
        field(render="shell"),
        field(render="shell", placeholder="```\ninner\n```"),
        field(type="input", placeholder="e.g. a sentence that is rather long for a short answer, and goes on"),
        field(type="input", label="What is it?"),
        field(type="input", value="v1"),
        field(type="dropdown", options=(Option(label="a"), Option(label="b"))),
        field(type="dropdown", options=(Option(label="Yes"), Option(label="No")), default=1, required=True),
        field(type="dropdown", options=(Option(label="a"), Option(label="b")), multiple=True),
        field(type="checkboxes", options=(Option(label="a", required=True), Option(label="b"))),
        field(type="checkboxes", options=(Option(label="[x](https://example.com) <!-- here -->"),)),
        field(type="checkboxes", label="Choose one", options=(Option(label="a"), Option(label="b"))),
        field(type="upload", accept=".zip,.png", description="The log"),
        field(label="Is it **really** so?"),
        field(description="several\n\nparagraphs --> and an arrow"),
        field(label="Ends in a dot."),
    ],
    ids=lambda element: f"{element.type}-{element.label}",
)
def test_what_markdown_cannot_say_is_carried_in_comments(element: Element) -> None:
    for around in ((element,), (field(label="Before"), element, field(label="After", placeholder="text"))):
        done = to_markdown(of(*around))
        back = read_back(done.text)
        assert seen(back) == seen(of(*around)), done.text
        found = next(one for one in back.fields if one.label == element.label)
        for name in ("description", "placeholder", "value", "render", "multiple", "default", "accept"):
            assert str(getattr(found, name)).split() == str(getattr(element, name)).split(), name
        assert element.id in {None, found.id}
        assert done.remarks == ()


def test_a_heading_that_a_label_repeats_stays() -> None:
    form = of(
        Element(type="markdown", value="## 🔧 Details\n\nOnly what you know."),
        field(label="Details", placeholder="x"),
        Element(type="markdown", value="Some words between."),
        field(label="More", required=True),
        Element(type="markdown", value="## Thanks"),
    )
    done = to_markdown(form)
    back = read_back(done.text)
    assert [(one.type, one.value or one.label) for one in back.body] == [
        (one.type, one.value or one.label) for one in form.body
    ]


def test_what_is_lost_is_listed() -> None:
    done = to_markdown(of(field(value="the value", placeholder="the placeholder")))
    assert [(remark.kind, remark.text) for remark in done.remarks] == [("left out", "the placeholder")]


def test_notes_are_read_as_they_are_written() -> None:
    note = Note(
        type="checkboxes", id="a-b", label='Say "what", (now):', required=True, ticks=(1, 3), multiple=True, default=2,
        accept=".zip,.tar", prefilled=True, fenced=True, headed=True,
    )  # fmt: skip
    assert split_note(f"words (in brackets)\n{note}") == ("words (in brackets)", note)


@pytest.mark.parametrize(
    "text",
    [
        "words",
        "(form: end)",
        "(form: )x",
        "(form: nonsense)",
        "(form: id)",
        "(form: default=x)",
        "(form: required=x)",
        r'(form: label="\q")',
        '(form: label="a\tb")',
        pytest.param(f"(form: default={'9' * 5000})", id="too many digits"),
    ],
)
def test_other_brackets_are_no_notes(text: str) -> None:
    assert split_note(text) == (text, None)


words = (
    st.text(ascii_letters + "äß中 ?!.,:;#*_-[]()`'\"/&<>|", min_size=1, max_size=30)
    .map(str.strip)
    .filter(lambda text: any(char.isalnum() for char in text) and "password" not in text.lower())
)
blocks = st.lists(words, max_size=4).map("\n".join)
options = st.lists(words.filter(lambda text: text.lower() != "none"), min_size=1, max_size=4, unique=True).map(
    lambda labels: tuple(Option(label=label) for label in labels)
)
elements = st.one_of(
    st.builds(field, label=words, required=st.booleans(), description=blocks, placeholder=blocks),
    st.builds(field, type=st.just("input"), label=words, required=st.booleans(), placeholder=words),
    st.builds(field, type=st.sampled_from(["dropdown", "checkboxes"]), label=words, options=options),
)


@settings(max_examples=100)
@given(st.lists(elements, min_size=1, max_size=4, unique_by=lambda element: element.label))
def test_any_form_comes_back_or_its_losses_are_named(body: list[Element]) -> None:
    form = of(*(replace(one, id=f"f{index}") for index, one in enumerate(body)))
    done = to_markdown(form)
    if seen(read_back(done.text)) != seen(form):
        assert done.remarks


@pytest.mark.parametrize(
    ("element", "comment"),
    [
        (field(type="input", placeholder="e.g. 1.2"), "e.g. 1.2"),
        (field(type="input", placeholder="[1.2]"), "Example:\n[1.2]"),
        (
            field(type="input", placeholder="a long sentence that says how"),
            "Example:\na long sentence that says how\n(form: input, example)",
        ),
        (field(type="textarea", placeholder="e.g. 1.2"), "Example:\ne.g. 1.2\n(form: textarea, example)"),
    ],
)
def test_an_example_is_told_in_as_few_words_as_come_back(element: Element, comment: str) -> None:
    assert to_markdown(of(element)).text.endswith(f"<!-- {comment} -->\n")


@pytest.mark.parametrize("heading", ["Question", "Aquestion", "Zquestion"])
def test_only_a_heading_that_says_the_label_stands_for_it(heading: str) -> None:
    form = of(Element(type="markdown", value=f"## {heading}\n\nRead this."), field(id="q"))
    text = to_markdown(form).text
    assert ("**Question:**" not in text) == ("headed" in text) == (heading == "Question")


def test_a_loss_is_shown_as_it_was() -> None:
    options = (Option(label="One"), Option(label="Two"))
    form = of(
        field(id="own", label="Log", render="shell  script"),
        field(type="dropdown", options=options, multiple=True),
    )
    back = of(field(label="Log", render="shell script"), field(type="dropdown", options=options[:1]))
    assert [(one.message, one.text) for one in losses(form, back)] == [
        ("`render` of the field `Log`", "shell  script"),
        ("the id of the field `Log`", "own"),
        ("`options` of the field `Question`", "One, Two"),
        ("`multiple` of the field `Question`", "True"),
    ]
