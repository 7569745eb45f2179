"""The converter answers for every question: each kind of question of a template, in any company, has a field."""

import re
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issue_scaffold.convert.form import Element
from issue_scaffold.convert.run import Conversion, ConvertOptions, convert
from issue_scaffold.report.finding import Severity
from issue_scaffold.validate.run import validate_files

HEAD = "---\nname: Some name\nabout: Some description\n---\n"


class Kind(NamedTuple):
    """A question in one spelling: `@` is the name that it is told by, `label` what its field is called."""

    text: str
    label: str = "@"
    type: str = "textarea"
    said: str = ""


KINDS = {
    "heading": Kind("## @\n"),
    "heading with a prompt": Kind("## @\n\nA clear and concise description.\n", said="A clear and concise"),
    "bold label": Kind("**@**\n"),
    "bold label with a full stop": Kind("**Describe the @.**\nInclude all of it.\n", "Describe the @.", said="Include"),
    "bold label with a colon": Kind("**@:** \n"),
    "key": Kind("@:\n", type="input"),
    "key with an example": Kind("@: [e.g. 1.2]\n", type="input", said="e.g. 1.2"),
    "key with a stand-in": Kind("@: vX.Y.Z\n", type="input", said="vX.Y.Z"),
    "question": Kind("Which @ is it?\n\n<!-- answer here -->\n", "Which @ is it?", said="answer here"),
    "question without a comment": Kind("What about the @?\n", "What about the @?"),
    "question with choices": Kind("Is @ urgent? Yes / No\n", "Is @ urgent?", "dropdown"),
    "row": Kind("| | |\n|---|---|\n| **@** | |\n", type="input"),
    "row below a heading": Kind("### Table\n\n| What | Answer |\n|---|---|\n| @ | |\n| known | 1 |\n", type="input"),
    "comment": Kind("## @\n<!-- Say it here -->\n", said="Say it here"),
    "link comment": Kind("## @\n[//]: # (Say it here)\n", said="Say it here"),
    "named comment": Kind("## @\n[NOTE]: # ( Say it here )\n[NOTE]: # ( and there )\n", said="and there"),
    "quoted comment": Kind('## @\n[comment]: # "Say it here"\n', said="Say it here"),
    "comment in angles": Kind("## @\n[comment]: <> (Say it here)\n", said="Say it here"),
    "comment above": Kind("**Before**\n\n<!-- Say it here -->\n**@**\n", said="Say it here"),
    "numbers": Kind("## @\n\n1.\n2.\n3.\n", said="1.\n2.\n3."),
    "numbers in comments": Kind("## @\n\n1. <!-- First step -->\n2. <!-- Second step -->\n", said="Second step"),
    "lone bullet": Kind("## @\n\n-\n"),
    "prose and code": Kind("## @\n\nTell us more.\n\n```hcl\nvalue\n```\n", said="```hcl"),
    "yes or no": Kind("## @\n\n- [ ] YES\n- [ ] NO\n", type="dropdown"),
    "scale": Kind("## @\n\n- [ ] Critical\n- [ ] High\n- [ ] Low\n", type="dropdown"),
    "scale on a line": Kind("@: critical/high/medium/low\n", type="dropdown"),
    "systems": Kind("**@**: Windows/Linux/macOS\n", type="dropdown"),
    "tasks without a dash": Kind("## @\n\n[ ] Html\n[ ] Other: <!-- specify -->\n", type="checkboxes"),
    "bold bullets": Kind("## Bullets\n\n- **@:** value\n- **Another one?**\n", type="input"),
    "scale in brackets": Kind("## @\n\n(High / Medium / Low)\n", type="dropdown"),
    "scale in square brackets": Kind("**@:** [High | Medium | Low]\n", type="dropdown"),
    "scale between strokes": Kind("@: critical | high | low\n", type="dropdown"),
    "two in small letters": Kind("@: prod / staging\n", type="dropdown"),
    "question with choices in brackets": Kind("Is @ urgent? (yes/no)\n", "Is @ urgent?", "dropdown"),
    "comment on a label's line": Kind("**@:** <!-- Say it here -->\n", said="Say it here"),
    "bullet with a command": Kind("## Bullets\n\n- Other:\n- @: `uname -a`\n", type="input", said="`uname -a`"),
    "bullet with an example": Kind("## Bullets\n\n- @ [e.g. 1.2]:\n- Other:\n", type="input", said="e.g. 1.2"),
    "options to delete": Kind("## @\n\n<!-- Delete what is not relevant. -->\n\n- One\n- Two\n", type="dropdown"),
    "heading in HTML": Kind("<h2>@</h2>\n\n<!-- Say it here -->\n", said="Say it here"),
    "bold label in HTML": Kind("<strong>@:</strong>\n\n<!-- Say it here -->\n", said="Say it here"),
    "scale behind a dash": Kind("**@** - high/medium/low\n", type="dropdown"),
    "scale in italics": Kind("## @\n\n_Pick one: bug, feature or question_\n", type="dropdown"),
    "steps and bullets": Kind("### @\n<!-- What? -->\n1. Go\n2. Do\n\n* Actual:\n* Expected:\n", said="1. Go"),
}  # fmt: skip
NAMES = ("Apple", "Birch", "Cedar", "Daisy", "Elder")


def converted(text: str) -> Conversion:
    return convert(ConvertOptions(path="template.md", content=text.encode()))


def texts(field: Element) -> str:
    return f"{field.description}\n{field.placeholder}\n{field.value}"


def leftovers(field: Element) -> list[str]:
    """Return what of a field shows marks of Markdown as they are."""
    shown = [field.label, field.placeholder]
    if field.type == "dropdown":
        shown.extend(option.label for option in field.options)
    lone = re.compile(r"(?m)^\s*(?:[-*+]|\d+[.)])\s*$")
    return [text for text in shown if "**" in text or "<!--" in text or lone.search(text)]


def complaints(conversion: Conversion) -> list[str]:
    findings = validate_files({".github/ISSUE_TEMPLATE/form.yml": conversion.text.encode()})
    # What the author's own Markdown shows is kept as it is.
    judged = [finding for finding in findings if not (finding.rule or "").startswith("markdown/")]
    return [finding.message for finding in judged if finding.severity is not Severity.INFO]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_question_becomes_its_field(kind: Kind) -> None:
    form = converted(HEAD + kind.text.replace("@", "Apple")).form
    field = next(field for field in form.fields if field.label == kind.label.replace("@", "Apple"))
    assert field.type == kind.type
    assert kind.said in texts(field)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=len(NAMES)))
def test_every_question_has_a_field_in_any_company(names: list[str]) -> None:
    parts = [KINDS[kind].text.replace("@", name) for kind, name in zip(names, NAMES, strict=False)]
    conversion = converted(HEAD + "\n".join(parts))
    labels = [field.label for field in conversion.form.fields]
    # A heading or bold name over fields is a group's, with nothing of its own to fill in.
    group = re.compile(r"(?m)^(?:## |\*\*)?(\w+):?(?:\*\*)?$")
    labels.extend(name for one in conversion.form.body if not one.is_field for name in group.findall(one.value))
    # A question in plain text below a label may be that field's prompt.
    labels.extend(line for field in conversion.form.fields for line in texts(field).split("\n") if "?" in line)
    for kind, name in zip(names, NAMES, strict=False):
        assert KINDS[kind].label.replace("@", name) in labels, (kind, conversion.text)
    assert [left for field in conversion.form.fields for left in leftovers(field)] == []
    assert complaints(conversion) == []


def test_the_case_of_sample_answers() -> None:
    text = (
        "### Steps to Reproduce\n<!-- What did you do? -->\n1. Go to ...\n2. Do ...\n\n* Actual:\n* Expected:\n\n"
        "### Details\n- **Logged in (Y/N)?**\n- **Environment (prod/dev/local)?** prod\n\n**Version:** vX.Y.Z\n\n"
        "- [ ] I searched for the same report\n- [ ] I read the guide\n\nPlatform: [Linux/macOS/Windows]\n"
        "Is it urgent? Yes / No\n"
    )
    fields = {field.label: field for field in converted(HEAD + text).form.fields}
    assert {label: field.type for label, field in fields.items()} == {
        "Steps to Reproduce": "textarea",
        "Actual": "input",
        "Expected": "input",
        "Logged in (Y/N)?": "dropdown",
        "Environment (prod/dev/local)?": "dropdown",
        "Version": "input",
        "Checklist": "checkboxes",
        "Platform": "dropdown",
        "Is it urgent?": "dropdown",
    }
    assert fields["Steps to Reproduce"].description == "What did you do?"


@pytest.mark.parametrize(
    "text",
    [
        "### Community Note\n\n* Please vote on this issue\n\n## Field\n",
        "### Prerequisite\nPlease be sure to have read the guide.\n\n## Field\n",
        "## Related\n<!-- Please make sure to search first -->\n\n### Field\n",
        "**Use the forum.**\n\n## Field\n",
        "**Pull requests**\n\nPull requests are welcome!\n\n## Field\n",
    ],
)
def test_a_note_is_no_field(text: str) -> None:
    form = converted(HEAD + text).form
    assert [field.label for field in form.fields] == ["Field"]
    assert form.body[0].type == "markdown"


@pytest.mark.parametrize(
    "text",
    [
        "We want to add a new external resource to the wiki.",
        "As a [persona], I want to be able to [intent], so I can [benefit].",
        "- 1.01 https://example.com/the-page",
        "This issue is open until all of the assets are delivered.",
    ],
)
def test_fixed_text_stays_text_of_the_issue(text: str) -> None:
    (field,) = converted(f"{HEAD}## Field\n{text}\n").form.fields
    assert field.value == text


@pytest.mark.parametrize(
    "text",
    ["A clear description.", "Paste the log.", "Steps, e.g. one and two", "What is the reason?", "_In italics_",
     "Please say more.", "Una descripción clara.", "清晰的描述", "[short summary]"],
)  # fmt: skip
def test_a_prompt_is_never_sent(text: str) -> None:
    (field,) = converted(f"{HEAD}## Field\n{text}\n").form.fields
    assert field.value == ""
    assert text in field.description + field.placeholder


def test_a_choice_that_asks_for_more_has_a_field_for_it() -> None:
    boxes, other = converted(f"{HEAD}## Browser\n- [ ] Firefox\n- [ ] Other: <!-- which? -->\n").form.fields
    assert [option.label for option in boxes.options] == ["Firefox", "Other"]
    assert (other.type, other.label, other.description) == ("input", "Other", "which?")


@pytest.mark.parametrize("numbers", ["1.\n2.\n", "1. <!-- first -->\n2. \n", "1. Go to\n2.\n"])
def test_numbers_to_write_behind_are_no_heading_of_what_follows(numbers: str) -> None:
    form = converted(HEAD + f"## Steps\n\n{numbers}\n**Is this urgent?** Yes/No\n").form
    assert [field.label for field in form.fields] == ["Steps", "Is this urgent?"]
    assert "1." in texts(form.fields[0])


def test_a_question_in_italics_has_a_field_unless_a_heading_asks() -> None:
    form = converted(HEAD + "*What is it?*\n\n## Which one?\n\n*Which of them is it?*\n").form
    assert [(field.label, field.description) for field in form.fields] == [
        ("What is it?", ""),
        ("Which one?", "*Which of them is it?*"),
    ]


def test_questions_in_a_list_have_a_field_each() -> None:
    text = "- How often does it happen? <!-- daily -->\n- Is there a way around it? (yes/no)\n"
    often, around = converted(HEAD + f"Welcome.\n\n{text}").form.fields
    assert (often.type, often.label, often.description) == ("textarea", "How often does it happen?", "daily")
    assert (around.type, [option.label for option in around.options]) == ("dropdown", ["yes", "no"])
    below = converted(HEAD + f"## Questions\n\n{text}").form.fields
    assert [field.label for field in below] == ["How often does it happen?", "Is there a way around it?"]


def test_what_is_chosen_by_deleting_the_rest_may_be_several() -> None:
    [field] = converted(
        HEAD + "## Type\n\nPlease delete options that are not relevant.\n\n- Bug\n- Feature\n"
    ).form.fields
    assert (field.type, field.multiple, field.description) == ("dropdown", True, "")


def test_a_remark_on_an_option_is_no_field() -> None:
    [field] = converted(
        HEAD + "## Checks\n\n- [ ] I read the docs <!-- all of them -->\n- [ ] I searched\n"
    ).form.fields
    assert [option.label for option in field.options] == ["I read the docs", "I searched"]
    assert field.description == "I read the docs: all of them"


def test_what_a_key_says_in_brackets_is_no_sentence() -> None:
    form = converted(HEAD + "Browser (Chrome, Firefox or Safari):\n\nSystem (Linux/macOS/Windows):\n").form
    assert [(field.type, field.label) for field in form.fields] == [
        ("input", "Browser (Chrome, Firefox or Safari)"),
        ("dropdown", "System (Linux/macOS/Windows)"),
    ]


def test_a_star_makes_a_field_required() -> None:
    done = converted(HEAD + "## Version *\n\n## Terms *\n\n- [ ] I agree\n\n## Stars\n")
    assert [(field.label, field.required) for field in done.form.fields] == [
        ("Version", True),
        ("Terms *", False),
        ("Stars", False),
    ]
    assert any("`Version` is required now" in remark.message for remark in done.remarks)


def test_a_label_in_another_script_has_no_id() -> None:
    text = "## 名\n\n## Ошибка nginx в журнале\n\n## Version\n"
    assert [field.id for field in converted(HEAD + text).form.fields] == [None, None, "version"]


def test_bullets_before_tasks_keep_their_dashes() -> None:
    (field,) = converted(f"{HEAD}## Tasks\n- Read this\n- Talk to them\n- [ ] done\n- [ ] sent\n").form.fields
    assert field.description == "- Read this\n- Talk to them"


def test_only_code_is_rendered_as_code() -> None:
    alone, prose = converted(f"{HEAD}## Log\n```sh\n```\n\n## Why\nSay more:\n\n```sh\nx\n```\n").form.fields
    assert (alone.render, prose.render) == ("sh", "")


@pytest.mark.parametrize("text", ["```\n[//]: # (x)\n[ ] y\n```", "<!--\n[ ] y\n[//]: # (x)\n-->"])
def test_code_and_comments_keep_their_spelling(text: str) -> None:
    (field,) = converted(f"{HEAD}## Field\n{text}\n").form.fields
    assert "[ ] y" in texts(field)
    assert "[//]: # (x)" in texts(field)


@pytest.mark.parametrize("type", ["input", "textarea"])
@pytest.mark.parametrize(
    "placeholder", ["modernisation-platform", "e.g. 1.2", "[e.g. 1.2]", "two\n\n1. lines", "Example: x"]
)
def test_a_placeholder_is_no_answer_on_the_way_back(type: str, placeholder: str) -> None:  # noqa: A002 - a form's key
    if type == "input":
        placeholder = placeholder.partition("\n")[0]
    form = (
        "name: Some name\ndescription: Some description\nbody:\n"
        f"  - type: {type}\n    attributes:\n      label: Group\n      placeholder: {placeholder!r}\n"
    )
    if "\n" in placeholder:
        form = form.replace(repr(placeholder), '"two\\n\\n1. lines"')
    done = convert(ConvertOptions(path="form.yml", content=form.encode()))
    assert placeholder not in re.sub(r"<!--.*?-->", "", done.text, flags=re.DOTALL)
    (back,) = converted(done.text).form.fields
    assert (back.type, back.label, back.placeholder) == (type, "Group", placeholder)


def test_marks_of_the_way_back_never_show() -> None:
    texts_of = (
        "# One\n\n<!-- Some text\n(form: markdown) -->\n\n## Two\n\n<!-- More\n(form: markdown) -->\n\n**Field**\n"
    )
    conversion = converted(HEAD + texts_of)
    assert "(form:" not in conversion.text
