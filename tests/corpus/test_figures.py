# ruff: noqa: T201 - the figures are for people
"""How well the rules do on files from used repositories, on broken versions of such files, and on one-rule files.

The files aren't part of the project: `SCAFFOLD_CORPUS` names the folder that holds `corpus/` and `fixtures/`. Run with
`-rP` to see the figures.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from issue_scaffold.report.finding import Finding, Severity
from issue_scaffold.validate.run import ValidateOptions, validate

SHARED = Path(os.environ.get("SCAFFOLD_CORPUS") or "nowhere")
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="SCAFFOLD_CORPUS isn't set")

# One-rule files by the rule that must be found; None for those that must have no error.
FIXTURES: dict[str, str | None] = {
    "about-key": "form/unpermitted-key",
    "assignees-comma-string": None,
    "assignees-empty-list": None,
    "body-empty": "form/body-empty",
    "body-missing": "form/missing-key",
    "body-unpermitted-key": "body/unpermitted-key",
    "checkbox-dup-labels": "form/checkbox-label",
    "checkbox-options-strings": "body/options-type",
    "checkboxes-no-label": "body/missing-attribute",
    "checkboxes-validations": None,
    "default-with-na": "body/reserved-option",
    "description-missing": "form/missing-key",
    "dup-ids": "form/duplicate-id",
    "forbidden-key-on": "form/forbidden-key",
    "input-no-label": "body/missing-attribute",
    "key-empty-string": "form/not-a-string",
    "key-must-be-string-bool": "form/not-a-string",
    "label-bool": "body/label-type",
    "label-forbidden-word": "body/forbidden-word",
    "label-vs-id-similar": "form/similar-labels",
    "label-whitespace": "body/label-type",
    "labels-empty-list": None,
    "labels-too-similar": "form/similar-labels",
    "markdown-no-attributes": "body/missing-attribute",
    "multi-document": "yaml/multiple-documents",
    "name-missing": "form/missing-key",
    "name-too-short": "form/name-length",
    "options-bool": "body/boolean-option",
    "options-dup": "body/duplicate-option",
    "options-empty": "body/options-empty",
    "options-label-dicts": "body/options-type",
    "projects-bad-format": "form/projects-format",
    "projects-string": None,
    "render-outside-attributes": "body/unpermitted-key",
    "render-unknown": "body/render-language",
    "required-in-attributes": "body/unpermitted-attribute",
    "title-empty": "form/not-a-string",
    "top-type-number": "form/not-a-string",
    "type-invalid": "body/unknown-type",
    "unpermitted-attribute": "body/unpermitted-attribute",
    "unpermitted-top-key": "form/unpermitted-key",
    "upload-accept-unsupported": "body/upload-extension",
    "upload-ok": None,
    "yaml-alias": "yaml/alias",
}
# Files that aren't broken: what their listing calls harmless.
HARMLESS = {"Bogyie__spotter__config.yml"}
# A twin whose maintainers mended something else: its dropdown's options are mappings still.
STILL_BROKEN = {"ossf__security-insights__siep__551b5ab.fixed.yml"}
# Errors in files that are in use, each looked at: GitHub doesn't show links to a `mailto:` address.
TRUE_ERRORS = {"27Bslash6__schlock__config.yml", "hoppscotch__hoppscotch__config.yml"}
# Warnings in files that are in use, each looked at. False or contested ones by file: three letters as a name are
# live, `$schema` does no harm, and the listing gave a README another name.
FALSE_WARNINGS = {
    "Scille__parsec-cloud__config.yml": "chooser/unpermitted-key",
    "integrations__terraform-provider-github__bug.yml": "form/name-length",
    "vectordotdev__vector__bug.yml": "form/name-length",
    "typescript-eslint__typescript-eslint__README.md": "template/no-front-matter",
}
# True ones: the key or project has no effect, readers of the colour differ, the template isn't shown.
TRUE_WARNINGS = {
    "chooser/unpermitted-key": 1,
    "form/projects-format": 2,
    "labels/color": 5,
    "labels/color-unquoted": 5,
    "labels/duplicate": 3,
    "markdown/link": 1,
    "markdown/relative-link": 6,
    "markdown/swallowed": 1,
    "template/no-front-matter": 2,
}


def files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(path for path in (SHARED / "corpus" / folder).iterdir() if path.is_file())


def findings(path: Path) -> tuple[Finding, ...]:
    return next(validate(ValidateOptions([str(path)]))).findings


def errors(path: Path) -> list[Finding]:
    return [finding for finding in findings(path) if finding.severity is Severity.ERROR]


@pytest.mark.parametrize("path", sorted((SHARED / "fixtures").glob("*.yml")), ids=lambda path: path.stem)
def test_one_rule_file(path: Path) -> None:
    rule = FIXTURES.get(path.stem)
    if rule is None:
        assert errors(path) == []
    else:
        assert {finding.rule for finding in findings(path)} == {rule}


def test_used_files_have_no_false_errors_and_few_false_warnings() -> None:
    looked = list(files("forms", "md", "config", "labels"))
    wrong = {path.name: [finding.message for finding in errors(path)] for path in looked if errors(path)}
    false_errors = sorted(set(wrong) - TRUE_ERRORS)
    print(f"used files with errors: {len(wrong)} of {len(looked)}, {len(wrong) / len(looked):.2%}")
    print(f"  of them false: {len(false_errors)} of {len(looked)}, {len(false_errors) / len(looked):.2%}")
    for name, messages in wrong.items():
        print(f"  {name}: {messages}")
    warned = {
        (path.name, finding.rule)
        for path in looked
        for finding in findings(path)
        if finding.severity is Severity.WARNING
    }
    print(f"used files with false or contested warnings: {len(FALSE_WARNINGS) / len(looked):.2%}")
    assert len(false_errors) <= 0.005 * len(looked)
    assert len(FALSE_WARNINGS) <= 0.02 * len(looked)
    assert Counter(rule for _, rule in warned - FALSE_WARNINGS.items()) == TRUE_WARNINGS, "look at what is new"


def test_broken_files_are_seen_and_mended_ones_pass() -> None:
    looked = list(files("broken/forms", "broken/md", "broken/config", "broken/labels"))
    broken = [path for path in looked if ".fixed." not in path.name and path.name not in HARMLESS]
    mended = [path for path in looked if ".fixed." in path.name]
    serious = (Severity.ERROR, Severity.WARNING)
    missed = [path.name for path in broken if not any(found.severity in serious for found in findings(path))]
    sound = [path for path in mended if path.name not in STILL_BROKEN]
    wrong = {path.name: [finding.message for finding in errors(path)] for path in sound if errors(path)}
    seen = len(broken) - len(missed)
    print(f"broken files seen: {seen} of {len(broken)}, {seen / len(broken):.2%}; {missed}")
    share = len(wrong) / len(mended)
    print(f"mended files with errors: {len(wrong)} of {len(mended)}, {share:.2%}; {wrong}")
    assert len(missed) <= 0.03 * len(broken)
    assert len(wrong) <= 0.01 * len(mended)
