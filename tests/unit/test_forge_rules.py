"""Each forge's files are judged by its own rules, and in its own name."""

import re

import pytest
from tests.unit.gitea_cases import CHOOSERS, FORMS, TYPES, field

from issue_scaffold.convert.run import ConvertOptions, convert
from issue_scaffold.forge.forges import FORGES, GITHUB, Forge
from issue_scaffold.report.finding import Finding, Severity
from issue_scaffold.validate.diagnostics import in_words_of
from issue_scaffold.validate.rules.registry import RULES
from issue_scaffold.validate.run import validate_files

OWN = (".gitea", ".forgejo")


def judged(path: str, text: str) -> tuple[Finding, ...]:
    return validate_files({path: text.encode()})


def errors(path: str, text: str) -> set[str | None]:
    return {finding.rule for finding in judged(path, text) if finding.severity is Severity.ERROR}


@pytest.mark.parametrize("folder", OWN)
@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_judged_as_its_forge_judges_it(name: str, folder: str) -> None:
    text, rule = FORMS[name]
    found = errors(f"{folder}/ISSUE_TEMPLATE/test.yaml", text)
    assert found == ({rule} if rule else set()) or (rule in found and rule == "form/missing-key")


@pytest.mark.parametrize("folder", OWN)
@pytest.mark.parametrize("name", TYPES)
def test_a_value_is_judged_by_the_type_that_the_forge_reads(name: str, folder: str) -> None:
    text, rule = TYPES[name]
    found = errors(f"{folder}/ISSUE_TEMPLATE/test.yaml", text)
    assert found == set() if rule is None else rule in found


@pytest.mark.parametrize("folder", OWN)
@pytest.mark.parametrize("name", CHOOSERS)
def test_a_chooser_is_judged_as_its_forge_judges_it(name: str, folder: str) -> None:
    text, rule = CHOOSERS[name]
    found = judged(f"{folder}/ISSUE_TEMPLATE/config.yaml", text)
    assert {finding.rule for finding in found} == ({rule} if rule else set())
    assert all(finding.severity is Severity.ERROR and "whole file" in finding.message for finding in found)


@pytest.mark.parametrize(
    "name", ["None as an option", "a plain Yes", "empty title and assignees", "name of two letters"]
)
def test_the_same_form_breaks_rules_of_github(name: str) -> None:
    text = FORMS[name][0].replace("about:", "description:")
    assert errors(".github/ISSUE_TEMPLATE/test.yaml", text)


@pytest.mark.parametrize("forge", FORGES, ids=lambda forge: forge.title)
def test_limits_of_labels_are_those_of_the_forge(forge: Forge) -> None:
    """What GitHub alone refuses of names and descriptions is no fault in another forge's config."""
    labels = f"- name: {'n' * 51}\n- name: a\n  description: {'d' * 101}\n- name: 🐛\n- name: b\n  description: 🐛\n"
    found = {finding.rule for finding in judged(f"{forge.folder}/labels.yml", labels)}
    limits = {"name-length", "description-length", "emoji-only", "four-byte-description"}
    if forge.key == "github":
        assert {f"labels/{limit}" for limit in limits} <= found
    else:
        assert not found


@pytest.mark.parametrize("forge", FORGES, ids=lambda forge: forge.title)
def test_what_is_said_of_colours_and_case_is_true_of_the_forge(forge: Forge) -> None:
    labels = "- {name: a, color: '#d73a4a'}\n- {name: Bug, color: d73a4a}\n- {name: bug, color: '#abc'}\n"
    said = [f"{finding.rule}: {finding.message}" for finding in judged(f"{forge.folder}/labels.yml", labels)]
    if forge.key == "github":
        likewise = "(and 1 more label likewise): six hex digits, without `#`"
        assert said == [
            f"labels/color: colour `#d73a4a` is not what GitHub's API takes {likewise}",
            "labels/duplicate: label `bug` is `Bug` to GitHub, which ignores case",
        ]
    else:
        assert said == [
            "labels/duplicate: label `bug` is `Bug` but for its case, and `scaffold labels` takes the two for one",
            f"labels/color: colour `#abc` is not what {forge.title}'s API takes: six hex digits",
        ]


def test_the_switches_name_rules() -> None:
    for forge in FORGES:
        assert forge.rules.lifted | forge.rules.eased <= RULES.keys()


@pytest.mark.parametrize("forge", [forge for forge in FORGES if forge.page], ids=lambda forge: forge.title)
def test_findings_speak_of_the_forge_that_reads_the_file(forge: object) -> None:
    assert any(row is forge for row in FORGES)
    for row in FORGES:
        if row is not forge or not row.has_forms:
            continue
        text = field("input").replace("label: a", "label: ''") + "labels: [mystery]\nfoo: 1\n"
        found = judged(f"{row.templates[0]}/bug.yml", text)
        assert {"labels/not-in-config", "form/unpermitted-key"} <= {finding.rule for finding in found}
        for finding in found:
            assert "GitHub" not in f"{finding.message} {finding.hint}"
            assert finding.url in {row.page, f"scaffold rules {finding.rule}"}


def test_what_is_quoted_keeps_its_words() -> None:
    other = next(forge for forge in FORGES if forge.title == "Forgejo")
    assert in_words_of(other, "GitHub drops `GitHub issue`") == "Forgejo drops `GitHub issue`"
    assert in_words_of(GITHUB, "GitHub drops `x`") == "GitHub drops `x`"


@pytest.mark.parametrize("folder", OWN)
def test_a_form_that_its_forge_takes_is_converted(folder: str) -> None:
    converted = convert(ConvertOptions(path=f"{folder}/issue_template/a.yaml", content=FORMS["valid"][0].encode()))
    assert "this is about" in converted.text
    left = {re.findall(r"`(\w+)`", remark.message)[-1] for remark in converted.remarks if "only" in remark.message}
    assert left == {"ref", "is_number", "regex", "list", "visible"}


def test_a_template_of_plain_text_is_called_after_its_file() -> None:
    text = b"## What happened?\n\n<!-- Say it. -->\n"
    converted = convert(ConvertOptions(path=".gitlab/issue_templates/Bug_report.md", content=text))
    assert (converted.form.name, [field.label for field in converted.form.fields]) == ("Bug report", ["What happened?"])
