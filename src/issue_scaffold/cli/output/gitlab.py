"""A report as GitLab Code Quality JSON: findings whose fingerprints survive moving lines.

Each place is an issue of its own: the format knows no issue with several.
"""

from typing import Any, Final

from issue_scaffold.cli.output.places import PlacedFinding, all_apart, label, source_of
from issue_scaffold.cli.printing import inert, json_text
from issue_scaffold.report.finding import Severity
from issue_scaffold.report.report import Report
from issue_scaffold.text.digests import sha256_of

_SEVERITIES: Final = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report) -> str:
    """Return the list, as GitLab's "Code Quality" page describes it."""
    seen: dict[str, int] = {}
    return json_text([_issue(located, seen) for located in all_apart(report)])


def _issue(located: PlacedFinding, seen: dict[str, int]) -> dict[str, Any]:
    finding = located.finding
    relative = located.path.removeprefix("./")
    key = "\0".join((label(finding), relative, finding.message, source_of(finding)))
    seen[key] = seen.get(key, 0) + 1
    text = finding.message
    if finding.hint:
        text += f" ({finding.hint})"
    return {
        "description": inert(text),
        "check_name": label(finding),
        "fingerprint": sha256_of(f"{key}\0{seen[key]}".encode("utf-8", "surrogatepass")),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": relative, "lines": {"begin": finding.line or 1}},
    }
