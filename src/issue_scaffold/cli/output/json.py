"""A report as JSON, for programs. The shape is a contract: docs/reference/*.schema.json describe it."""

from typing import Any

from issue_scaffold.cli.printing import json_text
from issue_scaffold.report.finding import Finding
from issue_scaffold.report.report import Report, TargetReport


def render(report: Report) -> str:
    """Return one JSON document; the same report gives the same bytes."""
    document = {
        "schema": f"scaffold.{report.command}/1",
        "exit_code": report.exit_code,
        "targets": [_target(target) for target in report.targets],
    }
    return json_text(document)


def _target(target: TargetReport) -> dict[str, Any]:
    row: dict[str, Any] = {"target": target.target, "status": target.status}
    if target.template is not None:
        row["template"] = {
            "source": target.template.source,
            "version": target.template.version,
            "latest": target.template.latest,
        }
    if target.error is not None:
        row["error"] = target.error
    if target.hint is not None:
        row["hint"] = target.hint
    if target.notes:
        row["notes"] = list(target.notes)
    row["findings"] = [_finding(finding) for finding in target.findings]
    return row


def _finding(finding: Finding) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": str(finding.kind)}
    optional = {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "hint": finding.hint,
        "url": finding.url,
    }
    row |= {key: value for key, value in optional.items() if value is not None}
    row["fixable"] = finding.fixable
    if finding.diff is not None:
        row["diff"] = finding.diff
    return row
