"""What rules say at their edges: where no fix is safe, and up to which character a finding reaches."""

import pytest

from issue_scaffold.report.finding import Severity
from issue_scaffold.validate.fixer import fix_files
from issue_scaffold.validate.run import validate_files

FORM = ".github/ISSUE_TEMPLATE/crash.yml"
HEAD = "name: Crash report\ndescription: Tell us\n"
LIST = "body:\n  - - type: input\n{}      attributes:\n        label: Version\n"
ALIAS = (
    "body:\n  - type: dropdown\n    attributes:\n      label: One\n      options: &all [{}, b]\n"
    "  - type: dropdown\n    attributes:\n      label: Other\n      options: *all\n"
    "  - type: input\n    attributes:\n      label: {}\n"
)


def rules_of(text: str) -> set[str]:
    return {finding.rule or "" for finding in validate_files({FORM: text.encode()})}


def is_fixed(text: str, rule: str) -> bool:
    """Return whether a rule minds a text, and its fix is made."""
    assert rule in rules_of(text)
    files = {FORM: text.encode()}
    after = fix_files(files, files, unsafe=True, together=True).get(FORM)
    return after is not None and rule not in rules_of(after.content.decode())


@pytest.mark.parametrize(("line", "is_moved"), [("", True), ("# begins further left\n", False)])
def test_a_list_in_the_list_is_spread_where_its_lines_can_be_moved(line: str, is_moved: bool) -> None:
    assert is_fixed(HEAD + LIST.format(line), "form/misplaced-body") == is_moved


@pytest.mark.parametrize(
    ("first", "last", "is_written_out"),
    [("a", "Last", True), ("&first a", "Last", False), ("&first a", "*first", False)],
)
def test_an_alias_is_written_out_unless_an_anchor_would_be_doubled(first: str, last: str, is_written_out: bool) -> None:
    text = HEAD + ALIAS.format(first, last)
    (finding,) = (one for one in validate_files({FORM: text.encode()}) if one.rule == "yaml/alias")
    assert finding.fixable == is_written_out == is_fixed(text, "yaml/alias")


def test_a_finding_in_a_text_reaches_to_its_last_character() -> None:
    text = "###Steps"
    body = f"body:\n  - type: markdown\n    attributes:\n      value: |\n        Hello.\n\n        {text}\n"
    (finding,) = (one for one in validate_files({FORM: f"{HEAD}{body}".encode()}) if one.rule == "markdown/heading")
    assert (finding.line, finding.column) == (9, 9)
    excerpt = finding.excerpt
    assert excerpt is not None
    assert excerpt.text[excerpt.start : excerpt.end] == "###"


def test_a_key_that_is_there_twice_below_a_merge_key_is_found() -> None:
    twice = "body:\n  - type: input\n    attributes:\n      <<: {label: One, label: Two}\n"
    assert "yaml/duplicate-key" in rules_of(HEAD + twice)


def said(text: str, rule: str) -> list[str]:
    return [one.hint or "" for one in validate_files({FORM: text.encode()}) if one.rule == rule]


@pytest.mark.parametrize(
    ("inside", "place"),
    [("attributes: {label: A}", "`attributes` belongs beside `type`"), ("id: a", "`id` belongs beside `attributes`")],
)
def test_where_a_key_belongs_that_is_one_level_too_deep(inside: str, place: str) -> None:
    body = f"body:\n  - type: input\n    validations:\n      required: true\n      {inside}\n"
    (hint,) = said(HEAD + body, "body/unpermitted-validation")
    assert hint.startswith(f"{place}, one level up")


@pytest.mark.parametrize(("section", "is_moved"), [("", True), (" text", False)])
def test_a_key_goes_into_a_section_that_holds_nothing_yet(section: str, is_moved: bool) -> None:
    body = f"body:\n  - type: input\n    attributes:\n      label: A\n      required: true\n    validations:{section}\n"
    assert is_fixed(HEAD + body, "body/unpermitted-attribute") == is_moved


def test_a_required_option_that_the_form_does_not_show_is_found_on_gitea() -> None:
    option = "        - label: I have searched\n          required: true\n          visible: [content]\n"
    body = f"body:\n  - type: checkboxes\n    attributes:\n      label: Checks\n      options:\n{option}"
    found = validate_files({".gitea/ISSUE_TEMPLATE/crash.yml": f"name: Crash report\nabout: Tell us\n{body}".encode()})
    assert [one.message for one in found if one.rule == "body/hidden-required"]


@pytest.mark.parametrize(
    ("more", "severity", "message"),
    [
        ("", Severity.WARNING, "a `---` that begins a second, empty document"),
        ("x: 1\n", Severity.ERROR, "a second document begins here; GitHub reads only the first"),
    ],
)
def test_what_a_second_document_is(more: str, severity: Severity, message: str) -> None:
    body = "body:\n  - type: input\n    attributes:\n      label: A\n"
    found = validate_files({FORM: f"{HEAD}{body}---\n{more}".encode()})
    told = [(one.severity, one.message) for one in found if one.rule == "yaml/multiple-documents"]
    assert told == [(severity, message)]


@pytest.mark.parametrize(
    ("option", "told"), [("None", "is reserved: GitHub"), ("n/a", "is reserved beside a `default`: GitHub")]
)
def test_why_an_option_is_reserved(option: str, told: str) -> None:
    body = (
        "body:\n  - type: dropdown\n    attributes:\n      label: A\n"
        f"      options: [One, {option}]\n      default: 0\n"
    )
    found = validate_files({FORM: f"{HEAD}{body}".encode()})
    assert [told in one.message for one in found if one.rule == "body/reserved-option"] == [True]


@pytest.mark.parametrize(("more", "is_told"), [("", True), ("  - a text\n", False), ("  - type: inputt\n", False)])
def test_a_form_of_markdown_alone_is_told_only_where_every_element_is_known(more: str, is_told: bool) -> None:
    body = "body:\n  - type: markdown\n    attributes:\n      value: Thank you.\n"
    assert ("form/only-markdown" in rules_of(f"{HEAD}{body}{more}")) == is_told
