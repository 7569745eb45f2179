"""A report as GitLab Code Quality JSON: a list of findings with a fingerprint each that survives moving lines."""

from typing import Any, Final

from issue_scaffold.cli.output.places import findings, label
from issue_scaffold.cli.printing import inert, json_text
from issue_scaffold.report.finding import Finding, Severity
from issue_scaffold.report.report import Report
from issue_scaffold.text.digests import sha256_of

_SEVERITIES: Final = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report) -> str:
    """Return the list, as GitLab's "Code Quality" page describes it."""
    seen: dict[str, int] = {}
    rows = [_row(finding, path, seen) for _, finding, path in findings(report)]
    return json_text(rows)


def _row(finding: Finding, path: str, seen: dict[str, int]) -> dict[str, Any]:
    relative = path.removeprefix("./")
    key = "\0".join(
        (label(finding), relative, finding.message, finding.excerpt.text if finding.excerpt else "")
    )
    seen[key] = seen.get(key, 0) + 1
    return {
        "description": inert(finding.message + (f" ({finding.hint})" if finding.hint else "")),
        "check_name": label(finding),
        "fingerprint": sha256_of(f"{key}\0{seen[key]}".encode("utf-8", "surrogatepass")),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": relative, "lines": {"begin": finding.line or 1}},
    }
