"""Run `scaffold validate` and check-jsonschema over folders of issue forms, and list every disagreement and its reason.

Usage: `python scripts/compare_check_jsonschema.py FOLDER…`, each folder holding forms. Writes the page
docs/explanation/check-jsonschema.md, and exits 1 if a disagreement has no reason: either is then wrong.
"""

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from issue_scaffold.report.finding import Severity
from issue_scaffold.validate.run import ValidateOptions, validate

TARGET = Path(__file__).parent.parent / "docs/explanation/check-jsonschema.md"
# What only we call an error, by rule.
OURS = {
    "body/reserved-option": "`None`, and `n/a` beside a `default`, are reserved; the schema allows any text",
    "body/label-type": "a label must be text and not blank: the schema lets white space pass, and its YAML 1.2 reader "
    "takes an unquoted Yes for text",
    "body/boolean-option": "GitHub reads YAML 1.1, in which unquoted Yes and No are booleans; check-jsonschema reads "
    "YAML 1.2, in which they are text",
    "form/duplicate-id": "ids must be unique, which JSON Schema can't state",
    "form/duplicate-label": "labels must be unique unless an id tells them apart, which JSON Schema can't state",
    "form/similar-labels": "labels must differ by more than signs, which JSON Schema can't state",
    "form/checkbox-label": "checkboxes must be unique; the schema doesn't ask for it",
    "form/only-markdown": "a form must ask for something; the schema could ask for it, and doesn't",
    "body/upload-extension": "GitHub refuses a form in which `accept` has an extension that it doesn't know; the "
    "schema takes any",
    "body/forbidden-word": "GitHub refuses to ask for a password; the schema knows no words",
}
# What only check-jsonschema calls an error, by its message.
THEIRS = (
    (
        r"\$\.(labels|assignees): \[.*\] is not valid",
        "empty lists, and lists of an empty text, are in used forms: GitHub takes them",
    ),
    (r"\$\.assignees: '.+' is not valid", "GitHub's page allows names separated by commas"),
    (r"\$\.projects: '.+' is not of type 'array'", "GitHub's page allows projects separated by commas"),
    (r"\('id' was unexpected\)", "`id` on a markdown element is in used forms: a remark"),
    (r"\('validations' was unexpected\)", "`validations` on checkboxes is in used forms: a remark"),
    (r"attributes\.render: ", "an unknown language only costs the colours: a remark"),
    (r"options\[\d+\]: None is not of type", "an empty first option is in used forms, as a prompt"),
    (r"description: None is not of type", "an empty description is in used forms"),
    (r"PARSE", "a `---` at the end begins an empty second document, which is a warning: GitHub reads the first"),
)  # fmt: skip


class Disagreement(NamedTuple):
    """A file that one of the two calls wrong, and why the other doesn't; an empty reason is a defect."""

    file: str
    ours: bool
    reason: str


def main(folders: Sequence[str]) -> int:
    """Compare, write the page, return whether a reason is missing."""
    files = sorted(path for folder in folders for path in Path(folder).iterdir() if path.suffix in {".yml", ".yaml"})
    theirs = their_errors(files)
    rows = list(disagreements(files, theirs))
    TARGET.write_text(page(rows, len(files)), encoding="utf-8")
    missing = [row.file for row in rows if not row.reason]
    print(f"{len(files)} files, {len(rows)} disagreements, {len(missing)} without a reason", *missing, sep="\n")
    return bool(missing)


def their_errors(files: Sequence[Path]) -> dict[str, list[str]]:
    """Return what check-jsonschema has against each file."""
    command = [str(Path(sys.executable).parent / "check-jsonschema"), "-o", "json"]
    command += ["--builtin-schema", "vendor.github-issue-forms", *map(str, files)]
    result = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    found: dict[str, list[str]] = defaultdict(list)
    for error in result.get("errors", []):
        found[error["filename"]].append(f"{error['path']}: {error['message']}")
    for error in result.get("parse_errors", []):
        found[error["filename"]].append(f"PARSE {error['message']}")
    return found


def disagreements(files: Sequence[Path], theirs: dict[str, list[str]]) -> Iterator[Disagreement]:
    """Yield the files about which the two disagree."""
    for file in files:
        (target,) = validate(ValidateOptions(paths=[str(file)]))
        findings = target.findings
        rules = sorted({finding.rule or "" for finding in findings if finding.severity is Severity.ERROR})
        other = theirs.get(str(file), [])
        if bool(rules) == bool(other):
            continue
        name = f"{file.parent.name}/{file.name}"
        if rules:
            yield Disagreement(name, ours=True, reason=next((OURS[rule] for rule in rules if rule in OURS), ""))
        else:
            reasons = [next((why for pattern, why in THEIRS if re.search(pattern, line)), "") for line in other]
            yield Disagreement(name, ours=False, reason="; ".join(dict.fromkeys(reasons)) if all(reasons) else "")


def page(rows: Sequence[Disagreement], files: int) -> str:
    """Return the page."""
    lines = [
        "# Against check-jsonschema",
        "",
        "<!-- Generated by scripts/compare_check_jsonschema.py. -->",
        "",
        (
            "`scaffold validate` and `check-jsonschema --builtin-schema vendor.github-issue-forms` (version "
            f"{version('check-jsonschema')}) were run over {files} issue forms: forms from used repositories, "
            "versions of such forms that were broken and mended, files that break one rule each, and SchemaStore's "
            "tests. "
            f"Both agree on whether there is an error in {files - len(rows)} of them. "
            "This is every file on which they disagree, and why."
        ),
        "",
    ]
    for ours, title in (
        (True, "Errors that only `scaffold validate` finds"),
        (False, "Errors that only check-jsonschema sees"),
    ):
        groups: dict[str, list[str]] = defaultdict(list)
        for row in rows:
            if row.ours is ours:
                groups[row.reason or "NO REASON"].append(row.file)
        lines += [f"## {title}", ""]
        for reason, names in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
            lines += [f"### {reason[:1].upper()}{reason[1:]}", "", *(f"* `{name}`" for name in names), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
