"""The situations of SchemaStore's tests of its two schemas for issue templates, in our own words, and our verdict.

`src/test` and `src/negative_test` of SchemaStore/schemastore, folders `github-issue-forms` and `github-issue-config`.
Each difference from the schema's verdict has its reason.
"""

import re
from pathlib import Path
from typing import Literal, NamedTuple

import pytest

from issue_scaffold.report.finding import Severity
from issue_scaffold.validate.run import validate_files

FORM = ".github/ISSUE_TEMPLATE/form.yml"
CHOOSER = ".github/ISSUE_TEMPLATE/config.yml"
HEAD = "name: A bug\ndescription: Something is broken\n"
BODY = "body:\n  - type: textarea\n    attributes:\n      label: What happened\n"


class Situation(NamedTuple):
    """A file of ours like one of SchemaStore's, whether its schema takes it, and our error; why, if we differ."""

    like: str
    path: str
    text: str
    verdict: Literal["taken", "refused"]
    rule: str | None = None
    reason: str = ""


SITUATIONS = [
    Situation("labels-comma-separated-string", FORM, f"{HEAD}labels: 'bug,needs triage'\n{BODY}", "taken"),
    Situation("labels-single-string", FORM, f"{HEAD}labels: bug\n{BODY}", "taken"),
    Situation(
        "official-example", FORM, f"{HEAD}title: '[Bug]: '\nlabels: [bug]\nassignees: [octocat]\n{BODY}", "taken"
    ),
    Situation(
        "check_additionalProperties_at_root", FORM, f"{HEAD}colour: x\n{BODY}", "refused", "form/unpermitted-key"
    ),
    Situation(
        "check_additionalProperties_at_body", FORM, f"{HEAD}{BODY}    colour: x\n", "refused", "body/unpermitted-key"
    ),
    Situation(
        "check_additionalProperties_at_attribute",
        FORM,
        f"{HEAD}{BODY}      colour: x\n",
        "refused",
        "body/unpermitted-attribute",
    ),
    Situation("check_unknown_type", FORM, HEAD + BODY.replace("textarea", "sheet"), "refused", "body/unknown-type"),
    Situation(
        "wrong_render_name",
        FORM,
        f"{HEAD}{BODY}      render: Nonesuch\n",
        "refused",
        reason="an unknown language only costs the colours",
    ),
    Situation(
        "just-contact-links",
        CHOOSER,
        "contact_links:\n  - name: Forum\n    url: https://example.com/\n    about: Ask\n",
        "taken",
    ),
    Situation("no-contact-links", CHOOSER, "blank_issues_enabled: false\n", "taken"),
    Situation(
        "links-must-have-name-url-and-about",
        CHOOSER,
        "contact_links:\n  - name: Forum\n    url: https://example.com/\n",
        "refused",
        "chooser/missing-key",
    ),
]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.like)
def test_the_verdict_is_the_schemas_or_has_a_reason(situation: Situation) -> None:
    found = validate_files({situation.path: situation.text.encode()})
    errors = {finding.rule for finding in found if finding.severity is Severity.ERROR}
    assert errors == ({situation.rule} if situation.rule else set())
    assert bool(situation.reason) == ((situation.verdict == "taken") == bool(errors))


def test_every_disagreement_with_check_jsonschema_has_a_reason() -> None:
    page = (Path(__file__).parents[3] / "docs/explanation/check-jsonschema.md").read_text()
    reasons = re.findall(r"^### (.*)$", page, re.MULTILINE)
    assert len(reasons) > 10
    assert "NO REASON" not in reasons
    assert page.count("\n* `") == sum(int(count) for count in re.findall(r"over (\d+) issue", page)) - int(
        re.findall(r"error in (\d+) of them", page)[0]
    )
