"""The situations of SchemaStore's tests of its schemas for issue templates, in our own words, and our verdict.

`src/test` and `src/negative_test` of SchemaStore/schemastore, folders `github-issue-forms`, `github-issue-config` and
those of Gitea. Each difference from the schema's verdict has its reason. `SCHEMASTORE` names a checkout, whose own
files are then judged too.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import pytest

from issue_scaffold.report.finding import Severity
from issue_scaffold.validate.run import validate_files

FORM = ".github/ISSUE_TEMPLATE/form.yml"
CHOOSER = ".github/ISSUE_TEMPLATE/config.yml"
HEAD = "name: A bug\ndescription: Something is broken\n"
BODY = "body:\n  - type: textarea\n    attributes:\n      label: What happened\n"
GITEA = ".gitea/ISSUE_TEMPLATE/form.yml"
GITEA_CHOOSER = ".gitea/ISSUE_TEMPLATE/config.yml"
GITEA_HEAD = "name: A bug\nabout: Something is broken\ntitle: '[Bug]: '\nbody:\n"
LINK = "contact_links:\n  - {name: Forum, url: 'https://example.com/', about: Ask}\n"
NO_IDS = (
    "body:\n- type: checkboxes\n  attributes:\n    label: Was it reported?\n    description: Search first\n"
    "    options:\n    - label: I have searched\n      required: true\n"
    "- type: textarea\n  attributes:\n    label: Steps\n    placeholder: |\n      1. In this place...\n      2. Run\n"
    "  validations:\n    required: false\n"
    "- type: textarea\n  attributes:\n    label: Place\n    value: |\n      - OS:\n      - Node:\n    render: C\n"
)
ALL_TYPES = (
    "body:\n- {type: markdown, attributes: {value: Thank you}}\n"
    "- {type: input, id: contact, attributes: {label: Contact, placeholder: ex. email@example.com}}\n"
    "- {type: textarea, id: what, attributes: {label: What, value: A bug}, validations: {required: true}}\n"
    "- type: dropdown\n  id: version\n  attributes:\n    label: Version\n    options: [1.0.2 (Default), 1.0.3 (Edge)]\n"
    "    default: 0\n  validations:\n    required: true\n"
    "- {type: dropdown, id: browsers, attributes: {label: Where, multiple: true, options: [Firefox, Chrome]}}\n"
    "- {type: textarea, id: logs, attributes: {label: Log, render: shell}}\n"
    "- {type: checkboxes, id: terms, attributes: {label: Terms, options: [{label: I agree, required: true}]}}\n"
    "- {type: upload, id: files, attributes: {label: Screenshots}, validations: {accept: '.png,.jpg'}}\n"
)
MULTIPLE = (
    "body:\n- {type: checkboxes, attributes: {label: Running as admin, options: [{label: 'Yes'}]}}\n"
    "- type: dropdown\n  attributes:\n    label: Areas\n    multiple: true\n    default: 1\n    options: [All, One]\n"
    "  validations:\n    required: true\n"
)
GITEA_TYPES = (
    "- {type: markdown, attributes: {value: Thank you}, visible: [form, content]}\n"
    "- {type: checkboxes, id: terms, attributes: {label: Terms, options: [{label: a, visible: [form]}]}}\n"
)
GITEA_INPUTS = (
    "- {type: input, attributes: {label: one, placeholder: '123456'}, validations: {regex: '^\\d{6,6}$'}}\n"
    "- {type: input, attributes: {label: two}, validations: {required: true, is_number: true}}\n"
)


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
    Situation("official-example_2", FORM, f"{HEAD}title: '[BUG] <title>'\nlabels: [Bug, Triage]\n{NO_IDS}", "taken"),
    Situation(
        "official-example_3",
        FORM,
        f"{HEAD}projects: [octo-org/1, octo-org/44]\nassignees: [octocat]\ntype: bug\n{ALL_TYPES}",
        "taken",
    ),
    Situation("third-party-example", FORM, f"{HEAD}{MULTIPLE}", "taken"),
    Situation("gitea: official-example", GITEA, f"{GITEA_HEAD}{GITEA_TYPES}", "taken"),
    Situation("gitea: example2", GITEA, f"{GITEA_HEAD}{GITEA_INPUTS}", "taken"),
    Situation("gitea config: official-example", GITEA_CHOOSER, "blank_issues_enabled: true\n" + LINK, "taken"),
    Situation("gitea config: example2", GITEA_CHOOSER, "blank_issues_enabled: false\n" + LINK, "taken"),
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


OWN = os.environ.get("SCHEMASTORE")
# Of the negative tests, the only ones that we take.
DIFFERENT = {"wrong_render_name": "an unknown language only costs the colours"}


def its_files() -> Iterator[Path]:
    for kind in ("github-issue-forms", "github-issue-config", "gitea-issue-forms", "gitea-issue-config"):
        for folder in ("test", "negative_test"):
            yield from sorted(Path(OWN or "", "src", folder, kind).glob("*.*"))


@pytest.mark.skipif(OWN is None, reason="SCHEMASTORE names no checkout")
def test_its_own_files_are_judged_alike() -> None:
    judged = []
    for path in its_files():
        forge, _, kind = path.parent.name.partition("-issue-")
        name = "config" if kind == "config" else path.stem
        found = validate_files({f".{forge}/ISSUE_TEMPLATE/{name}.yml": path.read_bytes()})
        is_refused = any(finding.severity is Severity.ERROR for finding in found)
        is_meant_to_be = path.parent.parent.name == "negative_test" and path.stem not in DIFFERENT
        assert is_refused is is_meant_to_be, path
        judged.append(path)
    assert len(judged) > 15
