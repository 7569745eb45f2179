"""GitHub's rules beside what GitHub was seen to do: what their evidence is worth, and their fixes."""

from itertools import combinations

import pytest

from issue_scaffold.report.finding import Finding, Severity
from issue_scaffold.validate.fixer import fix_files
from issue_scaffold.validate.reference import explain_rule
from issue_scaffold.validate.rules.choices import UPLOADS
from issue_scaffold.validate.rules.registry import RULES
from issue_scaffold.validate.rules.rule import GRADES
from issue_scaffold.validate.run import validate_files

FORM = ".github/ISSUE_TEMPLATE/bug.yml"
HEAD = "name: Bug report\ndescription: Something is broken\nbody:\n"
# Errors although nobody quoted an error text: what this tool can't read or take, an encoding that hides front matter,
# and links that four repositories saw vanish.
OTHER_ERRORS = {"yaml/limits": "OWN", "settings/invalid": "OWN", "yaml/encoding": "FIX", "chooser/url-scheme": "FIX"}
# Equal where YAML 1.1 has read them.
EQUAL = (
    ("1.1", "1.10", "1.100"),
    ("1.2", "1.20"),
    ("16", "0x10", "020", "0b10000", "1_6"),
    ("1000", "1_000", "1,000"),
    ("90", "1:30"),
    ("0.5", ".5", ".50"),
)
DIFFERENT = ("1", "1.0", "1.1", "1.01", "11", "v1.1", "'1.10'", "nightly", "0x11")


def dropdown(*options: str) -> str:
    listed = "".join(f"        - {option}\n" for option in options)
    return f"{HEAD}  - type: dropdown\n    id: version\n    attributes:\n      label: Version\n      options:\n{listed}"


def findings(text: str) -> list[Finding]:
    return [found for found in validate_files({FORM: text.encode()}) if found.rule != "body/no-id"]


def fixed(text: str) -> str:
    done = fix_files({FORM: text.encode()}, [FORM], unsafe=False, together=True)
    return done[FORM].content.decode() if FORM in done else text


def test_errors_are_documented_or_quoted() -> None:
    """A new error says what its evidence is worth with `grade=`; what only lives in files is a remark."""
    weak = {rule.id: rule.grade for rule in RULES.values() if rule.severity is Severity.ERROR}
    assert {id_: grade for id_, grade in weak.items() if grade not in {"DOC", "ERR"}} == OTHER_ERRORS
    assert all(rule.severity is Severity.INFO for rule in RULES.values() if rule.grade == "LIVE")
    assert {rule.grade for rule in RULES.values()} <= set(GRADES)


def test_what_lived_is_told() -> None:
    told = explain_rule("body/misplaced-id")
    assert "issues came through it" in told.lived
    assert told.grade_meaning == GRADES["LIVE"]
    assert explain_rule("form/body-empty").lived == ""


@pytest.mark.parametrize(("first", "second"), [pair for row in EQUAL for pair in combinations(row, 2)])
def test_options_equal_as_numbers_are_an_error_that_quoting_mends(first: str, second: str) -> None:
    for one, other in ((first, second), (second, first)):
        text = dropdown("nightly", one, other)
        (found,) = [item for item in findings(text) if item.rule == "body/duplicate-option"]
        assert found.severity is Severity.ERROR
        assert found.line == 11
        assert "line 10" in (found.hint or "")
        assert "both the number" in found.message or "is the number" in found.message
        after = fixed(text)
        assert findings(after) == []
        assert after.replace('"', "") == text


@pytest.mark.parametrize(("first", "second"), list(combinations(DIFFERENT, 2)))
def test_other_options_are_different(first: str, second: str) -> None:
    if {first, second} != {"1.1", "'1.10'"}:
        assert "body/duplicate-option" not in {item.rule for item in findings(dropdown(first, second))}


def test_text_that_a_number_is_printed_as_is_equal_to_it() -> None:
    for options in (('"1.1"', "1.1"), ('"1.1"', "1.10"), ("1.10", '"1.1"')):
        (found,) = [item for item in findings(dropdown(*options)) if item.rule == "body/duplicate-option"]
        assert "the number 1.1" in found.message


@pytest.mark.parametrize("size", [1, 2, 3, 200, 201, 500])
@pytest.mark.parametrize("letter", ["x", "題", "é"])
def test_description_and_about_have_3_to_200_characters(size: int, letter: str) -> None:
    text = letter * size
    body = "  - type: input\n    id: version\n    attributes:\n      label: Version\n"
    forms = {FORM: f"name: Bug report\ndescription: {text}\nbody:\n{body}"}
    markdown = {FORM.replace(".yml", ".md"): f"---\nname: Bug report\nabout: {text}\n---\n"}
    for files, rule in ((forms, "form/description-length"), (markdown, "template/about-length")):
        found = validate_files({path: content.encode() for path, content in files.items()})
        expected = [] if size in range(3, 201) else [(rule, Severity.ERROR)]
        assert [(item.rule, item.severity) for item in found] == expected


def test_about_of_a_contact_link_may_be_long() -> None:
    chooser = f"contact_links:\n  - name: Forum\n    url: https://example.com/\n    about: {'x' * 312}\n"
    assert validate_files({".github/ISSUE_TEMPLATE/config.yml": chooser.encode()}) == ()


def test_upload_takes_what_github_takes() -> None:
    upload = "  - type: upload\n    id: log\n    attributes:\n      label: Log\n    validations:\n      accept: {}\n"
    assert findings(HEAD + upload.format(",".join(sorted(UPLOADS)))) == []
    for extension in (".mtf", ".blk", ".exe", "zip", ".tar.gz"):
        (found,) = findings(HEAD + upload.format(f".log,{extension}"))
        assert (found.rule, found.severity) == ("body/upload-extension", Severity.ERROR)


def test_an_id_among_the_attributes_moves() -> None:
    wrong = "  - type: input\n    attributes:\n      id: version\n      label: Release\n"
    right = "  - type: input\n    id: version\n    attributes:\n      label: Release\n"
    (found,) = findings(HEAD + wrong)
    assert (found.rule, found.severity) == ("body/misplaced-id", Severity.INFO)
    assert fixed(HEAD + wrong) == HEAD + right


@pytest.mark.parametrize(
    "other",
    [
        "  - type: input\n    id: version\n    attributes:\n      label: Another\n",
        "  - type: input\n    attributes:\n      label: Version\n",
        "  - type: input\n    attributes:\n      id: version\n      label: Another\n",
    ],
)
def test_an_id_that_would_clash_stays(other: str) -> None:
    text = f"{HEAD}  - type: input\n    attributes:\n      id: version\n      label: Release\n{other}"
    assert fixed(text) == text


def test_an_id_beside_the_type_keeps_its_place_and_the_other_stays() -> None:
    text = f"{HEAD}  - type: input\n    id: one\n    attributes:\n      id: two\n      label: Release\n"
    assert fixed(text) == text


@pytest.mark.parametrize("word", ["n/a", "N/A"])
def test_n_a_beside_a_default_is_a_remark(word: str) -> None:
    text = dropdown("Firefox", word) + "      default: 0\n"
    (found,) = findings(text)
    assert (found.rule, found.severity) == ("body/reserved-option", Severity.INFO)


def test_a_single_template_may_not_be_used() -> None:
    (found,) = validate_files({".github/ISSUE_TEMPLATE.md": b"## What happened\n"})
    assert (found.rule, found.severity) == ("files/legacy-template", Severity.WARNING)
    assert "may not use it at all" in found.message
