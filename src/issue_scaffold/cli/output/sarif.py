"""A report as SARIF 2.1.0, for code scanning.

Valid by the OASIS schema; the rules that were broken come with it.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

from issue_scaffold import __version__
from issue_scaffold.cli.output.places import PlacedFinding, all_as_findings, label, source_of
from issue_scaffold.cli.printing import inert, json_text, without_secrets
from issue_scaffold.errors import EXIT_USAGE
from issue_scaffold.report.finding import Finding, FindingPlace, Severity
from issue_scaffold.report.report import Report
from issue_scaffold.text.digests import sha256_of

_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def render(report: Report) -> str:
    """Return one SARIF log with one run."""
    located = list(all_as_findings(report))
    rules = {label(one.finding): one.finding for one in located}
    ids = sorted(rules)
    run = {
        "tool": {
            "driver": {
                "name": "issue-scaffold",
                "version": __version__,
                "rules": [_rule(name, rules[name]) for name in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": list(_results(located, ids)),
        "invocations": [
            {
                "executionSuccessful": report.exit_code < EXIT_USAGE,
                "exitCode": report.exit_code,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": _plain(target.error)}}
                    for target in report.targets
                    if target.error is not None
                ],
            }
        ],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(log)


def _rule(name: str, finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": name, "shortDescription": {"text": _summary(name)}}
    if finding.url and finding.url.startswith("https://"):
        rule["helpUri"] = finding.url
    rule["help"] = {"text": _help(name)}
    return rule


def _summary(name: str) -> str:
    from issue_scaffold.validate.reference import summary

    return summary(name) or f"the target and its template differ: {name}"


def _help(name: str) -> str:
    """Return what code scanning shows beside a finding. There is no page to send people to."""
    from issue_scaffold.validate.reference import help_text

    return help_text(name) or f"{_summary(name)}\n\nscaffold check --help"


def _results(located: list[PlacedFinding], ids: list[str]) -> Iterator[dict[str, Any]]:
    seen: dict[str, int] = {}
    for finding, path, further in located:
        name = label(finding)
        text = finding.message
        if finding.hint:
            text += f": {finding.hint}"
        key = "\0".join((name, path, finding.message, source_of(finding)))
        digest = sha256_of(key.encode("utf-8", "surrogatepass"))[:32]
        seen[digest] = seen.get(digest, 0) + 1
        yield {
            "ruleId": name,
            "ruleIndex": ids.index(name),
            "level": _LEVELS[finding.severity],
            "message": {"text": _plain(text)},
            "locations": [{"physicalLocation": _location(finding.places[0]._replace(path=path))}],
            **_related(further),
            "partialFingerprints": {"scaffold/v1": f"{digest}:{seen[digest]}"},
        }


def _plain(text: str) -> str:
    """Return a text without links: section 3.11.6 makes one of `[text](target)`, unless escaped."""
    return "\n".join(inert(line) for line in text.split("\n")).replace("](", "\\](")


def _related(places: Sequence[FindingPlace]) -> dict[str, Any]:
    """Return the further places of a result: mending the first doesn't take mending these."""
    if not places:
        return {}
    related = [
        {
            "id": number,
            "physicalLocation": _location(place),
            "message": {"text": "the same is to be said here"},
        }
        for number, place in enumerate(places, 1)
    ]
    return {"relatedLocations": related}


def _location(place: FindingPlace) -> dict[str, Any]:
    location: dict[str, Any] = {
        "artifactLocation": {
            "uri": quote(
                without_secrets(place.path).replace("\\", "/").encode("utf-8", "surrogatepass"),
                safe="/-._~",
            )
        }
    }
    if place.line is not None:
        column = place.column or 1
        region: dict[str, Any] = {"startLine": place.line, "startColumn": column}
        if place.excerpt is not None:
            region["endColumn"] = max(column, place.excerpt.end + 1)
            region["snippet"] = {"text": inert(place.excerpt.text)}
        location["region"] = region
    return location
