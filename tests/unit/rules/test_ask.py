"""What writers of forms are told of a text is what the validator says of a form with that text."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from issue_scaffold.report.finding import Severity
from issue_scaffold.validate.ask import Breach, id_breach, label_breach, name_breach, option_breach
from issue_scaffold.validate.run import validate_files

TEXTS = st.text(st.characters(max_codepoint=0x17E, exclude_categories=["C"]))
WORDS = st.sampled_from(
    ["None", "n/a", "N/A", "password", "Passwords", "Passwordless", "title", "body", "Bug", "QA", "虫"]
)
ANY = st.one_of(WORDS, TEXTS, st.tuples(WORDS, TEXTS).map(" ".join))


def said(rules: set[str], **top: object) -> set[tuple[str, Severity]]:
    """Return what the validator says by some rules of a form; keys replace those of a good one."""
    form: dict[str, object] = {"name": "Bug report", "description": "Something is broken"}
    form |= {"body": [{"type": "input", "id": "version", "attributes": {"label": "Version"}}]} | top
    lines = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in form.items())
    findings = validate_files({".github/ISSUE_TEMPLATE/bug.yml": lines.encode()})
    return {(str(finding.rule), finding.severity) for finding in findings if finding.rule in rules}


def told(breach: Breach | None) -> set[tuple[str, Severity]]:
    return set() if breach is None else {(breach.rule, breach.severity)}


@given(ANY)
@settings(deadline=None)
def test_of_a_name(name: str) -> None:
    assert told(name_breach(name)) == said({"form/name-length", "form/not-a-string"}, name=name)


@pytest.mark.parametrize("kind", ["input", "textarea", "upload"])
@given(label=ANY)
@example(label="Passwordless login")
@settings(deadline=None)
def test_of_a_label(kind: str, label: str) -> None:
    body = [{"type": kind, "id": "version", "attributes": {"label": label}}]
    breach = label_breach(label, kind)
    assert told(breach) == said({"body/label-type", "body/forbidden-word"}, body=body)
    if breach and label.strip():
        assert label[breach.start : breach.end].lower() in {"password", "passwords"}


@given(ANY)
@settings(deadline=None)
def test_of_an_id(id_: str) -> None:
    body = [{"type": "input", "id": id_, "attributes": {"label": "Version"}}]
    assert told(id_breach(id_)) == said({"body/id-format", "body/id-shadowed"}, body=body)


@pytest.mark.parametrize("default", [{}, {"default": 0}], ids=["alone", "beside a default"])
@given(option=ANY)
@settings(deadline=None)
def test_of_an_option(default: dict[str, object], option: str) -> None:
    attributes = {"label": "Version", "options": [option, "another"], **default}
    body = [{"type": "dropdown", "id": "version", "attributes": attributes}]
    breach = option_breach(option, has_default=bool(default))
    assert told(breach) == said({"body/reserved-option"}, body=body)
